"""Tags of polled fragments."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import RequestFactory

from panels.pages.polling import nothing_new, tag_of, take_tag


class Htmx:
    boosted = history_restore_request = False

    def __bool__(self):
        return True


def ask(address, htmx):
    request = RequestFactory().get(address)
    request.htmx = htmx
    return request


def test_a_tag_differs_with_every_part_and_with_its_type():
    assert tag_of(1, [Decimal("1.0")]) == tag_of(1, [Decimal("1.0")])
    assert len({tag_of(*parts) for parts in ([1, "a"], ["1", "a"], [1, "b"], [1], [[1, "a"]], [None, "a"])}) == 6


def test_the_tag_is_taken_out_of_the_address_so_that_no_link_repeats_it():
    request = ask("/orders/?state=placed&tag=abc&q=a%26b", Htmx())
    assert take_tag(request) == "abc"
    assert request.GET.dict() == {"state": "placed", "q": "a&b"}
    assert request.get_full_path() == "/orders/?state=placed&q=a%26b"


@pytest.mark.parametrize(("address", "htmx"), [("/orders/", Htmx()), ("/orders/?tag=abc", False)])
def test_a_page_that_is_opened_is_no_poll(address, htmx):
    request = ask(address, htmx)
    assert take_tag(request) == ""
    assert request.get_full_path() == "/orders/"


def test_the_answer_without_contents_changes_nothing_on_the_page():
    # htmx would empty the list after a 304.
    assert (nothing_new().status_code, nothing_new().content) == (204, b"")
