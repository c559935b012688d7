import django.db.models.deletion
from django.db import migrations, models

import panels.models.fields

KINDS = [
    ("refresh", "Refresh"),
    ("refill", "Refill"),
    ("cancel", "Cancel"),
    ("withdraw", "Withdraw"),
    ("send_again", "Send again"),
    ("label", "Change labels"),
]
LISTS = [
    ("orders", "Orders"),
    ("batches", "Bulk"),
    ("services", "Catalog"),
    ("products", "Products"),
    ("service_changes", "Catalog changes"),
    ("refills", "Refills"),
    ("panels", "Panels"),
    ("clients", "Clients"),
    ("changes", "History"),
    ("people", "People"),
]
VIEWER = ("view_clientday", "view_clientunits", "view_recount", "view_labelchange")
OPERATOR = (*VIEWER, "change_client", "change_campaign")
GROUPS = {"Viewer": VIEWER, "Operator": OPERATOR, "Manager": OPERATOR}


def grant_permissions(apps, _):
    """Let everybody see the new rows, and let those who order rename clients and campaigns."""
    kinds, permissions = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Permission")
    for name, codenames in GROUPS.items():
        for group in apps.get_model("auth", "Group").objects.filter(name=name):
            for codename in codenames:
                verb, model = codename.split("_", 1)
                kind, _ = kinds.objects.get_or_create(app_label="panels", model=model)
                permission, _ = permissions.objects.get_or_create(
                    content_type=kind, codename=codename, defaults={"name": f"Can {verb} {model}"}
                )
                group.permissions.add(permission)


def of_client(name, key, *fields):
    """Return a table of rows of a day, a panel, a client and a campaign."""
    options, constraint, indexes = key
    return migrations.CreateModel(
        name=name,
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("day", models.DateField()),
            ("client_pk", models.PositiveBigIntegerField(default=0)),
            ("campaign_pk", models.PositiveBigIntegerField(default=0)),
            *fields,
            (
                "panel",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="panels.panel"),
            ),
        ],
        options={
            **options,
            "constraints": [models.UniqueConstraint(**constraint)],
            "indexes": [
                models.Index(fields=("client_pk", "day"), name=indexes[0]),
                models.Index(
                    fields=("campaign_pk", "day"), condition=models.Q(("campaign_pk__gt", 0)), name=indexes[1]
                ),
            ],
        },
    )


class Migration(migrations.Migration):
    dependencies = [("panels", "0049_stage_of_approval")]

    operations = [
        migrations.AddField(
            "client",
            "markup_percent",
            models.DecimalField("mark-up", blank=True, decimal_places=2, max_digits=6, null=True),
        ),
        migrations.AddField("client", "markup_step", panels.models.fields.MoneyField("round to", blank=True, null=True)),
        of_client(
            "ClientDay",
            (
                {"ordering": ("-day", "client_pk", "campaign_pk", "panel", "currency")},
                {
                    "fields": ("day", "panel", "client_pk", "campaign_pk", "currency"),
                    "name": "one_day_per_client",
                },
                ("client_day", "campaign_day"),
            ),
            ("currency", models.CharField(blank=True, max_length=8)),
            ("cost", panels.models.fields.MoneyField()),
            ("orders", models.PositiveIntegerField()),
            ("expected", models.PositiveIntegerField()),
            ("unpriced", models.PositiveIntegerField()),
        ),
        of_client(
            "ClientUnits",
            (
                {
                    "ordering": ("-day", "client_pk", "campaign_pk", "panel", "platform", "metric"),
                    "verbose_name_plural": "client units",
                },
                {
                    "fields": ("day", "panel", "client_pk", "campaign_pk", "platform", "metric"),
                    "name": "one_metric_per_client",
                },
                ("client_units", "campaign_units"),
            ),
            ("platform", models.CharField(blank=True, max_length=60)),
            ("metric", models.CharField(blank=True, max_length=120)),
            ("units", models.PositiveBigIntegerField()),
            ("orders", models.PositiveIntegerField()),
        ),
        migrations.CreateModel(
            name="Recount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                (
                    "panel",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="panels.panel"),
                ),
            ],
            options={"ordering": ("pk",)},
        ),
        migrations.CreateModel(
            name="LabelChange",
            fields=[
                (
                    "action",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="label_change",
                        serialize=False,
                        to="panels.orderaction",
                    ),
                ),
                ("values", models.JSONField()),
                ("packed", models.BinaryField()),
                ("number", models.PositiveIntegerField()),
                ("position", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.AlterField("orderaction", "kind", models.CharField(choices=KINDS, max_length=20)),
        migrations.AlterField("savedview", "list_name", models.CharField("list", choices=LISTS, max_length=20)),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
