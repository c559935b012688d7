"""The records of services, products and panels are equal to a plain recount of their orders, and stay so."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from panels.catalog import records
from panels.catalog.percentiles import percentile, rounded_up
from panels.models import JobRun, Order, Panel, Refill, Service, ServiceFacts, ServiceRecord
from tests.catalog.recounting import recount
from tests.factories import make_offer, make_order, make_panel, make_placed, make_refill, make_service, read_offers

Progress, State = Order.Progress, Order.State
NEVER = threading.Event()
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def update_records():
    """Do what the worker does."""
    records.mark_changed()
    return records.compute(NEVER)


def finished(service, minutes=60, *, days=1, **fields):
    """Create an order that was sent some days ago and completed some minutes later."""
    sent = timezone.now().replace(microsecond=0) - timedelta(days=days)
    end = sent + timedelta(minutes=minutes)
    values = {"progress": Progress.COMPLETED, "created_at": sent, "sent_at": sent, "placed_at": sent, "remains": 0}
    ended = {"finished_before": end, "finished_at": end, "moved_before": sent + timedelta(minutes=5), "status_at": end}
    return make_placed(service, **values | ended | {"charge": Decimal("0.90"), "changed_at": end} | fields)


def record_of(**of):
    return ServiceRecord.objects.get(**of)


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
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
    @given(st.lists(SPEC, max_size=14))
    def test_each_number_of_a_record_is_that_of_a_plain_recount(self, specs):
        panels = make_panel(), make_panel()
        services = [make_offer("Instagram Followers", panels[number // 2]) for number in range(3)]
        read_offers()
        for spec in specs:
            make_specified(services, spec)
        update_records()
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
