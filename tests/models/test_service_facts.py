"""What a name says of a service, and what the team says of it."""

import pytest

from panels.models import RefillClass, ServiceFacts, ServiceMark


@pytest.mark.parametrize(
    ("days", "flag", "found"),
    [
        (30, True, RefillClass.MONTH),
        (30, None, RefillClass.MONTH),
        (30, False, RefillClass.NONE),
        (0, True, RefillClass.NONE),
        (None, True, RefillClass.MONTH),
        (None, None, RefillClass.NONE),
        (90, True, RefillClass.QUARTER),
        (180, True, RefillClass.LONG),
        (365, True, RefillClass.LIFETIME),
        (ServiceFacts.LIFETIME_DAYS, True, RefillClass.LIFETIME),
    ],
)
def test_the_worse_of_name_and_flag_counts(days, flag, found):
    assert ServiceFacts.class_of(days, flag) == found


def test_a_mark_is_written_in_words():
    assert str(ServiceMark(service_id=7, is_favourite=True, note="fast")) == "7 favourite, fast"
    assert str(ServiceMark(service_id=7, is_blocked=True)) == "7 blocked"
