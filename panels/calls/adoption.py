"""Imports orders that were placed elsewhere: the panel confirms their ids, and then they are followed like ours.

A web request stores the lines. The worker asks the panels, 100 ids a call, and turns the ids that they know into placed
orders.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from panels.bulk.adoption import note_known_orders, placed_at_of, to_adopt
from panels.calls.comparing import compare
from panels.calls.visit import PanelClosedError, visit
from panels.models import BatchLine, Order, OrderEvent, Panel
from panels.orders.following import next_check_at
from panels.orders.status_words import with_meanings
from panels.protocol.client import PanelClient
from panels.protocol.errors import OutcomeUnknown, PanelError, failure_in, is_answer
from panels.protocol.inquiry import CHUNK
from panels.protocol.links import normalise_link
from panels.protocol.order_fields import read_count
from panels.protocol.wire import OrderStatus

_SILENT = "The panel gave no answer about this order. Import its line again to ask again."


def adopt(panel_pk: int, stopping: threading.Event) -> Counter[str]:
    """Ask one panel about all the ids that wait, and make orders of the ids that it confirms; count the outcomes."""
    counts: Counter[str] = Counter()
    if not to_adopt().filter(panel=panel_pk).exists():
        return counts
    with suppress(PanelClosedError), visit(Panel.objects.open_for_questions(), panel_pk, stopping) as here:
        while not (stopping.is_set() or here.has_failed) and (ids := _next_ids(here.panel)):
            answers, error = _ask_about_ids(here.client, ids)
            settled = ids if error is None else [each for each in ids if each in answers]
            counts += _record_answers(here.panel, settled, with_meanings(here.panel, answers))
            if settled:
                here.note_answer()
            if error is not None:
                here.note_error(error)
                counts["failed"] += 1
    return counts


def _next_ids(panel: Panel) -> list[str]:
    waiting = to_adopt().filter(panel=panel).order_by("pk")
    return list(waiting.values_list("remote_id", flat=True)[:CHUNK])


def _ask_about_ids(
    client: PanelClient, ids: Sequence[str]
) -> tuple[Mapping[str, OrderStatus | PanelError], PanelError | None]:
    """Ask about ids together, and then one by one about the ids that the answer left out.

    Returns the answers, and the error that ended the calls, if there is one. An error about a whole call is no answer
    about its ids.
    """
    answers: dict[str, OrderStatus | PanelError] = {}
    failure: PanelError | None = None
    try:
        answers.update(client.statuses(ids))
        for each in ids:
            if each not in answers:
                answers.update(_ask_about_id(client, each))
    except PanelError as error:
        failure = error
    answered = {each: answer for each, answer in answers.items() if is_answer(answer)}
    return answered, failure or failure_in(answers)


def _ask_about_id(client: PanelClient, remote_id: str) -> Mapping[str, OrderStatus | PanelError]:
    try:
        return client.statuses([remote_id])
    except OutcomeUnknown:
        # The panel has just answered about other ids, so only the answer about this id is missing.
        return {}


def _record_answers(panel: Panel, ids: Sequence[str], answers: Mapping[str, OrderStatus | PanelError]) -> Counter[str]:
    """Record the answers about these ids in one transaction; count the outcomes."""
    now = timezone.now()
    counts: Counter[str] = Counter()
    with transaction.atomic():
        # One worker at a time, because two workers may have asked about the same ids.
        Panel.objects.select_for_update(no_key=True).get(pk=panel.pk)
        waiting = to_adopt().filter(panel=panel, remote_id__in=ids).order_by("pk")
        lines = list(waiting.select_related("batch__created_by", "service"))
        for line in _new_lines(lines):
            answer = answers.get(line.remote_id)
            if isinstance(answer, OrderStatus):
                line.order = _create_order(line, answer, panel, now)
            else:
                line.errors["order"] = [f"Panel answer: {answer.text}" if isinstance(answer, PanelError) else _SILENT]
        for line in lines:
            line.has_errors = bool(line.errors)
            counts["adopted" if line.order else "unfit"] += 1
        BatchLine.objects.bulk_update(lines, ("errors", "has_errors", "order"))
    return counts


def _new_lines(lines: Sequence[BatchLine]) -> list[BatchLine]:
    """Return the lines whose orders we do not have yet; of several lines for one order, only the first."""
    first: dict[str, BatchLine] = {}
    new = []
    for line in note_known_orders(lines):
        if first.setdefault(line.remote_id, line) is line:
            new.append(line)
        else:
            line.errors["order"] = [f"{first[line.remote_id].batch} already imported this order."]
    return new


def _create_order(line: BatchLine, answer: OrderStatus, panel: Panel, now: datetime) -> Order:
    """Create the placed order that a panel has confirmed, with the values of its answer."""
    link = line.cells.get("link", "")
    service = line.service
    order = Order(
        token=line.token,
        batch=line.batch,
        panel=panel,
        service=service,
        as_ordered=service.terms() if service else None,
        type=service.type if service else "",
        link=link,
        link_key=normalise_link(link),
        quantity=read_count(line.cells.get("quantity", "")),
        currency=panel.currency,
        state=Order.State.PLACED,
        remote_id=line.remote_id,
        placed_by=line.batch.created_by,
        placed_at=placed_at_of(line),
        checked_at=now,
        changed_at=now,
        **line.labels,
    )
    finding = compare(order, answer, panel, now)
    for name, value in finding.fields.items():
        setattr(order, name, value)
    # What happened before now is not known. So there is no reading yet.
    order.status_at = now if answer.progress else None
    order.next_check_at = next_check_at(order, now)
    order.save(force_insert=True)
    order.add_event(OrderEvent.What.ADOPTED, f"Placed elsewhere as {line.remote_id}.", actor=line.batch.created_by)
    for what, detail in finding.events:
        order.add_event(what, detail)
    return order
