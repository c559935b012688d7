"""Messages about an action that can be undone."""

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage

from panels.pages.undo import say_with_undo


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
