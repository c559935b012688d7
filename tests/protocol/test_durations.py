"""The average time of a service is read in every way of writing, and a time that is none is not told."""

from decimal import Decimal

import pytest

from panels.protocol.durations import MOST_MINUTES, read_average_time


@pytest.mark.parametrize(
    ("told", "minutes"),
    [
        (35, 35),
        ("35", 35),
        (Decimal("35.2"), 36),
        ("1,234", 1234),
        ("12 minutes", 12),
        ("1 minute", 1),
        ("30 seconds", 1),
        ("60 seconds", 1),
        ("61 sec", 2),
        ("1 hour 13 minutes", 73),
        ("1 hours, 13 minutes", 73),
        ("1h 30m", 90),
        ("1h30m", 90),
        ("1 hr and 5 min.", 65),
        ("2.5 hours", 150),
        ("2,5 hours", 150),
        ("0 hours 5 minutes", 5),
        ("1 day 2 hours 5 minutes", 1565),
        ("2 Weeks", 20160),
        ("01:30:00", 90),
        ("1 day, 2:15:01", 1576),
        ("about 3 hours", 180),
        ("2 saat 10 dakika", 130),
        ("1 час 5 минут", 65),
        ("1 hora y 20 minutos", 80),
        ("3 Stunden", None),
        ("1-2 hours", None),
        ("0 - 30 minutes", None),
        ("12:30", None),
        ("Instant", None),
    ],
)
def test_a_time_is_kept_as_told_and_counted_in_minutes(told, minutes):
    assert read_average_time(told) == (str(told), minutes)


@pytest.mark.parametrize(
    "told",
    [
        *("Not Enough Data", "not enough data.", "Not&nbsp;enough data", "N/A", "Yeterli veri yok", "Нет данных"),
        *(999999999, "999999999", "999,999,999", "999999999 minutes", 10**70, "9" * 300, MOST_MINUTES + 1),
        *(0, "0", "0 minutes", "00:00:00", -1, "-1", Decimal("-0.5"), "-", "", None, True, [], {}),
    ],
)
def test_what_is_no_time_is_not_told(told):
    assert read_average_time(told) == ("", None)


def test_a_foreign_text_is_one_line_that_can_be_stored():
    assert read_average_time("<b>12</b>&nbsp;minutes\n") == ("12 minutes", 12)
    text, minutes = read_average_time("soon " * 100)
    assert (len(text) <= 100, minutes) == (True, None)
