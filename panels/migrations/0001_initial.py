import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
import panels.models.encryption
import panels.models.fields
import panels.protocol.order_types
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

SEEN = (
    "panel",
    "balancereading",
    "service",
    "servicechange",
    "order",
    "orderevent",
    "orderaction",
    "actionline",
    "batch",
    "batchline",
    "refill",
    "idsearch",
    "foundid",
)
VIEWER = [("panels", f"view_{model}") for model in SEEN]
OPERATOR = VIEWER + [
    ("panels", "add_order"),
    ("panels", "change_order"),
    ("panels", "add_refill"),
    ("panels", "add_batch"),
    ("panels", "change_batch"),
]
MANAGER = OPERATOR + [
    ("panels", "add_panel"),
    ("panels", "change_panel"),
    ("panels", "view_worker"),
    ("panels", "view_jobrun"),
    ("panels", "view_controls"),
    ("auth", "view_user"),
    ("auth", "add_user"),
    ("auth", "change_user"),
]
GROUPS = {"Viewer": VIEWER, "Operator": OPERATOR, "Manager": MANAGER}


def create_groups(apps, schema_editor):
    """Create the three groups of people, each with the permissions of the one before it and some more.

    Django makes permissions after all migrations. So this makes those that it needs, under the names that Django uses.
    """
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name, wanted in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for app, codename in wanted:
            verb, model = codename.split("_", 1)
            kind, _ = ContentType.objects.get_or_create(app_label=app, model=model)
            verbose_name = apps.get_model(app, model)._meta.verbose_name
            permission, _ = Permission.objects.get_or_create(
                content_type=kind, codename=codename, defaults={"name": f"Can {verb} {verbose_name}"}
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JobRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("holder", models.UUIDField(null=True)),
                ("worker", models.CharField(blank=True, max_length=280)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(blank=True)),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Panel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("api_url", models.CharField(max_length=500, verbose_name="API address")),
                ("api_key", panels.models.encryption.EncryptedField(verbose_name="API key")),
                ("key_hint", models.CharField(blank=True, editable=False, max_length=4)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("reported_currency", models.CharField(blank=True, editable=False, max_length=8)),
                (
                    "currency_override",
                    models.CharField(
                        blank=True, help_text="Only if the panel reports a wrong currency or no currency.", max_length=8
                    ),
                ),
                (
                    "balance",
                    panels.models.fields.MoneyField(
                        blank=True, decimal_places=6, editable=False, max_digits=18, null=True
                    ),
                ),
                ("balance_checked_at", models.DateTimeField(editable=False, null=True)),
                ("balance_requested_at", models.DateTimeField(editable=False, null=True)),
                ("balance_tried_at", models.DateTimeField(editable=False, null=True)),
                ("balance_error", models.TextField(blank=True, editable=False)),
                (
                    "low_balance",
                    panels.models.fields.MoneyField(
                        blank=True,
                        decimal_places=6,
                        help_text="The overview warns when the balance falls below this amount.",
                        max_digits=18,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="warn below",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="An inactive panel is never called. Its history is kept.",
                        verbose_name="active",
                    ),
                ),
                (
                    "paused_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("auth", "the panel does not accept the key"),
                            ("funds", "not enough funds"),
                            ("by_hand", "paused by hand"),
                            ("rate_limit", "the rate limit of the panel is reached"),
                            ("unreachable", "the panel does not answer"),
                        ],
                        editable=False,
                        max_length=20,
                    ),
                ),
                ("paused_until", models.DateTimeField(editable=False, null=True)),
                ("quiet_until", models.DateTimeField(editable=False, null=True)),
                (
                    "paused_balance",
                    panels.models.fields.MoneyField(decimal_places=6, editable=False, max_digits=18, null=True),
                ),
                ("last_error", models.TextField(blank=True, editable=False)),
                ("failures", models.PositiveIntegerField(default=0, editable=False)),
                ("unanswered_orders", models.PositiveIntegerField(default=0, editable=False)),
                ("catalog_synced_at", models.DateTimeField(editable=False, null=True)),
                ("sync_requested_at", models.DateTimeField(editable=False, null=True)),
                ("catalog_tried_at", models.DateTimeField(editable=False, null=True)),
                ("catalog_error", models.TextField(blank=True, editable=False)),
                (
                    "always_send_quantity",
                    models.BooleanField(
                        default=False,
                        help_text="Send the quantity for every service type, because a few panels require it.",
                    ),
                ),
                (
                    "bills_package_per_line",
                    models.BooleanField(
                        default=False,
                        help_text="This panel charges Custom Comments Packages per 1000 lines instead of a flat price.",
                        verbose_name="bills comment packages per line",
                    ),
                ),
                (
                    "multi_status",
                    models.BooleanField(
                        default=True,
                        help_text="Switched off automatically if the panel ignores it.",
                        verbose_name="check many orders at once",
                    ),
                ),
                (
                    "multi_refill",
                    models.BooleanField(
                        default=True,
                        help_text="Switched off automatically if the panel ignores it.",
                        verbose_name="refill many orders at once",
                    ),
                ),
                (
                    "cancel_parameter",
                    models.CharField(
                        choices=[("orders", "orders (the common form)"), ("order", "order (one call per order)")],
                        default="orders",
                        help_text="The parameter that the panel expects for cancels.",
                        max_length=10,
                    ),
                ),
                (
                    "parallel_calls",
                    models.PositiveSmallIntegerField(
                        default=4,
                        help_text="Orders that are sent to this panel at the same time.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "calls_per_minute",
                    models.PositiveIntegerField(
                        blank=True,
                        default=60,
                        help_text="Empty means no limit.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                ("next_call_at", models.DateTimeField(editable=False, null=True)),
                (
                    "connect_timeout",
                    models.PositiveSmallIntegerField(
                        default=10, help_text="Seconds.", validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "read_timeout",
                    models.PositiveSmallIntegerField(
                        default=60,
                        help_text="Seconds without data. Some panels need 40 seconds to accept an order.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
            ],
            options={
                "ordering": ("name",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paused_reason", ""), ("paused_until", None), ("quiet_until", None)),
                            models.Q(("paused_reason__in", ("auth", "funds", "by_hand")), ("paused_until", None)),
                            models.Q(
                                ("paused_reason__in", ("rate_limit", "unreachable")),
                                ("paused_until__isnull", False),
                                models.Q(
                                    ("quiet_until", None),
                                    ("quiet_until__lte", models.F("paused_until")),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="possible_pause",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("host", models.CharField(max_length=255)),
                ("pid", models.PositiveIntegerField()),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(db_index=True)),
                ("stopped_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-seen_at",),
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("confirmed", "Confirmed"),
                            ("paused", "Paused"),
                            ("discarded", "Discarded"),
                        ],
                        default="draft",
                        max_length=20,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("paste", "Pasted"),
                            ("file", "File"),
                            ("command", "Command"),
                            ("adopted", "Imported"),
                        ],
                        max_length=20,
                    ),
                ),
                ("filename", models.CharField(blank=True, max_length=255)),
                ("columns", models.JSONField(default=list, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("checked_at", models.DateTimeField(editable=False, null=True)),
                ("confirmed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "panel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="panels.panel",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "batches",
                "ordering": ("-created_at",),
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "type",
                    models.CharField(
                        blank=True, choices=panels.protocol.order_types.type_choices, editable=False, max_length=40
                    ),
                ),
                ("link", models.TextField(blank=True)),
                ("link_key", models.CharField(blank=True, editable=False, max_length=500)),
                ("quantity", models.PositiveIntegerField(blank=True, null=True)),
                ("params", models.JSONField(blank=True, default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sending", "Sending"),
                            ("placed", "Placed"),
                            ("refused", "Refused"),
                            ("unknown", "Unknown"),
                            ("withdrawn", "Withdrawn"),
                            ("written_off", "Marked as lost"),
                        ],
                        default="queued",
                        max_length=20,
                    ),
                ),
                ("attempt", models.PositiveIntegerField(default=0, editable=False)),
                ("send_after", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("send_deadline", models.DateTimeField(editable=False, null=True)),
                ("held_reason", models.CharField(blank=True, editable=False, max_length=300)),
                ("alarm", models.CharField(blank=True, editable=False, max_length=300)),
                ("remote_id", models.CharField(blank=True, max_length=64, verbose_name="panel order ID")),
                (
                    "progress",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pending", "Pending"),
                            ("processing", "Processing"),
                            ("in_progress", "In progress"),
                            ("completed", "Completed"),
                            ("partial", "Partial"),
                            ("canceled", "Canceled"),
                            ("refunded", "Refunded"),
                            ("failed", "Failed"),
                            ("paused", "Paused"),
                            ("expired", "Expired"),
                        ],
                        max_length=20,
                    ),
                ),
                ("remote_status", models.CharField(blank=True, max_length=100, verbose_name="panel status")),
                ("is_word_unknown", models.BooleanField(default=False, editable=False)),
                ("start_count", models.BigIntegerField(blank=True, null=True)),
                ("remains", models.BigIntegerField(blank=True, null=True)),
                ("charge", panels.models.fields.MoneyField(blank=True, decimal_places=6, max_digits=18, null=True)),
                ("currency", models.CharField(blank=True, max_length=8)),
                ("rate_agreed", panels.models.fields.RateField(blank=True, decimal_places=8, max_digits=18, null=True)),
                (
                    "expected_cost",
                    panels.models.fields.MoneyField(blank=True, decimal_places=6, max_digits=18, null=True),
                ),
                ("error_class", models.CharField(blank=True, max_length=20)),
                ("error_text", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("sent_at", models.DateTimeField(editable=False, null=True)),
                ("placed_at", models.DateTimeField(editable=False, null=True)),
                ("checked_at", models.DateTimeField(editable=False, null=True)),
                ("changed_at", models.DateTimeField(editable=False, null=True)),
                ("check_requested_at", models.DateTimeField(editable=False, null=True)),
                ("next_check_at", models.DateTimeField(editable=False, null=True)),
                ("finished_at", models.DateTimeField(editable=False, null=True)),
                ("candidate_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("candidate_error", models.TextField(blank=True, editable=False)),
                (
                    "charge_sort",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            "charge", models.Value(Decimal("-1"))
                        ),
                        output_field=panels.models.fields.MoneyField(decimal_places=6, max_digits=18),
                    ),
                ),
                (
                    "cost_sort",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            "expected_cost", models.Value(Decimal("-1"))
                        ),
                        output_field=panels.models.fields.MoneyField(decimal_places=6, max_digits=18),
                    ),
                ),
                (
                    "cancel_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("queued", "Waiting to be sent"),
                            ("sending", "Being sent"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                            ("unknown", "Outcome unknown"),
                        ],
                        editable=False,
                        max_length=20,
                    ),
                ),
                ("cancel_requested_at", models.DateTimeField(editable=False, null=True)),
                ("cancel_deadline", models.DateTimeField(editable=False, null=True)),
                ("cancel_error", models.TextField(blank=True, editable=False)),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="panels.batch",
                    ),
                ),
                (
                    "cancel_requested_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "candidate_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "panel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="panels.panel",
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="IdSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempt", models.PositiveIntegerField()),
                ("requested_at", models.DateTimeField(null=True)),
                ("calls", models.PositiveSmallIntegerField(default=0)),
                ("leased_until", models.DateTimeField(null=True)),
                ("is_single", models.BooleanField(default=False)),
                ("start", models.BigIntegerField(null=True)),
                ("asked_from", models.BigIntegerField(null=True)),
                ("asked_to", models.BigIntegerField(null=True)),
                ("asked", models.PositiveIntegerField(default=0)),
                ("searched_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="id_searches", to="panels.order"
                    ),
                ),
            ],
            options={
                "verbose_name": "search for an ID",
                "verbose_name_plural": "searches for IDs",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="OrderAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("refresh", "Refresh"),
                            ("refill", "Refill"),
                            ("cancel", "Cancel"),
                            ("withdraw", "Withdraw"),
                        ],
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("confirmed_at", models.DateTimeField(editable=False, null=True)),
                ("finished_at", models.DateTimeField(editable=False, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at",),
            },
        ),
        migrations.CreateModel(
            name="ActionLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("", "Waiting"), ("done", "Requested"), ("skipped", "Not possible")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("detail", models.TextField(blank=True)),
                (
                    "order",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="panels.order"),
                ),
                (
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="panels.orderaction"
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="OrderEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "what",
                    models.CharField(
                        choices=[
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
                        ],
                        max_length=20,
                    ),
                ),
                ("detail", models.TextField(blank=True)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="panels.order",
                    ),
                ),
            ],
            options={
                "ordering": ("at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="DayTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("currency", models.CharField(blank=True, max_length=8)),
                ("cost", panels.models.fields.MoneyField(decimal_places=6, max_digits=18)),
                ("orders", models.PositiveIntegerField()),
                ("expected", models.PositiveIntegerField()),
                ("unpriced", models.PositiveIntegerField()),
                ("summed_at", models.DateTimeField(db_index=True)),
                (
                    "panel",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="panels.panel"),
                ),
            ],
            options={
                "ordering": ("-day", "panel", "currency"),
            },
        ),
        migrations.CreateModel(
            name="BalanceReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("balance", panels.models.fields.MoneyField(decimal_places=6, max_digits=18)),
                ("currency", models.CharField(blank=True, max_length=8)),
                (
                    "why",
                    models.CharField(choices=[("schedule", "on schedule"), ("request", "asked for")], max_length=20),
                ),
                (
                    "panel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="balance_readings", to="panels.panel"
                    ),
                ),
            ],
            options={
                "ordering": ("-at",),
            },
        ),
        migrations.CreateModel(
            name="Refill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting to be sent"),
                            ("sending", "Being sent"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                            ("unknown", "Outcome unknown"),
                        ],
                        default="queued",
                        max_length=20,
                    ),
                ),
                ("send_deadline", models.DateTimeField(editable=False, null=True)),
                ("remote_id", models.CharField(blank=True, max_length=64, verbose_name="panel refill ID")),
                (
                    "progress",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pending", "Pending"),
                            ("in_progress", "In progress"),
                            ("awaiting", "Awaiting"),
                            ("approved", "Approved"),
                            ("completed", "Completed"),
                            ("rejected", "Rejected"),
                            ("canceled", "Canceled"),
                            ("error", "Error"),
                        ],
                        max_length=20,
                    ),
                ),
                ("remote_status", models.CharField(blank=True, max_length=100, verbose_name="panel status")),
                ("error", models.TextField(blank=True)),
                ("requested_at", models.DateTimeField(auto_now_add=True)),
                ("sent_at", models.DateTimeField(editable=False, null=True)),
                ("checked_at", models.DateTimeField(editable=False, null=True)),
                ("next_check_at", models.DateTimeField(editable=False, null=True)),
                ("finished_at", models.DateTimeField(editable=False, null=True)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refills", to="panels.order"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-requested_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("remote_id", models.CharField(max_length=64, verbose_name="panel service ID")),
                ("name", models.CharField(max_length=500)),
                ("type", models.CharField(blank=True, choices=panels.protocol.order_types.type_choices, max_length=40)),
                ("raw_type", models.CharField(blank=True, max_length=100, verbose_name="panel type")),
                ("category", models.CharField(blank=True, max_length=300)),
                ("rate_per_1000", panels.models.fields.RateField(decimal_places=8, max_digits=18)),
                ("min_quantity", models.PositiveIntegerField(null=True)),
                ("max_quantity", models.PositiveIntegerField(null=True)),
                ("refill", models.BooleanField(null=True)),
                ("cancel", models.BooleanField(null=True)),
                ("dripfeed", models.BooleanField(null=True)),
                ("description", models.TextField(blank=True)),
                ("is_listed", models.BooleanField(default=True, verbose_name="listed")),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("search_text", models.TextField(blank=True, editable=False)),
                (
                    "panel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="panels.panel",
                    ),
                ),
            ],
            options={
                "ordering": ("panel", "pk"),
            },
        ),
        migrations.AddField(
            model_name="order",
            name="service",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="panels.service",
            ),
        ),
        migrations.CreateModel(
            name="BatchLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("token", models.UUIDField(editable=False, unique=True)),
                ("cells", models.JSONField(default=dict)),
                ("errors", models.JSONField(blank=True, default=dict)),
                ("has_errors", models.BooleanField(default=False, verbose_name="has errors")),
                ("warnings", models.JSONField(blank=True, default=list)),
                ("is_left_out", models.BooleanField(default=False, verbose_name="skipped")),
                ("is_repeat_ok", models.BooleanField(default=False, verbose_name="order anyway")),
                ("link_key", models.CharField(blank=True, editable=False, max_length=500)),
                ("rate", panels.models.fields.RateField(blank=True, decimal_places=8, max_digits=18, null=True)),
                ("terms", models.JSONField(blank=True, default=dict, editable=False)),
                ("cost", panels.models.fields.MoneyField(blank=True, decimal_places=6, max_digits=18, null=True)),
                ("currency", models.CharField(blank=True, max_length=8)),
                ("remote_id", models.CharField(blank=True, max_length=64, verbose_name="panel order ID")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="panels.batch"
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batch_line",
                        to="panels.order",
                    ),
                ),
                (
                    "panel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="panels.panel",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="panels.service",
                    ),
                ),
            ],
            options={
                "ordering": ("batch", "number"),
            },
        ),
        migrations.CreateModel(
            name="ServiceChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("field", models.CharField(max_length=40)),
                ("old", models.TextField(blank=True)),
                ("new", models.TextField(blank=True)),
                (
                    "service",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="panels.service",
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Controls",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sending_stopped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "sending_stopped_by",
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
                "verbose_name_plural": "controls",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_row_of_controls")],
            },
        ),
        migrations.CreateModel(
            name="FoundId",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("remote_id", models.CharField(max_length=64, verbose_name="panel order ID")),
                ("remote_status", models.CharField(max_length=100, verbose_name="panel status")),
                (
                    "progress",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pending", "Pending"),
                            ("processing", "Processing"),
                            ("in_progress", "In progress"),
                            ("completed", "Completed"),
                            ("partial", "Partial"),
                            ("canceled", "Canceled"),
                            ("refunded", "Refunded"),
                            ("failed", "Failed"),
                            ("paused", "Paused"),
                            ("expired", "Expired"),
                        ],
                        max_length=20,
                    ),
                ),
                ("charge", panels.models.fields.MoneyField(decimal_places=6, max_digits=18, null=True)),
                ("currency", models.CharField(blank=True, max_length=8)),
                ("start_count", models.BigIntegerField(null=True)),
                ("remains", models.BigIntegerField(null=True)),
                ("asked_at", models.DateTimeField()),
                (
                    "search",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="found", to="panels.idsearch"
                    ),
                ),
            ],
            options={
                "verbose_name": "found ID",
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(fields=("search", "remote_id"), name="one_found_id_per_search")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="idsearch",
            index=models.Index(
                condition=models.Q(("requested_at__isnull", False)), fields=["requested_at"], name="search_requested"
            ),
        ),
        migrations.AddConstraint(
            model_name="idsearch",
            constraint=models.UniqueConstraint(fields=("order", "attempt"), name="one_search_per_attempt"),
        ),
        migrations.AddIndex(
            model_name="actionline",
            index=models.Index(fields=["action", "outcome"], name="line_by_outcome"),
        ),
        migrations.AddConstraint(
            model_name="actionline",
            constraint=models.UniqueConstraint(fields=("action", "order"), name="one_line_per_order"),
        ),
        migrations.AddIndex(
            model_name="orderevent",
            index=models.Index(fields=["order", "at", "id"], name="event_by_order"),
        ),
        migrations.AddConstraint(
            model_name="daytotal",
            constraint=models.UniqueConstraint(
                fields=("day", "panel", "currency"), name="one_total_per_day_panel_currency"
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["-created_at", "-id"], name="batch_by_created"),
        ),
        migrations.AddIndex(
            model_name="balancereading",
            index=models.Index(fields=["panel", "-at"], name="balance_by_panel"),
        ),
        migrations.AddIndex(
            model_name="refill",
            index=models.Index(fields=["-requested_at", "-id"], name="refill_by_requested"),
        ),
        migrations.AddIndex(
            model_name="refill",
            index=models.Index(
                condition=models.Q(("state__in", ("queued", "sending"))), fields=["state"], name="refill_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="refill",
            index=models.Index(
                condition=models.Q(("next_check_at__isnull", False)), fields=["next_check_at"], name="refill_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="refill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("queued", "sending"))),
                fields=("order",),
                name="one_refill_request_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(fields=["rate_per_1000", "id"], name="service_by_rate"),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(fields=["name", "id"], name="service_by_name"),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(fields=["panel", "is_listed", "rate_per_1000"], name="service_by_panel_rate"),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(fields=["category", "is_listed", "panel"], name="service_by_category"),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.UniqueConstraint(fields=("panel", "remote_id"), name="one_row_per_service"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("held_reason", ""), ("state", "queued")),
                fields=["panel", "send_after", "id"],
                name="order_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state", "sending")), fields=["panel", "send_deadline"], name="order_sending"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("next_check_at__isnull", False)),
                fields=["panel", "next_check_at"],
                name="order_due",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("check_requested_at__isnull", False)),
                fields=["panel"],
                name="order_check_requested",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(
                    ("state", "unknown"),
                    models.Q(("held_reason__gt", ""), ("state", "queued")),
                    ("alarm__gt", ""),
                    _connector="OR",
                ),
                fields=["state"],
                name="order_needs_a_person",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("is_word_unknown", True), ("next_check_at__isnull", False)),
                fields=["panel", "remote_status", "is_word_unknown", "next_check_at"],
                name="order_with_unknown_word",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["cancel_state", "panel"], name="order_by_cancel"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("candidate_id", ""), _negated=True), fields=["panel"], name="order_with_candidate"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("remote_id", ""), _negated=True), fields=["remote_id"], name="order_by_remote_id"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["service", "link_key"], name="order_by_service_link"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["link_key"], name="order_by_link_start", opclasses=("varchar_pattern_ops",)),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["-created_at", "-id"], name="order_by_created"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["-charge_sort", "-id"], name="order_by_charge"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["-cost_sort", "-id"], name="order_by_cost"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["panel", "sent_at"], name="order_by_sent"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["panel", "-created_at", "-id", "placed_by"], name="order_of_panel"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["state", "-created_at", "-id", "panel", "placed_by"], name="order_in_state"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                fields=["progress", "-created_at", "-id", "panel", "placed_by"], name="order_in_progress"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["placed_by", "-created_at", "-id"], name="order_by_person"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("batch__isnull", False)),
                fields=["batch", "-created_at", "-id"],
                name="order_of_batch",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["panel", "placed_at"], name="order_by_placed"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce("changed_at", "placed_at"), name="order_by_touched"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                condition=models.Q(("remote_id", ""), _negated=True),
                fields=("panel", "remote_id"),
                name="one_order_per_remote_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rate_agreed__isnull", False), ("service__isnull", False)),
                    ("state", "placed"),
                    _connector="OR",
                ),
                name="only_placed_without_service",
            ),
        ),
        migrations.AddIndex(
            model_name="batchline",
            index=models.Index(fields=["batch", "-has_errors", "number"], name="line_wrong_first"),
        ),
        migrations.AddIndex(
            model_name="batchline",
            index=models.Index(fields=["batch", "service", "link_key"], name="line_by_service_link"),
        ),
        migrations.AddIndex(
            model_name="batchline",
            index=models.Index(
                condition=models.Q(("has_errors", False), ("order__isnull", True), ("remote_id__gt", "")),
                fields=["panel", "remote_id"],
                name="line_to_adopt",
            ),
        ),
        migrations.AddConstraint(
            model_name="batchline",
            constraint=models.UniqueConstraint(fields=("batch", "number"), name="one_line_per_number"),
        ),
        migrations.AddIndex(
            model_name="servicechange",
            index=models.Index(fields=["service", "-at"], name="change_by_service"),
        ),
        migrations.AddIndex(
            model_name="servicechange",
            index=models.Index(fields=["-at"], name="change_by_time"),
        ),
        migrations.RunPython(create_groups, migrations.RunPython.noop),
    ]
