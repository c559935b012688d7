"""How much of a delivery was lost, where a later order for the same target tells it by its start count.

    first order: start 1,000, delivered 500 ──▶ 1,500 ──lost 100──▶ second order: start 1,400

Only orders count between which nothing else was ordered: the first one was alone from its start to its end, was not
refilled, and had ended before the next one was sent. Orders of another platform or metric change another count, so they
do not matter. Growth that the team did not order hides a loss. So a drop is at least as large as what is counted here.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from panels.catalog.order_rows import ENDED_DELIVERED, Seconds, fetch_raw
from panels.models import Order, Refill
from panels.models.order_states import RequestState
from panels.models.planning import unindexed_text

# A refill that was asked for may have filled up what was lost.
MAY_BE_REFILLED = (RequestState.ACCEPTED, RequestState.UNKNOWN)
# Targets whose orders are read at once.
PIECE = 500


class Step(NamedTuple):
    """An order for a target. ended: the second of its end, None while it runs."""

    service: int
    sent: int
    ended: int | None
    start_count: int | None
    delivered: int | None
    is_refilled: bool


def read_drops(services: Sequence[int], since: datetime) -> dict[int, Counter[str]]:
    """Return the known drops of each of these services: the orders, their delivered units and the lost ones."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    wanted = set(services)
    for steps in _sequences(services, since):
        for first, lost in find_drops(steps):
            if first.service in wanted:
                found[first.service].update(known=1, delivered=first.delivered or 0, lost=lost)
    return dict(found)


def find_drops(steps: Iterable[Step]) -> Iterator[tuple[Step, int]]:
    """Yield each order of one target whose loss is known, with the lost units."""
    alone, busy_until = [], 0.0
    for step in sorted(steps, key=lambda step: step.sent):
        alone.append((step, step.sent >= busy_until))
        busy_until = max(busy_until, math.inf if step.ended is None else step.ended)
    for (first, is_first_alone), (second, is_second_alone) in pairwise(alone):
        is_told = is_first_alone and is_second_alone and not first.is_refilled
        if is_told and first.start_count and first.delivered and second.start_count:
            lost = first.start_count + first.delivered - second.start_count
            yield first, min(max(lost, 0), first.delivered)


def _sequences(services: Sequence[int], since: datetime) -> Iterator[list[Step]]:
    """Yield the orders of each target that these services share with other orders."""
    others = Order.objects.filter(link_key=OuterRef("link_key")).exclude(pk=OuterRef("pk"))
    ended = Order.objects.filter(service__in=services, created_at__gte=since, start_count__gt=0, link_key__gt="")
    shared = ended.alias(is_at=unindexed_text("progress")).filter(Exists(others), is_at__in=ENDED_DELIVERED)
    targets = list(shared.order_by().values_list("link_key", flat=True).distinct())
    for first in range(0, len(targets), PIECE):
        by_target: dict[tuple[Any, ...], list[Step]] = defaultdict(list)
        for target, service, *product, sent, ended_at, start, quantity, runs, remains, progress, refilled in fetch_raw(
            _orders(targets[first : first + PIECE], since)
        ):
            # Orders of a service that is not known to count the same are not compared.
            key = (target, *product) if product[0] and product[1] else (target, service)
            is_known = progress in ENDED_DELIVERED and runs is None and None not in (quantity, remains)
            delivered = max(quantity - max(remains, 0), 0) if is_known else None
            if sent is not None:
                by_target[key].append(Step(service, sent, ended_at, start, delivered, bool(refilled)))
        yield from by_target.values()


def _orders(targets: Sequence[str], since: datetime) -> QuerySet[Any, Any]:
    """Return the accepted orders for these targets."""
    taken = Order.objects.filter(link_key__in=targets, created_at__gte=since, service__isnull=False)
    product = ("platform", "metric", "object")
    return (
        taken.alias(is_in=unindexed_text("state"))
        .filter(is_in=Order.State.PLACED)
        .order_by()
        .annotate(
            at_sent=Seconds(Coalesce("sent_at", "placed_at")),
            at_end=Seconds(Coalesce("finished_before", "finished_at")),
            runs=KT("params__runs"),
            refilled=Exists(Refill.objects.filter(order=OuterRef("pk"), state__in=MAY_BE_REFILLED)),
        )
        .values_list(
            "link_key",
            "service_id",
            *(f"service__facts__product__{name}" for name in product),
            *("at_sent", "at_end", "start_count", "quantity", "runs", "remains", "progress", "refilled"),
        )
    )
