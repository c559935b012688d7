"""Computes the money that panels gave back for the orders that had ended before it was kept."""

from decimal import Decimal

from django.db import migrations, transaction
from django.db.models import Max
from django.utils import timezone

from panels.models.writing import update_rows

# The pks of one transaction, because nothing may hold the write lock of SQLite for long.
PIECE = 5_000
SIX_PLACES = Decimal("0.000001")
READ = ("progress", "charge", "expected_cost", "quantity", "params", "remains")


def compute_given_back(apps, schema_editor):
    """Compute the amounts of canceled, refunded and partial orders, some thousand orders at a time."""
    Order = apps.get_model("panels", "Order")
    ended = Order.objects.filter(state="placed", progress__in=("canceled", "refunded", "partial"), given_back_source="")
    last = Order.objects.aggregate(last=Max("pk"))["last"] or 0
    for first in range(0, last + 1, PIECE):
        found = []
        for order in ended.filter(pk__gte=first, pk__lt=first + PIECE).order_by("pk").only(*READ):
            amount, source = _amount(order)
            if source:
                # The day of the order is summed again, because the order has changed.
                found.append((order, {"given_back": amount, "given_back_source": source, "changed_at": timezone.now()}))
        with transaction.atomic():
            update_rows(found)


def _amount(order):
    """Return the money given back for an order that has ended, and how it is known.

    As if the charge were told only now, because the charge before the end was not kept.
    """
    charge, expected, share = order.charge, order.expected_cost, _share_given_back(order)
    cost = expected if charge is None else charge
    if not cost or not share:
        return None, ""
    if order.progress == "partial" and None not in (charge, expected):
        # A charge that is nearer to the cost of the delivered part than to the whole was lowered by the panel.
        if abs(charge - expected * (1 - share)) < abs(charge - expected):
            return expected - charge, "told"
    return (cost * share).quantize(SIX_PLACES), "computed"


def _share_given_back(order):
    if order.progress != "partial":
        return Decimal(1)
    total = order.quantity and order.quantity * int(order.params.get("runs") or 1)
    if not total or order.remains is None:
        return None
    return Decimal(min(max(order.remains, 0), total)) / total


class Migration(migrations.Migration):
    # Each piece is a transaction of its own.
    atomic = False

    dependencies = [
        ("panels", "0006_given_back"),
    ]

    operations = [migrations.RunPython(compute_given_back, migrations.RunPython.noop)]
