"""The form in which a person says which column of a table is which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms

from panels.forms.bulk import NO_PANEL
from panels.forms.cells import LABELS_OF
from panels.models import Panel
from panels.tables.columns import LABELS, OUTCOME, TableKind
from panels.tables.layout import Layout, Proposal
from panels.tables.workbook import column_name

NOT_READ = "Not read"
# More columns that are not read are folded away.
MOST_UNREAD = 20
_FIRST = ("panel", "order", "service", "link", "quantity", "placed")


@dataclass(frozen=True)
class Choice:
    """A column of the table: its title, its first values, and its field, None for a column with results."""

    title: str
    place: str
    samples: list[str]
    field: forms.BoundField | None

    @property
    def is_chosen(self) -> bool:
        """Whether the column is read, or its choice has an error."""
        return self.field is not None and bool(self.field.value() or self.field.errors)


class ColumnsForm(forms.Form):
    """A field for each column of a table, and the panel of the lines that name no panel."""

    panel = forms.ModelChoiceField(
        queryset=Panel.objects.filter(is_active=True).order_by("name"),
        required=False,
        empty_label="Named in each line",
        help_text="For lines that do not name a panel.",
    )

    def __init__(
        self, proposal: Proposal, kind: TableKind, panel: Panel | None, data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={"panel": panel})
        self.proposal, self.kind = proposal, kind
        for place, name in proposal.layout.names.items():
            if name not in OUTCOME:
                title = proposal.titles.get(place) or column_name(place)
                self.fields[f"column_{place}"] = forms.ChoiceField(
                    label=f"Read {title[:80]} as", choices=_choices(kind), initial=name, required=False
                )

    @property
    def first_rows(self) -> list[Choice]:
        """The columns of the table. Of a wide one, those that are read, then the first of the others."""
        further = {row.place for row in self.further_rows}
        rows = [row for row in self.rows if row.place not in further]
        return sorted(rows, key=lambda row: not row.is_chosen) if further else rows

    @cached_property
    def further_rows(self) -> list[Choice]:
        """The columns of a wide table after the first ones that are not read."""
        return [row for row in self.rows if not row.is_chosen][MOST_UNREAD:]

    @property
    def rows(self) -> Iterator[Choice]:
        """The columns of the table in their order."""
        for place in self.proposal.layout.names:
            field = self[f"column_{place}"] if f"column_{place}" in self.fields else None
            title = self.proposal.titles.get(place, "")
            yield Choice(title, column_name(place), self.proposal.samples(place), field)

    @property
    def layout(self) -> Layout:
        """The layout that the person has chosen. The form must be valid."""
        proposed = self.proposal.layout
        names = {place: self.cleaned_data.get(f"column_{place}", name) for place, name in proposed.names.items()}
        return Layout(proposed.titles_at, names)

    def clean(self) -> dict[str, Any]:
        fields: dict[str, str] = {}
        for field, column in list(self.cleaned_data.items()):
            if field == "panel" or not column:
                continue
            if column in fields:
                text = f"{label_of(column)} is chosen for two columns. Choose it for one of them."
                self.add_error(field, text)
            fields[column] = field
        if self.kind.needed not in fields and not self.errors:
            self.add_error(None, f"Choose which column is {label_of(self.kind.needed)}. Nothing was saved.")
        elif self.cleaned_data.get("panel") is None and "panel" not in fields and "panel" not in self.errors:
            self.add_error("panel", NO_PANEL)
        return self.cleaned_data


def label_of(column: str) -> str:
    """Return the name of a column that people read."""
    return _OWN_NAMES.get(column) or LABELS_OF.get(column, column.capitalize())


_OWN_NAMES = {"service": "Service ID", "order": "Panel order ID", "placed": "Placed on (day)"}


def _choices(kind: TableKind) -> list[Any]:
    groups = {"Order": _FIRST, "For your team": LABELS}
    others = tuple(name for name in kind.columns if name not in (*_FIRST, *LABELS))
    named = {**groups, "Other fields": others}
    found = [
        (group, [(name, label_of(name)) for name in names if name in kind.columns]) for group, names in named.items()
    ]
    return [("", NOT_READ), *((group, names) for group, names in found if names)]
