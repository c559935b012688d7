"""A person starts the search for an unknown order's id, and sees how far it has come."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.id_search.findings import MOST_SHOWN, Findings, collect_findings, request_search, to_search
from panels.models import IdSearch, Order
from tests.id_search.lost_orders import make_lost, make_neighbour, make_search

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(db):
    """An unknown order between two neighbours with ids from 1000 to 1100."""
    order = make_lost()
    make_neighbour(order, "1000", -60)
    make_neighbour(order, "1100", 60)
    return order


# -- the request


def test_a_request_waits_for_a_worker_and_a_second_click_changes_nothing(order, operator, manager):
    assert request_search(order, operator) == ""
    search = order.id_searches.get()
    assert (search.attempt, search.requested_by, search.calls, search.is_single) == (1, operator, 0, False)
    assert request_search(order, manager) == ""
    again = order.id_searches.get()
    assert (again.requested_at, again.requested_by) == (search.requested_at, operator)
    assert list(to_search()) == [search]


def test_a_request_after_an_error_begins_with_new_calls(order, operator):
    make_search(order, calls=3, error="No answer.", is_single=True)
    assert request_search(order, operator) == ""
    search = order.id_searches.get()
    assert (search.calls, search.error, search.is_single, search.requested_at is None) == (0, "", False, False)


def test_a_panel_that_takes_one_id_a_call_is_asked_that_way(order, operator):
    order.panel.multi_status = False
    assert request_search(order, operator) == ""
    assert order.id_searches.get().is_single


@pytest.mark.parametrize(
    "change",
    [
        lambda order: setattr(order, "send_deadline", timezone.now() + timedelta(minutes=1)),
        lambda order: setattr(order, "state", Order.State.PLACED),
        lambda order: setattr(order.panel, "is_active", False),
        lambda order: order.panel.orders.exclude(pk=order.pk).update(sent_at=None),
        lambda order: order.panel.orders.filter(remote_id="1100").update(remote_id="1001"),
    ],
    ids=["before the deadline", "not unknown", "inactive panel", "no neighbour", "no id between"],
)
def test_a_search_that_is_not_possible_is_refused_with_a_reason(order, operator, change):
    change(order)
    assert request_search(order, operator)
    assert not IdSearch.objects.exists()


@pytest.mark.parametrize(
    ("fields", "is_wanted"),
    [
        ({}, True),
        ({"requested_at": None}, False),
        ({"leased_until": timedelta(minutes=1)}, False),
        ({"leased_until": timedelta(minutes=-1)}, True),
        ({"attempt": 2}, False),
    ],
)
def test_a_worker_takes_requested_searches_of_the_last_attempt_without_a_lease(order, fields, is_wanted):
    now = timezone.now()
    values = {name: now + value if isinstance(value, timedelta) else value for name, value in fields.items()}
    search = IdSearch.objects.create(**{"order": order, "attempt": 1, "requested_at": now} | values)
    assert list(to_search()) == [search] * is_wanted


def test_a_worker_takes_no_search_of_an_order_that_is_not_unknown_any_more(order):
    make_search(order, requested_at=timezone.now())
    Order.objects.filter(pk=order.pk).update(state=Order.State.WRITTEN_OFF)
    assert not to_search().exists()


# -- the findings


def test_before_a_search_the_findings_promise_its_calls(order):
    findings = collect_findings(order, None)
    assert (findings.search, findings.asked, findings.matches) == (None, None, [])
    assert (findings.next_ids, findings.next_calls, findings.can_go_on) == (99, 1, True)
    assert (findings.single_ids, findings.single_calls) == (8, 10)
    assert (findings.is_open, findings.verdict, findings.nothing_to_ask) == (False, "", "")


def test_at_a_panel_that_takes_one_id_a_call_the_findings_promise_as_many_calls_as_ids(order):
    order.panel.multi_status = False
    findings = collect_findings(order, None)
    assert (findings.next_ids, findings.next_calls, findings.single_ids) == (10, 10, 0)


def test_after_the_last_id_a_search_cannot_go_on(order):
    asked = {"start": 1050, "asked_from": 1001, "asked_to": 1099, "searched_at": timezone.now()}
    findings = collect_findings(order, make_search(order, **asked))
    assert (findings.asked.size, findings.can_go_on, findings.is_early) == (99, False, False)
    assert findings.verdict


def test_an_id_without_a_charge_is_asked_about_again(order):
    asked = {"start": 1050, "asked_from": 1001, "asked_to": 1099, "searched_at": timezone.now()}
    search = make_search(order, {"remote_id": "1050", "progress": "pending"}, **asked)
    findings = collect_findings(order, search)
    assert (findings.next_ids, findings.next_calls, findings.can_go_on) == (0, 1, True)


def test_the_findings_count_the_ids_that_fit_and_show_a_limited_number(order):
    found = [{"remote_id": str(1001 + number), "charge": Decimal("0.90")} for number in range(MOST_SHOWN + 1)]
    findings = collect_findings(order, make_search(order, *found))
    assert len(findings.matches) == findings.fitting == MOST_SHOWN


def test_an_early_search_can_be_made_anew_when_the_panel_must_know_the_order(order):
    asked = {"start": 1050, "asked_from": 1001, "asked_to": 1099, "searched_at": order.send_deadline}
    findings = collect_findings(order, make_search(order, **asked))
    assert (findings.is_early, findings.is_grace_over, findings.is_anew, findings.next_ids) == (True, True, True, 99)


def test_without_a_window_the_findings_have_only_the_reason():
    findings = collect_findings(make_lost(), None)
    assert findings.problem
    assert findings == Findings(problem=findings.problem)
