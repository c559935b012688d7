"""Reads the balances of our accounts, keeps the readings, and ends the pauses that a higher balance ends."""

from __future__ import annotations

import threading
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.utils import timezone

from panels.calls.visit import PanelClosedError, Visit, note_unanswered, visit
from panels.models import BalanceReading, Order, Panel
from panels.protocol.client import PanelClient
from panels.protocol.errors import Deferred, PanelError
from panels.protocol.wire import Balance
from panels.providers.pauses import resume

_note_failure = partial(note_unanswered, error_field="balance_error", request_field="balance_requested_at")


def check_balance(panel_pk: int, stopping: threading.Event, why: str = BalanceReading.Why.SCHEDULE) -> str:
    """Read the balance of a panel; return "", or the error in words that the panel's page shows too."""
    active = Panel.objects.filter(is_active=True)
    active.filter(pk=panel_pk).update(balance_tried_at=timezone.now())
    try:
        with visit(active, panel_pk, stopping) as here:
            panel = here.panel
            reading = _read_balance(here)
    except Deferred as error:
        return error.text
    except PanelClosedError as closed:
        return _note_failure(closed.panel, closed.text) if closed.panel else ""
    except PanelError as error:
        return _note_failure(panel, error.text)
    if isinstance(reading, PanelError):
        return _note_failure(panel, reading.text)
    return _record_balance(panel, reading, why)


def _read_balance(here: Visit) -> Balance | PanelError:
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


def _record_balance(called: Panel, reading: Balance, why: str) -> str:
    now = timezone.now()
    with transaction.atomic():
        panel = Panel.objects.select_for_update(no_key=True).get(pk=called.pk)
        if not panel.is_same_account(called):
            return "The account was changed during the call. The balance was not saved."
        is_news = panel.balance != reading.amount
        panel.balance = reading.amount
        panel.reported_currency = reading.currency or panel.reported_currency
        panel.balance_checked_at, panel.balance_error = now, ""
        # A newer request stays. It has another value; its time may be earlier, because clocks differ and are set back.
        if panel.balance_requested_at == called.balance_requested_at:
            panel.balance_requested_at = None
        panel.save(
            update_fields=(
                "balance",
                "reported_currency",
                "balance_checked_at",
                "balance_requested_at",
                "balance_error",
            )
        )
        if is_news or why != BalanceReading.Why.SCHEDULE:
            BalanceReading.objects.create(panel=panel, at=now, balance=reading.amount, currency=panel.currency, why=why)
        if panel.paused_reason == Panel.Pause.FUNDS:
            _end_pause_for_funds(panel, reading.amount)
    return ""


def _end_pause_for_funds(panel: Panel, balance: Decimal) -> None:
    """End a pause for funds if the balance is above the lowest reading since the pause began and just before it."""
    if panel.paused_balance is not None and balance > panel.paused_balance:
        resume(panel)
    else:
        Panel.objects.filter(pk=panel.pk).update(paused_balance=balance)
