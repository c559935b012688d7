"""Counts the orders of a confirmed batch by their stage; pauses, resumes and withdraws a whole batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When

from panels.bell import ring
from panels.models import Batch, Order, Panel
from panels.money.costs import COST, IS_EXPECTED
from panels.orders.resolution import withdraw_asked, withdraw_queued
from panels.protocol.order_price import SIX_PLACES

CHUNK = 500
State = Order.State
_STAGE = Case(
    When(state=State.QUEUED, held_reason__gt="", then=Value("held")),
    When(state=State.PLACED, progress__in=Order.FINISHED, then=Value("finished")),
    default=F("state"),
    output_field=CharField(),
)


class BatchCost(NamedTuple):
    """The cost of some orders in one currency. is_expected: the charge of at least one order is not known yet."""

    currency: str
    amount: Decimal
    is_expected: bool


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """The number of a batch's orders in each stage.

    placed: accepted by the panel and not finished. waiting and unfit: lines of an import that the panel has not been
    asked about yet, and lines that cannot be imported. costs: the sum of the costs of all orders, by currency.
    """

    asked: int
    queued: int
    sending: int
    held: int
    placed: int
    refused: int
    unknown: int
    finished: int
    withdrawn: int
    written_off: int
    waiting: int
    unfit: int
    costs: tuple[BatchCost, ...]

    @property
    def total(self) -> int:
        """The number of all orders, and of the lines of an import that have no order yet."""
        waiting = self.asked + self.queued + self.held + self.waiting
        return self.ended + waiting + self.sending + self.placed + self.unknown

    @property
    def ended(self) -> int:
        """The number of orders and lines that have reached their end."""
        return self.refused + self.finished + self.withdrawn + self.written_off + self.unfit

    @property
    def sent(self) -> int:
        """The number of orders that were sent, or may have been sent."""
        return self.placed + self.unknown + self.refused + self.finished + self.written_off

    @property
    def settled(self) -> int:
        """The number of orders that were sent or will never be sent."""
        return self.sent + self.withdrawn + self.unfit

    @property
    def is_open(self) -> bool:
        """Whether an order may still change without an action of a person."""
        return bool(self.queued or self.sending or self.placed or self.waiting)

    @property
    def is_done(self) -> bool:
        """Whether no order will change any more, and no order waits for a person."""
        return not (self.is_open or self.asked or self.held or self.unknown)


def find_progress(batch: Batch) -> BatchProgress:
    """Count the orders of a batch."""
    found = progress_of([batch])
    return found[batch.pk]


def progress_of(batches: Iterable[Batch]) -> dict[int, BatchProgress]:
    """Count the orders of several batches. The number of queries does not depend on the number of batches."""
    pks = [batch.pk for batch in batches]
    orders = Order.objects.filter(batch__in=pks).order_by()
    counts: dict[int, Counter[str]] = {pk: Counter() for pk in pks}
    stages = orders.annotate(stage=_STAGE).values_list("batch_id", "stage").annotate(number=Count("pk"))
    for pk, stage, number in stages:
        counts[pk][stage] = number
    costs = _sum_costs(orders, pks)
    for pk, waiting, unfit in _count_lines(pks):
        counts[pk] += Counter(waiting=waiting, unfit=unfit)
    names = [name for name in BatchProgress.__dataclass_fields__ if name != "costs"]
    return {pk: BatchProgress(**{name: counts[pk][name] for name in names}, costs=tuple(costs[pk])) for pk in pks}


def _sum_costs(orders: QuerySet[Order], pks: Iterable[int]) -> dict[int, list[BatchCost]]:
    costs: dict[int, list[BatchCost]] = {pk: [] for pk in pks}
    by_currency = orders.values_list("batch_id", "currency")
    sums = by_currency.annotate(total=Sum(COST), expected=Count("pk", filter=IS_EXPECTED))
    for pk, currency, total, expected in sums.order_by("currency"):
        if total is not None:
            costs[pk].append(BatchCost(currency, total.quantize(SIX_PLACES), bool(expected)))
    return costs


def _count_lines(pks: Iterable[int]) -> Any:
    adopted = Batch.objects.filter(pk__in=list(pks), source=Batch.Source.ADOPTED).order_by()
    unfit = Q(lines__has_errors=True)
    return adopted.annotate(
        waiting=Count("lines", filter=Q(lines__order__isnull=True) & ~unfit), unfit=Count("lines", filter=unfit)
    ).values_list("pk", "waiting", "unfit")


def pause(batch: Batch) -> bool:
    """Stop sending the orders of a batch. Orders that are being sent continue. Returns False if it is not confirmed."""
    return _change_state(batch, Batch.State.CONFIRMED, Batch.State.PAUSED)


def resume(batch: Batch) -> bool:
    """Continue a paused batch, and ring for its queued orders. Returns False if it is not paused."""
    if not _change_state(batch, Batch.State.PAUSED, Batch.State.CONFIRMED):
        return False
    for panel_pk in panels_of(batch):
        ring("submit", panel_pk)
    return True


def _change_state(batch: Batch, came_from: Batch.State, to: Batch.State) -> bool:
    return bool(Batch.objects.filter(pk=batch.pk, state=came_from).update(state=to))


def paused_at(panel: Panel) -> QuerySet[Batch]:
    """Return the paused batches whose orders wait for a panel, each with their `number`."""
    waiting = Order.objects.filter(batch=OuterRef("pk"), panel=panel, state=State.QUEUED, held_reason="").order_by()
    number = waiting.values("batch").annotate(number=Count("pk")).values("number")
    paused = Batch.objects.filter(Exists(waiting), state=Batch.State.PAUSED).annotate(number=Subquery(number))
    return paused.order_by("confirmed_at", "pk")


def withdraw_unsent(batch: Batch, actor: Any) -> int:
    """Withdraw all queued orders of a batch, also those on hold or without approval, and return their number."""
    waiting = Order.objects.filter(batch=batch, state__in=(State.ASKED, State.QUEUED)).order_by("pk")
    withdrawn, last = 0, 0
    while pks := list(waiting.filter(pk__gt=last).values_list("pk", flat=True)[:CHUNK]):
        withdrawn += withdraw_asked(pks, actor) + withdraw_queued(pks, actor)
        last = pks[-1]
    return withdrawn


def panels_of(batch: Batch) -> list[int]:
    """Return the panels where a batch has queued orders."""
    waiting = Order.objects.filter(batch=batch, state=State.QUEUED)
    return list(waiting.order_by("panel").values_list("panel", flat=True).distinct())
