"""The form of an order, and the form of a decision about an order."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.html import format_html

from panels.models import Service
from panels.pages.numbers import count, exact, exact_rate
from panels.protocol.order_fields import split_lines
from panels.protocol.order_types import ALL_FIELDS, Billing, Checked, Field, Kind, check


class ApiField(forms.CharField):
    """A field of the panel API. order_types checks its value together with the other fields."""

    def clean(self, value: Any) -> str:
        return str(self.to_python(value))


@dataclass(frozen=True)
class OutdatedTerm:
    """A term that differs from the term that the form showed."""

    label: str
    old: str
    new: str


TERMS = {
    "shown_price": "Price",
    "shown_min": "Minimum",
    "shown_max": "Maximum",
    "shown_type": "Type",
    "shown_charges": "Charges",
    "shown_name": "Name",
    "shown_refill": "Refill",
    "shown_cancel": "Cancel",
}
ANSWERS = {True: "yes", False: "no", None: "not stated"}


def price_text(service: Service) -> str:
    """Return the exact price of a service as text: per 1000, or per order for packages. A person agrees to it."""
    kind, panel = service.order_type, service.panel
    is_per_line = bool(kind.counted_field) and panel.bills_package_per_line
    if kind.billing is Billing.FLAT and not is_per_line:
        return f"{exact(service.rate_per_1000, panel.currency)} per order"
    return exact_rate(service.rate_per_1000, panel.currency)


def terms(service: Service) -> dict[str, str]:
    """Return the terms that a person agrees to, as text by the name of the hidden field."""
    return {
        "shown_price": price_text(service),
        "shown_min": count(service.min_quantity),
        "shown_max": count(service.max_quantity),
        "shown_type": service.order_type.label,
        "shown_charges": service.charged_as,
        "shown_name": service.name,
        "shown_refill": ANSWERS[service.refill],
        "shown_cancel": ANSWERS[service.cancel],
    }


class OrderForm(forms.Form):
    """An order of one service: the fields of its type under their API names, and the terms that the form showed."""

    service = forms.CharField(widget=forms.HiddenInput, required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)
    # The order that this order repeats.
    again = forms.CharField(widget=forms.HiddenInput, required=False)
    # The newest order in place of that order, as the form showed it.
    repeat = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, service: Service, data: Mapping[str, Any] | None = None, initial: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.chosen = service
        self.terms = terms(service)
        # Before `renew` replaces the shown terms.
        self.changes = self._changes() if self.is_bound else ()
        self.initial.update(self.terms, service=str(service.pk), token=str(uuid.uuid4()))
        for field in self.offered:
            self.fields[field.name] = _form_field(field, self.line_counts.get(field.name))
        for name in TERMS:
            self.fields[name] = forms.CharField(widget=forms.HiddenInput, required=False)

    @property
    def values(self) -> dict[str, str]:
        """The API fields as they were typed, or their initial values."""
        source = self.data if self.is_bound else self.initial
        names = ALL_FIELDS if self.is_bound else [field.name for field in self.chosen.order_type.fields]
        return {name: str(source[name]) for name in names if name in source}

    @property
    def offered(self) -> list[Field]:
        """The fields of the service's type, without empty drip-feed fields if the panel has no drip-feed for it."""
        without = ("runs", "interval") if self.chosen.dripfeed is False else ()
        return [each for each in self.chosen.order_type.fields if each.name not in without or not self._is_blank(each)]

    @cached_property
    def checked(self) -> Checked:
        """The result of the check: cleaned values, errors, and the price."""
        return check(self.chosen.offer(), self.values)

    @cached_property
    def line_counts(self) -> dict[str, str]:
        """The number of lines of each list, as text."""
        lists = [field.name for field in self.offered if field.kind is Kind.LINES]
        return {name: _lines(self.values.get(name, "")) for name in lists}

    @property
    def missing(self) -> list[str]:
        """The labels of the required fields that are empty."""
        return [field.label for field in self.offered if field.is_required and self._is_blank(field)]

    @property
    def remarks(self) -> list[str]:
        """The messages about all other mistakes."""
        missing = {field.name for field in self.offered if field.is_required and self._is_blank(field)}
        return [text for name, texts in self.checked.errors.items() if name not in missing for text in texts]

    def _changes(self) -> tuple[OutdatedTerm, ...]:
        shown = {name: _folded(self.data.get(name, "")) for name in TERMS}
        now = {name: _folded(text) for name, text in self.terms.items()}
        return tuple(
            OutdatedTerm(TERMS[name], shown[name] or "–", now[name]) for name in TERMS if shown[name] != now[name]
        )

    @property
    def price(self) -> str:
        """The price of these values as exact text, "" if the page shows none. The form sends it back as `seen`."""
        cost, billing = self.checked.cost, self.chosen.order_type.billing
        if cost is None:
            return "not known in advance" if billing is Billing.SUBSCRIPTION else ""
        return f"{'at most ' if self.checked.is_ceiling else ''}{exact(cost, self.chosen.panel.currency)}"

    @property
    def is_price_seen(self) -> bool:
        """Whether the page showed the price of now for these values."""
        return bool(self.price) and _folded(self.data.get("seen", "")) == _folded(self.price)

    @property
    def posted_token(self) -> uuid.UUID | None:
        """The token that makes this form idempotent, or None if it is missing or unreadable."""
        try:
            return uuid.UUID(str(self.data.get("token", "")))
        except ValueError:
            return None

    def clean(self) -> dict[str, Any]:
        for name, texts in self.checked.errors.items():
            self.add_error(name if name in self.fields else None, [forms.ValidationError(text) for text in texts])
        if self.posted_token is None:
            self.add_error(
                None,
                "Nothing was ordered, because the form had lost its protection against placing an order twice. "
                "It is protected again now.",
            )
        return self.cleaned_data

    def renew(self, *, token: bool, repeat: int | None = None) -> None:
        """Replace the shown terms by the current terms, and with `token` also the token. repeat: the one of now."""
        self.data = {name: self.data[name] for name in self.data} | self.terms
        if repeat:
            self.data["repeat"] = str(repeat)
        if token:
            self.data["token"] = self.initial["token"]

    def mark_first_field(self) -> None:
        """Put the focus on the first field with an error, or else on the first empty field."""
        if self.is_bound:
            names = [name for name in self.fields if self.has_error(name)]
        else:
            names = [field.name for field in self.offered if self._is_blank(field)] or [self.offered[0].name]
        for name in names[:1]:
            self.fields[name].widget.attrs["autofocus"] = True

    def _is_blank(self, field: Field) -> bool:
        return not self.values.get(field.name, "").strip()


def _folded(text: Any) -> str:
    """Return a text with plain single spaces, because browsers and people change other spaces."""
    return " ".join(str(text).split())


def _lines(text: str) -> str:
    number = len(split_lines(text))
    return f"{number:,} line{'' if number == 1 else 's'}." if number else ""


def _form_field(field: Field, lines: str | None) -> ApiField:
    help_text = field.help
    if lines is not None:
        help_text = format_html('{} <span id="lines_{}">{}</span>', field.help, field.name, lines)
    return ApiField(
        label=field.label, required=field.is_required, strip=False, help_text=help_text, widget=_widget(field)
    )


def _widget(field: Field) -> forms.Widget:
    plain = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
    if field.kind is Kind.CHOICE:
        return forms.Select(choices=[("", "Choose…"), *field.choices])
    if field.has_lines:
        return forms.Textarea(attrs={"rows": 6, "spellcheck": "false"})
    if field.kind is Kind.WHOLE:
        return forms.TextInput(attrs={**plain, "inputmode": "numeric"})
    if field.kind is Kind.DATE:
        return forms.TextInput(attrs={**plain, "placeholder": "31/12/2030"})
    return forms.TextInput(attrs={**plain, "inputmode": "url"} if field.kind is Kind.LINK else plain)


class ResolveForm(forms.Form):
    """A decision about an order, with the terms or the alarm that the person saw."""

    EXISTS, SEND_AGAIN, WRITE_OFF = "exists", "send_again", "write_off"
    RELEASE, SEEN, STOP, FOLLOW = "release", "seen", "stop", "follow"
    GIVEN_BACK = "given_back"
    DECISIONS = (EXISTS, SEND_AGAIN, WRITE_OFF, RELEASE, SEEN, STOP, FOLLOW, GIVEN_BACK)

    decision = forms.ChoiceField(choices=[(name, name) for name in DECISIONS])
    remote_id = forms.CharField(required=False, max_length=200)
    shown = forms.CharField(required=False)
    alarm = forms.CharField(required=False)
    # The money given back. Empty: it is computed.
    amount = forms.DecimalField(required=False, max_digits=18, decimal_places=6)


class ApprovalForm(forms.Form):
    """The decision of a manager about orders that wait for approval, with a word to the person who ordered."""

    APPROVE, REFUSE = "approve", "refuse"

    decision = forms.ChoiceField(choices=[(name, name) for name in (APPROVE, REFUSE)])
    word = forms.CharField(required=False, max_length=300)
    # The mark of what the manager saw.
    shown = forms.CharField(required=False)

    @property
    def problem(self) -> str:
        """What is wrong with the decision."""
        return "The word is too long." if "word" in self.errors else "Choose a decision."
