"""What an order costs, as SQL and as Python, and how much of the balances is spent already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from django.db.models import Case, F, Q, Sum, When

from panels.models import Order, Panel
from panels.models.fields import MoneyField
from panels.models.planning import unindexed, unindexed_text

# The cost is the charge, or what is expected while the panel names none: right after placing many say 0.
IS_GUESS = Q(charge__isnull=True) | Q(charge=0) & ~Q(progress__in=Order.FINISHED)
COST = Case(When(IS_GUESS, then=F("expected_cost")), default=F("charge"), output_field=MoneyField())

_SIX_PLACES = Decimal("0.000001")


def promised_costs(panels: Collection[Panel]) -> dict[tuple[int, str], Decimal]:
    """Return what of the panels' balances is spent already, by pk and currency.

    That is what waits to be sent, and what was sent since the balance was read.
    """
    unsent = Order.objects.filter(state__in=(Order.State.QUEUED, Order.State.SENDING))
    waiting = unsent.alias(at=unindexed("panel_id")).filter(at__in=[panel.pk for panel in panels])
    unread = Q(pk__in=())
    for panel in panels:
        if panel.balance_checked_at:
            unread |= Q(panel=panel, sent_at__gte=panel.balance_checked_at)
    taken = Order.objects.alias(now=unindexed_text("state")).filter(now__in=(Order.State.PLACED, Order.State.UNKNOWN))
    sent = taken.filter(unread)
    costs: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for orders in (waiting, sent):
        sums = orders.order_by().values_list("panel_id", "currency").annotate(sum=Sum(COST))
        for panel_pk, currency, cost in sums:
            costs[panel_pk, currency] += (cost or Decimal()).quantize(_SIX_PLACES)
    return costs
