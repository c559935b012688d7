"""A record as a table: the promise beside the fact, and the orders behind each number."""

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.lists.records import REASONS, record_page
from panels.models import ServiceFacts, ServiceRecord
from panels.protocol.errors import Reason
from tests.factories import count_records, make_delivered, make_offer, make_order, make_refill, make_service

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def page_of(service):
    count_records()
    service.refresh_from_db()
    return record_page(ServiceRecord.objects.get(service=service), {"service": service.pk}, service)


def lines_of(service):
    return {line.name: line for line in page_of(service).lines}


def words(text):
    return text.replace("\xa0", " ")


def test_the_promise_stands_beside_the_fact():
    service = make_offer("Instagram Followers", average_minutes=45)
    facts = {"start_max_minutes": 60, "speed_max": 5000, "drop_max": "5", "refill_days": 30}
    ServiceFacts.objects.filter(pk=service.pk).update(**facts)
    for hours in range(1, 11):
        make_delivered(service, hours * HOUR)
    found = lines_of(service)
    assert words(found["Time to start"].promise) == "0–1 h"
    assert words(found["Time to finish"].promise) == "45 min on average"
    assert words(found["Time to finish"].fact) == "half ≤ 5 h, 90 % ≤ 9 h"
    assert found["Time to finish"].orders == 10
    assert found["Time for 1000 units"].promise == "5K a day"
    assert words(found["Paid per 1000 delivered"].promise) == words(found["Paid per 1000 delivered"].fact) == "0.90 USD"
    assert (found["Charged"].fact, found["Charged"].orders) == ("as listed", 10)


def test_a_drop_and_refills_are_shown_only_where_there_are_some():
    service = make_offer("Instagram Followers")
    first = make_delivered(service, HOUR, link="https://example.com/p/1", start_count=100)
    assert not {"Drop", "Refills"} & lines_of(service).keys()
    later = first.sent_at + 5 * HOUR
    make_delivered(
        service, HOUR, link="https://example.com/p/1", start_count=850, sent_at=later, finished_before=later + HOUR
    )
    make_refill(make_delivered(service, HOUR), state="accepted", progress="completed", finished_at=timezone.now())
    found = lines_of(service)
    assert (words(found["Drop"].fact), found["Drop"].orders) == ("25 %", 1)
    assert (found["Refills"].fact, found["Refills"].orders) == ("1 of 1 kept", 1)
    assert found["Refills"].address == f"/refills/?service={service.pk}"


def test_too_few_orders_tell_no_time_and_are_called_few():
    service = make_service()
    make_delivered(service, HOUR)
    line = lines_of(service)["Time to finish"]
    assert (line.fact, line.orders, line.is_few) == ("–", 1, True)


def test_a_share_of_many_orders_is_not_called_few():
    service = make_service()
    for _ in range(19):
        make_delivered(service, HOUR)
    make_order(service, state="placed", progress="canceled", finished_at=timezone.now())
    make_order(service, state="refused", error_class="duplicate", finished_at=timezone.now())
    found = lines_of(service)
    assert [(found[name].orders, found[name].is_few) for name in ("Canceled", "Refused")] == [(1, False)] * 2


def test_refusals_are_told_by_their_reason():
    service = make_service()
    for reason in ("funds", "duplicate", "duplicate"):
        make_order(service, state="refused", error_class=reason, finished_at=timezone.now())
    line = lines_of(service)["Refused"]
    assert (line.fact, line.orders) == ("already ordered for this target × 2, not enough balance", 3)
    assert REASONS.keys() == set(Reason)


def test_the_charts_count_the_orders_that_got_so_far_by_minutes():
    service = make_service()
    make_delivered(service, HOUR)
    make_delivered(service, HOUR, progress="canceled", moved_before=None)
    page = page_of(service)
    assert (page.finish, page.start) == ({60: 1}, {60: 1})
