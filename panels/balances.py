"""Asks panels what is left on the account, keeps the readings, and lifts the pauses that a balance can lift."""

from __future__ import annotations

import threading

from django.db import transaction
from django.utils import timezone

from panels.errors import PanelError
from panels.limits import PanelClosedError, note_answer, note_error, open_client, resume
from panels.models import BalanceReading, Panel
from panels.wire import Balance


def check_balance(panel_pk: int, stopping: threading.Event, why: str = BalanceReading.Why.SCHEDULE) -> str:
    """Read a panel's balance; returns "" or what went wrong, in words that the panel's page shows too."""
    panel = Panel.objects.filter(pk=panel_pk, is_active=True).first()
    if panel is None:
        return ""
    try:
        with open_client(panel, stopping) as client:
            reading = client.balance()
    except PanelClosedError:
        return _note_failure(panel, "The stored key cannot be decrypted.")
    except PanelError as error:
        note_error(panel, error)
        return _note_failure(panel, error.text)
    note_answer(panel_pk)
    _record(panel_pk, reading, why)
    return ""


def _note_failure(panel: Panel, text: str) -> str:
    # What an old key was told says nothing about a new one, whose own test has been asked for.
    same = Panel.objects.filter(pk=panel.pk, api_url=panel.api_url, api_key=panel.api_key)
    same.update(balance_requested_at=None, balance_error=text)
    return text


def _record(panel_pk: int, reading: Balance, why: str) -> None:
    now = timezone.now()
    with transaction.atomic():
        panel = Panel.objects.select_for_update().get(pk=panel_pk)
        is_news = panel.balance != reading.amount
        panel.balance = reading.amount
        panel.reported_currency = reading.currency or panel.reported_currency
        panel.balance_checked_at, panel.balance_requested_at, panel.balance_error = now, None, ""
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
        if panel.paused_reason == Panel.Pause.FUNDS and _is_higher(panel):
            resume(panel)


def _is_higher(panel: Panel) -> bool:
    """Tell whether money came in since the panel said that there was not enough."""
    return panel.balance is not None and (panel.paused_balance is None or panel.balance > panel.paused_balance)
