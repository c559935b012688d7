"""Reads the names that filters offer as choices: panels, people, clients and campaigns, from one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib.auth.models import User
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.choices import BaseChoiceIterator

from panels.models import Campaign, Client, Panel, compiled

NOTHING = Value("", output_field=CharField())
# For each kind: the model, the field with the name of a row, and the name in front of it.
SOURCES: dict[str, tuple[Any, str, Any]] = {
    "panel": (Panel, "name", NOTHING),
    "person": (User, "username", NOTHING),
    "client": (Client, "name", NOTHING),
    "campaign": (Campaign, "name", Coalesce("client__name", NOTHING)),
}


class NameChoices(BaseChoiceIterator):
    """The choices of a field, read when they are first needed."""

    def __init__(self, read: Callable[[], Iterable[tuple[str, str]]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._read())

    def __deepcopy__(self, memo: Any) -> NameChoices:
        """Return itself. A form copies its fields, and `read` refers to the whole filter set."""
        return self


def read_names(*kinds: str) -> dict[str, dict[str, str]]:
    """Return the names of all rows of these kinds, by kind and by the pk as text, sorted by name."""
    rows = compiled.fetch(_all_rows, *kinds)
    found: dict[str, dict[str, str]] = {kind: {} for kind in kinds}
    for kind, pk, front, name in sorted(rows, key=lambda row: (row[2].casefold(), row[3].casefold())):
        found[kind][str(pk)] = f"{front} · {name}" if front else name
    return found


def _all_rows(*kinds: str) -> QuerySet[Any, Any]:
    first, *others = [_rows(kind) for kind in kinds]
    found: QuerySet[Any, Any] = first.union(*others, all=True)
    return found


def _rows(kind: str) -> QuerySet[Any, Any]:
    model, name, front = SOURCES[kind]
    rows = model._default_manager.order_by().annotate(kind=Value(kind, output_field=CharField()), front=front)
    found: QuerySet[Any, Any] = rows.values_list("kind", "pk", "front", name)
    return found
