"""What a person asks of our accounts at panels: a new balance or catalog, a pause, and to go on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from django.utils import timezone

from panels.bell import ring
from panels.models import Panel
from panels.providers import pauses

Question = Literal["balance", "sync"]
QUESTIONS: tuple[Question, ...] = ("balance", "sync")


def request_answer(question: Question, pks: Iterable[int]) -> None:
    """Have the worker ask the active ones of these panels, unless a person has asked for the same already."""
    name = f"{question}_requested_at"
    unasked = Panel.objects.filter(pk__in=list(pks), is_active=True, **{f"{name}__isnull": True})
    for pk in list(unasked.values_list("pk", flat=True)):
        if unasked.filter(pk=pk).update(**{name: timezone.now()}):
            ring(question, pk)


def pause_by_hand(panels: Iterable[Panel]) -> list[Panel]:
    """Stop placing orders at panels, and return those that this has paused.

    A pause that only a person or a balance can end keeps its own reason.
    """
    running = [panel for panel in panels if not panel.is_paused() or panel.paused_until]
    for panel in running:
        pauses.pause(panel, Panel.Pause.BY_HAND, "")
    return running


def resume(panels: Iterable[Panel]) -> list[Panel]:
    """Lift the pauses of panels, ring for what waits there, and return the panels that were paused."""
    paused = [panel for panel in panels if panel.paused_reason]
    for panel in paused:
        pauses.resume(panel)
        ring("submit", panel.pk)
        ring("confirm", panel.pk)
        ring("poll", panel.pk)
        ring("requests", panel.pk)
    return paused


def settle_change(panel: Panel, *, has_new_key: bool, needs_test: bool) -> None:
    """Draw the conclusions of a changed panel: a new key ends a pause for the old one, a new account is tested."""
    if has_new_key and panel.paused_reason == Panel.Pause.AUTH:
        pauses.resume(panel)
    requested = Panel.objects.filter(pk=panel.pk)
    if not panel.is_active:
        requested.update(balance_requested_at=None, sync_requested_at=None)
    elif needs_test:
        # Also where a test is under way: that one knows the old address or key.
        now = timezone.now()
        requested.update(balance_requested_at=now, sync_requested_at=now)
        # Once the balance has been read, orders that wait go out by themselves.
        for question in QUESTIONS:
            ring(question, panel.pk)
