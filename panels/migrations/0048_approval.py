import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import panels.models.fields
from panels.migrations._columns import AddColumn

STATES = [
    ("asked", "Waiting for approval"),
    ("queued", "Queued"),
    ("sending", "Sending"),
    ("placed", "Placed"),
    ("refused", "Refused"),
    ("unknown", "Unknown"),
    ("withdrawn", "Withdrawn"),
    ("written_off", "Marked as lost"),
]
EVENTS = [
    ("created", "Created"),
    ("asked", "Approval asked for"),
    ("approved", "Approved"),
    ("not_approved", "Not approved"),
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
    ("given_back", "Money back"),
    ("flagged", "Flagged"),
    ("refill", "Refill"),
    ("cancel", "Cancel"),
    ("follow", "Tracking"),
    ("alarm", "Alarm"),
    ("labeled", "Labels changed"),
]
# For each model: the permissions of Managers, with their names.
GRANTED = {
    "order": {"approve_order": "Can approve order"},
    "orderlimit": {"view_orderlimit": "Can view order limit"},
}


def grant_permissions(apps, schema_editor):
    """Let Managers approve orders, and see the limits of people in the admin."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for model, names in GRANTED.items():
        kind, _ = ContentType.objects.get_or_create(app_label="panels", model=model)
        for codename, name in names.items():
            permission, _ = Permission.objects.get_or_create(
                content_type=kind, codename=codename, defaults={"name": name}
            )
            for group in Group.objects.filter(name="Manager"):
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0047_open_books"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=8)),
                (
                    "largest",
                    panels.models.fields.MoneyField(
                        blank=True, decimal_places=6, max_digits=18, null=True, verbose_name="largest order"
                    ),
                ),
                (
                    "per_day",
                    panels.models.fields.MoneyField(
                        blank=True, decimal_places=6, max_digits=18, null=True, verbose_name="most per day"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="order_limits",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("person", "currency"),
                "constraints": [
                    models.UniqueConstraint(fields=("person", "currency"), name="one_limit_per_currency"),
                    models.CheckConstraint(
                        condition=models.Q(("largest__isnull", False), ("per_day__isnull", False), _connector="OR"),
                        name="limit_limits_something",
                    ),
                ],
            },
        ),
        AddColumn("order", "asked_because", models.TextField(blank=True, db_default="", default="", editable=False)),
        AddColumn("personalsettings", "has_limits", models.BooleanField(db_default=False, default=False, editable=False)),
        migrations.AlterModelOptions(
            name="order",
            options={"ordering": ("-created_at", "-pk"), "permissions": (("approve_order", "Can approve order"),)},
        ),
        migrations.AlterField("order", "state", models.CharField(choices=STATES, default="queued", max_length=20)),
        migrations.AlterField("orderevent", "what", models.CharField(choices=EVENTS, max_length=20)),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
