"""The filter of the statement of an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet

from panels.filters.base import ListFilter
from panels.filters.orders import DAY, DAYS
from panels.models import Entry
from panels.money.statement import Statement


class StatementFilter(ListFilter):
    """The entries of one account that the statement shows.

    `currencies` are those of the account, the present one first, which counts without a choice.
    """

    DATED = "value_at"
    PRESETS: ClassVar = {"Deposits": "kind=deposit", "Given back": "kind=given_back", "Adjustments": "kind=adjustment"}

    kind = django_filters.ChoiceFilter(
        field_name="kind", label="Kind", choices=Entry.Kind.choices, empty_label="All entries"
    )
    since_day = django_filters.DateFilter(label="From", method="since", widget=DAY, validators=DAYS)
    until_day = django_filters.DateFilter(label="To", method="until", widget=DAY, validators=DAYS)
    currency = django_filters.ChoiceFilter(label="Currency", method="kept")

    class Meta:
        model = Entry
        fields: ClassVar[list[str]] = []

    def __init__(self, data: Mapping[str, Any], user: Any, currencies: list[str]) -> None:
        super().__init__(data, user, Entry.objects.all())
        present, *others = currencies
        self.filters["currency"].extra |= {
            "choices": [(each, each) for each in others if each],
            "empty_label": present or "Currency not known",
        }

    def choose(self, accounts: Sequence[Statement]) -> Statement:
        """Return the account in the chosen currency."""
        chosen = self.is_valid() and self.form.cleaned_data["currency"]
        return next((each for each in accounts if each.currency == chosen), accounts[0])

    @property
    def is_consecutive(self) -> bool:
        """Whether the entries of a period are shown without any left out."""
        return self.is_valid() and not self.form.cleaned_data["kind"]

    def of_account(self, entries: QuerySet[Entry]) -> QuerySet[Entry]:
        """Return the entries of an account that match. A filter that cannot be read matches none."""
        found: QuerySet[Entry] = self.filter_queryset(entries) if self.is_valid() else entries.none()
        return found

    def kept(self, entries: QuerySet[Entry], _: str, __: str) -> QuerySet[Entry]:
        """Keep all entries, because those of an account have one currency."""
        return entries


def days_of(first: dt.date | None, last: dt.date | None) -> dict[str, str]:
    """Return the days of a period as this filter reads them."""
    days = {"since_day": first, "until_day": last}
    return {name: day.isoformat() for name, day in days.items() if day}
