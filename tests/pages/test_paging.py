"""Pages by keyset contain every row exactly once, in both directions."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.models import Order
from panels.pages.paging import COUNT_UP_TO, count_rows, count_with, find_page, paginate
from tests.factories import make_order, make_service

pytestmark = pytest.mark.django_db

UNREADABLE = ["x", "1~", "~", "9~not a date", "-1~2026", "9" * 30 + "~2026-01-01", "1~\x00"]
OUT_OF_RANGE = ["1~0001-01-01T00:00:00+14:00", "1~9999-12-31T23:59:59-14:00"]
SORTS = ["-created_at", "created_at", "-charge_sort", "charge_sort", "-cost_sort", "cost_sort"]


@pytest.fixture
def orders():
    """Eleven orders. Some have equal values in the sorted fields, and some have no charge."""
    service, now = make_service(), timezone.now()
    for number in range(11):
        make_order(
            service,
            created_at=now - timedelta(minutes=number // 3),
            charge=None if number % 4 == 0 else Decimal(number % 3) / 10,
            expected_cost=Decimal(number // 2),
        )
    return Order.objects.all()


@pytest.mark.parametrize("shown", [None, Order.objects.select_related("service")])
@pytest.mark.parametrize("sort", SORTS)
def test_walking_forward_and_back_sees_every_row_once(orders, sort, shown):
    descending = sort.startswith("-")
    wanted = list(orders.order_by(sort, "-pk" if descending else "pk"))
    forward, query = [], {}
    while True:
        page = paginate(orders, query, sort=sort, size=4, shown=shown)
        forward.append(page.rows)
        if not page.after:
            break
        query = {"after": page.after}
    assert list(itertools.chain(*forward)) == wanted
    assert [len(rows) for rows in forward] == [4, 4, 3]
    back, query = [], {"last": "1"}
    while True:
        page = paginate(orders, query, sort=sort, size=4, shown=shown)
        back.insert(0, page.rows)
        if not page.before:
            break
        query = {"before": page.before}
    assert list(itertools.chain(*back)) == wanted


def test_first_and_last_know_that_they_are(orders):
    first = paginate(orders, {}, sort="-created_at", size=4)
    last = paginate(orders, {"last": "1"}, sort="-created_at", size=4)
    only = paginate(orders, {}, sort="-created_at", size=50)
    assert (first.is_first, first.is_last) == (True, False)
    assert (last.is_first, last.is_last) == (False, True)
    assert (only.is_first, only.is_last, only.before, only.after) == (True, True, "", "")


@pytest.mark.parametrize("cursor", [*UNREADABLE, *OUT_OF_RANGE])
def test_a_cursor_that_nobody_can_read_is_ignored(orders, cursor):
    assert paginate(orders, {"after": cursor}, sort="-created_at", size=4).is_first
    assert paginate(orders, {"before": cursor}, sort="-charge_sort", size=4).is_first


def test_an_empty_list_is_one_empty_page():
    page = paginate(Order.objects.all(), {}, sort="-created_at")
    assert len(page) == 0
    assert page.is_first
    assert page.is_last


def test_counting_stops_at_its_limit(orders, monkeypatch):
    assert COUNT_UP_TO == 10_000
    assert count_rows(orders) == 11
    monkeypatch.setattr("panels.pages.paging.COUNT_UP_TO", 5)
    assert count_rows(orders) == 6


def test_a_whole_table_is_counted_up_to_the_limit_each_time(orders, monkeypatch):
    def count():
        return find_page(orders, {}, sort="-created_at", shown=orders, is_narrowed=False)[1]

    assert count() == 11
    make_order()
    assert count() == 12
    monkeypatch.setattr("panels.pages.paging.COUNT_UP_TO", 5)
    assert count() == 6


def test_a_page_with_all_rows_is_counted_without_a_query(orders, django_assert_num_queries):
    whole, part = paginate(orders, {}, sort="-created_at"), paginate(orders, {}, sort="-created_at", size=4)
    with django_assert_num_queries(0):
        assert count_with(whole, orders) == 11
    with django_assert_num_queries(1):
        assert count_with(part, orders) == 11
