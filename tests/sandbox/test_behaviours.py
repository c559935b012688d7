"""Every behaviour of real panels is played, and the dashboard gets the right outcome from it."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.calls.aftercare import send_requests
from panels.calls.balances import check_balance
from panels.calls.catalog import sync_catalog
from panels.calls.polling import poll_due
from panels.calls.submission import submit_queued
from panels.models import Order, Panel, Refill, RefusalWords, Service
from panels.models.order_states import RequestState
from panels.money.charges import is_overcharged
from panels.money.costs import cost_of
from panels.orders.aftercare import request_cancel, request_refill
from panels.sandbox.behaviours import BEHAVIOURS
from panels.sandbox.faults import ADMITS_ORDER
from tests.factories import make_order, make_placed
from tests.harm import live_through, parts_of, stored

State, Progress, Pause = Order.State, Order.Progress, Panel.Pause
TERMS = ("remote_id", "name", "type", "rate_per_1000", "min_quantity", "max_quantity", "refill", "cancel", "is_listed")
ANOTHER_RATE = Decimal("77.5")


class Scene:
    """Our account at a sandbox that plays one behaviour."""

    def __init__(self, panel, sandbox, name):
        self.panel, self.sandbox, self.name = panel, sandbox, name

    def play(self, **about):
        self.sandbox.play(self.name, **about)

    def service(self, type_name="Default", **wanted):
        remote_id = str(self.sandbox.pick(type_name, **wanted).id)
        return Service.objects.select_related("panel").get(panel=self.panel, remote_id=remote_id)

    def queue(self, number=1, service=None, **fields):
        service = service or self.service(refill=True, cancel=True)
        fields = {"quantity": service.min_quantity} | fields
        fields.setdefault("expected_cost", service.rate_per_1000 * (fields["quantity"] or 1000) / 1000)
        return [
            make_order(service, link=f"https://example.com/{service.pk}/{each}", **fields) for each in range(number)
        ]

    def submit(self):
        submit_queued(self.panel.pk, threading.Event())
        self.panel.refresh_from_db()

    def place(self, number=1, **fields):
        orders = self.queue(number, **fields)
        self.submit()
        return self.again(orders)

    def again(self, orders):
        pks = [order.pk for order in orders]
        return list(Order.objects.select_related("service__panel", "panel").filter(pk__in=pks).order_by("pk"))

    def poll(self, orders):
        Order.objects.filter(next_check_at__isnull=False).update(next_check_at=timezone.now())
        poll_due(self.panel.pk, threading.Event())
        self.panel.refresh_from_db()
        return self.again(orders)

    def complete(self, orders):
        for order in orders:
            self.sandbox.finish(order.remote_id, "Completed")
        return self.poll(orders)

    def send_requests(self):
        send_requests(self.panel.pk, threading.Event())
        self.panel.refresh_from_db()

    def catalog(self):
        return list(Service.objects.order_by("pk").values(*TERMS))


# -- catalogs


def reads_the_same_catalog(scene):
    """Read a catalog in another spelling, after every term of the services was changed here."""
    before = scene.catalog()
    flags = {"refill": None, "cancel": None} if "flags" in scene.name else {}
    Service.objects.update(rate_per_1000=ANOTHER_RATE, min_quantity=None, max_quantity=None, name="?", type="", **flags)
    scene.play()
    assert sync_catalog(scene.panel.pk, threading.Event())[1] == ""
    assert scene.catalog() == before


def reads_a_catalog_with(**differences):
    """Return an outcome: the catalog is read as before, apart from these terms, or functions of the term before."""

    def outcome(scene):
        before = scene.catalog()
        scene.play()
        assert sync_catalog(scene.panel.pk, threading.Event())[1] == ""
        for name, value in differences.items():
            for row in before:
                row[name] = value(row[name]) if callable(value) else value
        assert scene.catalog() == before

    return outcome


def reads_times(minutes):
    def outcome(scene):
        scene.play()
        sync_catalog(scene.panel.pk, threading.Event())
        assert set(Service.objects.values_list("average_minutes", flat=True)) == {minutes}

    return outcome


def keeps_the_catalog_and_says_why(scene):
    before = scene.catalog()
    scene.play()
    assert "Empty Data" in sync_catalog(scene.panel.pk, threading.Event())[1]
    assert scene.catalog() == before


# -- balances


def reads_the_balance(currency):
    def outcome(scene):
        scene.sandbox.set_balance(Decimal("1234.5"))
        scene.play()
        assert check_balance(scene.panel.pk, threading.Event()) == ""
        scene.panel.refresh_from_db()
        assert (scene.panel.balance, scene.panel.reported_currency) == (Decimal("1234.5"), currency)

    return outcome


def keeps_the_balance_and_says_so(scene):
    """A rounded balance is not guessed at."""
    scene.sandbox.set_balance(Decimal(1500))
    scene.play()
    assert "has no balance" in check_balance(scene.panel.pk, threading.Event())
    scene.panel.refresh_from_db()
    assert (scene.panel.balance, scene.panel.state) == (Decimal(500), "failing")


# -- orders that are taken


def places_the_order_once(scene):
    scene.play()
    (order,) = scene.place()
    (entry,) = scene.sandbox.ledger
    assert (order.state, order.remote_id) == (State.PLACED, entry.order_id)


def charges(**expected):
    """Return an outcome: an order of this type is charged otherwise than it was agreed."""

    def outcome(scene):
        scene.play()
        service = scene.service(expected["type"])
        fields = {"quantity": None} if expected["type"] == "Package" else {}
        if expected["type"] == "Custom Comments":
            comments = "\n".join(["One | two", *["More"] * service.min_quantity])
            fields = {"quantity": service.min_quantity + 1, "params": {"comments": comments}}
        (order,) = scene.place(service=service, **fields)
        scene.sandbox.skip(20)
        (order,) = scene.poll([order])
        assert order.charge == scene.sandbox.ledger[0].charge
        assert (order.charge > order.expected_cost) is expected["is_more"]
        assert is_overcharged(order, order.panel) is expected["is_overcharged"]

    return outcome


def loses_nothing_one_at_a_time(scene):
    scene.play()
    scene.place(4)
    assert scene.sandbox.peaks["add"] == 1
    assert len(scene.sandbox.ledger) == 4
    assert Order.objects.filter(state=State.PLACED).count() == 4
    assert scene.sandbox.balance == 500 - sum(entry.charge for entry in scene.sandbox.ledger)


def wants_the_quantity(scene):
    scene.play()
    package = scene.service("Package")
    (refused,) = scene.place(service=package, quantity=None)
    assert (refused.state, refused.error_text) == (State.REFUSED, "Missing required parameters")
    Panel.objects.update(always_send_quantity=True)
    other = Service.objects.select_related("panel").filter(type="package").exclude(pk=package.pk)[0]
    (order,) = scene.place(service=other, quantity=None)
    assert order.state == State.PLACED
    assert scene.sandbox.ledger[0].fields["quantity"] == "1"


def refuses_a_step(scene):
    scene.play()
    (order,) = scene.place(quantity=scene.service(refill=True, cancel=True).min_quantity + 1)
    assert (order.state, order.error_text) == (State.REFUSED, "Quantity must be a multiple of 100")


def takes_a_drip_feed_whose_total_fits(scene):
    scene.play()
    service = scene.service(dripfeed=True)
    params = {"runs": "10", "interval": "5"}
    (order,) = scene.place(service=service, quantity=service.min_quantity // 5, params=params)
    assert order.state == State.PLACED
    assert scene.sandbox.ledger[0].fields | params == scene.sandbox.ledger[0].fields


def slows_down(scene):
    scene.play()
    # The balance was read in the same minute, and perhaps the catalog.
    left = 50 - scene.sandbox.calls.total()
    orders = scene.place(60)
    placed = [order for order in orders if order.state == State.PLACED]
    assert len(placed) == left
    assert {order.state for order in orders} == {State.PLACED, State.QUEUED}
    assert scene.panel.paused_reason == Pause.RATE_LIMIT
    scene.sandbox.skip(61)
    Panel.objects.update(paused_until=timezone.now() - timedelta(seconds=1), quiet_until=None)
    scene.submit()
    assert len(scene.sandbox.ledger) == 60


# -- orders that are not taken


def goes_back_to_the_queue(scene):
    scene.play()
    orders = scene.place(8)
    assert {order.state for order in orders} == {State.QUEUED}
    assert scene.sandbox.calls["add"] == 1
    assert scene.panel.paused_reason == Pause.EVERYBODY
    assert BEHAVIOURS[scene.name].faults[0]["text"] in scene.panel.last_error


def pauses_after_three(scene):
    scene.play()
    states = [order.state for order in scene.place(8)]
    assert states == [State.REFUSED] * 3 + [State.QUEUED] * 5
    assert scene.panel.paused_reason == Pause.UNCLEAR
    assert RefusalWords.objects.get().orders.count() == 3


def places_nothing_twice(scene):
    """The words are not known here, so a person decides. Nothing is sent again by itself."""
    pauses_after_three(scene)
    scene.submit()
    assert [entry.fields["link"] for entry in scene.sandbox.ledger] == [
        order.link for order in Order.objects.filter(state=State.REFUSED).order_by("pk")
    ]


def refuses_the_order_alone(scene):
    scene.play()
    (order,) = scene.place()
    assert (order.state, order.error_text) == (State.REFUSED, "Service not found")
    assert scene.panel.paused_reason == ""


def lets_the_service_wait(scene):
    poor = scene.service(refill=True, cancel=True)
    scene.play(service=poor.remote_id)
    lines = scene.queue(3, service=poor)
    (other,) = scene.place(service=scene.service(dripfeed=True, refill=False))
    assert {order.state for order in scene.again(lines)} == {State.QUEUED}
    assert other.state == State.PLACED
    poor.refresh_from_db()
    assert poor.is_waiting
    assert scene.panel.paused_reason == ""


def leaves_the_order_unknown(scene):
    scene.play()
    (order,) = scene.place()
    assert (order.state, order.error_text) == (State.UNKNOWN, f"{ADMITS_ORDER} (HTTP 400).")
    scene.submit()
    assert len(scene.sandbox.ledger) == scene.sandbox.calls["add"] == 1


def leaves_the_order_unknown_without_an_id(scene):
    scene.play()
    Panel.objects.update(read_timeout=1)
    (order,) = scene.place()
    assert (order.state, order.remote_id) == (State.UNKNOWN, "")
    scene.submit()
    assert scene.sandbox.calls["add"] == 1


def raises_an_alarm_for_the_same_id(scene):
    first, other = scene.place(), scene.service(dripfeed=True, refill=False)
    scene.play()
    (second,) = scene.place(service=other)
    assert second.state == State.UNKNOWN
    assert scene.again(first)[0].state == State.PLACED
    assert len(scene.sandbox.ledger) == 1


def reads_the_error(scene):
    """Two refusals of the panel itself: the link is in use, and the balance is too low."""
    scene.play()
    (first,) = scene.place()
    (repeat,) = scene.place()
    assert (first.state, repeat.state) == (State.PLACED, State.REFUSED)
    assert repeat.error_class == "duplicate"
    assert "You have active order with this link" in repeat.error_text
    scene.sandbox.set_balance(Decimal(0))
    (poor,) = scene.place(service=scene.service(dripfeed=True, refill=False))
    assert poor.state == State.QUEUED
    assert poor.is_held_for_funds or scene.panel.paused_reason == Pause.FUNDS
    assert scene.panel.balance == 0


# -- the status of orders


def follows(**differences):
    """Return an outcome: the status of a partial order is read, apart from these values."""

    def outcome(scene):
        (order,) = scene.place(quantity=1000)
        scene.sandbox.finish(order.remote_id, "Partial", remains=250)
        scene.play()
        (order,) = scene.poll([order])
        placed = scene.sandbox._state.orders[order.remote_id]
        expected = {
            "progress": Progress.PARTIAL,
            "charge": placed.charge - placed.refunded,
            "currency": "USD",
            "remains": 250,
            "start_count": placed.start_count,
        } | differences
        assert {name: getattr(order, name) for name in expected} == expected
        assert not order.is_word_unknown

    return outcome


def follows_many_beside_a_lost_one(scene):
    orders = scene.place(2)
    lost = make_placed(orders[0].service, remote_id="999999")
    scene.play()
    for order in orders:
        scene.sandbox.finish(order.remote_id, "Completed")
    *found, gone = scene.poll([*orders, lost])
    assert [order.progress for order in found] == [Progress.COMPLETED] * 2
    assert (gone.progress, gone.alarm) == (Progress.IN_PROGRESS, "")
    assert scene.sandbox.calls["status"] == 1


def asks_one_by_one(scene):
    orders = scene.place(3)
    scene.play()
    orders = scene.complete(orders)
    assert [order.progress for order in orders] == [Progress.COMPLETED] * 3
    assert scene.panel.multi_status is False
    assert scene.panel.paused_reason == ""


def believes_no_loss_at_first(scene):
    (order,) = scene.place()
    scene.play()
    (order,) = scene.poll([order])
    assert (order.state, order.alarm) == (State.PLACED, "")
    Order.objects.update(placed_at=timezone.now() - timedelta(hours=2))
    (order,) = scene.poll([order])
    assert "Incorrect order ID" in order.alarm
    assert order.progress != Progress.CANCELED


def counts_what_came_back(scene):
    (order,) = scene.place(quantity=1000)
    scene.sandbox.skip(20)
    (order,) = scene.poll([order])
    charge = order.charge
    scene.play()
    scene.sandbox.finish(order.remote_id, "Canceled")
    (order,) = scene.poll([order])
    assert (order.progress, order.charge, order.given_back) == (Progress.CANCELED, charge, charge)
    assert cost_of(order).amount == 0
    assert order.delivered is None


def delivers_nothing_before_it_begins(scene):
    scene.play()
    (order,) = scene.poll(scene.place())
    assert (order.progress, order.remains, order.delivered) == (Progress.PENDING, 0, None)


# -- refills and cancels


def refills(*, has_id=True):
    def outcome(scene):
        (order,) = scene.complete(scene.place())
        scene.play()
        assert request_refill(order, None) == ""
        scene.send_requests()
        refill = Refill.objects.get()
        assert refill.state == RequestState.ACCEPTED
        assert refill.remote_id == (next(iter(scene.sandbox._state.refills)) if has_id else "")
        scene.send_requests()
        assert scene.sandbox.calls["refill"] == 1

    return outcome


def refills_one_of_two(scene):
    first, second = scene.complete(scene.place(2))
    scene.sandbox.finish(second.remote_id, "Canceled")
    scene.play()
    for order in (first, second):
        assert request_refill(order, None) == ""
    scene.send_requests()
    accepted, refused = Refill.objects.order_by("pk")
    assert (accepted.state, refused.state) == (RequestState.ACCEPTED, RequestState.REFUSED)
    assert refused.error == "Order not eligible for refill"


def refills_one_by_one(scene):
    for order in scene.complete(scene.place(3)):
        request_refill(order, None)
    scene.play()
    scene.send_requests()
    assert {refill.state for refill in Refill.objects.all()} == {RequestState.ACCEPTED}
    assert scene.panel.multi_refill is False
    assert len(scene.sandbox._state.refills) == 3


def follows_refills_beside_a_lost_one(scene):
    for order in scene.complete(scene.place(2)):
        request_refill(order, None)
    scene.send_requests()
    found, lost = Refill.objects.order_by("pk")
    Refill.objects.filter(pk=lost.pk).update(remote_id="999999")
    scene.play()
    Refill.objects.update(next_check_at=timezone.now())
    scene.send_requests()
    found.refresh_from_db()
    lost.refresh_from_db()
    assert (found.remote_status, found.error) == ("Pending", "")
    assert (lost.remote_status, lost.error) == ("", "Refill not found")


def refuses_the_refill(scene):
    (order,) = scene.complete(scene.place())
    request_refill(order, None)
    scene.play()
    scene.send_requests()
    refill = Refill.objects.get()
    assert (refill.state, refill.error) == (RequestState.REFUSED, BEHAVIOURS[scene.name].faults[0]["text"])


def leaves_refills_unknown(number):
    def outcome(scene):
        for order in scene.complete(scene.place(number)):
            request_refill(order, None)
        scene.play()
        scene.send_requests()
        scene.send_requests()
        assert {refill.state for refill in Refill.objects.all()} == {RequestState.UNKNOWN}
        assert scene.sandbox.calls["refill"] == 1
        assert Order.objects.filter(alarm__contains="the refill request").count() == number

    return outcome


def cancel(scene, number):
    """Play the behaviour, and request to cancel orders."""
    orders = scene.place(number)
    scene.play()
    for order in orders:
        assert request_cancel(order, None) == ""
    scene.send_requests()
    return scene.again(orders)


def cancels_all(scene):
    orders = cancel(scene, 2)
    assert [order.cancel_state for order in orders] == [RequestState.ACCEPTED] * 2
    assert scene.panel.takes_cancels is True
    assert all(scene.sandbox._state.orders[order.remote_id].is_cancel_requested for order in orders)
    # Only the status shows a cancel.
    assert not any(order.is_finished for order in orders)


def cancels_one_of_two(scene):
    first, second = scene.place(2)
    scene.sandbox.finish(second.remote_id, "Completed")
    scene.play()
    for order in (first, second):
        request_cancel(order, None)
    scene.send_requests()
    first, second = scene.again([first, second])
    assert (first.cancel_state, second.cancel_state) == (RequestState.ACCEPTED, RequestState.REFUSED)
    assert second.cancel_error == "Cannot cancel this order"


def cancels_one_by_one(scene):
    orders = cancel(scene, 2)
    assert [order.cancel_state for order in orders] == [RequestState.ACCEPTED] * 2
    assert scene.panel.cancel_parameter == Panel.CancelParameter.ORDER


def has_no_cancels(scene):
    (order,) = cancel(scene, 1)
    assert (order.cancel_state, order.cancel_error) == (
        RequestState.REFUSED,
        BEHAVIOURS[scene.name].faults[0]["text"],
    )
    assert scene.panel.takes_cancels is False


def leaves_cancels_unknown(scene):
    orders = cancel(scene, 2)
    scene.send_requests()
    assert [order.cancel_state for order in orders] == [RequestState.UNKNOWN] * 2
    assert scene.sandbox.calls["cancel"] == 1


# -- answers with harmful contents


def keeps_the_key_out(scene):
    """Live through everything. What the pages show of it has a test of its own."""
    live_through(scene.panel, scene.sandbox, scene.name)
    assert parts_of(scene.sandbox.key, stored()) == []
    assert not Order.objects.filter(state=State.SENDING).exists()


def leaves_an_order_without_its_id_unknown(scene):
    scene.play()
    (order,) = scene.place()
    assert (order.state, order.remote_id) == (State.UNKNOWN, "")
    assert "contains the API key" in order.alarm
    assert len(scene.sandbox.ledger) == 1
    scene.submit()
    assert len(scene.sandbox.ledger) == 1


def reads_no_service_whose_id_is_the_key(scene):
    scene.play()
    assert sync_catalog(scene.panel.pk, threading.Event())[1] == ""
    listed = Service.objects.filter(is_listed=True)
    assert parts_of(scene.sandbox.key, stored()) == []
    assert listed.filter(remote_id="2").exists()


def named(outcome, names):
    return dict.fromkeys(names.split(), outcome)


OUTCOMES = {
    **named(
        reads_the_same_catalog,
        "catalog_under_services catalog_under_data catalog_by_id catalog_with_repeats catalog_with_rubbish"
        " catalog_in_capitals service_ids_as_text rates_with_sign rates_as_numbers rates_with_comma price_for_rate"
        " limits_as_numbers limits_with_commas limits_in_thousands flags_as_numbers flags_as_text types_in_singular"
        " byte_order_mark php_notices",
    ),
    "limits_empty": reads_a_catalog_with(min_quantity=None, max_quantity=None),
    "max_zero": reads_a_catalog_with(max_quantity=None),
    "max_below_min": reads_a_catalog_with(min_quantity=lambda least: least + 1, max_quantity=None),
    "flags_missing": reads_a_catalog_with(refill=None, cancel=None),
    "names_with_markup": reads_a_catalog_with(name=lambda name: f"{name} ★"),
    "times_in_minutes": reads_times(73),
    "times_absurd": reads_times(None),
    "catalog_empty_in_words": keeps_the_catalog_and_says_why,
    **named(
        reads_the_balance("USD"),
        "balance_as_number balance_in_data balance_with_commas balance_with_sign balance_with_code",
    ),
    "balance_in_thousands": keeps_the_balance_and_says_so,
    "balance_in_other_currency": reads_the_balance("USDT"),
    **named(
        places_the_order_once,
        "id_as_text id_in_order_id id_in_camel_case id_in_capitals id_in_capital_order id_in_id id_in_data"
        " id_beside_success id_alone id_beside_amounts",
    ),
    "charges_in_cents": charges(type="Default", is_more=True, is_overcharged=False),
    "charges_nice_prices": charges(type="Default", is_more=True, is_overcharged=True),
    "charges_packages_per_1000": charges(type="Package", is_more=False, is_overcharged=False),
    "splits_comments": charges(type="Custom Comments", is_more=True, is_overcharged=True),
    **named(loses_nothing_one_at_a_time, "adds_conflict loses_charges"),
    "wants_quantity": wants_the_quantity,
    "wants_steps": refuses_a_step,
    "dripfeed_in_total": takes_a_drip_feed_whose_total_fits,
    "calls_50_a_minute": slows_down,
    **named(
        goes_back_to_the_queue,
        "maintenance maintenance_503 maintenance_in_spanish maintenance_in_turkish maintenance_in_russian"
        " ordering_disabled api_disabled http_403 http_404 http_405 http_415",
    ),
    "owners_words": pauses_after_three,
    "admits_order_in_unknown_words": places_nothing_twice,
    "dead_service_404": refuses_the_order_alone,
    **named(lets_the_service_wait, "suppliers_funds suppliers_key"),
    "admits_order": leaves_the_order_unknown,
    **named(leaves_the_order_unknown_without_an_id, "answers_late answers_nothing answers_with_a_page"),
    "repeats_first_id": raises_an_alarm_for_the_same_id,
    **named(
        reads_the_error,
        "error_as_string error_with_number error_with_digit error_with_code error_with_status error_with_description"
        " error_with_error_code error_with_http_status error_in_message error_in_msg error_in_data error_in_list"
        " error_by_field error_in_object",
    ),
    **named(
        follows(),
        "status_in_numbers start_counter status_with_more remains_with_sign other_words words_in_other_letters"
        " status_without_currency",
    ),
    "status_in_nulls": follows(charge=None, remains=None, start_count=None),
    "status_of_parent": follows(charge=None, remains=None, start_count=None),
    "status_of_subscription": follows(progress=Progress.IN_PROGRESS, charge=None, remains=None, start_count=None),
    "status_without_charge": follows(charge=None),
    **named(follows(remains=None), "remains_empty remains_in_words"),
    "currency_renamed": follows(currency="USDT"),
    **named(follows_many_beside_a_lost_one, "statuses_in_list statuses_with_bare_errors statuses_left_out"),
    **named(asks_one_by_one, "status_refuses_many status_of_many_by_other_name status_crashes_for_many"),
    "not_found_at_first": believes_no_loss_at_first,
    **named(counts_what_came_back, "keeps_charge no_remains_when_canceled"),
    "no_remains_at_first": delivers_nothing_before_it_begins,
    **named(refills(), "refill_as_number refill_by_order refill_beside_success"),
    "refill_without_id": refills(has_id=False),
    "refills_with_flat_errors": refills_one_of_two,
    "refill_refuses_many": refills_one_by_one,
    "refill_statuses_with_flat_errors": follows_refills_beside_a_lost_one,
    "refill_under_way": refuses_the_refill,
    "refill_answered_null": leaves_refills_unknown(1),
    "refill_crashes_for_many": leaves_refills_unknown(2),
    **named(cancels_all, "cancels_in_one_word cancels_in_one_flag cancels_with_ids cancels_in_words"),
    "cancels_by_order": cancels_one_of_two,
    "cancels_one_by_one": cancels_one_by_one,
    **named(has_no_cancels, "no_cancels no_cancels_by_api"),
    "cancel_crashes_for_many": leaves_cancels_unknown,
    **named(keeps_the_key_out, "repeats_key harmful_texts huge_numbers key_in_names"),
    "key_as_id": leaves_an_order_without_its_id_unknown,
    "key_as_refill_id": leaves_refills_unknown(1),
    "key_as_service_id": reads_no_service_whose_id_is_the_key,
}


def test_every_behaviour_has_its_outcome_and_says_what_it_is():
    assert set(OUTCOMES) == set(BEHAVIOURS)
    assert all(each.says[0].isupper() and each.says.endswith(".") for each in BEHAVIOURS.values())


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_dashboard_gets_the_right_outcome_from(synced_panel, sandbox, monkeypatch, name):
    monkeypatch.setattr("panels.protocol.client.BACKOFF", (0.0, 0.0))
    OUTCOMES[name](Scene(synced_panel, sandbox, name))


def test_a_behaviour_ends_and_an_unknown_one_does_not_begin(call):
    call.panel.play("id_alone", "maintenance", "wants_quantity")
    assert call.add() == {"error": "We are under maintenance, come back later"}
    call.panel.stop_playing("maintenance")
    first = call.add()
    assert isinstance(first, int)
    call.panel.stop_playing("id_alone")
    assert call.control("POST", "behaviours", behaviour="wants_quantity", play=False) == (200, {"ok": True})
    package = call.panel.pick("Package")
    assert "order" in call("add", service=package.id, link="https://example.com/p/1")
    assert call.control("POST", "behaviours", behaviour="error_as_string") == (200, {"ok": True})
    assert call("status", order="7") == "Incorrect order ID"
    call.panel.faults.add("refuse", text="No.")
    assert call("balance") == "No."
    assert call.control("POST", "behaviours", behaviour="nonsense")[0] == 400
    with pytest.raises(ValueError, match="there is no behaviour nonsense"):
        call.panel.play("nonsense")
