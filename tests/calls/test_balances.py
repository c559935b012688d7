"""Balances are read and kept, and a balance that covers an order ends a pause for funds."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from panels.calls.balances import check_balance
from panels.calls.catalog import sync_catalog
from panels.calls.submission import submit_queued
from panels.forms.panels import BROWSER
from panels.models import BalanceReading, Panel, Product, ProductGrade
from panels.protocol.client import PanelClient
from panels.protocol.wire import OrderStatus
from panels.providers import pauses
from panels.sandbox import Fault
from tests.calls.sending import place
from tests.factories import make_offer, make_order, make_panel, read_offers

LATER = timezone.now() + timedelta(days=1)


def check(panel, why="schedule"):
    return check_balance(panel.pk, threading.Event(), why)


def test_a_balance_is_stored_with_its_currency(panel, sandbox):
    Panel.objects.update(reported_currency="", balance_requested_at=timezone.now())
    assert check(panel) == ""
    panel.refresh_from_db()
    assert (panel.balance, panel.currency) == (Decimal(500), "USD")
    assert panel.balance_checked_at is not None
    assert panel.balance_requested_at is None
    assert BalanceReading.objects.get().balance == Decimal(500)


def test_products_are_compared_anew_when_a_panel_says_its_currency(panel, sandbox):
    """Most panels are synced before their first balance is read, and then no price has a currency."""
    Panel.objects.update(reported_currency="")
    service = make_offer("Instagram Followers", panel)
    make_offer("Instagram Followers", make_panel(), rate_per_1000=2)
    read_offers()
    assert ProductGrade.objects.get(refill=0).compared == 0
    assert check(panel) == ""
    read_offers()
    grade = ProductGrade.objects.get(refill=0)
    assert (grade.compared, grade.cheapest) == (2, service)
    # A reading that says the same currency changes nothing.
    assert check(panel) == ""
    assert not Product.objects.filter(is_stale=True).exists()


def test_only_news_is_kept_on_schedule_but_every_reading_that_was_asked_for(panel, sandbox):
    check(panel)
    check(panel)
    assert BalanceReading.objects.count() == 1
    check(panel, BalanceReading.Why.REQUEST)
    assert BalanceReading.objects.count() == 2


def test_a_wrong_key_shows_the_panels_own_words_and_pauses(panel, sandbox):
    panel.set_key("wrong-key-0123456789")
    panel.save()
    assert check(panel) == "Invalid API key"
    panel.refresh_from_db()
    assert panel.balance_error == "Invalid API key"
    assert panel.paused_reason == Panel.Pause.AUTH
    assert panel.balance is None


@pytest.mark.parametrize(
    ("demand", "setting", "hint"),
    [
        ("takes_only_json", {"body": "json"}, "seems to want the fields as JSON. Set “Body” to JSON"),
        ("lets_only_browsers", {"user_agent": BROWSER}, "seems to refuse our User-Agent. Set the “User-Agent”"),
    ],
)
def test_a_failed_test_names_the_setting_with_which_the_panel_answers(panel, sandbox, demand, setting, hint):
    setattr(sandbox, demand, True)
    assert hint in check(panel)
    panel.refresh_from_db()
    assert hint in panel.balance_error
    assert hint in sync_catalog(panel.pk, threading.Event())[1]
    Panel.objects.update(**setting)
    assert check(panel) == ""
    panel.refresh_from_db()
    assert (panel.balance, panel.balance_error) == (Decimal(500), "")
    assert sync_catalog(panel.pk, threading.Event())[1] == ""
    panel.refresh_from_db()
    order = place(panel, sandbox)
    submit_queued(panel.pk, threading.Event())
    order.refresh_from_db()
    assert [entry.order_id for entry in sandbox.ledger] == [order.remote_id]
    with PanelClient(panel.account()) as client:
        assert isinstance(client.statuses([order.remote_id, "1"])[order.remote_id], OrderStatus)
        assert str(client.cancels([order.remote_id])[order.remote_id]) == "Cannot cancel this order"


def test_a_failure_of_the_old_way_of_calling_says_nothing_about_the_new_one(panel, sandbox, monkeypatch):
    sandbox.takes_only_json = True
    real = PanelClient.balance

    def changed_meanwhile(client):
        Panel.objects.update(body="json", balance_requested_at=LATER)
        return real(client)

    monkeypatch.setattr(PanelClient, "balance", changed_meanwhile)
    assert "JSON" in check(panel)
    panel.refresh_from_db()
    assert (panel.balance_error, panel.balance_requested_at) == ("", LATER)


def test_a_failure_keeps_the_last_balance(synced_panel, sandbox, monkeypatch):
    monkeypatch.setattr("panels.protocol.client.BACKOFF", (0.0, 0.0))
    sandbox.faults.add(Fault.GARBAGE, "balance", times=None)
    assert check(synced_panel)
    synced_panel.refresh_from_db()
    assert synced_panel.balance == Decimal(500)
    assert synced_panel.state == "failing"


def test_money_that_came_in_ends_the_pause_for_funds(synced_panel, sandbox):
    make_order(synced_panel.services.first(), expected_cost=Decimal(20))
    sandbox.set_balance(Decimal("0.10"))
    pauses.pause(synced_panel, Panel.Pause.FUNDS, "Not enough funds")
    for balance in ("0.10", "0.05", "19.99"):
        sandbox.set_balance(Decimal(balance))
        check(synced_panel)
        synced_panel.refresh_from_db()
        assert synced_panel.paused_reason == Panel.Pause.FUNDS
    sandbox.set_balance(Decimal("50.05"))
    check(synced_panel)
    synced_panel.refresh_from_db()
    assert synced_panel.paused_reason == ""


def test_money_that_came_in_before_the_balance_could_be_read_ends_the_pause_too(synced_panel, sandbox, monkeypatch):
    make_order(synced_panel.services.first(), expected_cost=Decimal(20))
    monkeypatch.setattr("panels.protocol.client.BACKOFF", (0.0, 0.0))
    sandbox.set_balance(Decimal("0.10"))
    check(synced_panel)
    pauses.pause(synced_panel, Panel.Pause.FUNDS, "Not enough funds")
    sandbox.faults.add(Fault.GARBAGE, "balance", times=None)
    assert check(synced_panel)
    sandbox.faults.clear()
    sandbox.set_balance(Decimal("50.05"))
    assert check(synced_panel) == ""
    synced_panel.refresh_from_db()
    assert synced_panel.paused_reason == ""


def test_an_answer_ends_the_pause_that_silence_had_begun(synced_panel, sandbox):
    Panel.objects.update(paused_reason="unreachable", paused_until=timezone.now(), failures=4)
    check(synced_panel)
    synced_panel.refresh_from_db()
    assert (synced_panel.paused_reason, synced_panel.failures) == ("", 0)


def test_an_inactive_panel_is_never_called(panel, sandbox):
    Panel.objects.update(is_active=False)
    check(panel)
    assert sandbox.calls.total() == 0


def test_an_override_wins_over_the_currency_that_the_panel_reports(db, sandbox):
    panel = make_panel(api_url=sandbox.api_url, key=sandbox.key, currency_override="EUR")
    check(panel)
    panel.refresh_from_db()
    assert panel.currency == "EUR"
    assert panel.reported_currency == "USD"


def test_a_key_that_cannot_be_decrypted_is_said_and_calls_nobody(panel, sandbox, settings):
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    assert "cannot be decrypted" in check(panel)
    panel.refresh_from_db()
    assert panel.paused_reason == Panel.Pause.AUTH
    assert sandbox.calls.total() == 0


def test_a_balance_of_the_old_account_is_not_taken_over(panel, sandbox, monkeypatch):
    real = PanelClient.balance

    def balance(self):
        reading = real(self)
        Panel.objects.update(api_url="http://127.0.0.1:9/other", balance_requested_at=timezone.now())
        return reading

    monkeypatch.setattr(PanelClient, "balance", balance)
    assert "changed during the call" in check(panel)
    panel.refresh_from_db()
    assert panel.balance is None
    assert panel.balance_requested_at is not None


def test_a_panel_that_tells_no_balance_is_asked_about_an_order_before_it_is_taken_for_gone(synced_panel, sandbox):
    service = synced_panel.services.get(remote_id=str(sandbox.pick("Default").id))
    make_order(service, quantity=service.min_quantity)
    submit_queued(synced_panel.pk, threading.Event())
    sandbox.faults.add(Fault.ERROR_500, "balance", times=None)
    Panel.objects.update(paused_reason="unreachable", paused_until=timezone.now(), failures=3)
    assert "500" in check_balance(synced_panel.pk, threading.Event())
    synced_panel.refresh_from_db()
    assert (synced_panel.paused_reason, synced_panel.failures) == ("", 0)
    sandbox.faults.add(Fault.ERROR_500, "status", times=None)
    Panel.objects.update(paused_reason="unreachable", paused_until=timezone.now(), failures=3)
    check_balance(synced_panel.pk, threading.Event())
    synced_panel.refresh_from_db()
    assert (synced_panel.paused_reason, synced_panel.failures) == ("unreachable", 4)
