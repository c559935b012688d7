from django.db import migrations, models

LISTS = [
    ("orders", "Orders"),
    ("batches", "Bulk"),
    ("services", "Catalog"),
    ("refills", "Refills"),
    ("panels", "Panels"),
    ("changes", "History"),
]


def grant_permissions(apps, schema_editor):
    """Let Managers see who changed a setting or a person."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _ = ContentType.objects.get_or_create(app_label="auditlog", model="logentry")
    permission, _ = Permission.objects.get_or_create(
        content_type=kind, codename="view_logentry", defaults={"name": "Can view log entry"}
    )
    for group in Group.objects.filter(name="Manager"):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("panels", "0032_sessions"), ("auditlog", "0017_add_actor_email")]

    operations = [
        migrations.AlterField("savedview", "list_name", models.CharField("list", choices=LISTS, max_length=20)),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
