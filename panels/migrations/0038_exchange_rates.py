import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MANAGERS_MAY = (
    ("preferences", "view", "change"),
    ("exchangerate", "view"),
)


def grant_permissions(apps, schema_editor):
    """Let Managers set the reporting currency and the rates, and see both in the admin."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for model, *verbs in MANAGERS_MAY:
        kind, _ = ContentType.objects.get_or_create(app_label="panels", model=model)
        name = {"exchangerate": "exchange rate"}.get(model, model)
        for verb in verbs:
            permission, _ = Permission.objects.get_or_create(
                content_type=kind, codename=f"{verb}_{model}", defaults={"name": f"Can {verb} {name}"}
            )
            for group in Group.objects.filter(name="Manager"):
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("panels", "0037_mail_of_changes"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Preferences",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reporting_currency", models.CharField(blank=True, max_length=8)),
            ],
            options={
                "verbose_name_plural": "preferences",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_row_of_preferences")],
            },
        ),
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=8)),
                ("day", models.DateField()),
                ("per_euro", models.DecimalField(decimal_places=10, max_digits=18)),
                (
                    "source",
                    models.CharField(choices=[("typed", "typed"), ("file", "file"), ("ecb", "ECB")], max_length=8),
                ),
                ("stored_at", models.DateTimeField()),
                (
                    "stored_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("currency", "-day"),
                "indexes": [models.Index(fields=["day"], name="rate_by_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("currency", "day"), name="one_rate_per_currency_and_day")
                ],
            },
        ),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
