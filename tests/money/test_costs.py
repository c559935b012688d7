"""The cost of an order is one rule. SQL and Python agree on every possible order."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import BooleanField, Case, Count, Sum, Value, When
from django.utils import timezone

from panels.models import Batch, Order
from panels.money.costs import (
    COST,
    IS_EXPECTED,
    IS_ORDERED,
    IS_PENDING,
    IS_UNPRICED,
    Cost,
    cost_of,
    estimate,
    full_cost_of,
    is_pending,
    promised_costs,
)
from tests.factories import make_order, make_panel, make_placed, make_service

State, Progress = Order.State, Order.Progress
CHARGES = (None, Decimal(0), Decimal("0.50"))
EXPECTATIONS = (None, Decimal("0.90"))
BACKS = ((None, ""), *itertools.product((Decimal(0), Decimal("0.20"), Decimal("0.90")), Order.GivenBack.values))
CASES = list(itertools.product(CHARGES, EXPECTATIONS, ("", *Progress.values), State.values, BACKS))
EXPECTED = Cost(Decimal("0.90"), is_expected=True)


def make_every_order():
    """Insert an order for each combination of charge, expectation, progress, state and money given back."""
    service = make_service()
    fields = {"panel": service.panel, "service": service, "rate_agreed": service.rate_per_1000, "currency": "USD"}
    Order.objects.bulk_create(
        Order(
            charge=charge,
            expected_cost=expected,
            progress=progress,
            state=state,
            given_back=amount,
            given_back_source=source,
            **fields,
        )
        for charge, expected, progress, state, (amount, source) in CASES
    )


def as_flag(condition):
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def order_of(charge=None, expected_cost=Decimal("0.90"), progress="", state="placed", **fields):
    return Order(charge=charge, expected_cost=expected_cost, progress=progress, state=state, **fields)


def test_sql_and_python_agree_on_every_charge_given_back_source_expectation_progress_and_state(db):
    make_every_order()
    flags = {"is_sent": as_flag(IS_ORDERED), "expected": as_flag(IS_EXPECTED), "unpriced": as_flag(IS_UNPRICED)}
    orders = list(Order.objects.annotate(sql_cost=COST, **flags))
    assert len(orders) == len(CASES) == 6864
    for order in orders:
        cost = cost_of(order)
        found = order.sql_cost, order.expected, order.unpriced
        is_unpriced = order.is_sent and cost is None
        row = (order.charge, order.expected_cost, order.progress, order.state, order.given_back)
        row += (order.given_back_source,)
        assert found == (cost and cost.amount, bool(cost and cost.is_expected), is_unpriced), row


def test_sql_and_python_agree_on_what_is_pending(db):
    make_every_order()
    # Orders that were placed elsewhere are never pending.
    Order.objects.filter(given_back_source="told", state="placed").update(rate_agreed=None)
    orders = list(Order.objects.annotate(pending=as_flag(IS_PENDING)))
    assert {order.pending for order in orders} == {True, False}
    for order in orders:
        row = (order.charge, order.progress, order.state, order.rate_agreed)
        assert order.pending == is_pending(order), row


@pytest.mark.parametrize(
    ("fields", "pending"),
    [
        ({"state": "queued"}, False),
        ({"state": "sending"}, True),
        ({"state": "unknown"}, True),
        ({"state": "written_off"}, False),
        ({"charge": Decimal(0)}, True),
        ({"charge": Decimal(0), "progress": "canceled"}, False),
        ({"progress": "completed"}, True),
        ({"charge": Decimal("0.50")}, False),
        ({"rate_agreed": None}, False),
    ],
)
def test_money_is_pending_while_a_panel_may_have_charged_it_without_telling(fields, pending):
    assert is_pending(order_of(**({"rate_agreed": Decimal(1)} | fields))) is pending


def test_a_sum_of_every_order_is_the_sum_of_their_costs(db):
    make_every_order()
    found = Order.objects.aggregate(amount=Sum(COST), expected=Count("pk", filter=IS_EXPECTED))
    costs = [cost for order in Order.objects.all() if (cost := cost_of(order))]
    # SQLite adds floats, so every sum of amounts is rounded.
    assert round(found["amount"], 6) == sum(cost.amount for cost in costs)
    assert found["expected"] == sum(cost.is_expected for cost in costs)


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
@pytest.mark.parametrize("charge", CHARGES)
def test_a_refused_or_withdrawn_order_has_no_cost(state, charge):
    assert cost_of(order_of(charge, state=state)) is None


@pytest.mark.parametrize("state", ["queued", "sending", "unknown", "written_off"])
@pytest.mark.parametrize("charge", CHARGES)
def test_an_order_that_the_panel_may_have_has_its_expected_cost(state, charge):
    assert cost_of(order_of(charge, state=state)) == EXPECTED


@pytest.mark.parametrize("progress", ["", "pending", "processing", "in_progress", "paused"])
@pytest.mark.parametrize("charge", [None, Decimal(0)])
def test_a_placed_order_has_its_expected_cost_until_the_panel_reports_a_charge(progress, charge):
    assert cost_of(order_of(charge, progress=progress)) == EXPECTED
    assert cost_of(order_of(charge, None, progress)) is None


@pytest.mark.parametrize("progress", Order.FINISHED)
def test_a_finished_order_that_was_charged_nothing_costs_nothing(progress):
    assert cost_of(order_of(Decimal(0), progress=progress)) == Cost(Decimal(0), is_expected=False)
    assert cost_of(order_of(None, progress=progress)) == EXPECTED


@pytest.mark.parametrize("progress", ["", *Progress.values])
def test_a_charge_is_the_cost_of_a_placed_order(progress):
    assert cost_of(order_of(Decimal("0.50"), progress=progress)) == Cost(Decimal("0.50"), is_expected=False)


BACK = {"given_back": Decimal("0.20"), "progress": "partial"}


@pytest.mark.parametrize(
    ("source", "cost"),
    [
        ("told", Cost(Decimal("0.50"), is_expected=False)),
        ("computed", Cost(Decimal("0.30"), is_expected=True)),
        ("balance", Cost(Decimal("0.30"), is_expected=False)),
        ("person", Cost(Decimal("0.30"), is_expected=False)),
    ],
)
def test_money_given_back_reduces_the_cost_unless_the_charge_is_without_it_already(source, cost):
    assert cost_of(order_of(Decimal("0.50"), given_back_source=source, **BACK)) == cost
    assert full_cost_of(order_of(Decimal("0.50"), given_back_source=source, **BACK)) == Decimal("0.50")


def test_a_cost_is_never_below_zero_and_an_order_that_was_not_placed_got_nothing_back():
    assert cost_of(order_of(Decimal("0.10"), given_back_source="person", **BACK)).amount == 0
    assert cost_of(order_of(state="unknown", given_back_source="person", **BACK)) == EXPECTED


@pytest.mark.django_db
def test_waiting_orders_and_orders_since_the_last_reading_are_promised_by_panel_and_currency():
    read_at = timezone.now()
    since, before = read_at + timedelta(seconds=1), read_at - timedelta(seconds=1)
    service, other = make_service(make_panel(balance_checked_at=read_at)), make_service()
    make_order(service, expected_cost=Decimal(1))
    make_order(service, expected_cost=Decimal(2), state="sending")
    make_order(service, expected_cost=Decimal(4), state="unknown", sent_at=since)
    make_placed(service, expected_cost=Decimal(9), charge=Decimal(8), sent_at=since)
    make_order(service, expected_cost=Decimal(16), currency="EUR")
    make_order(service, expected_cost=None)
    # The last reading has these costs already, or there is no cost.
    make_placed(service, expected_cost=Decimal(100), sent_at=before)
    make_order(service, expected_cost=Decimal(100), state="refused", sent_at=since)
    make_order(other, expected_cost=Decimal(32))
    # Without a reading only waiting orders count.
    make_placed(other, expected_cost=Decimal(100), sent_at=since)
    make_order(expected_cost=Decimal(100))
    assert promised_costs([service.panel, other.panel]) == {
        (service.panel_id, "USD"): Decimal(15),
        (service.panel_id, "EUR"): Decimal(16),
        (other.panel_id, "USD"): Decimal(32),
    }


@pytest.mark.django_db
def test_a_waiting_order_that_later_orders_overtake_is_not_promised():
    service, paused = make_service(), Batch.objects.create(source="file", state="paused")
    make_order(service, expected_cost=Decimal(100), held_for_funds_at=timezone.now())
    make_order(service, expected_cost=Decimal(100), held_reason="The price has risen.")
    make_order(service, expected_cost=Decimal(100), batch=paused)
    waits = make_service(service.panel, waits_until=timezone.now() + timedelta(hours=1))
    make_order(waits, expected_cost=Decimal(100))
    assert promised_costs([service.panel]) == {}
    make_order(service, expected_cost=Decimal(2), batch=paused, state="sending")
    make_order(service, expected_cost=Decimal(1), batch=Batch.objects.create(source="file", state="confirmed"))
    assert promised_costs([service.panel]) == {(service.panel_id, "USD"): Decimal(3)}


@pytest.mark.django_db
def test_an_estimate_sums_each_currency_by_itself_and_counts_what_has_no_known_cost():
    for cost, currency in (("1.25", "USD"), ("2", "USD"), ("3", "EUR"), (None, "USD"), (None, "GBP")):
        make_order(expected_cost=cost and Decimal(cost), currency=currency)
    found = estimate(Order.objects.all())
    assert (found.number, found.unpriced) == (5, 2)
    assert found.sums == (("EUR", Decimal(3)), ("USD", Decimal("3.25")))


@pytest.mark.django_db
def test_the_fingerprint_of_an_estimate_changes_with_the_orders_and_the_cost_of_each():
    def look(*orders):
        return estimate(Order.objects.filter(pk__in=[order.pk for order in orders])).fingerprint

    first, second, third, fourth = (make_order(expected_cost=Decimal(1)) for _ in range(4))
    # The numbers of the second and the third order have the sum of those of the first and the fourth.
    seen = [look(first), look(first, second), look(first, fourth), look(second, third)]
    assert look(fourth, first) == seen[2]
    Order.objects.filter(pk=first.pk).update(expected_cost=Decimal(2))
    Order.objects.filter(pk=fourth.pk).update(expected_cost=Decimal(0))
    seen.append(look(first, fourth))
    Order.objects.filter(pk=fourth.pk).update(expected_cost=None)
    seen.append(look(first, fourth))
    Order.objects.filter(pk=fourth.pk).update(currency="EUR")
    seen.append(look(first, fourth))
    assert len(set(seen)) == len(seen)
