"""Writes the ledger: what panels charge and give back as they tell it, and what people book.

The entries of an order follow from its row, for each currency:

    sum of its charges       = −(charge + the money given back that the panel lowered the charge by)
    sum of what came back    = given_back

A changed figure is one entry of the difference. Nothing is written where an order is queued, claimed, placed or
refused, so no error of the ledger can touch the outcome of an order. Until a panel tells a charge, the money is
*pending*, and `costs` reads it from the orders. An order that was placed elsewhere has no entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Self

from django.db import transaction
from django.utils import timezone

from panels.models import BalanceReading, Entry, Order, Panel
from panels.models.fields import plain

Kind = Entry.Kind
ZERO = Decimal(0)
# What a person can book.
BOOKABLE = (Kind.DEPOSIT, Kind.BONUS, Kind.ADJUSTMENT)


class Booked(NamedTuple):
    """What the ledger must have for an order: the sum of its charges, and of what came back, with their signs."""

    currency: str
    charged: Decimal
    given_back: Decimal

    @classmethod
    def of(cls, order: Order) -> Self:
        """Return what follows from the row of an order."""
        return cls.by_values(
            order.currency,
            is_placed_here=order.state == Order.State.PLACED and order.rate_agreed is not None,
            charge=order.charge,
            given_back=order.given_back,
            source=order.given_back_source,
        )

    @classmethod
    def by_values(
        cls, currency: str, *, is_placed_here: bool, charge: Decimal | None, given_back: Decimal | None, source: str
    ) -> Self:
        """Return what follows from the values of an order."""
        if not is_placed_here:
            return cls(currency, ZERO, ZERO)
        back = given_back or ZERO
        lowered = back if source == Order.GivenBack.TOLD else ZERO
        return cls(currency, -((charge or ZERO) + lowered), back)


def entries_of_change(order: Order, before: Booked, now: datetime, actor: Any = None) -> list[Entry]:
    """Return the new entries of an order whose values have changed since `before`. They are not saved.

    `order.status_at` is still the time of the answer before, since when the money may have moved. The first charge is
    the exception, because the panel took it when it accepted the order.
    """
    after = Booked.of(order)
    if after == before:
        return []
    is_first = not before.charged
    placed = (order.sent_at or order.placed_at, order.placed_at) if is_first else (None, None)
    lately = (order.status_at or order.placed_at, now)
    return [
        Entry(
            panel_id=order.panel_id,
            currency=currency,
            at=now,
            kind=kind,
            amount=amount,
            value_after=earliest or lately[0] or now,
            value_at=latest or now,
            order_id=order.pk,
            **_by(actor),
        )
        for currency, kind, amount in _differences(before, after)
        for earliest, latest in (placed if kind == Kind.CHARGE else lately,)
    ]


def _differences(before: Booked, after: Booked) -> list[tuple[str, str, Decimal]]:
    """Return the amounts to book, by currency and kind."""
    if before.currency == after.currency:
        changes = [(after.currency, after.charged - before.charged, after.given_back - before.given_back)]
    else:
        changes = [(before.currency, -before.charged, -before.given_back), after]
    amounts = [
        (currency, kind, amount)
        for currency, charged, given_back in changes
        for kind, amount in ((Kind.CHARGE, charged), (Kind.GIVEN_BACK, given_back))
    ]
    return [each for each in amounts if each[-1]]


def open_books(panel: Panel, amount: Decimal, at: datetime, reading: BalanceReading | None) -> None:
    """Book the first balance of an account in its currency. Call it in the transaction that stores the balance."""
    opened = Entry.objects.filter(panel=panel, currency=panel.currency, kind=Kind.OPENING)
    if not opened.exists():
        Entry(
            panel=panel,
            currency=panel.currency,
            at=at,
            kind=Kind.OPENING,
            amount=amount,
            value_after=at,
            value_at=at,
            reading=reading,
        ).save()


class BookingError(ValueError):
    """What a person wants to book is not possible. The text says why; nothing was saved."""


def book(panel: Panel, amounts: Sequence[tuple[str, Decimal]], at: datetime, actor: Any, note: str = "") -> list[Entry]:
    """Book what a person says moved at an account: kinds and amounts in its currency. Return the entries.

    Raises BookingError.
    """
    if at > timezone.now():
        raise BookingError("This time is in the future. Nothing was saved.")
    for kind, amount in amounts:
        if kind not in BOOKABLE:
            raise BookingError(f"A person cannot book “{kind}”. Nothing was saved.")
        if not amount or (amount < 0 and kind != Kind.ADJUSTMENT):
            raise BookingError(f"{plain(amount)} is no amount for “{Kind(kind).label}”. Nothing was saved.")
    entries = [
        Entry(
            panel=panel,
            currency=panel.currency,
            at=timezone.now(),
            kind=kind,
            amount=amount,
            value_after=at,
            value_at=at,
            note=note,
            **_by(actor),
        )
        for kind, amount in amounts
    ]
    with transaction.atomic():
        for entry in entries:
            entry.save()
    return entries


def _by(actor: Any) -> dict[str, Any]:
    return {"by_id": actor.pk, "by_name": actor.get_username()} if actor else {}
