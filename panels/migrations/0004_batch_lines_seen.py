"""Whoever sees batches sees their lines."""

from django.db import migrations


def let_everybody_see_lines(apps, schema_editor):
    """Grant it to the three groups; permissions are made after all migrations, so this one is made here."""
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="panels", model="batchline"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="view_batchline", defaults={"name": "Can view batch line"}
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=("Viewer", "Operator", "Manager")):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("panels", "0003_bulk_orders")]

    operations = [migrations.RunPython(let_everybody_see_lines, migrations.RunPython.noop)]
