"""The form for the labels of an order or of a batch: client, campaign, reference and note."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms

from panels.clients.naming import (
    MAY_CREATE,
    Found,
    Labels,
    NameLookup,
    create_missing,
    find_unfit_labels,
    known_names,
    quoted,
)
from panels.models import Batch, Order
from panels.protocol.order_fields import trim
from panels.tables.columns import LABELS

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
# The lists of known names are on the page (`_label_lists.html`).
OFFERED = {"client": {"list": "known-clients"}, "campaign": {"list": "known-campaigns"}}


class LabelsForm(forms.Form):
    """The labels by their names. A name that does not exist is an error until the person ticks `create` for it."""

    client = forms.CharField(required=False, widget=forms.TextInput(_PLAIN | OFFERED["client"]))
    campaign = forms.CharField(required=False, widget=forms.TextInput(_PLAIN | OFFERED["campaign"]))
    reference = forms.CharField(required=False, widget=forms.TextInput(_PLAIN))
    note = forms.CharField(required=False, widget=forms.Textarea({"rows": 2}))
    # The names to create, as the checkbox showed them. Another name needs another tick.
    create = forms.CharField(required=False)

    def __init__(self, user: Any, data: Mapping[str, Any] | None = None, labeled: Order | Batch | None = None) -> None:
        super().__init__(data, initial=_labels_of(labeled) if labeled else None)
        self.user = user

    @property
    def label_fields(self) -> list[forms.BoundField]:
        """The fields that a person fills in."""
        return [self[name] for name in LABELS]

    @cached_property
    def known(self) -> dict[str, list[Any]]:
        """The names of clients and campaigns to choose from."""
        return known_names()

    @property
    def is_used(self) -> bool:
        """Whether the fields are shown unfolded: the team has clients, or a field has a value."""
        return bool(self.known["clients"] or self.known["campaigns"] or any(self._cells.values()))

    @cached_property
    def found(self) -> Found:
        """The client and campaign with the typed names, and what is wrong with the names."""
        return NameLookup([self._cells]).find(self._cells)

    @property
    def may_create(self) -> bool:
        """Whether the person may create the missing names."""
        return bool(self.found.missing) and self.user.has_perms(MAY_CREATE)

    @property
    def to_create(self) -> str:
        """The value of the checkbox for the missing names."""
        return "\n".join(self.found.missing)

    @property
    def new_names(self) -> str:
        """The missing names in words."""
        missing = self.found.missing
        words = [f"client {quoted(name)}" for name in missing.clients.values()]
        return " and ".join(words + [f"campaign {quoted(name)}" for _, name in missing.campaigns.values()])

    @property
    def is_agreed(self) -> bool:
        """Whether the person wants to create the missing names."""
        posted = str(self.data.get("create", "")).replace("\r\n", "\n")
        return self.may_create and posted == self.to_create

    @property
    def remarks(self) -> list[str]:
        """The messages about mistakes, apart from missing names that the person may create."""
        return [text for texts in self._problems(is_agreed=self.may_create).values() for text in texts]

    def clean(self) -> dict[str, Any]:
        for name, texts in self._problems(is_agreed=self.is_agreed).items():
            self.add_error(name, [forms.ValidationError(text) for text in texts])
        return self.cleaned_data

    def save(self) -> Labels:
        """Create the missing names, and return the labels. The form must be valid."""
        found = self.found
        if found.missing:
            create_missing(found.missing, self.user)
            found = NameLookup([self._cells]).find(self._cells)
        return Labels(found.client, found.campaign, self._cells["reference"], self._cells["note"])

    def mark_first_field(self) -> None:
        """Put the focus on the first field with an error."""
        for name in [name for name in LABELS if self.has_error(name)][:1]:
            self.fields[name].widget.attrs["autofocus"] = True

    @cached_property
    def _cells(self) -> dict[str, str]:
        source = self.data if self.is_bound else self.initial
        return {name: trim(str(source.get(name, "")).replace("\r\n", "\n")) for name in LABELS}

    def _problems(self, *, is_agreed: bool) -> dict[str, list[str]]:
        errors = self.found.errors | find_unfit_labels(self._cells)
        missing = self.found.missing
        agreed = {"client"} if missing.clients else set()
        agreed |= {"campaign"} if missing.campaigns else set()
        return {name: texts for name, texts in errors.items() if not is_agreed or name not in agreed}


def _labels_of(labeled: Order | Batch) -> dict[str, str]:
    return {
        "client": labeled.client.name if labeled.client else "",
        "campaign": labeled.campaign.name if labeled.campaign else "",
        "reference": labeled.reference,
        "note": labeled.note,
    }
