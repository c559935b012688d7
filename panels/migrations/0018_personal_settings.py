import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def grant_permissions(apps, schema_editor):
    """Let Managers see the settings of people in the admin."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _ = ContentType.objects.get_or_create(app_label="panels", model="personalsettings")
    permission, _ = Permission.objects.get_or_create(
        content_type=kind, codename="view_personalsettings", defaults={"name": "Can view personal settings"}
    )
    for group in Group.objects.filter(name="Manager"):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("panels", "0017_learn_cancels"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonalSettings",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="personal",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("time_zone", models.CharField(blank=True, max_length=64)),
                (
                    "density",
                    models.CharField(
                        choices=[("compact", "Compact"), ("comfortable", "Comfortable")],
                        default="compact",
                        max_length=20,
                    ),
                ),
                ("columns", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "verbose_name_plural": "personal settings",
            },
        ),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
