import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from panels.migrations._columns import AddColumn


def grant_permissions(apps, schema_editor):
    """Let everybody see the status words of panels."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _ = ContentType.objects.get_or_create(app_label="panels", model="statusword")
    permission, _ = Permission.objects.get_or_create(
        content_type=kind, codename="view_statusword", defaults={"name": "Can view status word"}
    )
    for group in Group.objects.filter(name__in=("Viewer", "Operator", "Manager")):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0015_ways_of_calling_and_types"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="panel",
            name="has_pages",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="catalog in pages"),
        ),
        migrations.AddField(
            model_name="panel",
            name="unpaged_rows",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="StatusWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("order", "order"), ("refill", "refill")], max_length=10)),
                ("folded", models.CharField(max_length=300)),
                ("text", models.CharField(max_length=100)),
                ("meaning", models.CharField(max_length=20)),
                ("decided_at", models.DateTimeField(auto_now=True)),
                (
                    "panel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="status_words",
                        to="panels.panel",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ("kind", "folded")},
        ),
        migrations.AddConstraint(
            model_name="statusword",
            constraint=models.UniqueConstraint(fields=("panel", "kind", "folded"), name="one_row_per_status_word"),
        ),
        AddColumn(
            model_name="refill",
            name="is_word_unknown",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name="refill",
            index=models.Index(
                condition=models.Q(("is_word_unknown", True)),
                fields=["is_word_unknown", "order"],
                name="refill_with_unknown_word",
            ),
        ),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
