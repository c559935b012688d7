"""The filters that several lists share: spans of days, the person who looks, names of rows, and presets."""

import datetime as dt

import pytest
from django.http import QueryDict
from django.utils import timezone

from panels.filters import BatchFilter, OrderFilter, RefillFilter
from tests.factories import (
    make_order,
    make_panel,
    make_refill,
    make_user,
)

pytestmark = pytest.mark.django_db


def orders(**query):
    return set(OrderFilter(query).qs)


def test_a_span_of_days_ends_today_and_so_stays_right_in_a_saved_view():
    now = timezone.now()
    today, week, month = (make_order(created_at=now - dt.timedelta(days=days)) for days in (0, 6, 29))
    make_order(created_at=now - dt.timedelta(days=30))
    assert orders(created="today") == {today}
    assert orders(created="7d") == {today, week}
    assert orders(created="30d") == {today, week, month}
    assert orders(created="30d", created_to=str((now - dt.timedelta(days=7)).date())) == {month}
    assert not OrderFilter({"created": "8d"}).is_valid()


def test_me_is_the_person_who_looks():
    anna, bruno = make_user(), make_user()
    mine, other = make_order(placed_by=anna), make_order(placed_by=bruno)
    assert set(OrderFilter({"who": "me"}, anna).qs) == orders(who=str(anna.pk)) == {mine}
    assert set(OrderFilter({"who": "me"}, bruno).qs) == {other}
    # Without a person nobody is meant, rather than everybody.
    assert not OrderFilter({"who": "me"}).is_valid()
    refill = make_refill(requested_by=anna)
    make_refill(requested_by=bruno)
    assert set(RefillFilter({"who": "me", "requested": "today"}, anna).qs) == {refill}


def test_the_names_of_rows_are_read_only_for_a_filter_that_offers_them(django_assert_num_queries):
    panel = make_panel()
    with django_assert_num_queries(0):
        assert OrderFilter({"state": "held", "created": "today"}).is_valid()
    with django_assert_num_queries(1):
        assert OrderFilter({"panel": str(panel.pk), "client": "null"}).is_valid()


@pytest.mark.parametrize("kind", [OrderFilter, RefillFilter, BatchFilter])
def test_every_preset_can_be_read(kind):
    for label, query in kind.PRESETS.items():
        assert kind(QueryDict(query), make_user()).is_valid(), label
