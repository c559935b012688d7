"""Queues and sends orders at the sandbox, for several test files."""

from __future__ import annotations

import threading

from panels.calls.submission import submit_queued
from panels.models import Service
from panels.orders.placing import build_order, place_order
from panels.protocol.order_types import check


def place(synced_panel, sandbox, *, type_name="Default", **values):
    """Queue an order for the first service of a type at the sandbox."""
    service = Service.objects.select_related("panel").get(panel=synced_panel, remote_id=str(sandbox.pick(type_name).id))
    values = values or {"link": "https://example.com/p/1", "quantity": str(service.min_quantity)}
    checked = check(service.offer(), values)
    assert not checked.errors
    return place_order(build_order(service, checked, placed_by=None))[0]


def submit(panel):
    return submit_queued(panel.pk, threading.Event())


def events_of(order):
    return [event.what for event in order.events.all()]
