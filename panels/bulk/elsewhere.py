"""Makes a draft that sends orders elsewhere: to equivalent offers of other panels, in the place of the orders.

Only orders for which nothing was ordered can be replaced (`order_states.is_replaceable`). That is checked with each
check of the draft. The confirmation locks the orders, checks them once more, and withdraws those on hold in the
transaction that queues their replacements. So an order is never sent at both panels.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from panels.bulk.again import cells_of, read_orders, store_draft
from panels.bulk.checking import again_of, check_lines, checked_values, save_changed_lines
from panels.bulk.drafts import lock_draft, touch
from panels.bulk.lookup import in_chunks
from panels.catalog.choices import Choice, find_choices
from panels.models import Batch, BatchLine, Order, Service
from panels.models.order_states import is_replaceable

NOWHERE = "that no other panel offers"


@dataclass(frozen=True, slots=True)
class Group:
    """The lines that replace orders of one service, and the offers to choose from."""

    service: Service
    numbers: tuple[int, ...]
    choices: tuple[Choice, ...]
    chosen: int | None

    def __len__(self) -> int:
        return len(self.numbers)


def draft_elsewhere(order_pks: Iterable[int], actor: Any) -> tuple[Batch | None, int, Mapping[str, int]]:
    """Store a draft that sends orders to the cheapest equivalent offers elsewhere. Nothing is ordered or withdrawn yet.

    Returns the draft, the number of its skipped lines, and the number of orders that are left out by reason. Without
    an order that can be sent elsewhere, there is no draft.
    """
    left_out: Counter[str] = Counter()
    orders: list[Order] = []
    for order in read_orders(order_pks):
        if is_replaceable(order) and order.service:
            orders.append(order)
        else:
            left_out[_why_not(order)] += 1
    choices = find_choices(_quantities(orders))
    rows = []
    for order in orders:
        if found := choices.get(order.service_id or 0):
            rows.append(cells_of(order) | _cells_at(_best(found).service))
        else:
            left_out[NOWHERE] += 1
    if not rows:
        return None, 0, left_out
    return *store_draft(rows, Batch.Source.ELSEWHERE, actor), left_out


def _why_not(order: Order) -> str:
    if is_replaceable(order):
        return "without a known service"
    if order.state == Order.State.UNKNOWN:
        return "with an unknown outcome"
    return order.get_state_display().lower()


def _quantities(orders: Iterable[Order]) -> dict[int, list[int | None]]:
    """Return the quantities of the orders of each service, by pk."""
    found: dict[int, list[int | None]] = defaultdict(list)
    for order in orders:
        if order.service_id:
            found[order.service_id].append(order.quantity)
    return found


def _best(choices: Sequence[Choice]) -> Choice:
    """Return the cheapest offer whose limits fit all orders, or else the cheapest one."""
    return next((each for each in choices if each.fits_all), choices[0])


def _cells_at(service: Service) -> dict[str, str]:
    return {"panel": service.panel.name, "service": service.remote_id}


def find_groups(batch: Batch) -> list[Group]:
    """Return the lines of a draft by the services of the orders that they replace."""
    lines = list(batch.lines.only("batch", "number", "cells", "service").order_by("number"))
    orders = _replaced(lines)
    by_service: dict[int, list[BatchLine]] = defaultdict(list)
    for line in lines:
        if (order := orders.get(again_of(line) or 0)) and order.service_id:
            by_service[order.service_id].append(line)
    choices = find_choices(_quantities(orders.values()))
    services = Service.objects.select_related("panel").in_bulk(by_service)
    groups = []
    for pk, own in by_service.items():
        chosen = Counter(line.service_id for line in own).most_common(1)[0][0]
        numbers = tuple(line.number for line in own)
        groups.append(Group(services[pk], numbers, tuple(choices.get(pk, ())), chosen))
    return groups


def _replaced(lines: Iterable[BatchLine]) -> dict[int, Order]:
    pks = sorted({pk for line in lines if (pk := again_of(line))})
    orders = Order.objects.only("service", "quantity")
    return {order.pk: order for some in in_chunks(pks) for order in orders.filter(pk__in=some)}


def choose_offers(batch: Batch, chosen: Mapping[int, Service]) -> int:
    """Let the lines of a draft order other services, by the services of their orders. Return how many have changed.

    All lines are checked again. A doubt that a person has accepted was about the former service, so it is one again.
    Raises NotADraftError.
    """
    with transaction.atomic():
        batch = lock_draft(batch.pk)
        lines = list(batch.lines.order_by("number"))
        before = [checked_values(line) for line in lines]
        orders = _replaced(lines)
        number = 0
        for line in lines:
            order = orders.get(again_of(line) or 0)
            service = chosen.get(order.service_id or 0) if order else None
            if service and line.service_id != service.pk:
                line.cells = {**line.cells, **_cells_at(service)}
                line.is_repeat_ok = False
                number += 1
        check_lines(batch, lines)
        save_changed_lines(lines, before)
        touch(batch)
    return number
