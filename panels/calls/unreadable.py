"""Keeps a trace of answers that do not show how an order or a refill is: at its row, and at the panel.

    answer about an order           the row                                    the panel
    ──────────────────────────────  ─────────────────────────────────────────  ──────────────────────────────
    its status, or "not found"      no trace                                   no trace; its orders are due
    left out of the answer          the reason; it is asked less often         –
    refused in other words          the words; it is asked less often          the words, if no order was read
    not readable                    the answer's beginning; less often         the answer's beginning

A panel that gives no readable answer about any order for an hour is asked less often too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models.functions import Coalesce
from django.utils import timezone

from panels.calls.visit import LEASE
from panels.models import Panel
from panels.orders.following import LATEST
from panels.protocol.errors import PanelError, Reason, Refused, Unreadable, is_answer, visit_failure_in
from panels.protocol.wire import OrderStatus, RefillStatus
from panels.providers.requests import check_unreadable

LEFT_OUT = "The panel's answer does not contain this ID."
NO_STATUS = "The panel's answer has no status."


def trace_of(answer: OrderStatus | RefillStatus | PanelError | None) -> str:
    """Return why an answer does not show how an order or a refill is, "" if it does. None: left out of the answer."""
    if answer is None:
        return LEFT_OUT
    if isinstance(answer, Unreadable):
        return answer.trace
    if isinstance(answer, PanelError):
        return "" if isinstance(answer, Refused) and answer.reason is Reason.NOT_FOUND else answer.text
    return "" if answer.remote_status else NO_STATUS


def settles(answers: Mapping[str, object], remote_id: str) -> bool:
    """Say whether the call brought all that can be known now about an id, although this may be nothing.

    A panel that fails as a whole (HTTP 5xx) is asked again soon.
    """
    answer = answers.get(remote_id)
    if isinstance(answer, Unreadable):
        return not answer.is_fault or visit_failure_in(answers) is None
    return is_answer(answer)


def note_traces(
    panel: Panel,
    answers: Sequence[OrderStatus | RefillStatus | PanelError | None],
    now: datetime,
    *,
    is_news: bool = False,
    about_refills: bool = False,
) -> bool:
    """Keep the last unreadable answer of a call at the panel; return whether any of the answers can be read.

    is_news: the answers are about orders, and the answer before about one of them could be read. While no answer about
    orders can be read, an answer about refills is not kept, because its time would keep the orders waiting (`rests`).
    """
    is_read = any(answer is not None and not trace_of(answer) for answer in answers)
    # A refusal beside answers that can be read is about its order.
    kinds: tuple[type[PanelError], ...] = (Unreadable,) if is_read else (Unreadable, Refused)
    if texts := [trace_of(answer) for answer in answers if isinstance(answer, kinds)]:
        since = panel.unreadable_since or (now if is_news and not is_read else None)
        row = Panel.objects.filter(pk=panel.pk)
        if about_refills:
            row.filter(unreadable_since=None).update(unreadable_text=texts[-1], unreadable_at=now)
            return is_read
        row.update(unreadable_text=texts[-1], unreadable_at=now)
        if since:
            row.update(unreadable_since=Coalesce("unreadable_since", since))
        panel.unreadable_since, panel.unreadable_at = since, now
    return is_read


def note_readable(panel: Panel) -> None:
    """Note that a panel gives readable answers about orders again, and have the orders checked that it did not."""
    Panel.objects.filter(pk=panel.pk).update(unreadable_since=None)
    # Orders that are due so soon anyway may be leased by another thread, which would lose its answers.
    check_unreadable(panel, later_than=timezone.now() + LEASE)
    panel.unreadable_since = None


def rests(panel: Panel, now: datetime) -> bool:
    """Say whether a panel is not asked about orders for now, because for an hour no answer could be read.

    Each readable order is asked about within an hour, so none of them waits for this.
    """
    if panel.unreadable_since is None or panel.unreadable_at is None:
        return False
    age = panel.unreadable_at - panel.unreadable_since
    return age >= LATEST and timedelta() <= now - panel.unreadable_at < min(age / 4, LATEST)
