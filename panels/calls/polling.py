"""Asks panels about open orders and records the answers.

A worker leases rows before the call: it moves next_check_at, so two workers never ask about the same rows. The interval
grows with the time since the last change, from a minute to an hour. A finished order is checked now and then for some
days, because panels change completed orders afterwards (docs/protocol.md, 4). An order whose status no answer shows is
asked about less and less often, and after the others (unreadable.py).
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Case, DateTimeField, QuerySet, Value, When
from django.utils import timezone

from panels.calls.comparing import Comparison, compare
from panels.calls.unreadable import note_readable, note_traces, rests, settles
from panels.calls.visit import CHUNK_OF_SINGLES, LEASE, PanelClosedError, Visit, visit
from panels.models import Entry, Order, OrderEvent, OrderReading, Panel
from panels.models.writing import insert_rows, update_rows
from panels.money.given_back import learn_lowering
from panels.money.ledger import Booked, entries_of_change
from panels.money.totals import name_days
from panels.orders.following import SOONEST, next_check_at
from panels.orders.readings import Told, note_news
from panels.orders.refill_ends import note_refill_ends
from panels.orders.status_words import with_meanings
from panels.protocol.errors import Deferred, PanelError, is_answer
from panels.protocol.inquiry import CHUNK
from panels.protocol.wire import OrderStatus
from panels.threads import in_parallel

# Only orders break panels that get several at a time. Questions change nothing there.
READS_AT_ONCE = 4
# The fields of a row that an answer may change.
WRITTEN = (
    "progress",
    "is_word_unknown",
    "remote_status",
    "charge",
    "given_back",
    "given_back_source",
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
    "status_at",
    "moved_after",
    "moved_before",
    "finished_after",
    "finished_before",
    "refill_until",
    "reading_count",
    "read_remains",
    "unreadable_since",
)
# The entries of an order follow from these fields.
BILLED = {"charge", "given_back", "given_back_source", "currency"}
# These fields are about the answer. They change nothing at the order.
TRACE = {"error_text", "unreadable_since"}


def poll_due(panel_pk: int, stopping: threading.Event) -> Counter[str]:
    """Ask one panel about all its due orders; count the orders that were asked about, answered and changed."""
    if not _due_orders(panel_pk).exists():
        return Counter()
    try:
        with visit(Panel.objects.open_for_questions(), panel_pk, stopping) as here:
            chunks = -(-_due_orders(panel_pk).count() // _chunk_size(here.panel))
            threads = max(here.panel.parallel_calls, READS_AT_ONCE)
            return in_parallel(min(threads, chunks), partial(_poll_chunks, here, stopping))
    except PanelClosedError as closed:
        return Counter(failed=1) if closed.panel else Counter()


def _due_orders(panel_pk: int) -> QuerySet[Order]:
    return Order.objects.filter(panel=panel_pk, state=Order.State.PLACED, next_check_at__lte=timezone.now())


def _chunk_size(panel: Panel) -> int:
    """Return how many orders to lease at once. A hundred single calls would take longer than the lease."""
    return CHUNK if panel.multi_status else CHUNK_OF_SINGLES


def _poll_chunks(here: Visit, stopping: threading.Event) -> Counter[str]:
    counts: Counter[str] = Counter()
    while not (stopping.is_set() or here.has_failed) and (orders := _lease_orders(here.panel)):
        try:
            answers = here.client.statuses([order.remote_id for order in orders])
        except PanelError as error:
            answers = dict.fromkeys((order.remote_id for order in orders), error)
        answers = with_meanings(here.panel, answers)
        counts += _record_answers(here.panel, orders, answers)
        if here.note_answers(answers):
            counts["failed"] += 1
    return counts


def _lease_orders(panel: Panel) -> list[Order]:
    now = timezone.now()
    until = now + LEASE
    due = _due_orders(panel.pk).order_by("next_check_at").select_for_update(skip_locked=True)
    if rests(panel, now):
        due = due.filter(check_requested_at__isnull=False)
    with transaction.atomic():
        # An unreadable answer may end the visit, so the readable orders come first.
        orders = list(due.filter(unreadable_since=None)[: _chunk_size(panel)])
        orders = orders or list(due.filter(unreadable_since__isnull=False)[: _chunk_size(panel)])
        Order.objects.filter(pk__in=[order.pk for order in orders]).update(next_check_at=until)
    for order in orders:
        order.next_check_at = until
    return orders


def _record_answers(
    panel: Panel, orders: Sequence[Order], answers: Mapping[str, OrderStatus | PanelError]
) -> Counter[str]:
    """Record the answers of a chunk: the unchanged orders by one UPDATE, the changed ones with what follows from them.

    A row whose lease has changed meanwhile is left alone, because a person requested a new check or ended the checks.
    """
    now = timezone.now()
    settled = [order for order in orders if settles(answers, order.remote_id)]
    was_readable = any(map(_was_readable, settled))
    with transaction.atomic():
        alarms = _lock_leased_rows(orders)
        _leave_for_later([order for order in orders if order.pk in alarms], answers, now)
        quiet: list[Order] = []
        changed: list[Order] = []
        turned: list[Order] = []
        refunded: list[Order] = []
        is_lowering = False
        events: list[OrderEvent] = []
        readings: list[OrderReading] = []
        entries: list[Entry] = []
        for order in settled:
            if order.pk not in alarms:
                continue
            order.alarm = alarms[order.pk]
            finding, reading, booked = take_in(order, answers.get(order.remote_id), panel, now)
            (changed if finding.fields else quiet).append(order)
            turned += [order] if "finished_at" in finding.fields else []
            refunded += [order] if "given_back" in finding.fields else []
            is_lowering = is_lowering or finding.is_lowering
            events += [OrderEvent(order=order, at=now, what=what, detail=detail) for what, detail in finding.events]
            readings += [reading] if reading else []
            entries += booked
        note_refill_ends(turned)
        _store_unchanged([order for order in quiet if order.status_at == now], status_at=now)
        _store_unchanged([order for order in quiet if order.status_at != now])
        update_rows([(order, {name: getattr(order, name) for name in WRITTEN}) for order in changed])
        insert_rows(events)
        insert_rows(readings)
        insert_rows(entries)
        name_days(refunded)
    if is_lowering:
        learn_lowering(panel)
    told = [answers.get(order.remote_id) for order in settled]
    _note_readability(panel, told, now, is_news=was_readable)
    answered = sum(answer is not None and is_answer(answer) for answer in told)
    return Counter(asked=len(orders), answered=answered, changed=sum(order.changed_at == now for order in changed))


def _lock_leased_rows(orders: Sequence[Order]) -> dict[int, str]:
    """Lock the rows that still have their lease, in the order of their pks to avoid deadlocks; return their alarms."""
    leased = Order.objects.filter(pk__in=[order.pk for order in orders], next_check_at=orders[0].next_check_at)
    return dict(leased.order_by("pk").select_for_update().values_list("pk", "alarm"))


def _leave_for_later(orders: Sequence[Order], answers: Mapping[str, object], now: datetime) -> None:
    """Keep the known values of orders whose call failed, and ask again soon.

    The request of a person stays open only if the call was not tried.
    """
    failed = [order for order in orders if not settles(answers, order.remote_id)]
    tried = [order.pk for order in failed if not isinstance(answers[order.remote_id], Deferred)]
    Order.objects.filter(pk__in=[order.pk for order in failed]).update(next_check_at=now + SOONEST)
    Order.objects.filter(pk__in=tried).update(check_requested_at=None)


def take_in(
    order: Order, answer: OrderStatus | PanelError | None, panel: Panel, now: datetime
) -> tuple[Comparison, OrderReading | None, list[Entry]]:
    """Give an order the values of an answer. Return the changes, and the reading and the entries to store."""
    finding, before = compare(order, answer, panel, now), Told.about(order)
    booked = Booked.of(order) if finding.fields.keys() & BILLED else None
    _apply_comparison(order, finding, now)
    reading = note_news(order, before, now) if finding.fields else None
    entries = entries_of_change(order, booked, now) if booked else []
    if isinstance(answer, OrderStatus) and answer.progress:
        order.status_at = now
    return finding, reading, entries


def _note_readability(
    panel: Panel, told: Sequence[OrderStatus | PanelError | None], now: datetime, *, is_news: bool
) -> None:
    if note_traces(panel, told, now, is_news=is_news) and panel.unreadable_since:
        note_readable(panel)


def _was_readable(order: Order) -> bool:
    """Say whether the answer before showed the status of an order, as far as its row tells."""
    return order.unreadable_since is None and not (order.is_finished and order.error_text)


def _apply_comparison(order: Order, finding: Comparison, now: datetime) -> None:
    for name, value in finding.fields.items():
        setattr(order, name, value)
    if finding.fields.keys() - TRACE:
        order.changed_at = now
    order.checked_at, order.check_requested_at = now, None
    order.next_check_at = next_check_at(order, now)


def _store_unchanged(orders: Sequence[Order], **fields: Any) -> None:
    """Store the check of unchanged orders and these fields, in one UPDATE for any number of rows."""
    if not orders:
        return
    by_next: dict[datetime, list[int]] = defaultdict(list)
    for order in orders:
        # Whole minutes are exact enough, and they keep the statement short.
        if moment := order.next_check_at:
            by_next[moment.replace(second=0, microsecond=0) + timedelta(minutes=1)].append(order.pk)
    cases = [When(pk__in=pks, then=Value(moment, DateTimeField())) for moment, pks in by_next.items()]
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(
        checked_at=orders[0].checked_at,
        check_requested_at=None,
        # Orders that are not asked about again are in no case. A CASE of only NULL would be a text for PostgreSQL.
        next_check_at=Case(*cases) if cases else None,
        **fields,
    )
