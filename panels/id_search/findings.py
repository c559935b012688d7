"""Collects the findings of the search for an unknown order's id, and starts that search for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from panels.id_search.evidence import Around
from panels.id_search.matching import Match, find_matches
from panels.id_search.window import AskedRange, Window, asked_inside, find_window, next_reach, was_early
from panels.models import IdSearch, Order
from panels.orders.resolution import may_resolve

# Other people may use the same account, so the number of orders that are not ours has no limit.
MOST_SHOWN = 50


def request_search(order: Order, actor: Any) -> str:
    """Ask the worker to search for an unknown order's id, or to continue. Returns "", or the reason why it cannot."""
    if not may_resolve(order):
        return "An answer may still arrive. Search for the ID after the deadline."
    if not order.panel.is_active:
        return f"{order.panel} is inactive, so it cannot be asked. Activate it first."
    findings = collect_findings(order, order.id_searches.filter(attempt=order.attempt).first())
    if problem := findings.problem or findings.nothing_to_ask:
        return problem
    search, _ = IdSearch.objects.get_or_create(order=order, attempt=order.attempt)
    # A second click changes nothing, because the search is requested already.
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
    """The findings of the search for an order's id. `problem`: the reason why no search is possible."""

    problem: str = ""
    window: Window | None = None
    search: IdSearch | None = None
    # The ids inside the window that were asked about, and whether that was too early for the panel to know the order.
    asked: AskedRange | None = None
    is_early: bool = False
    matches: Sequence[Match] = ()
    # The number of ids that a further request would ask about, and the most calls that it takes.
    next_ids: int = 0
    next_calls: int = 0
    # The number of ids if the panel turns out to answer about one id a call, 0 if that is known already.
    single_ids: int = 0

    @property
    def is_open(self) -> bool:
        """Whether a requested search is running or waiting."""
        return self.search is not None and self.search.requested_at is not None

    @property
    def can_go_on(self) -> bool:
        """Whether a further request could find something new."""
        return self.next_calls > 0

    @property
    def is_grace_over(self) -> bool:
        """Whether the panel must know the order by now, if it has the order."""
        return self.window is not None and self.window.known_from <= timezone.now()

    @property
    def is_anew(self) -> bool:
        """Whether a further request would ask again about the ids that were asked about too early."""
        return self.is_early and self.is_grace_over

    @property
    def single_calls(self) -> int:
        """The most calls that it takes to ask about `single_ids`."""
        return self.single_ids + IdSearch.CALLS_TO_LEARN

    @property
    def nothing_to_ask(self) -> str:
        """The reason why there was never an id to ask about, "" if there was an id."""
        if self.window is None or self.asked or self.matches or self.can_go_on:
            return ""
        no_id = "There is no ID" if self.window.size == 0 else "There is no unused ID"
        return f"{no_id} between the IDs of our orders sent just before and after it, so there is nothing to check."

    @property
    def fitting(self) -> int:
        """The number of found ids that fit."""
        return sum(match.fits for match in self.matches)

    @property
    def verdict(self) -> str:
        """The conclusion from the answers so far. It never claims that the order does not exist."""
        if self.fitting == 1:
            likely = next(match for match in self.matches if match.fits)
            return f"Likely match: {likely.found.remote_id}. Please confirm."
        if self.fitting:
            return (
                f"{self.fitting} likely matches. Please confirm the right ID. "
                "The panel's website shows the link of each order."
            )
        if self.matches:
            return "No certain match among the confirmed IDs. Other IDs may still match, and the order may still exist."
        if self.asked is None or self.is_open:
            return ""
        others = "More IDs can be checked, and the" if self.next_ids else "The"
        return f"Not found among the checked IDs. {others} order may still exist."


def collect_findings(order: Order, search: IdSearch | None, around: Around | None = None) -> Findings:
    """Read the findings about an order's last attempt from the database. The panel is not asked."""
    window = find_window(order, around)
    if isinstance(window, str):
        return Findings(problem=window)
    matches = find_matches(order, window, search) if search else []
    further = IdSearch(is_single=not order.panel.multi_status)
    again = min(sum(match.found.awaits_charge for match in matches), further.ids_a_request)
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
