"""A list that is sorted by worths: the same order as sorting everything, each row once, whatever the worths are."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panels.models import Service
from panels.pages import merging
from panels.pages.merging import Part, find_merged, merge
from tests.factories import make_panel, make_service

pytestmark = pytest.mark.django_db
SHOWN = Service.objects.select_related("panel")


def make_prices(*prices, **fields):
    """Create a panel with services at these prices."""
    panel = make_panel(**fields)
    for price in prices:
        make_service(panel, rate_per_1000=Decimal(price))
    return panel


def expected(worths, *, is_descending=False):
    """Return the pks in their order, by sorting everything."""
    places = [(Fraction(each.rate_per_1000) * worths[each.panel_id], each.pk) for each in Service.objects.all()]
    return [pk for _, pk in sorted(places, reverse=is_descending)]


def walk(turn, step="after"):
    """Return the pks of each page from one end to the other."""
    pages, query = [], {"last": "1"} if step == "before" else {}
    while len(pages) < 100:
        page = turn(query)
        pages.append([row.pk for row in page])
        query = {step: getattr(page, step)}
        if not query[step]:
            assert page.is_last if step == "after" else page.is_first
            return pages
    raise AssertionError("the pages have no end")


def parts_of(worths):
    return [Part(Service.objects.filter(panel=pk), worth) for pk, worth in worths.items()]


@pytest.mark.parametrize("by_index", [True, False])
@pytest.mark.parametrize("sort", ["rate_per_1000", "-rate_per_1000"])
def test_pages_lead_through_all_units_once_in_both_directions(sort, by_index):
    # Many equal prices, and prices of two units that are worth exactly the same.
    dollars = make_prices(*["1", "0.5", "2"] * 4, "0.00000001")
    rubles = make_prices(*["100", "50", "33.33333333"] * 3)
    euros = make_prices("0.9", "0.9", "0")
    worths = {dollars.pk: Fraction(1), rubles.pk: Fraction(1, 100), euros.pk: Fraction(10876, 10000)}

    def turn(query):
        return merge(parts_of(worths), query, sort=sort, shown=SHOWN, size=4, by_index=by_index)

    wanted = expected(worths, is_descending=sort.startswith("-"))
    forward = walk(turn)
    assert [pk for page in forward for pk in page] == wanted
    assert [len(page) for page in forward] == [4] * 6 + [1]
    backward = walk(turn, "before")
    assert [pk for page in reversed(backward) for pk in page] == wanted


@given(
    prices=st.lists(
        st.tuples(st.integers(0, 2), st.decimals("0", "9999999999", places=8, allow_nan=False)), min_size=1, max_size=12
    ),
    rates=st.tuples(*[st.decimals("0.0000001", "10000000", places=7, allow_nan=False)] * 3),
    size=st.integers(1, 5),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_row_is_lost_or_repeated_by_any_rates(db, prices, rates, size):
    Service.objects.all().delete()
    panels = [make_panel() for _ in range(3)]
    for number, price in prices:
        # SQLite stores floats, which have 15 certain digits.
        make_service(panels[number], rate_per_1000=price if price < 1_000_000 else price.quantize(Decimal("0.001")))
    worths = {panel.pk: Fraction(rate) / Fraction(rates[0]) for panel, rate in zip(panels, rates, strict=True)}
    pages = walk(lambda query: merge(parts_of(worths), query, sort="rate_per_1000", shown=SHOWN, size=size))
    assert [pk for page in pages for pk in page] == expected(worths)


def test_a_page_of_any_number_of_units_takes_two_queries(monkeypatch):
    worths = {make_prices("1", "2").pk: Fraction(number) for number in range(1, 6)}
    with CaptureQueriesContext(connection) as queries:
        page = merge(parts_of(worths), {}, sort="rate_per_1000", shown=SHOWN)
    assert len(queries) == 2
    monkeypatch.setattr(merging, "MOST_PARTS", 2)
    assert [row.pk for row in merge(parts_of(worths), {}, sort="rate_per_1000", shown=SHOWN)] == [
        row.pk for row in page
    ]


@pytest.mark.parametrize("most", [3, 10_000])
def test_many_and_few_rows_are_found_alike(monkeypatch, most):
    monkeypatch.setattr(merging, "COUNT_UP_TO", most)
    worths = {make_prices("3", "1", "9").pk: Fraction(2), make_prices("5", "4").pk: Fraction(1)}
    # A panel that was added since the worths were read.
    make_prices("7")
    rows = Service.objects.filter(rate_per_1000__lt=9)
    parts = merging.parts_of(rows, "panel_id", worths, {})
    page, total = find_merged(rows, {}, sort="rate_per_1000", by="panel_id", parts=parts, shown=SHOWN)
    assert [row.rate_per_1000 for row in page] == [1, 4, 5, 3]
    assert total == min(5, most + 1)
    assert (page.few is None) is (most == 3)


def test_each_part_has_its_own_limit_for_the_index():
    one, other = make_prices("3", "1"), make_prices("3", "1")
    limits = {one.pk: Q(rate_per_1000__gt=1)}
    parts = merging.parts_of(Service.objects.all(), "panel_id", dict.fromkeys((one.pk, other.pk), Fraction(1)), limits)
    assert [part.rows.count() for part in parts.values()] == [1, 2]


def test_without_rows_the_page_is_empty():
    page, total = find_merged(Service.objects.all(), {}, sort="rate_per_1000", by="panel_id", parts={}, shown=SHOWN)
    assert (page.rows, page.is_first, page.is_last, page.after, page.before, total) == ([], True, True, "", "", 0)


@pytest.mark.parametrize(
    "cursor",
    ["x", "1~2", "1~2~0", "1~-2~1", "1~1.5~1", "1~~1", "١~2~1", "1~2~1~1", f"1~{'9' * 300}~1", f"{'9' * 19}~1~1"],
)
def test_a_cursor_that_nobody_can_read_is_the_first_page(cursor):
    worths = {make_prices("1", "2").pk: Fraction(1)}
    for step in ("after", "before"):
        page = merge(parts_of(worths), {step: cursor}, sort="rate_per_1000", shown=SHOWN)
        assert len(page) == 2


@pytest.mark.parametrize("sort", ["rate_per_1000", "-rate_per_1000"])
def test_a_place_beyond_all_prices_fails_nothing(sort):
    worths = {make_prices("1", "2").pk: Fraction(1, 7)}
    found = [
        len(merge(parts_of(worths), {"after": f"1~{worth}~1"}, sort=sort, shown=SHOWN)) for worth in (0, "9" * 150)
    ]
    assert sorted(found) == [0, 2]
