"""Pages of long lists by keyset: the cost of a page does not grow with its distance from the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Func, IntegerField, Model, Q, QuerySet, Value

COUNT_UP_TO = 10_000

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows, and the cursors of its neighbours for `?after=` and `?before=` ("" where there is none)."""

    rows: list[M]
    before: str
    after: str
    is_first: bool
    is_last: bool

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def paginate(
    rows: QuerySet[M], query: Mapping[str, str], *, sort: str, size: int = 50, shown: QuerySet[M] | None = None
) -> Page[M]:
    """Return the page that `after`, `before` or `last` in the query asks for; a cursor nobody can read is ignored.

    `sort` is a field that is never null, with "-" in front for descending; rows alike in it are told apart by pk.
    Where many rows must be sorted to find a page, `shown` gives the same model with all that a page shows of a row:
    only pks are sorted then.
    """
    name = sort.removeprefix("-")
    is_descending = sort.startswith("-")
    forward = ("-" if is_descending else "") + name, "-pk" if is_descending else "pk"
    backward = ("" if is_descending else "-") + name, "pk" if is_descending else "-pk"
    after = _read_cursor(rows.model, name, query.get("after", ""))
    before = _read_cursor(rows.model, name, query.get("before", ""))
    if before or query.get("last"):
        found = rows.filter(_beyond(name, before, is_lower=not is_descending)) if before else rows
        page = _read(found.order_by(*backward)[: size + 1], shown)
        is_first, is_last = len(page) <= size, not before
        page = page[:size][::-1]
    else:
        found = rows.filter(_beyond(name, after, is_lower=is_descending)) if after else rows
        page = _read(found.order_by(*forward)[: size + 1], shown)
        is_first, is_last = not after, len(page) <= size
        page = page[:size]
    return Page(
        rows=page,
        before="" if is_first or not page else _cursor(page[0], name),
        after="" if is_last or not page else _cursor(page[-1], name),
        is_first=is_first,
        is_last=is_last,
    )


def _read(rows: QuerySet[M], shown: QuerySet[M] | None) -> list[M]:
    if shown is None:
        return list(rows)
    return list(shown.filter(pk__in=rows.values("pk")).order_by(*rows.query.order_by))


def count_rows(rows: QuerySet[Any]) -> int:
    """Count exactly up to COUNT_UP_TO; one more than that means that there are more."""
    return rows.order_by()[: COUNT_UP_TO + 1].count()


def find_few(rows: QuerySet[M]) -> tuple[QuerySet[M], int]:
    """Return rows that were narrowed, and how many that are as count_rows has it.

    A few are found first and sorted then: in the order of an index, the database would visit all rows to find them.
    """
    pks = list(rows.order_by().values_list("pk", flat=True)[: COUNT_UP_TO + 1])
    if len(pks) > COUNT_UP_TO:
        return rows, len(pks)
    everything = rows.model._default_manager.order_by()
    # The limit cuts nothing off: it keeps the database from taking the two steps for one.
    found = everything.filter(pk__in=pks).values("pk")[:COUNT_UP_TO]
    return everything.filter(pk__in=found), len(pks)


def count_each(*each: QuerySet[Any]) -> list[int]:
    """Count the rows of several querysets, in one query."""
    # Func rather than Count, which would group.
    number = Func("pk", function="COUNT", output_field=IntegerField())
    counts = [
        rows.order_by().annotate(place=Value(place), number=number).values_list("place", "number")
        for place, rows in enumerate(each)
    ]
    found = dict(counts[0].union(*counts[1:], all=True))
    return [found.get(place, 0) for place in range(len(each))]


def _beyond(name: str, cursor: tuple[Any, int], *, is_lower: bool) -> Q:
    value, pk = cursor
    side = "lt" if is_lower else "gt"
    # The first condition alone bounds the index; the second cuts between equal values.
    return Q(**{f"{name}__{side}e": value}) & (Q(**{f"{name}__{side}": value}) | Q(**{f"pk__{side}": pk}))


def _cursor(row: Model, name: str) -> str:
    value = getattr(row, name)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"{row.pk}~{text}"


def _read_cursor(model: type[Model], name: str, text: str) -> tuple[Any, int] | None:
    pk, separator, value = text.partition("~")
    if not separator or not pk.isdecimal() or len(pk) > 18 or "\0" in value:
        return None
    field: Any = model._meta.get_field(name)
    try:
        return getattr(field, "output_field", field).to_python(value), int(pk)
    except (ValidationError, ArithmeticError):
        return None
