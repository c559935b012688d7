"""Messages about an action that can be undone."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.utils import timezone

from panels.pages.undo import Undo, say_with_undo, undo_of


@pytest.fixture
def request_(rf):
    request = rf.get("/")
    request.session = {}
    request._messages = FallbackStorage(request)
    return request


def addresses(request):
    return [message.extra_tags for message in get_messages(request)]


def test_the_message_has_the_address_of_the_undo(request_):
    say_with_undo(request_, "Done.", "bulk_restore", 7)
    say_with_undo(request_, "Done.", "bulk_include", 7, lines="2,5")
    assert addresses(request_) == ["/bulk/7/restore/", "/bulk/7/include/?lines=2%2C5"]


def test_an_undo_that_is_too_long_for_an_address_is_not_offered(request_):
    say_with_undo(request_, "Done.", "bulk_include", 7, lines="2," * 2000)
    assert addresses(request_) == [""]


@pytest.mark.parametrize(
    ("left", "undo"), [(4.2, Undo("/orders/7/withdraw/", 5)), (0.5, Undo("/orders/7/withdraw/", 1)), (-1, None)]
)
def test_an_undo_for_some_time_says_the_seconds_that_are_left(request_, left, undo):
    say_with_undo(request_, "Done.", "order_withdraw", 7, until=timezone.now() + timedelta(seconds=left))
    assert undo_of(addresses(request_)[0]) == undo


def test_another_undo_is_possible_for_long(request_):
    say_with_undo(request_, "Done.", "bulk_include", 7, lines="2,5")
    assert undo_of(addresses(request_)[0]) == Undo("/bulk/7/include/?lines=2%2C5", None)
    assert undo_of("") is None
