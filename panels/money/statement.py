"""The statement of an account: its entries from the newest on, each with the balance of the books after it.

    opening balance, as it was first read ──▶ every later entry changes the balance ──▶ the balance of the books

An entry whose money moved before that reading is in the opening balance already. It is from before the books, has no
balance, and counts for none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import DateTimeField, Q, QuerySet, Sum, Value

from panels.models import DayTotal, Entry, Panel
from panels.models.fields import MoneyField
from panels.money.ledger import ZERO
from panels.protocol.order_price import SIX_PLACES


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An entry, and the balance after it: None if it is not shown. is_before: it is from before the books."""

    entry: Entry
    balance: Decimal | None
    is_before: bool

    @property
    def pk(self) -> int:
        """The id of the row."""
        return self.entry.pk


class Opening(NamedTuple):
    """The entry with the first balance that was read."""

    pk: int
    amount: Decimal
    value_at: dt.datetime


class Statement:
    """The account of a panel in one currency."""

    def __init__(self, panel: Panel, currency: str, opening: Opening | None) -> None:
        self.panel = panel
        self.currency = currency
        # None if no balance was read in this currency.
        self.opening = opening
        # The balances after entries that were read already, by pk.
        self.known: dict[int, Decimal] = {}

    @classmethod
    def of(cls, panel: Panel) -> Statement:
        """Read the account in the present currency of a panel."""
        return accounts_of(panel)[0]

    @property
    def entries(self) -> QuerySet[Entry]:
        """All entries of the account, also those from before the books."""
        return Entry.objects.filter(panel=self.panel, currency=self.currency)

    @property
    def booked(self) -> QuerySet[Entry]:
        """The entries that count: the opening and all later ones."""
        opening = self.opening
        return self.entries.none() if opening is None else self.entries.filter(_is_from(opening))

    @property
    def balance(self) -> Decimal:
        """The balance of the books."""
        return sum_of(self.booked)

    def lines(self, entries: Iterable[Entry], *, has_balance: bool = True) -> Iterator[StatementLine]:
        """Yield consecutive entries, the newest first, with their balances. These need one sum.

        has_balance: False if the entries are not consecutive, because a filter leaves some out.
        """
        return self.lines_of_pages(has_balance=has_balance)(entries)

    def lines_of_pages(self, *, has_balance: bool) -> Callable[[Iterable[Entry]], Iterator[StatementLine]]:
        """Return a function like `lines` for one page after the other, the newest first. All need one sum together."""
        balance: Decimal | None = None

        def lines(entries: Iterable[Entry]) -> Iterator[StatementLine]:
            nonlocal balance
            for entry in entries:
                is_before = self.is_before(entry)
                if is_before or not has_balance:
                    yield StatementLine(entry, None, is_before)
                    continue
                after = self.balance_after(entry) if balance is None else balance
                balance = after - entry.amount
                yield StatementLine(entry, after, is_before=False)

        return lines

    def is_before(self, entry: Entry) -> bool:
        """Return whether an entry is from before the books. Without an opening, all are."""
        opening = self.opening
        return opening is None or (entry.value_at, entry.pk) < (opening.value_at, opening.pk)

    def balance_after(self, entry: Entry) -> Decimal:
        """Return the balance of the books after an entry."""
        known = self.known.get(entry.pk)
        return sum_of(self.booked.filter(is_until(entry))) if known is None else known


def accounts_of(panel: Panel) -> list[Statement]:
    """Return the account in the present currency of a panel, and those in other currencies that were spent."""
    openings = Entry.objects.filter(panel=panel, kind=Entry.Kind.OPENING).order_by()
    opened = openings.values_list("currency", "pk", "amount", "value_at")
    spent = DayTotal.objects.filter(panel=panel).order_by()
    nothing = {"entry": Value(0), "first": Value(ZERO, MoneyField()), "since": Value(None, DateTimeField())}
    # The currency leads to the index of the openings. Without it, SQLite would read all entries of the panel.
    rows = opened.filter(currency=panel.currency).union(
        opened.filter(currency__in=spent.exclude(currency=panel.currency).values("currency")),
        spent.values_list("currency").annotate(**nothing),
    )
    found: dict[str, Opening | None] = {panel.currency: None}
    for currency, entry, first, since in rows:
        found[currency] = Opening(entry, first, since) if entry else found.get(currency)
    currencies = [panel.currency, *sorted(found.keys() - {panel.currency})]
    return [Statement(panel, currency, found[currency]) for currency in currencies]


def sum_of(entries: QuerySet[Entry]) -> Decimal:
    """Return the sum of entries of one currency. SQLite adds floats, so it is rounded."""
    found = entries.order_by().aggregate(sum=Sum("amount"))["sum"]
    return Decimal(found or ZERO).quantize(SIX_PLACES)


# The first condition alone limits the index. The second separates equal times.
def _is_from(entry: Entry | Opening) -> Q:
    return Q(value_at__gte=entry.value_at) & (Q(value_at__gt=entry.value_at) | Q(pk__gte=entry.pk))


def is_until(entry: Entry) -> Q:
    """Match an entry and all before it."""
    return Q(value_at__lte=entry.value_at) & (Q(value_at__lt=entry.value_at) | Q(pk__lte=entry.pk))
