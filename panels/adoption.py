"""Follows orders that were placed elsewhere: the panel confirms their ids, and they are tracked like ours.

A web request stores the lines; the worker asks the panels, 100 ids a call, and turns what they know into placed orders.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from panels.bulk_check import Book, in_chunks, unfit
from panels.bulk_import import new_lines, store, token_of
from panels.bulk_reading import Sheet
from panels.client import PanelClient
from panels.errors import OutcomeUnknown, PanelError
from panels.inquiry import CHUNK
from panels.limits import PanelClosedError, note_answer, note_error, open_client
from panels.models import Batch, BatchLine, Order, OrderEvent, Panel
from panels.order_fields import shown
from panels.order_types import normalise_link, read_whole
from panels.polling import compare, failure_in, is_answer, next_check_at
from panels.scalars import read_remote_id
from panels.wire import OrderStatus

COLUMNS = ("panel", "order", "service", "link", "quantity")
# What a pasted line holds behind the panel's name.
PASTED = COLUMNS[1:]

_SILENT = "The panel gave no answer about this order. Give its line again to ask once more."


def create_adoption(
    sheet: Sheet,
    *,
    source_name: str = "",
    created_by: Any,
    panel: Panel | None = None,
    token: uuid.UUID | None = None,
) -> tuple[Batch, bool]:
    """Keep the ids that a person wants followed, for the worker to ask about; wrong lines say what is wrong.

    Returns the batch and True, or the one that was made of the same table before and False.
    """
    batch = Batch(
        token=token_of(token, sheet, panel),
        source=Batch.Source.ADOPTED,
        state=Batch.State.CONFIRMED,
        filename=source_name[:255],
        panel=panel,
        columns=list(sheet.columns),
        created_by=created_by,
        confirmed_by=created_by,
        confirmed_at=timezone.now(),
    )
    return store(batch, new_lines(batch, sheet, COLUMNS), _check_lines)


def to_adopt() -> QuerySet[BatchLine]:
    """Return the lines that wait for their panel's answer."""
    waiting = BatchLine.objects.filter(order__isnull=True, has_errors=False, remote_id__gt="")
    return waiting.filter(batch__state=Batch.State.CONFIRMED)


# -- a line by itself


def _check_lines(batch: Batch, lines: Sequence[BatchLine]) -> None:
    book = Book(batch.panel, lines)
    named: dict[tuple[int, str], int] = {}
    for line in lines:
        _check(line, book)
        if line.panel_id and line.remote_id:
            first = named.setdefault((line.panel_id, line.remote_id), line.number)
            if first != line.number:
                line.errors["order"] = [f"Line {first} names the same order."]
    _note_known(lines)
    for line in lines:
        line.has_errors = bool(line.errors)


def _check(line: BatchLine, book: Book) -> None:
    panel = book.panel(line.cells)
    if isinstance(panel, str):
        line.errors["panel"] = [panel]
    else:
        line.panel, line.currency = panel, panel.currency
        if not panel.is_active:
            line.errors["panel"] = [f"The panel {shown(panel.name)} is not active: activate it first."]
        if service := line.cells.get("service", ""):
            line.service = book.service(panel, service)
            if line.service is None:
                line.warnings.append(f"{panel.name} has no service {shown(service)}: the order is followed without it.")
    line.errors |= unfit({name: line.cells[name] for name in ("link", "quantity") if name in line.cells})
    text = line.cells.get("order", "")
    line.remote_id = read_remote_id(text)
    if not line.remote_id:
        line.errors["order"] = [f"{shown(text)} is no order id." if text else "The order's id is missing."]


def _note_known(lines: Sequence[BatchLine]) -> list[BatchLine]:
    """Tell the lines whose orders we hold already which those are; returns the others."""
    wanted: dict[int, list[str]] = defaultdict(list)
    for line in lines:
        if line.panel_id and not line.errors:
            wanted[line.panel_id].append(line.remote_id)
    held: dict[tuple[int | None, str], int] = {}
    for panel_pk, remote_ids in wanted.items():
        for some in in_chunks(remote_ids):
            orders = Order.with_remote_ids(panel_pk, some)
            held |= {(panel_pk, remote_id): pk for pk, remote_id in orders.values_list("pk", "remote_id")}
    new = []
    for line in lines:
        if pk := held.get((line.panel_id, line.remote_id)):
            line.errors["order"] = [f"This is our order {pk} already."]
        elif not line.errors:
            new.append(line)
    return new


# -- the worker asks


def adopt(panel_pk: int, stopping: threading.Event) -> Counter[str]:
    """Ask one panel about all the ids that wait, and take over what it confirms; counts the outcomes."""
    panel = Panel.objects.filter(pk=panel_pk, is_active=True).first()
    counts: Counter[str] = Counter()
    if panel is None or panel.blocks_reading() or not to_adopt().filter(panel=panel).exists():
        return counts
    try:
        with open_client(panel, stopping) as client:
            while not stopping.is_set() and (ids := _next_ids(panel)):
                answers, error = _ask(client, ids)
                counts += _record(panel, ids if error is None else [each for each in ids if each in answers], answers)
                if error is not None:
                    note_error(panel, error)
                    counts["failed"] += 1
                    break
    except PanelClosedError:
        return counts
    if counts.total() > counts["failed"] and not counts["failed"]:
        note_answer(panel.pk)
    return counts


def _next_ids(panel: Panel) -> list[str]:
    waiting = to_adopt().filter(panel=panel).order_by("pk")
    return list(waiting.values_list("remote_id", flat=True)[:CHUNK])


def _ask(client: PanelClient, ids: Sequence[str]) -> tuple[Mapping[str, OrderStatus | PanelError], PanelError | None]:
    """Ask about ids together, and then alone about those that were passed over; returns what stopped it, if anything.

    What a panel says about the whole call is no answer about any of the ids.
    """
    answers: dict[str, OrderStatus | PanelError] = {}
    failure: PanelError | None = None
    try:
        answers.update(client.statuses(ids))
        for each in ids:
            if each not in answers:
                answers.update(_ask_alone(client, each))
    except PanelError as error:
        failure = error
    told = {each: answer for each, answer in answers.items() if is_answer(answer)}
    return told, failure or failure_in(answers)


def _ask_alone(client: PanelClient, remote_id: str) -> Mapping[str, OrderStatus | PanelError]:
    try:
        return client.statuses([remote_id])
    except OutcomeUnknown:
        # The panel has just answered about others, so it is well, and says nothing about this one.
        return {}


def _record(panel: Panel, ids: Sequence[str], answers: Mapping[str, OrderStatus | PanelError]) -> Counter[str]:
    """Write down what the panel says about these ids, all or nothing."""
    now = timezone.now()
    counts: Counter[str] = Counter()
    with transaction.atomic():
        # One at a time: two workers may have asked about the same ids.
        Panel.objects.select_for_update(no_key=True).get(pk=panel.pk)
        waiting = to_adopt().filter(panel=panel, remote_id__in=ids).order_by("pk")
        lines = list(waiting.select_related("batch__created_by", "service"))
        for line in _new(lines):
            answer = answers.get(line.remote_id)
            if isinstance(answer, OrderStatus):
                line.order = _take_over(line, answer, panel, now)
            else:
                line.errors["order"] = [f"The panel says: {answer.text}" if isinstance(answer, PanelError) else _SILENT]
        for line in lines:
            line.has_errors = bool(line.errors)
            counts["adopted" if line.order else "unfit"] += 1
        BatchLine.objects.bulk_update(lines, ("errors", "has_errors", "order"))
    return counts


def _new(lines: Sequence[BatchLine]) -> list[BatchLine]:
    """Return the lines whose orders we do not hold; of two that name the same one, from two batches, the first."""
    first: dict[str, BatchLine] = {}
    new = []
    for line in _note_known(lines):
        if first.setdefault(line.remote_id, line) is line:
            new.append(line)
        else:
            line.errors["order"] = [f"{first[line.remote_id].batch} follows this order already."]
    return new


def _take_over(line: BatchLine, answer: OrderStatus, panel: Panel, now: datetime) -> Order:
    """Make the placed order that a panel has confirmed, as its answer shows it."""
    link = line.cells.get("link", "")
    service = line.service
    order = Order(
        token=line.token,
        batch=line.batch,
        panel=panel,
        service=service,
        type=service.type if service else "",
        link=link,
        link_key=normalise_link(link),
        quantity=read_whole(line.cells.get("quantity", "")),
        currency=panel.currency,
        state=Order.State.PLACED,
        remote_id=line.remote_id,
        placed_by=line.batch.created_by,
        placed_at=now,
        checked_at=now,
        changed_at=now,
    )
    finding = compare(order, answer, panel, now)
    for name, value in finding.fields.items():
        setattr(order, name, value)
    order.next_check_at = next_check_at(order, now)
    order.save(force_insert=True)
    order.tell(OrderEvent.What.ADOPTED, f"Placed elsewhere as {line.remote_id}.", actor=line.batch.created_by)
    for what, detail in finding.story:
        order.tell(what, detail)
    return order
