"""The filter of the services of all panels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Lower, StrIndex

from panels.filters.base import all_words
from panels.filters.price_range import PriceFilter, in_range, limits_in
from panels.models import Panel, RefillClass, Service
from panels.models.planning import unindexed
from panels.money.exchange import Converter
from panels.money.totals import today
from panels.protocol.order_types import type_choices
from panels.protocol.refill_words import read_search


def _of_record(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: f"record__{field}" for name, field in fields.items()}


def _both_ways(fields: Mapping[str, str]) -> dict[str, str]:
    return {f"{sign}{name}": f"{sign}{field}" for name, field in fields.items() for sign in ("", "-")}


class ServiceFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The services of all panels that the catalog shows. By default these are the listed services of active panels.

    An order of prices compares their worths in the reporting currency (`is_merged`), and so does a range. Without
    worths, only prices in the same currency can be compared, so both need a single currency (`lacks_currency`).
    """

    # Sorted by a number of the record, only services that have the number are shown.
    RECORDED: ClassVar = {"finish": "finish_minutes", "delivered": "delivered", "paid": "price"}
    SORTS: ClassVar = _both_ways({"name": "name", "price": "rate_per_1000"} | _of_record(RECORDED))
    ANSWERS = (("yes", "Yes"), ("no", "No"), ("unknown", "Not stated"))
    NO_CURRENCY = "-"
    RANGE = ("price_from", "price_to")

    q = django_filters.CharFilter(
        label="Search",
        method="search",
        max_length=200,
        widget=forms.TextInput({"type": "search", "placeholder": "Words of the name, or an ID", "autocomplete": "off"}),
    )
    panel = django_filters.ChoiceFilter(label="Panel", empty_label="All", method="leave")
    category = django_filters.CharFilter(
        label="Category", method="of_category", max_length=300, widget=forms.TextInput({"list": "categories"})
    )
    type = django_filters.ChoiceFilter(
        label="Type",
        empty_label="All",
        method="of_type",
        choices=[*type_choices(), ("unknown", "Unknown type")],
    )
    refill = django_filters.ChoiceFilter(label="Refill", empty_label="All", method="answered", choices=ANSWERS)
    cancel = django_filters.ChoiceFilter(label="Cancel", empty_label="All", method="answered", choices=ANSWERS)
    refill_class = django_filters.ChoiceFilter(
        label="Refill at least", empty_label="Any", method="of_class", choices=RefillClass.choices[1:]
    )
    quality = django_filters.CharFilter(
        label="Quality",
        method="of_quality",
        max_length=40,
        widget=forms.TextInput({"list": "qualities", "autocomplete": "off"}),
    )
    mark = django_filters.ChoiceFilter(
        label="Team", empty_label="All", method="marked", choices=(("favourite", "Favourites"), ("blocked", "Blocked"))
    )
    currency = django_filters.ChoiceFilter(label="Currency", empty_label="All", method="leave")
    price_from = PriceFilter(label="Price from", method="leave", min_value=0, max_digits=17, decimal_places=8)
    price_to = PriceFilter(label="Price to", method="leave", min_value=0, max_digits=17, decimal_places=8)
    show = django_filters.ChoiceFilter(
        label="Show",
        empty_label="Listed",
        method="leave",
        choices=(("unlisted", "No longer listed"), ("all", "All, also inactive panels")),
    )
    product = django_filters.NumberFilter(
        label="Product", field_name="facts__product", min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )
    sort = django_filters.ChoiceFilter(
        method="leave", choices=[(name, name) for name in SORTS], widget=forms.HiddenInput
    )

    def __init__(self, data: Mapping[str, Any], panels: Iterable[Panel], converter: Converter | None = None) -> None:
        super().__init__(data, Service.objects.all())
        self._panels = list(panels)
        self.converter = converter or Converter("", (), today())
        known = sorted({panel.currency for panel in self._panels})
        self.filters["panel"].extra["choices"] = [(str(panel.pk), panel.name) for panel in self._panels]
        self.filters["currency"].extra["choices"] = [(each or self.NO_CURRENCY, each or "Not known") for each in known]
        for name in self.RANGE:
            self.form.fields[name].currency = self.range_currency

    @cached_property
    def panels(self) -> list[Panel]:
        """The panels whose services are shown: the active panels, or all panels, or the chosen panel."""
        panel, currency, show = (self._chosen(name) for name in ("panel", "currency", "show"))
        return [
            each
            for each in self._panels
            if (str(each.pk) == panel if panel else each.is_active or show == "all")
            and (not currency or (each.currency or self.NO_CURRENCY) == currency)
        ]

    @property
    def currencies(self) -> list[str]:
        """The currencies of the shown prices, by their values in the filter."""
        return sorted({panel.currency or self.NO_CURRENCY for panel in self.panels})

    @cached_property
    def worths(self) -> dict[int, Fraction]:
        """What a unit of the currency of each panel is worth, by the pk of the panel. Empty if one worth is missing."""
        found = {panel.pk: self.converter.worth(panel.currency) for panel in self.panels}
        worths = {pk: worth for pk, worth in found.items() if worth is not None}
        return worths if len(worths) == len(found) else {}

    @property
    def lacking(self) -> list[str]:
        """The currencies whose missing rates prevent a comparison, if there is a reporting currency."""
        return [each or "a currency that is not known" for each in self.converter.lacking(self._codes)]

    @property
    def shows_converted(self) -> bool:
        """Whether a shown price is in another currency than the reporting currency."""
        return self.converter.is_needed(self._codes)

    @property
    def is_merged(self) -> bool:
        """Whether prices in different currencies are sorted by their worths."""
        return len(self.currencies) > 1 and self._is_by_price and bool(self.worths)

    @property
    def range_currency(self) -> str:
        """The currency of a range of prices, "" if it is not known: the chosen, the reporting or the only currency."""
        chosen = self._chosen("currency") or self.converter.currency
        only = self.currencies[0] if len(self.currencies) == 1 else ""
        return str(chosen or only).removeprefix(self.NO_CURRENCY)

    @property
    def _worths_in_range(self) -> dict[int, Fraction]:
        """What a unit of the currency of each panel is worth in the currency of the range. Empty if one is missing."""
        if self._chosen("currency") or (not self.converter.is_set and len(self.currencies) == 1):
            return {panel.pk: Fraction(1) for panel in self.panels}
        return self.worths

    @property
    def limits(self) -> dict[int, Q]:
        """The range in the currency of each panel, by the pk of the panel. It lets the index of a panel be used."""
        worths = self._worths_in_range if self.has_range else {}
        least, most = map(self._chosen, self.RANGE)
        return {pk: limits_in(worth, least, most) for pk, worth in worths.items()}

    @property
    def lacks_range(self) -> bool:
        """Whether the input has a range of prices that cannot be compared."""
        return self.has_range and bool(self.panels) and not self._worths_in_range

    @property
    def lacks_currency(self) -> bool:
        """Whether the input asks for a comparison of prices that is not possible."""
        is_apart = self._is_by_price and not self.worths
        return self.lacks_range or (len(self.currencies) > 1 and (is_apart or self.is_by_paid))

    @property
    def is_by_paid(self) -> bool:
        """Whether the list is to be sorted by what was paid, which is kept in the currency of each panel alone."""
        return self._wanted_sort in ("paid", "-paid")

    @property
    def used_sort(self) -> str:
        """The sorting: the chosen one if it can be used, else by name, or by price among the offers of a product."""
        return "name" if self.lacks_currency else self._wanted_sort

    @property
    def sort_field(self) -> str:
        """The field to sort by."""
        return self.SORTS[self.used_sort]

    @property
    def recorded(self) -> str | None:
        """The number of the record to sort by, None if the list is sorted by something else."""
        return self.RECORDED.get(self.used_sort.removeprefix("-"))

    @property
    def is_refused(self) -> bool:
        """Whether nothing is shown because the input cannot be read or prices cannot be compared."""
        return bool(self.errors) or self.lacks_range

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is in use."""
        return any(value for name, value in self.data.items() if name in self.filters and name != "sort")

    def filter_queryset(self, queryset: QuerySet[Service]) -> QuerySet[Service]:
        """Keep the services that fit all filters, or no service if `is_refused`."""
        if self.is_refused:
            return queryset.none()
        found: QuerySet[Service] = super().filter_queryset(queryset)
        if self.has_range:
            least, most = map(self._chosen, self.RANGE)
            found = found.filter(in_range(least, most, self._worths_in_range))
        if recorded := self.recorded:
            found = found.filter(**{f"record__{recorded}__isnull": False})
        if self._chosen("show") != "all":
            is_listed = self._chosen("show") != "unlisted"
            # SQLite uses the index of panel, listed and price for IN, but not for the field alone.
            found = found.filter(is_listed__in=[is_listed]) if self.is_merged else found.filter(is_listed=is_listed)
        if len(self.panels) == len(self._panels):
            return found
        # For several panels, the index of panels does not help to sort.
        at = F("panel_id") if len(self.panels) == 1 else unindexed("panel_id")
        return found.alias(at=at).filter(at__in=[panel.pk for panel in self.panels])

    def search(self, queryset: QuerySet[Service], _: str, text: str) -> QuerySet[Service]:
        """Keep services that have every word, in any order. A refill does not find services that say "no refill"."""
        words, lacks_refill = read_search(text)
        found = queryset.filter(all_words(" ".join(words)))
        return found if lacks_refill is None else found.filter(says_no_refill=lacks_refill)

    def of_category(self, queryset: QuerySet[Service], _: str, text: str) -> QuerySet[Service]:
        """Keep services whose category has the text. The search text includes the category and has an index."""
        found = queryset.filter(search_text__contains=text.lower())
        if not self.is_merged:
            return found.filter(category__icontains=text)
        # PostgreSQL expects one row of `icontains`, and so sorts all rows of each panel instead of reading its index.
        return found.alias(place=StrIndex(Lower("category"), Lower(Value(text)))).filter(place__gt=0)

    def of_type(self, queryset: QuerySet[Service], _: str, slug: str) -> QuerySet[Service]:
        """Keep one type. The slug of an unknown type is empty."""
        return queryset.filter(type="" if slug == "unknown" else slug)

    def answered(self, queryset: QuerySet[Service], name: str, answer: str) -> QuerySet[Service]:
        """Keep one answer. If the panel does not state it, the answer is neither yes nor no."""
        return queryset.filter(**{name: {"yes": True, "no": False, "unknown": None}[answer]})

    def of_class(self, queryset: QuerySet[Service], _: str, least: str) -> QuerySet[Service]:
        """Keep services with at least this class of refill, by their name and their panel's flag."""
        return queryset.filter(facts__refill_class__gte=int(least))

    def of_quality(self, queryset: QuerySet[Service], _: str, word: str) -> QuerySet[Service]:
        """Keep services whose name promises this quality."""
        return queryset.filter(facts__quality__contains=word.lower())

    def marked(self, queryset: QuerySet[Service], _: str, mark: str) -> QuerySet[Service]:
        """Keep the services that the team has marked so."""
        return queryset.filter(**{f"mark__is_{mark}": True})

    def leave(self, queryset: QuerySet[Service], _: str, __: str) -> QuerySet[Service]:
        """Change nothing, because this filter depends on others and is applied elsewhere."""
        return queryset

    @property
    def _wanted_sort(self) -> str:
        return str(self._chosen("sort") or ("price" if self._chosen("product") else "name"))

    @property
    def has_range(self) -> bool:
        """Whether the input has a range of prices."""
        return any(self._chosen(name) is not None for name in self.RANGE)

    @property
    def _codes(self) -> set[str]:
        return {panel.currency for panel in self.panels}

    @property
    def _is_by_price(self) -> bool:
        return self._wanted_sort in ("price", "-price")

    def _chosen(self, name: str) -> Any:
        # Unreadable input is an error of the form, so it chooses nothing.
        return None if name in self.errors else self.form.cleaned_data.get(name)
