"""The form for how one person sees the pages."""

from __future__ import annotations

import zoneinfo
from functools import cache
from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings

from panels.models import PersonalSettings

# The regions of the IANA database whose names are places. The other names are old spellings.
REGIONS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """The settings of a person. Each has a default, so a person may leave them as they are."""

    time_zone = forms.ChoiceField(
        required=False, help_text="The times on your pages. Days in totals and filters are the same for everybody."
    )

    class Meta:
        model = PersonalSettings
        fields = ("time_zone",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", f"As the site: {settings.TIME_ZONE}"), ("UTC", "UTC"), *zones()]
        self.fields["time_zone"].choices = choices  # type: ignore[attr-defined]


@cache
def zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the names of the time zones, grouped by region."""
    names = sorted(name for name in zoneinfo.available_timezones() if name.partition("/")[0] in REGIONS)
    return [
        (region, [(name, name.partition("/")[2].replace("_", " ")) for name in group])
        for region, group in groupby(names, key=lambda name: name.partition("/")[0])
    ]
