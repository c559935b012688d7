"""Says in sentences why a person is needed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator

from panels.models import Panel, RefusalWords, Service
from panels.orders import funds
from panels.pages.numbers import money
from panels.pages.times import moment


def search_in_words(order: Any) -> str:
    """Say what is known of an unknown order, and how the search for its ID stands."""
    text = Truncator(order.error_text or "The panel may have this order.").chars(200)
    if order.is_searching:
        return f"{text} The ID is being searched for…"
    return f"{text} The search for the ID has ended. Look at what it found." if order.is_searched else text


def shortage(panel: Panel) -> str:
    """Say how much money the waiting orders of a panel lack, as HTML."""
    short = funds.shortage(panel)
    orders = "1 order waits" if short.number == 1 else f"{short.number:,} orders wait"
    if short.missing is None:
        return f"{orders} for money. The balance is not known. It is read every minute."
    words = "{} for {} more. The balance is read every minute."
    return format_html(words, orders, money(short.missing, panel.currency))


def wait_in_words(service: Service) -> str:
    """Say why the orders of a service wait."""
    words = Truncator(service.waits_because).chars(120)
    return f"Its orders wait, because the panel answers “{words}”. Asking for the balance did not confirm this."


def trouble(panel: Panel) -> str:
    """Say what is wrong with a panel, as HTML."""
    errors = [("The balance was not read", panel.balance_error), ("The catalog was not read", panel.catalog_error)]
    if panel.balance_error == panel.catalog_error:
        errors = [("Neither the balance nor the catalog was read", panel.balance_error)]
    is_shown = panel.is_paused() or panel.failures
    others = [(what, error) for what, error in errors if error and not (is_shown and error == panel.last_error)]
    return format_html(
        "{}{}",
        render_to_string("panels/providers/_panel_trouble.html", {"panel": panel}),
        format_html_join("", " {}: {}", others),
    )


def ask_for_meaning(_: RefusalWords) -> str:
    """Say that the words of a refusal have no meaning yet."""
    return "The panel refused several orders in a row in these words. Say what the words mean."


def keep(word: Any) -> str:
    """Say how many orders have a status that is not known here."""
    orders = "1 order keeps" if word.number == 1 else f"{word.number:,} orders keep"
    return f"This status is not known here. {orders} the progress from before."


def not_followed(number: int, row: str, since: datetime) -> str:
    """Say how many rows are not followed, and since when, as HTML. row: the word for one of them."""
    rows, whose, they = (row, "its", "It is") if number == 1 else (f"{row}s", "their", "They are")
    words = "{} {} not followed since {}, because no answer shows {} status. {} asked about less often."
    return format_html(words, f"{number:,}", rows, moment(since), whose, they)


def waits_in_batch(batch: Any) -> str:
    """Say how many orders of a paused batch wait."""
    orders = "1 order waits" if batch.number == 1 else f"{batch.number:,} orders wait"
    return f"{orders}, because the batch is paused."


def overcharged(service: Service) -> str:
    """Say how many orders of a service were charged above what was agreed."""
    orders = "1 order was" if service.overcharged_orders == 1 else f"{service.overcharged_orders} orders were"
    told = f" The panel {service.charges_text}." if service.charges_text else ""
    return f"{orders} charged above what was agreed.{told} Sync the catalog, or put the waiting orders on hold."
