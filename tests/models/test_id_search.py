"""A search has a limit of calls, and there is one search for each attempt of an order."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from panels.models import FoundId, IdSearch, Order
from tests.factories import make_order

FINISHED = Order.Progress.COMPLETED
RUNNING = Order.Progress.IN_PROGRESS


@pytest.mark.parametrize(("is_single", "calls", "a_call", "a_request"), [(False, 3, 99, 297), (True, 10, 1, 10)])
def test_a_request_asks_about_a_limited_number_of_ids(is_single, calls, a_call, a_request):
    search = IdSearch(is_single=is_single)
    assert (search.most_calls, search.ids_a_call, search.ids_a_request) == (calls, a_call, a_request)


@pytest.mark.parametrize(
    ("charge", "progress", "awaits_charge"),
    [
        (None, RUNNING, True),
        (Decimal(0), RUNNING, True),
        (None, "", True),
        (Decimal("0.5"), RUNNING, False),
        (None, FINISHED, False),
        (Decimal(0), FINISHED, False),
    ],
)
def test_a_charge_may_still_come_until_the_order_has_finished(charge, progress, awaits_charge):
    assert FoundId(charge=charge, progress=progress).awaits_charge == awaits_charge


@pytest.mark.django_db
def test_an_attempt_has_one_search():
    order = make_order(state=Order.State.UNKNOWN, attempt=2)
    IdSearch.objects.create(order=order, attempt=1)
    IdSearch.objects.create(order=order, attempt=2)
    with pytest.raises(IntegrityError):
        IdSearch.objects.create(order=order, attempt=2)


@pytest.mark.django_db
def test_a_search_notes_an_id_once():
    search = IdSearch.objects.create(order=make_order(state=Order.State.UNKNOWN, attempt=1), attempt=1)
    FoundId.objects.create(search=search, remote_id="77", asked_at=timezone.now())
    with pytest.raises(IntegrityError):
        FoundId.objects.create(search=search, remote_id="77", asked_at=timezone.now())
