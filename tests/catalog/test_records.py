"""The records of services, products and panels are equal to a plain recount of their orders, and stay so."""

import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from panels.catalog import records
from panels.catalog.percentiles import percentile, rounded_up
from panels.catalog.records import columns_of
from panels.models import JobRun, Order, Panel, Product, Service, ServiceFacts, ServiceRecord
from panels.models.product import MOST_PRICE
from tests.catalog.recounting import recount
from tests.factories import (
    count_records,
    make_delivered,
    make_offer,
    make_order,
    make_panel,
    make_refill,
    make_service,
    read_offers,
)

Progress, State = Order.Progress, Order.State
NEVER = threading.Event()
pytestmark = pytest.mark.django_db


def records_of(services):
    found = ServiceRecord.objects.filter(service__in=services, orders__gt=0, computed_at__isnull=False)
    return {record.service_id: record for record in found}


def record_of_product(product):
    return ServiceRecord.objects.filter(product=product, orders__gt=0).first()


MINUTES = st.integers(0, 3000)
SPEC = st.fixed_dictionaries(
    {
        "service": st.integers(0, 2),
        "state": st.sampled_from([State.PLACED] * 9 + [State.REFUSED, State.QUEUED]),
        "progress": st.sampled_from([*Progress.values, *[Progress.COMPLETED] * 6, ""]),
        "sent": st.integers(0, 80 * 24 * 60),
        "late": st.sampled_from([0, 0, 0, 5, 11]),
        "moved": st.none() | MINUTES,
        "ended": st.none() | MINUTES,
        "told": st.none() | MINUTES,
        "link": st.integers(0, 3),
        "quantity": st.sampled_from([1000, 100, 1, 0, None]),
        "runs": st.sampled_from([None, None, None, "3"]),
        "remains": st.none() | st.integers(-5, 1200),
        "start_count": st.none() | st.integers(0, 1500),
        "charge": st.none() | st.decimals(0, 50, places=6),
        "expected_cost": st.none() | st.decimals(0, 50, places=6),
        "rate": st.sampled_from(["0.9", "1.23456789", "1000", None]),
        "given_back": st.none() | st.decimals(0, 50, places=6),
        "source": st.sampled_from(["", *Order.GivenBack.values]),
        "currency": st.sampled_from(["USD", "EUR"]),
        "cancel_state": st.sampled_from(["", "accepted", "refused"]),
        "refills": st.lists(st.sampled_from(["completed", "rejected", "in_progress", "refused"]), max_size=2),
    }
)


def make_specified(services, spec):
    service, now = services[spec["service"]], timezone.now().replace(microsecond=0)
    # No two orders are sent in the same second.
    sent = now - timedelta(minutes=spec["sent"], seconds=Order.objects.count())
    is_placed = spec["state"] == State.PLACED
    is_over = spec["progress"] in Order.FINISHED

    def after(name, *, only=True):
        return sent + timedelta(minutes=spec[name]) if only and is_placed and spec[name] is not None else None

    end = after("ended", only=is_over)
    order = make_order(
        service,
        state=spec["state"],
        progress=spec["progress"] if is_placed else "",
        created_at=sent,
        sent_at=sent,
        placed_at=sent + timedelta(minutes=spec["late"]) if is_placed else None,
        moved_before=after("moved"),
        finished_before=end if spec["late"] else None,
        finished_at=sent if spec["state"] == State.REFUSED else end,
        status_at=after("told"),
        link=f"https://example.com/p/{spec['link']}",
        quantity=spec["quantity"],
        params={"runs": spec["runs"]} if spec["runs"] else {},
        remains=spec["remains"],
        start_count=spec["start_count"],
        charge=spec["charge"],
        expected_cost=spec["expected_cost"],
        rate_agreed=Decimal(spec["rate"] or 1) if spec["rate"] or not is_placed else None,
        given_back=spec["given_back"],
        given_back_source=spec["source"],
        currency=spec["currency"],
        cancel_state=spec["cancel_state"],
        remote_id=str(Order.objects.count() + 1) if is_placed else "",
    )
    for word in spec["refills"] if is_placed else ():
        state = "refused" if word == "refused" else "accepted"
        make_refill(order, state=state, progress="" if word == "refused" else word, requested_at=now)
    return order


def agrees(record, orders, everything):
    """Compare a record with the plain recount of its orders."""
    plain, numbers = recount(orders, everything), record.numbers
    assert numbers["orders"] == plain["orders"]
    assert sum(numbers["refused"].values()) == plain["refused"]
    assert record.orders == plain["orders"].get("placed", 0) + plain["refused"]
    for name in ("start", "finish"):
        times = Counter((rounded_up(seconds), is_event) for seconds, is_event in plain[name])
        assert numbers[f"{name}_orders"] == sum(is_event for _, is_event in plain[name])
        assert numbers[f"{name}_p90"] == percentile(times, 0.9)
        assert numbers[f"{name}_p50"] == percentile(times, 0.5)
    for name in ("delivered", "drop"):
        assert is_near(numbers[name], plain[name])
        assert numbers[f"{name}_orders"] == plain[f"{name}_orders"]
    for name, key in (("prices", "price"), ("charges", "ratio")):
        told = {currency: each[key] for currency, each in numbers[name].items()}
        known = {currency: value for currency, value in plain[name].items() if value is not None}
        assert told.keys() == known.keys()
        assert all(is_near(told[currency], known[currency]) for currency in told)
    assert numbers["refills"] == plain["refills"]
    lost = (plain["drop"] or 0) * (1 - is_kept(plain["refills"]))
    for currency, each in numbers["prices"].items():
        if plain["drop_orders"] < 5 or lost == 1:
            assert each["kept"] is None
        else:
            assert is_near(each["kept"], plain["prices"][currency] / (1 - lost))


def is_kept(refills):
    ended = refills["kept"] + refills["broken"]
    return Fraction(refills["kept"], ended) if ended else 0


def is_near(text, value):
    """Whether a text is a number, but for the millionth to which it was rounded."""
    if text is None or value is None:
        return text is None and value is None
    return abs(Fraction(text) - value) <= Fraction(1, 10**6) + value / 10**5


class Agreement(TestCase):
    # Without shrinking, which would create thousands of rows again and again.
    @settings(
        max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
    )
    @given(st.lists(SPEC, max_size=14))
    def test_each_number_of_a_record_is_that_of_a_plain_recount(self, specs):
        panels = make_panel(), make_panel()
        services = [make_offer("Instagram Followers", panels[number // 2]) for number in range(3)]
        read_offers()
        for spec in specs:
            make_specified(services, spec)
        count_records()
        orders = list(Order.objects.select_related("panel"))
        product = ServiceFacts.objects.get(pk=services[0].pk).product
        for field, each in [*(("service", each) for each in services), ("panel", panels[0]), ("product", product)]:
            mine = [order for order in orders if field == "product" or getattr(order, field) == each]
            record = ServiceRecord.objects.filter(**{field: each}).first()
            if record is None:
                assert not [order for order in mine if order.state in (State.PLACED, State.REFUSED)]
            else:
                agrees(record, mine, orders)
        assert not records.stale().exists()


# -- the columns of lists


def numbers(**more):
    told = {"finish_p90": None, "finish_orders": 0, "delivered": None, "delivered_orders": 0, "prices": {}}
    return told | more


def price_of(amount, orders=100):
    return {"price": str(amount), "kept": None, "orders": orders}


def test_a_number_of_few_orders_is_moved_towards_the_product():
    own = numbers(
        finish_p90=6000, finish_orders=10, delivered="0.5", delivered_orders=10, prices={"USD": price_of(2, 10)}
    )
    pool = numbers(finish_p90=12_000, finish_orders=90, delivered="1", delivered_orders=90, prices={"USD": price_of(4)})
    found = columns_of(own, "USD", pool)
    assert (found["finish_minutes"], found["delivered"], found["price"]) == (150, Decimal("0.75"), 2)
    assert (found["finish_orders"], found["delivered_orders"], found["price_orders"]) == (10, 10, 10)


@pytest.mark.parametrize("number", [20, 21, 1000])
def test_a_number_of_many_orders_is_their_own(number):
    own = numbers(finish_p90=6000, finish_orders=number)
    assert columns_of(own, "USD", numbers(finish_p90=12_000))["finish_minutes"] == 100


def test_without_own_orders_there_is_no_number():
    found = columns_of(numbers(), "USD", numbers(finish_p90=60, delivered="1", prices={"USD": price_of(1)}))
    assert {found["finish_minutes"], found["delivered"], found["price"]} == {None}


def test_the_price_is_in_the_present_currency_or_in_that_of_the_most_orders():
    prices = {"USD": price_of(1, 30), "EUR": price_of(2, 40)}
    for currency, shown in (("USD", "USD"), ("EUR", "EUR"), ("JPY", "EUR"), ("", "EUR")):
        assert columns_of(numbers(prices=prices), currency)["currency"] == shown


@pytest.mark.parametrize("amount", ["1e25", "-1e25", "99999999990"])
def test_a_price_beyond_its_column_is_the_furthest_that_it_holds(amount):
    found = columns_of(numbers(prices={"USD": price_of(amount)}), "USD")["price"]
    assert abs(found) == MOST_PRICE
    assert (found < 0) == amount.startswith("-")


def test_a_price_of_few_orders_is_their_own():
    """Offers of one product differ in price by the offer, so a mean over them would be nobody's price."""
    own, pool = numbers(prices={"USD": price_of(1, 3)}), numbers(prices={"USD": price_of(9)})
    assert columns_of(own, "USD", pool)["price"] == 1


# -- which records are computed


def deliver(service, *hours, **fields):
    for each in hours:
        make_delivered(service, timedelta(hours=each), **fields)


def record_of(service):
    return ServiceRecord.objects.get(service=service)


def test_only_records_whose_orders_have_changed_are_computed():
    quiet, busy = make_service(), make_service()
    deliver(quiet, 1)
    deliver(busy, 1)
    count_records()
    JobRun.objects.create(name=records.MARK, succeeded_at=timezone.now())
    assert records.mark_changed() == 0
    Order.objects.filter(service=busy).update(changed_at=timezone.now())
    assert records.mark_changed() == 1
    assert (record_of(quiet).stale_at, records.stale().get()) == (None, record_of(busy))
    # A clock that was ahead hides no change.
    JobRun.objects.update(succeeded_at=timezone.now() + timedelta(days=1))
    assert records.mark_changed() == 1


def settled(service):
    """Have a service with one old order, whose record is computed, and a run a moment ago."""
    deliver(service, 1, changed_at=timezone.now() - timedelta(days=3))
    count_records()
    JobRun.objects.create(name=records.MARK, succeeded_at=timezone.now())
    assert records.mark_changed() == 0


def test_a_refusal_and_a_refill_change_a_record_too():
    service = make_service()
    settled(service)
    make_order(service, state="refused", error_class="funds", finished_at=timezone.now())
    assert records.mark_changed() == 1
    records.compute(NEVER)
    assert record_of(service).numbers["refused"] == {"funds": 1}
    Order.objects.filter(state="refused").update(finished_at=timezone.now() - timedelta(days=1))
    refill = make_refill(service.orders.filter(state="placed").get())
    assert records.mark_changed() == 1
    records.compute(NEVER)
    assert record_of(service).numbers["refills"]["asked"] == 1
    type(refill).objects.update(requested_at=timezone.now() - timedelta(days=50))
    assert records.mark_changed() == 0
    type(refill).objects.update(finished_at=timezone.now(), progress="completed")
    assert records.mark_changed() == 1


def test_orders_leave_a_record_when_the_days_move_on(monkeypatch):
    service = make_service()
    settled(service)
    day = records.first_day() + timedelta(days=88)
    monkeypatch.setattr(records, "first_day", lambda: day)
    assert records.mark_changed() == 1
    records.compute(NEVER)
    record = record_of(service)
    assert (record.orders, record.since, record.finish_minutes) == (0, day, None)
    assert records_of([service]) == {}
    assert ServiceRecord.objects.get(panel=service.panel).orders == 0


def test_a_service_that_becomes_another_product_takes_its_orders_along():
    first, second = make_offer("Instagram Followers"), make_offer("Instagram Likes")
    read_offers()
    settled(first)
    followers, likes = (ServiceFacts.objects.get(pk=each.pk).product for each in (first, second))
    assert record_of_product(followers).orders == 1
    ServiceFacts.objects.filter(pk=first.pk).update(product=likes)
    assert records.mark_changed() == 2
    records.compute(NEVER)
    assert record_of_product(followers) is None
    assert record_of_product(likes).orders == 1
    assert records.mark_changed() == 0


def test_the_record_of_a_product_is_that_of_all_orders_and_no_mean_of_services():
    small, large = make_offer("Instagram Followers"), make_offer("Instagram Followers", make_panel())
    read_offers()
    deliver(small, *[100] * 5)
    deliver(large, *[1] * 95)
    count_records()
    record = record_of_product(Product.objects.get())
    assert (record.orders, record.finish_minutes, record.finish_orders) == (100, 60, 100)
    # The estimate of the small service is between its own orders and all orders.
    assert (record_of(large).finish_minutes, record_of(small).finish_minutes) == (60, (5 * 6000 + 10 * 60) // 15)
    assert record_of(small).own("finish_p90") == 360_000


def test_a_record_that_was_marked_while_it_was_computed_is_computed_again(monkeypatch):
    service = make_service()
    deliver(service, 1)
    records.mark_changed()
    read, times = records.read_tallies, []

    def read_slowly(*arguments):
        found = read(*arguments)
        if not times:
            deliver(service, 2)
            records.mark_changed()
        times.append(len(found))
        return found

    monkeypatch.setattr(records, "read_tallies", read_slowly)
    records.compute(NEVER)
    assert record_of(service).orders == 2
    assert len(times) == 2


def test_a_stopping_worker_leaves_the_rest_stale():
    deliver(make_service(), 1)
    records.mark_changed()
    stopping = threading.Event()
    stopping.set()
    assert records.compute(stopping) == 0
    assert records.stale().count() == 1


def test_orders_are_read_without_a_transaction(monkeypatch):
    deliver(make_service(), 1)
    records.mark_changed()
    read, depths = records.read_tallies, []
    outside = len(connection.savepoint_ids)

    def watch(*arguments):
        depths.append(len(connection.savepoint_ids) - outside)
        return read(*arguments)

    monkeypatch.setattr(records, "read_tallies", watch)
    records.compute(NEVER)
    assert depths == [0]


def test_many_services_are_computed_in_pieces(monkeypatch):
    monkeypatch.setattr(records, "PIECE", 2)
    monkeypatch.setattr(records, "MARKED_AT_ONCE", 2)
    panel = make_panel()
    services = [make_service(panel) for _ in range(5)]
    for service in services:
        deliver(service, 1)
    count_records()
    assert len(records_of(services)) == 5
    assert ServiceRecord.objects.get(panel=panel).orders == 5
    assert records_of(services)[services[0].pk].service_id == services[0].pk


def test_a_panel_without_its_services_loses_its_record_with_it():
    service = make_service()
    ServiceRecord.objects.create(service=service)
    ServiceRecord.objects.create(panel=service.panel)
    Service.objects.all().delete()
    Panel.objects.all().delete()
    assert not ServiceRecord.objects.exists()
