"""What panels charge is compared with what was agreed, and a service with many such orders is one finding."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.attention.finding import count_attention
from panels.calls.catalog import sync_catalog
from panels.calls.polling import poll_due
from panels.calls.submission import submit_queued
from panels.models import JobRun, Order, OrderEvent, Panel, Service
from panels.money.charges import JOB, assess, compare_charges, is_beyond, is_overcharged, mark_seen, ratio_of
from panels.orders.placing import build_order
from panels.protocol.order_types import check
from tests.factories import make_panel, make_placed, make_service

D = Decimal


@pytest.fixture
def service(db):
    return make_service(rate_per_1000=D(10))


def charged(service, charge, **fields):
    """Create an order of 1,000 that is expected at 10."""
    money = {"rate_agreed": D(10), "expected_cost": D(10), "charge": D(charge), "progress": "completed"}
    order = make_placed(service, **money | fields)
    Order.objects.filter(pk=order.pk).update(changed_at=timezone.now())
    return order


def compare(service):
    compare_charges()
    service.refresh_from_db()
    return service


# -- one order


@pytest.mark.parametrize(
    ("charge", "agreed", "beyond"),
    [
        ("10.50", "10", False),
        ("10.51", "10", True),
        ("9", "10", False),
        # A cent comes from rounding.
        ("0.01", "0.0012", False),
        ("0.02", "0.0012", True),
        ("0.01", "0", False),
    ],
)
def test_a_charge_is_beyond_the_price_guard_and_more_than_a_cent_above(settings, charge, agreed, beyond):
    settings.PRICE_GUARD_PERCENT = 5
    assert is_beyond(D(charge), D(agreed)) is beyond


@pytest.mark.parametrize(
    "fields",
    [
        {"rate_agreed": None, "expected_cost": None},
        {"expected_cost": None},
        {"currency": "EUR"},
        {"charge": D(0)},
        {"charge": None},
        {"expected_cost": D(20)},
    ],
)
def test_without_an_agreed_cost_in_the_same_currency_nothing_is_beyond_it(service, fields):
    order = make_placed(service, **{"expected_cost": D(10), "charge": D(20)} | fields)
    assert not is_overcharged(order, service.panel)


def test_a_charge_that_was_lowered_to_pay_back_counts_as_it_was(service):
    order = charged(service, "6.55", progress="partial", given_back=D("6.55"), given_back_source="told")
    assert is_overcharged(order, service.panel)
    assert ratio_of(order, service.panel) is None


@pytest.mark.parametrize(
    ("fields", "ratio"),
    [
        ({"charge": D("13.10")}, D("1.31")),
        ({"charge": D("13.10"), "progress": "pending"}, D("1.31")),
        ({"charge": D("8"), "progress": "completed"}, D("0.8")),
        # It may be charged in part so far.
        ({"charge": D("8"), "progress": "in_progress"}, None),
        ({"charge": D("8"), "progress": "partial"}, None),
        ({"charge": D("10.01")}, 1),
        ({"params": {"runs": "3", "interval": "5"}}, None),
        ({"type": "subscriptions", "quantity": None}, None),
        ({"type": "package", "quantity": None, "charge": D("0.02")}, D("0.002")),
        ({"currency": "EUR"}, None),
        ({"rate_agreed": None}, None),
        ({"rate_agreed": D(0)}, None),
    ],
)
def test_only_orders_whose_listed_cost_follows_from_the_price_show_what_is_charged(service, fields, ratio):
    order = charged(service, fields.pop("charge", "13.10"), **fields)
    assert ratio_of(order, service.panel) == ratio


def test_a_package_that_is_billed_per_line_cannot_be_compared():
    panel = Panel(bills_package_per_line=True, reported_currency="USD")
    order = Order(type="custom_comments_package", charge=D(3), rate_agreed=D(1), currency="USD", progress="completed")
    assert ratio_of(order, panel) is None
    panel.bills_package_per_line = False
    assert ratio_of(order, panel) == 3


# -- a service


def test_many_orders_of_a_service_that_are_charged_alike_are_one_thing_that_needs_a_person(service):
    for _ in range(60):
        charged(service, "13.10")
    compare(service)
    assert count_attention() == 1
    assert service.overcharged_orders == 50
    assert service.charges_text == "charges 31\u00a0% above its list (50 orders)"


def test_orders_charged_as_agreed_need_nobody(service):
    for _ in range(6):
        charged(service, "10.20")
    assert count_attention() == 0
    assert compare(service).overcharged_at is None
    assert service.charges_text == "charges 2\u00a0% above its list (6 orders)"


def test_the_expected_cost_learns_from_five_orders_on_and_the_order_is_agreed_at_it(service):
    for number in range(5):
        assert service.charge_factor == 1
        charged(service, "13.10", remote_id=f"7{number}")
        compare(service)
    assert service.charge_factor == D("1.31")
    checked = check(service.offer(), {"link": "https://example.com/p/1", "quantity": "2000"})
    assert checked.cost == D("26.20")
    order = build_order(service, checked, placed_by=None)
    assert (order.rate_agreed, order.expected_cost) == (D(10), D("26.20"))


def test_one_odd_charge_does_not_teach_a_price(service):
    for charge in ("10", "10", "10", "10", "500"):
        charged(service, charge)
    assert compare(service).charge_ratio == 1
    assert service.overcharged_orders == 1


def test_packages_that_are_billed_otherwise_are_learned_too(db):
    package = make_service(type="package", rate_per_1000=D(5))
    for _ in range(5):
        charged(package, "7.50", type="package", quantity=None, rate_agreed=D(5), expected_cost=D(5))
    assert compare(package).charge_factor == D("1.5")
    assert check(package.offer(), {"link": "https://example.com/p"}).cost == D("7.5")


def test_tiny_orders_that_are_rounded_to_cents_teach_nothing(db):
    tiny = make_service(rate_per_1000=D("0.0012"))
    for _ in range(6):
        charged(tiny, "0.01", rate_agreed=D("0.0012"), expected_cost=D("0.0012"))
    assert compare(tiny).charge_factor == 1
    assert tiny.overcharged_at is None


def test_what_a_person_has_seen_comes_back_only_with_an_order_that_was_placed_later(service):
    charged(service, "13.10")
    compare(service)
    mark_seen(service)
    charged(service, "13.10", created_at=timezone.now() - timedelta(hours=1))
    assert compare(service).overcharged_at is None
    later = charged(service, "13.10", created_at=timezone.now() + timedelta(seconds=1))
    assert compare(service).overcharged_at == later.created_at


def test_orders_at_an_earlier_price_say_nothing_about_the_present_one(service):
    for _ in range(6):
        charged(service, "13.10")
    Service.objects.update(rate_per_1000=D("13.10"))
    assert compare(service).charge_ratio is None
    assert service.overcharged_at is None


def test_a_run_looks_only_at_services_whose_orders_have_changed_since_the_last_good_run(service):
    charged(service, "13.10")
    now = timezone.now()
    JobRun.objects.create(name=JOB, finished_at=now + timedelta(minutes=20))
    # A clock that was wrong does not make it miss changes.
    assert compare_charges() == 1
    Order.objects.update(changed_at=now - timedelta(hours=1))
    assert compare_charges() == 0
    JobRun.objects.update(last_error="It broke.")
    assert compare_charges() == 1


def test_a_service_is_written_only_if_its_price_is_still_the_compared_one(service, monkeypatch):
    charged(service, "13.10")
    real = assess

    def assess_and_change(*given):
        Service.objects.update(rate_per_1000=D(20))
        return real(*given)

    monkeypatch.setattr("panels.money.charges.assess", assess_and_change)
    assert compare(service).overcharged_orders == 0


def test_the_queries_do_not_grow_with_the_orders_of_a_service(service, django_assert_num_queries):
    for _ in range(3):
        charged(service, "13.10")
    with django_assert_num_queries(8):
        compare_charges()
    for _ in range(10):
        charged(service, "13.10")
    with django_assert_num_queries(8):
        compare_charges()


# -- at a panel


def test_a_panel_that_charges_more_than_it_lists_is_found_and_a_sync_settles_a_risen_price(db, sandbox):
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key, balance_checked_at=timezone.now())
    sync_catalog(panel.pk, threading.Event())
    sold = sandbox.pick("Default")
    service = Service.objects.get(panel=panel, remote_id=str(sold.id))
    # The price doubles after the catalog was read.
    sandbox.change_service(sold.id, rate=sold.rate * 2)
    quantity = max(service.min_quantity, int(D(4000) / service.rate_per_1000))
    checked = check(service.offer(), {"link": "https://example.com/p/1", "quantity": str(quantity)})
    order = build_order(service, checked, placed_by=None)
    order.save()
    submit_queued(panel.pk, threading.Event())
    sandbox.skip(10)
    for _ in range(2):
        Order.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))
        poll_due(panel.pk, threading.Event())
    order.refresh_from_db()
    assert is_overcharged(order, panel)
    # Told once, although the panel was asked twice.
    event = order.events.get(what=OrderEvent.What.FLAGGED)
    charge, agreed = (f"{amount.normalize():f}\u00a0{order.currency}" for amount in (order.charge, order.expected_cost))
    assert event.detail == f"Charged {charge} instead of the expected {agreed} (100\u00a0% above)."
    assert order.alarm == ""
    assert compare(service).overcharged_orders == 1
    assert count_attention() == 1
    sync_catalog(panel.pk, threading.Event())
    service.refresh_from_db()
    assert service.rate_per_1000 == sold.rate * 2
    assert (service.overcharged_at, service.charge_ratio) == (None, None)
    assert count_attention() == 0
