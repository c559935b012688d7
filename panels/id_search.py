"""Looks for the id of an unknown order: asks its panel about ids between those of our own orders around it.

Panels answer only for our own orders. So an id that answers and is in no row of ours is one that we have lost; an id
that does not answer tells nothing. A person asks for it, and decides; the worker asks, some calls for each request.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from panels.client import PanelClient
from panels.errors import Deferred, PanelError, Refused, Unreadable
from panels.evidence import Around
from panels.id_match import Match, find_matches
from panels.id_window import Reach, Stretch, Window, asked_inside, find_window, next_reach, was_early
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


def _to_search_at(panel: Panel) -> QuerySet[IdSearch]:
    return to_search().alias(at=unindexed("order__panel_id")).filter(at=panel.pk)


# -- what a person sees


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
    search.is_single = search.is_single or not client.speaks("multi_status")
    again = _untold(search)
    reach = next_reach(search.order, search, window, search.ids_a_call - len(again))
    ids = [*again, *(reach.ids if reach else ())]
    if not ids or search.calls >= search.most_calls:
        _finish(search)
        return 0
    if search.is_single and client.speaks("multi_status"):
        _prove(search, client, window.ours)
        return 1
    asked_at = timezone.now()
    answers = _ask(client, ids, known="" if search.is_single else window.ours)
    if answers is None:
        _write(search, is_single=True, calls=search.calls + 1)
    else:
        _record(search, reach, {each: answers[each] for each in ids if each in answers}, asked_at)
    return 1


def _prove(search: IdSearch, client: PanelClient, known: str) -> None:
    """Ask about one of ours after an objection to several ids: if it answers now, their number was the reason."""
    answers = _ask(client, [known], known="") or {}
    answer = answers.get(known)
    if isinstance(answer, OrderStatus):
        client.learned["multi_status"] = False
        _write(search, calls=search.calls + 1)
    else:
        words = answer.text if answer else "no answer"
        _finish(search, error=f"{search.order.panel} tells nothing about {known} either, which is ours: {words}")


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


def _record(search: IdSearch, reach: Reach | None, answers: Answers, asked_at: datetime) -> None:
    fields: dict[str, Any] = {"calls": search.calls + 1}
    if reach:
        fields |= {
            "searched_at": asked_at,
            "start": reach.start,
            "asked_from": reach.asked_from,
            "asked_to": reach.asked_to,
            "asked": len(reach.ids) + (0 if reach.is_anew else search.asked),
        }
    # Some panels have a row of blanks for what they do not know.
    found = [_found(search, each, status) for each, status in answers.items() if isinstance(status, OrderStatus)]
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
    asked = f"{search.asked} id{'' if search.asked == 1 else 's'} asked, from {search.asked_from} to {search.asked_to}"
    return f"{asked}; {search.found.count()} answered. {error}".strip()
