"""Compares the books of an account with the balance that was last read, and says what may explain a difference.

    difference = the balance that was read − the sum of the books until then

This claims no more than the sums show. Orders without a charge count in whole, and none of them is chosen.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum, Value

from panels.models import BalanceReading, Entry, Order, Panel
from panels.money.costs import PENDING_PARTS
from panels.money.ledger import ZERO, BookingError, book
from panels.money.standing import Promised
from panels.money.statement import Statement, is_until
from panels.protocol.order_price import SIX_PLACES

# The readings in which the time of a rise is looked for.
MOST_READINGS = 200
# A balance such as 50 has lost its zeros. It was told with at least these decimals.
FEWEST_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a statement: the books and the balance of the panel, at the time of its last reading.

    later: the number of entries whose money moved after the reading. uncharged: the orders since the opening whose
    charge is not known yet. unknown: those that the panel may have. tolerance: what rounding may explain.
    """

    currency: str
    read_at: dt.datetime
    read: Decimal
    books: Decimal
    later: int
    uncharged: Promised
    unknown: Promised
    tolerance: Decimal

    @property
    def difference(self) -> Decimal:
        """The balance that was read, less the books. Below zero, money is missing."""
        return self.read - self.books

    @property
    def is_equal(self) -> bool:
        """Whether the books and the panel agree."""
        return abs(self.difference) <= self.tolerance

    @property
    def rest(self) -> Decimal:
        """The difference, if all orders without a charge cost what is expected."""
        return self.difference + self.uncharged.amount

    @property
    def is_explained(self) -> bool:
        """Whether the orders without a charge are the whole difference."""
        return not self.is_equal and self.uncharged.number > 0 and abs(self.rest) <= self.tolerance

    @property
    def rise(self) -> Decimal | None:
        """The amount by which the balance has risen without a booking, None if it has not."""
        return self.rest if self.difference > self.tolerance else None


def close(statement: Statement, shown: Entry | None = None) -> Closing | None:
    """Return the end of a statement, None if there is no balance to compare it with.

    shown: an entry whose balance the caller needs too. It is read along, and the statement then knows it.
    """
    panel, opening = statement.panel, statement.opening
    read_at = panel.balance_checked_at
    if opening is None or panel.balance is None or read_at is None or statement.currency != panel.currency:
        return None
    found = statement.booked.order_by().aggregate(
        books=Sum("amount", filter=Q(value_at__lte=read_at)),
        later=Count("pk", filter=Q(value_at__gt=read_at)),
        shown=Sum("amount", filter=Q(pk__in=()) if shown is None else is_until(shown)),
    )
    if shown is not None:
        statement.known[shown.pk] = Decimal(found["shown"] or ZERO).quantize(SIX_PLACES)
    uncharged, unknown = _promised(panel, opening.value_at, read_at)
    return Closing(
        currency=panel.currency,
        read_at=read_at,
        read=panel.balance,
        books=Decimal(found["books"] or ZERO).quantize(SIX_PLACES),
        later=found["later"],
        uncharged=uncharged,
        unknown=unknown,
        tolerance=(_unit(panel.balance) + _unit(opening.amount)) / 2,
    )


def _promised(panel: Panel, since: dt.datetime, until: dt.datetime) -> tuple[Promised, Promised]:
    """Return the orders of a time that were placed and have no charge yet, and those that the panel may have."""
    sent = Q(panel=panel, currency=panel.currency, sent_at__gte=since, sent_at__lte=until)
    parts = [
        Order.objects.filter(sent, part)
        .order_by()
        .annotate(place=Value(place))
        .values("place")
        .annotate(sum=Sum("expected_cost"), number=Count("pk"), priced=Count("expected_cost"))
        .values_list("place", "sum", "number", "priced")
        for place, part in enumerate(PENDING_PARTS)
    ]
    found = {
        place: Promised(Decimal(cost or ZERO).quantize(SIX_PLACES), number, number - priced)
        for place, cost, number, priced in parts[0].union(*parts[1:], all=True)
    }
    return found.get(1, Promised()), found.get(0, Promised())


def _unit(amount: Decimal) -> Decimal:
    """Return one unit of the last decimal of a balance as it was told."""
    exponent = amount.normalize().as_tuple().exponent
    return Decimal(1).scaleb(min(int(exponent), -FEWEST_DECIMALS))


def time_of_rise(statement: Statement, amount: Decimal) -> dt.datetime | None:
    """Return the time of the reading whose rise is nearest to an amount, None if no reading shows a rise.

    Only the latest readings since the opening count.
    """
    opening, panel = statement.opening, statement.panel
    if opening is None:
        return None
    since = BalanceReading.objects.filter(panel=panel, at__gte=opening.value_at).order_by("-at")
    rows = since.values_list("at", "balance", "currency")[:MOST_READINGS]
    readings = [(at, balance) for at, balance, currency in rows if currency == statement.currency]
    rises = [(at, balance - before) for (at, balance), (_, before) in pairwise(readings) if balance > before]
    return min(rises, key=lambda rise: abs(rise[1] - amount))[0] if rises else None


def book_rise(panel: Panel, amount: Decimal, actor: Any) -> Entry:
    """Book a rise of the balance as a deposit, and return the entry.

    Raises BookingError if the balance has no such rise any more.
    """
    with transaction.atomic():
        # Whoever presses twice so books once.
        locked = Panel.objects.select_for_update(no_key=True).defer("api_key").get(pk=panel.pk)
        statement = Statement.of(locked)
        closing = close(statement)
        if closing is None or closing.rise != amount:
            raise BookingError("This rise is booked already, or a new reading has changed it. Nothing was saved.")
        at = min(time_of_rise(statement, amount) or closing.read_at, closing.read_at)
        return book(locked, [(Entry.Kind.DEPOSIT, amount)], at, actor, "a rise of the balance")[0]
