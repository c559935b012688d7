"""The forms of rates: what they take, and the sentences about what they do not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from panels.forms.rates import MOST_PROBLEMS, RateFileForm, RateForm, ReportingCurrencyForm
from panels.money.totals import today
from panels.tables.rates import RateLine


@pytest.mark.parametrize(("typed", "code"), [("eur", "EUR"), (" ", ""), ("USDT", "USDT")])
def test_the_reporting_currency_is_a_code_or_nothing(typed, code):
    form = ReportingCurrencyForm({"reporting_currency": typed})
    assert form.is_valid()
    assert form.cleaned_data == {"reporting_currency": code}


def test_what_is_no_code_is_refused():
    assert "“€” is no code" in str(ReportingCurrencyForm({"reporting_currency": "€"}).errors)


def test_a_typed_rate_is_of_today_unless_it_names_a_day():
    form = RateForm({"currency": "rub", "per_euro": " 95.5 "})
    assert form.is_valid()
    assert form.line == RateLine("RUB", Decimal("95.5"), today())


def test_every_wrong_value_of_a_typed_rate_is_said():
    form = RateForm({"currency": "eur", "per_euro": "1,5", "day": "2999-01-01"})
    assert {name: errors[0] for name, errors in form.errors.items()} == {
        "currency": "The rates are for one euro, so the euro has none.",
        "per_euro": "“1,5” is no rate. Write digits and a decimal point, like 1.0876.",
        "day": "2999-01-01 is in the future.",
    }


def upload(content, name="rates.csv"):
    return RateFileForm({}, {"file": SimpleUploadedFile(name, content.encode())})


def test_a_file_has_its_rates_or_all_its_errors():
    form = upload("currency,rate\nRUB,95.5\n")
    assert form.is_valid()
    assert form.lines == [RateLine("RUB", Decimal("95.5"), today())]
    for rows, more in ((MOST_PROBLEMS, 0), (MOST_PROBLEMS + 2, 2)):
        errors = upload("currency,rate\nRUB,95.5\n" + "$,1\n" * rows).errors["file"]
        assert len(errors) == MOST_PROBLEMS + 1 + bool(more)
        assert errors[0].startswith("Row 3: ")
        assert errors[-1] == "Nothing was stored."
        assert ("And 2 more." in errors) is bool(more)


def test_an_empty_file_and_no_file_are_refused():
    assert not upload("").is_valid()
    assert not RateFileForm({}, {}).is_valid()
