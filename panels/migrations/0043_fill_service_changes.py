"""Gives each change of a service its panel and its kind. The indexes are made afterwards.

Works in pieces, each in a transaction of its own, and can be repeated after an interruption. No old change is marked as
one of a service in use, so nobody is told of it.
"""

from django.db import migrations, models, transaction
from django.db.models import Case, F, FloatField, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast

PIECE = 5_000
NOTED = {
    "gone": Q(field="is_listed", old="True", new="False"),
    "back": Q(field="is_listed", old="False", new="True"),
    "new": Q(field="is_listed", old="", new="True"),
    "refill_lost": Q(field="refill", old="True", new="False"),
    "cancel_lost": Q(field="cancel", old="True", new="False"),
    "limits": Q(field__in=("min_quantity", "max_quantity")),
    "type": Q(field__in=("type", "raw_type")),
    "renamed": Q(field__in=("name", "category")),
}


def fill_changes(apps, _):
    """Fill the rows that have no panel."""
    changes = apps.get_model("panels", "ServiceChange").objects.order_by()
    panel_of = apps.get_model("panels", "Service").objects.filter(pk=OuterRef("service")).order_by().values("panel")
    kind = Case(*(When(when, then=Value(kind)) for kind, when in NOTED.items()), default=Value("other"))
    is_dearer = Case(When(new_price__gt=F("old_price"), then=Value("dearer")), default=Value("cheaper"))
    last = changes.aggregate(last=Max("pk"))["last"] or 0
    for first in range(0, last + 1, PIECE):
        rows = changes.filter(pk__gte=first, pk__lt=first + PIECE, panel=None)
        with transaction.atomic():
            prices = rows.filter(field="rate_per_1000").alias(
                old_price=Cast("old", FloatField()), new_price=Cast("new", FloatField())
            )
            prices.update(kind=is_dearer)
            rows.exclude(field="rate_per_1000").update(kind=kind)
            rows.update(panel=Subquery(panel_of))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("panels", "0042_watch_catalogs")]

    operations = [
        migrations.RunPython(fill_changes, migrations.RunPython.noop),
        migrations.AddIndex(
            "servicechange",
            models.Index(fields=["panel", "-at", "-id", "kind", "is_used"], name="change_of_panel"),
        ),
        migrations.AddIndex(
            "servicechange",
            models.Index(fields=["kind", "-at", "-id", "is_used"], name="change_of_kind"),
        ),
        migrations.AddIndex(
            "servicechange",
            models.Index(condition=Q(is_used=True), fields=["-at", "-id", "panel", "kind"], name="change_in_use"),
        ),
        migrations.AddIndex(
            "servicechange",
            models.Index(
                condition=Q(is_serious=True, is_used=True), fields=["-at"], name="change_to_look_at"
            ),
        ),
    ]
