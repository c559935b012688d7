"""Pages of a list that is sorted by what amounts are worth, although the amounts have several units.

All rows of one unit are in the order of an index already, because each of its amounts is worth the same multiple. So
the beginnings of the units are read by the index and merged. No row is sorted, or rewritten when a worth changes:

    prices in dollars   0.10  0.50  0.90 …  ─┐  × worth of a dollar
    prices in rubles    12.0  80.5  81.0 …  ─┴▶ merge ──▶ the page, and a cursor with the worth of its last row

Worths are fractions, because a rounded worth would lose or repeat rows between two pages.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, TypeVar

from django.db.models import F, IntegerField, Model, OrderBy, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from panels.pages.paging import COUNT_UP_TO, Page, as_one_parameter

M = TypeVar("M", bound=Model)
# The digits of a cursor that was made here are fewer.
MAX_CURSOR = 200
# SQLite takes no more than 500 parts in a union.
MOST_PARTS = 100
Place = tuple[Fraction, int]


@dataclass(frozen=True)
class Part(Generic[M]):
    """Rows whose amounts have the same unit, and what one unit is worth."""

    rows: QuerySet[M]
    worth: Fraction


def find_merged(
    rows: QuerySet[M],
    query: Mapping[str, str],
    *,
    sort: str,
    by: str,
    parts: Mapping[Any, Part[M]],
    shown: QuerySet[M],
) -> tuple[Page[M], int]:
    """Return a page and the number of rows like `paging.find_page`, sorted by the worth of the field `sort`.

    `by` and `parts` are those of `parts_of`. With an index of `by` and the sorted field, a page of any number of rows
    takes a few reads.
    """
    found = list(rows.order_by().values_list("pk", by)[: COUNT_UP_TO + 1])
    if len(found) > COUNT_UP_TO:
        return merge(list(parts.values()), query, sort=sort, shown=shown), len(found)
    pks = defaultdict(list)
    for pk, value in found:
        # A row with another value was added since the values were read.
        if value in parts:
            pks[parts[value].worth].append(pk)
    every = rows.model._default_manager
    few = [Part(every.filter(pk__in=as_one_parameter(each)), worth) for worth, each in pks.items()]
    page = merge(few, query, sort=sort, shown=shown, by_index=False)
    return replace(page, few=every.filter(pk__in=as_one_parameter([pk for pk, _ in found]))), len(found)


def parts_of(rows: QuerySet[M], by: str, worths: Mapping[Any, Fraction], limits: Mapping[Any, Q]) -> dict[Any, Part[M]]:
    """Return the parts of rows. `by` is the field that decides about the unit of a row, and `worths` has its values.

    limits: what the rows of a value fulfil anyway, so that the index of the sorted field is read from there on.
    """
    return {value: Part(rows.filter(limits.get(value, Q()), **{by: value}), worth) for value, worth in worths.items()}


def merge(
    parts: Sequence[Part[M]],
    query: Mapping[str, str],
    *,
    sort: str,
    shown: QuerySet[M],
    size: int = 50,
    by_index: bool = True,
) -> Page[M]:
    """Return the page for `after`, `before` or `last` in the query, like `paging.paginate`."""
    name, is_descending = sort.removeprefix("-"), sort.startswith("-")
    after, before = (_read_cursor(query.get(each, "")) for each in ("after", "before"))
    is_backward = bool(before or query.get("last"))
    start = before if is_backward else after
    is_falling = is_descending != is_backward
    places = _first_places(parts, name, start, count=size + 1, is_falling=is_falling, by_index=by_index)
    is_end = len(places) <= size
    places = places[:size][::-1] if is_backward else places[:size]
    found = {row.pk: row for row in shown.filter(pk__in=[pk for _, pk in places])}
    # A row that was deleted meanwhile is missing.
    places = [place for place in places if place[1] in found]
    is_first, is_last = (is_end, not before) if is_backward else (not after, is_end)
    return Page(
        rows=[found[pk] for _, pk in places],
        before="" if is_first or not places else _cursor(places[0]),
        after="" if is_last or not places else _cursor(places[-1]),
        is_first=is_first,
        is_last=is_last,
    )


def _first_places(
    parts: Sequence[Part[M]], name: str, start: Place | None, *, count: int, is_falling: bool, by_index: bool
) -> list[Place]:
    """Return the worths and the pks of the first rows after a place, in one query for up to MOST_PARTS parts."""
    key = F(name) if by_index else Coalesce(name, name)
    beginnings = [
        _beginning(part, name, start, order=_order(key, is_falling=is_falling), count=count, number=number)
        for number, part in enumerate(parts)
    ]
    places: list[Place] = []
    for at in range(0, len(beginnings), MOST_PARTS):
        first, *others = beginnings[at : at + MOST_PARTS]
        read = first.union(*others, all=True) if others else first
        places += [(Fraction(amount) * parts[number].worth, pk) for pk, amount, number in read]
    return sorted(places, reverse=is_falling)[:count]


def _beginning(
    part: Part[M], name: str, start: Place | None, *, order: tuple[OrderBy, OrderBy], count: int, number: int
) -> QuerySet[Any, Any]:
    rows = part.rows
    if start:
        rows = rows.filter(_beyond(name, part, start, is_falling=order[0].descending))
    # SQLite takes no limit in the parts of a union, so the limit is in a query of its own.
    pks = rows.order_by(*order).values("pk")[:count]
    every = part.rows.model._default_manager.filter(pk__in=pks).order_by()
    beginning: QuerySet[Any, Any] = every.annotate(part=Value(number, IntegerField())).values_list("pk", name, "part")
    return beginning


def _order(key: F | Coalesce, *, is_falling: bool) -> tuple[OrderBy, OrderBy]:
    return (key.desc(), F("pk").desc()) if is_falling else (key.asc(), F("pk").asc())


def _beyond(name: str, part: Part[M], start: Place, *, is_falling: bool) -> Q:
    """Match the rows of a part after a place. An amount of exactly the same worth is after it by its pk."""
    worth, pk = start
    field: Any = part.rows.model._meta.get_field(name)
    unit = 10**field.decimal_places
    # The amount in the smallest units of the field.
    amount = worth / part.worth * unit
    side = "lt" if is_falling else "gt"
    if amount.denominator == 1:
        value = _decimal(int(amount), field)
        return Q(**{f"{name}__{side}e": value}) & (Q(**{f"{name}__{side}": value}) | Q(**{f"pk__{side}": pk}))
    nearest = math.ceil(amount) if is_falling else math.floor(amount)
    return Q(**{f"{name}__{side}": _decimal(nearest, field)})


def _decimal(amount: int, field: Any) -> Decimal:
    """Return an amount in the smallest units as a value of the field. Beyond its digits, it is the largest value."""
    most = 10**field.max_digits - 1
    return Decimal(max(min(amount, most), -most)).scaleb(-field.decimal_places)


def _cursor(place: Place) -> str:
    worth, pk = place
    return f"{pk}~{worth.numerator}~{worth.denominator}"


def _read_cursor(text: str) -> Place | None:
    """Return the place of a cursor, None if nobody made it here."""
    parts = text.split("~") if len(text) <= MAX_CURSOR else []
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts) or len(parts[0]) > 18:
        return None
    pk, worth, divisor = map(int, parts)
    return (Fraction(worth, divisor), pk) if divisor else None
