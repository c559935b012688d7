"""How far the search for an unknown order's id has come, and how a person starts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from panels.id_search.evidence import Around
from panels.id_search.matching import Match, find_matches
from panels.id_search.window import Stretch, Window, asked_inside, find_window, next_reach, was_early
from panels.models import IdSearch, Order
from panels.orders.resolution import may_resolve

# An account that others use as well may have any number of orders that are not ours.
MOST_SHOWN = 50


def request_search(order: Order, actor: Any) -> str:
    """Have the worker look for an unknown order's id, or look on; returns "" or why it cannot."""
    if not may_resolve(order):
        return "An answer may still come; look for it after the deadline."
    if not order.panel.is_active:
        return f"{order.panel} is inactive, so it cannot be asked. Activate it first."
    findings = collect_findings(order, order.id_searches.filter(attempt=order.attempt).first())
    if problem := findings.problem or findings.nothing_to_ask:
        return problem
    search, _ = IdSearch.objects.get_or_create(order=order, attempt=order.attempt)
    # A second click finds it requested already, which is as good.
    IdSearch.objects.filter(pk=search.pk, requested_at=None).update(
        requested_at=timezone.now(), requested_by=actor, calls=0, error="", is_single=not order.panel.multi_status
    )
    return ""


def to_search() -> QuerySet[IdSearch]:
    """Return the searches that wait for a worker."""
    is_free = Q(leased_until=None) | Q(leased_until__lte=timezone.now())
    return IdSearch.objects.filter(
        is_free, requested_at__isnull=False, order__state=Order.State.UNKNOWN, order__attempt=F("attempt")
    )


@dataclass(frozen=True, slots=True)
class Findings:
    """How far the search for an order's id has come; `problem` says why there is none."""

    problem: str = ""
    window: Window | None = None
    search: IdSearch | None = None
    # What was asked about inside the window, and whether the panel might not have known the order then.
    asked: Stretch | None = None
    is_early: bool = False
    matches: Sequence[Match] = ()
    # How many ids a further request would ask about, in at most how many calls.
    next_ids: int = 0
    next_calls: int = 0
    # How many that would be should it turn out that the panel tells about one id a call; 0 where it is known to.
    single_ids: int = 0

    @property
    def is_open(self) -> bool:
        """Whether a person has asked for it and it goes on, or waits to."""
        return self.search is not None and self.search.requested_at is not None

    @property
    def can_go_on(self) -> bool:
        """Whether a further request could tell anything new."""
        return self.next_calls > 0

    @property
    def is_grace_over(self) -> bool:
        """Whether the panel has to know the order by now, if it has it."""
        return self.window is not None and self.window.known_from <= timezone.now()

    @property
    def is_anew(self) -> bool:
        """Whether a further request would ask again about what was asked too early."""
        return self.is_early and self.is_grace_over

    @property
    def single_calls(self) -> int:
        """In at most how many calls `single_ids` would be asked about."""
        return self.single_ids + IdSearch.CALLS_TO_LEARN

    @property
    def nothing_to_ask(self) -> str:
        """Why there never was an id to ask about, "" if there was one."""
        if self.window is None or self.asked or self.matches or self.can_go_on:
            return ""
        no_id = "No id lies" if self.window.size == 0 else "No id of somebody else lies"
        return f"{no_id} between those of our orders sent around it, so there is none to ask about."

    @property
    def fitting(self) -> int:
        """How many of the ids that answered fit."""
        return sum(match.fits for match in self.matches)

    @property
    def verdict(self) -> str:
        """Say what the answers tell so far: never that the order does not exist."""
        if self.fitting == 1:
            return "One id answers and fits in charge and place. Whether it is this order is for a person to decide."
        if self.fitting:
            return (
                f"{self.fitting} ids answer and fit in charge and place. Which of them is this order is for a person "
                "to decide: the panel's own site shows their links."
            )
        if self.matches:
            return (
                "What answered does not fit for certain; this says nothing about other ids, nor that the order does "
                "not exist."
            )
        if self.asked is None or self.is_open:
            return ""
        others = "says nothing about the others, nor" if self.next_ids else "does not say"
        return f"Not found among the ids asked so far; this {others} that the order does not exist."


def collect_findings(order: Order, search: IdSearch | None, around: Around | None = None) -> Findings:
    """Look up what the search for the id of an order's last attempt has found; the panel is not asked."""
    window = find_window(order, around)
    if isinstance(window, str):
        return Findings(problem=window)
    matches = find_matches(order, window, search) if search else []
    further = IdSearch(is_single=not order.panel.multi_status)
    again = min(sum(match.found.is_untold for match in matches), further.ids_a_request)
    reach = next_reach(order, search or further, window, further.ids_a_request - again)
    next_ids = len(reach.ids) if reach else 0
    return Findings(
        window=window,
        search=search,
        asked=asked_inside(search, window) if search else None,
        is_early=search is not None and was_early(search, window),
        matches=matches[:MOST_SHOWN],
        next_ids=next_ids,
        next_calls=-(-(again + next_ids) // further.ids_a_call),
        single_ids=0 if further.is_single else min(next_ids, IdSearch.SINGLE_CALLS - IdSearch.CALLS_TO_LEARN),
    )
