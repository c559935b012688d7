"""The filter of products, and the number of products for each value of a filter."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Count, F, QuerySet, Value

from panels.catalog.names.titles import platform_name
from panels.filters.base import ListFilter, all_words
from panels.models import Product, ProductGrade, RefillClass

# A value of a fact that is not said.
NOT_SAID = "-"
# The facts that are offered before and after a platform or a metric is chosen.
FIRST, MORE = ("platform", "metric"), ("object", "variant", "geo", "gender", "delivery")
MOST_LENGTH = 120


class FactField(forms.CharField):
    """A value of a fact. Its values are offered as links."""

    def in_words(self, value: str) -> str:
        """Return the value as people read it."""
        if value == NOT_SAID:
            return "not said"
        return value.replace("+", " + ").replace("_", " ")


class PlatformField(FactField):
    """The name of a platform."""

    def in_words(self, value: str) -> str:
        """Return the name as the platform writes it."""
        return super().in_words(value) if value == NOT_SAID else platform_name(value)


class FactFilter(django_filters.CharFilter):  # type: ignore[misc]
    """A filter by one fact of a product."""

    field_class = FactField


class PlatformFilter(FactFilter):
    """A filter by the platform."""

    field_class = PlatformField


HIDDEN: dict[str, Any] = {"method": "of_fact", "max_length": MOST_LENGTH, "widget": forms.HiddenInput}


class ProductFilter(ListFilter):
    """The products that the list shows, each by what its offers with the chosen refill cost."""

    PRESETS: ClassVar = {
        "With refill": f"refill={RefillClass.MONTH}",
        "A year or a lifetime": f"refill={RefillClass.LIFETIME}",
        "At several panels": "several=on",
    }

    q = django_filters.CharFilter(
        label="Search",
        method="search",
        max_length=200,
        widget=forms.TextInput({"type": "search", "placeholder": "Words of the title", "autocomplete": "off"}),
    )
    platform = PlatformFilter(label="Platform", **HIDDEN)
    metric = FactFilter(label="What", **HIDDEN)
    object = FactFilter(label="For", **HIDDEN)
    variant = FactFilter(label="Kind", **HIDDEN)
    geo = FactFilter(label="Country", **HIDDEN)
    gender = FactFilter(label="Gender", **HIDDEN)
    delivery = FactFilter(label="Delivery", **HIDDEN)
    refill = django_filters.ChoiceFilter(
        label="Refill", method="leave", empty_label="Any", choices=RefillClass.choices[1:]
    )
    several = django_filters.BooleanFilter(label="At several panels", method="at_several", widget=forms.CheckboxInput)

    class Meta:
        model = ProductGrade
        fields: ClassVar[list[str]] = []

    @property
    def least_refill(self) -> int:
        """The class of refill that the offers must have at least."""
        return int(self._chosen("refill") or RefillClass.NONE)

    def filter_queryset(self, queryset: QuerySet[ProductGrade]) -> QuerySet[ProductGrade]:
        """Keep the products that fit all filters and have offers."""
        found: QuerySet[ProductGrade] = super().filter_queryset(queryset)
        return found.filter(refill=self.least_refill, offers__gt=0)

    def search(self, grades: QuerySet[ProductGrade], _: str, text: str) -> QuerySet[ProductGrade]:
        """Keep products whose title has every word."""
        return grades.filter(all_words(text, "product__search_text"))

    def of_fact(self, grades: QuerySet[ProductGrade], name: str, value: str) -> QuerySet[ProductGrade]:
        """Keep products with this value of a fact."""
        return grades.filter(**{f"product__{name}": _stored(value)})

    def at_several(self, grades: QuerySet[ProductGrade], _: str, wanted: Any) -> QuerySet[ProductGrade]:
        """Keep products that several panels sell."""
        return grades.filter(panels__gt=1) if wanted else grades

    def leave(self, grades: QuerySet[ProductGrade], _: str, __: str) -> QuerySet[ProductGrade]:
        """Change nothing, because this filter is applied elsewhere."""
        return grades

    def counts(self) -> dict[str, list[tuple[str, int]]]:
        """Return for each fact its values with their numbers of products, the most first, under all other filters.

        One query reads kept rows, and most of it an index alone.
        """
        if self.errors:
            return {}
        names = (*FIRST, *MORE) if any(self._chosen(name) for name in FIRST) else FIRST
        first, *others = [self._count(name) for name in names]
        found = defaultdict(list)
        for name, value, number in first.union(*others, all=True):
            found[name].append((value or NOT_SAID, number))
        by_number = {name: sorted(found[name], key=lambda pair: (-pair[1], pair[0])) for name in names}
        return {name: values for name, values in by_number.items() if len(values) > 1 or self._chosen(name)}

    def _count(self, name: str) -> QuerySet[Product, Any]:
        products = Product.objects.filter(best_refill__gte=self.least_refill)
        for other in (*FIRST, *MORE):
            if other != name and (value := self._chosen(other)):
                products = products.filter(**{other: _stored(value)})
        if text := self._chosen("q"):
            products = products.filter(all_words(text))
        if self._chosen("several"):
            products = products.filter(grades__refill=self.least_refill, grades__panels__gt=1)
        return (
            products.order_by()
            .values(fact=Value(name), value=F(name))
            .annotate(number=Count("pk"))
            .values_list("fact", "value", "number")
        )

    def _chosen(self, name: str) -> Any:
        # Unreadable input is an error of the form, so it chooses nothing.
        return None if name in self.errors else self.form.cleaned_data.get(name)


def _stored(value: str) -> str:
    return "" if value == NOT_SAID else value
