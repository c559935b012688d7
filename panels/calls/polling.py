"""Asks panels about open orders and writes down what they say.

Rows are leased by moving next_check_at before the call, so that two workers never ask about the same ones. The
interval grows with the time that nothing has changed, from a minute to an hour, and an order that has finished is
looked at now and then for some days: panels take back what they called completed.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Case, DateTimeField, QuerySet, Value, When
from django.utils import timezone

from panels.calls.visit import CHUNK_OF_SINGLES, LEASE, PanelClosedError, Visit, visit
from panels.models import Order, OrderEvent, Panel
from panels.models.writing import update_rows
from panels.orders.following import GRACE, SOONEST, next_check_at
from panels.protocol.errors import Deferred, PanelError, Reason, Refused, is_answer
from panels.protocol.inquiry import CHUNK
from panels.protocol.wire import OrderStatus
from panels.threads import in_parallel

LOST = "The panel does not know this order any more: "
What = OrderEvent.What
# What an answer may change about a row.
WRITTEN = (
    "progress",
    "is_word_unknown",
    "remote_status",
    "charge",
    "currency",
    "start_count",
    "remains",
    "alarm",
    "error_text",
    "changed_at",
    "checked_at",
    "check_requested_at",
    "next_check_at",
    "finished_at",
)


def poll_due(panel_pk: int, stopping: threading.Event) -> Counter[str]:
    """Ask one panel about all its orders that are due; counts what was asked, answered and changed."""
    if not _due(panel_pk).exists():
        return Counter()
    try:
        with visit(Panel.objects.open_for_questions(), panel_pk, stopping) as here:
            chunks = -(-_due(panel_pk).count() // _chunk(here.panel))
            return in_parallel(min(here.panel.parallel_calls, chunks), partial(_poll_chunks, here, stopping))
    except PanelClosedError as closed:
        return Counter(failed=1) if closed.panel else Counter()


def _due(panel_pk: int) -> QuerySet[Order]:
    return Order.objects.filter(panel=panel_pk, state=Order.State.PLACED, next_check_at__lte=timezone.now())


def _chunk(panel: Panel) -> int:
    """Return how many orders to lease at once: one by one, a hundred would take longer than their lease."""
    return CHUNK if panel.multi_status else CHUNK_OF_SINGLES


def _poll_chunks(here: Visit, stopping: threading.Event) -> Counter[str]:
    counts: Counter[str] = Counter()
    while not (stopping.is_set() or here.has_failed) and (orders := _lease(here.panel)):
        try:
            answers = here.client.statuses([order.remote_id for order in orders])
        except PanelError as error:
            answers = dict.fromkeys((order.remote_id for order in orders), error)
        counts += _record_answers(here.panel, orders, answers)
        if here.note_answers(answers):
            counts["failed"] += 1
    return counts


def _lease(panel: Panel) -> list[Order]:
    until = timezone.now() + LEASE
    with transaction.atomic():
        due = _due(panel.pk).order_by("next_check_at").select_for_update(skip_locked=True)
        orders = list(due[: _chunk(panel)])
        Order.objects.filter(pk__in=[order.pk for order in orders]).update(next_check_at=until)
    for order in orders:
        order.next_check_at = until
    return orders


@dataclass(frozen=True, slots=True)
class Comparison:
    """The fields of an order that an answer changes, and the events of its history that say so."""

    fields: dict[str, Any] = field(default_factory=dict)
    events: tuple[tuple[OrderEvent.What, str], ...] = ()


def compare(order: Order, answer: OrderStatus | PanelError | None, panel: Panel, now: datetime) -> Comparison:
    """Find what an answer about an order changes; what it does not say stays as it was."""
    if isinstance(answer, Refused):
        return _compare_refusal(order, answer, now)
    if answer is None or isinstance(answer, PanelError):
        return Comparison()
    told: dict[str, Any] = {
        "progress": answer.progress or order.progress,
        "is_word_unknown": answer.progress is None and bool(answer.remote_status),
        "remote_status": answer.remote_status or order.remote_status,
        "charge": order.charge if answer.charge is None else answer.charge,
        "currency": panel.currency_override or answer.currency or order.currency,
        "start_count": order.start_count if answer.start_count is None else answer.start_count,
        "remains": order.remains if answer.remains is None else answer.remains,
        "alarm": "" if order.alarm.startswith(LOST) else order.alarm,
        "error_text": "",
    }
    fields = {name: value for name, value in told.items() if getattr(order, name) != value}
    events = _describe(order, fields, answer)
    if "progress" in fields:
        fields["finished_at"] = now if fields["progress"] in Order.FINISHED else None
    return Comparison(fields, events)


def _describe(order: Order, fields: Mapping[str, Any], answer: OrderStatus) -> tuple[tuple[OrderEvent.What, str], ...]:
    events = []
    if "progress" in fields:
        before = order.get_progress_display() or "Placed"
        events.append((What.PROGRESS, f"{before} → {Order.Progress(fields['progress']).label}"))
    if "charge" in fields and order.charge:
        events.append((What.CHARGE, f"{order.charge.normalize():f} → {fields['charge'].normalize():f}"))
    if fields.get("is_word_unknown") or ("remote_status" in fields and answer.progress is None):
        events.append((What.FLAGGED, f"The panel says “{answer.remote_status}”, a word we do not know."))
    return tuple(events)


def _compare_refusal(order: Order, answer: Refused, now: datetime) -> Comparison:
    """Keep what was known: a not-found is believed only after the grace, and even then proves no cancel."""
    is_in_grace = now - (order.placed_at or order.created_at) < GRACE
    is_gone = answer.reason == Reason.NOT_FOUND
    if (is_gone and is_in_grace) or order.error_text == answer.text:
        return Comparison()
    fields = {"error_text": answer.text}
    if is_gone and not order.alarm:
        fields["alarm"] = (LOST + answer.text)[:300]
    return Comparison(fields, ((What.FLAGGED, fields.get("alarm", answer.text)),))


def _record_answers(
    panel: Panel, orders: Sequence[Order], answers: Mapping[str, OrderStatus | PanelError]
) -> Counter[str]:
    """Write a chunk's answers: one UPDATE for what has not changed, one for each order that has, and its events.

    A row whose lease has changed meanwhile is left alone: a person asked for it anew, or to ask no more.
    """
    now = timezone.now()
    told = [order for order in orders if is_answer(answers.get(order.remote_id))]
    with transaction.atomic():
        alarms = _lock(orders)
        untold = [order for order in orders if not is_answer(answers.get(order.remote_id))]
        _leave_for_later([order for order in untold if order.pk in alarms], answers, now)
        quiet: list[Order] = []
        changed: list[Order] = []
        events: list[OrderEvent] = []
        for order in told:
            if order.pk not in alarms:
                continue
            order.alarm = alarms[order.pk]
            finding = compare(order, answers.get(order.remote_id), panel, now)
            _apply(order, finding, now)
            (changed if finding.fields else quiet).append(order)
            events += [OrderEvent(order=order, at=now, what=what, detail=detail) for what, detail in finding.events]
        _touch(quiet)
        update_rows([(order, {name: getattr(order, name) for name in WRITTEN}) for order in changed])
        OrderEvent.objects.bulk_create(events)
    answered = sum(order.remote_id in answers for order in told)
    return Counter(asked=len(orders), answered=answered, changed=len(changed))


def _lock(orders: Sequence[Order]) -> dict[int, str]:
    """Lock the rows that are still as they were leased, always in the order of their pks; returns their alarms."""
    leased = Order.objects.filter(pk__in=[order.pk for order in orders], next_check_at=orders[0].next_check_at)
    return dict(leased.order_by("pk").select_for_update().values_list("pk", "alarm"))


def _leave_for_later(orders: Sequence[Order], answers: Mapping[str, object], now: datetime) -> None:
    """The call failed: what was known stays, and it is asked again soon. What a person asked for only stands
    where nobody has tried yet.
    """
    tried = [order.pk for order in orders if not isinstance(answers[order.remote_id], Deferred)]
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(next_check_at=now + SOONEST)
    Order.objects.filter(pk__in=tried).update(check_requested_at=None)


def _apply(order: Order, finding: Comparison, now: datetime) -> None:
    for name, value in finding.fields.items():
        setattr(order, name, value)
    if finding.fields:
        order.changed_at = now
    order.checked_at, order.check_requested_at = now, None
    order.next_check_at = next_check_at(order, now)


def _touch(orders: Sequence[Order]) -> None:
    """Note that nothing has changed, in one UPDATE whatever the number of rows."""
    if not orders:
        return
    by_next: dict[datetime, list[int]] = defaultdict(list)
    for order in orders:
        # Whole minutes are exact enough, and keep the statement short.
        if moment := order.next_check_at:
            by_next[moment.replace(second=0, microsecond=0) + timedelta(minutes=1)].append(order.pk)
    cases = [When(pk__in=pks, then=Value(moment, DateTimeField())) for moment, pks in by_next.items()]
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(
        checked_at=orders[0].checked_at,
        check_requested_at=None,
        # Those that nobody asks about any more are in no case. PostgreSQL takes a CASE of nothing but NULL for a text.
        next_check_at=Case(*cases) if cases else None,
    )
