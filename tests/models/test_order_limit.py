"""The limits of a person: one row for each currency, and no row that limits nothing."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from panels.models import OrderLimit
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_currency_has_one_row_that_limits_something():
    person = make_user(username="ann")
    row = OrderLimit.objects.create(person=person, currency="USD", largest=0)
    assert str(row) == "Limits of ann in USD"
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLimit.objects.create(person=person, currency="USD", per_day=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLimit.objects.create(person=person, currency="EUR")
