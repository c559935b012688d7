import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


GRANTED = {"sourcetable": "source table", "columntitle": "column title"}


def grant_permissions(apps, schema_editor):
    """Let Managers see both in the admin."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for model, name in GRANTED.items():
        kind, _ = ContentType.objects.get_or_create(app_label="panels", model=model)
        permission, _ = Permission.objects.get_or_create(
            content_type=kind, codename=f"view_{model}", defaults={"name": f"Can view {name}"}
        )
        for group in Group.objects.filter(name="Manager"):
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0026_order_again"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceTable",
            fields=[
                (
                    "batch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="source_table",
                        serialize=False,
                        to="panels.batch",
                    ),
                ),
                ("has_panel", models.BooleanField()),
                ("packed", models.BinaryField()),
                ("layout", models.JSONField(null=True)),
                ("titles", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="ColumnTitle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=100)),
                ("title", models.CharField(max_length=100)),
                ("column", models.CharField(blank=True, max_length=30)),
                ("chosen_at", models.DateTimeField(auto_now=True)),
                (
                    "chosen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("kind", "key"),
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="one_column_per_title")],
            },
        ),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
