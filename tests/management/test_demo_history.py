"""The past of the demo is consistent: the rows, the panel's records and the balance say the same."""

import random
import threading
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import timezone

from panels.calls import polling
from panels.calls.balances import check_balance
from panels.calls.catalog import sync_catalog
from panels.management import demo_history
from panels.management.demo_history import REFUSALS, Past, Target
from panels.management.demo_prices import DAY, Courses
from panels.management.demo_wishes import WISHES, Wishes
from panels.models import BalanceReading, Order, OrderReading, OrderText, Refill
from panels.orders import following
from panels.protocol.errors import Reason
from panels.protocol.wording import reason_for
from panels.sandbox import SandboxPanel
from panels.sandbox.deliveries import DELIVERIES
from panels.sandbox.life import SandboxOrder
from tests.factories import make_panel, make_user

pytestmark = pytest.mark.django_db
OPENING = Decimal(400)


@pytest.fixture(params=[("kestrel", False), ("brightline", True)], ids=lambda param: param[0])
def past(request, monkeypatch):
    """A panel with a past of 40 days, and its sandbox. The second one keeps the charge after a refund."""
    monkeypatch.setattr(demo_history, "DAYS", 40)
    house, keeps = request.param
    with SandboxPanel("003", house=house, balance=OPENING) as sandbox:
        sandbox.keep_charges(keep=keeps)
        yield write_past(sandbox, keeps=keeps), sandbox


def write_past(sandbox, *, keeps=False, seed=1):
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key, keeps_charge=keeps or None)
    sync_catalog(panel.pk, threading.Event())
    wishes = Wishes(panel, [make_user(), make_user()], {each.id: each.subject for each in sandbox.services.values()})
    chance = wishes._chance = random.Random(seed)
    now = timezone.now().replace(hour=20, minute=0)
    now = min(now, timezone.now())
    wanted = [(wishes._offers(wish)[1], pattern) for wish, pattern in WISHES[:8]]
    panel.courses = Courses(panel, chance, now).write([service for service, _ in wanted], sandbox)
    Past(wishes, sandbox, chance, now).write(wanted, panel.courses, now)
    return panel


def test_the_panel_says_of_each_ended_order_what_its_row_says(past, monkeypatch):
    # Threads would not see the transaction of a test.
    monkeypatch.setattr(polling, "READS_AT_ONCE", 1)
    panel, _ = past
    ended = Order.objects.filter(panel=panel, progress__in=Order.FINISHED)
    names = ("pk", "progress", "charge", "given_back", "given_back_source", "remains", "start_count", "finished_at")
    before = list(ended.order_by("pk").values_list(*names))
    assert len(before) > 100
    following.request_check(ended)
    counts = polling.poll_due(panel.pk, threading.Event())
    assert (counts["answered"] >= len(before), counts["changed"]) == (True, 0)
    assert list(ended.order_by("pk").values_list(*names)) == before


def test_the_balance_is_what_the_orders_and_deposits_left(past):
    panel, sandbox = past
    placed = Order.objects.filter(panel=panel, state="placed")
    paid = sum(order.charge or 0 for order in placed)
    if panel.keeps_charge:
        paid -= sum(order.given_back or 0 for order in placed)
    deposits = OPENING - paid - sandbox.balance
    # Orders whose end nobody has asked about yet are refunded already.
    assert abs(deposits + round(-deposits / 300) * 300) < 15
    assert deposits <= 0
    last = BalanceReading.objects.filter(panel=panel).latest("at")
    assert check_balance(panel.pk, threading.Event()) == ""
    panel.refresh_from_db()
    assert abs(panel.balance - last.balance) < 15
    assert all(reading.balance > 0 for reading in BalanceReading.objects.all())


def test_the_times_of_an_order_follow_each_other_and_ids_rise(past):
    panel, _ = past
    orders = list(Order.objects.filter(panel=panel, state="placed").order_by("created_at"))
    for order in orders:
        times = [order.created_at, order.sent_at, order.placed_at, order.moved_before, order.finished_before]
        known = [each for each in times if each]
        assert known == sorted(known)
        assert order.finished_after is None or order.finished_after < order.finished_before
    ids = [int(order.remote_id) for order in orders]
    assert ids == sorted(set(ids))


def test_orders_were_agreed_and_charged_at_the_price_and_the_name_of_their_time(past):
    panel, _ = past
    for order in Order.objects.filter(panel=panel).select_related("service"):
        course = panel.courses[order.service_id]
        assert order.rate_agreed == course.rate_at(order.created_at)
        assert order.as_ordered["name"] == course.name_at(order.created_at, order.service.name)
        assert course.is_offered_at(order.created_at)
        if order.progress == "completed":
            assert order.charge == order.expected_cost


def test_orders_end_in_all_ways_and_some_were_refused(past):
    panel, _ = past
    orders = Order.objects.filter(panel=panel)
    assert {"completed", "partial", "canceled"} <= set(orders.values_list("progress", flat=True))
    refused = orders.filter(state="refused")
    assert set(refused.values_list("error_text", flat=True)) <= set(REFUSALS)
    assert all(reason_for(order.error_text) == order.error_class for order in refused)
    assert orders.filter(cancel_state="accepted", progress="canceled").exists()
    assert Refill.objects.filter(order__panel=panel).exists()
    assert OrderText.objects.count() == orders.count()


def test_a_refusal_has_a_known_reason():
    assert Reason.UNKNOWN not in {reason_for(text) for text in REFUSALS}


def test_the_readings_of_an_order_are_counted_and_end_with_its_progress(past):
    panel, _ = past
    for order in Order.objects.filter(panel=panel, state="placed", checked_at__isnull=False)[:80]:
        readings = list(OrderReading.objects.filter(order=order).order_by("pk"))
        assert len(readings) == order.reading_count
        assert readings[-1].progress == order.progress


def test_later_orders_for_a_target_begin_where_earlier_ones_ended_or_lower(past):
    panel, sandbox = past
    by_link = {}
    for order in Order.objects.filter(panel=panel, start_count__isnull=False).order_by("created_at"):
        by_link.setdefault((order.service_id, order.link), []).append(order)
    lost = {True: [], False: []}
    for orders in by_link.values():
        for first, second in pairwise(orders):
            drops = DELIVERIES[sandbox.services[first.service.remote_id].delivery].drop > 0
            lost[drops].append(first.start_count + (first.delivered or 0) - second.start_count)
    assert set(lost[False]) <= {0}
    assert all(each >= 0 for each in lost[True])


def test_a_count_drops_in_ten_days_unless_it_was_refilled():
    last = SandboxOrder("1", "1", {}, 1000, Decimal(1), 0, 0, 10, 100, start_count=50)
    target = Target("https://a.example", 7)
    assert target.count_at(5) == 7
    target.last, target.drop = last, 0.3
    day = DAY.total_seconds()
    assert [target.count_at(100 + days * day) for days in (0, 5, 10, 90)] == [1050, 900, 750, 750]
    target.refilled_at = 100 + 20 * day
    assert [target.count_at(100 + days * day) for days in (10, 20)] == [750, 1050]


def test_the_same_chance_gives_the_same_past(monkeypatch):
    monkeypatch.setattr(demo_history, "DAYS", 10)
    found = []
    for _ in range(2):
        with SandboxPanel("003", house="tasman", balance=OPENING) as sandbox:
            orders = Order.objects.filter(panel=write_past(sandbox)).order_by("created_at")
            found.append(list(orders.values_list("remote_id", "link", "quantity", "rate_agreed", "start_count")))
    assert found[0] == found[1]
    assert len(found[0]) > 20
