"""Reads the balances of our accounts, keeps the readings, and lets the orders go that a balance covers."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from panels.calls.conclusions import note_unanswered
from panels.calls.refusals import doubt_refusals
from panels.calls.visit import PanelClosedError, Visit, visit
from panels.catalog.offers import mark_panel_stale
from panels.models import BalanceReading, Order, Panel
from panels.money.given_back import learn_keeping
from panels.money.ledger import open_books
from panels.orders import funds
from panels.protocol.client import PanelClient
from panels.protocol.errors import Deferred, PanelError
from panels.protocol.wire import Balance

# A reading that was asked for so shortly before the stored one came late. Clocks that are set back differ by more.
OVERTAKEN_WITHIN = timedelta(minutes=5)
# The fields of a panel that a reading changes.
WRITTEN = (
    "balance",
    "reported_currency",
    "free_balance",
    "gives_credit",
    "balance_checked_at",
    "balance_requested_at",
    "balance_error",
)
_note_failure = partial(note_unanswered, error_field="balance_error", request_field="balance_requested_at")


def check_balance(panel_pk: int, stopping: threading.Event, why: str = BalanceReading.Why.SCHEDULE) -> str:
    """Read the balance of a panel; return "", or the error in words that the panel's page shows too."""
    active = Panel.objects.filter(is_active=True)
    active.filter(pk=panel_pk).update(balance_tried_at=timezone.now())
    asked_at = timezone.now()
    try:
        with visit(active, panel_pk, stopping) as here:
            panel = here.panel
            reading = _ask_balance(here)
    except Deferred as error:
        return error.text
    except PanelClosedError as closed:
        return _note_failure(closed.panel, closed.text) if closed.panel else ""
    except PanelError as error:
        return _note_failure(panel, error.text)
    if isinstance(reading, PanelError):
        return _note_failure(panel, reading.text)
    return _record_balance(panel, reading, why, asked_at)


def read_balance(here: Visit) -> Balance | PanelError:
    """Read and record the balance during a visit, or return and note the error."""
    asked_at = timezone.now()
    Panel.objects.filter(pk=here.panel.pk).update(balance_tried_at=asked_at)
    try:
        reading = here.client.balance()
    except Deferred as error:
        here.note_error(error)
        return error
    except PanelError as error:
        here.note_error(error)
        _note_failure(here.panel, error.text)
        return error
    here.note_answer()
    if problem := _record_balance(here.panel, reading, BalanceReading.Why.REFUSAL, asked_at):
        return Deferred(problem)
    return reading


def _ask_balance(here: Visit) -> Balance | PanelError:
    """Return the balance, or the error if the panel gives no balance but answers about one of our orders."""
    try:
        reading = here.client.balance()
    except PanelError as error:
        if not (here.panel.is_probe_due() and _answers_about_an_order(here.panel, here.client)):
            raise
        here.note_answer()
        return error
    here.note_answer()
    return reading


def _answers_about_an_order(panel: Panel, client: PanelClient) -> bool:
    """Tell whether a panel that gives no balance answers about an order."""
    known = Order.objects.filter(panel=panel, sent_at__isnull=False, remote_id__gt="").order_by("-sent_at").first()
    if known is None:
        return False
    try:
        client.statuses([known.remote_id])
    except PanelError:
        return False
    return True


def _record_balance(called: Panel, reading: Balance, why: str, asked_at: datetime) -> str:
    """Store a reading that was asked for at this time, and let go what it covers; return "" or the problem.

    `asked_at` is the time of the reading, because it may lack whatever the panel charged after the question.
    """
    with transaction.atomic():
        panel = Panel.objects.select_for_update(no_key=True).get(pk=called.pk)
        if not panel.is_same_account(called):
            return "The account was changed during the call. The balance was not saved."
        if panel.balance_checked_at and timedelta() < panel.balance_checked_at - asked_at < OVERTAKEN_WITHIN:
            return ""
        doubt_refusals(panel, reading.amount)
        learn_keeping(panel, reading.amount)
        is_news = panel.balance != reading.amount
        panel.balance = reading.amount
        before, panel.reported_currency = panel.currency, reading.currency or panel.reported_currency
        panel.free_balance = funds.free_of(panel, reading.amount, asked_at)
        panel.gives_credit = panel.gives_credit or reading.amount < 0
        panel.balance_checked_at, panel.balance_error = asked_at, ""
        # A newer request stays. It has another value; its time may be earlier, because clocks differ and are set back.
        if panel.balance_requested_at == called.balance_requested_at:
            panel.balance_requested_at = None
        panel.save(update_fields=WRITTEN)
        stored = None
        if is_news or why != BalanceReading.Why.SCHEDULE:
            stored = BalanceReading.objects.create(
                panel=panel, at=asked_at, balance=reading.amount, currency=panel.currency, why=why
            )
        open_books(panel, reading.amount, asked_at, stored)
    # In transactions of their own, because the panel may offer thousands of products, and thousands of orders may go.
    if panel.currency != before:
        mark_panel_stale(panel)
    funds.settle(panel)
    return ""
