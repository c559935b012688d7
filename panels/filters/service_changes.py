"""The filter of the changes of services."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet

from panels.filters.base import ListFilter
from panels.models import ServiceChange


class ChangeFilter(ListFilter):
    """The changes of services that the list shows."""

    NAMES: ClassVar = {"panel": "panel"}
    DATED = "at"
    PRESETS: ClassVar = {
        "Services you use": "used=on",
        "Dearer": "kind=dearer",
        "Gone": "kind=gone",
        "Today": "when=today",
    }

    kind = django_filters.ChoiceFilter(
        field_name="kind", label="Kind", choices=ServiceChange.Kind.choices, empty_label="All changes"
    )
    panel = django_filters.ChoiceFilter(field_name="panel", label="Panel", empty_label="All panels")
    when = django_filters.ChoiceFilter(
        label="When", method="lately", choices=ListFilter.SPANS, empty_label="Any time", widget=forms.RadioSelect
    )
    used = django_filters.BooleanFilter(label="Services you use", method="in_use", widget=forms.CheckboxInput)

    class Meta:
        model = ServiceChange
        fields: ClassVar[list[str]] = []

    def in_use(self, rows: QuerySet[ServiceChange], _: str, is_wanted: bool) -> QuerySet[ServiceChange]:  # noqa: FBT001
        """Keep changes of services that the team used at that time."""
        return rows.filter(is_used=True) if is_wanted else rows
