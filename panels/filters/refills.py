"""The filter of refills."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django import forms

from panels.filters.base import ME, ListFilter
from panels.models import Refill, Service
from panels.models.order_states import RequestState


class RefillFilter(ListFilter):
    """The refills that the list shows."""

    NAMES: ClassVar = {"panel": "panel", "who": "person", "client": "client", "campaign": "campaign"}
    DATED = "requested_at"
    PRESETS: ClassVar = {
        "Today": "requested=today",
        "Mine": f"who={ME}",
        "Refused": "state=refused",
        "Completed": "progress=completed",
    }

    state = django_filters.ChoiceFilter(choices=RequestState.choices, label="Request", empty_label="Any state")
    progress = django_filters.ChoiceFilter(choices=Refill.Progress.choices, empty_label="Any progress")
    panel = django_filters.ChoiceFilter(field_name="order__panel", label="Panel", empty_label="All panels")
    service = django_filters.ModelChoiceFilter(
        field_name="order__service", queryset=Service.objects.all(), widget=forms.HiddenInput
    )
    who = django_filters.ChoiceFilter(field_name="requested_by", label="Who", method="of_person", empty_label="Anybody")
    client = django_filters.ChoiceFilter(field_name="order__client", label="Client", empty_label="Any client")
    campaign = django_filters.ChoiceFilter(field_name="order__campaign", label="Campaign", empty_label="Any campaign")
    requested = django_filters.ChoiceFilter(
        label="Requested", method="lately", choices=ListFilter.SPANS, empty_label="Any time", widget=forms.RadioSelect
    )

    class Meta:
        model = Refill
        fields: ClassVar[list[str]] = []
