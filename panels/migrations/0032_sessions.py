import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def grant_permissions(apps, schema_editor):
    """Let Managers see in the admin where people are signed in."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _ = ContentType.objects.get_or_create(app_label="panels", model="session")
    permission, _ = Permission.objects.get_or_create(
        content_type=kind, codename="view_session", defaults={"name": "Can view session"}
    )
    for group in Group.objects.filter(name="Manager"):
        group.permissions.add(permission)


def delete_sessions_of_before(apps, schema_editor):
    """Everybody signs in anew, so the rows in the table of Django are of no use."""
    apps.get_model("sessions", "Session").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0031_job_succeeded_at"),
        ("sessions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("network", models.CharField(blank=True, max_length=45)),
                ("device", models.CharField(blank=True, max_length=60)),
                ("signed_in_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ("-seen_at",)},
        ),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
        migrations.RunPython(delete_sessions_of_before, migrations.RunPython.noop),
    ]
