"""Facts in few words."""

import pytest

from panels.models import Product, Service, ServiceFacts, ServiceMark
from panels.pages.facts import chips_of, draw_chips, draw_marks, short, span


def service(refill=None, **facts):
    made = Service(refill=refill)
    made.facts = ServiceFacts(product=Product(pk=1), **facts)
    return made


def texts(made):
    return [chip.text.replace("\u00a0", " ") for chip in chips_of(made)]


def test_all_that_a_name_states_is_written_the_refill_first():
    made = service(refill_days=30, quality="hq+real", speed_max=10_000, start_max_minutes=60, drop_max="30")
    assert texts(made) == ["30 d refill", "HQ + real", "10K a day", "starts in 1 h", "drop 30 %"]
    assert texts(service(start_max_minutes=0, drop_max="0")) == ["instant", "no drop"]


def test_nothing_is_written_before_the_name_is_read():
    assert chips_of(Service()) == []
    made = Service()
    made.facts = ServiceFacts()
    assert draw_chips(made) == ""


@pytest.mark.parametrize(
    ("days", "flag", "text", "is_doubtful"),
    [
        (30, False, "30 d refill", True),
        (0, True, "no refill", True),
        (0, False, "no refill", False),
        (ServiceFacts.LIFETIME_DAYS, True, "lifetime refill", False),
    ],
)
def test_a_name_and_a_flag_that_contradict_each_other_are_marked(days, flag, text, is_doubtful):
    made = service(flag, refill_days=days)
    assert texts(made) == [text]
    assert chips_of(made)[0].is_doubtful == is_doubtful
    assert ("fact--doubtful" in draw_chips(made)) == is_doubtful


def test_marks_are_written_with_their_note():
    made = Service()
    made.mark = ServiceMark(is_blocked=True, note="<drops>")
    assert draw_marks(made) == '<span class="fact fact--doubtful" title="&lt;drops&gt;">blocked</span>'
    made.mark = ServiceMark(is_favourite=True)
    assert "favourite" in draw_marks(made)
    assert draw_marks(Service()) == ""


def test_numbers_and_times_are_short():
    assert [short(number) for number in (999, 1500, 10_000, 2_500_000, 10**9)] == ["999", "1.5K", "10K", "2.5M", "1B"]
    assert [span(minutes).replace("\u00a0", " ") for minutes in (30, 90, 2880)] == ["30 min", "1.5 h", "2 d"]
