"""The refills of the demo's past end as their service delivers, and are seen when the worker would have asked."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from panels.management.demo_refills import REFUSAL, ask_for_refill, write_refills
from panels.models import OrderEvent, Refill
from panels.protocol.errors import Reason
from panels.protocol.wording import reason_for
from panels.sandbox.catalog import build_catalog
from tests.factories import make_placed, make_service, make_user

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = timedelta(days=1)


def sandbox_service(way, **wanted):
    services = build_catalog("003", "USD", "brightline")
    return next(
        each for each in services if each.delivery == way and all(getattr(each, k) == v for k, v in wanted.items())
    )


def asks(way, number=300, ago=40 * DAY):
    """Return the requests for the refills of one finished order, by many chances."""
    order = make_placed(make_service(refill=True), progress="completed", finished_at=NOW - ago)
    service, person = sandbox_service(way, refill=True), make_user()
    found = [ask_for_refill(order, service, random.Random(seed), person, NOW) for seed in range(number)]
    return [ask for ask in found if ask]


@pytest.mark.parametrize(
    ("way", "outcomes"), [("refuses_refills", {"rejected"}), ("dropping", {"completed", "rejected"})]
)
def test_accepted_refills_end_as_the_service_delivers(way, outcomes):
    accepted = [ask.refill for ask in asks(way) if ask.refill.state == "accepted"]
    assert {refill.progress for refill in accepted if refill.finished_at} == outcomes


def test_people_ask_mostly_where_units_are_lost():
    assert len(asks("dropping")) > 3 * len(asks("quick")) > 0


def test_late_refills_take_days():
    late, usual = [
        [ask.refill.finished_at - ask.refill.requested_at for ask in asks(way, ago=80 * DAY) if ask.there]
        for way in ("refills_late", "dropping")
    ]
    assert sorted(usual)[len(usual) // 2] < DAY < 3 * DAY < sorted(late)[len(late) // 2]


def test_a_refused_request_has_ended_and_has_nothing_at_the_panel():
    refused = [ask for ask in asks("dropping") if ask.refill.state == "refused"]
    assert refused
    for ask in refused:
        assert (ask.there, ask.refill.error, ask.refill.finished_at) == (None, REFUSAL, ask.refill.sent_at)
    assert reason_for(REFUSAL) is Reason.NOT_ELIGIBLE


def test_the_end_is_seen_after_it_and_within_two_hours():
    for ask in asks("dropping"):
        if ask.there and ask.refill.finished_at:
            seen = ask.refill.finished_at.timestamp()
            assert ask.there.ends_at <= seen <= ask.there.ends_at + 7200


def test_nobody_asks_where_no_refill_is_offered_or_before_the_end():
    done = make_placed(make_service(refill=False), progress="completed", finished_at=NOW - 40 * DAY)
    done.as_ordered = {"refill": False}
    runs = make_placed(make_service(refill=True))
    without, offered = sandbox_service("dropping", refill=False), sandbox_service("dropping", refill=True)
    for order, service in ((done, without), (runs, offered)):
        assert not any(ask_for_refill(order, service, random.Random(seed), None, NOW) for seed in range(50))


def test_refills_are_written_with_ids_that_rise_with_the_time():
    asked = asks("dropping", 30)
    found = write_refills(asked, random.Random(1))
    saved = list(Refill.objects.exclude(remote_id="").order_by("requested_at").values_list("remote_id", flat=True))
    assert saved == sorted(saved, key=int) == [refill.id for refill in found]
    assert Refill.objects.count() == len(asked)
    assert OrderEvent.objects.filter(what="refill", detail="Requested.").count() == len(asked)
