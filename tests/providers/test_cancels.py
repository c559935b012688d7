"""A panel without cancels is known by its words, or by its refusals of several orders."""

import pytest

from panels.models import Panel
from panels.protocol.errors import OutcomeUnknown, Reason, Refused
from panels.providers.cancels import learn_cancels
from tests.factories import make_panel

pytestmark = pytest.mark.django_db

NO = Refused("Cannot cancel this order", Reason.NOT_ELIGIBLE)
NONE_HERE = Refused("Cancellation via API is not supported", Reason.NOT_ELIGIBLE)
TOO_LATE = Refused("Order already completed", Reason.NOT_ELIGIBLE)
LOST = Refused("Incorrect order ID", Reason.NOT_FOUND)


def learned(*calls):
    """Return what is learned from the answers to several calls, each as read by the next visit."""
    pk = make_panel().pk
    for answers in calls:
        learn_cancels(Panel.objects.get(pk=pk), answers)
    return Panel.objects.get(pk=pk).takes_cancels


@pytest.mark.parametrize(
    ("calls", "takes_cancels"),
    [
        ([{1: NO}, {2: NO}], None),
        ([{1: NO}, {2: NO}, {3: NO}], False),
        ([{1: NO, 2: NO, 3: NO}], False),
        ([{1: NO}, {1: NO}, {1: NO}, {1: NO}], None),
        ([{1: NONE_HERE}], False),
        ([dict.fromkeys(range(9), TOO_LATE)], None),
        ([{1: NO, 2: TOO_LATE, 3: LOST, 4: NO}], None),
        ([{number: OutcomeUnknown("lost") for number in range(9)}], None),
        ([dict.fromkeys(range(9))], None),
        ([{1: ""}], True),
        ([{1: NO, 2: NO, 3: NO, 4: ""}], True),
        ([{1: ""}, {2: NO}, {3: NO}, {4: NO}], True),
        ([{1: ""}, {2: NONE_HERE}], True),
        ([{1: NONE_HERE}, {2: ""}], True),
        ([{1: NO, 2: NO, 3: NO}, {4: ""}, {5: NO, 6: NO, 7: NO}], True),
        ([{}], None),
    ],
)
def test_what_is_learned_from_the_answers(calls, takes_cancels):
    assert learned(*calls) is takes_cancels


def test_a_stale_row_overwrites_nothing():
    stale = make_panel()
    learn_cancels(Panel.objects.get(), {1: ""})
    learn_cancels(stale, {1: NONE_HERE})
    assert Panel.objects.get().takes_cancels is True


def test_no_more_than_the_needed_orders_are_kept():
    panel = make_panel()
    learn_cancels(panel, dict.fromkeys(range(100), NO))
    assert len(Panel.objects.get().refused_cancels) == 3


def test_what_is_known_is_not_written_again(django_assert_num_queries):
    refusing, taking = make_panel(takes_cancels=False), make_panel(takes_cancels=True)
    with django_assert_num_queries(0):
        learn_cancels(refusing, {1: NO, 2: NONE_HERE})
        learn_cancels(taking, {1: NO, 2: ""})
