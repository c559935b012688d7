"""Takes the requests of a person about panels: read the balance or the catalog again, pause, resume."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils import timezone

from panels.bell import ring
from panels.models import Order, Panel
from panels.models.history import record
from panels.models.order_states import NOT_FOLLOWED
from panels.providers import pauses

Question = Literal["balance", "sync"]
QUESTIONS: tuple[Question, ...] = ("balance", "sync")
# The orders that are asked about at once after a change, and those of one transaction.
AT_ONCE, PIECE = 10_000, 500


def request_answer(question: Question, pks: Iterable[int]) -> None:
    """Have the worker ask the active panels. A panel with the same open request is not asked twice."""
    name = f"{question}_requested_at"
    unasked = Panel.objects.filter(pk__in=list(pks), is_active=True, **{f"{name}__isnull": True})
    for pk in list(unasked.values_list("pk", flat=True)):
        if unasked.filter(pk=pk).update(**{name: timezone.now()}):
            ring(question, pk)


def pause_by_hand(panels: Iterable[Panel]) -> list[Panel]:
    """Stop sending orders to panels, and return the panels that were paused by this call.

    A pause that only a person or a balance can end keeps its own reason.
    """
    running = [panel for panel in panels if not panel.is_paused() or panel.paused_until]
    for panel in running:
        pauses.pause(panel, Panel.Pause.BY_HAND, "")
        record(panel, paused_reason=(panel.paused_reason, Panel.Pause.BY_HAND))
    return running


def resume(panels: Iterable[Panel]) -> list[Panel]:
    """End the pauses of panels as they were read, ring for their waiting work, and return the resumed panels."""
    resumed = [panel for panel in panels if panel.paused_reason and pauses.resume(panel)]
    for panel in resumed:
        record(panel, paused_reason=(panel.paused_reason, ""))
        if panel.paused_reason == Panel.Pause.FUNDS:
            # The person may know of money that no reading shows yet, so the panel's next answers count.
            Panel.objects.filter(pk=panel.pk).update(free_balance=None)
            request_answer("balance", [panel.pk])
        for kind in pauses.AT_END:
            ring(kind, panel.pk)
    return resumed


def send_at_a_time(panel: Panel, number: int) -> None:
    """Set how many orders are sent to a panel at the same time. Only a person decides this."""
    Panel.objects.filter(pk=panel.pk).update(parallel_calls=number)
    record(panel, parallel_calls=(panel.parallel_calls, number))
    ring("submit", panel.pk)


def check_unreadable(panel: Panel, *, later_than: datetime) -> None:
    """Have the orders checked now whose status no answer shows, if they are due later than this.

    Works in pieces, because nothing may hold the write lock of SQLite for long. Locks the rows in the order in which
    everybody locks them, to avoid deadlocks. Above AT_ONCE, the orders keep their turn.
    """
    unread = Order.objects.filter(NOT_FOLLOWED, panel=panel.pk, next_check_at__gt=later_than).order_by()
    pks = sorted(unread.values_list("pk", flat=True)[:AT_ONCE])
    for start in range(0, len(pks), PIECE):
        with transaction.atomic():
            rows = unread.filter(pk__in=pks[start : start + PIECE]).order_by("pk").select_for_update()
            Order.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(next_check_at=timezone.now())


def settle_change(panel: Panel, *, has_new_key: bool, needs_test: bool, is_called_otherwise: bool = False) -> None:
    """Follow up on changed settings: end a pause that was about the old settings, and test the new ones.

    A new key ends a pause because of the old key. Another way of calling ends it too, because the panel may not have
    seen the key, and it ends a pause because the panel took nothing that was sent in the old way.
    """
    ended = {Panel.Pause.AUTH} if has_new_key or is_called_otherwise else set()
    ended |= {Panel.Pause.EVERYBODY} if is_called_otherwise else set()
    if panel.paused_reason in ended:
        pauses.resume(panel)
    requested = Panel.objects.filter(pk=panel.pk)
    if not panel.is_active:
        requested.update(balance_requested_at=None, sync_requested_at=None)
    elif needs_test:
        # Also while a test is running, because that test uses the old address or key.
        now = timezone.now()
        requested.update(balance_requested_at=now, sync_requested_at=now, unreadable_since=None)
        check_unreadable(panel, later_than=now)
        # After the balance was read, waiting orders are sent without a further request.
        for question in QUESTIONS:
            ring(question, panel.pk)
