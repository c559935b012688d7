"""A drop is known where a later order for the same target tells it, and nothing else was ordered in between."""

from datetime import timedelta

import pytest

from panels.catalog.drops import Step, find_drops, read_drops
from panels.catalog.records import first_day
from panels.money.totals import midnight
from tests.factories import make_delivered, make_offer, make_panel, make_refill, read_offers


def step(sent, ended, start, delivered=500, *, service=1, is_refilled=False):
    return Step(service, sent, ended, start, delivered, is_refilled)


def drops(*steps):
    return [(first.sent, lost) for first, lost in find_drops(steps)]


@pytest.mark.parametrize(("second", "lost"), [(1500, 0), (1400, 100), (1000, 500), (900, 500), (1700, 0)])
def test_the_start_of_the_next_order_tells_what_was_lost(second, lost):
    assert drops(step(1, 5, 1000), step(9, None, second)) == [(1, lost)]


def test_each_order_is_compared_with_the_next_one():
    assert drops(step(20, 25, 1700), step(1, 5, 1000), step(10, 15, 1450)) == [(1, 50), (10, 250)]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([step(1, 5, 1000)], id="no later order"),
        pytest.param([step(1, 10, 1000), step(9, 20, 1400)], id="the next one began before"),
        pytest.param([step(1, None, 1000), step(9, 20, 1400)], id="not ended"),
        pytest.param([step(1, 5, 1000, is_refilled=True), step(9, 20, 1400)], id="refilled"),
        pytest.param([step(1, 5, None), step(9, 20, 1400)], id="no start"),
        pytest.param([step(1, 5, 0), step(9, 20, 1400)], id="a start of zero"),
        pytest.param([step(1, 5, 1000, None), step(9, 20, 1400)], id="delivery not known"),
        pytest.param([step(1, 5, 1000, 0), step(9, 20, 1400)], id="nothing delivered"),
        pytest.param([step(1, 5, 1000), step(9, 20, None)], id="no later start"),
        pytest.param([step(0, 7, 1, None), step(1, 5, 1000), step(9, 20, 1400)], id="another one ran at the same time"),
    ],
)
def test_what_is_not_certain_is_no_drop(steps):
    assert drops(*steps) == []


def order(service, days, start, **fields):
    return make_delivered(
        service,
        timedelta(hours=1),
        link="https://example.com/p/1",
        start_count=start,
        quantity=500,
        **dict.fromkeys(("created_at", "sent_at", "placed_at"), midnight(first_day()) + timedelta(days=days)),
        **dict.fromkeys(("finished_before", "finished_at"), midnight(first_day()) + timedelta(days=days, hours=1)),
        **fields,
    )


def read(*services):
    return {
        pk: dict(counts) for pk, counts in read_drops([each.pk for each in services], midnight(first_day())).items()
    }


def test_services_that_count_the_same_tell_the_drops_of_each_other(db):
    first, second = make_offer("Instagram Followers"), make_offer("Instagram Followers", make_panel())
    likes, unknown = make_offer("Instagram Likes"), make_offer("Special offer")
    read_offers()
    order(first, 1, 1000)
    order(likes, 2, 70)
    order(unknown, 3, 9)
    order(second, 4, 1400)
    expected = {first.pk: {"known": 1, "delivered": 500, "lost": 100}}
    assert read(first, likes, unknown) == expected
    assert read(first, second) == expected


@pytest.mark.parametrize(("state", "is_known"), [("accepted", False), ("unknown", False), ("refused", True)])
def test_an_order_that_may_have_been_refilled_tells_no_drop(db, state, is_known):
    service = make_offer("Instagram Followers")
    make_refill(order(service, 1, 1000), state=state)
    order(service, 4, 1400)
    assert bool(read(service)) == is_known


def test_orders_of_before_the_window_and_drip_feeds_tell_no_drop(db):
    service = make_offer("Instagram Followers")
    order(service, -1, 1000)
    order(service, 2, 1000, params={"runs": "2", "interval": "5"})
    order(service, 4, 1400)
    assert read(service) == {}
