"""How much a person may order before a manager must approve it, in each currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet

from panels.models import OrderLimit, Panel, PersonalSettings
from panels.pages.numbers import exact

Limits = Mapping[str, OrderLimit]


class Amounts(NamedTuple):
    """The most for one order, and the most for a day. None is no limit, and 0 lets each order wait for approval."""

    largest: Decimal | None = None
    per_day: Decimal | None = None


def limits_of(person: Any) -> Limits:
    """Return the limits of a person by currency. A person without limits costs no query, if the settings were read."""
    return _by_currency(_rows_of(person))


def lock_limits(person: Any) -> Limits:
    """Return the same, and lock the rows, so that the orders of two windows are not compared with them at once.

    Everybody locks limits after orders and before people, to avoid deadlocks.
    """
    return _by_currency(_rows_of(person).select_for_update(no_key=True))


def _rows_of(person: Any) -> QuerySet[OrderLimit]:
    has_limits = person is not None and PersonalSettings.of(person).has_limits
    return OrderLimit.objects.filter(person=person) if has_limits else OrderLimit.objects.none()


def _by_currency(rows: QuerySet[OrderLimit]) -> Limits:
    return {row.currency: row for row in rows.order_by("pk")}


def write_limits(person: Any, wanted: Mapping[str, Amounts]) -> bool:
    """Store the limits of a person in these currencies. Return False if they were so before."""
    before = {row.currency: row for row in OrderLimit.objects.filter(person=person)}
    changed = [name for name, amounts in wanted.items() if amounts != _amounts_of(before.get(name))]
    for name in changed:
        if wanted[name] != Amounts():
            OrderLimit.objects.update_or_create(person=person, currency=name, defaults=wanted[name]._asdict())
        else:
            OrderLimit.objects.filter(person=person, currency=name).delete()
    has_limits = OrderLimit.objects.filter(person=person).exists()
    PersonalSettings.objects.update_or_create(user=person, defaults={"has_limits": has_limits})
    return bool(changed)


def _amounts_of(row: OrderLimit | None) -> Amounts:
    return Amounts(row.largest, row.per_day) if row else Amounts()


def say_limits(rows: Iterable[OrderLimit]) -> str:
    """Write limits in words: "50.00 USD an order, 200.00 USD a day"."""
    parts = []
    for row in sorted(rows, key=lambda row: row.currency):
        parts += [f"{exact(row.largest, row.currency)} an order"] if row.largest is not None else []
        parts += [f"{exact(row.per_day, row.currency)} a day"] if row.per_day is not None else []
    return ", ".join(parts)


def known_currencies(limits: Limits) -> list[str]:
    """Return the currencies of all panels, and those of the limits of a person."""
    of_panels = {panel.currency for panel in Panel.objects.only("reported_currency", "currency_override")}
    return sorted({*of_panels, *limits} - {""})
