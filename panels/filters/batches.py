"""The filter of batches."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from panels.filters.base import ME, ListFilter, all_words
from panels.models import Batch
from panels.models.order_text import fold


class BatchFilter(ListFilter):
    """The batches that the list shows."""

    NAMES: ClassVar = {"panel": "panel", "who": "person"}
    PRESETS: ClassVar = {"Drafts": "state=draft", "Today": "created=today", "Mine": f"who={ME}"}

    q = django_filters.CharFilter(
        label="Search",
        method="search",
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name, file or number"}),
    )
    state = django_filters.ChoiceFilter(choices=Batch.State.choices, empty_label="Any state")
    source = django_filters.ChoiceFilter(choices=Batch.Source.choices, empty_label="Any source")
    panel = django_filters.ChoiceFilter(label="Panel", empty_label="All panels")
    who = django_filters.ChoiceFilter(field_name="created_by", label="Who", method="of_person", empty_label="Anybody")
    created = django_filters.ChoiceFilter(
        label="Created", method="lately", choices=ListFilter.SPANS, empty_label="Any time", widget=forms.RadioSelect
    )

    class Meta:
        model = Batch
        fields: ClassVar[list[str]] = []

    def search(self, batches: QuerySet[Batch], _: str, text: str) -> QuerySet[Batch]:
        """Keep the batches with all these words in their name or the name of their file, or with this number."""
        number = text.strip().removeprefix("#")
        is_number = number.isdecimal() and number.isascii() and len(number) <= 18
        found = all_words(fold(text))
        return batches.filter(found | Q(pk=int(number)) if is_number else found)
