"""The ways of delivering: shares that make sense, and orders that really go so over HTTP."""

import pytest

from panels.sandbox.deliveries import DELIVERIES, STEADY
from tests.sandbox.conftest import LINK, LONG

each_way = pytest.mark.parametrize("name", DELIVERIES)


@each_way
def test_shares_are_shares_and_each_way_says_what_it_is(name):
    way = DELIVERIES[name]
    assert 0 <= way.drop <= 1
    assert 0 <= way.rejected <= 1
    assert 0 < way.completed < 1
    assert way.says.endswith(".")
    assert way.pace > 0 < way.refill_pace


def delivering(start, way):
    """Return a caller of a panel, and a service with refills that delivers in this way."""
    call = start()
    service = call.panel.pick(refill=True)
    call.panel.change_service(service.id, delivery=way)
    return call, call.panel.services[service.id]


def statuses(call, service, number=60):
    for at in range(number):
        assert "order" in call.add(service, link=f"{LINK}{at}", quantity=500)
    call.panel.skip(7 * LONG)
    ids = [entry.order_id for entry in call.panel.ledger]
    return [each["status"] for each in call("status", orders=",".join(ids)).values()]


@pytest.mark.parametrize(
    ("way", "status", "least", "most"),
    [("partial", "Partial", 15, 33), ("canceling", "Canceled", 12, 28), ("quick", "Completed", 55, 60)],
)
def test_orders_end_as_their_service_delivers(start, way, status, least, most):
    assert least <= statuses(*delivering(start, way)).count(status) <= most


def test_a_slow_service_takes_longer_for_the_same_order(start):
    minutes = {}
    for way in (STEADY, "slow"):
        call, service = delivering(start, way)
        order_id, minutes[way] = call.add(service, quantity=500)["order"], 0
        while call("status", order=order_id)["status"] != "Completed" and minutes[way] < 60:
            call.panel.skip(60)
            minutes[way] += 1
    assert 3 * minutes[STEADY] < minutes["slow"] < 60


def counts_of_two_orders(call, service):
    """Return the units of an order, and by how much the count has risen when a second order begins much later."""
    counts = []
    for _ in range(2):
        order_id = call.add(service, quantity=900)["order"]
        call.panel.skip(100)
        counts.append(int(call("status", order=order_id)["start_count"]))
        call.panel.finish(order_id, "Completed")
        call.panel.skip(LONG)
    return counts[1] - counts[0]


def test_the_count_of_a_target_goes_on_and_a_dropping_service_loses_a_part(start):
    assert counts_of_two_orders(*delivering(start, STEADY)) == 900
    assert counts_of_two_orders(*delivering(start, "dropping")) == 900 - int(900 * DELIVERIES["dropping"].drop)


def test_another_service_of_the_same_subject_finds_the_same_count(start):
    call = start(house="meridian")
    first, second = [each for each in call.panel.services.values() if each.subject == "Instagram Followers"][:2]
    elsewhere = next(each for each in call.panel.services.values() if each.subject == "Instagram Likes")
    counts = []
    for service in (first, second, elsewhere):
        order_id = call.add(service, quantity=500)["order"]
        call.panel.skip(100)
        counts.append(int(call("status", order=order_id)["start_count"]))
        call.panel.finish(order_id, "Completed")
    assert counts[1] == counts[0] + 500
    assert counts[2] != counts[1] + 500


def refill_of(call, service):
    order_id = call.add(service, quantity=900)["order"]
    call.panel.finish(order_id, "Completed")
    call.panel.skip(LONG)
    return call("refill", order=order_id)["refill"]


def test_refills_are_rejected_or_complete_late_as_their_service_delivers(start):
    call, service = delivering(start, "refuses_refills")
    refused = refill_of(call, service)
    call.panel.skip(100)
    assert call("refill_status", refill=refused)["status"] == "Rejected"
    call, service = delivering(start, "refills_late")
    late = refill_of(call, service)
    call.panel.skip(100)
    assert call("refill_status", refill=late)["status"] in ("Pending", "In progress")
    call.panel.skip(20 * 72)
    assert call("refill_status", refill=late)["status"] == "Completed"


def test_a_completed_refill_brings_back_what_was_lost(start):
    call, service = delivering(start, "refills_late")
    refill_of(call, service)
    call.panel.skip(20 * 72)
    before = int(call("status", order=call.panel.ledger[-1].order_id)["start_count"])
    order_id = call.add(service, quantity=100)["order"]
    call.panel.skip(100)
    assert int(call("status", order=order_id)["start_count"]) == before + 900
