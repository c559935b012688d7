"""The sandbox panel over real HTTP: what it answers, what it books, and how it goes wrong when asked to."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from panels.protocol.order_types import Offer, check, fold_type, outgoing
from panels.sandbox import Fault, SandboxPanel
from panels.sandbox.catalog import build_catalog
from panels.sandbox.rules import TYPES

LINK = "https://www.instagram.com/p/abc"
PLATFORMS = ("Instagram", "TikTok", "YouTube", "Facebook", "Telegram", "Twitter", "Spotify", "Twitch", "Website")
# Longer than any order takes from start to end.
LONG = 1_000
EXAMPLES = {
    "link": LINK,
    "comments": "Nice!\nSo good\nWow\nGreat\nMore\nof\nthis",
    "usernames": "\n".join(f"user{number}" for number in range(30)),
    "hashtags": "#one\n#two",
    "hashtag": "summer",
    "username": "somebody",
    "media": "https://www.instagram.com/p/xyz",
    "answer_number": "2",
    "groups": "https://t.me/one\nhttps://t.me/two",
    "keywords": "shoes\nboots",
    "country": "US",
    "device": "1",
    "type_of_traffic": "1",
    "google_keyword": "shoes",
    "delay": "0",
}


class Caller:
    """A client that knows nothing but HTTP."""

    def __init__(self, panel):
        self.panel = panel
        address = urlsplit(panel.api_url)
        self.path = address.path
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=5)

    def answer(self, **fields):
        body = urlencode({"key": self.panel.key, **fields})
        try:
            self.connection.request("POST", self.path, body, {"Content-Type": "application/x-www-form-urlencoded"})
            response = self.connection.getresponse()
            return response, response.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise

    def __call__(self, action, **fields):
        response, body = self.answer(action=action, **fields)
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/json"
        return json.loads(body)

    def add(self, service=None, **fields):
        service = service or self.panel.pick()
        fields = {"link": LINK, "quantity": service.min, **fields}
        return self("add", service=service.id, **fields)

    def control(self, method, name, **wishes):
        self.connection.request(method, f"/_sandbox/{name}", json.dumps(wishes))
        response = self.connection.getresponse()
        return response.status, json.loads(response.read())


@pytest.fixture
def start():
    """Start panels, and stop them and their callers afterwards."""
    callers = []

    def start(dialect="003", **options):
        panel = SandboxPanel(dialect, "right-key", **options)
        panel.start()
        callers.append(Caller(panel))
        return callers[-1]

    yield start
    for call in callers:
        call.connection.close()
        call.panel.stop()


@pytest.fixture
def call(start):
    return start()


@pytest.fixture(params=["000", "003"])
def either(request, start):
    return start(request.param)


def refillable_order(call):
    order_id = str(call.add(call.panel.pick(refill=True))["order"])
    call.panel.finish(order_id, "Completed")
    return order_id


@pytest.mark.parametrize("dialect", ["000", "003"])
def test_the_catalog_has_all_types_and_many_platforms(dialect):
    services = build_catalog(dialect, "USD")
    assert len(services) >= 300
    assert {service.type for service in services} == set(TYPES)
    assert len(TYPES) == 17
    assert all(any(platform in service.category for service in services) for platform in PLATFORMS)
    assert len({service.id for service in services}) == len(services)
    assert len({service.name for service in services}) == len(services)
    assert all(service.min <= service.max and 0 < service.rate <= 40 for service in services)
    assert any("&amp;" in service.name for service in services)
    assert {service.refill for service in services} == {service.cancel for service in services} == {True, False}


def test_the_catalog_is_the_same_every_time_and_differs_between_dialects():
    assert build_catalog("003", "USD") == build_catalog("003", "USD")
    names = [{service.name for service in build_catalog(dialect, "USD")} for dialect in ("000", "003")]
    assert len(names[0] & names[1]) > 100
    assert names[0] - names[1]
    assert names[1] - names[0]


def test_prices_follow_the_exchange_rate():
    dollars, rupees = build_catalog("003", "USD")[0], build_catalog("003", "INR")[0]
    assert dollars.name == rupees.name
    assert 80 < rupees.rate / dollars.rate < 88


def test_service_rows_have_the_shape_of_the_dialect(either):
    rows = either("services")
    common = ["service", "name", "type", "category", "rate", "min", "max", "refill"]
    more = [] if either.panel.dialect == "000" else ["cancel", "dripfeed", "desc"]
    assert all(list(row) == common + more for row in rows)
    kinds = {name: {type(row[name]) for row in rows} for name in rows[0]}
    assert kinds["service"] == {int}
    assert kinds["refill"] == {bool}
    assert all(kinds[name] == {str} for name in ("name", "type", "category", "rate", "min", "max"))


def test_rates_are_written_as_in_each_document(start):
    for dialect, written in (("000", ["2.5", "8", "0.027"]), ("003", ["2.50", "8", "0.027"])):
        call = start(dialect)
        ids = list(call.panel.services)[:3]
        for service_id, rate in zip(ids, ("2.5", "8.00", "0.027"), strict=True):
            call.panel.change_service(service_id, rate=rate)
        assert [row["rate"] for row in call("services")][:3] == written


def test_a_wrong_key_and_a_missing_action_are_told(either):
    assert either("services", key="wrong") == {"error": "Invalid API key"}
    assert either("") == {"error": "Incorrect request"}
    assert either("orders") == {"error": "Incorrect request"}
    assert either("status") == {"error": "Incorrect request"}


def test_the_balance_is_a_text_without_needless_zeros(start):
    assert start(balance=Decimal("100.84292"))("balance") == {"balance": "100.84292", "currency": "USD"}
    assert start(balance=Decimal("500.00"), currency="INR")("balance") == {"balance": "500", "currency": "INR"}


def test_calls_are_counted_by_action(call):
    call("balance")
    call("balance")
    call("services", key="wrong")
    assert call.panel.calls == {"balance": 2, "services": 1}


def test_an_accepted_order_is_charged_and_stands_in_the_ledger(either):
    service = either.panel.pick()
    answer = either.add(service, quantity=service.min * 3)
    assert list(answer) == ["order"]
    assert type(answer["order"]) is int
    [entry] = either.panel.ledger
    assert (entry.order_id, entry.service, entry.request_number) == (str(answer["order"]), service.id, 1)
    assert entry.fields == {"link": LINK, "quantity": str(service.min * 3)}
    assert entry.charge == service.rate * service.min * 3 / 1000
    assert either.panel.balance == 500 - entry.charge


def test_ids_have_gaps_because_others_order_too(call):
    ids = [call.add(link=f"{LINK}{number}")["order"] for number in range(30)]
    gaps = [later - earlier for earlier, later in pairwise(ids)]
    assert all(1 <= gap <= 40 for gap in gaps)
    assert len(set(gaps)) > 5


@pytest.mark.parametrize("name", sorted(TYPES))
@pytest.mark.parametrize("always_send_quantity", [False, True])
def test_the_panel_charges_for_every_type_what_the_dashboard_expects(either, always_send_quantity, name):
    call = either
    lines = len(EXAMPLES.get(TYPES[name].counted, "").splitlines())
    service = next(s for s in call.panel.services.values() if s.type == name and (not lines or s.min <= lines <= s.max))
    values = {**EXAMPLES, "quantity": str(service.min * 3), "min": str(service.min), "max": str(service.max)}
    given = {field: values[field] for field in TYPES[name].needs}
    if name == "Web Traffic":
        given["google_keyword"] = "shoes"
    slug = fold_type(name)
    checked = check(Offer(slug, service.rate, service.min, service.max), given)
    assert not checked.errors
    answer = call(
        "add", service=service.id, **outgoing(slug, checked.values, always_send_quantity=always_send_quantity)
    )
    assert "order" in answer
    [entry] = call.panel.ledger
    assert entry.charge == (0 if name == "Subscriptions" else checked.cost)


def test_drip_feed_is_charged_for_every_run(call):
    service = call.panel.pick(dripfeed=True)
    call.add(service, quantity=service.min, runs=4, interval=10)
    assert call.panel.ledger[0].charge == service.rate * service.min * 4 / 1000


def test_every_line_is_billed_even_a_blank_one(call):
    service = call.panel.pick("Custom Comments")
    call("add", service=service.id, link=LINK, comments="a\n" * 9)
    assert call.panel.ledger[0].charge == service.rate * 10 / 1000


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"service": "999999"}, "Incorrect service ID"),
        ({"service": ""}, "Incorrect service ID"),
        ({"link": " "}, "Bad link"),
        ({"quantity": ""}, "Incorrect quantity"),
        ({"quantity": "-5"}, "Incorrect quantity"),
        ({"quantity": "0"}, "Incorrect quantity"),
        ({"quantity": "49"}, "Quantity less than minimal 50"),
        ({"quantity": "1001"}, "Quantity more than maximum 1000"),
        ({"runs": "", "interval": ""}, "Incorrect runs"),
        ({"runs": "2"}, "Incorrect interval"),
    ],
)
def test_a_bad_order_is_refused_and_costs_nothing(call, wrong, words):
    service = call.panel.pick(dripfeed=True)
    call.panel.change_service(service.id, min=50, max=1000)
    fields = {"service": service.id, "link": LINK, "quantity": "100", **wrong}
    assert call("add", **fields) == {"error": words}
    assert call.panel.ledger == []
    assert call.panel.balance == 500


def test_a_missing_field_of_the_type_is_refused(call):
    service = call.panel.pick("Web Traffic")
    fields = {name: EXAMPLES[name] for name in ("country", "device", "type_of_traffic")}
    assert call.add(service, **fields) == {"error": "You must fill in the required fields"}
    assert "order" in call.add(service, **fields, google_keyword="shoes")
    assert call("add", service=call.panel.pick("Custom Comments").id, link=LINK) == {"error": "Incorrect comments"}


def test_drip_feed_is_refused_where_the_service_has_none(call):
    refusal = {"error": "Drip-feed is not available for this service"}
    assert call.add(call.panel.pick(dripfeed=False), runs=2, interval=5) == refusal


def test_a_second_order_for_a_link_is_refused_while_the_first_is_active(either):
    first = either.add()
    refusal = {"error": "You have active order with this link. Please wait until order being completed."}
    assert either.add(link=LINK + "/") == refusal
    assert "order" in either.add(link=LINK + "2")
    either.panel.finish(first["order"], "Completed")
    assert "order" in either.add()
    assert len(either.panel.ledger) == 3


def test_an_order_that_the_balance_does_not_cover_is_refused(call):
    service = call.panel.pick()
    price = service.rate * service.min / 1000
    call.panel.set_balance(price - Decimal("0.000001"))
    assert call.add(service) == {"error": "Not enough funds on balance"}
    call.panel.set_balance(price)
    assert "order" in call.add(service)
    assert call("balance")["balance"] == "0"


def test_a_removed_service_takes_no_orders_and_a_changed_one_has_its_new_price(call):
    gone, dearer = list(call.panel.services.values())[:2]
    call.panel.remove_service(gone.id)
    call.panel.change_service(dearer.id, rate=Decimal("39.5"), min=10)
    assert call.add(gone) == {"error": "Incorrect service ID"}
    assert "order" in call.add(dearer, quantity=10)
    assert call.panel.ledger[0].charge == Decimal("0.395")
    rows = {row["service"]: row for row in call("services")}
    assert int(gone.id) not in rows
    assert rows[int(dearer.id)]["rate"] == "39.50"


def test_a_status_has_the_shape_of_the_dialect(either):
    order_id = either.add()["order"]
    currency = [] if either.panel.dialect == "000" else ["currency"]
    fresh = either("status", order=order_id)
    assert list(fresh) == ["charge", "start_count", "status", "remains", *currency]
    assert (fresh["status"], fresh["start_count"], fresh["remains"]) == ("Pending", None, str(either.panel.pick().min))
    either.panel.finish(order_id, "Completed")
    done = either("status", order=order_id)
    assert all(type(value) is str for value in done.values())
    assert done["status"] == "Completed"
    assert Decimal(done["charge"]) == either.panel.ledger[0].charge


def test_many_statuses_come_by_id_and_fail_one_by_one(either):
    order_id = str(either.add()["order"])
    answer = either("status", orders=f"{order_id}, 7,abc")
    assert list(answer) == [order_id, "7", "abc"]
    assert answer[order_id]["status"] == "Pending"
    assert answer["7"] == answer["abc"] == {"error": "Incorrect order ID"}
    assert either("status", order="7") == {"error": "Incorrect order ID"}


def test_at_most_a_hundred_ids_are_answered(either):
    assert len(either("status", orders=",".join(map(str, range(100))))) == 100
    assert either("status", orders=",".join(map(str, range(101)))) == {"error": "Incorrect request"}


def test_orders_move_through_their_statuses_and_remains_fall(call):
    order_id = call.add(quantity=1000)["order"]
    seen, remains = [], []
    for _ in range(150):
        answer = call("status", order=order_id)
        seen.append(answer["status"])
        remains.append(int(answer["remains"]))
        assert (answer["start_count"] is None) == (answer["status"] == "Pending")
        call.panel.skip(2)
    assert list(dict.fromkeys(seen)) == ["Pending", "Processing", "In progress", "Completed"]
    assert remains == sorted(remains, reverse=True)
    assert (remains[0], remains[-1]) == (1000, 0)
    assert 30 <= seen.index("Completed") * 2 <= 240


def test_orders_get_on_by_themselves_and_faster_with_speed(start):
    call = start(speed=2000.0)
    order_id = call.add()["order"]
    deadline = time.monotonic() + 5
    while call("status", order=order_id)["status"] != "Completed":
        assert time.monotonic() < deadline
        time.sleep(0.02)


def outcomes(call, count=150):
    for number in range(count):
        assert "order" in call.add(link=f"{LINK}{number}", quantity=500)
    call.panel.skip(LONG)
    ids = [entry.order_id for entry in call.panel.ledger]
    return {
        key: value
        for at in range(0, count, 50)
        for key, value in call("status", orders=",".join(ids[at : at + 50])).items()
    }


def test_most_orders_complete_some_end_partial_and_some_canceled(either):
    found = [answer["status"] for answer in outcomes(either).values()]
    assert set(found) == {"Completed", "Partial", "Canceled"}
    assert found.count("Completed") > 100


def test_what_was_not_delivered_is_paid_back_to_the_last_digit(either):
    before = either.panel.balance
    answers = outcomes(either)
    for entry in either.panel.ledger:
        answer = answers[entry.order_id]
        kept = Decimal(answer["charge"])
        if answer["status"] == "Canceled":
            assert (kept, answer["remains"]) == (0, "500")
        elif answer["status"] == "Partial":
            assert 0 < int(answer["remains"]) < 500
            assert abs(kept - entry.charge * (500 - int(answer["remains"])) / 500) < Decimal("0.000001")
        else:
            assert kept == entry.charge
    kept = sum(Decimal(answer["charge"]) for answer in answers.values())
    assert Decimal(either("balance")["balance"]) == before - kept


def test_remains_fall_below_zero_only_in_the_reduced_dialect(either):
    lowest = min(int(answer["remains"]) for answer in outcomes(either).values())
    assert (lowest < 0) == (either.panel.dialect == "000")


def test_what_becomes_of_orders_depends_on_the_seed_alone(start):
    first, same, other = (outcomes(start(seed=seed), 50) for seed in (1, 1, 2))
    assert first == same
    assert first != other


def test_the_charge_of_some_orders_reads_zero_at_first(call):
    for number in range(40):
        call.add(link=f"{LINK}{number}")
    ids = [entry.order_id for entry in call.panel.ledger]
    at_first = [answer["charge"] for answer in call("status", orders=",".join(ids)).values()]
    assert 0 < at_first.count("0") < 40
    call.panel.skip(4)
    assert "0" not in [answer["charge"] for answer in call("status", orders=",".join(ids)).values()]


def test_a_forced_end_refunds_and_can_be_changed_later(call):
    service = call.panel.pick()
    call.panel.change_service(service.id, rate=Decimal(2))
    order_id = call.add(service, quantity=1000)["order"]
    call.panel.finish(order_id, "Completed")
    assert call.panel.balance == 498
    call.panel.finish(order_id, "Partial", remains=250)
    assert call.panel.balance == Decimal("498.5")
    answer = call("status", order=order_id)
    assert (answer["status"], answer["remains"], answer["charge"]) == ("Partial", "250", "1.5")
    call.panel.finish(order_id, "Canceled")
    assert call.panel.balance == 500
    call.panel.skip(LONG)
    assert call.panel.balance == 500


def test_a_subscription_runs_out_without_a_charge(call):
    service = call.panel.pick("Subscriptions")
    order_id = call("add", service=service.id, username="me", min=service.min, max=service.min, delay=0)["order"]
    call.panel.skip(LONG)
    answer = call("status", order=order_id)
    assert (answer["status"], answer["charge"], answer["remains"]) == ("Completed", "0", "0")
    assert call("add", service=service.id, username="me", min=service.min + 1, max=service.min, delay=0) == {
        "error": "Incorrect quantity"
    }


def test_a_refill_is_a_text_alone_and_a_number_among_many(either):
    one, two = refillable_order(either), refillable_order(either)
    single = either("refill", order=one)
    assert list(single) == ["refill"]
    assert type(single["refill"]) is str
    many = either("refill", orders=f"{two},7,x")
    assert many[0] == {"order": int(two), "refill": many[0]["refill"]}
    assert type(many[0]["refill"]) is int
    assert many[1] == {"order": 7, "refill": {"error": "Incorrect order ID"}}
    assert many[2] == {"order": "x", "refill": {"error": "Incorrect order ID"}}


def test_a_refill_is_only_for_orders_that_ended_well_with_a_service_that_has_it(either):
    refill_less = either.add(either.panel.pick(refill=False), link=LINK + "1")["order"]
    either.panel.finish(refill_less, "Completed")
    assert either("refill", order=refill_less) == {"error": "Refill not available"}
    running = either.add(either.panel.pick(refill=True))["order"]
    assert either("refill", order=running) == {"error": "Order not eligible for refill"}
    either.panel.finish(running, "Canceled")
    assert either("refill", order=running) == {"error": "Order not eligible for refill"}
    either.panel.finish(running, "Partial", remains=1)
    assert "refill" in either("refill", order=running)


def test_a_second_refill_waits_for_the_first(either):
    order_id = refillable_order(either)
    either("refill", order=order_id)
    assert either("refill", order=order_id) == {"error": "Refill already requested"}
    either.panel.skip(LONG)
    assert "refill" in either("refill", order=order_id)


def test_refills_get_on_and_complete_or_are_rejected(either):
    order_id = refillable_order(either)
    seen = set()
    for _ in range(20):
        refill_id = either("refill", order=order_id)["refill"]
        words = []
        for _ in range(26):
            words.append(either("refill_status", refill=refill_id)["status"])
            either.panel.skip(3)
        course = list(dict.fromkeys(words))
        assert course[:2] == ["Pending", "In progress"]
        seen.update(course[2:])
    assert seen == {"Completed", "Rejected"}


def test_refill_statuses_come_as_rows_and_fail_in_the_words_of_the_dialect(either):
    refill_id = either("refill", order=refillable_order(either))["refill"]
    words = "Incorrect refill ID" if either.panel.dialect == "000" else "Refill not found"
    assert either("refill_status", refills=f"{refill_id},999") == [
        {"refill": int(refill_id), "status": "Pending"},
        {"refill": 999, "status": {"error": words}},
    ]
    assert either("refill_status", refill="999") == {"error": words}


def test_a_cancel_is_accepted_first_and_shown_by_the_status_later(call):
    service = call.panel.pick(cancel=True)
    order_id = call.add(service)["order"]
    assert call("cancel", orders=f"{order_id},9") == [
        {"order": order_id, "cancel": 1},
        {"order": 9, "cancel": {"error": "Incorrect order ID"}},
    ]
    assert call("status", order=order_id)["status"] == "Pending"
    assert call("cancel", orders=order_id) == [{"order": order_id, "cancel": {"error": "Cancel already requested"}}]
    call.panel.skip(11)
    answer = call("status", order=order_id)
    assert (answer["status"], answer["charge"], answer["remains"]) == ("Canceled", "0", str(service.min))
    assert call("balance")["balance"] == "500"


def test_a_cancel_under_way_pays_back_what_is_missing(call):
    service = call.panel.pick(cancel=True)
    order_id = call.add(service, quantity=1000)["order"]
    while call("status", order=order_id)["status"] != "In progress":
        call.panel.skip(1)
    call("cancel", orders=order_id)
    call.panel.skip(11)
    answer = call("status", order=order_id)
    remains = int(answer["remains"])
    assert answer["status"] == "Partial"
    assert 0 < remains < 1000
    assert Decimal(answer["charge"]) == service.rate * (1000 - remains) / 1000
    assert Decimal(call("balance")["balance"]) == 500 - Decimal(answer["charge"])


def test_a_cancel_is_refused_where_it_makes_no_sense(call):
    lasting = call.add(call.panel.pick(cancel=False))["order"]
    finished = call.add(call.panel.pick(cancel=True))["order"]
    call.panel.finish(finished, "Completed")
    refusal = {"error": "Cannot cancel this order"}
    answer = call("cancel", orders=f"{lasting},{finished}")
    assert [row["cancel"] for row in answer] == [refusal, refusal]
    assert call("cancel", order=lasting) == {"error": "Incorrect request"}


def test_the_reduced_dialect_knows_no_cancel(start):
    call = start("000")
    order_id = call.add()["order"]
    assert call("cancel", orders=order_id) == {"error": "Incorrect request"}


def bytes_until_end(panel, **fields):
    """Speak to the panel on a bare socket and return all that it sends before it closes."""
    call = Caller(panel)
    call.connection.connect()
    body = urlencode({"key": panel.key, **fields})
    call.connection.sock.sendall(
        f"POST {call.path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    got = b""
    try:
        while piece := call.connection.sock.recv(4096):
            got += piece
    finally:
        call.connection.close()
    return got


def add_fields(panel):
    service = panel.pick()
    return {"action": "add", "service": service.id, "link": LINK, "quantity": service.min}


@pytest.mark.parametrize(("fault", "booked"), [(Fault.DROP, 1), (Fault.DROP_BEFORE, 0)])
def test_a_dropped_call_ends_in_a_reset(call, fault, booked):
    call.panel.faults.add(fault, action="add")
    with pytest.raises(ConnectionResetError):
        bytes_until_end(call.panel, **add_fields(call.panel))
    assert len(call.panel.ledger) == booked
    assert call.panel.calls["add"] == 1


def test_a_hanging_call_is_booked_at_once_and_reset_in_the_end(call):
    call.panel.faults.add(Fault.HANG, action="add", seconds=0.3)
    started = time.monotonic()
    with pytest.raises(ConnectionResetError):
        bytes_until_end(call.panel, **add_fields(call.panel))
    assert 0.3 <= time.monotonic() - started < 2
    assert len(call.panel.ledger) == 1


def test_a_stopped_panel_lets_go_of_what_hangs(call):
    call.panel.faults.add(Fault.HANG, action="add")
    ended = threading.Event()

    def hang():
        # Its thread and the one that stops the panel both cut the connection; the first one decides how it ends.
        with contextlib.suppress(ConnectionResetError):
            assert bytes_until_end(call.panel, **add_fields(call.panel)) == b""
        ended.set()

    thread = threading.Thread(target=hang)
    thread.start()
    while not call.panel.ledger:
        time.sleep(0.01)
    assert not ended.wait(0.1)
    call.panel.stop()
    assert ended.wait(2)
    thread.join()


@pytest.mark.parametrize(
    ("fault", "status", "start_of_body", "booked"),
    [
        (Fault.ERROR_500, 500, b"<html>", 1),
        (Fault.GARBAGE, 200, b"\x1f\x8b", 1),
        (Fault.HTML, 200, b"<!DOCTYPE html>", 0),
        (Fault.EMPTY, 200, b"", 1),
        (Fault.NULL, 200, b"null", 1),
        (Fault.REFUSE, 200, b'{"error": "Account is suspended"}', 0),
        (Fault.RATE_LIMIT, 429, b'{"error": "Too many requests"}', 0),
        (Fault.REDIRECT, 302, b"", 0),
        (Fault.PHP_NOTICE, 200, b"<br />\n<b>Notice</b>", 1),
    ],
)
def test_an_answer_is_replaced(call, fault, status, start_of_body, booked):
    text = "Account is suspended" if fault is Fault.REFUSE else ""
    planned = call.panel.faults.add(fault, action="add", text=text)
    call("balance")
    assert planned.hits == 0
    response, body = call.answer(**add_fields(call.panel))
    assert response.status == status
    assert body.startswith(start_of_body)
    assert bool(body) == bool(start_of_body)
    assert len(call.panel.ledger) == booked
    assert planned.hits == 1
    assert "order" in call.add(link=LINK + "2")


def test_replaced_answers_carry_what_belongs_to_them(call):
    call.panel.faults.add(Fault.RATE_LIMIT, seconds=7)
    assert call.answer(action="balance")[0].headers["Retry-After"] == "7"
    call.panel.faults.add(Fault.REDIRECT, text="https://other.example/api")
    assert call.answer(action="balance")[0].headers["Location"] == "https://other.example/api"
    call.panel.faults.add(Fault.PHP_NOTICE)
    response, body = call.answer(action="balance")
    assert response.headers["Content-Type"].startswith("text/html")
    assert json.loads(body[body.index(b"{") :])["currency"] == "USD"
    call.panel.faults.add(Fault.GARBAGE)
    with pytest.raises(ValueError, match="codec can't decode"):
        json.loads(call.answer(action="balance")[1])


@pytest.mark.parametrize(("fault", "processed"), [(Fault.ERROR_500, False), (Fault.HTML, True), (Fault.HANG, False)])
def test_whether_the_panel_acts_can_be_turned_round(call, fault, processed):
    call.panel.faults.add(fault, processed=processed, seconds=0)
    if fault is Fault.HANG:
        with pytest.raises(ConnectionResetError):
            bytes_until_end(call.panel, **add_fields(call.panel))
    else:
        call.answer(**add_fields(call.panel))
    assert len(call.panel.ledger) == processed


def test_it_cannot_be_turned_round_where_the_answer_is_the_panels_own(call):
    with pytest.raises(ValueError, match="cannot be chosen"):
        call.panel.faults.add(Fault.TRUNCATED, processed=False)


def test_a_truncated_answer_is_whole_json_that_promises_more(call):
    call.panel.faults.add(Fault.TRUNCATED)
    with pytest.raises(http.client.IncompleteRead) as caught:
        call.add()
    assert json.loads(caught.value.partial) == {"order": int(call.panel.ledger[0].order_id)}


@pytest.mark.parametrize(("fault", "head_at_once"), [(Fault.TRICKLE, True), (Fault.TRICKLE_HEAD, False)])
def test_an_answer_trickles(call, fault, head_at_once):
    call.panel.faults.add(fault, seconds=0.02)
    started = time.monotonic()
    body = urlencode({"key": "right-key", **add_fields(call.panel)})
    call.connection.request("POST", call.path, body)
    response = call.connection.getresponse()
    assert (time.monotonic() - started < 0.5) == head_at_once
    assert json.loads(response.read()) == {"order": int(call.panel.ledger[0].order_id)}
    assert time.monotonic() - started > 0.25


@pytest.mark.parametrize(("fault", "booked_early"), [(Fault.SLOW, 0), (Fault.LATE_ANSWER, 1)])
def test_a_late_answer_is_right_and_differs_in_when_it_is_booked(call, fault, booked_early):
    call.panel.faults.add(fault, seconds=0.6)
    got = []
    thread = threading.Thread(target=lambda: got.append(call.add()))
    thread.start()
    time.sleep(0.3)
    assert got == []
    assert len(call.panel.ledger) == booked_early
    thread.join()
    assert got == [{"order": int(call.panel.ledger[0].order_id)}]


def test_the_previous_order_is_named_again_and_nothing_is_booked(call):
    first = call.add()
    call.panel.faults.add(Fault.SAME_ID, action="add")
    assert call.add(link=LINK + "2") == first
    assert len(call.panel.ledger) == 1
    assert call.add(link=LINK + "2") != first


def test_a_vanished_panel_refuses_connections_until_it_comes_back(call):
    call("balance")
    call.panel.faults.add(Fault.VANISH)
    # The open connection was cut, and a new one finds nobody.
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        call("balance")
    with pytest.raises(ConnectionRefusedError):
        call("balance")
    call.panel.come_back()
    assert call("balance")["balance"] == "500"


def test_a_vanished_panel_comes_back_by_itself_when_it_was_told_to(call):
    call.panel.faults.add(Fault.VANISH, seconds=0.2)
    with pytest.raises(ConnectionRefusedError):
        call("balance")
    time.sleep(0.5)
    assert call("balance")["balance"] == "500"


def test_faults_are_used_up_in_order_and_can_be_cleared(call):
    faults = call.panel.faults
    faults.add(Fault.REFUSE, times=2, text="first")
    faults.add(Fault.REFUSE, action="balance", times=None, text="second")
    words = [call("balance").get("error") for _ in range(5)]
    assert words == ["first", "first", "second", "second", "second"]
    assert "error" not in call("services")
    faults.clear()
    assert "error" not in call("balance")


def test_a_probable_fault_strikes_sometimes(call):
    call.panel.faults.add(Fault.REFUSE, times=None, probability=0.5)
    refused = ["error" in call("balance") for _ in range(60)]
    assert 10 < sum(refused) < 50


def test_the_most_calls_that_were_under_way_at_once_are_known(call):
    call.panel.faults.add(Fault.HANG, "balance", times=3, seconds=0.5)
    threads = [threading.Thread(target=hang_up, args=(Caller(call.panel), "balance")) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(2):
        call("services")
        call("balance")
    assert call.panel.peaks == {"balance": 3, "services": 1}
    assert call.control("GET", "peaks") == (200, {"balance": 3, "services": 1})


def hang_up(call, action):
    with pytest.raises((OSError, http.client.HTTPException)):
        call(action)


def test_one_connection_serves_many_calls_and_many_connections_lose_nothing(call):
    service = call.panel.pick()

    def work(worker):
        own = Caller(call.panel)
        own("balance")
        socket = own.connection.sock
        for number in range(25):
            assert "order" in own.add(service, link=f"{LINK}/{worker}/{number}")
        assert own.connection.sock is socket
        own.connection.close()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger = call.panel.ledger
    assert len(ledger) == len({entry.order_id for entry in ledger}) == 300
    assert call.panel.balance == 500 - 300 * service.rate * service.min / 1000


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.LATE_ANSWER, Fault.TRICKLE])
def test_a_caller_that_hangs_up_leaves_its_order_and_no_noise(call, capfd, fault):
    call.panel.faults.add(fault, action="add", seconds=0.1)
    impatient = Caller(call.panel)
    impatient.connection.request("POST", call.path, urlencode({"key": call.panel.key, **add_fields(call.panel)}))
    impatient.connection.close()
    time.sleep(0.5)
    assert len(call.panel.ledger) == 1
    assert "balance" in call("balance")
    assert capfd.readouterr() == ("", "")


def test_latency_delays_every_answer_but_not_the_other_calls(start):
    call = start(latency=0.3)
    started = time.monotonic()
    others = [Caller(call.panel) for _ in range(5)]
    threads = [threading.Thread(target=other, args=("balance",)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.3 <= time.monotonic() - started < 1
    for other in others:
        other.connection.close()


def test_other_paths_and_oversized_bodies_are_turned_away(call):
    call.connection.request("POST", "/api/v3", "key=x")
    assert call.connection.getresponse().read() == b"<h1>Not Found</h1>"
    call.connection.request("POST", call.path, headers={"Content-Length": str(10**9)})
    response = call.connection.getresponse()
    assert (response.status, response.read()) == (413, b"")


def test_a_panel_listens_on_loopback_only_and_says_where(call):
    assert call.panel.api_url == f"http://127.0.0.1:{call.panel.port}/api/v2"
    assert call.panel.port > 0


def test_a_panel_lasts_as_long_as_its_block():
    with SandboxPanel() as panel:
        caller = Caller(panel)
        assert caller("balance")["balance"] == "500"
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        caller("balance")
    panel.stop()


def test_a_service_that_is_not_there_cannot_be_changed_or_picked(call):
    assert call.control("POST", "services/remove", service="999999") == (400, {"error": "there is no service 999999"})
    with pytest.raises(LookupError, match="no service of type Package"):
        call.panel.pick("Package", dripfeed=True)


def test_every_add_that_came_in_is_kept_with_what_it_met_and_without_the_key(call):
    call.panel.faults.add(Fault.DROP_BEFORE, action="add")
    with pytest.raises(ConnectionResetError):
        bytes_until_end(call.panel, **add_fields(call.panel))
    call.add()
    call("balance")
    dropped, accepted = call.panel.arrivals
    assert (dropped.fault.fault, dropped.answered_at) == (Fault.DROP_BEFORE, None)
    assert (accepted.fault, accepted.request_number) == (None, call.panel.ledger[0].request_number)
    assert accepted.at <= accepted.answered_at
    assert accepted.fields["link"] == LINK
    assert "key" not in accepted.fields
    status, told = call.control("GET", "arrivals")
    assert (status, [each["fault"] and each["fault"]["fault"] for each in told]) == (200, ["drop_before", None])


def test_senseless_settings_are_refused():
    with pytest.raises(ValueError, match="there is no dialect 001"):
        SandboxPanel("001")
    with pytest.raises(ValueError, match="speed"):
        SandboxPanel(speed=0)


def test_another_process_drives_the_panel_by_http(call):
    assert call.control("POST", "faults", fault="refuse", action="add", text="No.") == (200, {"ok": True})
    assert call.add() == {"error": "No."}
    order_id = call.add()["order"]
    assert call.control("POST", "finish", order=order_id, status="Partial", remains=5)[0] == 200
    assert call("status", order=order_id)["remains"] == "5"
    status, ledger = call.control("GET", "ledger")
    [entry] = call.panel.ledger
    assert (status, ledger[0]["order_id"], ledger[0]["charge"]) == (200, str(order_id), str(entry.charge))
    assert call.control("GET", "calls") == (200, {"add": 2, "status": 1})
    call.control("POST", "balance", balance="12.5")
    assert call("balance")["balance"] == "12.5"
    call.control("POST", "faults", fault="refuse", times=None)
    call.control("POST", "faults/clear")
    second = call.add()["order"]
    call.control("POST", "skip", seconds=LONG)
    assert call("status", order=second)["status"] in ("Completed", "Partial", "Canceled")
    service = call.panel.pick()
    call.control("POST", "services/change", service=service.id, rate="9.99")
    assert call.panel.services[service.id].rate == Decimal("9.99")
    call.control("POST", "services/remove", service=service.id)
    assert service.id not in call.panel.services


def test_the_control_door_says_what_it_did_not_understand(call):
    assert call.control("POST", "faults", fault="nonsense")[0] == 400
    assert call.control("POST", "finish", order="7", status="Completed") == (400, {"error": "Incorrect order ID"})
    assert call.control("POST", "balance", balance="much")[0] == 400
    assert call.control("POST", "nonsense")[0] == 404
    assert call.control("GET", "nonsense")[0] == 404


def test_vanishing_by_the_control_door_is_still_confirmed(call):
    assert call.control("POST", "faults", fault="vanish", seconds=0.2)[0] == 200
    with pytest.raises(ConnectionRefusedError):
        call("balance")
    time.sleep(0.5)
    assert "balance" in call("balance")


def test_a_second_run_continues_where_the_first_one_ended(start, tmp_path):
    file = tmp_path / "deep" / "panel.jsonl"
    first = start(state_file=file)
    refilled = refillable_order(first)
    refill_id = first("refill", order=refilled)["refill"]
    running = first.add()["order"]
    before, ledger = first("balance"), first.panel.ledger
    answers = first("status", orders=f"{refilled},{running}")
    first.panel.stop()
    second = start(state_file=file, balance=Decimal(7))
    assert second("balance") == before
    assert second.panel.ledger == ledger
    assert second("status", orders=f"{refilled},{running}") == answers
    assert second("refill_status", refill=refill_id) == {"status": "Pending"}
    assert "active order" in second.add()["error"]
    assert second.add(link=LINK + "2")["order"] > running
    second.panel.skip(LONG)
    assert second("status", order=running)["status"] == "Completed"
    assert int(second("refill", order=refilled)["refill"]) > int(refill_id)


def test_an_accepted_order_survives_without_a_proper_end(start, tmp_path):
    file = tmp_path / "panel.jsonl"
    first = start(state_file=file)
    order_id = first.add()["order"]
    file.write_text(file.read_text() + '["order", "2')
    second = start(state_file=file)
    assert [entry.order_id for entry in second.panel.ledger] == [str(order_id)]
    assert second.panel.balance == first.panel.balance


def test_time_that_was_skipped_stays_skipped(start, tmp_path):
    file = tmp_path / "panel.jsonl"
    first = start(state_file=file)
    order_id = first.add()["order"]
    first.panel.skip(LONG)
    done = first("status", order=order_id)
    first.panel.stop()
    assert done["status"] == "Completed"
    assert start(state_file=file)("status", order=order_id) == done


def test_a_panel_without_a_state_file_starts_again_on_its_port(call):
    port = call.panel.port
    order_id = call.add()["order"]
    call.panel.stop()
    call.connection.close()
    call.panel.start()
    assert call.panel.port == port
    assert call("status", order=order_id)["status"] == "Pending"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_runs_a_panel_until_it_is_interrupted(number, tmp_path):
    options = [
        "--port",
        "0",
        "--dialect",
        "000",
        "--currency",
        "EUR",
        "--balance",
        "12.50",
        "--key",
        "k",
        "--speed",
        "2",
    ]
    options += ["--state-file", str(tmp_path / "panel.jsonl")]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "sandbox_panel", *options],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        line = process.stdout.readline()
        assert "key" not in line
        url = urlsplit(line.split(" at ")[1].strip())
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=5)
        connection.request("POST", url.path, urlencode({"key": "k", "action": "balance"}))
        assert json.loads(connection.getresponse().read()) == {"balance": "12.5", "currency": "EUR"}
        asked = time.monotonic()
        process.send_signal(number)
        assert process.wait(timeout=5) == 0
        assert time.monotonic() - asked < 1
        connection.close()
