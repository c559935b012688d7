"""The list of panels: what it shows, its polls, its actions and its export, in which no key ever is."""

import csv
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.models import Panel, SavedView
from tests.factories import make_fresh_panel, make_order, make_panel, make_placed, make_service, make_user
from tests.views.pages import plain_text

FRAGMENT = {"HTTP_HX_REQUEST": "true"}
KEY = "k3y-0123456789abcdef"

pytestmark = pytest.mark.django_db


def text(response):
    return " ".join(response.content.decode().split())


def listed(client, **query):
    return [row.panel.name for row in client.get("/panels/", query).context["page"]]


def test_the_list_shows_how_every_panel_is(as_viewer):
    now = timezone.now()
    fine = make_panel(
        name="Fine", balance=Decimal("12.5"), low_balance=Decimal(20), balance_checked_at=now - timedelta(minutes=3),
        catalog_synced_at=now - timedelta(hours=2),
    )  # fmt: skip
    make_panel(
        name="Slow", paused_reason="rate_limit", paused_until=now + timedelta(minutes=5), last_error="Too many requests"
    )
    make_panel(name="Dead", balance_error="HTTP 502 from the panel")
    make_panel(name="Gone", is_active=False)
    make_order(make_service(fine))
    make_placed(make_service(fine))
    make_placed(make_service(fine), progress="completed")

    page = text(as_viewer.get("/panels/"))

    assert "12.50\xa0USD" in page.replace("12.50 USD", "12.50\xa0USD")
    assert "Low" in page
    assert "3 min ago" in page.replace("\xa0", " ")
    assert "2 h ago" in page.replace("\xa0", " ")
    assert f'<a href="/orders/?panel={fine.pk}">2</a>' in page
    assert "Paused until" in page
    assert "the rate limit of the panel is reached" in page
    assert "Too many requests" in page
    assert "HTTP 502 from the panel" in page
    assert "Failing" in page
    assert f'href="{fine.get_absolute_url()}"' in page
    assert "Inactive" in page


def test_the_list_does_not_ask_for_more_with_more_panels(as_viewer):
    def count():
        with CaptureQueriesContext(connection) as queries:
            as_viewer.get("/panels/")
        return len(queries)

    for _ in range(2):
        make_order(make_service())
    few = count()
    for _ in range(18):
        make_order(make_service())
    assert count() == few


def test_an_empty_list_says_what_to_do_first(client, viewer, manager):
    client.force_login(manager)
    assert "/panels/new/" in text(client.get("/panels/"))
    client.force_login(viewer)
    page = text(client.get("/panels/"))
    assert "Ask a manager to add the first panel" in page
    assert "/panels/new/" not in page


def test_the_page_holds_the_table_of_panels(as_viewer):
    make_panel()
    page = text(as_viewer.get("/panels/"))
    assert "<h1>Panels</h1>" in page
    assert '<div id="panels"' in page


def test_the_fragment_is_the_table_of_panels_alone(as_viewer):
    make_panel(name="Northwind")
    part = text(as_viewer.get("/panels/", **FRAGMENT))
    assert part.startswith('<div id="panels"')
    assert "Northwind" in part
    assert "<h1>" not in part


@pytest.mark.parametrize(
    ("asked", "trigger"),
    [("", ""), ("balance_requested_at", "every 2s"), ("sync_requested_at", "every 2s")],
)
def test_the_list_polls_only_while_something_moves(as_viewer, asked, trigger):
    make_panel(**({asked: timezone.now()} if asked else {}))
    part = text(as_viewer.get("/panels/", **FRAGMENT))
    assert ("every" in part) == bool(trigger)
    assert trigger in part


def test_the_list_polls_slowly_while_orders_are_open(as_viewer):
    make_order()
    assert 'hx-trigger="every 10s, refreshed"' in text(as_viewer.get("/panels/"))


def test_it_sorts_by_name_and_by_open_orders(as_viewer):
    few, many = make_panel(name="b"), make_panel(name="c")
    make_panel(name="a")
    make_order(make_service(few))
    for _ in range(2):
        make_order(make_service(many))
    assert listed(as_viewer) == listed(as_viewer, sort="secret") == ["a", "b", "c"]
    assert listed(as_viewer, sort="-name") == ["c", "b", "a"]
    assert listed(as_viewer, sort="-open") == ["c", "b", "a"]
    assert listed(as_viewer, sort="open") == ["a", "b", "c"]


def test_the_balances_have_a_total_for_each_currency_and_those_not_known_are_counted(as_viewer):
    make_panel(balance=Decimal(5), reported_currency="EUR")
    make_panel(balance=Decimal("1.5"))
    make_panel(balance=Decimal(2))
    make_panel(balance=None)
    page = text(as_viewer.get("/panels/")).replace("\xa0", " ")
    assert "<dt>Total balance</dt> <dd> 5.00 EUR · 3.50 USD" in page
    assert "without 1 panel whose balance is not known" in page


# -- filters


def test_a_filter_narrows_the_list_its_total_and_its_export(as_viewer):
    make_panel(name="Paused one", paused_reason="auth", balance=Decimal(5))
    make_panel(name="Other", balance=Decimal(7))
    assert listed(as_viewer, state="paused") == listed(as_viewer, q="paused") == ["Paused one"]
    page = as_viewer.get("/panels/", {"state": "paused"})
    assert "Total balance 5.00 USD" in plain_text(page.text).replace("\xa0", " ")
    assert '<span class="clip">State: Paused</span>' in page.text
    export = as_viewer.get("/panels/export.csv", {"state": "paused"})
    assert b"Paused one" in b"".join(export)
    assert b"Other" not in b"".join(as_viewer.get("/panels/export.csv", {"state": "paused"}))


def test_a_filter_without_a_panel_says_so_and_a_filter_that_is_not_valid_shows_none(as_manager):
    make_panel(name="Other")
    page = as_manager.get("/panels/", {"q": "nothing"}).text
    assert "No panel matches" in page
    assert "/panels/new/" in page
    page = as_manager.get("/panels/", {"state": "x"}).text
    assert "This filter is not valid" in page
    assert 'id="panel-' not in page
    answer = as_manager.get("/panels/export.csv", {"state": "x"})
    assert (answer.status_code, answer.url) == (302, "/panels/?state=x")


def test_a_filter_can_be_saved_as_a_view(as_viewer):
    make_panel(paused_reason="auth")
    as_viewer.post("/views/new/", {"list": "panels", "query": "state=paused", "name": "Stopped"})
    view = SavedView.objects.get()
    assert view.get_absolute_url() == f"/panels/?state=paused&view={view.pk}"
    page = as_viewer.get("/panels/").text
    assert page.count(f"/panels/?state=paused&amp;view={view.pk}") == 2


# -- polls


def tag_of(response):
    return re.search(r'"tag": "(\w+)"', response.text)[1]


def test_a_poll_of_a_list_that_has_not_changed_is_answered_without_contents(as_viewer):
    for _ in range(2):
        make_order()
    tag = tag_of(as_viewer.get("/panels/"))
    with CaptureQueriesContext(connection) as queries:
        assert as_viewer.get("/panels/", {"tag": tag}, **FRAGMENT).status_code == 204
    assert len(queries) <= 6
    # PostgreSQL has the parts of a union in brackets.
    assert all(query["sql"].lstrip("(").startswith("SELECT") for query in queries)
    make_order(make_service(Panel.objects.first()))
    part = as_viewer.get("/panels/", {"tag": tag}, **FRAGMENT)
    assert part.status_code == 200
    assert "tag=" not in part.text


# -- actions


def test_the_buttons_of_a_row_are_those_that_the_person_may_press(client, viewer, operator, manager):
    panel = make_panel()
    ask, sync, pause = (f'formaction="{panel.get_absolute_url()}{name}/"' for name in ("balance", "sync", "pause"))
    for person, buttons in ((viewer, []), (operator, [ask]), (manager, [ask, sync, pause])):
        client.force_login(person)
        page = text(client.get("/panels/"))
        assert [button for button in (ask, sync, pause) if button in page] == buttons


def test_an_action_in_the_list_leads_back_to_the_list_with_its_outcome(as_manager, rung):
    panel = make_panel(name="Northwind")
    referer = "http://testserver/panels/?sort=-name"
    for name, words in (
        ("balance", "checking…"),
        ("pause", "Northwind is paused"),
        ("resume", "Northwind is no longer paused"),
        ("sync", "syncing…"),
    ):
        address = f"{panel.get_absolute_url()}{name}/"
        answer = as_manager.post(address, {"list": "1"}, HTTP_REFERER=referer)
        assert answer.url == referer
        assert words in text(as_manager.get("/panels/"))


# -- the export


def test_the_export_holds_every_panel_and_never_a_key(as_viewer):
    panel = make_fresh_panel(name="Northwind", balance=Decimal("1.5"), paused_reason="by_hand", last_error="By Ann")
    panel.set_key(KEY)
    panel.save()
    make_order(make_service(panel))
    make_panel(name="Aa")
    response = as_viewer.get("/panels/export.csv", {"sort": "-name"})
    content = b"".join(response.streaming_content).decode()
    first, second = csv.DictReader(content[1:].splitlines(keepends=True))
    assert (first["Panel"], first["Balance"], second["Panel"]) == ("Northwind", "1.5", "Aa")
    assert first["Trouble"] == "Paused by hand (By Ann)."
    assert KEY not in content
    assert panel.key_hint not in content
    assert as_viewer.get("/panels/export.xlsx").status_code == 200


def test_no_key_is_on_the_page(as_manager):
    panel = make_panel()
    panel.set_key(KEY)
    panel.save()
    page = text(as_manager.get("/panels/"))
    assert KEY not in page
    assert KEY[-4:] not in page


def test_somebody_without_rights_sees_no_list(client, db):
    client.force_login(make_user())
    assert client.get("/panels/").status_code == 403
    assert client.get("/panels/export.csv").status_code == 403
