"""Looks for the id of an unknown order: asks its panel about ids between those of our own orders around it.

Panels answer only for our own orders. So an id that answers and is in no row of ours is one that we have lost; an id
that does not answer tells nothing. A person asks for it, and decides; the worker asks, some calls for each request.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from panels.client import PanelClient
from panels.errors import Deferred, PanelError, Refused, Unreadable
from panels.id_match import Match, find_matches
from panels.id_window import Reach, Window, count_inside, find_window, next_reach
from panels.limits import PanelClosedError, note_answer, note_error, open_client
from panels.models import FoundId, IdSearch, Order, OrderEvent, Panel
from panels.models.planning import unindexed
from panels.polling import LEASE
from panels.resolution import may_resolve
from panels.wire import OrderStatus

# An account that others use as well may have any number of orders that are not ours.
MOST_SHOWN = 50
# What a later answer about an id replaces.
TOLD = ("remote_status", "progress", "charge", "currency", "start_count", "remains", "asked_at")

Answers = Mapping[str, OrderStatus | Refused]


def request_search(order: Order, actor: Any) -> str:
    """Have the worker look for an unknown order's id, or look on; returns "" or why it cannot."""
    if not may_resolve(order):
        return "An answer may still come; look for it after the deadline."
    if not order.panel.is_active:
        return f"{order.panel} is inactive, so it cannot be asked. Activate it first."
    window = find_window(order)
    if isinstance(window, str):
        return window
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


def _to_search_at(panel: Panel) -> QuerySet[IdSearch]:
    return to_search().alias(at=unindexed("order__panel_id")).filter(at=panel.pk)


# -- what a person sees


@dataclass(frozen=True, slots=True)
class Findings:
    """How far the search for an order's id has come; `problem` says why there is none."""

    problem: str = ""
    window: Window | None = None
    # How many ids there are to ask about, None if nobody knows.
    total: int | None = None
    search: IdSearch | None = None
    matches: Sequence[Match] = ()
    # How many ids a further request would ask about, in at most how many calls.
    next_ids: int = 0
    next_calls: int = 0

    @property
    def is_open(self) -> bool:
        """Whether a person has asked for it and it goes on, or waits to."""
        return self.search is not None and self.search.requested_at is not None

    @property
    def can_go_on(self) -> bool:
        """Whether a further request could tell anything new."""
        return bool(self.next_ids) or any(match.found.is_untold for match in self.matches)

    @property
    def fitting(self) -> int:
        """How many of the ids that answered fit."""
        return sum(match.fits for match in self.matches)


def collect_findings(order: Order) -> Findings:
    """Look up what the search for an order's id has found; the panel is not asked."""
    window = find_window(order)
    if isinstance(window, str):
        return Findings(problem=window)
    search = order.id_searches.filter(attempt=order.attempt).select_related("requested_by").first()
    found = list(search.found.all()) if search else []
    further = IdSearch(is_single=not order.panel.multi_status)
    reach = next_reach(order, search or further, window, further.ids_a_request)
    return Findings(
        window=window,
        total=count_inside(order, window),
        search=search,
        matches=find_matches(order, window, found)[:MOST_SHOWN],
        next_ids=len(reach.ids) if reach else 0,
        next_calls=further.most_calls,
    )


# -- what the worker does


def search_ids(panel_pk: int, stopping: threading.Event) -> int:
    """Ask one panel about ids for all orders that people look for there; returns how many calls were answered."""
    panel = Panel.objects.filter(pk=panel_pk, is_active=True).first()
    if panel is None or panel.blocks_reading() or not _to_search_at(panel).exists():
        return 0
    calls = 0
    try:
        with open_client(panel, stopping) as client:
            while not stopping.is_set() and (search := _lease(panel)):
                try:
                    calls += _look(search, client)
                except PanelError as error:
                    note_error(panel, error)
                    _interrupt(search, error)
                    return calls
    except PanelClosedError:
        return calls
    if calls and (panel.failures or panel.paused_reason):
        note_answer(panel.pk)
    return calls


def _lease(panel: Panel) -> IdSearch | None:
    """Take the oldest request for the time of one call."""
    with transaction.atomic():
        waiting = _to_search_at(panel).order_by("requested_at", "pk")
        search = waiting.select_related("order__panel").select_for_update(of=("self",), skip_locked=True).first()
        if search:
            search.leased_until = timezone.now() + LEASE
            search.save(update_fields=("leased_until",))
    return search


def _look(search: IdSearch, client: PanelClient) -> int:
    """Make one call of a search, or end it; returns how many calls that were."""
    window = find_window(search.order)
    if isinstance(window, str):
        _finish(search, error=window)
        return 0
    again = _untold(search)
    reach = next_reach(search.order, search, window, search.ids_a_call - len(again))
    ids = [*again, *(reach.ids if reach else ())]
    if not ids or search.calls >= search.most_calls:
        _finish(search)
        return 0
    ours = window.before or window.after
    answers = _ask(client, ids, known="" if search.is_single or not ours else str(ours.number))
    if answers is None:
        _write(search, is_single=True, calls=search.calls + 1)
    else:
        _record(search, reach, [each for each in ids if each in answers], answers)
    return 1


def _untold(search: IdSearch) -> list[str]:
    """Return the ids that told no charge when they answered an earlier request."""
    early = search.found.filter(asked_at__lt=search.requested_at)
    return [found.remote_id for found in early if found.is_untold][: search.ids_a_call]


def _ask(client: PanelClient, ids: Sequence[str], *, known: str) -> Answers | None:
    """Ask about ids in one call, and about one that is known to be ours; None if the panel does not tell about each.

    Without a known one it is a single id that is asked about.
    """
    try:
        if not known:
            return client.statuses_at_once(ids)
        answers = client.statuses_at_once([known, *ids])
    except Refused as refusal:
        if refusal.is_about_account:
            raise
        return None if known else dict.fromkeys(ids, refusal)
    except Unreadable as error:
        if error.is_fault or not known:
            raise
        return None
    return answers if known in answers else None


# -- writing it down, unless somebody else has taken over


def _record(search: IdSearch, reach: Reach | None, answered: Sequence[str], answers: Answers) -> None:
    now = timezone.now()
    fields: dict[str, Any] = {"calls": search.calls + 1, "searched_at": now}
    if reach:
        is_anew = reach.start != search.start
        fields |= {
            "start": reach.start,
            "asked_from": reach.asked_from,
            "asked_to": reach.asked_to,
            "asked": len(reach.ids) + (0 if is_anew else search.asked),
        }
    told = ((each, answers[each]) for each in answered)
    # Some panels have a row of blanks for what they do not know.
    found = [_found(search, each, status) for each, status in told if isinstance(status, OrderStatus)]
    with transaction.atomic():
        if _write(search, **fields):
            FoundId.objects.bulk_create(
                [each for each in found if each.remote_status],
                update_conflicts=True,
                unique_fields=("search", "remote_id"),
                update_fields=TOLD,
            )


def _found(search: IdSearch, remote_id: str, status: OrderStatus) -> FoundId:
    return FoundId(
        search=search,
        remote_id=remote_id,
        remote_status=status.remote_status,
        progress=status.progress or "",
        charge=status.charge,
        currency=search.order.panel.currency_override or status.currency,
        start_count=status.start_count,
        remains=status.remains,
        asked_at=timezone.now(),
    )


def _write(search: IdSearch, **fields: Any) -> bool:
    mine = IdSearch.objects.filter(pk=search.pk, leased_until=search.leased_until)
    return bool(mine.update(leased_until=None, **fields))


def _interrupt(search: IdSearch, error: PanelError) -> None:
    """Let a search wait that the panel's pace or pause holds up; end it with the panel's words otherwise."""
    is_held_up = isinstance(error, Deferred) or Panel.objects.get(pk=search.order.panel_id).blocks_reading()
    if is_held_up:
        _write(search)
    else:
        _finish(search, error=error.text)


def _finish(search: IdSearch, *, error: str = "") -> None:
    with transaction.atomic():
        if _write(search, requested_at=None, error=error):
            search.order.tell(OrderEvent.What.SEARCHED, _summary(search, error), actor=search.requested_by)


def _summary(search: IdSearch, error: str) -> str:
    if search.asked_from is None:
        return error or "No id was left to ask about."
    asked = f"{search.asked} ids asked so far, from {search.asked_from} to {search.asked_to}"
    return f"{asked}; {search.found.count()} answered. {error}".strip()
