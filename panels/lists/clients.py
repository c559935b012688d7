"""The list of clients: its columns and its export, and what its cells need of each client."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join

from panels.clients.spend import OPEN, Spent, count_orders, prices, spent_this_month
from panels.lists.cells import main_link, time_column
from panels.models import Client
from panels.models.fields import plain
from panels.models.order_states import Stage
from panels.pages import numbers
from panels.pages.table import Column, Table


@dataclass(frozen=True)
class Row:
    """A client with what was spent this month, and the numbers of the orders that somebody looks for."""

    client: Client
    spent: Sequence[Spent]
    running: int
    needs_you: int
    problems: int

    @property
    def pk(self) -> int:
        """The pk of the client."""
        return self.client.pk

    @property
    def prices(self) -> list[Spent]:
        """The prices of what was spent, none without a mark-up."""
        return list(prices(self.client, self.spent))


def with_orders(clients: Iterable[Client], now: dt.datetime) -> list[Row]:
    """Return clients with their spend and their orders, by two queries for all of them."""
    found = list(clients)
    pks = [client.pk for client in found]
    spent, orders = spent_this_month(pks, now), count_orders("client_id", pks, now)
    return [
        Row(
            client,
            spent.get(client.pk, []),
            sum(orders[client.pk][stage] for stage in OPEN),
            orders[client.pk][Stage.NEEDS_YOU],
            orders[client.pk][Stage.PROBLEM],
        )
        for client in found
    ]


def amounts(rows: Sequence[Spent]) -> str:
    """Write a sum for each currency."""
    if not rows:
        return numbers.NO_VALUE
    written = ((numbers.spend(row.amount, row.currency, is_expected=row.is_expected),) for row in rows)
    return format_html_join(" · ", "{}", written)


def _in_words(rows: Sequence[Spent]) -> str:
    return ", ".join(f"{plain(row.amount)} {row.currency}".strip() for row in rows)


def _name(row: Row) -> str:
    return main_link(row.client.get_absolute_url(), row.client.name, row.client.name)


def _linked(number: int, row: Row, query: str) -> str:
    """Write a number that leads to its orders."""
    if not number:
        return numbers.NO_VALUE
    address = f"{reverse('order_list')}?client={row.pk}&{query}"
    return format_html('<a href="{}">{}</a>', address, numbers.count(number))


def _running(row: Row) -> str:
    """Write the number of orders that go on. No one filter has all of them, so it leads to the page of the client."""
    if not row.running:
        return numbers.NO_VALUE
    return format_html('<a href="{}#orders">{}</a>', row.client.get_absolute_url(), numbers.count(row.running))


def _markup(row: Row) -> str:
    percent = row.client.markup_percent
    return numbers.NO_VALUE if percent is None else f"{plain(percent)} %"


EXPORTED: Mapping[str, Callable[[Row], Any]] = {
    "Client": lambda row: row.client.name,
    "Client ID": lambda row: row.pk,
    "Spent this month": lambda row: _in_words(row.spent),
    "Mark-up in percent": lambda row: row.client.markup_percent,
    "Prices this month": lambda row: _in_words(row.prices),
    "Running orders": lambda row: row.running,
    "Orders that need you": lambda row: row.needs_you,
    "Problems in 30 days": lambda row: row.problems,
    "Created": lambda row: row.client.created_at,
}

CLIENTS: Table[Row] = Table(
    name="clients",
    row="client",
    exported=EXPORTED,
    sorts={"name": "name_key", "created": "created_at"},
    sort="name",
    columns=(
        Column(name="name", title="Client", cell=_name, css="table__main", shown="always", place="title", sort="name"),
        Column(
            name="spent",
            title="This month",
            cell=lambda row: amounts(row.spent),
            css="num",
            shown="always",
            place="figure",
        ),
        Column(name="price", title="Price", cell=lambda row: amounts(row.prices), css="num", shown="extra"),
        Column(name="markup", title="Mark-up", cell=_markup, css="num", shown="medium"),
        Column(name="running", title="Running", cell=_running, css="num", needs="panels.view_order"),
        Column(
            name="needs",
            title="Need you",
            cell=lambda row: _linked(row.needs_you, row, f"stage={Stage.NEEDS_YOU}"),
            css="num",
            needs="panels.view_order",
        ),
        Column(
            name="problems",
            title="Problems",
            cell=lambda row: _linked(row.problems, row, f"stage={Stage.PROBLEM}&created=30d"),
            css="num",
            needs="panels.view_order",
        ),
        time_column("created", "Created", lambda row: row.client.created_at, shown="medium", sort="-created"),
    ),
)
