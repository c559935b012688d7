"""Prints the statement of an account, as its page shows it."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from panels.filters.statements import StatementFilter, days_of
from panels.lists.statements import say_closing
from panels.management.by_panel import find_panel
from panels.models import Panel
from panels.money.closing import close
from panels.money.statement import Statement, StatementLine
from panels.pages.numbers import exact


class Command(BaseCommand):
    help = (
        "Print the statement of a panel's account, the newest entry first, with the balance of the books after each "
        "entry, and the comparison with the balance that was last read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("panel", metavar="PANEL", help="the name of a panel, or the number in its address")
        parser.add_argument("--from", dest="first", type=dt.date.fromisoformat, metavar="DAY", help="as 2026-11-01")
        parser.add_argument("--to", dest="last", type=dt.date.fromisoformat, metavar="DAY", help="the last day")

    def handle(self, *, panel: str, first: dt.date | None, last: dt.date | None, **_: Any) -> None:
        found = find_panel(panel)
        account = Statement.of(found)
        period = StatementFilter(days_of(first, last), None, [account.currency])
        if not period.is_valid():
            raise CommandError("These days cannot be read.")
        entries = period.of_account(account.entries).order_by("-value_at", "-pk")
        self.stdout.write(f"Statement of {found}, {account.currency or 'currency not known'}")
        for line in account.lines(entries.iterator()):
            self.stdout.write(_row(line))
        for text in _end(found, account):
            self.stdout.write(text)


def _row(line: StatementLine) -> str:
    entry = line.entry
    balance = "before the books" if line.is_before else exact(line.balance)
    at = f"{timezone.localtime(entry.value_at):%Y-%m-%d %H:%M:%S}"
    order = f"#{entry.order_id}" if entry.order_id else ""
    more = " · ".join(filter(None, (entry.note, entry.by_name and f"by {entry.by_name}")))
    row = f"{at}  {entry.get_kind_display():<15}  {order:<9}  {exact(entry.amount):>14}  {balance:>16}  {more}"
    return row.rstrip()


def _end(panel: Panel, account: Statement) -> Iterator[str]:
    closing = close(account)
    if closing is None:
        yield "There is no balance of the panel to compare the books with."
        return
    read, books = (exact(each, panel.currency) for each in (closing.read, closing.books))
    at = timezone.localtime(closing.read_at)
    yield f"Balance of the panel {read}, read {at:%Y-%m-%d %H:%M:%S}. Balance of the books then {books}."
    yield " ".join(say_closing(closing))
