"""Pages of long lists by keyset, so that a page far from the first costs no more than the first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Func, IntegerField, Model, OrderBy, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from panels.models import compiled

COUNT_UP_TO = 10_000
# The parameters that choose a page of a list.
CURSORS = ("after", "before", "last")
M = TypeVar("M", bound=Model)
R = TypeVar("R")
S = TypeVar("S")


@dataclass(frozen=True)
class Page(Generic[R]):
    """One page of rows, and the cursors of the next pages for `?after=` and `?before=`, or ""."""

    rows: list[R]
    before: str
    after: str
    is_first: bool
    is_last: bool
    # All rows of a list that is narrowed to a few, which are found already. None for a long list.
    few: QuerySet[Any] | None = None

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def with_rows(self, rows: list[S]) -> Page[S]:
        """Return the page with other rows in the place of its rows."""
        return Page(rows, self.before, self.after, self.is_first, self.is_last, self.few)


def paginate(
    rows: QuerySet[M],
    query: Mapping[str, str],
    *,
    sort: str,
    size: int = 50,
    shown: QuerySet[M] | None = None,
    by_index: bool = True,
) -> Page[M]:
    """Return the page for `after`, `before` or `last` in the query. An unreadable cursor is ignored.

    `sort` is a field that is never null in these rows, with "-" in front for descending. It may be the field of another
    row, such as "record__price". Rows with equal values are sorted by pk.
    `shown` is a queryset of the same model with everything that a page shows, so that only pks are sorted. `by_index`
    is False if sorting all rows is faster than reading an index of the field.
    """
    name = sort.removeprefix("-")
    is_descending = sort.startswith("-")
    key = F(name) if by_index else Coalesce(name, name)
    after = _read_cursor(rows.model, name, query.get("after", ""))
    before = _read_cursor(rows.model, name, query.get("before", ""))
    if before or query.get("last"):
        found = rows.filter(_beyond(name, before, is_lower=not is_descending)) if before else rows
        page = _fetch_rows(found, _order(key, is_descending=not is_descending), size + 1, shown)
        is_first, is_last = len(page) <= size, not before
        page = page[:size][::-1]
    else:
        found = rows.filter(_beyond(name, after, is_lower=is_descending)) if after else rows
        page = _fetch_rows(found, _order(key, is_descending=is_descending), size + 1, shown)
        is_first, is_last = not after, len(page) <= size
        page = page[:size]
    return Page(
        rows=page,
        before="" if is_first or not page else _cursor(page[0], name),
        after="" if is_last or not page else _cursor(page[-1], name),
        is_first=is_first,
        is_last=is_last,
    )


def _order(key: F | Coalesce, *, is_descending: bool) -> tuple[OrderBy, OrderBy]:
    pk = F("pk")
    return (key.desc(), pk.desc()) if is_descending else (key.asc(), pk.asc())


def _fetch_rows(rows: QuerySet[M], order: tuple[OrderBy, OrderBy], count: int, shown: QuerySet[M] | None) -> list[M]:
    first = rows.order_by(*order)[:count]
    return list(first if shown is None else shown.filter(pk__in=first.values("pk")).order_by(*order))


def find_page(
    rows: QuerySet[M],
    query: Mapping[str, str],
    *,
    sort: str,
    shown: QuerySet[M],
    is_narrowed: bool = True,
    is_long: bool = False,
) -> tuple[Page[M], int]:
    """Return a page like `paginate`, and the number of rows like `count_rows`.

    A few rows of many are found first and sorted afterwards, because in the order of an index the database would read
    all rows. Without `is_narrowed`, the rows are those of the whole table. `is_long`: the rows are known to be more
    than are counted.
    """
    if is_long:
        return paginate(rows, query, sort=sort, shown=shown), COUNT_UP_TO + 1
    if not is_narrowed:
        counted = compiled.count(_first_rows, rows.model._meta.label, str(COUNT_UP_TO + 1))
        return paginate(rows, query, sort=sort, shown=shown), counted
    pks = list(rows.order_by().values_list("pk", flat=True)[: COUNT_UP_TO + 1])
    if len(pks) > COUNT_UP_TO:
        return paginate(rows, query, sort=sort, shown=shown), len(pks)
    few = rows.model._default_manager.filter(pk__in=as_one_parameter(pks))
    return replace(paginate(few, query, sort=sort, shown=shown, by_index=False), few=few), len(pks)


def _first_rows(label: str, most: str) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = apps.get_model(label)._default_manager.order_by().values_list("pk")
    return rows[: int(most)]


def as_one_parameter(pks: Sequence[int]) -> RawSQL:
    """Pass many pks as one array, because a statement with thousands of parameters is slow to build."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(pks)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(pks))])


def count_rows(rows: QuerySet[Any]) -> int:
    """Count exactly up to COUNT_UP_TO. One more than that means that there are more rows."""
    return rows.order_by()[: COUNT_UP_TO + 1].count()


def count_with(page: Page[M], rows: QuerySet[M]) -> int:
    """Count like `count_rows`. If the page has all rows, that takes no query."""
    return len(page) if page.is_first and page.is_last else count_rows(rows)


def count_each(*each: QuerySet[Any]) -> list[int]:
    """Count the rows of several querysets, in one query."""
    found = dict(query_counts(*each))
    return [found.get(place, 0) for place in range(len(each))]


def query_counts(*each: QuerySet[Any]) -> QuerySet[Any, Any]:
    """Return the query for the numbers of rows of several querysets, each with its place."""
    # Func, because Count would group.
    number = Func("pk", function="COUNT", output_field=IntegerField())
    first, *others = [
        rows.order_by().annotate(place=Value(place), number=number).values_list("place", "number")
        for place, rows in enumerate(each)
    ]
    counts: QuerySet[Any, Any] = first.union(*others, all=True)
    return counts


def _beyond(name: str, cursor: tuple[Any, int], *, is_lower: bool) -> Q:
    value, pk = cursor
    side = "lt" if is_lower else "gt"
    # The first condition alone limits the index. The second separates equal values.
    return Q(**{f"{name}__{side}e": value}) & (Q(**{f"{name}__{side}": value}) | Q(**{f"pk__{side}": pk}))


def _cursor(row: Model, name: str) -> str:
    value = attrgetter(name.replace("__", "."))(row)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"{row.pk}~{text}"


def _field_of(model: Any, name: str) -> Any:
    *rows, last = name.split("__")
    for each in rows:
        model = model._meta.get_field(each).related_model
    return model._meta.get_field(last)


def _read_cursor(model: type[Model], name: str, text: str) -> tuple[Any, int] | None:
    pk, separator, value = text.partition("~")
    if not separator or not pk.isdecimal() or len(pk) > 18 or "\0" in value:
        return None
    field = _field_of(model, name)
    try:
        found = getattr(field, "output_field", field).to_python(value)
        # The database reads times in UTC. The first and last hours of the calendar may not exist there.
        return found.astimezone(UTC) if isinstance(found, datetime) else found, int(pk)
    except (ValidationError, ArithmeticError):
        return None
