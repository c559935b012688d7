"""Brings a panel's services up to date, and notes what changed."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from panels.calls.visit import PanelClosedError, visit
from panels.models import Panel, Service, ServiceChange
from panels.protocol.errors import Deferred, PanelError
from panels.protocol.wire import Catalog, CatalogRow

# What a panel tells about a service; a change of any is noted, except of descriptions, which are long and loose.
TOLD = (
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
)
SILENT = {"description", "type"}
WRITTEN = (*TOLD, "is_listed", "search_text", "last_seen_at")
BULK = 500


def sync_catalog(panel_pk: int, stopping: threading.Event) -> tuple[Counter[str], str]:
    """Fetch and store a panel's catalog; returns what was counted, and "" or what went wrong.

    An empty or failed answer changes nothing but the panel's catalog_error.
    """
    active = Panel.objects.filter(is_active=True)
    active.filter(pk=panel_pk).update(catalog_tried_at=timezone.now())
    try:
        with visit(active, panel_pk, stopping) as here:
            panel = here.panel
            catalog = here.client.services()
            here.note_answer()
    except Deferred as error:
        return Counter(), error.text
    except PanelClosedError as closed:
        return Counter(), _note_failure(closed.panel, closed.text) if closed.panel else ""
    except PanelError as error:
        return Counter(), _note_failure(panel, error.text)
    if not catalog.rows:
        return Counter(), _note_failure(panel, "The panel answered with no usable service; the catalog was kept.")
    with transaction.atomic():
        # Locked until the catalog is stored: it belongs to the account that was asked, and to no other.
        current = Panel.objects.select_for_update(no_key=True).get(pk=panel.pk)
        if not current.is_same_account(panel):
            return Counter(), "The account was changed meanwhile; the catalog was not taken over."
        counts = store_catalog(panel, catalog)
        Panel.objects.filter(pk=panel.pk).update(catalog_synced_at=timezone.now(), catalog_error="")
        # What was asked for meanwhile stays: told by its value, as clocks differ and are set back.
        Panel.objects.filter(pk=panel.pk, sync_requested_at=panel.sync_requested_at).update(sync_requested_at=None)
    return counts, ""


def _note_failure(panel: Panel, text: str) -> str:
    # What an old key was told says nothing about a new one, whose own sync has been asked for.
    same = Panel.objects.filter(pk=panel.pk, api_url=panel.api_url, api_key=panel.api_key)
    same.update(catalog_error=text)
    same.filter(sync_requested_at=panel.sync_requested_at).update(sync_requested_at=None)
    return text


def store_catalog(panel: Panel, catalog: Catalog) -> Counter[str]:
    """Write a catalog: new services, changed ones with a note of each change, and vanished ones as not listed."""
    now = timezone.now()
    with transaction.atomic():
        # One at a time: two syncs of a panel would insert the same services.
        Panel.objects.select_for_update(no_key=True).get(pk=panel.pk)
        known = {service.remote_id: service for service in Service.objects.filter(panel=panel)}
        vanished = {service.remote_id for service in known.values() if service.is_listed}
        new: list[Service] = []
        changed: list[Service] = []
        changes: list[ServiceChange] = []
        for row in catalog.rows:
            vanished.discard(row.remote_id)
            service = known.get(row.remote_id)
            if service is None:
                new.append(_new_service(panel, row, now))
            elif found := _take_over(service, row):
                changed.append(service)
                changes += _changes(service, found, now)
        for remote_id in vanished:
            service = known[remote_id]
            service.is_listed = False
            changed.append(service)
            changes += _changes(service, {"is_listed": (True, False)}, now)
        _write(panel, new, changed, changes if not known else changes + _arrivals(new, now), now)
    return Counter(
        listed=len(catalog.rows),
        new=len(new),
        changed=len(changed) - len(vanished),
        vanished=len(vanished),
        unusable=catalog.unusable,
    )


def _write(
    panel: Panel, new: list[Service], changed: list[Service], changes: list[ServiceChange], now: datetime
) -> None:
    Service.objects.bulk_create(new, batch_size=BULK)
    Service.objects.bulk_create(
        changed, batch_size=BULK, update_conflicts=True, unique_fields=("id",), update_fields=WRITTEN
    )
    ServiceChange.objects.bulk_create(changes, batch_size=BULK)
    Service.objects.filter(panel=panel, is_listed=True).update(last_seen_at=now)


def _new_service(panel: Panel, row: CatalogRow, now: datetime) -> Service:
    service = Service(panel=panel, remote_id=row.remote_id, first_seen_at=now, last_seen_at=now)
    _take_over(service, row)
    return service


def _take_over(service: Service, row: CatalogRow) -> dict[str, tuple[Any, Any]]:
    """Give a service what its row tells; returns field → (old, new) of what differed."""
    told = {name: getattr(row, name) for name in TOLD} | {"is_listed": True}
    found = {name: (getattr(service, name), new) for name, new in told.items() if getattr(service, name) != new}
    for name, (_, new) in found.items():
        setattr(service, name, new)
    if found:
        service.search_text = f"{service.remote_id} {service.name} {service.category}".lower()
    return found


def _changes(service: Service, found: dict[str, tuple[Any, Any]], now: datetime) -> list[ServiceChange]:
    return [
        ServiceChange(service=service, at=now, field=name, old=_text(old), new=_text(new))
        for name, (old, new) in found.items()
        if name not in SILENT
    ]


def _arrivals(new: list[Service], now: datetime) -> list[ServiceChange]:
    """Note what is new, except on a panel's first sync, when everything is."""
    return [ServiceChange(service=service, at=now, field="is_listed", old="", new="True") for service in new]


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)
