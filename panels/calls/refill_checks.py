"""Asks panels about accepted refills until they have ended, and records the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from panels.calls.unreadable import note_traces, settles, trace_of
from panels.calls.visit import LEASE
from panels.models import OrderEvent, Panel, Refill
from panels.models.planning import unindexed
from panels.orders.following import unreadable_wait
from panels.orders.status_words import with_meanings
from panels.protocol.client import PanelClient
from panels.protocol.errors import PanelError, Refused, Unreadable, visit_failure_in
from panels.protocol.inquiry import CHUNK
from panels.protocol.wire import RefillStatus

REFILL_CHECKS = (timedelta(minutes=2), timedelta(hours=2))
FOLLOW_REFILLS_FOR = timedelta(days=60)
What = OrderEvent.What


def refills_at(panel: Panel) -> QuerySet[Refill]:
    """Return the refills of a panel with their orders. They are found by the index of another condition."""
    return Refill.objects.alias(at=unindexed("order__panel_id")).filter(at=panel.pk).select_related("order")


def check_refills(panel: Panel, client: PanelClient) -> Counter[str]:
    """Ask about the refills of a panel that are due, at most as many as one call may have; count them."""
    now = timezone.now()
    with transaction.atomic():
        due = refills_at(panel).filter(next_check_at__lte=now)
        # An unreadable answer may end the visit, so the readable refills come first.
        by_turn = due.order_by(F("unreadable_since").asc(nulls_first=True), "next_check_at")
        refills = list(by_turn.select_for_update(skip_locked=True, of=("self",))[:CHUNK])
        Refill.objects.filter(pk__in=[refill.pk for refill in refills]).update(next_check_at=now + LEASE)
    if not refills:
        return Counter()
    answers = with_meanings(panel, _ask_statuses(client, [refill.remote_id for refill in refills]))
    settled = [refill for refill in refills if settles(answers, refill.remote_id)]
    now = timezone.now()
    _record_statuses(settled, answers, now)
    note_traces(panel, [answers.get(refill.remote_id) for refill in settled], now, about_refills=True)
    if failure := visit_failure_in(answers):
        raise failure
    return Counter(checked=len(settled))


def _ask_statuses(client: PanelClient, refill_ids: Sequence[str]) -> Mapping[str, RefillStatus | PanelError]:
    try:
        return client.refill_statuses(refill_ids)
    except (Unreadable, Refused) as error:
        return dict.fromkeys(refill_ids, error)


def _record_statuses(
    refills: Sequence[Refill], answers: Mapping[str, RefillStatus | PanelError], now: datetime
) -> None:
    events = []
    for refill in refills:
        answer = answers.get(refill.remote_id)
        trace = trace_of(answer)
        if trace or refill.unreadable_since:
            refill.error = trace
        refill.unreadable_since = (refill.unreadable_since or now) if trace else None
        if isinstance(answer, Refused):
            refill.error = answer.text
        elif isinstance(answer, RefillStatus):
            if answer.remote_status not in ("", refill.remote_status):
                refill.remote_status, refill.error = answer.remote_status, ""
                events.append(OrderEvent(order=refill.order, at=now, what=What.REFILL, detail=answer.remote_status))
            refill.progress = answer.progress or refill.progress
            refill.is_word_unknown = answer.is_word_unknown
        refill.checked_at = now
        refill.finished_at = now if refill.progress in Refill.FINISHED else None
        refill.next_check_at = _next_refill_check(refill, now)
        refill.is_word_unknown = refill.is_word_unknown and refill.next_check_at is not None
    with transaction.atomic():
        written = ("remote_status", "is_word_unknown", "error", "progress", "unreadable_since")
        Refill.objects.bulk_update(refills, (*written, "checked_at", "finished_at", "next_check_at"))
        OrderEvent.objects.bulk_create(events)


def _next_refill_check(refill: Refill, now: datetime) -> datetime | None:
    """Return when to ask about a refill again; None if it has ended or was followed for too long."""
    age = now - refill.requested_at
    if refill.finished_at:
        return None
    if age > FOLLOW_REFILLS_FOR:
        refill.error = f"No longer tracked, because it had not ended after {FOLLOW_REFILLS_FOR.days} days."
        return None
    soonest, latest = REFILL_CHECKS
    wait = min(max(age / 4, soonest), latest)
    return now + (max(wait, unreadable_wait(refill.unreadable_since, now)) if refill.unreadable_since else wait)
