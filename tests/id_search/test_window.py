"""The id of an unknown order lies between the ids of our orders sent just before and just after it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.id_search.window import (
    AskedRange,
    Neighbour,
    Window,
    asked_inside,
    find_window,
    known_ids,
    likely_id,
    next_reach,
    was_early,
)
from panels.models import IdSearch
from panels.orders.following import GRACE
from tests.factories import make_placed
from tests.id_search.lost_orders import make_lost, make_neighbour

NOW = timezone.now()


def window_of(before, after):
    """Return the window between two ids. None means that this side is open."""
    neighbours = [number and Neighbour(number, number, NOW, NOW) for number in (before, after)]
    return Window(*neighbours, NOW)


@pytest.mark.parametrize(
    ("before", "after", "lowest", "highest", "size", "ours"),
    [
        (1000, 1010, 1001, 1009, 9, "1000"),
        (1000, 1001, 1001, 1000, 0, "1000"),
        (1000, None, 1001, None, None, "1000"),
        (None, 1010, 1, 1009, None, "1010"),
    ],
)
def test_a_window_lies_between_its_neighbours(before, after, lowest, highest, size, ours):
    window = window_of(before, after)
    assert (window.lowest, window.highest, window.size, window.ours) == (lowest, highest, size, ours)
    assert not window.holds(lowest - 1)
    assert window.holds(lowest) == (highest is None or lowest <= highest)
    assert window.holds(10**17) == (highest is None)


@pytest.mark.parametrize(
    ("asked", "window", "inside"),
    [
        ((None, None), (1000, 1100), None),
        ((1010, 1020), (1000, 1100), AskedRange(1010, 1020)),
        ((1010, 1020), (1014, 1018), AskedRange(1015, 1017)),
        ((1010, 1020), (1014, None), AskedRange(1015, 1020)),
        ((1010, 1020), (None, 1015), AskedRange(1010, 1014)),
        ((1010, 1020), (1020, 1100), None),
    ],
)
def test_only_asked_ids_inside_the_window_count(asked, window, inside):
    search = IdSearch(asked_from=asked[0], asked_to=asked[1])
    assert asked_inside(search, window_of(*window)) == inside


def test_the_size_of_a_range_includes_both_ends():
    assert (AskedRange(7, 7).size, AskedRange(7, 9).size) == (1, 3)


@pytest.mark.parametrize(("after", "is_early"), [(None, False), (-1, True), (0, False), (1, False)])
def test_a_search_before_the_panel_must_know_the_order_is_early(after, is_early):
    at = None if after is None else NOW + timedelta(seconds=after)
    assert was_early(IdSearch(searched_at=at), window_of(1, 9)) == is_early


@pytest.mark.django_db
def test_the_window_of_an_order_is_bounded_by_its_neighbours_and_begins_its_grace_at_the_deadline():
    order = make_lost()
    before, after = make_neighbour(order, "1000", -60), make_neighbour(order, "1100", 60)
    window = find_window(order)
    assert (window.before.pk, window.after.pk) == (before.pk, after.pk)
    assert (window.lowest, window.highest) == (1001, 1099)
    assert window.known_from == order.send_deadline + GRACE


@pytest.mark.django_db
@pytest.mark.parametrize("ids", [(), ("x12", "1100"), ("1000", "0100"), ("1100", "1000"), ("1000", "9" * 19)])
def test_without_ids_that_count_up_there_is_a_reason_instead_of_a_window(ids):
    order = make_lost()
    for remote_id, seconds in zip(ids, (-60, 60), strict=False):
        make_neighbour(order, remote_id, seconds)
    problem = find_window(order)
    assert isinstance(problem, str)
    assert str(order.panel) in problem


@pytest.mark.django_db
def test_known_ids_are_those_of_our_rows_at_the_same_panel():
    order = make_placed(remote_id="77")
    make_placed(remote_id="78")
    assert known_ids(order.panel_id, ["76", "77", "78"]) == {"77"}


@pytest.mark.django_db
def test_the_search_begins_at_the_likely_id_and_passes_over_our_own_ids():
    order = make_lost()
    make_neighbour(order, "1000", -100)
    make_neighbour(order, "1201", 100)
    make_placed(order.service, remote_id="1101", sent_at=None)
    window = find_window(order)
    assert likely_id(order, window) == 1100
    found = next_reach(order, IdSearch(), window, 4)
    assert found.ids == ("1100", "1099", "1102", "1098")
    assert (found.start, found.asked_from, found.asked_to, found.is_anew) == (1100, 1098, 1102, True)


@pytest.mark.django_db
def test_a_search_goes_on_where_it_stopped_and_ends_with_its_window():
    order = make_lost()
    make_neighbour(order, "1000", -100)
    make_neighbour(order, "1006", 100)
    window = find_window(order)
    searched = {"start": 1003, "searched_at": timezone.now()}
    found = next_reach(order, IdSearch(asked_from=1003, asked_to=1004, **searched), window, 10)
    assert (found.ids, found.asked_from, found.asked_to, found.is_anew) == (("1002", "1005", "1001"), 1001, 1005, False)
    assert next_reach(order, IdSearch(asked_from=1001, asked_to=1005, **searched), window, 10) is None


@pytest.mark.django_db
def test_ids_that_were_asked_about_too_early_are_asked_about_again():
    order = make_lost()
    make_neighbour(order, "1000", -100)
    make_neighbour(order, "1003", 100)
    window = find_window(order)
    asked = {"start": 1001, "asked_from": 1001, "asked_to": 1002}
    early = IdSearch(searched_at=window.known_from - timedelta(seconds=1), **asked)
    assert next_reach(order, early, window, 10).ids == ("1001", "1002")
    assert next_reach(order, IdSearch(searched_at=window.known_from, **asked), window, 10) is None
