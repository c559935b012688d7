"""Amounts and rates come back from the database as they were stored."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.forms import Form

from panels.models import Order
from panels.models.fields import MoneyField, PlainDecimalField, RateField, plain
from tests.factories import make_order

# SQLite stores decimals as floats, which keep 15 digits.
AMOUNTS = ["0", "0.000001", "0.1", "-0.3", "1.005", "123456789.123456", "999999999.999999"]
RATES = ["0", "0.00000001", "0.1", "0.00123457", "1234567.12345678", "9999999.99999999"]


@pytest.mark.django_db
@pytest.mark.parametrize("text", AMOUNTS)
def test_an_amount_comes_back_with_six_decimals(text):
    order = make_order(charge=Decimal(text))
    assert f"{Order.objects.get(pk=order.pk).charge:f}" == f"{Decimal(text):.6f}"


@pytest.mark.django_db
@pytest.mark.parametrize("text", RATES)
def test_a_rate_comes_back_with_eight_decimals(text):
    order = make_order(rate_agreed=Decimal(text))
    assert f"{Order.objects.get(pk=order.pk).rate_agreed:f}" == f"{Decimal(text):.8f}"


@pytest.mark.parametrize(("field", "decimals"), [(MoneyField(), 6), (RateField(), 8)])
def test_a_number_with_too_many_digits_is_refused(field, decimals):
    most = Decimal(10) ** (18 - decimals) - 1
    field.clean(most, None)
    with pytest.raises(ValidationError):
        field.clean(most + 1, None)
    with pytest.raises(ValidationError):
        field.clean(Decimal(1).scaleb(-decimals - 1), None)


def test_the_limits_can_be_given_and_are_kept_in_migrations():
    assert MoneyField(max_digits=6).deconstruct()[3] == {"max_digits": 6, "decimal_places": 6}
    assert RateField().deconstruct()[3] == {"max_digits": 18, "decimal_places": 8}


@pytest.mark.parametrize(
    ("amount", "text"),
    [("50.000000", "50"), ("0.900000", "0.9"), ("0E-6", "0"), ("1E+3", "1000"), ("-1.50", "-1.5"), (7, "7")],
)
def test_an_amount_is_written_without_zeros_at_its_end(amount, text):
    assert plain(Decimal(amount)) == text


@pytest.mark.parametrize("field", [MoneyField(), RateField()])
def test_an_input_shows_a_stored_amount_without_zeros_and_leaves_typed_text(field):
    shown = field.formfield()
    assert isinstance(shown, PlainDecimalField)
    assert shown.prepare_value(Decimal("50.000000")) == "50"
    for value in (None, "", "50.000", "much", Decimal("NaN")):
        assert shown.prepare_value(value) is value


def test_a_form_that_shows_an_amount_without_zeros_has_not_changed():
    class Shown(Form):
        amount = MoneyField().formfield()

    form = Shown({"amount": "50"}, initial={"amount": Decimal("50.000000")})
    assert 'value="50"' in str(Shown(initial={"amount": Decimal("50.000000")})["amount"])
    assert not form.has_changed()
