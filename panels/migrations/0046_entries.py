import django.db.models.deletion
import panels.models.fields
from django.db import migrations, models


VIEWER = ("view_entry",)
GROUPS = {"Viewer": VIEWER, "Operator": VIEWER, "Manager": (*VIEWER, "add_entry")}


def grant_permissions(apps, schema_editor):
    """Let everybody see the ledger, and let Managers book in it."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _ = ContentType.objects.get_or_create(app_label="panels", model="entry")
    for name, codenames in GROUPS.items():
        for group in Group.objects.filter(name=name):
            for codename in codenames:
                verb = codename.split("_", 1)[0]
                permission, _ = Permission.objects.get_or_create(
                    content_type=kind, codename=codename, defaults={"name": f"Can {verb} entry"}
                )
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0045_fill_refill_until"),
    ]

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(blank=True, max_length=8)),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opening", "Opening balance"),
                            ("deposit", "Deposit"),
                            ("bonus", "Bonus"),
                            ("charge", "Charge"),
                            ("given_back", "Given back"),
                            ("adjustment", "Adjustment"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount", panels.models.fields.MoneyField(decimal_places=6, max_digits=18)),
                ("value_after", models.DateTimeField()),
                ("value_at", models.DateTimeField()),
                ("by_id", models.IntegerField(blank=True, null=True)),
                ("by_name", models.CharField(blank=True, max_length=150, verbose_name="by")),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="panels.order",
                    ),
                ),
                (
                    "panel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="panels.panel",
                    ),
                ),
                (
                    "reading",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="panels.balancereading",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "entries",
                "ordering": ("-value_at", "-pk"),
                "indexes": [
                    models.Index(
                        fields=["panel", "currency", "-value_at", "-id", "kind", "amount"], name="entry_by_account"
                    ),
                    models.Index(
                        condition=models.Q(("kind__in", ("deposit", "bonus", "given_back"))),
                        fields=["value_at", "currency", "kind", "amount"],
                        name="entry_received",
                    ),
                    models.Index(condition=models.Q(("order__isnull", False)), fields=["order"], name="entry_by_order"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ("charge", "given_back")), ("order__isnull", False)),
                            models.Q(
                                models.Q(("kind__in", ("charge", "given_back")), _negated=True), ("order__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="entry_of_order_has_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            models.Q(("kind__in", ("deposit", "bonus")), _negated=True),
                            _connector="OR",
                        ),
                        name="deposit_above_zero",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "opening")),
                        fields=("panel", "currency"),
                        name="one_opening_per_account",
                    ),
                ],
            },
        ),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
