"""What every page says about the whole: the number of what needs a person, beside the link to the overview."""

from __future__ import annotations

import re
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from panels.bulk import progress
from panels.models import Batch, Controls
from tests.factories import make_order, make_panel, make_placed
from tests.views.pages import plain_text

HTMX = {"HX-Request": "true"}


def badge_of(response):
    """Return the number in the menu, "" if there is none."""
    assert response.status_code == 200
    page = response.content.decode()
    assert page.count('id="attention"') == 1
    return "".join(re.findall(r'nav__count">([\d,]+)', page))


def test_the_menu_counts_orders_panels_and_unknown_words(as_viewer):
    make_order(state="unknown")
    make_order(held_reason="The price has risen.", alarm="Second order")
    make_panel(balance=Decimal(1), low_balance=Decimal(2), balance_error="HTTP 500")
    make_placed(is_word_unknown=True, remote_status="Sleeping")
    make_order(state="refused")
    for address in ("/", "/orders/"):
        assert badge_of(as_viewer.get(address)) == "4"
    poll = as_viewer.get("/status/", headers=HTMX)
    assert badge_of(poll) == "4"
    assert 'hx-swap-oob="true"' in poll.content.decode()


def test_the_menu_has_no_number_while_nothing_needs_a_person(as_viewer):
    make_order()
    assert badge_of(as_viewer.get("/orders/")) == ""


def test_the_number_in_the_menu_takes_as_many_queries_however_much_there_is(as_viewer):
    def count():
        with CaptureQueriesContext(connection) as queries:
            as_viewer.get("/status/", headers=HTMX)
        return len(queries)

    make_order()
    before = count()
    for _ in range(5):
        make_order(state="unknown")
        make_placed(is_word_unknown=True, remote_status="Sleeping")
        make_panel(balance_error="HTTP 500")
    assert count() == before


def test_orders_of_a_paused_batch_are_not_said_to_go_out(as_operator):
    batch = Batch.objects.create(source=Batch.Source.FILE, state=Batch.State.CONFIRMED)
    make_order(batch=batch)
    as_operator.post("/sending/", {"sending": "stop"})
    page = as_operator.get("/orders/").content.decode()
    assert "1 waiting order is sent at once" in page
    assert "Worker not running" in page
    assert progress.pause(batch)
    page = as_operator.get("/orders/").content.decode()
    assert "No orders are waiting" in page
    assert "Worker not running" not in page


def test_every_page_says_at_once_that_sending_is_stopped_and_who_stopped_it(as_operator):
    assert "Sending is stopped" not in as_operator.get("/orders/").text
    as_operator.post("/sending/", {"sending": "stop"})
    page = plain_text(as_operator.get("/orders/").text)
    assert f"by {Controls.objects.get().sending_stopped_by}" in page
    as_operator.post("/sending/", {"sending": "start"})
    assert "Sending is stopped" not in as_operator.get("/orders/").text
