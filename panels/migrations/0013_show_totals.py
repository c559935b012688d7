from django.db import migrations


def grant_permissions(apps, schema_editor):
    """Let everybody see the totals of days."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _ = ContentType.objects.get_or_create(app_label="panels", model="daytotal")
    permission, _ = Permission.objects.get_or_create(
        content_type=kind, codename="view_daytotal", defaults={"name": "Can view day total"}
    )
    for group in Group.objects.filter(name__in=("Viewer", "Operator", "Manager")):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0012_refusals"),
    ]

    operations = [
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
