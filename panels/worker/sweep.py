"""Repairs rows before the sweep looks for due work: passed deadlines, and times of a wrong clock."""

from __future__ import annotations

from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet
from django.utils import timezone

from panels.calls.aftercare import expire_requests, pull_back_requests
from panels.calls.everybody import AFTER_OTHERS
from panels.calls.mails import LONGEST_WAIT
from panels.calls.outcomes import LONGEST_RETRY, expire_sends
from panels.calls.refill_checks import REFILL_CHECKS
from panels.models import JobRun, Mail, Order, Panel, Refill, Service
from panels.orders import funds
from panels.orders.following import AFTER_FINISH as LONGEST_LEFT_ALONE
from panels.orders.following import LATEST_UNREADABLE
from panels.providers.pauses import LONGEST_PAUSE


def expire() -> int:
    """Set sends whose deadline has passed to unknown. Return the number of rows."""
    return expire_sends() + expire_requests()


def pull_back() -> int:
    """Set times to now that are later than any rule allows. Return the number of rows.

    Such times come from a clock that was ahead and was set back. A send that is under way keeps its length, because it
    may go on, and so does an order whose outcome is unknown, because people decide about it only after its deadline.
    Hardly ever there is such a row. So rows are looked for first, because SQLite keeps all others from writing while
    an UPDATE looks.
    """
    now = timezone.now()
    latest = now + JobRun.CLOCKS_DIFFER
    queued = Order.objects.filter(state=Order.State.QUEUED)
    # One statement for each state, because each has its part of an index.
    sent = [Order.objects.filter(state=state) for state in (Order.State.SENDING, Order.State.UNKNOWN)]
    put_off = (
        (queued, ("send_after",), LONGEST_RETRY),
        (Order.objects, ("next_check_at",), LONGEST_LEFT_ALONE),
        (Refill.objects, ("next_check_at",), max(*REFILL_CHECKS, LATEST_UNREADABLE)),
        # Both times at once, because a panel is quiet for no longer than its pause lasts.
        (Panel.objects, ("paused_until", "quiet_until"), LONGEST_PAUSE),
        (Panel.objects, ("quiet_until",), LONGEST_PAUSE),
        (Service.objects, ("waits_until",), LONGEST_PAUSE + AFTER_OTHERS),
        (Mail.objects, ("next_at",), LONGEST_WAIT),
    )
    pulled = sum(
        _update_any(rows.filter(**{f"{names[0]}__gt": latest + longest}), **dict.fromkeys(names, now))
        for rows, names, longest in put_off
    )
    as_long_as_before = ExpressionWrapper(now + (F("send_deadline") - F("sent_at")), DateTimeField())
    pulled += sum(
        _update_any(rows.filter(sent_at__gt=latest), sent_at=now, send_deadline=as_long_as_before) for rows in sent
    )
    return pulled + pull_back_requests()


def _update_any(rows: QuerySet[Any], **fields: object) -> int:
    return rows.update(**fields) if rows.exists() else 0


def ask_what_is_left() -> int:
    """Request the balance when a panel can no longer accept an unknown order. Return the number of panels.

    An earlier reading of the balance does not show whether the panel accepted the order.
    """
    now = timezone.now()
    # Read first, because SQLite keeps all others from writing while an UPDATE looks through the orders.
    given_up = Order.objects.filter(
        state=Order.State.UNKNOWN, send_deadline__lte=now, send_deadline__gt=F("panel__balance_tried_at")
    )
    pks = set(given_up.order_by().values_list("panel", flat=True))
    panels = Panel.objects.filter(pk__in=pks, is_active=True, balance_requested_at=None)
    return panels.update(balance_requested_at=now) if pks else 0


def release_unread() -> int:
    """Let the orders go that wait for a balance which can no longer be read. Return their number."""
    return funds.release_unread(timezone.now())
