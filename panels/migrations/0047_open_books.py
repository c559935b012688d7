"""Writes the entries of the orders that were charged before there was a ledger, and the openings of the accounts.

Works in pieces, each in a transaction of its own, and can be repeated after an interruption.
"""

from decimal import Decimal

from django.db import migrations, transaction
from django.db.models import Q

from panels.models.writing import insert_rows

PIECE = 5_000
READ = ("pk", "panel_id", "currency", "charge", "given_back", "given_back_source", "created_at", "sent_at")
TIMES = ("placed_at", "finished_at")


def book_orders(apps, _):
    """Write one charge for each order, and one entry for what came back. Orders from elsewhere have none."""
    entries = apps.get_model("panels", "Entry")
    orders = apps.get_model("panels", "Order").objects.order_by("pk")
    told = Q(charge__isnull=False) | Q(given_back__isnull=False)
    last = 0
    # All orders of a piece, because no index has the charged ones in the order of the pks.
    while piece := list(orders.filter(pk__gt=last).values_list("pk", flat=True)[:PIECE]):
        first, last = piece[0], piece[-1]
        done = set(entries.objects.filter(order__gte=first, order__lte=last).values_list("order_id", flat=True))
        placed = orders.filter(told, pk__range=(first, last), state="placed", rate_agreed__isnull=False)
        new = [entry for row in placed.values_list(*READ, *TIMES) if row[0] not in done for entry in of_order(row)]
        with transaction.atomic():
            insert_rows([entries(**values) for values in new])


def of_order(row):
    """Return the values of the entries of an order."""
    pk, panel, currency, charge, given_back, source, created_at, sent_at, placed_at, finished_at = row
    back = given_back or Decimal(0)
    charged = (charge or Decimal(0)) + (back if source == "told" else 0)
    placed_at = placed_at or created_at
    finished_at = finished_at or placed_at
    shared = {"order_id": pk, "panel_id": panel, "currency": currency}
    if charged:
        times = {"at": placed_at, "value_after": sent_at or placed_at, "value_at": placed_at}
        yield {**shared, "kind": "charge", "amount": -charged, **times}
    if back:
        times = {"at": finished_at, "value_after": placed_at, "value_at": finished_at}
        yield {**shared, "kind": "given_back", "amount": back, **times}


def book_openings(apps, _):
    """Write the last balance of each account, from which its books go on."""
    entries = apps.get_model("panels", "Entry").objects
    with transaction.atomic():
        for panel in apps.get_model("panels", "Panel").objects.filter(balance__isnull=False).order_by("pk"):
            at = panel.balance_checked_at
            kind = {"panel": panel, "currency": panel.currency_override or panel.reported_currency, "kind": "opening"}
            if at and not entries.filter(**kind).exists():
                entries.create(**kind, amount=panel.balance, at=at, value_after=at, value_at=at)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("panels", "0046_entries")]

    operations = [
        migrations.RunPython(book_orders, migrations.RunPython.noop),
        migrations.RunPython(book_openings, migrations.RunPython.noop),
    ]
