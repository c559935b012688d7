"""Searches the id of an unknown order: asks its panel about ids between the ids of our own orders around it.

A panel answers only about orders of our own account. So an id with an answer that is in none of our rows belongs to an
order that we have lost. An id without an answer proves nothing. A person requests a search and decides about its
findings. The worker asks the panel, with a few calls for each request.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from panels.calls.visit import LEASE, PanelClosedError, visit
from panels.id_search.findings import to_search
from panels.id_search.window import Reach, find_window, next_reach
from panels.models import FoundId, IdSearch, OrderEvent, Panel
from panels.models.planning import unindexed
from panels.protocol.client import PanelClient
from panels.protocol.errors import Deferred, PanelError, Refused, Unreadable
from panels.protocol.wire import OrderStatus

# The fields of a found id that a later answer replaces.
ANSWERED = ("remote_status", "progress", "charge", "currency", "start_count", "remains", "asked_at")
Answers = Mapping[str, OrderStatus | Refused]


def _to_search_at(panel_pk: int) -> QuerySet[IdSearch]:
    return to_search().alias(at=unindexed("order__panel_id")).filter(at=panel_pk)


def search_ids(panel_pk: int, stopping: threading.Event) -> int:
    """Ask one panel about ids for all its open searches; return the number of answered calls."""
    calls = 0
    if not _to_search_at(panel_pk).exists():
        return calls
    with suppress(PanelClosedError), visit(Panel.objects.open_for_questions(), panel_pk, stopping) as here:
        while not (stopping.is_set() or here.has_failed) and (search := _lease_search(here.panel)):
            try:
                made = _make_call(search, here.client)
            except PanelError as error:
                here.note_error(error)
                _interrupt_search(search, error)
                break
            if made:
                here.note_answer()
            calls += made
    return calls


def _lease_search(panel: Panel) -> IdSearch | None:
    """Lease the oldest requested search for the time of one call."""
    with transaction.atomic():
        waiting = _to_search_at(panel.pk).order_by("requested_at", "pk")
        search = waiting.select_related("order__panel").select_for_update(of=("self",), skip_locked=True).first()
        if search:
            search.leased_until = timezone.now() + LEASE
            search.save(update_fields=("leased_until",))
    return search


def _make_call(search: IdSearch, client: PanelClient) -> int:
    """Make one call of a search, or end it; return the number of calls."""
    window = find_window(search.order)
    if isinstance(window, str):
        _finish_search(search, error=window)
        return 0
    search.is_single = search.is_single or not client.option("multi_status")
    again = _ids_without_charge(search)
    reach = next_reach(search.order, search, window, search.ids_a_call - len(again))
    ids = [*again, *(reach.ids if reach else ())]
    if not ids or search.calls >= search.most_calls:
        _finish_search(search)
        return 0
    if search.is_single and client.option("multi_status"):
        _prove_single(search, client, window.ours)
        return 1
    asked_at = timezone.now()
    answers = _ask_about_ids(client, ids, known="" if search.is_single else window.ours)
    if answers is None:
        _write_search(search, is_single=True, calls=search.calls + 1)
    else:
        _record_answers(search, reach, {each: answers[each] for each in ids if each in answers}, asked_at)
    return 1


def _prove_single(search: IdSearch, client: PanelClient, known: str) -> None:
    """Ask about one id of ours after a refusal of several ids. An answer proves that their number was the reason."""
    answers = _ask_about_ids(client, [known], known="") or {}
    answer = answers.get(known)
    if isinstance(answer, OrderStatus):
        client.learned["multi_status"] = False
        _write_search(search, calls=search.calls + 1)
    else:
        words = answer.text if answer else "no answer"
        error = f"{search.order.panel} gives no answer about our own order {known} either: {words}"
        _finish_search(search, error=error)


def _ids_without_charge(search: IdSearch) -> list[str]:
    """Return the ids whose answers to an earlier request had no charge."""
    early = search.found.filter(asked_at__lt=search.requested_at)
    return [found.remote_id for found in early if found.awaits_charge][: search.ids_a_call]


def _ask_about_ids(client: PanelClient, ids: Sequence[str], *, known: str) -> Answers | None:
    """Ask about ids in one call, together with an id that is known to be ours.

    Returns None if the panel does not answer about several ids at once. Without a known id there must be only one id.
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


def _record_answers(search: IdSearch, reach: Reach | None, answers: Answers, asked_at: datetime) -> None:
    fields: dict[str, Any] = {"calls": search.calls + 1}
    if reach:
        fields |= {
            "searched_at": asked_at,
            "start": reach.start,
            "asked_from": reach.asked_from,
            "asked_to": reach.asked_to,
            "asked": len(reach.ids) + (0 if reach.is_anew else search.asked),
        }
    # Some panels answer with empty fields about an id that they do not know.
    found = [
        _make_found_id(search, each, status) for each, status in answers.items() if isinstance(status, OrderStatus)
    ]
    with transaction.atomic():
        if _write_search(search, **fields):
            FoundId.objects.bulk_create(
                [each for each in found if each.remote_status],
                update_conflicts=True,
                unique_fields=("search", "remote_id"),
                update_fields=ANSWERED,
            )


def _make_found_id(search: IdSearch, remote_id: str, status: OrderStatus) -> FoundId:
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


def _write_search(search: IdSearch, **fields: Any) -> bool:
    mine = IdSearch.objects.filter(pk=search.pk, leased_until=search.leased_until)
    return bool(mine.update(leased_until=None, **fields))


def _interrupt_search(search: IdSearch, error: PanelError) -> None:
    """Let a search wait if the panel's pace or a pause delays it; otherwise end it with the error."""
    is_held_up = isinstance(error, Deferred) or Panel.objects.get(pk=search.order.panel_id).blocks_reading()
    if is_held_up:
        _write_search(search)
    else:
        _finish_search(search, error=error.text)


def _finish_search(search: IdSearch, *, error: str = "") -> None:
    with transaction.atomic():
        if _write_search(search, requested_at=None, error=error):
            search.order.add_event(OrderEvent.What.SEARCHED, _summarise(search, error), actor=search.requested_by)


def _summarise(search: IdSearch, error: str) -> str:
    if search.asked_from is None:
        return error or "No more IDs to check."
    ids = f"{search.asked} ID{'' if search.asked == 1 else 's'}"
    asked = f"{ids} checked, from {search.asked_from} to {search.asked_to}"
    return f"{asked}. {search.found.count()} confirmed. {error}".strip()
