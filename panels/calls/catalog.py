"""Updates the services of a panel from its catalog, and notes the changes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from panels.calls.conclusions import note_unanswered
from panels.calls.visit import PanelClosedError, visit
from panels.catalog import falls, watch
from panels.catalog.facts import is_told, mark_stale, must_be_read
from panels.catalog.offers import mark_products_stale
from panels.models import Panel, Service, ServiceChange, ServiceFacts
from panels.models.fields import plain
from panels.models.writing import update_rows
from panels.money.charges import forget_charges
from panels.protocol.client import PanelClient
from panels.protocol.errors import Deferred, PanelError
from panels.protocol.refill_words import says_no_refill
from panels.protocol.wire import Catalog, CatalogRow

# The fields of a service that come from the panel, and the fields whose changes are not noted: descriptions are long
# and change often, average times are other ones at every sync, and the type follows from the raw type.
FROM_PANEL = (
    "name",
    "type",
    "raw_type",
    "category",
    "rate_per_1000",
    "min_quantity",
    "max_quantity",
    "refill",
    "cancel",
    "dripfeed",
    "description",
    "average_time",
    "average_minutes",
)
TIMES = ("average_time", "average_minutes")
UNNOTED = {"description", "type", *TIMES}
WRITTEN = (*FROM_PANEL, "is_listed", "search_text", "says_no_refill", "former_text", "last_seen_at")
# The characters of former names that are kept, which are at least those of the last four.
MAX_FORMER = 4000
BULK = 500
_note_failure = partial(note_unanswered, error_field="catalog_error", request_field="sync_requested_at")


def sync_catalog(panel_pk: int, stopping: threading.Event) -> tuple[Counter[str], str]:
    """Fetch and store the catalog of a panel; return the counts, and "" or the error.

    After an empty or failed answer only the panel's catalog_error changes. If a later page failed, the services of the
    others are stored.
    """
    active = Panel.objects.filter(is_active=True)
    active.filter(pk=panel_pk).update(catalog_tried_at=timezone.now())
    try:
        with visit(active, panel_pk, stopping) as here:
            panel = here.panel
            catalog = _fetch(panel, here.client)
            here.note_answer()
            if catalog.failure:
                here.note_error(catalog.failure)
    except Deferred as error:
        return Counter(), error.text
    except PanelClosedError as closed:
        return Counter(), _note_failure(closed.panel, closed.text) if closed.panel else ""
    except PanelError as error:
        return Counter(), _note_failure(panel, error.text)
    if not catalog.rows:
        return Counter(), _note_failure(panel, f"{catalog.problem} The catalog was kept.")
    return _store_answer(panel, catalog)


def _store_answer(panel: Panel, catalog: Catalog) -> tuple[Counter[str], str]:
    """Store the answer of a panel, as `panel` was when it was asked; return the counts, and "" or the error."""
    with transaction.atomic():
        # Locked until the catalog is stored, because it belongs only to the account that was asked.
        current = Panel.objects.select_for_update(no_key=True).get(pk=panel.pk)
        if not current.is_same_account(panel):
            return Counter(), "The account was changed during the call. The catalog was not saved."
        counts = store_catalog(panel, catalog)
        if catalog.failure:
            return counts, _note_missing_pages(panel, catalog.failure)
        Panel.objects.filter(pk=panel.pk).update(catalog_synced_at=timezone.now(), catalog_error="")
        # A newer request stays. It has another value; its time may be earlier, because clocks differ and are set back.
        Panel.objects.filter(pk=panel.pk, sync_requested_at=panel.sync_requested_at).update(sync_requested_at=None)
    return counts, ""


def _note_missing_pages(panel: Panel, failure: PanelError) -> str:
    """Note that later pages were not read. If the worker ended the call, the request of a person stays."""
    if isinstance(failure, Deferred):
        return failure.text
    return _note_failure(panel, f"Only a part of the catalog was read. {failure.text}")


def _fetch(panel: Panel, client: PanelClient) -> Catalog:
    """Return the catalog. One in pages is read again before a service counts as gone.

    A service that the panel removes between two pages moves another one from the next page to the page before it.
    """
    catalog = client.services()
    if not (catalog.is_whole and catalog.rows and client.option("has_pages")):
        return catalog
    listed = {row.remote_id for row in catalog.rows}
    known = Service.objects.filter(panel=panel, is_listed=True).values_list("remote_id", flat=True)
    if listed.issuperset(known):
        return catalog
    try:
        return catalog.joined(client.services())
    except PanelError as error:
        return replace(catalog, is_whole=False, failure=error)


def store_catalog(panel: Panel, catalog: Catalog) -> Counter[str]:
    """Store a catalog, note the changes, and return the counts. Vanished services are kept as not listed.

    In a catalog that may lack services, none has vanished.
    """
    now = timezone.now()
    with transaction.atomic():
        # One sync at a time, because two syncs of a panel would insert the same services.
        locked = Panel.objects.select_for_update(no_key=True).get(pk=panel.pk)
        known = {service.remote_id: service for service in Service.objects.filter(panel=panel)}
        vanished = _missing_in(catalog, known.values())
        before = falls.standing(known.values())
        new: list[Service] = []
        changed: list[Service] = []
        # Services of which only the average time is another one. They do not count as changed.
        timed: list[Service] = []
        changes: list[ServiceChange] = []
        repriced: list[int] = []
        # The services whose names must be read, by whether the panel itself says something else.
        renamed: dict[bool, list[int]] = {False: [], True: []}
        for row in catalog.rows:
            service = known.get(row.remote_id)
            if service is None:
                new.append(_new_service(panel, row, now))
            elif found := _update_service(service, row):
                (changed if found.keys() - TIMES else timed).append(service)
                changes += _changes_of(service, found, now)
                repriced += [service.pk] if "rate_per_1000" in found else []
                if must_be_read(found):
                    renamed[is_told(found)].append(service.pk)
        update_rows([(service, {name: getattr(service, name) for name in TIMES}) for service in timed])
        for service in vanished:
            service.is_listed = False
            changes += _changes_of(service, {"is_listed": (True, False)}, now)
        changed += vanished
        _write_services(new, changed, changes if not known else changes + _arrivals_of(new, now))
        falls.note_fall(locked, before, falls.standing([*known.values(), *new]), changes, now)
        _note_seen(panel, catalog, now)
        _note_facts(new, changed, renamed)
        forget_charges(repriced)
    return Counter(
        listed=len(catalog.rows),
        new=len(new),
        changed=len(changed) - len(vanished),
        vanished=len(vanished),
        unusable=catalog.unusable,
    )


def _missing_in(catalog: Catalog, services: Iterable[Service]) -> list[Service]:
    """Return the listed services that a whole catalog no longer has."""
    told = {row.remote_id for row in catalog.rows}
    return [each for each in services if each.is_listed and catalog.is_whole and each.remote_id not in told]


def _write_services(new: list[Service], changed: list[Service], changes: list[ServiceChange]) -> None:
    Service.objects.bulk_create(new, batch_size=BULK)
    Service.objects.bulk_create(
        changed, batch_size=BULK, update_conflicts=True, unique_fields=("id",), update_fields=WRITTEN
    )
    watch.mark_used(changes)
    ServiceChange.objects.bulk_create(changes, batch_size=BULK)


def _note_seen(panel: Panel, catalog: Catalog, now: datetime) -> None:
    listed = Service.objects.filter(panel=panel, is_listed=True)
    if catalog.is_whole:
        listed.update(last_seen_at=now)
        return
    for start in range(0, len(catalog.rows), BULK):
        seen = [row.remote_id for row in catalog.rows[start : start + BULK]]
        listed.filter(remote_id__in=seen).update(last_seen_at=now)


def _note_facts(new: list[Service], changed: list[Service], renamed: dict[bool, list[int]]) -> None:
    """Let the names of new and renamed services be read, and the products of changed services be counted."""
    ServiceFacts.objects.bulk_create([ServiceFacts(service=service) for service in new], batch_size=BULK)
    for by_panel, pks in renamed.items():
        for start in range(0, len(pks), BULK):
            mark_stale(pks[start : start + BULK], is_told=by_panel)
    mark_products_stale(service.pk for service in changed)


def _new_service(panel: Panel, row: CatalogRow, now: datetime) -> Service:
    service = Service(panel=panel, remote_id=row.remote_id, first_seen_at=now, last_seen_at=now)
    _update_service(service, row)
    return service


def _update_service(service: Service, row: CatalogRow) -> dict[str, tuple[Any, Any]]:
    """Set the fields of a service from its row; return field → (old, new) for the fields that differed."""
    values = {name: getattr(row, name) for name in FROM_PANEL} | {"is_listed": True}
    values["type"] = service.own_type or row.type
    found = {name: (getattr(service, name), new) for name, new in values.items() if getattr(service, name) != new}
    for name, (_, new) in found.items():
        setattr(service, name, new)
    if found:
        text = f"{service.remote_id} {service.name} {service.category}".lower()
        if service.search_text not in ("", text):
            others = [each for each in service.former_text.split("\n") if each != service.search_text]
            service.former_text = "\n".join([service.search_text, *others]).strip()[:MAX_FORMER]
        service.search_text = text
        service.says_no_refill = says_no_refill(service.name, service.category)
    return found


def _changes_of(service: Service, found: dict[str, tuple[Any, Any]], now: datetime) -> list[ServiceChange]:
    return [
        watch.new_change(service, name, _in_words(old), _in_words(new), now)
        for name, (old, new) in found.items()
        if name not in UNNOTED
    ]


def _arrivals_of(new: list[Service], now: datetime) -> list[ServiceChange]:
    """Return a change for each new service. The first sync of a panel notes none, because all its services are new."""
    return [watch.new_change(service, "is_listed", "", "True", now) for service in new]


def _in_words(value: Any) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    return "" if value is None else str(value)
