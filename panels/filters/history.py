"""The filter of the history of settings and people."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from auditlog.models import LogEntry
from django import forms

from panels.filters.base import ME, ListFilter
from panels.models.history import KINDS


class HistoryFilter(ListFilter):
    """The changes that the list shows."""

    NAMES: ClassVar = {"who": "person"}
    DATED = "timestamp"
    PRESETS: ClassVar = {
        "Today": "when=today",
        "Mine": f"who={ME}",
        "Panels": "kind=panel",
        "People": "kind=user",
    }

    kind = django_filters.ChoiceFilter(
        field_name="content_type__model", label="Kind", choices=list(KINDS.items()), empty_label="Everything"
    )
    who = django_filters.ChoiceFilter(field_name="actor", label="Who", method="of_person", empty_label="Anybody")
    when = django_filters.ChoiceFilter(
        label="When", method="lately", choices=ListFilter.SPANS, empty_label="Any time", widget=forms.RadioSelect
    )

    class Meta:
        model = LogEntry
        fields: ClassVar[list[str]] = []
