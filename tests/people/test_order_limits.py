"""The limits of a person, by currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from panels.models import OrderLimit, PersonalSettings
from panels.people.order_limits import Amounts, known_currencies, limits_of, lock_limits, say_limits, write_limits
from tests.factories import make_panel, make_user, set_limits

pytestmark = pytest.mark.django_db


def test_a_person_without_limits_costs_no_query(django_assert_num_queries):
    make_user()
    PersonalSettings.objects.create(user=make_user())
    people = list(User.objects.select_related("personal"))
    with django_assert_num_queries(0):
        assert [limits_of(person) for person in [*people, None]] == [{}, {}, {}]
        assert lock_limits(None) == {}


def test_limits_are_written_changed_and_deleted():
    person = make_user()
    wanted = {"USD": Amounts(Decimal(50), None), "EUR": Amounts(None, Decimal(0))}
    assert write_limits(person, wanted)
    assert not write_limits(person, wanted)
    person = User.objects.get()
    assert {name: (row.largest, row.per_day) for name, row in limits_of(person).items()} == wanted
    assert write_limits(person, {"USD": Amounts(), "EUR": Amounts()})
    assert not OrderLimit.objects.exists()
    assert limits_of(User.objects.get()) == {}
    assert PersonalSettings.objects.get().has_limits is False


def test_limits_are_said_in_words():
    set_limits(person := make_user(), largest=50, per_day=200)
    rows = OrderLimit.objects.filter(person=person)
    assert say_limits(rows).replace("\xa0", " ") == "50.00 USD an order, 200.00 USD a day"
    assert say_limits([]) == ""


def test_currencies_are_those_of_panels_and_of_own_limits():
    make_panel(reported_currency="EUR")
    make_panel(reported_currency="EUR", currency_override="TRY")
    make_panel(reported_currency="")
    person = set_limits(make_user(), "GBP", largest=1)
    set_limits(make_user(), "XYZ", largest=1)
    assert known_currencies(limits_of(person)) == ["EUR", "GBP", "TRY"]
