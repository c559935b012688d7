"""Compares every order with its entries, in pieces, without a lock that anybody waits for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Q, Sum

from panels.models import Entry, Order
from panels.models.fields import plain
from panels.money.ledger import ZERO, Booked
from panels.protocol.order_price import SIX_PLACES

JOB = "check the books"
# The orders that are compared at once.
PIECE = 20_000
# The differences that a page shows.
SHOWN = 20
_READ = ("pk", "currency", "state", "rate_agreed", "charge", "given_back", "given_back_source")
# By currency and kind. Sums of nothing are left out.
Amounts = dict[tuple[str, str], Decimal]


@dataclass(frozen=True, slots=True)
class Difference:
    """An order whose entries do not add up to its row, in one currency."""

    order_pk: int
    kind: str
    currency: str
    expected: Decimal
    booked: Decimal

    def __str__(self) -> str:
        what = Entry.Kind(self.kind).label
        return (
            f"Order {self.order_pk}: {what} {plain(self.booked)} {self.currency} booked, "
            f"{plain(self.expected)} {self.currency} by the order."
        )


def check_books() -> Iterator[Difference]:
    """Compare all orders with their entries. An order that changes meanwhile is compared again under a lock."""
    last = max(Order.objects.aggregate(last=Max("pk"))["last"] or 0, 0)
    for first in range(0, last + 1, PIECE):
        suspects = {each.order_pk for each in _compare(first, first + PIECE - 1)}
        for pk in sorted(suspects):
            with transaction.atomic():
                # Who writes the entries of an order has locked its row.
                Order.objects.select_for_update(no_key=True).filter(pk=pk).first()
                found = list(_compare(pk, pk))
            yield from found


def summary(differences: Iterable[Difference]) -> str:
    """Return the first differences in words, "" if there are none."""
    found = list(differences)
    if not found:
        return ""
    shown = " ".join(map(str, found[:SHOWN]))
    rest = f" And {len(found) - SHOWN} more." if len(found) > SHOWN else ""
    return f"The books do not add up. {shown}{rest}"


def _compare(first: int, last: int) -> Iterator[Difference]:
    """Compare the orders from one pk to another with their entries, in two statements."""
    expected, booked = _by_rows(first, last), _by_entries(first, last)
    for pk in sorted(expected.keys() | booked.keys()):
        wanted, found = expected.get(pk, {}), booked.get(pk, {})
        if wanted == found:
            continue
        for currency, kind in sorted(wanted.keys() | found.keys()):
            key = currency, kind
            if wanted.get(key, ZERO) != found.get(key, ZERO):
                yield Difference(pk, kind, currency, wanted.get(key, ZERO), found.get(key, ZERO))


def _by_rows(first: int, last: int) -> dict[int, Amounts]:
    told = Q(charge__isnull=False) | Q(given_back__isnull=False)
    found = {}
    for pk, currency, state, rate, charge, given_back, source in (
        Order.objects.filter(told, pk__range=(first, last)).order_by().values_list(*_READ)
    ):
        is_placed_here = state == Order.State.PLACED and rate is not None
        booked = Booked.by_values(
            currency, is_placed_here=is_placed_here, charge=charge, given_back=given_back, source=source
        )
        amounts = {(currency, Entry.Kind.CHARGE.value): booked.charged}
        amounts[currency, Entry.Kind.GIVEN_BACK.value] = booked.given_back
        found[pk] = _without_zeros(amounts)
    return found


def _by_entries(first: int, last: int) -> dict[int, Amounts]:
    sums = (
        Entry.objects.filter(order__gte=first, order__lte=last, order__isnull=False)
        .order_by()
        .values_list("order_id", "currency", "kind")
        .annotate(sum=Sum("amount"))
    )
    found: dict[int, Amounts] = defaultdict(dict)
    for pk, currency, kind, amount in sums:
        found[pk][currency, kind] = Decimal(amount).quantize(SIX_PLACES)
    return {pk: _without_zeros(amounts) for pk, amounts in found.items()}


def _without_zeros(amounts: Amounts) -> Amounts:
    return {key: amount for key, amount in amounts.items() if amount}
