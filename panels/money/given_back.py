"""Finds the money that a panel gave back for an order, and how this is known.

told       the charge is lower than it was before the order ended, so the charge is without this money already
computed   canceled and refunded orders: all of the cost; partial orders: the share that was not delivered
balance    computed, at a panel whose balance has shown that it pays back and keeps the charge
person     a person stated the amount

The amount follows from each answer of the panel anew. So an order that goes on after a cancel costs its charge again.
A failed order counts as paid, because panels repair such orders, or set them to canceled when they pay back.
The words of a person hold until the progress of the order changes or the panel lowers the charge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from panels.models import Order, OrderEvent, Panel
from panels.models.fields import plain
from panels.models.writing import insert_rows
from panels.money.costs import NOTHING_ORDERED, full_cost_of
from panels.money.ledger import Booked, entries_of_change
from panels.money.totals import name_days
from panels.protocol.order_price import SIX_PLACES

State, Progress, Source = Order.State, Order.Progress, Order.GivenBack
PAID_BACK_IN_FULL = (Progress.CANCELED, Progress.REFUNDED)
MAY_PAY_BACK = (*PAID_BACK_IN_FULL, Progress.PARTIAL)
# Panels round amounts to cents.
CENT = Decimal("0.01")
# A smaller change of a balance proves nothing.
SMALLEST_PROOF = Decimal("0.05")
_NOTHING: tuple[None, str] = (None, "")


@dataclass(frozen=True, slots=True)
class Bill:
    """The amounts of an order before an answer of its panel."""

    progress: str
    charge: Decimal | None
    expected_cost: Decimal | None
    given_back: Decimal | None
    source: str

    @property
    def full_charge(self) -> Decimal | None:
        """The charge before the panel lowered it."""
        if self.source == Source.TOLD and self.charge is not None:
            return self.charge + (self.given_back or 0)
        return self.charge


def compare_money(order: Order, told: Mapping[str, Any], panel: Panel) -> dict[str, Any]:
    """Return the money given back and its source, as they are after an answer. `told` has the values of the answer."""
    charge, progress = told["charge"], told["progress"]
    is_lower = charge is not None and order.charge is not None and charge < order.charge
    if not (order.given_back_source or is_lower or progress in MAY_PAY_BACK):
        # Nearly every answer, so it takes no further time.
        return {}
    bill = Bill(order.progress, order.charge, order.expected_cost, order.given_back, order.given_back_source)
    left = share_left(order.total_quantity, told["remains"])
    amount, source = find_given_back(bill, progress, charge, left, keeps_charge=panel.keeps_charge)
    return {"given_back": amount, "given_back_source": source}


def share_left(total: int | None, remains: int | None) -> Decimal | None:
    """Return the share of an order that was not delivered, None if it is not known."""
    if not total or remains is None:
        return None
    return Decimal(min(max(remains, 0), total)) / total


def find_given_back(
    bill: Bill, progress: str, charge: Decimal | None, left: Decimal | None, *, keeps_charge: bool | None
) -> tuple[Decimal | None, str]:
    """Return the money given back after an answer with this progress and charge, and how it is known.

    left: the share that was not delivered (`share_left`). Returns (None, "") if nothing is known to be given back.
    """
    full = bill.full_charge
    if progress in Order.FINISHED and charge is not None and full is not None and charge < full:
        return full - charge, Source.TOLD
    if bill.source == Source.PERSON and progress == bill.progress:
        return bill.given_back, bill.source
    share = Decimal(1) if progress in PAID_BACK_IN_FULL else left if progress == Progress.PARTIAL else None
    cost = bill.expected_cost if charge is None else charge
    if not cost or not share:
        return _NOTHING
    if progress == Progress.PARTIAL and keeps_charge is not True:
        if found := _read_lowered(bill, charge, share):
            return found
        if keeps_charge is False:
            return _NOTHING
    source = Source.BALANCE if keeps_charge and charge is not None else Source.COMPUTED
    return (cost * share).quantize(SIX_PLACES), source


def _read_lowered(bill: Bill, charge: Decimal | None, left: Decimal) -> tuple[Decimal, str] | None:
    """Recognise a charge that was lowered before it was told for the first time, None if it does not look so."""
    expected = bill.expected_cost
    if bill.charge or charge is None or expected is None:
        return None
    is_lowered = abs(charge - expected * (1 - left)) < abs(charge - expected)
    return (expected - charge, Source.TOLD) if is_lowered else None


def is_lowered(order: Order, changes: Mapping[str, Any]) -> bool:
    """Tell whether a charge that was known before falls with the end of an order, by the changes of an answer."""
    charge = changes.get("charge")
    is_lower = charge is not None and bool(order.charge) and order.charge - charge >= CENT
    return is_lower and changes.get("progress", order.progress) in MAY_PAY_BACK


def learn_lowering(panel: Panel) -> None:
    """Note that a panel lowers the charge when it pays back."""
    if panel.keeps_charge is not False:
        Panel.objects.filter(pk=panel.pk).update(keeps_charge=False)
        panel.keeps_charge = False


def learn_keeping(panel: Panel, balance: Decimal) -> None:
    """Note that a panel pays back and keeps the charge, if its new balance proves it.

    `panel` still has the last balance. The proof is a difference that equals the charges of the orders that were sent
    in between, less what was computed as given back for the orders that ended in between. A deposit, or an order that
    was placed elsewhere, makes the sum wrong and proves nothing.
    """
    since = panel.balance_checked_at
    if panel.keeps_charge or panel.balance is None or since is None:
        return
    touched = Order.objects.alias(touched_at=Coalesce("changed_at", "placed_at")).filter(touched_at__gte=since)
    ended = touched.filter(panel=panel, given_back_source=Source.COMPUTED, finished_at__gte=since, charge__gt=0)
    back = ended.filter(currency=panel.currency).order_by().aggregate(sum=Sum("given_back"))["sum"]
    if not back or back < SMALLEST_PROOF:
        return
    charged = Q(state=State.PLACED, charge__gt=0, currency=panel.currency)
    spent = (
        Order.objects.filter(panel=panel, sent_at__gte=since)
        .order_by()
        .aggregate(
            not_known=Count("pk", filter=~charged & ~Q(state__in=NOTHING_ORDERED)),
            charged=Sum("charge", filter=charged, default=Decimal(0)),
        )
    )
    if not spent["not_known"] and abs(balance - panel.balance + spent["charged"] - back) < CENT:
        Panel.objects.filter(pk=panel.pk).update(keeps_charge=True)
        panel.keeps_charge = True


def can_state(order: Order) -> bool:
    """Tell whether a person can state what came back: the order has ended, and its charge was not lowered."""
    is_ended = order.state == State.PLACED and order.is_finished
    return is_ended and order.given_back_source != Source.TOLD and bool(full_cost_of(order))


def state_given_back(pk: int, amount: Decimal | None, actor: Any) -> str:
    """Store what a person says the panel gave back; return "", or the reason why this is not possible.

    Without an amount, the words of the person are removed, and the amount is computed again.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",)).select_related("panel").get(pk=pk)
        most = full_cost_of(order)
        if not can_state(order) or most is None:
            return "An amount can be stated when the order has ended and its charge was not lowered. Nothing was saved."
        if amount is not None and not 0 <= amount <= most:
            return f"Enter an amount from 0 to {plain(most)} {order.currency}. Nothing was saved."
        before, booked = order.given_back, Booked.of(order)
        if amount is None:
            order.given_back, order.given_back_source = _compute(order)
        else:
            order.given_back, order.given_back_source = amount, Source.PERSON
        order.changed_at = timezone.now()
        if order.next_check_at:
            # An answer that is under way was compared with the earlier amount. A new lease makes it void.
            order.next_check_at = order.changed_at
        order.save(update_fields=("given_back", "given_back_source", "changed_at", "next_check_at"))
        order.add_event(OrderEvent.What.GIVEN_BACK, _in_words(before, order), actor=actor)
        insert_rows(entries_of_change(order, booked, order.changed_at, actor))
        name_days([order])
    return ""


def _compute(order: Order) -> tuple[Decimal | None, str]:
    bill = Bill(order.progress, order.charge, order.expected_cost, None, "")
    left = share_left(order.total_quantity, order.remains)
    return find_given_back(bill, order.progress, order.charge, left, keeps_charge=order.panel.keeps_charge)


def _in_words(before: Decimal | None, order: Order) -> str:
    how = "Stated" if order.given_back_source == Source.PERSON else "Computed again"
    return f"{how}: {plain(before or 0)} → {plain(order.given_back or 0)} {order.currency}".rstrip()
