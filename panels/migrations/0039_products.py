from decimal import Decimal

import django.db.models.deletion
import django.utils.timezone
import panels.models.fields
from django.conf import settings
from django.db import migrations, models

VIEWER = ("view_product", "view_productgrade", "view_servicefacts", "view_servicemark")
OPERATOR = (*VIEWER, "change_product", "change_servicefacts", "change_servicemark")
GROUPS = {"Viewer": VIEWER, "Operator": OPERATOR, "Manager": OPERATOR}
NAMES = {"productgrade": "product grade", "servicefacts": "service facts", "servicemark": "service mark"}
LISTS = [
    ("orders", "Orders"),
    ("batches", "Bulk"),
    ("services", "Catalog"),
    ("products", "Products"),
    ("refills", "Refills"),
    ("panels", "Panels"),
    ("changes", "History"),
    ("people", "People"),
]


def grant_permissions(apps, schema_editor):
    """Let everybody see products, and let those who order correct facts and mark services."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name, codenames in GROUPS.items():
        for group in Group.objects.filter(name=name):
            for codename in codenames:
                verb, model = codename.split("_", 1)
                kind, _ = ContentType.objects.get_or_create(app_label="panels", model=model)
                permission, _ = Permission.objects.get_or_create(
                    content_type=kind,
                    codename=codename,
                    defaults={"name": f"Can {verb} {NAMES.get(model, model)}"},
                )
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0038_exchange_rates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(editable=False, max_length=200, unique=True)),
                ("platform", models.CharField(blank=True, max_length=60)),
                ("metric", models.CharField(blank=True, max_length=120)),
                ("object", models.CharField(blank=True, max_length=120)),
                ("delivery", models.CharField(blank=True, max_length=10)),
                ("variant", models.CharField(blank=True, max_length=120)),
                ("geo", models.CharField(blank=True, max_length=120)),
                ("gender", models.CharField(blank=True, max_length=20)),
                ("minutes", models.PositiveIntegerField(null=True)),
                ("watch_seconds", models.PositiveIntegerField(null=True)),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("facts_title", models.CharField(max_length=500)),
                (
                    "own_title",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=200, verbose_name="title set by a person"
                    ),
                ),
                ("search_text", models.TextField(blank=True, editable=False)),
                ("best_refill", models.PositiveSmallIntegerField(editable=False, null=True)),
                ("is_stale", models.BooleanField(db_default=True, default=True, editable=False)),
            ],
            options={
                "ordering": ("pk",),
                "indexes": [
                    models.Index(
                        fields=["best_refill", "platform", "metric", "object", "geo", "variant", "gender", "delivery"],
                        name="product_by_facts",
                    ),
                    models.Index(condition=models.Q(("is_stale", True)), fields=["id"], name="product_stale"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductGrade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "refill",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "No refill"),
                            (1, "Any refill"),
                            (2, "More than 31 days"),
                            (3, "More than 99 days"),
                            (4, "A year or a lifetime"),
                        ],
                        verbose_name="refill at least",
                    ),
                ),
                ("offers", models.PositiveIntegerField()),
                ("panels", models.PositiveIntegerField()),
                ("compared", models.PositiveIntegerField(default=0)),
                ("price", panels.models.fields.RateField(decimal_places=8, max_digits=18, null=True)),
                ("dearest", panels.models.fields.RateField(decimal_places=8, max_digits=18, null=True)),
                ("currency", models.CharField(blank=True, max_length=10)),
                (
                    "sort_price",
                    panels.models.fields.RateField(decimal_places=8, default=Decimal("9999999999"), max_digits=18),
                ),
                (
                    "cheapest",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="panels.service"
                    ),
                ),
                (
                    "elsewhere",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="panels.service"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grades",
                        to="panels.product",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "indexes": [
                    models.Index(fields=["refill", "sort_price", "id"], name="grade_by_price"),
                    models.Index(fields=["refill", "offers", "id"], name="grade_by_offers"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("product", "refill"), name="one_row_per_product_and_refill")
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceFacts",
            fields=[
                (
                    "service",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="facts",
                        serialize=False,
                        to="panels.service",
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ("is_noise", models.BooleanField(db_default=False, default=False, verbose_name="is no service")),
                ("refill_days", models.PositiveIntegerField(null=True)),
                ("refill_mode", models.CharField(blank=True, db_default="", default="", max_length=20)),
                (
                    "refill_class",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "No refill"),
                            (1, "Any refill"),
                            (2, "More than 31 days"),
                            (3, "More than 99 days"),
                            (4, "A year or a lifetime"),
                        ],
                        db_default=0,
                        default=0,
                    ),
                ),
                ("quality", models.CharField(blank=True, db_default="", default="", max_length=120)),
                ("speed_min", models.PositiveBigIntegerField(null=True)),
                ("speed_max", models.PositiveBigIntegerField(null=True)),
                ("start_max_minutes", models.PositiveIntegerField(null=True)),
                ("drop_max", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("corrections", models.JSONField(blank=True, db_default={}, default=dict, editable=False)),
                ("corrected_at", models.DateTimeField(editable=False, null=True)),
                (
                    "corrected_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="facts",
                        to="panels.product",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "service facts",
                "indexes": [
                    models.Index(fields=["version", "service"], name="facts_by_version"),
                    models.Index(
                        condition=models.Q(("corrected_at__isnull", False)),
                        fields=["corrected_at"],
                        name="facts_corrected",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceMark",
            fields=[
                (
                    "service",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="mark",
                        serialize=False,
                        to="panels.service",
                    ),
                ),
                ("is_favourite", models.BooleanField(default=False, verbose_name="favourite")),
                ("is_blocked", models.BooleanField(default=False, verbose_name="blocked")),
                ("note", models.CharField(blank=True, max_length=500)),
                ("marked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "marked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("is_favourite", True)), fields=["service"], name="mark_favourite"),
                    models.Index(condition=models.Q(("is_blocked", True)), fields=["service"], name="mark_blocked"),
                ],
            },
        ),
        migrations.AlterField("savedview", "list_name", models.CharField("list", choices=LISTS, max_length=20)),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
