"""The statement of an account: its columns, its export, and what its end says in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from panels.lists.cells import BARE, aside, time_column, words
from panels.money.closing import Closing
from panels.money.standing import Promised
from panels.money.statement import StatementLine
from panels.pages import numbers
from panels.pages.numbers import money_text
from panels.pages.table import Column, Table

BEFORE = "The opening balance has it already, so it changes no balance here."


def _kind(line: StatementLine) -> str:
    label = line.entry.get_kind_display()
    return format_html("{} {}", _muted(line, label), aside("before the books", BEFORE)) if line.is_before else label


def _muted(line: StatementLine, shown: str) -> str | SafeString:
    """Write what is from before the books in grey."""
    return format_html('<span class="muted">{}</span>', shown) if line.is_before else shown


def _order(line: StatementLine) -> str:
    order_pk = line.entry.order_id
    return format_html('<a href="{}">#{}</a>', reverse("order_detail", args=[order_pk]), order_pk) if order_pk else ""


def _note(line: StatementLine) -> str:
    return words(" · ".join(filter(None, (line.entry.note, line.entry.by_name and f"by {line.entry.by_name}"))))


def _currency(line: StatementLine) -> str:
    return line.entry.currency


EXPORTED: Mapping[str, Callable[[StatementLine], Any]] = {
    "Time": attrgetter("entry.value_at"),
    "Moved after": attrgetter("entry.value_after"),
    "Booked": attrgetter("entry.at"),
    "Kind": lambda line: line.entry.get_kind_display(),
    "Order": attrgetter("entry.order_id"),
    "Amount": attrgetter("entry.amount"),
    "Balance": attrgetter("balance"),
    "Currency": _currency,
    "Before the books": attrgetter("is_before"),
    "By": attrgetter("entry.by_name"),
    "Note": attrgetter("entry.note"),
}

STATEMENT: Table[StatementLine] = Table(
    name="entries",
    row="entry",
    exported=EXPORTED,
    sorts={"time": "value_at"},
    sort="-time",
    columns=(
        time_column("time", "When", attrgetter("entry.value_at"), shown="always", place="figure"),
        Column(name="kind", title="Kind", cell=_kind, css="w-state", shown="always", place="title"),
        Column(name="order", title="Order", cell=_order, css="w-id", place="figure"),
        Column(name="note", title="Note", cell=_note, css="table__main", place="remark"),
        Column(
            name="amount",
            title="Amount",
            cell=lambda line: _muted(line, numbers.money(line.entry.amount, line.entry.currency, is_aligned=True)),
            bare=lambda line: _muted(line, numbers.money(line.entry.amount, line.entry.currency, **BARE)),
            currency=_currency,
            css="num",
            shown="always",
            place="badge",
        ),
        Column(
            name="balance",
            title="Balance",
            cell=lambda line: numbers.money(line.balance, line.entry.currency, is_aligned=True),
            bare=lambda line: numbers.money(line.balance, line.entry.currency, **BARE),
            currency=lambda line: None if line.balance is None else line.entry.currency,
            css="num",
            shown="always",
            place="figure",
        ),
    ),
)


# -- the end of a statement in words. The page and the command show the same.


def say_closing(closing: Closing) -> Iterator[str]:
    """Yield sentences about the difference between the books and the balance that was read, as plain text."""
    if closing.is_equal:
        yield "The books and the balance of the panel are equal."
    else:
        missing = closing.difference < 0
        amount = money_text(abs(closing.difference), closing.currency)
        yield f"The panel has {amount} {'less' if missing else 'more'} than the books."
        yield from _explain(closing)
    if closing.later:
        are = "1 entry is" if closing.later == 1 else f"{closing.later:,} entries are"
        yield f"{are} later than this balance, and not in the comparison."


def _explain(closing: Closing) -> Iterator[str]:
    uncharged, unknown = closing.uncharged, closing.unknown
    if uncharged.number:
        have = "has" if uncharged.number == 1 else "have"
        yield f"{_orders(uncharged)} {have} no charge yet: {_cost(uncharged, closing)}."
        if closing.is_explained:
            yield "That is the whole difference."
            return
        if closing.rest < 0:
            yield f"That leaves {money_text(-closing.rest, closing.currency)} that is not explained."
        elif closing.rise is None:
            yield "That is more than the difference, so some of it may not be charged."
    if unknown.number:
        are, them = ("is", "it") if unknown.number == 1 else ("are", "all, some or none of them")
        yield f"{_orders(unknown)} {are} unknown or being sent. The panel may have {them}: {_cost(unknown, closing)}."
    if closing.rise is not None:
        yield "A deposit that is not booked may explain it, or money given back that the panel has not told yet."
    elif closing.rest < 0:
        yield "Purchases outside this dashboard and fees of the panel are in no entry."


def _orders(promised: Promised) -> str:
    return "1 order" if promised.number == 1 else f"{promised.number:,} orders"


def _cost(promised: Promised, closing: Closing) -> str:
    cost = f"about {money_text(promised.amount, closing.currency)} expected"
    return f"{cost}, and {promised.unpriced:,} without a known price" if promised.unpriced else cost
