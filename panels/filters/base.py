"""The base of the filters of a list: names of rows as choices, spans of days, the person who looks, and words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet

from panels.money.totals import midnight, today
from panels.pages.choices import NameChoices, read_names

# The person who looks, as a choice among people. A saved view of a team so shows everybody their own rows.
ME = "me"
# The days before today that a span of days includes.
DAYS_BEFORE = {"today": 0, "7d": 6, "30d": 29}


class ListFilter(django_filters.FilterSet):  # type: ignore[misc]
    """A filter set whose choices are the names of rows, and which knows spans of days."""

    # The kind of rows whose names a filter offers.
    NAMES: ClassVar[dict[str, str]] = {}
    # The field whose days are filtered.
    DATED = "created_at"
    SPANS = (("today", "Today"), ("7d", "7 days"), ("30d", "30 days"))

    def __init__(self, data: Mapping[str, Any], user: Any = None, queryset: QuerySet[Any] | None = None) -> None:
        super().__init__(data, queryset)
        self._user = user
        for name in self.NAMES:
            self.filters[name].extra["choices"] = NameChoices(partial(self._choices, name))

    @cached_property
    def form(self) -> Any:
        """The form with the fields of this filter set. A form class of its own would copy all of them again."""
        form = self._meta.form(self.data, prefix=self.form_prefix)
        form.fields = {name: each.field for name, each in self.filters.items()}
        return form

    @property
    def rows(self) -> QuerySet[Any]:
        """The rows that the list shows. A filter that cannot be read shows none.

        Else all rows would be mistaken for its result.
        """
        found: QuerySet[Any] = self.qs if self.is_valid() else self.queryset.none()
        return found

    def lately(self, rows: QuerySet[Any], _: str, span: str) -> QuerySet[Any]:
        """Keep rows of today, or of the last days with today. A link with this filter stays right on other days."""
        return self.since(rows, "", today() - dt.timedelta(days=DAYS_BEFORE[span]))

    def since(self, rows: QuerySet[Any], _: str, day: dt.date) -> QuerySet[Any]:
        """Keep rows of that day or later."""
        return rows.filter(**{f"{self.DATED}__gte": midnight(day)})

    def until(self, rows: QuerySet[Any], _: str, day: dt.date) -> QuerySet[Any]:
        """Keep rows of that day or earlier."""
        return rows.filter(**{f"{self.DATED}__lt": midnight(day + dt.timedelta(days=1))})

    def of_person(self, rows: QuerySet[Any], name: str, who: str) -> QuerySet[Any]:
        """Keep rows of one person."""
        return rows.filter(**{name: self._user.pk if who == ME else who})

    def _choices(self, name: str) -> list[tuple[str, str]]:
        kind = self.NAMES[name]
        me = [(ME, "Me")] if kind == "person" and self._user else []
        return [*me, *self._names[kind].items()]

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        return read_names(*dict.fromkeys(self.NAMES.values()))


def all_words(text: str, *names: str, lookup: str = "contains") -> Q:
    """Match rows that have every word in one of these fields. Without fields, the search text is searched."""
    found = Q()
    for word in text.lower().split()[:10]:
        found &= Q(*((f"{name}__{lookup}", word) for name in names or ("search_text",)), _connector=Q.OR)
    return found
