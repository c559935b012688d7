"""The form fields of the cells of lines, and the form that corrects one mistake of several lines."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.urls import reverse

from panels.bulk.mistakes import Group
from panels.forms.labels import OFFERED
from panels.forms.orders import ApiField
from panels.models import Batch, Panel
from panels.protocol.order_types import ALL_FIELDS
from panels.tables.columns import AGAIN_OF

LABELS_OF = {name: field.label for name, field in ALL_FIELDS.items()} | {AGAIN_OF: "Order again of"}
_PLAIN = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


def label_of(name: str) -> str:
    """Return the label of a cell."""
    return LABELS_OF.get(name, name.capitalize())


class ServiceField(ApiField):
    """The ID of a service, with room below for the services that are found."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.template_name = "panels/bulk/_service_field.html"


class CellFields:
    """Makes the fields of the cells of a draft's lines. The panels are read once for all fields."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    @cached_property
    def _panels(self) -> dict[int, tuple[str, bool]]:
        """The name of each panel, and whether it is active."""
        rows = Panel.objects.order_by("name").values_list("pk", "name", "is_active")
        return {pk: (name, is_active) for pk, name, is_active in rows}

    def panel_name(self, pk: int | None) -> str:
        """Return the name of a panel, or "" if there is no panel."""
        return self._panels[pk][0] if pk in self._panels else ""

    def make(self, name: str, text: str, *, without: str = "") -> ApiField:
        """Make the field of a cell with its present text. `without` says what an empty choice of a panel means."""
        widget = self._panel_list(text, without) if name == "panel" else self._widget(name, text)
        kind = ServiceField if name == "service" else ApiField
        return kind(label=label_of(name), required=False, strip=False, widget=widget)

    def _panel_list(self, text: str, without: str) -> forms.Select:
        """Return the list of the active panels. A name that none of them has stays a choice until it is corrected."""
        names = [name for name, is_active in self._panels.values() if is_active]
        without = without or (f"{self.batch.panel}, as for all lines" if self.batch.panel else "Choose…")
        own = [text] if text and text not in names else []
        return forms.Select(choices=[("", without), *((name, name) for name in (*own, *names))])

    def _widget(self, name: str, text: str) -> forms.Widget:
        field = ALL_FIELDS.get(name)
        if "\n" in text or name == "note" or (field and field.has_lines):
            return forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})
        return forms.TextInput(attrs=_PLAIN | (self._search() if name == "service" else OFFERED.get(name, {})))

    def _search(self) -> dict[str, Any]:
        """Return the attributes of a field that searches the services while a person types."""
        return {
            "hx-get": reverse("bulk_services", args=[self.batch.pk]),
            "hx-trigger": "input delay:250ms",
            "hx-include": "closest form",
            "hx-params": "panel,service",
            "hx-target": "next [data-choices]",
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
            "data-chooses": "",
        }


class MistakeForm(forms.Form):
    """The correction of one mistake of several lines: the value of its column. A service comes with its panel."""

    def __init__(self, group: Group, fields: CellFields) -> None:
        mistake = group.mistake
        super().__init__(auto_id=f"id_{mistake.key}_%s", initial={mistake.column: mistake.value})
        self.group = group
        if mistake.column == "service":
            self.initial["panel"] = fields.panel_name(next(iter(group.panels))) if len(group.panels) == 1 else ""
            self.fields["panel"] = fields.make("panel", self.initial["panel"], without="The panel of each line")
        if mistake.column:
            self.fields[mistake.column] = fields.make(mistake.column, mistake.value)
        self.label = self.fields[mistake.column].label if mistake.column else ""
