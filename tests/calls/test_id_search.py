"""The id of a lost order is searched between the ids of our own orders with few calls, and a person decides."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from panels import bell, schedule
from panels.calls import candidates, id_search
from panels.calls.outcomes import record_placed
from panels.calls.submission import submit_queued
from panels.id_search import findings
from panels.id_search.matching import judge
from panels.id_search.window import find_window, likely_id, next_reach
from panels.models import BalanceReading, FoundId, IdSearch, Order, OrderEvent, Panel, Service, Worker
from panels.orders import resolution
from panels.orders.restore import distrust_what_waits
from panels.providers.pauses import resume
from panels.sandbox import Fault
from panels.threads import in_parallel
from panels.worker import tasks
from tests.bench.pages import MOST_QUERIES
from tests.factories import make_order, make_panel, make_placed, make_service
from tests.servers import Server, http

State = Order.State
HTMX = {"HX-Request": "true"}
BAD_ID = {"error": "Incorrect order ID"}
PROVES_NOTHING = "More IDs can be checked, and the order may still exist."


def search(panel):
    return id_search.search_ids(panel.pk, threading.Event())


def find(order):
    order = Order.objects.select_related("panel").get(pk=order.pk)
    return findings.collect_findings(order, order.id_searches.filter(attempt=order.attempt).first())


def look(order, actor=None):
    """Request a search, let the worker do it, and return the findings."""
    assert findings.request_search(order, actor) == ""
    search(order.panel)
    return find(order)


@pytest.fixture
def service(synced_panel, sandbox):
    return Service.objects.get(panel=synced_panel, remote_id=str(sandbox.pick("Default").id))


@pytest.fixture
def send(synced_panel, sandbox, service):
    """Send an order to the sandbox. The sandbox takes a lost order without an answer."""

    def send(*, is_lost=False, **fields):
        order = make_order(fields.pop("service", service), **{"quantity": service.min_quantity} | fields)
        Order.objects.filter(pk=order.pk).update(expected_cost=order.rate_agreed * order.quantity / 1000)
        if is_lost:
            sandbox.faults.add(Fault.DROP, "add")
        submit_queued(synced_panel.pk, threading.Event())
        # The sandbox shows a charge only after some time.
        sandbox.skip(5)
        Order.objects.filter(pk=order.pk, state=State.UNKNOWN).update(send_deadline=F("sent_at"))
        order.refresh_from_db()
        assert order.state == (State.UNKNOWN if is_lost else State.PLACED)
        return order

    return send


@pytest.fixture
def lost(send):
    """An order that got lost between two placed orders."""
    before, order, after = send(), send(is_lost=True), send()
    # On a busy machine the three calls take any time, and the search begins where the time lies between the others. The
    # order after it stays after the end of its attempt.
    Order.objects.filter(pk=before.pk).update(sent_at=order.sent_at - (after.sent_at - order.sent_at))
    order.neighbours = before, after
    return order


def far_apart(before, after=None):
    """Move the ids of the neighbours far away from the ids that the sandbox gives."""
    Order.objects.filter(pk=before.pk).update(remote_id="21000")
    if after:
        Order.objects.filter(pk=after.pk).update(remote_id="25121")


def far_above(after):
    """Move the id of the later neighbour far above the ids that the sandbox gives."""
    Order.objects.filter(pk=after.pk).update(remote_id="25121")


def forget(order):
    """Remove our trace of an order at the panel, as if somebody had placed it on the panel's own site."""
    Order.objects.filter(pk=order.pk).update(remote_id="", state=State.WITHDRAWN)


def test_a_lost_order_is_found_between_its_neighbours_and_accepted(lost, sandbox, operator):
    remote_id = sandbox.ledger[1].order_id
    findings = look(lost, operator)
    [match] = findings.matches
    assert (match.found.remote_id, match.fits, findings.fitting) == (remote_id, True, 1)
    assert match.found.charge == lost.expected_cost
    # The gap is narrow, so one call covers it.
    before, after = lost.neighbours
    assert sandbox.calls["status"] == 1
    assert findings.asked.size == findings.window.size == int(after.remote_id) - int(before.remote_id) - 1
    assert findings.next_ids == 0
    assert not findings.is_open

    assert resolution.name_candidate(lost, match.found.remote_id, operator) == ""
    assert candidates.confirm_candidates(lost.panel_id, threading.Event()) == 1
    lost.refresh_from_db()
    assert (lost.state, lost.remote_id) == (State.PLACED, remote_id)
    searched, resolved = lost.events.order_by("-pk")[:2][::-1]
    assert (searched.what, searched.actor, resolved.what) == ("searched", operator, "resolved")


def test_a_request_costs_three_calls_and_the_next_one_goes_on_from_there(lost, sandbox):
    far_apart(*lost.neighbours)
    findings = look(lost)
    assert sandbox.calls["status"] == IdSearch.CALLS == 3
    assert (findings.asked.size, findings.window.size, findings.next_ids) == (297, 4120, 297)
    first, last = findings.search.asked_from, findings.search.asked_to
    assert last - first + 1 == 297
    assert not findings.is_open
    assert search(lost.panel) == 0
    again = look(lost).search
    assert sandbox.calls["status"] == 6
    assert (again.asked, again.start) == (594, findings.search.start)
    assert (first - again.asked_from, again.asked_to - last) in ((148, 149), (149, 148))


def test_a_double_click_is_one_search(lost, sandbox):
    far_apart(*lost.neighbours)
    for _ in range(2):
        assert findings.request_search(lost, None) == ""
    # A click during the search adds no calls either.
    IdSearch.objects.update(calls=1)
    assert findings.request_search(lost, None) == ""
    assert search(lost.panel) == 2
    assert search(lost.panel) == 0
    assert IdSearch.objects.count() == 1


def test_without_a_later_order_it_is_looked_for_upward_with_no_end(send, sandbox):
    send()
    order = send(is_lost=True)
    findings = look(order)
    assert findings.window.size is None
    assert findings.next_ids == 297
    assert [match.found.remote_id for match in findings.matches] == [sandbox.ledger[1].order_id]


def test_without_an_earlier_order_it_is_looked_for_downward(send, sandbox):
    order, after = send(is_lost=True), send()
    findings = look(order)
    assert findings.search.asked_to == int(after.remote_id) - 1
    assert [match.found.remote_id for match in findings.matches] == [sandbox.ledger[0].order_id]


def test_where_nothing_of_ours_has_an_id_there_is_nothing_to_start_from(send, sandbox):
    order = send(is_lost=True)
    assert "No order of ours with an ID" in findings.request_search(order, None)
    assert search(order.panel) == sandbox.calls["status"] == 0


def test_ids_that_are_no_numbers_are_not_guessed(lost, sandbox):
    Order.objects.filter(pk=lost.neighbours[0].pk).update(remote_id="A-77")
    assert "A-77, are not numbers" in findings.request_search(lost, None)
    assert "A-77" in find(lost).problem
    assert not IdSearch.objects.exists()


def test_what_answers_is_offered_whether_it_fits_or_not(send, sandbox):
    send()
    forget(send(quantity=send().quantity * 3))
    order = send(is_lost=True)
    send()
    findings = look(order)
    fitting, other = findings.matches
    assert findings.fitting == 1
    assert fitting.found.remote_id == sandbox.ledger[3].order_id
    assert (other.against, other.fits) == (("remains", "charge"), False)
    assert other.found.charge == 3 * order.expected_cost


def test_several_that_fit_are_all_offered(send):
    send()
    order = send(is_lost=True)
    forget(send())
    send()
    assert look(order).fitting == 2


def test_it_says_which_other_unknown_order_an_id_would_fit(send, sandbox):
    send()
    first, second = send(is_lost=True), send(is_lost=True)
    dear = send(is_lost=True, quantity=first.quantity * 3)
    # Three lost orders in a row have paused the panel.
    first.panel.refresh_from_db()
    assert resume(first.panel)
    send()
    findings = look(first)
    by_id = {match.found.remote_id: match for match in findings.matches}
    ids = [entry.order_id for entry in sandbox.ledger]
    assert list(by_id[ids[1]].rivals) == list(by_id[ids[2]].rivals) == [second]
    assert (by_id[ids[3]].fits, list(by_id[ids[3]].rivals)) == (False, [dear])


def test_an_id_that_we_hold_is_neither_asked_about_nor_offered(lost, sandbox):
    remote_id = sandbox.ledger[1].order_id
    make_placed(lost.service, remote_id=remote_id, sent_at=None)
    findings = look(lost)
    assert findings.matches == []
    before, after = (int(order.remote_id) for order in lost.neighbours)
    assert findings.search.asked == after - before - 2
    # An id that we got only after it was found is not offered either.
    FoundId.objects.create(
        search=findings.search, remote_id=remote_id, remote_status="Pending", asked_at=timezone.now()
    )
    assert find(lost).matches == []


def test_a_charge_that_was_not_told_is_asked_about_again(lost, sandbox):
    look(lost)
    FoundId.objects.update(charge=0)
    findings = find(lost)
    assert [match.unsure for match in findings.matches] == ["untold"]
    assert findings.next_ids == 0
    assert findings.can_go_on
    FoundId.objects.update(progress="canceled")
    assert not find(lost).can_go_on
    FoundId.objects.update(progress="pending")
    again = look(lost)
    assert again.fitting == 1
    assert again.search.asked == findings.search.asked
    assert sandbox.calls["status"] == 2


@pytest.fixture
def shop(db):
    """A panel that knows the ids in its `known`: 1000 and those that a test adds."""

    def behave(connection, server):
        while server.receive(connection):
            ids = server.forms[-1]["orders"].split(",")
            rows = {each: {"charge": "0.9", "status": "Pending"} if each in server.known else BAD_ID for each in ids}
            connection.sendall(http(json.dumps(rows).encode()))

    with Server(behave) as server:
        server.known = {"1000"}
        yield server


@pytest.fixture
def recent(shop):
    """An order that was lost ten minutes ago, between ids 1000 and 1050."""
    service = make_service(make_panel(api_url=shop.url))
    sent = timezone.now() - timedelta(minutes=10)
    order = make_lost(service, sent_at=sent, send_deadline=sent + timedelta(minutes=2))
    make_placed(service, remote_id="1000", **times(order, -300))
    make_placed(service, remote_id="1050", **times(order, 300))
    return order


def let_an_hour_pass():
    """Move all times back by an hour."""
    hour = timedelta(hours=1)
    Order.objects.update(**{name: F(name) - hour for name in ("sent_at", "placed_at", "send_deadline")})
    IdSearch.objects.update(searched_at=F("searched_at") - hour)


def test_what_was_asked_within_the_first_hour_is_asked_again_after_it(shop, recent):
    findings = look(recent)
    assert (findings.asked.size, findings.next_ids, findings.is_early) == (49, 0, True)
    shop.known.add("1024")
    assert not find(recent).can_go_on
    let_an_hour_pass()
    findings = find(recent)
    assert (findings.is_anew, findings.next_ids, findings.next_calls) == (True, 49, 1)
    findings = look(recent)
    assert [match.found.remote_id for match in findings.matches] == ["1024"]
    assert (findings.search.asked, findings.is_early, findings.can_go_on) == (49, False, False)


def test_a_search_that_the_first_hour_ends_in_begins_anew(shop, recent):
    look(recent)
    let_an_hour_pass()
    IdSearch.objects.update(requested_at=timezone.now(), calls=1)
    assert search(recent.panel) == 1
    assert len(shop.forms[-1]["orders"].split(",")) == 50


def test_an_order_whose_charge_is_asked_for_again_makes_no_early_question_a_late_one(shop, recent):
    shop.known.add("1024")
    look(recent)
    early = IdSearch.objects.get().searched_at
    FoundId.objects.update(charge=0)
    look(recent)
    assert IdSearch.objects.get().searched_at == early


def test_what_answered_too_early_to_be_sure_stays(shop, recent):
    shop.known.add("1024")
    look(recent)
    let_an_hour_pass()
    assert [match.found.remote_id for match in find(recent).matches] == ["1024"]


def test_the_page_says_when_what_was_asked_in_the_first_hour_can_be_asked_again(shop, recent, as_operator):
    text = page(as_operator, recent)
    assert (
        "A panel may not know an order in its first hour. IDs that are checked now can be checked again <time" in text
    )
    look(recent)
    text = page(as_operator, recent)
    assert "No more IDs to check for now." in text
    assert "when the panel may not know the order yet. They can be checked again <time" in text
    assert reverse("order_search", args=[recent.pk]) not in text
    let_an_hour_pass()
    text = page(as_operator, recent)
    assert "when the panel may not have known the order yet. They can be checked again now." in text
    assert "No more IDs to check" not in text
    assert "> Check again <" in text
    assert "Checks 49 of 49 IDs in at most 1 call." in text
    look(recent)
    text = page(as_operator, recent)
    assert "No more IDs to check." in text
    assert "first hour" not in text


def test_a_panel_that_is_paused_is_asked_once_that_is_over(lost, sandbox):
    Panel.objects.update(paused_reason="rate_limit", paused_until=timezone.now() + timedelta(minutes=5))
    assert findings.request_search(lost, None) == ""
    assert search(lost.panel) == sandbox.calls["status"] == 0
    assert schedule.waiting()["search"] == []
    assert find(lost).is_open
    Panel.objects.update(paused_until=timezone.now())
    # The search is found without a ring of the bell.
    assert schedule.waiting()["search"] == [lost.panel_id]
    assert search(lost.panel) == 1
    assert find(lost).fitting == 1
    assert schedule.waiting()["search"] == []


def test_a_panel_that_wants_it_slower_is_asked_on_later_within_the_same_limit(lost, sandbox):
    far_apart(*lost.neighbours)
    assert findings.request_search(lost, None) == ""
    sandbox.faults.add(Fault.RATE_LIMIT, "status")
    assert search(lost.panel) == 0
    assert find(lost).is_open
    Panel.objects.update(**dict.fromkeys(("paused_until", "quiet_until"), timezone.now()))
    assert search(lost.panel) == 3
    assert find(lost).search.asked == 297


def test_a_panel_that_does_not_answer_ends_it_with_words_and_is_asked_once(lost, sandbox):
    sandbox.faults.add(Fault.ERROR_500, "status", times=None)
    findings = look(lost)
    assert sandbox.calls["status"] == 1
    assert not findings.is_open
    assert findings.search.error
    assert findings.search.asked == 0
    sandbox.faults.clear()
    assert look(lost).fitting == 1
    assert find(lost).search.error == ""


@pytest.mark.parametrize("spoil", ["refuse", "known"])
def test_a_panel_that_tells_about_one_id_a_call_is_asked_ten_times(lost, sandbox, spoil):
    far_above(lost.neighbours[1])
    if spoil == "known":
        Panel.objects.update(multi_status=False)
        lost.panel.refresh_from_db()
    else:
        sandbox.faults.add(Fault.REFUSE, "status", text="Incorrect request")
    findings = look(lost)
    assert sandbox.calls["status"] == 10
    assert findings.asked.size == (10 if spoil == "known" else 8)
    assert not Panel.objects.get().multi_status


def test_an_answer_that_leaves_out_our_own_order_tells_nothing_about_the_others(db):
    def behave(connection, server):
        while server.receive(connection):
            told = {"status": "Pending"} if server.forms[-1].get("order") == "1000" else {"error": "Incorrect order ID"}
            connection.sendall(http(b"{}" if "orders" in server.forms[-1] else json.dumps(told).encode()))

    with Server(behave) as server:
        service = make_service(make_panel(api_url=server.url))
        order = make_lost(service)
        make_placed(service, remote_id="1000", **times(order, -60))
        findings = look(order)
    assert "1000" in server.forms[0]["orders"].split(",")
    assert len(server.forms[0]["orders"].split(",")) == 100
    assert [form["order"] for form in server.forms[1:]] == ["1000", *map(str, range(1001, 1009))]
    assert (findings.asked.size, findings.next_ids) == (8, 10)


def test_a_panel_that_says_no_to_all_is_not_taken_for_one_that_tells_about_one_a_call(db):
    def behave(connection, server):
        while server.receive(connection):
            connection.sendall(http(b'{"error": "Something went wrong"}'))

    with Server(behave) as server:
        service = make_service(make_panel(api_url=server.url))
        order = make_lost(service)
        make_placed(service, remote_id="1000", **times(order, -60))
        findings = look(order)
    assert [form.get("order") for form in server.forms] == [None, "1000"]
    assert "gives no answer about our own order 1000 either: Something went wrong" in findings.search.error
    # No id counts as asked about, and the next search asks about several ids a call as before.
    assert (findings.asked, findings.next_ids) == (None, 297)
    assert Panel.objects.get().multi_status


def test_a_row_of_blanks_is_no_order(db):
    def behave(connection, server):
        while server.receive(connection):
            ids = server.forms[-1]["orders"].split(",")
            rows = {each: {"charge": None, "status": None, "remains": None} for each in ids}
            connection.sendall(http(json.dumps(rows).encode()))

    with Server(behave) as server:
        service = make_service(make_panel(api_url=server.url))
        order = make_lost(service)
        make_placed(service, remote_id="1000", **times(order, -60))
        findings = look(order)
    assert (findings.asked.size, findings.matches) == (297, [])


def test_a_charge_that_is_not_told_is_asked_about_once_a_request(db):
    def behave(connection, server):
        while server.receive(connection):
            ids = server.forms[-1].get("orders", server.forms[-1].get("order")).split(",")
            connection.sendall(http(json.dumps({each: {"charge": "0", "status": "Pending"} for each in ids}).encode()))

    with Server(behave) as server:
        service = make_service(make_panel(api_url=server.url))
        order = make_lost(service)
        make_placed(service, remote_id="1000", **times(order, -60))
        make_placed(service, remote_id="1006", **times(order, 60))
        findings = look(order)
        assert len(server.forms) == 1
        assert [match.unsure for match in findings.matches] == ["untold"] * 5
        look(order)
        assert sorted(server.forms[1]["orders"].split(",")) == ["1000", "1001", "1002", "1003", "1004", "1005"]
        assert len(server.forms) == 2


def test_a_late_id_ends_the_search(lost, sandbox):
    assert findings.request_search(lost, None) == ""
    sent = Order.objects.get(pk=lost.pk)
    assert record_placed(sent, sandbox.ledger[1].order_id) == "placed"
    assert search(lost.panel) == sandbox.calls["status"] == 0
    assert schedule.waiting()["search"] == []


def test_an_order_that_was_sent_again_is_no_longer_looked_for(lost, operator):
    assert findings.request_search(lost, None) == ""
    assert resolution.send_again(lost, operator) == ""
    Order.objects.update(attempt=2, state=State.UNKNOWN)
    assert search(lost.panel) == 0
    assert find(lost).search is None


def test_what_one_worker_asks_another_leaves_alone_until_its_lease_ends(lost, sandbox):
    assert findings.request_search(lost, None) == ""
    mine = id_search._lease_search(lost.panel)
    assert search(lost.panel) == 0
    assert schedule.waiting()["search"] == []
    IdSearch.objects.update(leased_until=timezone.now())
    assert search(lost.panel) == 1
    # A late result of the first worker does not overwrite the result of the second.
    id_search._finish_search(mine, error="late")
    assert IdSearch.objects.get().error == ""


def test_nothing_is_asked_before_the_deadline_or_at_an_inactive_panel(lost, sandbox):
    lost.send_deadline = timezone.now() + timedelta(minutes=1)
    assert "may still arrive" in findings.request_search(lost, None)
    lost.send_deadline = None
    lost.panel.is_active = False
    assert "inactive" in findings.request_search(lost, None)
    assert not IdSearch.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_cost_no_more_calls_than_one(lost, sandbox):
    far_apart(*lost.neighbours)
    assert findings.request_search(lost, None) == ""
    assert in_parallel(2, lambda: Counter(calls=search(lost.panel)))["calls"] == 3
    assert sandbox.calls["status"] == 3
    assert find(lost).search.asked == 297


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_it_in_a_lane_of_its_own(lost):
    assert findings.request_search(lost, None) == ""
    bell.work.call_local("search", lost.panel_id)
    assert tasks.lanes.join(60)
    assert find(lost).fitting == 1


@pytest.mark.django_db(transaction=True)
def test_without_a_worker_a_command_does_it(lost, capsys, own_signals):
    assert findings.request_search(lost, None) == ""
    call_command("poll_orders")
    assert "1 calls to search for IDs" in capsys.readouterr().out
    assert find(lost).fitting == 1


def make_lost(service=None, **fields):
    sent = timezone.now() - timedelta(hours=1)
    return make_order(
        service, **{"state": State.UNKNOWN, "attempt": 1, "sent_at": sent, "send_deadline": sent} | fields
    )


def times(order, seconds, took=1):
    """Return the times of a neighbour that was sent some seconds after an order and answered after `took` seconds."""
    sent = order.sent_at + timedelta(seconds=seconds)
    return {"sent_at": sent, "placed_at": sent + timedelta(seconds=took), "send_deadline": sent + timedelta(minutes=2)}


def reach(order, window, count, **fields):
    return next_reach(order, IdSearch(**fields), window, count)


@pytest.mark.django_db
def test_the_search_begins_where_the_times_say_and_goes_both_ways():
    order = make_lost()
    make_placed(order.service, remote_id="1000", **times(order, -300))
    make_placed(order.service, remote_id="5000", **times(order, 900))
    window = find_window(order)
    assert (window.lowest, likely_id(order, window), window.highest) == (1001, 2000, 4999)
    found = reach(order, window, 5)
    assert found.ids == ("2000", "2001", "1999", "2002", "1998")
    more = reach(order, window, 2, start=2000, asked_from=found.asked_from, asked_to=found.asked_to)
    assert more.ids == ("2003", "1997")
    # A search goes on around its start, although another start would be likelier now.
    assert reach(order, window, 2, start=1500, asked_from=1490, asked_to=1510).ids == ("1511", "1489")


@pytest.mark.django_db
def test_one_side_is_asked_on_when_the_other_is_done_and_ours_are_passed_over():
    order = make_lost()
    make_placed(order.service, remote_id="1000", **times(order, -10))
    make_placed(order.service, remote_id="1010", **times(order, 1000))
    for ours in range(1003, 1009):
        make_placed(order.service, remote_id=str(ours), sent_at=None)
    assert reach(order, find_window(order), 99).ids == ("1001", "1002", "1009")
    assert reach(order, find_window(order), 99, start=1001, asked_from=1001, asked_to=1009) is None


@pytest.mark.django_db
def test_an_open_side_is_estimated_by_orders_as_long_before():
    order = make_lost()
    make_placed(order.service, remote_id="1000", **times(order, -100))
    # Too near for an estimate: ids of orders that were sent together may be close by chance.
    make_placed(order.service, remote_id="999", **times(order, -101))
    assert likely_id(order, find_window(order)) == 1001
    make_placed(order.service, remote_id="600", **times(order, -300))
    assert likely_id(order, find_window(order)) == 1200


@pytest.mark.django_db
def test_an_order_that_was_under_way_just_then_is_no_bound():
    order = make_lost()
    make_placed(order.service, remote_id="1000", **times(order, -300))
    make_placed(order.service, remote_id="1500", **times(order, -3, took=10))
    assert find_window(order).lowest == 1001
    Order.objects.filter(pk=order.pk).update(send_deadline=F("sent_at") + timedelta(minutes=2))
    order.refresh_from_db()
    make_placed(order.service, remote_id="1499", **times(order, 60))
    assert find_window(order).highest is None
    make_placed(order.service, remote_id="1900", **times(order, 121))
    assert find_window(order).highest == 1899


@pytest.mark.django_db
def test_what_was_sent_before_the_deadline_is_no_bound_though_we_had_given_up():
    order = make_lost()
    Order.objects.filter(pk=order.pk).update(send_deadline=order.sent_at + timedelta(minutes=2))
    order.refresh_from_db()
    order.add_event(OrderEvent.What.UNKNOWN, "504")
    OrderEvent.objects.update(at=order.sent_at + timedelta(seconds=1))
    make_placed(order.service, remote_id="1000", **times(order, -60))
    make_placed(order.service, remote_id="1001", **times(order, 2))
    window = find_window(order)
    assert (window.lowest, window.highest) == (1001, None)
    assert reach(order, window, 3).ids == ("1002", "1003", "1004")


@pytest.mark.django_db
def test_an_order_that_a_person_resolved_bounds_by_when_it_was_sent():
    order = make_lost()
    make_placed(order.service, remote_id="1000", **times(order, -3000))
    make_placed(order.service, remote_id="1400", **times(order, -1000, took=2000))
    assert find_window(order).lowest == 1401


@pytest.mark.django_db
def test_adopted_orders_and_other_panels_are_no_bounds():
    order = make_lost()
    make_placed(order.service, remote_id="1000", **times(order, -300))
    make_placed(order.service, remote_id="1500", placed_at=order.sent_at, sent_at=None, attempt=0)
    make_placed(remote_id="1600", **times(order, -10))
    assert find_window(order).lowest == 1001


@pytest.mark.django_db
def test_ids_that_do_not_count_up_are_not_guessed():
    order = make_lost()
    make_placed(order.service, remote_id="5000", **times(order, -300))
    make_placed(order.service, remote_id="1000", **times(order, 300))
    assert "not in sequence" in find_window(order)


@pytest.mark.django_db
def test_a_search_goes_on_beside_a_nearer_neighbour_that_turned_up():
    order = make_lost()
    make_placed(order.service, remote_id="1000", **times(order, -300))
    make_placed(order.service, remote_id="1100", **times(order, 300))
    search = {"start": 1050, "asked_from": 1045, "asked_to": 1055}
    assert reach(order, find_window(order), 2, **search).ids == ("1056", "1044")
    make_placed(order.service, remote_id="1052", **times(order, -1, took=0))
    found = reach(order, find_window(order), 2, **search)
    assert found.ids == ("1056", "1057")
    make_placed(order.service, remote_id="1060", **times(order, -0.5, took=0))
    found = reach(order, find_window(order), 2, **search)
    assert (found.ids, found.is_anew) == (("1061", "1062"), True)


@pytest.mark.django_db
def test_an_id_outside_of_a_window_that_has_narrowed_does_not_fit():
    order = make_lost()
    make_placed(order.service, remote_id="1000", **times(order, -300))
    search = IdSearch.objects.create(order=order, attempt=1)
    for remote_id in ("1050", "1060"):
        told = {"remote_status": "Pending", "charge": Decimal("0.9"), "asked_at": timezone.now()}
        FoundId.objects.create(search=search, remote_id=remote_id, **told)
    assert find(order).fitting == 2
    make_placed(order.service, remote_id="1055", **times(order, -10))
    assert [(match.found.remote_id, match.against) for match in find(order).matches] == [
        ("1060", ()),
        ("1050", ("place",)),
    ]


@pytest.mark.django_db
def test_only_orders_sent_between_the_same_neighbours_are_rivals():
    order = make_lost()
    service = order.service
    make_placed(service, remote_id="1000", **times(order, -300))
    make_placed(service, remote_id="1100", **times(order, 300))
    near, restored = make_lost(service), make_lost(service, sent_at=None, send_deadline=None)
    for seconds in (-900, 900):
        make_lost(service, **{name: at for name, at in times(order, seconds).items() if name != "placed_at"})
    make_lost()
    search = IdSearch.objects.create(order=order, attempt=1)
    told = {"remote_status": "Pending", "charge": Decimal("0.9"), "asked_at": timezone.now()}
    FoundId.objects.create(search=search, remote_id="1050", **told)
    [match] = find(order).matches
    assert list(match.rivals) == [near, restored]


@pytest.mark.django_db
def test_a_clock_that_was_set_back_takes_no_order_for_both_neighbours():
    order = make_lost()
    Order.objects.filter(pk=order.pk).update(send_deadline=order.sent_at - timedelta(hours=1))
    make_placed(order.service, remote_id="1000", **times(order, -300))
    window = find_window(Order.objects.get(pk=order.pk))
    assert (window.before.number, window.after) == (1000, None)


@pytest.mark.django_db
def test_where_all_ids_between_are_ours_nothing_is_left_to_ask(as_operator, rung):
    order = make_lost()
    make_placed(order.service, remote_id="1000", **times(order, -300))
    make_placed(order.service, remote_id="1002", **times(order, 300))
    make_placed(order.service, remote_id="1001", sent_at=None)
    text = page(as_operator, order)
    assert "There is no unused ID between the IDs of our orders sent just before and after it" in text
    assert "Search for the ID <" not in text


@pytest.mark.django_db
def test_neighbours_side_by_side_promise_no_search(as_operator, rung):
    order = make_lost()
    make_placed(order.service, remote_id="1000", **times(order, -300))
    make_placed(order.service, remote_id="1001", **times(order, 300))
    words = "There is no ID between the IDs of our orders sent just before and after it, so there is nothing to check."
    text = page(as_operator, order)
    assert words in text
    assert "The search checks the IDs" not in text
    assert findings.request_search(order, None) == words
    assert post(as_operator, order, **HTMX).status_code == 422
    assert not IdSearch.objects.exists()


@pytest.mark.django_db
def test_only_what_was_asked_inside_the_window_is_counted(as_operator):
    order = make_lost()
    make_placed(order.service, remote_id="1000", **times(order, -300))
    make_placed(order.service, remote_id="1025", **times(order, 300))
    fields = {"start": 1100, "asked_from": 1001, "asked_to": 1297, "asked": 297, "searched_at": timezone.now()}
    IdSearch.objects.create(order=order, attempt=1, **fields)
    text = page(as_operator, order)
    assert "24 of 24 IDs checked" in text
    assert '<span class="mono">1001</span> to <span class="mono">1024</span>' in text
    IdSearch.objects.update(start=1003, asked_from=1003, asked_to=1003)
    assert "1 of 24 IDs checked" in page(as_operator, order)
    Order.objects.filter(remote_id="1025").update(remote_id="1002")
    IdSearch.objects.update(start=1001, asked_from=1001, asked_to=1001)
    assert "1 of 1 ID checked" in page(as_operator, order)


@pytest.mark.django_db
def test_after_a_restored_backup_it_is_looked_for_from_the_newest_id_of_the_copy_on():
    newest = make_placed(remote_id="1000", **times(make_lost(), 0))
    waiting = make_order(newest.service, attempt=1, sent_at=newest.sent_at - timedelta(hours=1))
    sending = make_order(newest.service, state=State.SENDING, attempt=1, **times(newest, 10))
    distrust_what_waits()
    for order in (waiting, sending):
        order.refresh_from_db()
        window = find_window(order)
        assert (window.lowest, likely_id(order, window), window.highest) == (1001, 1001, None)
    assert waiting.sent_at is None
    assert sending.sent_at
    later = timezone.now() + timedelta(minutes=1)
    make_placed(newest.service, remote_id="2000", sent_at=later, placed_at=later)
    assert find_window(waiting).highest == 1999


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("told", "against", "unsure"),
    [
        ({"charge": "0.90"}, (), ""),
        ({"charge": "0.945"}, (), ""),
        ({"charge": "0.855"}, (), ""),
        ({"charge": "0.95"}, ("charge",), ""),
        ({"charge": "0.85"}, ("charge",), ""),
        ({"charge": "0"}, (), "untold"),
        ({"charge": "0", "progress": "canceled"}, (), "refunded"),
        ({"charge": "1.30", "progress": "canceled"}, ("charge",), ""),
        ({"charge": "0.90", "currency": "USD", "remains": 1000}, (), ""),
        ({"charge": "0.90", "remains": -3}, (), ""),
    ],
)
def test_an_id_fits_by_charge_currency_and_remains(told, against, unsure):
    order = make_lost()
    told = {"progress": "in_progress", "remains": None, "currency": ""} | told
    charge = told.pop("charge")
    assert judge(order, FoundId(charge=charge and Decimal(charge), **told)) == (against, unsure)


@pytest.mark.django_db
def test_cents_decide_nothing_and_neither_does_a_price_that_is_not_known():
    cheap = make_lost(expected_cost=Decimal("0.004"))
    assert judge(cheap, FoundId(charge=Decimal("0.01"))) == ((), "")
    assert judge(cheap, FoundId(charge=Decimal("0.02"))) == (("charge",), "")
    assert judge(make_lost(expected_cost=None), FoundId(charge=Decimal(5))) == ((), "unpriced")
    several = make_lost(make_service(type="subscriptions"), expected_cost=Decimal(9), quantity=None)
    assert judge(several, FoundId(charge=Decimal(5))) == ((), "unpriced")
    assert judge(several, FoundId(charge=Decimal(10))) == (("charge",), "")
    runs = make_lost(params={"runs": "3", "interval": "5"})
    assert judge(runs, FoundId(charge=Decimal("0.90"), remains=3000)) == ((), "")


def page(client, order, **headers):
    text = client.get(reverse("order_detail", args=[order.pk]), headers=headers).text.replace("\u00a0", " ")
    return " ".join(text.split())


def post(client, order, **headers):
    return client.post(reverse("order_search", args=[order.pk]), headers=headers)


def test_the_page_leads_from_the_question_to_the_answer(lost, as_operator, rung, sandbox):
    before, _ = lost.neighbours
    text = page(as_operator, lost)
    assert f">{before.remote_id}</a> and below" in text
    assert "> Search for the ID <" in text
    assert "every 2s" not in text
    response = post(as_operator, lost, **HTMX)
    assert response.status_code == 200
    assert "every 2s" in response.text
    assert f"Searching at {lost.panel}" in response.text
    assert "> Search for the ID <" not in response.text
    post(as_operator, lost)
    assert rung == [("search", lost.panel_id)] * 2
    assert sandbox.calls["status"] == 0
    search(lost.panel)
    text = page(as_operator, lost)
    remote_id = sandbox.ledger[1].order_id
    assert f"Accept {remote_id}" in text
    assert "Likely match: " in text
    assert "No more IDs to check" in text
    assert "every 2s" not in text
    response = as_operator.post(
        reverse("order_resolve", args=[lost.pk]), {"decision": "exists", "remote_id": remote_id}, headers=HTMX
    )
    assert f"Accept {remote_id}" not in response.text
    assert rung[-1] == ("confirm", lost.panel_id)


def test_what_was_not_found_is_never_said_not_to_exist(lost, as_operator, sandbox):
    far_apart(*lost.neighbours)
    Order.objects.filter(pk=lost.neighbours[0].pk).update(remote_id="1")
    look(lost)
    text = page(as_operator, lost)
    assert "297 of 25,119 IDs checked" in text
    assert "Not found among the checked IDs" in text
    assert PROVES_NOTHING in text
    assert "Search the next 297" in text


def test_even_after_the_last_id_nothing_is_said_to_be_missing(lost, as_operator):
    look(lost)
    FoundId.objects.all().delete()
    text = page(as_operator, lost)
    assert "No more IDs to check" in text
    assert "The order may still exist" in text
    assert "/search/" not in text


def test_what_does_not_fit_is_shown_with_the_reason_and_a_warning(lost, as_operator):
    look(lost)
    FoundId.objects.update(charge=lost.expected_cost + 1)
    text = page(as_operator, lost)
    assert f"instead of {lost.expected_cost.normalize():f}" in text
    assert "anyway" in text
    assert "Please confirm" not in text


def test_without_javascript_the_same_is_a_redirect(lost, as_operator, rung):
    response = post(as_operator, lost)
    assert (response.status_code, response.url) == (302, reverse("order_detail", args=[lost.pk]))
    assert "<noscript>" in page(as_operator, lost)


def test_a_viewer_sees_what_was_found_and_may_not_ask(lost, as_viewer, sandbox, rung):
    assert post(as_viewer, lost).status_code == 403
    assert not rung
    look(lost)
    text = page(as_viewer, lost)
    assert sandbox.ledger[1].order_id in text
    assert "Accept" not in text
    assert reverse("order_search", args=[lost.pk]) not in text


def test_the_page_says_why_it_cannot_be_looked_for(lost, as_operator, rung):
    Order.objects.filter(pk=lost.neighbours[0].pk).update(remote_id="A-77")
    assert "are not numbers" in page(as_operator, lost)
    assert "> Search for the ID <" not in page(as_operator, lost)
    assert post(as_operator, lost, **HTMX).status_code == 422
    assert not rung


def test_the_page_says_that_a_search_waits_for_the_panel(lost, as_operator, rung):
    Panel.objects.update(paused_reason="unreachable", paused_until=timezone.now() + timedelta(minutes=5))
    post(as_operator, lost)
    text = page(as_operator, lost)
    assert "The search is waiting: the panel does not answer. The next request is sent <time" in text
    # The pause of the panel may take days, so the page polls less often.
    assert "every 20s" in text
    Panel.objects.update(paused_until=timezone.now() - timedelta(seconds=45))
    text = page(as_operator, lost)
    assert "The search is waiting: the panel does not answer. It is being tested again now." in text
    assert "45 s ago" not in text
    Panel.objects.update(paused_reason="by_hand", paused_until=None, quiet_until=timezone.now() + timedelta(minutes=5))
    text = page(as_operator, lost)
    assert (
        "The search is waiting: requests to the panel are paused after a failure. The next request is sent <time"
        in text
    )
    Panel.objects.update(paused_reason="auth", paused_until=None)
    text = page(as_operator, lost)
    assert "The search is waiting: the panel does not accept the key. Requests are sent when the pause ends." in text
    Panel.objects.update(is_active=False)
    text = page(as_operator, lost)
    assert "The search is waiting: the panel is inactive. Requests are sent when it is active again." in text
    assert "every 20s" in text


def test_a_question_about_a_named_id_waits_for_the_panel_in_the_same_words(lost, as_operator, rung):
    Order.objects.filter(pk=lost.pk).update(candidate_id="77")
    assert "every 2s" in page(as_operator, lost)
    ago = timezone.now() - timedelta(seconds=45)
    Panel.objects.update(paused_reason="unreachable", paused_until=ago)
    text = page(as_operator, lost)
    words = (
        'The check of <span class="mono">77</span> is waiting: the panel does not answer. It is being tested again now.'
    )
    assert words in text
    assert "every 20s" in text


def test_the_page_promises_what_a_search_costs(lost, as_operator, sandbox):
    far_above(lost.neighbours[1])
    total = f"{find(lost).window.size:,}"
    one_by_one = "If the panel accepts only one ID per call, it checks 8 in at most 10 calls."
    assert f"Checks 297 of {total} IDs in at most 3 calls. {one_by_one}" in page(as_operator, lost)
    sandbox.faults.add(Fault.REFUSE, "status", text="Incorrect request")
    look(lost)
    assert sandbox.calls["status"] == 10
    text = page(as_operator, lost)
    assert f"8 of {total} IDs checked" in text
    assert "The panel accepts one ID per call." in text
    assert "Search the next 10 <" in text
    look(lost)
    assert sandbox.calls["status"] == 20
    assert find(lost).asked.size == 18


def test_what_is_asked_about_again_is_counted_in_what_a_search_costs(fullest):
    fullest.add(2)
    assert (find(fullest).next_ids, find(fullest).next_calls) == (297, 3)
    FoundId.objects.update(charge=0)
    assert (find(fullest).next_ids, find(fullest).next_calls) == (295, 3)
    Order.objects.filter(remote_id="1900").update(remote_id="1101")
    assert (find(fullest).next_ids, find(fullest).next_calls) == (0, 1)


def test_a_panel_known_to_tell_about_one_id_a_call_is_promised_ten(lost, as_operator):
    far_above(lost.neighbours[1])
    Panel.objects.update(multi_status=False)
    text = page(as_operator, lost)
    assert "Checks 10 of " in text
    assert "IDs in at most 10 calls." in text
    assert "If the panel accepts only one ID" not in text


@pytest.fixture
def fullest(as_operator):
    """An order with all possible findings on its page; `add` adds found ids and rivals."""
    order = make_lost()
    make_placed(order.service, remote_id="1000", **times(order, -300))
    make_placed(order.service, remote_id="1900", **times(order, 300))
    for minutes in (-5, 5):
        at = order.sent_at + timedelta(minutes=minutes)
        BalanceReading.objects.create(panel=order.panel, at=at, balance=5, currency="USD", why="schedule")
    now = timezone.now()
    Worker.objects.create(host="test", pid=1, started_at=now, seen_at=now)
    asked = {"start": 1001, "asked_from": 1001, "asked_to": 1100, "asked": 100, "searched_at": now}
    found = IdSearch.objects.create(order=order, attempt=1, **asked)

    def add(matches):
        for number in range(1001, 1001 + matches):
            values = {"remote_status": "Pending", "charge": Decimal("0.9"), "asked_at": now}
            FoundId.objects.get_or_create(search=found, remote_id=str(number), defaults=values)
            make_lost(order.service)

    order.add = add
    return order


def count_queries(client, order):
    page(client, order)
    with CaptureQueriesContext(connection) as queries:
        page(client, order)
    return len(queries)


def test_the_page_takes_as_many_queries_however_much_answered(as_operator, fullest):
    fullest.add(1)
    few = count_queries(as_operator, fullest)
    fullest.add(30)
    assert few == count_queries(as_operator, fullest) <= MOST_QUERIES


def test_before_a_search_the_page_takes_no_more_queries_whatever_is_known(as_operator, fullest):
    IdSearch.objects.all().delete()
    assert count_queries(as_operator, fullest) <= MOST_QUERIES
    Order.objects.filter(remote_id="1900").update(sent_at=fullest.sent_at - timedelta(hours=1), remote_id="900")
    assert find(fullest).window.size is None
    assert count_queries(as_operator, fullest) <= MOST_QUERIES
    Order.objects.filter(pk=fullest.pk).update(sent_at=None)
    assert count_queries(as_operator, fullest) <= MOST_QUERIES
