"""The form for new labels of many orders. A label that is neither typed nor removed stays as it is at each order."""

from __future__ import annotations

from typing import Any

from django import forms

from panels.forms.labels import LabelsForm
from panels.tables.columns import LABELS

NOTHING = "Type a new label, or choose one to remove."


class ManyLabelsForm(LabelsForm):
    """The labels by their names, and those that are removed.

    A campaign is always given together with its client, because it belongs to one. A campaign of no client removes the
    client.
    """

    remove = forms.MultipleChoiceField(
        label="Remove",
        choices=[(name, name.capitalize()) for name in LABELS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    @property
    def typed(self) -> set[str]:
        """The names of the labels that the person has typed."""
        return {name for name, text in self._cells.items() if text}

    @property
    def removed(self) -> set[str]:
        """The names of the labels that are removed."""
        return set(self.cleaned_data.get("remove", ()))

    def clean(self) -> dict[str, Any]:
        """Refuse a form that changes nothing, and a label that is both typed and removed."""
        super().clean()
        for name in self.typed & self.removed:
            self.add_error(name, f"{name.capitalize()} is to be removed. Type nothing, or do not remove it.")
        if "campaign" in self.typed and "client" in self.removed:
            self.add_error("remove", "A campaign belongs to a client. Remove both, or none.")
        if not (self.typed or self.removed or self.errors):
            self.add_error(None, NOTHING)
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        """Create the missing names, and return the new labels as `LabelChange.values`. The form must be valid."""
        labels = self.save()
        columns = labels.of_order
        new = {name: None if name in ("client", "campaign") else "" for name in self.removed}
        if "campaign" in self.typed or "client" in self.typed:
            new["client"] = columns["client_id"]
        if "campaign" in self.typed:
            new["campaign"] = columns["campaign_id"]
        return new | {name: columns[name] for name in ("reference", "note") if name in self.typed}
