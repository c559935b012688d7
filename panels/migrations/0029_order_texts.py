from django.db import migrations, models


def grant_permissions(apps, _):
    """Let Managers see the texts in the admin."""
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="panels", model="ordertext")
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="view_ordertext", defaults={"name": "Can view order text"}
    )
    for group in apps.get_model("auth", "Group").objects.filter(name="Manager"):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("panels", "0028_views_of_panels")]

    operations = [
        migrations.CreateModel(
            name="OrderText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
