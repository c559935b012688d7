"""The forms for the reporting currency and for exchange rates, typed or as a file."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from panels.money.totals import today
from panels.tables.rates import EURO, RateLine, WrongError, read_code, read_day, read_file, read_per_euro
from panels.tables.workbook import UnreadableError

# The list of known currencies is on the page.
_CODE = {"autocomplete": "off", "spellcheck": "false", "list": "currencies"}
MOST_PROBLEMS = 20


class ReportingCurrencyForm(forms.Form):
    """The currency in which prices are shown and compared, or none."""

    reporting_currency = forms.CharField(
        required=False,
        max_length=20,
        widget=forms.TextInput(_CODE),
        help_text="The code, such as EUR. Empty: prices in different currencies are not compared.",
    )

    def clean_reporting_currency(self) -> str:
        """Return the code, "" for none."""
        text = self.cleaned_data["reporting_currency"].strip()
        try:
            return read_code(text) if text else ""
        except WrongError as error:
            raise ValidationError(str(error)) from error


class RateForm(forms.Form):
    """A typed rate."""

    currency = forms.CharField(max_length=20, widget=forms.TextInput(_CODE))
    per_euro = forms.CharField(
        label="Rate",
        max_length=40,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        help_text="How many units of the currency one euro is worth, such as 1.0876 for USD.",
    )
    day = forms.CharField(
        required=False, max_length=20, widget=forms.DateInput({"type": "date"}), help_text="Empty: today."
    )

    def clean_currency(self) -> str:
        """Return the code."""
        code = _read(read_code, self.cleaned_data["currency"])
        if code == EURO:
            raise ValidationError("The rates are for one euro, so the euro has none.")
        return str(code)

    def clean_per_euro(self) -> Decimal:
        """Return the rate."""
        return Decimal(_read(read_per_euro, self.cleaned_data["per_euro"]))

    def clean_day(self) -> dt.date:
        """Return the day of the rate."""
        day: dt.date = _read(lambda text: read_day(text, today()), self.cleaned_data["day"])
        return day

    @property
    def line(self) -> RateLine:
        """The rate. The form must be valid."""
        return RateLine(**self.cleaned_data)


class RateFileForm(forms.Form):
    """A file of rates. It is stored if all of it is right."""

    file = forms.FileField(
        label="CSV file",
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv"}),
        help_text="With the columns currency, rate (units for one euro) and, if it is not today, day (2026-11-27).",
    )

    def clean(self) -> dict[str, Any]:
        """Read the file. All wrong values are errors of it."""
        self.lines: list[RateLine] = []
        if file := self.cleaned_data.get("file"):
            try:
                self.lines, problems = read_file(file.name, file.read(), today())
            except UnreadableError as error:
                problems = [error.text]
            if more := len(problems) - MOST_PROBLEMS:
                problems = [*problems[:MOST_PROBLEMS], *([f"And {more:,} more."] if more > 0 else [])]
            if problems:
                self.add_error("file", [*problems, "Nothing was stored."])
        return self.cleaned_data


def _read(read: Any, text: str) -> Any:
    try:
        return read(text)
    except WrongError as error:
        raise ValidationError(str(error)) from error
