import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

GRANTED = {"view_savedview": ("Manager",), "change_savedview": ("Operator", "Manager")}


def grant_permissions(apps, schema_editor):
    """Let Operators and Managers change the views of the team, and let Managers see views in the admin."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _ = ContentType.objects.get_or_create(app_label="panels", model="savedview")
    for codename, groups in GRANTED.items():
        name = f"Can {codename.partition('_')[0]} saved view"
        permission, _ = Permission.objects.get_or_create(content_type=kind, codename=codename, defaults={"name": name})
        for group in Group.objects.filter(name__in=groups):
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0019_cover_waiting_orders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("name_key", models.CharField(editable=False, max_length=240)),
                (
                    "list_name",
                    models.CharField(
                        choices=[
                            ("orders", "Orders"),
                            ("batches", "Bulk"),
                            ("services", "Catalog"),
                            ("refills", "Refills"),
                        ],
                        max_length=20,
                        verbose_name="list",
                    ),
                ),
                ("query", models.CharField(blank=True, max_length=2000)),
                ("is_shared", models.BooleanField(default=False, verbose_name="for the team")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("name_key", "pk"),
            },
        ),
        migrations.AddField(
            model_name="personalsettings",
            name="start_view",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="panels.savedview",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_shared", False)),
                fields=("owner", "list_name", "name_key"),
                name="one_own_view_per_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_shared", True)), fields=("list_name", "name_key"), name="one_team_view_per_name"
            ),
        ),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
