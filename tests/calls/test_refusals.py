"""A panel that refuses everybody costs no order: known words put orders back, and unknown words pause the panel."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.calls.balances import check_balance
from panels.calls.outcomes import record_outcomes
from panels.models import Order, Panel, RefusalWords, Service
from panels.protocol.errors import Reason, Refused
from panels.providers.pauses import FIRST_TURNED_AWAY, resume
from panels.sandbox import Fault
from tests.bulk.batches import confirm_batch
from tests.calls.sending import events_of, submit
from tests.factories import make_batch, make_order, make_panel, make_service, row_of

State, Pause, Meaning = Order.State, Panel.Pause, RefusalWords.Meaning
UNKNOWN_WORDS = "Olmaz, patron tatilde"
ABOUT_ORDERS = "Incorrect link"


def queue(panel, sandbox, number=8):
    """Queue orders for different links, as a confirmed batch does."""
    sandbox.set_balance(Decimal(100_000))
    service = Service.objects.get(panel=panel, remote_id=str(sandbox.pick("Default").id))
    return [
        make_order(service, link=f"https://example.com/p/{each}", quantity=service.min_quantity)
        for each in range(number)
    ]


def states(*orders):
    rows = Order.objects.filter(pk__in=[order.pk for order in orders]) if orders else Order.objects
    return list(rows.order_by("pk").values_list("state", flat=True))


def look(panel):
    panel.refresh_from_db()
    return panel.paused_reason


def let_time_pass(panel):
    """Let the pause be over."""
    past = timezone.now() - timedelta(seconds=1)
    Panel.objects.filter(pk=panel.pk).update(paused_until=past)


def check(panel):
    assert check_balance(panel.pk, threading.Event()) == ""
    panel.refresh_from_db()


# -- known words about everybody


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Method Not Allowed", 405),
        ("Ordering is disabled", 200),
        ("Извините", 403),
        ("gone fishing", 404),
        ("send JSON", 415),
        ("We are under maintenance, come back later", 200),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_no_about_everybody_puts_the_orders_back_and_pauses_the_panel_with_its_words(
    synced_panel, sandbox, text, status
):
    Panel.objects.update(parallel_calls=4)
    queue(synced_panel, sandbox)
    sandbox.faults.add(Fault.REFUSE, "add", None, text=text, status=status)
    submit(synced_panel)
    assert submit(synced_panel) == {}
    assert sandbox.calls["add"] <= 4
    assert states() == [State.QUEUED] * 8
    assert look(synced_panel) == Pause.EVERYBODY
    assert text.split()[0] in synced_panel.last_error
    assert not sandbox.ledger


@pytest.mark.django_db(transaction=True)
def test_words_about_the_account_cost_no_order_either(synced_panel, sandbox):
    Panel.objects.update(parallel_calls=4)
    queue(synced_panel, sandbox)
    text = "API is Disable for this user or User Not Found! Contact the Support"
    sandbox.faults.add(Fault.REFUSE, None, None, text=text)
    submit(synced_panel)
    submit(synced_panel)
    assert sandbox.calls["add"] <= 4
    assert states() == [State.QUEUED] * 8
    assert not sandbox.ledger


def test_an_api_that_is_switched_off_for_us_pauses_the_panel_although_the_balance_is_answered(synced_panel, sandbox):
    Panel.objects.update(parallel_calls=4)
    queue(synced_panel, sandbox)
    text = "API is Disable for this user or User Not Found! Contact the Support"
    sandbox.faults.add(Fault.REFUSE, "add", None, text=text)
    submit(synced_panel)
    assert submit(synced_panel) == {}
    assert sandbox.calls["add"] <= 4
    assert states() == [State.QUEUED] * 8
    assert look(synced_panel) == Pause.EVERYBODY
    assert synced_panel.last_error == text


@pytest.mark.parametrize(
    ("spelling", "text", "status", "balance", "pause"),
    [
        ("", "Method Not Allowed", 405, 500, Pause.EVERYBODY),
        ("", "Ordering is disabled", 200, 500, Pause.EVERYBODY),
        ("", "API is Disable for this user or User Not Found! Contact the Support", 200, 500, Pause.EVERYBODY),
        ("error_with_code", "Sipariş alımı durduruldu, bakımdayız", 200, 500, Pause.EVERYBODY),
        ("error_as_string", "We are under maintenance", 200, 500, Pause.EVERYBODY),
        ("", "No tiene fondos debe Recargar", 200, 0, Pause.FUNDS),
        ("error_as_string", "Not enough funds on balance", 200, 0, Pause.FUNDS),
        ("error_with_number", "You have insufficient balance", 200, 0, Pause.FUNDS),
        ("error_with_digit", "Недостаточно средств", 200, 0, Pause.FUNDS),
        ("error_in_msg", "Saldo insuficiente", 400, 0, Pause.FUNDS),
        # The balance is there, so these are the words of the supplier, and only the service waits.
        ("error_as_string", "Not enough funds on balance", 200, 500, ""),
        ("error_with_number", "You have insufficient balance", 200, 500, ""),
        ("error_in_object", "Invalid API key", 200, 500, ""),
    ],
)
def test_of_a_batch_no_line_is_lost_to_a_no_that_is_not_about_the_line(
    synced_panel, sandbox, spelling, text, status, balance, pause
):
    service = Service.objects.select_related("panel").get(panel=synced_panel, remote_id=str(sandbox.pick("Default").id))
    batch = make_batch(*[row_of(service, quantity=service.min_quantity) for _ in range(8)])
    confirm_batch(batch)
    sandbox.set_balance(Decimal(balance))
    sandbox.play(*filter(None, [spelling]))
    sandbox.faults.add(Fault.REFUSE, "add", None, text=text, status=status)
    read = sandbox.calls["balance"]
    submit(synced_panel)
    submit(synced_panel)
    assert sandbox.calls["add"] <= 4
    assert list(batch.orders.values_list("state", flat=True)) == [State.QUEUED] * 8
    assert look(synced_panel) == pause
    assert text in (synced_panel.last_error if pause else Service.objects.get(pk=service.pk).waits_because)
    if pause != Pause.EVERYBODY:
        assert sandbox.calls["balance"] > read
        assert synced_panel.balance == balance
    assert not sandbox.ledger


def test_the_pause_ends_by_trying_one_order_and_doubles_with_each_no(synced_panel, sandbox):
    orders = queue(synced_panel, sandbox)
    sandbox.faults.add(Fault.REFUSE, "add", 3, text="Ordering is disabled")
    waits = []
    for number in range(1, 4):
        assert submit(synced_panel)["put back"] == 1
        assert sandbox.calls["add"] == number
        synced_panel.refresh_from_db()
        waits.append(round((synced_panel.paused_until - timezone.now()) / FIRST_TURNED_AWAY))
        # From now on, one order is tried although four may go out at once.
        Panel.objects.update(parallel_calls=4)
        assert not synced_panel.takes_orders()
        assert synced_panel.takes_questions()
        let_time_pass(synced_panel)
    assert waits == [1, 2, 4]
    # Each try is another order, because a put back order waits behind the others.
    assert sorted(Order.objects.values_list("attempt", flat=True)) == [0] * 5 + [1] * 3
    submit(synced_panel)
    assert states(*orders) == [State.PLACED] * 8
    assert (look(synced_panel), synced_panel.turned_away) == ("", 0)


def test_a_taken_order_ends_the_pause_and_nothing_else_does(synced_panel, sandbox):
    queue(synced_panel, sandbox, 4)
    sandbox.faults.add(Fault.REFUSE, "add", text="Ordering is disabled")
    submit(synced_panel)
    check(synced_panel)
    assert look(synced_panel) == Pause.EVERYBODY
    let_time_pass(synced_panel)
    sandbox.faults.add(Fault.REFUSE, "add", text=ABOUT_ORDERS)
    Panel.objects.update(calls_per_minute=None)
    synced_panel.refresh_from_db()
    first = Order.objects.filter(attempt=0).order_by("pk").first()
    record_outcomes([(take(first), Refused(ABOUT_ORDERS, Reason.VALIDATION))])
    synced_panel.refresh_from_db()
    assert synced_panel.sends_one_at_a_time
    sandbox.faults.clear()
    submit(synced_panel)
    assert (look(synced_panel), synced_panel.sends_one_at_a_time) == ("", False)


def take(order):
    """Let an order be on its way."""
    assert order.advance(State.SENDING, attempt=order.attempt + 1, sent_at=timezone.now())
    return order


@pytest.mark.django_db
def test_several_orders_that_are_turned_away_together_lengthen_the_pause_once():
    panel = make_panel(parallel_calls=4)
    orders = [take(make_order(make_service(panel))) for _ in range(4)]
    no = Refused("Ordering is disabled", Reason.EVERYBODY)
    assert record_outcomes([(order, no) for order in orders]) == {"put back": 4}
    panel.refresh_from_db()
    assert panel.turned_away == 1
    assert events_of(orders[0])[-1] == "not_sent"


@pytest.mark.django_db
def test_a_person_can_resume_at_once_and_then_one_order_is_tried():
    panel = make_panel(parallel_calls=4)
    record_outcomes([(take(make_order(make_service(panel))), Refused("Ordering is disabled", Reason.EVERYBODY))])
    panel.refresh_from_db()
    resume(panel)
    panel.refresh_from_db()
    assert panel.takes_orders()
    assert panel.sends_one_at_a_time


# -- unknown words


@pytest.mark.parametrize("parallel", [1, 4])
@pytest.mark.django_db(transaction=True)
def test_the_same_unknown_words_for_three_orders_in_a_row_pause_the_panel(synced_panel, sandbox, parallel):
    Panel.objects.update(parallel_calls=parallel, balance_requested_at=None)
    queue(synced_panel, sandbox, 40)
    sandbox.latency = 0.02
    sandbox.faults.add(Fault.REFUSE, "add", None, text=UNKNOWN_WORDS)
    submit(synced_panel)
    assert submit(synced_panel) == {}
    assert look(synced_panel) == Pause.UNCLEAR
    assert synced_panel.last_error == UNKNOWN_WORDS
    assert synced_panel.balance_requested_at
    assert synced_panel.takes_questions()
    refused = states().count(State.REFUSED)
    assert 3 <= refused <= max(3, parallel)
    assert states().count(State.QUEUED) == 40 - refused
    words = RefusalWords.objects.get()
    assert (words.panel, words.text, words.meaning) == (synced_panel, UNKNOWN_WORDS, Meaning.ASK)
    assert words.orders.count() == refused


@pytest.mark.django_db(transaction=True)
def test_under_a_panel_that_takes_orders_and_refuses_them_in_unknown_words_nothing_is_placed_twice(
    synced_panel, sandbox
):
    Panel.objects.update(parallel_calls=4)
    queue(synced_panel, sandbox, 20)
    lie = {"text": UNKNOWN_WORDS, "processed": True, "service": str(sandbox.pick("Default").id)}
    sandbox.faults.add(Fault.REFUSE, "add", None, **lie)
    for _ in range(3):
        submit(synced_panel)
        check(synced_panel)
        let_a_minute_pass(synced_panel)
    links = [entry.fields["link"] for entry in sandbox.ledger]
    assert len(links) == len(set(links)) <= 4
    assert states().count(State.QUEUED) >= 16


def let_a_minute_pass(panel):
    Order.objects.filter(panel=panel).update(send_after=timezone.now() - timedelta(minutes=1))


def refuse(order, text=UNKNOWN_WORDS, reason=Reason.UNKNOWN):
    return record_outcomes([(take(order), Refused(text, reason))])


@pytest.mark.django_db
def test_the_same_service_and_link_counts_once():
    service = make_service()
    for _ in range(5):
        refuse(make_order(service, link="https://example.com/p/1"))
    assert look(service.panel) == ""
    assert len(service.panel.refused_targets) == 1
    refuse(make_order(make_service(service.panel), link="https://example.com/p/1"))
    refuse(make_order(service, link="https://example.com/p/2"))
    assert look(service.panel) == Pause.UNCLEAR


@pytest.mark.django_db
def test_words_that_differ_only_in_numbers_and_links_are_the_same():
    service = make_service()
    for number in range(3):
        order = make_order(service)
        refuse(order, f"Talep {number}91 için olmaz: {order.link}")
    assert look(service.panel) == Pause.UNCLEAR
    assert RefusalWords.objects.get().orders.count() == 3


@pytest.mark.django_db
def test_other_words_begin_to_count_anew_and_known_words_about_the_order_never_count():
    service = make_service()
    for text in ("Olmaz", "Olmaz", "Yok", "Olmaz", "Olmaz"):
        refuse(make_order(service), text)
    assert look(service.panel) == ""
    for _ in range(5):
        refuse(make_order(service), ABOUT_ORDERS, Reason.VALIDATION)
    assert look(service.panel) == ""
    assert not RefusalWords.objects.exists()
    refuse(make_order(service), "Olmaz")
    assert look(service.panel) == Pause.UNCLEAR


@pytest.mark.django_db
def test_a_placed_order_ends_the_count():
    service = make_service()
    refuse(make_order(service))
    refuse(make_order(service))
    order = make_order(service)
    order.panel = Panel.objects.get(pk=service.panel_id)
    record_outcomes([(take(order), "4711")])
    service.panel.refresh_from_db()
    assert (service.panel.refused_words, service.panel.refused_targets) == ("", [])
    refuse(make_order(service))
    assert look(service.panel) == ""


@pytest.mark.django_db
def test_from_the_first_unknown_words_on_orders_are_sent_one_at_a_time():
    service = make_service(make_panel(parallel_calls=4))
    refuse(make_order(service))
    service.panel.refresh_from_db()
    assert service.panel.sends_one_at_a_time


@pytest.mark.django_db
def test_the_orders_refused_within_ten_minutes_are_marked_together():
    service = make_service()
    old, lately, other = (make_order(service) for _ in range(3))
    refuse(old)
    refuse(lately)
    Order.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(minutes=11))
    Order.objects.filter(pk=lately.pk).update(finished_at=timezone.now() - timedelta(minutes=9))
    refuse(other, "Yok")
    run = [make_order(service) for _ in range(3)]
    for order in run:
        refuse(order)
    words = RefusalWords.objects.get()
    assert set(words.orders.all()) == {lately, *run}
    # An answer that comes after the pause.
    late = make_order(service)
    refuse(late)
    assert late in words.orders.all()


@pytest.mark.django_db
def test_an_answer_to_an_old_key_is_not_held_against_the_new_key():
    service = make_service()
    orders = [make_order(service) for _ in range(3)]
    service.panel.set_key("another-key-0123456789")
    service.panel.save()
    for order in orders:
        order.panel = Panel.objects.get(pk=service.panel_id)
        order.panel.set_key("old")
        refuse(order)
    assert look(service.panel) == ""


# -- words with a meaning


@pytest.mark.django_db
def test_words_that_are_known_to_be_about_the_panel_put_orders_back():
    service = make_service()
    for _ in range(3):
        refuse(make_order(service))
    RefusalWords.objects.update(meaning=Meaning.PANEL)
    order = make_order(service)
    assert refuse(order) == {"put back": 1}
    order.refresh_from_db()
    assert (order.state, order.refused_in) == (State.QUEUED, None)
    # At another panel, the same words are not known.
    assert refuse(make_order()) == {"refused": 1}


@pytest.mark.django_db
def test_words_that_are_known_to_be_about_the_orders_never_pause_the_panel_again():
    service = make_service()
    for _ in range(3):
        refuse(make_order(service))
    RefusalWords.objects.update(meaning=Meaning.ORDERS)
    service.panel.refresh_from_db()
    assert resume(service.panel)
    Panel.objects.update(refused_words="", refused_targets=[])
    for _ in range(5):
        order = make_order(service)
        assert refuse(order) == {"refused": 1}
    order.refresh_from_db()
    assert order.refused_in is None
    assert look(service.panel) == ""


# -- a balance that fell


def put_back_with_lower_balance(synced_panel, sandbox):
    """Let the panel refuse everybody, and take the order all the same."""
    (order,) = queue(synced_panel, sandbox, 1)
    check(synced_panel)
    sandbox.faults.add(Fault.REFUSE, "add", None, text="Ordering is disabled", processed=True)
    assert submit(synced_panel) == {"put back": 1}
    return order


def test_an_order_that_was_put_back_becomes_unknown_if_the_balance_fell(synced_panel, sandbox):
    order = put_back_with_lower_balance(synced_panel, sandbox)
    check(synced_panel)
    order.refresh_from_db()
    assert order.state == State.UNKNOWN
    assert "balance fell" in order.error_text
    currency = Panel.objects.get(pk=synced_panel.pk).currency
    assert currency
    assert order.error_text.count(f"\u00a0{currency}") == 2
    assert "Look for the order at the panel" in order.error_text
    assert look(synced_panel) == Pause.UNCLEAR
    let_time_pass_if_timed(synced_panel)
    submit(synced_panel)
    assert len(sandbox.ledger) == 1


def let_time_pass_if_timed(panel):
    if panel.paused_until:
        let_time_pass(panel)


def test_learned_words_are_asked_about_again_if_the_balance_fell(synced_panel, sandbox):
    orders = queue(synced_panel, sandbox, 1)
    now = timezone.now()
    words = RefusalWords.objects.create(
        panel=synced_panel, folded="olmaz", text="Olmaz", meaning=Meaning.PANEL, began_at=now, asked_at=now
    )
    check(synced_panel)
    sandbox.faults.add(Fault.REFUSE, "add", None, text="Olmaz", processed=True)
    assert submit(synced_panel) == {"put back": 1}
    check(synced_panel)
    words.refresh_from_db()
    assert words.meaning == Meaning.ASK
    assert states(*orders) == [State.UNKNOWN]


def test_a_balance_that_fell_for_another_order_proves_nothing(synced_panel, sandbox):
    order = put_back_with_lower_balance(synced_panel, sandbox)
    other = make_order(order.service, state=State.PLACED, sent_at=timezone.now(), remote_id="9")
    check(synced_panel)
    order.refresh_from_db()
    assert (order.state, other.state) == (State.QUEUED, State.PLACED)


def test_a_higher_balance_leaves_the_order_queued(synced_panel, sandbox):
    order = put_back_with_lower_balance(synced_panel, sandbox)
    sandbox.set_balance(Decimal(200_000))
    check(synced_panel)
    order.refresh_from_db()
    assert order.state == State.QUEUED
