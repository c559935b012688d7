"""The filter of panels."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet

from panels.filters.base import ListFilter
from panels.models import Panel

STATES = (
    ("ok", "Ok"),
    ("paused", "Paused"),
    ("failing", "Failing"),
    ("unreadable", "Answers not readable"),
    ("new", "Not tested yet"),
    ("inactive", "Inactive"),
)


class PanelFilter(ListFilter):
    """The panels that the list shows. Nobody has many, so they are compared here and not in the database."""

    PRESETS: ClassVar = {"Paused": "state=paused", "Failing": "state=failing", "Low balance": "low=on"}

    q = django_filters.CharFilter(
        label="Search",
        method="search",
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name or address"}),
    )
    state = django_filters.ChoiceFilter(choices=STATES, label="State", method="in_state", empty_label="Any state")
    low = django_filters.BooleanFilter(label="Low balance", method="with_low_balance", widget=forms.CheckboxInput)

    class Meta:
        model = Panel
        fields: ClassVar[list[str]] = []

    def search(self, panels: QuerySet[Panel], _: str, text: str) -> QuerySet[Panel]:
        """Keep panels with every word in the name or in the address, in any case."""
        words = text.casefold().split()
        named = {panel.pk: f"{panel.name} {panel.host}".casefold() for panel in _without_keys(panels)}
        return panels.filter(pk__in=[pk for pk, name in named.items() if all(word in name for word in words)])

    def in_state(self, panels: QuerySet[Panel], _: str, state: str) -> QuerySet[Panel]:
        """Keep panels whose badge has this state."""
        return panels.filter(pk__in=[panel.pk for panel in _without_keys(panels) if panel.state == state])

    def with_low_balance(self, panels: QuerySet[Panel], _: str, wanted: bool) -> QuerySet[Panel]:  # noqa: FBT001
        """Keep panels that need money. An empty box filters nothing."""
        low = [panel.pk for panel in _without_keys(panels) if panel.is_balance_low]
        return panels.filter(pk__in=low) if wanted else panels


def _without_keys(panels: QuerySet[Panel]) -> QuerySet[Panel]:
    return panels.defer("api_key")
