"""What the team says about a service: a favourite, blocked, or a note."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from panels.catalog.offers import mark_products_stale
from panels.models import Service, ServiceMark
from panels.models.history import record

SAID = {
    "favourite": "The service is a favourite of the team.",
    "blocked": "The service is blocked. Nobody can order it, and orders that wait already are sent.",
    "": "The note was saved.",
}
ENDED = "The service is neither a favourite nor blocked."


def set_mark(service: Service, mark: str, note: str, person: Any) -> str:
    """Set the mark of a service ("favourite", "blocked" or "") and its note. Return what is so now, in words."""
    with transaction.atomic():
        row, _ = ServiceMark.objects.select_for_update(no_key=True).get_or_create(service=service)
        before = row.in_words
        row.is_favourite, row.is_blocked, row.note = mark == "favourite", mark == "blocked", note
        row.marked_at, row.marked_by = timezone.now(), person
        record(service, mark=(before, row.in_words))
        if row.is_favourite or row.is_blocked or note:
            row.save()
        else:
            row.delete()
        mark_products_stale([service.pk])
    return SAID[mark] if mark or note else ENDED
