"""A found id fits an unknown order if all known facts fit this order and no other order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from panels.id_search.matching import MAY_REFUND, find_matches, judge
from panels.id_search.window import find_window
from panels.models import FoundId, Order
from tests.factories import make_order, make_placed
from tests.id_search.lost_orders import make_lost, make_neighbour, make_search

CHARGE = Decimal("0.90")


@pytest.fixture
def order(db):
    """An unknown order of 1,000 for 0.90 USD, between two neighbours with ids from 1000 to 1100."""
    order = make_lost()
    make_neighbour(order, "1000", -60)
    make_neighbour(order, "1100", 60)
    return order


def found_id(number, charge=CHARGE, **fields):
    return {"remote_id": str(number), "charge": charge} | fields


def matches_of(order, *found):
    return find_matches(order, find_window(order), make_search(order, *found))


def test_an_id_with_the_expected_charge_fits(order):
    (match,) = matches_of(order, found_id(1050))
    assert (match.found.remote_id, match.against, match.unsure, list(match.rivals)) == ("1050", (), "", [])
    assert match.fits


@pytest.mark.parametrize(
    ("fields", "against", "unsure"),
    [
        ({"charge": Decimal(2)}, ("charge",), ""),
        ({"currency": "EUR"}, ("currency",), ""),
        ({"remains": 1001}, ("remains",), ""),
        ({"remote_id": "1100"}, ("place",), ""),
        ({"charge": None}, (), "untold"),
        ({"charge": None, "progress": "canceled"}, (), "refunded"),
    ],
)
def test_an_id_with_a_reason_against_it_or_without_a_charge_does_not_fit(order, fields, against, unsure):
    order.service.panel.orders.filter(remote_id="1100").update(remote_id="1099")
    (match,) = matches_of(order, found_id(1050) | fields)
    assert (match.against, match.unsure, match.fits) == (against, unsure, False)


def test_ids_that_fit_come_first_and_ids_of_our_rows_are_left_out(order):
    make_placed(order.service, remote_id="1040", sent_at=None)
    found = matches_of(
        order,
        found_id(1030, Decimal(9), currency="EUR"),
        found_id(1040),
        found_id(1041, None),
        found_id(1042),
        found_id(1043, Decimal(9)),
    )
    assert [match.found.remote_id for match in found] == ["1042", "1041", "1043", "1030"]


def test_an_id_that_fits_another_unknown_order_between_the_neighbours_fits_neither(order):
    rival = make_lost(order.service)
    make_lost(order.service, expected_cost=Decimal(9))
    make_lost(order.service, sent_at=order.sent_at + timedelta(hours=1))
    make_order(order.service)
    (match,) = matches_of(order, found_id(1050))
    assert list(match.rivals) == [rival]
    assert not match.fits


@pytest.mark.django_db
@pytest.mark.parametrize("progress", ["", *Order.Progress.values])
def test_a_smaller_charge_is_possible_only_after_a_refund(progress):
    order = make_lost()
    verdict = judge(order, FoundId(charge=CHARGE / 2, progress=progress))
    assert verdict == (((), "refunded") if progress in MAY_REFUND else (("charge",), ""))


@pytest.mark.django_db
@pytest.mark.parametrize(("remains", "against"), [(500, ()), (0, ("charge",)), (1000, ("charge",))])
def test_the_charge_of_a_partial_order_must_fit_the_delivered_quantity(remains, against):
    found = FoundId(charge=CHARGE / 2, progress=Order.Progress.PARTIAL, remains=remains)
    assert judge(make_lost(), found) == (against, "")
