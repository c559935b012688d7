"""Answers that do not show how an order or a refill is leave a trace, and such rows are asked about less often."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from panels.calls import refill_checks, unreadable
from panels.calls.aftercare import send_requests
from panels.calls.polling import poll_due
from panels.models import Order, Panel, Refill
from panels.orders.following import request_check
from tests.factories import make_fresh_panel, make_order, make_placed, make_refill, make_service
from tests.protocol.conftest import replying
from tests.servers import Server, http

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
KEY = "k3y/with+signs=0123456789"
GOOD = {"charge": "0.09", "start_count": "12", "status": "In progress", "remains": "10", "currency": "USD"}
PAGE = http(b"<html><title>Just a moment...</title><script>var key;</script><p>Checking</p>")


@pytest.fixture
def shop():
    """A panel over HTTP whose answers a test chooses by `reply`, and our account there."""
    said = SimpleNamespace(reply=lambda form: GOOD)
    with Server(replying(lambda form: said.reply(dict(form)))) as server:
        said.server = server
        said.panel = make_fresh_panel(api_url=server.url, key=KEY)
        said.service = make_service(said.panel)
        yield said


def asked(shop):
    """Return the ids of the last round of calls."""
    ids = [form.get("order") or form.get("orders") for form in shop.server.forms]
    shop.server.requests.clear()
    return ids


def poll(shop, *, ago=timedelta(seconds=1)):
    """Let all orders be due, poll, and return the rows."""
    Order.objects.filter(next_check_at__isnull=False).update(next_check_at=timezone.now() - ago)
    counts = poll_due(shop.panel.pk, threading.Event())
    shop.panel.refresh_from_db()
    return counts, list(Order.objects.order_by("pk"))


def waits(row):
    return row.next_check_at - row.checked_at


UNREADABLE = {
    "nested": ({"result": GOOD}, '“{"result": {"charge": "0.09"'),
    "under order": ({"order": GOOD}, '“{"order": {"charge"'),
    "web page": (PAGE, "“Just a moment... Checking”"),
    "forbidden page": (http(b"<html><p>Access denied", status="403 Forbidden"), "“Access denied”"),
    "redirect": (http(b"moved", "Location: https://x.example/login", status="302 Found"), "x.example/login"),
    "list": ([1, 2], "“[1, 2]”"),
    "empty list": ([], "“[]”"),
    "number": (5, "“5”"),
    "word": (http(b'"Completed"'), "only the text “Completed”"),
    "sentence": (http(b'"Nothing to see here"'), "Nothing to see here"),
    "error": ({"error": "Something odd"}, "Something odd"),
    "null": (http(b"null"), "null"),
    "empty": (http(b""), "empty"),
    "broken": (http(b'{"status": "Compl'), '“{"status": "Compl”'),
    "bytes": (http(b"\xff\xfe\x00\xd8\x80\x81"), "not readable JSON"),
    "another id": ({"999": GOOD}, '“{"999"'),
    "no status": ({"charge": "0.09", "remains": "5"}, "no status"),
    "empty status": ({**GOOD, "status": ""}, "no status"),
}


@pytest.mark.parametrize(("answer", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_could_not_be_read_stands_at_panel_and_order_and_is_asked_about_less_often(shop, answer, words):
    order = make_placed(shop.service, progress="pending", status_at=None)
    shop.reply = lambda form: answer
    began = timezone.now()
    _, [order] = poll(shop)
    assert words in order.error_text
    assert (order.progress, order.status_at) == ("pending", None)
    assert began <= order.unreadable_since <= timezone.now()
    if "no status" not in words:
        assert shop.panel.unreadable_text == order.error_text
        assert shop.panel.unreadable_since == shop.panel.unreadable_at == order.unreadable_since
        assert shop.panel.state == "unreadable"
    assert waits(order) <= 2 * MINUTE
    Order.objects.update(unreadable_since=began - 4 * HOUR)
    _, [order] = poll(shop)
    assert order.unreadable_since == began - 4 * HOUR
    assert timedelta(hours=1, minutes=59) < waits(order) < timedelta(hours=2, minutes=2)
    Order.objects.update(unreadable_since=began - timedelta(days=3))
    _, [order] = poll(shop)
    assert waits(order) <= 6 * HOUR + MINUTE


def test_a_readable_answer_ends_the_trace_and_says_nothing_new_about_the_order(shop):
    order = make_placed(shop.service, progress="in_progress", remote_status="In progress")
    _, [order] = poll(shop)
    changed_at = order.changed_at
    shop.reply = lambda form: PAGE
    counts, [order] = poll(shop)
    assert (counts["answered"], counts["changed"], counts["failed"]) == (0, 0, 1)
    assert order.events.count() == 0
    shop.reply = lambda form: GOOD
    _, [order] = poll(shop)
    assert (order.error_text, order.unreadable_since, order.changed_at) == ("", None, changed_at)
    assert (shop.panel.unreadable_since, shop.panel.state) == (None, "ok")
    assert "Just a moment" in shop.panel.unreadable_text


def test_a_finished_order_keeps_its_day_between_two_checks(shop):
    make_placed(shop.service, progress="completed", finished_at=timezone.now(), status_at=timezone.now())
    shop.reply = lambda form: PAGE
    _, [order] = poll(shop)
    assert "Just a moment" in order.error_text
    assert order.unreadable_since is None
    assert waits(order) > 23 * HOUR


def by_id(bad, answer):
    """Answer about one id with `answer` in the single form, leave it out of the plural form, and answer well else."""

    def reply(form):
        if "order" in form:
            return answer if form["order"] in bad else GOOD
        found = {each: GOOD for each in form["orders"].split(",") if each not in bad}
        return found or answer

    return reply


@pytest.mark.parametrize("multi_status", [True, False])
@pytest.mark.parametrize("answer", [PAGE, {"result": GOOD}, http(b"<h1>oops", status="500 Internal Server Error")])
def test_an_order_beside_an_unreadable_one_is_followed_as_before(shop, multi_status, answer, monkeypatch):
    monkeypatch.setattr("panels.protocol.client.BACKOFF", ())
    # Threads would not see the transaction of this test.
    monkeypatch.setattr("panels.calls.polling.READS_AT_ONCE", 1)
    Panel.objects.update(multi_status=multi_status)
    first, *_ = [make_placed(shop.service, progress="pending") for _ in range(25)]
    shop.reply = by_id({first.remote_id}, answer)
    counts, orders = poll(shop)
    assert counts["answered"] == 24
    assert [order.pk for order in orders if order.unreadable_since] == [first.pk]
    assert {order.progress for order in orders[1:]} == {"in_progress"}
    assert {order.error_text for order in orders[1:]} == {""}
    assert (shop.panel.state, shop.panel.failures, shop.panel.unreadable_since) == ("ok", 0, None)
    if not multi_status:
        assert shop.panel.unreadable_text == orders[0].error_text
    assert "failed" not in counts


def test_an_id_that_was_left_out_is_a_matter_of_its_order_alone(shop):
    orders = [make_placed(shop.service) for _ in range(3)]
    shop.reply = by_id({orders[1].remote_id}, PAGE)
    _, rows = poll(shop)
    assert [row.error_text for row in rows] == ["", unreadable.LEFT_OUT, ""]
    assert (shop.panel.unreadable_text, shop.panel.multi_status) == ("", True)


def test_readable_orders_are_asked_about_before_the_others(shop):
    bad = [make_placed(shop.service, unreadable_since=timezone.now() - HOUR) for _ in range(4)]
    good = make_placed(shop.service)
    Panel.objects.update(multi_status=False)
    shop.reply = by_id({order.remote_id for order in bad}, PAGE)
    poll(shop)
    assert asked(shop)[0] == good.remote_id
    assert Order.objects.get(pk=good.pk).progress == "in_progress"
    # What was known before is no news about the panel.
    assert shop.panel.unreadable_since is None


def test_a_panel_without_a_readable_answer_for_long_is_asked_less_often_too(shop):
    make_placed(shop.service)
    shop.reply = lambda form: PAGE
    poll(shop)
    now = timezone.now()
    for age, is_asked in ((timedelta(minutes=59), True), (4 * HOUR, False), (timedelta(days=2), False)):
        Panel.objects.update(unreadable_since=now - age, unreadable_at=now - timedelta(seconds=30))
        asked(shop)
        new = make_placed(shop.service)
        poll(shop)
        assert bool(asked(shop)) is is_asked
        new.delete()
    request_check(Order.objects.filter(pk=make_placed(shop.service).pk))
    poll_due(shop.panel.pk, threading.Event())
    assert asked(shop)
    Panel.objects.update(unreadable_at=now - HOUR)
    poll(shop)
    assert asked(shop)


def test_a_panel_that_can_be_read_again_is_asked_about_all_orders_at_once(shop):
    for _ in range(3):
        make_placed(shop.service)
    shop.reply = lambda form: PAGE
    poll(shop)
    later = timezone.now() + HOUR
    Order.objects.update(next_check_at=later)
    Order.objects.filter(pk=Order.objects.first().pk).update(next_check_at=timezone.now() - HOUR)
    shop.reply = by_id(set(), PAGE)
    poll_due(shop.panel.pk, threading.Event())
    assert set(Order.objects.values_list("unreadable_since", flat=True)) == {None}


def test_the_orders_that_another_worker_asks_about_keep_their_lease(shop, monkeypatch):
    monkeypatch.setattr("panels.providers.requests.PIECE", 2)
    now = timezone.now()
    Panel.objects.update(unreadable_since=now, unreadable_at=now)
    lease = now + timedelta(minutes=4)
    unread = [make_placed(shop.service, unreadable_since=now, next_check_at=now + HOUR) for _ in range(5)]
    leased = make_placed(shop.service, unreadable_since=now, next_check_at=lease)
    make_placed(shop.service, next_check_at=now)
    poll_due(shop.panel.pk, threading.Event())
    leased.refresh_from_db()
    assert (leased.next_check_at, leased.unreadable_since) == (lease, now)
    assert not Order.objects.filter(pk__in=[order.pk for order in unread], unreadable_since__isnull=False).exists()


def test_a_panel_that_fails_as_a_whole_is_no_matter_of_its_orders(shop, monkeypatch):
    monkeypatch.setattr("panels.protocol.client.BACKOFF", ())
    for _ in range(3):
        make_placed(shop.service)
    shop.reply = lambda form: http(b"<h1>Bad gateway", status="502 Bad Gateway")
    _, rows = poll(shop)
    assert {row.unreadable_since for row in rows} == {None}
    assert shop.panel.failures == 1
    assert all(row.next_check_at < timezone.now() + 2 * MINUTE for row in rows)


@pytest.mark.parametrize(
    "body",
    [
        f"<p>Your request: key={KEY}&action=status</p>",
        json.dumps({"result": {"key": KEY}}),
        "<p>key=k3y%2Fwith%2Bsigns%3D0123456789&amp;action=status</p>",
        "<p>KEY=" + KEY.upper(),
        '{"result": "k3y\\/with\\u002bsigns=0123456789"}',
        "<p>k3y/with<b>+signs</b>=0123456789",
        *["x" * length + KEY for length in range(180, 202, 4)],
        " " * 100 + "y" * 4990 + KEY,
    ],
)
def test_the_key_is_in_no_trace(shop, body):
    make_placed(shop.service)
    shop.reply = lambda form: http(body.encode())
    _, [order] = poll(shop)
    for text in (order.error_text, shop.panel.unreadable_text):
        assert text
        assert KEY[:8].lower() not in text.lower()
        assert "with" not in text.lower().replace("with a web page", "")
        assert len(text) < 400


def test_the_words_of_an_order_that_was_refused_beside_others_are_not_about_the_panel(shop):
    orders = [make_placed(shop.service) for _ in range(2)]
    answers = {orders[0].remote_id: {"error": "Odd order"}, orders[1].remote_id: GOOD}
    shop.reply = lambda form: answers
    _, [refused, good] = poll(shop)
    assert (refused.error_text, good.error_text) == ("Odd order", "")
    assert refused.unreadable_since
    assert shop.panel.unreadable_text == ""


def test_an_order_that_the_panel_does_not_know_is_readable(shop):
    make_placed(shop.service, placed_at=timezone.now() - 2 * HOUR)
    shop.reply = lambda form: {"error": "Incorrect order ID"}
    _, [order] = poll(shop)
    assert order.alarm
    assert order.unreadable_since is None


# -- refills


def follow(shop):
    Refill.objects.filter(next_check_at__isnull=False).update(next_check_at=timezone.now())
    counts = send_requests(shop.panel.pk, threading.Event())
    shop.panel.refresh_from_db()
    return counts, list(Refill.objects.order_by("pk"))


def make_followed(shop, remote_id="7", **fields):
    order = make_placed(shop.service, progress="completed", next_check_at=None)
    return make_refill(
        order, **{"state": "accepted", "remote_id": remote_id, "next_check_at": timezone.now(), **fields}
    )


REFILLS = {name: case for name, case in UNREADABLE.items() if name not in ("word", "no status", "empty status")}


@pytest.mark.parametrize(("answer", "words"), REFILLS.values(), ids=REFILLS)
def test_what_could_not_be_read_about_a_refill_stands_at_it_and_at_the_panel(shop, answer, words):
    make_followed(shop)
    shop.reply = lambda form: answer
    _, [refill] = follow(shop)
    assert refill.error
    assert refill.unreadable_since == refill.checked_at
    assert shop.panel.unreadable_text == refill.error
    assert shop.panel.unreadable_since is None
    Refill.objects.update(unreadable_since=timezone.now() - 8 * HOUR)
    _, [refill] = follow(shop)
    assert 3 * HOUR < waits(refill) <= 4 * HOUR + MINUTE
    shop.reply = lambda form: {"status": "In progress"}
    _, [refill] = follow(shop)
    assert (refill.progress, refill.error, refill.unreadable_since) == ("in_progress", "", None)
    assert waits(refill) <= max(refill_checks.REFILL_CHECKS)


def test_an_unreadable_answer_about_a_refill_keeps_no_order_waiting(shop):
    """Otherwise a panel with many unreadable refills would never be asked about its orders again."""
    since, at = timezone.now() - 4 * HOUR, timezone.now() - HOUR
    Panel.objects.update(unreadable_since=since, unreadable_at=at, unreadable_text="order")
    shop.panel.refresh_from_db()
    make_followed(shop)
    shop.reply = lambda form: PAGE if "refill" in form else GOOD
    follow(shop)
    assert (shop.panel.unreadable_at, shop.panel.unreadable_text) == (at, "order")
    make_placed(shop.service, unreadable_since=since)
    _, rows = poll(shop)
    assert {row.unreadable_since for row in rows} == {None}
    assert shop.panel.state == "ok"


def test_a_refill_beside_an_unreadable_one_is_followed_as_before(shop):
    Panel.objects.update(multi_refill=False)
    make_followed(shop, "7"), make_followed(shop, "8"), make_followed(shop, "9")
    shop.reply = lambda form: PAGE if form["refill"] == "7" else {"status": "Completed"}
    counts, refills = follow(shop)
    assert [refill.progress for refill in refills] == ["", "completed", "completed"]
    assert counts == {"checked": 3}
    assert shop.panel.failures == 0


def test_the_same_status_ends_the_trace_of_a_refill(shop):
    make_followed(shop, progress="pending", remote_status="Pending", error="odd", unreadable_since=timezone.now())
    shop.reply = lambda form: {"status": "Pending"}
    _, [refill] = follow(shop)
    assert (refill.error, refill.unreadable_since) == ("", None)


def test_orders_that_wait_here_have_no_trace():
    assert make_order().unreadable_since is None
