"""Deletes a panel that has no orders, with its catalog and its history, in pieces.

The panel is inactive meanwhile, so nobody orders there. An order that comes all the same keeps the panel.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q, QuerySet

from panels.models import (
    BalanceReading,
    Batch,
    BatchLine,
    ClientDay,
    ClientUnits,
    DayTotal,
    Entry,
    JobRun,
    Order,
    Panel,
    PanelDay,
    Recount,
    Service,
    ServiceChange,
)
from panels.providers.requests import request_answer

logger = logging.getLogger(__name__)
# The rows of one transaction, because nothing may hold the write lock of SQLite for long.
PIECE = 1_000
# A request that takes longer than this many seconds stops, and can be repeated.
LONGEST = 20.0
_UNCONFIRMED = (Batch.State.DRAFT, Batch.State.DISCARDED)


class KeptError(Exception):
    """The panel is kept. The text says why, and what to do."""


def obstacle(panel: Panel) -> str:
    """Return the reason why a panel cannot be deleted, or ""."""
    if Order.objects.filter(panel=panel).exists():
        return f"{panel} has orders, so it is kept with its history. Make it inactive under Edit to call it no more."
    batches = Batch.objects.filter(Q(panel=panel) | Q(pk__in=BatchLine.objects.filter(panel=panel).values("batch")))
    if batches.exclude(state__in=_UNCONFIRMED).exists():
        return f"{panel} belongs to a batch, so it is kept. Make it inactive under Edit to call it no more."
    if Entry.objects.filter(panel=panel).exclude(kind=Entry.Kind.OPENING).exists():
        return f"Deposits were booked for {panel}, so it is kept. Make it inactive under Edit to call it no more."
    if batches.exists():
        return f"A draft names {panel}, so it was not deleted. Drafts, also discarded ones, are deleted after 7 days."
    return ""


def delete_panel(panel: Panel, user: Any, *, seconds: float = LONGEST) -> bool:
    """Delete a panel with what belongs to it. Return False if time was up: then a part is left, and the panel inactive.

    Raises KeptError if the panel has orders, also if one came meanwhile. Then it is as active as before. The catalog
    of an active panel is read again.
    """
    until = time.monotonic() + seconds
    _close(panel)
    try:
        Entry.objects.forget_openings(panel)
        for rows in _belongings(panel):
            while pks := list(rows.values_list("pk", flat=True)[:PIECE]):
                with transaction.atomic():
                    rows.model._default_manager.filter(pk__in=pks).delete()
                if time.monotonic() > until:
                    return False
        _delete_row(panel, user)
    except (ProtectedError, IntegrityError):
        _reopen(panel)
        why = obstacle(panel) or f"{panel} is in use again, so it is kept."
        when = "" if panel.is_active else " as soon as the panel is active"
        raise KeptError(f"{why} This came while it was being deleted, so its catalog is read again{when}.") from None
    return True


def _close(panel: Panel) -> None:
    """Make a panel without orders inactive, so that nobody orders there from now on."""
    with transaction.atomic():
        current = Panel.objects.select_for_update(no_key=True).filter(pk=panel.pk).first()
        if current and (reason := obstacle(current)):
            raise KeptError(reason)
        closed = {"is_active": False, "balance_requested_at": None, "sync_requested_at": None}
        Panel.objects.filter(pk=panel.pk).update(**closed)


def _reopen(panel: Panel) -> None:
    Panel.objects.filter(pk=panel.pk).update(is_active=panel.is_active)
    request_answer("sync", [panel.pk])


def _belongings(panel: Panel) -> list[QuerySet[Any]]:
    """Return the rows that only this panel needs, in the order in which they can be deleted."""
    return [
        ServiceChange.objects.filter(service__panel=panel).order_by("pk"),
        Service.objects.filter(panel=panel).order_by("pk"),
        BalanceReading.objects.filter(panel=panel).order_by("pk"),
        PanelDay.objects.filter(panel=panel).order_by("pk"),
        *(each.objects.filter(panel=panel).order_by("pk") for each in (DayTotal, ClientDay, ClientUnits, Recount)),
        panel.status_words.order_by("pk"),
        panel.refusal_words.order_by("pk"),
    ]


def _delete_row(panel: Panel, user: Any) -> None:
    with transaction.atomic():
        JobRun.objects.filter(name__in=(f"balance {panel.pk}", f"sync {panel.pk}")).delete()
        Panel.objects.filter(pk=panel.pk).delete()
        LogEntry.objects.create(
            user=user,
            content_type=ContentType.objects.get_for_model(Panel),
            object_id=str(panel.pk),
            object_repr=panel.name,
            action_flag=DELETION,
            change_message=f"{panel.name} ({panel.host}) was deleted with its catalog and its history.",
        )
    logger.warning("Panel %s (%s) was deleted by %s.", panel.pk, panel.name, user)
