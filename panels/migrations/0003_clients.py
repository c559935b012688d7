import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from panels.migrations._columns import AddColumn

WHAT = [
    ("created", "Created"),
    ("adopted", "Imported"),
    ("sent", "Sent to the panel"),
    ("placed", "Placed"),
    ("refused", "Refused by the panel"),
    ("not_sent", "Not sent, will be retried"),
    ("unknown", "Outcome unknown"),
    ("held", "On hold"),
    ("released", "Released"),
    ("withdrawn", "Withdrawn"),
    ("searched", "Searched at the panel"),
    ("resolved", "Resolved"),
    ("progress", "Progress"),
    ("charge", "Charge changed"),
    ("flagged", "Flagged"),
    ("refill", "Refill"),
    ("cancel", "Cancel"),
    ("follow", "Tracking"),
    ("alarm", "Alarm"),
    ("labeled", "Labels changed"),
]
VIEWER = ["view_client", "view_campaign"]
OPERATOR = [*VIEWER, "add_client", "add_campaign"]
GROUPS = {"Viewer": VIEWER, "Operator": OPERATOR, "Manager": OPERATOR}


def named():
    """Return the columns of a row with a name."""
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("name", models.CharField(max_length=100)),
        ("name_key", models.CharField(editable=False, max_length=400)),
        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
        (
            "created_by",
            models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]


def key(to, related_name="+"):
    return models.ForeignKey(
        blank=True,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to=to,
    )


def text(max_length=None, **options):
    kind = models.CharField if max_length else models.TextField
    limit = {"max_length": max_length} if max_length else {}
    return kind(blank=True, default="", db_default="", **limit, **options)


def grant_permissions(apps, schema_editor):
    """Let everybody see clients and campaigns, and let those who order create them."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name, codenames in GROUPS.items():
        for group in Group.objects.filter(name=name):
            for codename in codenames:
                verb, model = codename.split("_", 1)
                kind, _ = ContentType.objects.get_or_create(app_label="panels", model=model)
                permission, _ = Permission.objects.get_or_create(
                    content_type=kind, codename=codename, defaults={"name": f"Can {verb} {model}"}
                )
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0002_service_average_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(name="Client", fields=named(), options={"ordering": ("name_key",)}),
        migrations.CreateModel(
            name="Campaign",
            fields=[*named(), ("client", key("panels.client", "campaigns"))],
            options={"ordering": ("client__name_key", "name_key")},
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.UniqueConstraint(fields=("name_key",), name="one_client_per_name"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.UniqueConstraint(fields=("client", "name_key"), name="one_campaign_per_client_and_name"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.UniqueConstraint(
                condition=models.Q(("client__isnull", True)),
                fields=("name_key",),
                name="one_campaign_per_name_without_client",
            ),
        ),
        migrations.AddField(model_name="batch", name="client", field=key("panels.client")),
        migrations.AddField(model_name="batch", name="campaign", field=key("panels.campaign")),
        AddColumn(model_name="batch", name="reference", field=text(200)),
        AddColumn(model_name="batch", name="note", field=text()),
        migrations.AddField(model_name="batchline", name="client", field=key("panels.client")),
        migrations.AddField(model_name="batchline", name="campaign", field=key("panels.campaign")),
        migrations.AddField(model_name="order", name="client", field=key("panels.client", "orders")),
        migrations.AddField(model_name="order", name="campaign", field=key("panels.campaign", "orders")),
        AddColumn(model_name="order", name="reference", field=text(200)),
        AddColumn(model_name="order", name="reference_key", field=text(800, editable=False)),
        AddColumn(model_name="order", name="note", field=text()),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["client", "-created_at", "-id", "panel", "placed_by"], name="order_of_client"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("campaign__isnull", False)),
                fields=["campaign", "-created_at", "-id"],
                name="order_of_campaign",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("reference_key", ""), _negated=True),
                fields=["reference_key"],
                name="order_by_reference",
                opclasses=("varchar_pattern_ops",),
            ),
        ),
        migrations.AlterField(
            model_name="orderevent", name="what", field=models.CharField(choices=WHAT, max_length=20)
        ),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
