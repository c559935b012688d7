"""Computes the money that panels gave back for the orders that had ended before it was kept."""

from django.db import migrations, transaction
from django.db.models import Max
from django.utils import timezone

from panels.models.writing import update_rows
from panels.money.given_back import Bill, find_given_back, share_left

# The pks of one transaction, because nothing may hold the write lock of SQLite for long.
PIECE = 5_000
READ = ("progress", "charge", "expected_cost", "quantity", "params", "remains")


def compute_given_back(apps, schema_editor):
    """Compute the amounts of canceled, refunded and partial orders, some thousand orders at a time."""
    Order = apps.get_model("panels", "Order")
    ended = Order.objects.filter(
        state="placed", progress__in=("canceled", "refunded", "partial"), given_back_source=""
    )
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
    total = None if order.quantity is None else order.quantity * int(order.params.get("runs") or 1)
    # As if the charge were told only now, because the charge before the end was not kept.
    bill = Bill(order.progress, None, order.expected_cost, None, "")
    left = share_left(total, order.remains)
    return find_given_back(bill, order.progress, order.charge, left, keeps_charge=None)


class Migration(migrations.Migration):
    # Each piece is a transaction of its own.
    atomic = False

    dependencies = [
        ("panels", "0006_given_back"),
    ]

    operations = [migrations.RunPython(compute_given_back, migrations.RunPython.noop)]
