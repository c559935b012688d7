"""Holds the orders that the balance does not cover, one by one, and lets them go when it covers them.

queued ──too dear at the claim, or refused for funds──▶ held for funds ──a balance covers it, or a person──▶ queued

An order is known to be too dear by a reading of the last minutes in its own currency, less all that was claimed since
(`Panel.free_balance`), and by a certain cost. Otherwise it is sent, and the panel's answer counts. The panel itself is
paused only while the balance covers none of the orders that wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from panels.models import Order, OrderEvent, Panel
from panels.models.writing import insert_rows, update_rows
from panels.pages.numbers import money_text
from panels.protocol.order_price import Billing
from panels.protocol.order_types import ORDER_TYPES
from panels.providers.pauses import pause, resume

State, What = Order.State, OrderEvent.What
# So many orders are held or let go in one transaction.
AT_ONCE = 500
# Without a reading for so long, the panel's answer to the orders counts again.
UNREAD_AFTER = timedelta(minutes=30)
NOTHING = Decimal()
# The cost of these types is only a ceiling. Orders of an unknown type are ordered as Default, so theirs is a guess.
UNCERTAIN_TYPES = ("", *(slug for slug, kind in ORDER_TYPES.items() if kind.billing is Billing.SUBSCRIPTION))
# The price has not fallen since a person agreed to it, so the order does not cost less than expected.
_IS_CERTAIN = (
    Q(expected_cost__isnull=False) & ~Q(type__in=UNCERTAIN_TYPES) & Q(service__rate_per_1000__gte=F("rate_agreed"))
)


@dataclass(frozen=True, slots=True)
class Shortage:
    """The orders of a panel that wait for money, and the amount that is missing for all: None if it is not known."""

    number: int
    missing: Decimal | None


def held(panel_pk: int | None = None) -> QuerySet[Order]:
    """Return the orders that wait for money, in the order of sending."""
    waiting = Order.objects.filter(state=State.QUEUED, held_for_funds_at__isnull=False, held_reason="")
    return (waiting if panel_pk is None else waiting.filter(panel=panel_pk)).order_by("send_after", "pk")


def shortage(panel: Panel) -> Shortage:
    """Return how many orders of a panel wait for money, and for how much."""
    # The subquery reads their own small index.
    orders = Order.objects.filter(pk__in=held(panel.pk).order_by().values("pk"))
    found = orders.aggregate(number=Count("pk"), cost=Sum("expected_cost"))
    free = panel.free_balance
    return Shortage(found["number"], None if free is None else max((found["cost"] or NOTHING) - free, NOTHING))


def explain(order: Order, free: Decimal | None) -> str:
    """Say what an order costs, what is available, and what is missing."""
    currency = order.currency
    if free is None:
        cost = "not known in advance" if order.expected_cost is None else money_text(order.expected_cost, currency)
        return f"The balance is not known. The cost of this order is {cost}."
    if order.expected_cost is None:
        available = money_text(free, currency)
        return f"Not enough balance: {available} available, and the cost of this order is not known in advance."
    free, short = max(free, NOTHING), order.expected_cost - max(free, NOTHING)
    available, cost, missing = (money_text(each, currency) for each in (free, order.expected_cost, short))
    if short <= 0:
        return f"Waits for the next reading of the balance. This order costs {cost}."
    return f"Not enough balance: {available} available, this order costs {cost} ({missing} short)."


# -- before an order is sent


def hold_too_dear(panel: Panel, orders: Iterable[Order], queued: QuerySet[Order], now: datetime) -> bool:
    """Hold the orders that are known to be too dear for a panel whose row is locked; return whether there were any.

    `orders` are about to be sent. If one of them is too dear, others of `queued` that are too dear by themselves are
    held with it, because there may be thousands.
    """
    free = panel.known_free(now)
    if free is None:
        return False
    left, too_dear = free, []
    for order in orders:
        cost = _certain_cost(order, panel)
        if cost is not None and cost > left and not order.may_exceed_balance:
            too_dear.append(order)
        else:
            left -= cost or NOTHING
    if not too_dear:
        return False
    alike = queued.filter(_IS_CERTAIN, expected_cost__gt=free, currency=panel.currency, may_exceed_balance=None)
    hold({order.pk: order for order in [*alike[: AT_ONCE - len(too_dear)], *too_dear]}.values(), left, now)
    return True


def hold(orders: Iterable[Order], free: Decimal, now: datetime) -> int:
    """Hold queued orders until the balance covers them, each with the amount it lacks; return their number."""
    by_pk = sorted(orders, key=lambda order: order.pk)
    with transaction.atomic():
        pks = [order.pk for order in by_pk]
        locked = Order.objects.filter(pk__in=pks, state=State.QUEUED, held_for_funds_at=None, held_reason="")
        still = set(locked.select_for_update().order_by("pk").values_list("pk", flat=True))
        holding = [order for order in by_pk if order.pk in still]
        update_rows(
            [(order, {"held_for_funds_at": now, "may_exceed_balance": None}) for order in holding],
            where=("state", "attempt"),
        )
        OrderEvent.objects.bulk_create(order.event(What.HELD, explain(order, free)) for order in holding)
    return len(holding)


def hold_refused(panel: Panel, order: Order, words: str, now: datetime) -> None:
    """Hold an order that the panel refused for funds, and pause the panel if the balance covers no other order either.

    A panel that gives credit has its own limit, so it is paused and its order is not held. Its row is locked.
    """
    free = NOTHING if panel.free_balance is None else panel.free_balance
    if not panel.gives_credit:
        hold([order], panel.balance or NOTHING, now)
    if panel.gives_credit or not _is_any_covered(panel, free):
        pause(panel, Panel.Pause.FUNDS, words)


def spend(panel: Panel, orders: Sequence[Order]) -> None:
    """Count claimed orders against the free balance of a panel whose row is locked. The caller saves it."""
    if panel.free_balance is not None:
        panel.free_balance -= _sum_of(orders, panel)


def give_back(panel: Panel, orders: Sequence[Order]) -> None:
    """Free the cost of claimed orders that the panel did not take.

    A reading since the claim may have left them out already. Then nothing is freed, because the next reading is right.
    """
    with transaction.atomic():
        known = Panel.objects.filter(pk=panel.pk, free_balance__isnull=False)
        current = known.select_for_update(no_key=True).only("balance_checked_at").first()
        if current is None:
            return
        read_at = current.balance_checked_at
        unread = [order for order in orders if read_at is None or (order.sent_at and order.sent_at > read_at)]
        if cost := _sum_of(unread, panel):
            known.update(free_balance=F("free_balance") + cost)


def exceeds(order: Order, panel: Panel, balance: Decimal) -> bool:
    """Return whether a balance that was just read does not cover an order, so that its refusal for funds is true.

    An order of unknown cost costs something. Amounts of another currency cannot be compared.
    """
    if order.currency != panel.currency:
        return False
    return balance <= 0 if order.expected_cost is None else order.expected_cost > balance


def _certain_cost(order: Order, panel: Panel) -> Decimal | None:
    service, agreed = order.service, order.rate_agreed
    if service is None or agreed is None or order.type in UNCERTAIN_TYPES or order.currency != panel.currency:
        return None
    return order.expected_cost if service.rate_per_1000 >= agreed else None


def _sum_of(orders: Sequence[Order], panel: Panel) -> Decimal:
    costs = (order.expected_cost for order in orders if order.currency == panel.currency)
    return sum(filter(None, costs), NOTHING)


# -- after a reading


def free_of(panel: Panel, balance: Decimal, asked_at: datetime) -> Decimal:
    """Return what a balance leaves: less the orders on their way, and those sent or accepted since it was asked for."""
    ours = Order.objects.filter(panel=panel.pk, currency=panel.currency).order_by()
    unread = (
        ours.filter(state=State.SENDING),
        ours.filter(state=State.PLACED, placed_at__gte=asked_at, sent_at__isnull=False),
        # Until its deadline, the panel may still take an order without an answer.
        ours.filter(state=State.UNKNOWN, send_deadline__gte=asked_at),
    )
    return balance - sum((each.aggregate(sum=Sum("expected_cost"))["sum"] or NOTHING for each in unread), NOTHING)


def settle(panel: Panel) -> None:
    """Let go what a committed reading covers, some hundred orders at a time, and then pause or resume the panel.

    `panel` has the reading. Each transaction is short and locks the panel first, as a claim does. If another reading
    has come meanwhile, that one goes on. If the process ends, the next reading goes on.
    """
    free, goes_on = NOTHING if panel.free_balance is None else panel.free_balance, True
    while goes_on:
        with transaction.atomic():
            same = Panel.objects.filter(pk=panel.pk, balance_checked_at=panel.balance_checked_at)
            current = same.select_for_update(no_key=True).first()
            if current is None:
                return
            left = _release_covered(current, free)
            goes_on = left is not None
            if left is None:
                _settle_pause(current)
            else:
                free = left


def _release_covered(panel: Panel, free: Decimal) -> Decimal | None:
    """Let the next orders go that the balance covers; return what it leaves, or None if it covers none."""
    held_here, going = held(panel.pk), []
    covered = held_here if panel.gives_credit else held_here.filter(_coverable(panel, free))
    for pk, cost, currency in covered.values_list("pk", "expected_cost", "currency")[:AT_ONCE]:
        if panel.gives_credit or currency != panel.currency or (free > 0 if cost is None else cost <= free):
            going.append(pk)
            if currency == panel.currency:
                free -= cost or NOTHING
    if not going:
        return None
    # Everybody locks several orders in the order of their pks, to avoid deadlocks.
    locked = list(held_here.filter(pk__in=going).order_by("pk").select_for_update().values_list("pk", flat=True))
    Order.objects.filter(pk__in=locked).update(held_for_funds_at=None)
    event = {"at": timezone.now(), "what": What.RELEASED, "detail": "The balance covers it."}
    insert_rows([OrderEvent(order_id=pk, **event) for pk in locked])
    return free


def _coverable(panel: Panel, free: Decimal) -> Q:
    """Match the orders that an amount covers, or may cover because their cost cannot be compared with it."""
    coverable = Q(expected_cost__lte=free) | ~Q(currency=panel.currency)
    return coverable | Q(expected_cost=None) if free > 0 else coverable


def _settle_pause(panel: Panel) -> None:
    """Pause or resume a panel whose row is locked, after it was settled which orders go."""
    free = panel.free_balance
    # A person who ended a pause may know of money that no reading shows yet.
    if free is None:
        return
    if panel.paused_reason == Panel.Pause.FUNDS:
        _end_pause(panel, free)
    elif held(panel.pk).exists() and not _is_any_covered(panel, free):
        pause(panel, Panel.Pause.FUNDS, "The balance covers none of the waiting orders.")


def _is_any_covered(panel: Panel, free: Decimal) -> bool:
    """Return whether the balance may cover one of the waiting orders, or whether no order waits."""
    waiting = Order.objects.filter(panel=panel.pk, state=State.QUEUED, held_reason="").order_by()
    coverable = _coverable(panel, free)
    if free > 0:
        coverable |= Q(type__in=UNCERTAIN_TYPES)
    return waiting.filter(coverable).exists() or not waiting.exists()


def _end_pause(panel: Panel, free: Decimal) -> None:
    """End a pause for funds if the balance covers an order. For a panel that gives credit, it must only have risen."""
    balance, lowest = panel.balance or NOTHING, panel.paused_balance
    has_risen = lowest is not None and balance > lowest
    if has_risen if panel.gives_credit else _is_any_covered(panel, free):
        resume(panel)
    else:
        Panel.objects.filter(pk=panel.pk).update(paused_balance=balance)


def release_unread(now: datetime) -> int:
    """Let all orders go at panels whose balance can no longer be read, and end the pause; return their number.

    A panel that is not asked at all, because the worker was not running, has no error of its last reading.
    """
    is_old = Q(balance_checked_at=None) | Q(balance_checked_at__lt=now - UNREAD_AFTER)
    is_short = Q(pk__in=held().order_by().values("panel")) | Q(paused_reason=Panel.Pause.FUNDS)
    released = 0
    for panel in Panel.objects.filter(is_old, is_short, is_active=True, balance_error__gt=""):
        while some := _release_some(panel):
            released += some
        if panel.paused_reason == Panel.Pause.FUNDS:
            resume(panel)
    return released


def _release_some(panel: Panel) -> int:
    """Let the next orders of a panel go without a reading, and return their number."""
    with transaction.atomic():
        # A claim and a reading lock the panel too.
        current = Panel.objects.select_for_update(no_key=True).get(pk=panel.pk)
        if current.balance_checked_at != panel.balance_checked_at:
            return 0
        orders = list(held(panel.pk).order_by("pk").only("state", "attempt")[:AT_ONCE])
        written = update_rows([(order, {"held_for_funds_at": None}) for order in orders], where=("state", "attempt"))
        text = "The balance can no longer be read, so the panel decides."
        OrderEvent.objects.bulk_create(order.event(What.RELEASED, text) for order in orders)
    return written


def is_above_balance(order: Order) -> bool:
    """Return whether a claimed order cost more than the balance that was known at its claim."""
    panel, cost = order.panel, _certain_cost(order, order.panel)
    sent_at = order.sent_at
    if panel.gives_credit or panel.balance is None or cost is None or sent_at is None:
        return False
    return panel.is_balance_fresh(sent_at) and cost > panel.balance


def learn_credit(panel_pk: int) -> None:
    """Note that a panel took an order above its balance. What waits for money there is let go by the next reading."""
    debtors = Panel.objects.filter(pk=panel_pk, gives_credit=False)
    debtors.update(gives_credit=True, balance_requested_at=timezone.now())
