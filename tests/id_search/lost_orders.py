"""Unknown orders and their neighbours for the tests of this folder."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from panels.models import FoundId, IdSearch, Order
from tests.factories import make_order, make_placed

AGO = timedelta(hours=3)


def make_lost(service=None, **fields):
    """Create an unknown order that was sent three hours ago, and whose deadline is over."""
    sent = timezone.now() - AGO
    values = {"state": Order.State.UNKNOWN, "attempt": 1, "sent_at": sent, "send_deadline": sent}
    return make_order(service, **values | fields)


def make_neighbour(order, remote_id, seconds):
    """Create an order that was sent so many seconds after another order, and answered within a second."""
    sent = order.sent_at + timedelta(seconds=seconds)
    placed = sent + timedelta(seconds=1)
    return make_placed(
        order.service, remote_id=remote_id, sent_at=sent, placed_at=placed, send_deadline=sent + timedelta(minutes=2)
    )


def make_search(order, *found, **fields):
    """Create the search for the order's last attempt, with the found ids."""
    search = IdSearch.objects.create(order=order, attempt=order.attempt, **fields)
    for each in found:
        FoundId.objects.create(search=search, **{"remote_status": "Pending", "asked_at": timezone.now()} | each)
    return search
