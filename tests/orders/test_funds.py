"""One order that is too dear is held, the others go, and it goes as soon as the balance covers it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from panels.calls.claiming import Claims
from panels.models import Order, OrderEvent, Panel, Service
from panels.orders import funds, resolution
from tests.calls.sending import events_of
from tests.factories import make_order, make_panel, make_placed, make_service
from tests.locks import run_behind

pytestmark = pytest.mark.django_db
NOW = timezone.now
State, Pause = Order.State, Panel.Pause


def make_account(balance="100", **fields):
    """Create a service at a panel whose balance was read just now."""
    known = {"balance": Decimal(balance), "free_balance": Decimal(balance), "balance_checked_at": NOW()}
    return make_service(make_panel(**known | {"parallel_calls": 9} | fields))


def costing(service, *costs, **fields):
    return [make_order(service, expected_cost=None if cost is None else Decimal(cost), **fields) for cost in costs]


def claim(service):
    """Claim until nothing more can be claimed, and return the orders in their order."""
    taken = []
    while True:
        orders, wait = Claims(service.panel_id).take(9)
        taken += orders
        if wait is None:
            return taken


def read(panel, balance):
    """Store a balance as a reading would."""
    current = Panel.objects.get(pk=panel.pk)
    current.balance = Decimal(balance)
    current.free_balance = funds.free_of(current, Decimal(balance), NOW())
    current.balance_checked_at = NOW()
    current.save(update_fields=["balance", "free_balance", "balance_checked_at"])
    funds.settle(current)


def held_pks():
    return list(funds.held().values_list("pk", flat=True))


def test_the_order_that_is_too_dear_is_held_and_the_others_go_in_their_order():
    service = make_account("100")
    a, dear, b, c = costing(service, "30", "120", "40", "20")
    assert claim(service) == [a, b, c]
    assert held_pks() == [dear.pk]
    assert Panel.objects.get().free_balance == Decimal(10)
    assert events_of(dear) == ["held"]
    assert Panel.objects.get().balance_requested_at is not None


def test_what_was_claimed_since_the_reading_counts():
    service = make_account("100")
    a, b, c = costing(service, "60", "60", "30")
    assert claim(service) == [a, c]
    assert held_pks() == [b.pk]


def test_a_balance_is_asked_for_at_once_when_an_order_is_held(rung):
    service = make_account("1")
    costing(service, "2")
    claim(service)
    assert rung == [("balance", service.panel_id)]


@pytest.mark.parametrize(
    "change",
    [
        lambda order: Panel.objects.update(balance_checked_at=NOW() - timedelta(minutes=6)),
        lambda order: Panel.objects.update(balance_checked_at=None),
        lambda order: Panel.objects.update(free_balance=None),
        lambda order: Panel.objects.update(gives_credit=True),
        lambda order: Panel.objects.update(reported_currency="EUR"),
        lambda order: Order.objects.update(expected_cost=None),
        lambda order: Order.objects.update(may_exceed_balance=True),
        lambda order: (Order.objects.update(type=""), Service.objects.update(type="")),
        lambda order: (Order.objects.update(type="subscriptions"), Service.objects.update(type="subscriptions")),
        lambda order: Service.objects.update(rate_per_1000=Decimal("0.1")),
    ],
    ids=[
        "old reading",
        "no reading",
        "free not known",
        "credit",
        "other currency",
        "no cost",
        "sent anyway",
        "unknown type",
        "ceiling",
        "cheaper now",
    ],
)
def test_what_is_not_known_to_be_too_dear_is_sent(change):
    service = make_account("1")
    (order,) = costing(service, "2")
    change(order)
    assert claim(service) == [order]


def test_thousands_that_are_too_dear_are_held_together(django_assert_max_num_queries):
    service = make_account("1")
    costing(service, *["2"] * 60)
    (cheap,) = costing(service, "0.5")
    with django_assert_max_num_queries(40):
        assert claim(service) == [cheap]
    assert len(held_pks()) == 60
    assert OrderEvent.objects.filter(what="held").count() == 60


def test_held_orders_go_in_their_order_as_far_as_a_reading_covers_them():
    service = make_account("1")
    a, b, c = costing(service, "50", "100", "30")
    assert claim(service) == []
    read(service.panel, "90")
    assert held_pks() == [b.pk]
    assert claim(service) == [a, c]
    # The orders on their way are not in the next reading for sure.
    read(service.panel, "170")
    assert held_pks() == [b.pk]
    read(service.panel, "180")
    assert claim(service) == [b]
    assert events_of(b) == ["held", "released", "sent"]


def test_a_reading_counts_what_was_accepted_while_it_was_asked_for():
    service = make_account()
    asked_at = NOW()
    make_placed(service, expected_cost=Decimal(5), placed_at=asked_at - timedelta(seconds=1))
    make_placed(service, expected_cost=Decimal(7), placed_at=asked_at + timedelta(seconds=1))
    make_order(service, state=State.SENDING, expected_cost=Decimal(11), send_deadline=NOW())
    make_order(service, state=State.UNKNOWN, expected_cost=Decimal(13), send_deadline=asked_at + timedelta(minutes=1))
    make_order(service, state=State.UNKNOWN, expected_cost=Decimal(17), send_deadline=asked_at - timedelta(minutes=1))
    make_order(service, state=State.SENDING, expected_cost=Decimal(19), currency="EUR")
    assert funds.free_of(service.panel, Decimal(100), asked_at) == Decimal(100 - 7 - 11 - 13)


def test_an_order_with_an_alarm_is_not_let_go_by_a_balance():
    service = make_account("1")
    (order,) = costing(service, "50")
    claim(service)
    Order.objects.update(alarm="Second order at the panel.", held_reason="Second order at the panel.")
    read(service.panel, "900")
    assert claim(service) == []
    order.refresh_from_db()
    assert order.is_held


def test_a_panel_is_paused_only_while_the_balance_covers_no_order_that_waits():
    service = make_account("1")
    (dear,) = costing(service, "50")
    claim(service)
    read(service.panel, "1")
    assert Panel.objects.get().paused_reason == Pause.FUNDS
    (cheap,) = costing(service, "0.40")
    read(service.panel, "1")
    assert Panel.objects.get().paused_reason == ""
    assert claim(service) == [cheap]
    read(service.panel, "60")
    assert claim(service) == [dear]


def test_a_lower_balance_that_covers_an_order_ends_the_pause():
    service = make_account("100", paused_reason=Pause.FUNDS, paused_balance=Decimal(100))
    costing(service, "20")
    read(service.panel, "90")
    assert Panel.objects.get().paused_reason == ""


def test_a_pause_for_funds_ends_when_no_order_waits():
    service = make_account("0", paused_reason=Pause.FUNDS)
    read(service.panel, "0")
    assert Panel.objects.get().paused_reason == ""


def test_a_person_can_send_a_held_order_anyway_and_a_panel_that_takes_it_gives_credit(operator):
    service = make_account("1")
    dear, waiting = costing(service, "50", "60")
    claim(service)
    dear.refresh_from_db()
    assert resolution.release(dear, operator) == ""
    Order.objects.filter(pk=dear.pk).update(expected_cost=Decimal(50))
    (claimed,) = claim(service)
    assert claimed == dear
    assert funds.is_above_balance(claimed)
    funds.learn_credit(service.panel_id)
    read(service.panel, "1")
    assert claim(service) == [waiting]


def test_what_an_untaken_order_would_have_cost_is_free_again():
    service = make_account("100")
    (order,) = claim_one = claim_after(service, "30")
    assert Panel.objects.get().free_balance == Decimal(70)
    funds.give_back(service.panel, claim_one)
    assert Panel.objects.get().free_balance == Decimal(100)
    assert order.expected_cost == Decimal(30)


def test_what_a_reading_after_the_claim_has_left_out_is_not_freed_twice():
    service = make_account("100")
    orders = claim_after(service, "30")
    Order.objects.update(state=State.QUEUED)
    read(service.panel, "100")
    funds.give_back(service.panel, orders)
    assert Panel.objects.get().free_balance == Decimal(100)


def claim_after(service, cost):
    costing(service, cost)
    return claim(service)


def test_the_shortage_names_the_number_of_orders_and_the_missing_amount():
    service = make_account("1")
    costing(service, "50", "100")
    claim(service)
    assert funds.shortage(Panel.objects.get()) == funds.Shortage(2, Decimal(149))


def test_the_missing_amount_is_not_known_without_a_balance():
    service = make_account("1")
    costing(service, "50")
    claim(service)
    Panel.objects.update(free_balance=None)
    assert funds.shortage(Panel.objects.get()) == funds.Shortage(1, None)


@pytest.mark.parametrize(
    ("cost", "free", "text"),
    [
        ("5", None, "The balance is not known. The cost of this order is 5.00 USD."),
        (None, None, "The balance is not known. The cost of this order is not known in advance."),
        (None, "1", "Not enough balance: 1.00 USD available, and the cost of this order is not known in advance."),
        ("5", "1", "Not enough balance: 1.00 USD available, this order costs 5.00 USD (4.00 USD short)."),
    ],
)
def test_an_order_that_waits_for_money_says_what_is_known_of_its_cost_and_of_the_balance(cost, free, text):
    order = make_order(expected_cost=cost and Decimal(cost))
    assert funds.explain(order, free and Decimal(free)).replace("\u00a0", " ") == text


# -- many held orders


def held_for_funds(service, *costs):
    return costing(service, *costs, held_for_funds_at=NOW())


def test_a_balance_lets_go_what_it_covers_in_the_order_of_sending_over_several_transactions(monkeypatch):
    monkeypatch.setattr(funds, "AT_ONCE", 2)
    service = make_account("0")
    orders = held_for_funds(service, "30", "50", "30", "90", None, "30", "20", "20", "5")
    read(service.panel, "120")
    # 30, 50 and 30 leave 10: enough for an order of unknown cost and for the last.
    gone = Order.objects.filter(held_for_funds_at=None).order_by("pk")
    assert list(gone) == [orders[number] for number in (0, 1, 2, 4, 8)]
    assert {tuple(events_of(order)) for order in gone} == {("released",)}


def test_each_transaction_lets_go_a_limited_number_of_orders(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(funds, "AT_ONCE", 2)
    service = make_account("0")
    held_for_funds(service, *["1"] * 4)
    panel = service.panel
    assert funds._release_covered(panel, Decimal(10)) == Decimal(8)
    assert len(held_pks()) == 2
    with django_assert_max_num_queries(1):
        assert funds._release_covered(panel, Decimal("0.5")) is None


def test_a_newer_reading_takes_over_from_an_older_one():
    service = make_account("100")
    held_for_funds(service, "1")
    older = Panel.objects.get()
    Panel.objects.update(balance_checked_at=NOW() + timedelta(seconds=1))
    funds.settle(older)
    assert len(held_pks()) == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows")
@pytest.mark.django_db(transaction=True)
def test_letting_go_locks_the_orders_in_the_order_of_their_keys():
    service = make_account("100")
    late, soon = held_for_funds(service, "1", "1")
    Order.objects.filter(pk=late.pk).update(send_after=NOW() + timedelta(hours=1))
    # Somebody has the first by key, and wants the second while the release waits.
    run_behind(
        Order.objects.filter(pk=late.pk),
        lambda: funds.settle(Panel.objects.get()),
        lambda: Order.objects.filter(pk=soon.pk).update(alarm="looked at"),
    )
    assert held_pks() == []
