"""Sets the type of a service by hand, where the panel tells none, an unknown one or a wrong one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from panels.models import Panel, Service, ServiceChange, ServiceFacts
from panels.models.history import record
from panels.protocol.order_types import fold_type


def set_type(service: Service, slug: str, person: Any) -> bool:
    """Set the type of a service, "" for the one that its panel tells; return False if nothing changes.

    The row of the panel is locked, because a sync of the same panel writes the type too.
    """
    with transaction.atomic():
        Panel.objects.select_for_update(no_key=True).only("pk").get(pk=service.panel_id)
        service.refresh_from_db(fields=("type", "raw_type", "own_type"))
        if service.own_type == slug:
            return False
        before = _in_words(service)
        record(service, own_type=(service.own_type, slug))
        service.own_type, service.type = slug, slug or fold_type(service.raw_type)
        service.save(update_fields=("own_type", "type"))
        # What a person sets is no change of the panel.
        ServiceFacts.objects.filter(pk=service.pk).update(version=ServiceFacts.STALE, version_before=ServiceFacts.STALE)
        by = f"set by {person}" if slug else f"as the panel lists it, by {person}"
        ServiceChange.objects.create(
            service=service,
            panel_id=service.panel_id,
            at=timezone.now(),
            field="type",
            old=before,
            new=f"{_in_words(service)} ({by})",
            kind=ServiceChange.Kind.TYPE,
        )
    return True


def _in_words(service: Service) -> str:
    return service.order_type.label if service.type else f"unknown, ordered as {service.order_type.label}"
