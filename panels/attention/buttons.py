"""Declares the buttons that settle a finding, in place where one step settles it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from panels.attention.parts import Button
from panels.models import Batch, Order
from panels.orders import approval, resolution
from panels.pages.numbers import money_text


def show_row(row: Any) -> str:
    """Return the address of the row's own page."""
    return str(row.get_absolute_url())


def show_person(mail: Any) -> str:
    """Return the address of the page about the person of a mail."""
    return reverse("person_detail", args=[mail.person_id])


def _say(label: str) -> Callable[[Any], str]:
    return lambda _: label


def _at(name: str) -> Callable[[Any], str]:
    """Return the address of a view for a row."""
    return lambda row: reverse(name, args=[row.pk])


def link(label: str, permission: str, address: Callable[[Any], str] = show_row, look: str = "Show") -> Button:
    """Declare a button that leads to a page. `look` is its label for people without the permission."""
    return Button(_say(label), permission, address, look=look)


# It leads the answer back to the page where the button is.
_HERE = {"list": _say("1")}
DECIDE = link("Decide", "panels.change_order")
OPEN_PANEL = link("Open panel", "panels.change_panel")
# A person who may order may also look after the money (`views.panels.panel_ask`).
CHECK = Button(_say("Check now"), "panels.add_order", _at("panel_balance"), _HERE, lambda panel: not panel.is_asked)
RESUME = Button(_say("Resume"), "panels.change_panel", _at("panel_resume"), _HERE, lambda panel: panel.is_paused())
RESUME_BATCH = Button(_say("Resume"), "panels.change_batch", _at("bulk_resume"), _HERE)
SEEN = Button(
    _say("Mark as seen"),
    "panels.change_order",
    _at("order_resolve"),
    {**_HERE, "decision": _say("seen"), "alarm": lambda order: order.alarm},
)
CHARGES_SEEN = Button(
    _say("Mark as seen"), "panels.change_order", _at("service_charges"), {**_HERE, "decision": _say("seen")}
)
CATALOG_SEEN = Button(
    _say("Mark as seen"),
    "panels.change_panel",
    _at("panel_catalog_seen"),
    {**_HERE, "fell_at": lambda panel: panel.catalog_fell_at.isoformat()},
    lambda panel: panel.catalog_fell_at is not None,
)
SEND_MAIL = Button(_say("Send again"), "auth.change_user", _at("mail_settle"), {**_HERE, "decision": _say("again")})
DISMISS_MAIL = Button(_say("Dismiss"), "auth.change_user", _at("mail_settle"), {**_HERE, "decision": _say("dismiss")})
SEARCH = Button(
    _say("Search for the ID"),
    "panels.change_order",
    _at("order_search"),
    _HERE,
    lambda order: not order.is_searched and order.panel.is_active and resolution.may_resolve(order),
)


def _new_cost(order: Order) -> str:
    now = resolution.check_now(order)
    if now.cost is None:
        return "Send, cost not known"
    return f"Send for {'at most ' if now.is_ceiling else ''}{money_text(now.cost, order.panel.currency)}"


def _ask_for_release(order: Order) -> str:
    """Say what will be paid, and what was agreed."""
    now, currency = resolution.check_now(order), order.panel.currency
    if now.cost is None:
        return "The cost is not known in advance."
    cost = f"{'at most ' if now.is_ceiling else ''}{money_text(now.cost, currency)}"
    if now.cost == order.expected_cost:
        return f"It costs {cost}, as agreed when it was ordered."
    agreed = money_text(order.expected_cost, order.currency) if order.expected_cost is not None else "no cost"
    return f"It costs {cost} now. When it was ordered, {agreed} was agreed."


SEND_ELSEWHERE = Button(
    _say("Send elsewhere"),
    "panels.add_order",
    lambda _: reverse("order_actions"),
    {"order": lambda order: str(order.pk), "action": _say("elsewhere")},
    lambda order: order.elsewhere is not None,
)
RELEASE = Button(
    _new_cost,
    "panels.change_order",
    _at("order_resolve"),
    {
        **_HERE,
        "decision": _say("release"),
        "shown": lambda order: resolution.check_now(order).mark,
    },
    lambda order: not resolution.check_now(order).problem,
    asks=_ask_for_release,
)


def _at_approval(row: Any) -> str:
    return reverse("bulk_approval" if isinstance(row, Batch) else "order_approval", args=[row.pk])


def approve_label(case: approval.Case) -> str:
    """Return the label of the button that approves, with what it spends."""
    costs = " + ".join(money_text(each.total, each.currency) for each in case.wanted if each.total)
    unpriced = sum(each.unpriced for each in case.wanted)
    more = f"{'+ ' if costs else ''}{unpriced:,} without a known cost" if unpriced else ""
    return " ".join(filter(None, ("Approve", costs, more)))


def say_why(case: approval.Case) -> str:
    """Say why orders wait for approval, as it is now."""
    return " ".join(case.reasons) or "It is within the limits now."


# `held.find_cases` sets the case of each row.
APPROVE = Button(
    lambda row: approve_label(row.case),
    approval.MAY_APPROVE,
    _at_approval,
    {**_HERE, "decision": _say("approve"), "shown": lambda row: row.case.mark},
    asks=lambda row: say_why(row.case),
    takes="A word for the history",
)
REFUSE = Button(
    _say("Refuse"),
    approval.MAY_APPROVE,
    _at_approval,
    {**_HERE, "decision": _say("refuse")},
    asks=_say("Nothing is sent. The person who ordered sees your word."),
    takes="Why not",
)
