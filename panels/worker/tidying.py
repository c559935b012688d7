"""Deletes what nobody needs any more, once a day. docs/operate.md says how long everything is kept."""

from __future__ import annotations

import time
from datetime import timedelta

from django.utils import timezone

from panels.bulk import drafts
from panels.models import ServiceChange
from panels.money import rates
from panels.orders import actions

KEEP_CHANGES = timedelta(days=730)
# Rows that are deleted at once, because nothing may hold the write lock of SQLite for long, and the seconds of one run.
PIECE, DELETE_FOR = 1_000, 20.0


def tidy() -> None:
    """Delete drafts that were not confirmed, old changes of the catalog, and old exchange rates."""
    drafts.delete_old_drafts()
    actions.delete_old_drafts()
    delete_old_changes()
    rates.delete_old()


def delete_old_changes() -> None:
    """Delete the changes of services that were noted years ago. The next run deletes those for which time is short."""
    # By the index of the time.
    old = ServiceChange.objects.filter(at__lt=timezone.now() - KEEP_CHANGES).order_by("at")
    until = time.monotonic() + DELETE_FOR
    while time.monotonic() < until and (pks := list(old.values_list("pk", flat=True)[:PIECE])):
        ServiceChange.objects.filter(pk__in=pks).delete()
