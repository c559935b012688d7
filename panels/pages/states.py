"""Shows states in one way for every page: a word, an icon and a colour.

The kinds of colours are neutral and, for orders, sending, placed, info (it runs), good, partly, warn (a person decides)
and bad.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import NamedTuple, Protocol

from django.utils.html import format_html
from django.utils.safestring import mark_safe

from panels.models.order_states import STAGE_OF_PROGRESS, STAGE_OF_STATE, Stage
from panels.pages.icons import icon_of_word
from panels.pages.numbers import NO_VALUE


class Look(NamedTuple):
    """The colour class and the icon of a state. Both are always shown together."""

    kind: str
    icon: str


# The same word may be a state of an order, a refill and a panel. It looks the same everywhere.
LOOKS = {
    # an order on its way to the panel
    "asked": Look("warn", "user-check"),
    "queued": Look("neutral", "clock"),
    "held": Look("warn", "hand"),
    "sending": Look("sending", "send"),
    "placed": Look("placed", "circle-check"),
    "refused": Look("bad", "ban"),
    "unknown": Look("warn", "circle-question-mark"),
    "withdrawn": Look("neutral", "undo-2"),
    "written_off": Look("neutral", "circle-off"),
    # an order or a refill at the panel
    "pending": Look("neutral", "clock"),
    "processing": Look("info", "loader-circle"),
    "in_progress": Look("info", "loader-circle"),
    "completed": Look("good", "circle-check"),
    "partial": Look("partly", "circle-dot"),
    "canceled": Look("neutral", "circle-slash"),
    "refunded": Look("neutral", "undo-2"),
    "failed": Look("bad", "circle-x"),
    "paused": Look("warn", "circle-pause"),
    "expired": Look("neutral", "timer-off"),
    "accepted": Look("placed", "circle-check"),
    "awaiting": Look("neutral", "hourglass"),
    "approved": Look("info", "check"),
    "rejected": Look("bad", "ban"),
    "error": Look("bad", "circle-x"),
    # a panel
    "ok": Look("good", "circle-check"),
    "inactive": Look("neutral", "circle-off"),
    "unreachable": Look("bad", "unplug"),
    "auth": Look("bad", "key-round"),
    "funds": Look("bad", "wallet"),
    "low": Look("warn", "wallet"),
    "rate_limit": Look("warn", "hourglass"),
    "by_hand": Look("warn", "circle-pause"),
    "everybody": Look("bad", "ban"),
    "unclear": Look("warn", "circle-pause"),
    "failing": Look("bad", "circle-x"),
    "unreadable": Look("warn", "file-question-mark"),
    # a service
    "listed": Look("good", "circle-check"),
    "not_listed": Look("neutral", "circle-off"),
    # a batch or a job
    "draft": Look("neutral", "pencil"),
    "confirmed": Look("info", "circle-check"),
    "discarded": Look("neutral", "trash-2"),
    "running": Look("info", "loader-circle"),
    "finished": Look("good", "circle-check"),
    "wrong": Look("bad", "circle-x"),
    "left_out": Look("neutral", "circle-slash"),
    "not_adopted": Look("bad", "circle-x"),
    "done": Look("good", "circle-check"),
    # a worker
    "alive": Look("good", "circle-check"),
    "stopped": Look("neutral", "circle-off"),
    "lost": Look("bad", "unplug"),
}
# The words of states whose key is not their word.
LABELS = {
    "asked": "Waits for approval",
    "held": "On hold",
    "written_off": "Marked as lost",
    "wrong": "Error",
    "left_out": "Skipped",
    "not_adopted": "Not imported",
    "unreadable": "Answers not readable",
}
KIND_ICONS = {
    "neutral": "circle-dashed",
    "sending": "send",
    "placed": "circle-check",
    "info": "info",
    "good": "circle-check",
    "partly": "circle-dot",
    "warn": "triangle-alert",
    "bad": "circle-x",
}


MEANINGS = {
    Stage.APPROVAL: "It is above the limits of the person. Nothing is ordered until a manager approves it.",
    Stage.WAITING: "It is queued here, and is sent as soon as its panel takes it.",
    Stage.NEEDS_YOU: "A person must decide or look.",
    Stage.SENDING: "It is on its way to the panel. The answer is not known yet.",
    Stage.RUNNING: "The panel took it and has not finished it.",
    Stage.DONE: "The panel delivered all of it.",
    Stage.PARTLY: "It ended after a part was delivered.",
    Stage.PROBLEM: "It ended without a full delivery, and nobody here asked for that.",
    Stage.WITHDRAWN: (
        "A person took it back: before it was sent, or by a cancel that the panel accepted. Or it was not approved."
    ),
}


class LegendRow(NamedTuple):
    """A stage of orders with its meaning, and the badges that its orders show."""

    stage: Stage
    meaning: str
    badges: list[str]


class OrderLike(Protocol):
    """The fields of an order that `order_badge` reads."""

    state: str
    progress: str
    held_reason: str
    held_for_funds_at: dt.datetime | None


class PanelLike(Protocol):
    """The fields of a panel that `panel_badge` reads."""

    paused_reason: str

    @property
    def state(self) -> str: ...


class Delivery(Protocol):
    """The fields of an order that `delivered_bar` reads."""

    quantity: int | None
    params: dict[str, str]

    @property
    def delivered(self) -> int | None: ...


@lru_cache(maxsize=512)
def badge(state: str, label: str = "", kind: str = "", icon: str = "") -> str:
    """Show a state as icon, word and colour. An unknown word is grey."""
    look = LOOKS.get(_key(state), Look("neutral", KIND_ICONS["neutral"]))
    if kind:
        look = Look(kind, KIND_ICONS.get(kind, look.icon))
    return format_html(
        '<span class="badge badge--{}">{}<span>{}</span></span>',
        look.kind,
        icon_of_word(icon or look.icon),
        label or LABELS.get(_key(state)) or _words(state),
    )


def order_badge(order: OrderLike) -> str:
    """Show the state of an order: "On hold" for a held order, and the progress of a placed order."""
    if order.state == "queued" and order.held_reason:
        return badge("held")
    if order.state == "queued" and order.held_for_funds_at:
        return _waits_for_money()
    if order.state == "placed" and order.progress:
        return badge(order.progress)
    return badge(order.state)


def order_legend() -> list[LegendRow]:
    """Return a row for each stage of orders."""
    exact = [*STAGE_OF_STATE.items(), *STAGE_OF_PROGRESS.items()]
    rows = {stage: [badge(word) for word, its in exact if its == stage and word] for stage in Stage}
    rows[Stage.WAITING].append(_waits_for_money())
    rows[Stage.NEEDS_YOU] += [badge("held"), badge("alarm", label="Alarm", kind="bad")]
    rows[Stage.RUNNING].insert(0, badge("placed"))
    rows[Stage.WITHDRAWN] += [badge("canceled"), badge("refunded")]
    return [LegendRow(stage, MEANINGS[stage], badges) for stage, badges in rows.items()]


def panel_badge(panel: PanelLike) -> str:
    """Show how a panel is. Every page shows this one badge."""
    if panel.state == "paused":
        return badge(panel.paused_reason, label="Paused")
    if panel.state == "new":
        return badge("new", label="Not tested yet", kind="info")
    return badge(panel.state)


def delivered_bar(order: Delivery) -> str:
    """Show the delivered part of an order, if it is known."""
    done = order.delivered
    if done is None or not order.quantity:
        return NO_VALUE
    total = order.quantity * int(order.params.get("runs") or 1)
    css = "progress--good" if done >= total else ""
    # Only numbers, which need not be escaped.
    return mark_safe(  # noqa: S308
        f'<progress class="{css}" value="{min(done, total)}" max="{total}" aria-label="Delivered">'
        f"{done:,} of {total:,}</progress>"
    )


def flag(value: object, label: str, doubt: str = "") -> str:
    """Show whether a service has a feature: yes, no, not stated in the catalog, or what makes the yes doubtful."""
    if doubt:
        css, icon, words = "unknown", "circle-question-mark", doubt
    elif value in {True, "yes"}:
        css, icon, words = "yes", "check", label
    elif value in {False, "no"}:
        css, icon, words = "no", "x", f"No {label.lower()}"
    else:
        css, icon, words = "unknown", "circle-question-mark", f"{label} not stated"
    return format_html('<span class="flag flag--{}">{}<span>{}</span></span>', css, icon_of_word(icon), words)


def _waits_for_money() -> str:
    return badge("low", label="Waits for money")


def _key(state: str) -> str:
    return str(state).strip().lower().replace(" ", "_").replace("-", "_")


def _words(state: str) -> str:
    words = str(state).replace("_", " ").strip()
    return words[:1].upper() + words[1:] or NO_VALUE
