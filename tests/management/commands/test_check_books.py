"""The command check_books."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from tests.factories import make_placed

pytestmark = pytest.mark.django_db


def test_books_that_add_up_are_said_so():
    out = StringIO()
    call_command("check_books", stdout=out)
    assert out.getvalue() == "The books add up.\n"


def test_each_difference_is_a_line_and_the_status_is_1():
    orders = [make_placed(charge=Decimal(2)) for _ in range(2)]
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_books", stdout=out)
    assert ended.value.code == 1
    assert [line.split(":")[0] for line in out.getvalue().splitlines()] == [f"Order {each.pk}" for each in orders]
