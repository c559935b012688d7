"""Writes amounts, times, counts and states in one way for every page."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from typing import NamedTuple, Protocol

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from lucide.templatetags.lucide import lucide as draw

from panels.pages.paging import COUNT_UP_TO

NO_VALUE = "–"
CENT = Decimal("0.01")
NBSP = "\u00a0"
UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


class Look(NamedTuple):
    """The colour class and the icon of a state. Both are always shown together."""

    kind: str
    icon: str


# The same word may be a state of an order, a refill and a panel. It looks the same everywhere.
LOOKS = {
    # an order on its way to the panel
    "queued": Look("neutral", "clock"),
    "held": Look("warn", "hand"),
    "sending": Look("info", "send"),
    "placed": Look("info", "circle-check"),
    "refused": Look("bad", "ban"),
    "unknown": Look("warn", "circle-question-mark"),
    "withdrawn": Look("neutral", "undo-2"),
    "written_off": Look("neutral", "circle-off"),
    # an order or a refill at the panel
    "pending": Look("neutral", "clock"),
    "processing": Look("info", "loader-circle"),
    "in_progress": Look("info", "loader-circle"),
    "completed": Look("good", "circle-check"),
    "partial": Look("warn", "circle-dot"),
    "canceled": Look("neutral", "circle-slash"),
    "refunded": Look("neutral", "undo-2"),
    "failed": Look("bad", "circle-x"),
    "paused": Look("warn", "circle-pause"),
    "expired": Look("neutral", "timer-off"),
    "accepted": Look("info", "circle-check"),
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
    "held": "On hold",
    "written_off": "Marked as lost",
    "wrong": "Error",
    "left_out": "Skipped",
    "not_adopted": "Not imported",
    "unreadable": "Answers not readable",
}
KIND_ICONS = {
    "neutral": "circle-dashed",
    "info": "info",
    "good": "circle-check",
    "warn": "triangle-alert",
    "bad": "circle-x",
}


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


class CostLike(Protocol):
    """The fields of a cost that `cost` reads."""

    @property
    def amount(self) -> Decimal: ...
    @property
    def is_expected(self) -> bool: ...


def money(amount: Decimal | int | None, currency: str = "", *, is_expected: object = False) -> str:
    """Write an amount with its currency: at least 2 decimals, at most 6; "≈" stands before an expected amount."""
    text = _amount(amount, currency, places=6)
    return f"≈{NBSP}{text}" if is_expected and amount is not None else text


def total(amount: Decimal | int | None, currency: str = "", *, is_expected: object = False) -> str:
    """Write a balance or a sum with 2 decimals. The exact amount is on hover where it has more."""
    exact = money(amount, currency, is_expected=is_expected)
    # An amount below a cent would read as nothing.
    if amount is None or Decimal(amount).copy_abs() < CENT:
        return exact
    text = money(Decimal(amount).quantize(CENT, ROUND_HALF_UP), currency, is_expected=is_expected)
    return text if text == exact else format_html('<span title="{}">{}</span>', exact, text)


def cost(
    found: CostLike | None, currency: str, *, expected: Decimal | None = None, charged: Decimal | None = None
) -> str:
    """Write what an order costs: "≈" before an estimate, "–" for none.

    Beside it stands the charge before money was given back, or else the expected cost where it differs from the charge.
    """
    if found is None:
        return NO_VALUE
    text = money(found.amount, currency, is_expected=found.is_expected)
    if charged is not None:
        confirmed = "Charged, and partly given back" if found.amount else "Charged, and given back in full"
        title = "The money given back is not confirmed" if found.is_expected else confirmed
        aside = f"of{NBSP}{money(charged, currency)}"
        return format_html('<span title="{}">{} <span class="small muted clip">{}</span></span>', title, text, aside)
    if found.is_expected:
        return format_html('<span class="muted" title="Expected">{}</span>', text)
    if expected is None or expected == found.amount:
        return text
    other = money(expected, currency, is_expected=True)
    return format_html('{} <span class="small muted clip" title="Expected">{}</span>', text, other)


def price(amount: Decimal | int | None, currency: str = "") -> str:
    """Write the price of a service without its unit, with up to 8 decimals."""
    return _amount(amount, currency, places=8)


def rate(amount: Decimal | int | None, currency: str = "") -> str:
    """Write the price of 1000 units."""
    text = price(amount, currency)
    return text if amount is None else f"{text} per{NBSP}1000"


def count(number: int | str | None) -> str:
    """Write a number with grouped thousands. A text such as "10,000+" stays as it is."""
    if number is None:
        return NO_VALUE
    return number if isinstance(number, str) else f"{number:,}"


def ago(moment: dt.datetime | None, never: str = "never") -> str:
    """Write the distance from now, with the exact local time in the title."""
    if moment is None:
        return never
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        date_format(local, "j M Y, H:i:s T"),
        _distance(moment, local),
    )


def moment(time: dt.datetime) -> str:
    """Write a time as date and time, behind words such as "since"."""
    local = timezone.localtime(time)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        date_format(local, "j M Y, H:i:s T"),
        date_format(local, "j M, H:i"),
    )


def span(time: dt.timedelta | None) -> str:
    """Write a duration in its largest unit: "0.4 s", "15 min"."""
    if time is None:
        return NO_VALUE
    seconds = time.total_seconds()
    if seconds < 10 and seconds % 1:
        return f"{seconds:.1f}{NBSP}s"
    unit, name = next(((unit, name) for unit, name in UNITS if seconds >= unit), UNITS[-1])
    return f"{seconds / unit:.0f}{NBSP}{name}"


def without_stop(text: str) -> str:
    """Return a text without the full stop at its end, because the sentence around it goes on."""
    return text.removesuffix(".")


def from_now(span: dt.timedelta) -> dt.datetime:
    """Return the moment after this time."""
    return timezone.now() + span


def badge(state: str, label: str = "", kind: str = "", icon: str = "") -> str:
    """Show a state as icon, word and colour. An unknown word is grey."""
    look = LOOKS.get(_key(state), Look("neutral", KIND_ICONS["neutral"]))
    if kind:
        look = Look(kind, KIND_ICONS.get(kind, look.icon))
    return format_html(
        '<span class="badge badge--{}">{}<span>{}</span></span>',
        look.kind,
        _icon(icon or look.icon),
        label or LABELS.get(_key(state)) or _words(state),
    )


def order_badge(order: OrderLike) -> str:
    """Show the state of an order: "On hold" for a held order, and the progress of a placed order."""
    if order.state == "queued" and order.held_reason:
        return badge("held")
    if order.state == "queued" and order.held_for_funds_at:
        return badge("low", label="Waits for money")
    if order.state == "placed" and order.progress:
        return badge(order.progress)
    return badge(order.state)


def panel_badge(panel: PanelLike) -> str:
    """Show how a panel is. Every page shows this one badge."""
    if panel.state == "paused":
        return badge(panel.paused_reason, label="Paused")
    if panel.state == "new":
        return badge("new", label="Not tested yet", kind="info")
    return badge(panel.state)


def total_count(number: int) -> str:
    """Write the result of `paging.count_rows`: "10,000+" if it stopped counting."""
    return f"{COUNT_UP_TO:,}+" if number > COUNT_UP_TO else f"{number:,}"


def external_link(address: str, css: str = "") -> str:
    """Show a foreign address. Only http and https become a link, and the link sends no referrer."""
    if not address:
        return NO_VALUE
    if not address.lower().startswith(("http://", "https://")):
        return format_html('<span class="{}" title="{}">{}</span>', css, address, address)
    return format_html(
        '<a class="{}" href="{}" title="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>',
        css,
        address,
        address,
        address.partition("://")[2] or address,
    )


def delivered_bar(order: Delivery) -> str:
    """Show the delivered part of an order, if it is known."""
    if order.delivered is None or not order.quantity:
        return NO_VALUE
    total = order.quantity * int(order.params.get("runs") or 1)
    return format_html(
        '<progress class="{}" value="{}" max="{}" aria-label="Delivered">{}</progress>',
        "progress--good" if order.delivered >= total else "",
        min(order.delivered, total),
        total,
        f"{order.delivered:,} of {total:,}",
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
    return format_html('<span class="flag flag--{}">{}<span>{}</span></span>', css, _icon(icon), words)


@lru_cache(maxsize=512)
def lucide(name: str, *, size: int | None = 24, **attributes: object) -> str:
    """Draw an icon as SVG. Icons are cached, because a page of orders has hundreds of a few kinds."""
    return draw(name, size=size, **attributes)


def _amount(amount: Decimal | int | None, currency: str, *, places: int) -> str:
    if amount is None:
        return NO_VALUE
    rounded = Decimal(amount).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0
    whole, _, decimals = f"{rounded:,f}".partition(".")
    text = f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
    return f"{text}{NBSP}{currency}" if currency else text


def _distance(moment: dt.datetime, local: dt.datetime) -> str:
    seconds = round((timezone.now() - moment).total_seconds())
    size = abs(seconds)
    if size < 10:
        return "just now" if seconds >= 0 else "in a moment"
    if size >= 30 * 86400:
        return date_format(local, "j M Y")
    unit, name = next((unit, name) for unit, name in UNITS if size >= unit)
    text = f"{size // unit}{NBSP}{name}"
    return f"{text} ago" if seconds > 0 else f"in {text}"


def _key(state: str) -> str:
    return str(state).strip().lower().replace(" ", "_").replace("-", "_")


def _words(state: str) -> str:
    words = str(state).replace("_", " ").strip()
    return words[:1].upper() + words[1:] or NO_VALUE


@cache
def _icon(name: str) -> str:
    # The word beside the icon says the same, so it is hidden from screen readers.
    return lucide(name, size=14, **{"class": "icon", "aria-hidden": "true"})
