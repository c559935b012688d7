"""Orders are counted into tallies as the database gives their rows."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.catalog import order_rows
from panels.catalog.order_rows import Seconds, read_tallies
from panels.models import Order
from tests.factories import make_delivered, make_order, make_placed, make_refill, make_service

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SINCE = timezone.now() - timedelta(days=30)


def tally(service):
    return read_tallies([service.pk], SINCE)[service.pk]


def test_a_time_is_seconds_on_both_databases():
    moment = timezone.now().replace(microsecond=900_000)
    make_order(created_at=moment)
    (found,) = Order.objects.annotate(seconds=Seconds("created_at")).values_list("seconds", flat=True)
    assert found == int(moment.timestamp())


def test_a_completed_order_is_counted_everywhere():
    service = make_service()
    make_delivered(service, 2 * HOUR, moved_before=None, remains=100)
    found = tally(service)
    assert found.orders == {"placed": 1, "completed": 1}
    assert found.finish == {(7200, True): 1}
    assert found.per_1000 == {(7200, True): 1}
    assert found.units == {"counted": 1, "ordered": 1000, "delivered": 900}
    assert found.prices == {"USD": {"orders": 1, "cost": 900_000, "delivered": 900}}
    assert found.charges["USD"]["orders"] == 1


def test_the_first_answer_after_the_start_and_the_time_for_1000_units_are_counted():
    service = make_service()
    order = make_delivered(service, 2 * HOUR, quantity=500)
    Order.objects.filter(pk=order.pk).update(moved_before=order.sent_at + HOUR)
    assert tally(service).start == {(3600, True): 1}
    assert tally(service).per_1000 == {(14_400, True): 1}


@pytest.mark.parametrize("progress", ["", "pending", "in_progress", "paused"])
def test_an_open_order_counts_until_its_status_was_told(progress):
    service = make_service()
    ended = dict.fromkeys(("finished_before", "finished_at", "moved_before"))
    order = make_delivered(service, HOUR, progress=progress, **ended)
    Order.objects.filter(pk=order.pk).update(status_at=order.sent_at + 3 * HOUR)
    assert tally(service).finish == {(10_800, False): 1}
    # An order in progress has started, and nobody knows when.
    assert tally(service).start == ({} if progress == "in_progress" else {(10_800, False): 1})


@pytest.mark.parametrize("progress", ["canceled", "refunded", "failed"])
def test_an_order_that_was_given_up_counts_until_its_end_and_as_not_delivered(progress):
    service = make_service()
    make_delivered(service, HOUR, progress=progress, moved_before=None)
    found = tally(service)
    assert (found.start, found.finish) == ({(3600, False): 1}, {(3600, False): 1})
    assert found.units == {"counted": 1, "ordered": 1000, "delivered": 0}
    assert found.prices == {}


def test_what_a_person_took_back_is_no_lack_of_the_service():
    service = make_service()
    make_delivered(service, HOUR, progress="canceled", cancel_state="accepted")
    assert tally(service).units == {}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"params": {"runs": "3", "interval": "10"}}, id="drip-feed"),
        pytest.param({"type": "subscriptions"}, id="subscription"),
        pytest.param({"rate_agreed": None}, id="placed elsewhere"),
    ],
)
def test_drip_feeds_subscriptions_and_orders_of_elsewhere_tell_no_time(fields):
    service = make_service()
    make_delivered(service, HOUR, **fields)
    found = tally(service)
    assert (found.start, found.finish, found.charges) == ({}, {}, {})
    assert found.orders["placed"] == 1


def test_an_order_whose_id_was_found_later_tells_no_time():
    service = make_service()
    order = make_delivered(service, HOUR)
    Order.objects.filter(pk=order.pk).update(placed_at=order.sent_at + timedelta(seconds=order_rows.WATCHED_WITHIN + 1))
    assert tally(service).finish == {}


def test_refused_orders_are_counted_by_their_reason_and_others_not_at_all():
    service = make_service()
    make_order(service, state="refused", error_class="funds")
    make_order(service, state="refused")
    make_order(service, state="queued")
    make_order(service, state="unknown")
    found = tally(service)
    assert (found.refused, found.orders, found.number) == (Counter(funds=1, unknown=1), {}, 2)


def test_money_given_back_lowers_the_price():
    service = make_service()
    make_delivered(
        service, HOUR, progress="partial", remains=500, given_back=Decimal("0.45"), given_back_source="balance"
    )
    assert tally(service).prices["USD"] == {"orders": 1, "cost": 450_000, "delivered": 500}


def test_refills_are_counted_with_the_time_until_they_ended():
    service, now = make_service(), timezone.now()
    order = make_delivered(service, HOUR)
    words = (("accepted", "completed"), ("accepted", "rejected"), ("accepted", "in_progress"), ("refused", ""))
    for state, progress in words:
        refill = make_refill(order, state=state, progress=progress)
        type(refill).objects.filter(pk=refill.pk).update(
            requested_at=now, finished_at=now + HOUR if progress in ("completed", "rejected") else None
        )
    found = tally(service)
    assert found.refills == {"asked": 4, "kept": 1, "broken": 2}
    assert found.refilled == {(3600, True): 1, (3600, False): 1}


def test_orders_of_before_and_of_other_services_are_left_out():
    service = make_service()
    make_delivered(service, HOUR, created_at=SINCE - HOUR)
    make_placed(make_service(service.panel))
    assert read_tallies([service.pk], SINCE) == {}
