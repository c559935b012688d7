"""A panel that takes away two fifths of its catalog or of its prices at once needs a person."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from panels.calls.catalog import store_catalog
from panels.catalog import falls
from panels.catalog.falls import Standing, fall_of
from panels.models import Panel
from panels.protocol.wire import Catalog
from tests.calls.test_catalog import row
from tests.factories import make_panel
from tests.views.pages import text_of

numbers = st.integers(min_value=0, max_value=10_000)
rates = st.decimals(min_value=0, max_value=1000, places=4)


@given(numbers, numbers, rates, rates)
def test_a_fall_of_two_fifths_or_more_is_noted(listed, gone, before, after):
    gone = min(gone, listed)
    fall = fall_of({}, Standing(listed, before), Standing(listed - gone, after), gone=gone, back=0)
    assert ("services" in fall) == (listed > 0 and gone >= Decimal("0.4") * listed)
    assert ("price" in fall) == (before > 0 and after <= before * Decimal("0.6"))


@given(st.lists(st.tuples(numbers, numbers), max_size=5))
def test_a_fall_ends_when_enough_is_back_and_not_before(syncs):
    known, missing = {"services": [1000, 600]}, 600
    for gone, back in syncs:
        missing = max(missing + gone - back, 0)
        known = fall_of(known, Standing(400, None), Standing(400, None), gone=gone, back=back)
        assert known == ({"services": [1000, missing]} if missing >= 400 else {})
        if not known:
            break


def sync(panel, numbers, rate="1"):
    """Store a catalog of these services at this price."""
    rows = tuple(replace(row(str(number)), rate_per_1000=Decimal(rate)) for number in numbers)
    store_catalog(panel, Catalog(rows, 0))
    panel.refresh_from_db()
    return panel.catalog_fall


def test_services_that_go_at_once_are_reported_until_they_are_back(db):
    panel = make_panel()
    assert sync(panel, range(10)) == {}
    # Others that come at the same time do not hide it.
    assert sync(panel, range(4, 20)) == {"services": [10, 4]}
    at = panel.catalog_fell_at
    assert sync(panel, range(4, 20)) == {"services": [10, 4]}
    assert panel.catalog_fell_at == at is not None
    assert sync(panel, range(1, 20)) == {}
    assert panel.catalog_fell_at is None


def test_services_that_go_one_by_one_are_not_reported(db):
    panel = make_panel()
    for first in range(8):
        assert sync(panel, range(first, 10)) == {} or first == 8


def test_a_median_price_that_falls_is_reported_until_it_is_back(db):
    panel = make_panel()
    sync(panel, range(5), "0.9")
    assert sync(panel, range(5), "0.55") == {}
    assert sync(panel, range(5), "0.3") == {"price": ["0.55", "0.3"]}
    assert falls.in_words(panel) == (
        "The median price fell from 0.55\u00a0USD to 0.30\u00a0USD. Look at its catalog before you order there."
    )
    assert sync(panel, range(5), "0.31") == {"price": ["0.55", "0.31"]}
    assert sync(panel, range(5), "0.4") == {}


def test_a_catalog_that_may_be_cut_off_has_lost_nothing(db):
    panel = make_panel()
    sync(panel, range(10))
    store_catalog(panel, Catalog((row("1"),), 0, is_whole=False))
    panel.refresh_from_db()
    assert panel.catalog_fall == {}


@pytest.fixture
def fallen(db):
    panel = make_panel()
    sync(panel, range(10))
    sync(panel, range(5))
    return panel


def test_a_person_is_told_and_says_when_it_is_seen(fallen, as_manager):
    assert "5 of 10 services are no longer listed." in text_of(as_manager.get("/"))
    seen = reverse("panel_catalog_seen", args=[fallen.pk])
    assert "has changed since" in text_of(as_manager.post(seen, {"fell_at": "then"}, follow=True))
    assert Panel.objects.get().catalog_fall
    shown = {"fell_at": fallen.catalog_fell_at.isoformat()}
    assert "Marked as seen" in text_of(as_manager.post(seen, shown, follow=True))
    assert Panel.objects.get().catalog_fell_at is None
    assert "no longer listed" not in text_of(as_manager.get("/"))
    # The next syncs do not report it again.
    assert sync(fallen, range(5)) == {}


def test_a_second_fall_is_not_seen_with_the_first(fallen):
    shown = fallen.catalog_fell_at.isoformat()
    fallen.catalog_fell_at = None
    assert not falls.mark_seen(fallen, shown)
