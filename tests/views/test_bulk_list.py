"""The list of batches: what it shows, its total, its polls and its export."""

from __future__ import annotations

import csv
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from panels.lists import order_totals
from panels.models import Batch, Order
from panels.views import bulk_list
from tests.factories import make_batch, make_panel, make_placed, make_service, row_of
from tests.views.pages import order_all, text_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
URL = "/bulk/"


def listed(client, **query):
    return [row.pk for row in client.get(URL, query).context["page"]]


def test_the_list_shows_where_every_batch_is(as_operator):
    service = make_service()
    empty = text_of(as_operator.get(reverse("bulk_list")))
    assert "No bulk orders yet" in empty
    make_batch(row_of(service, quantity=1), row_of(service), filename="wrong.csv")
    order_all(make_batch(row_of(service), filename="running.csv"))
    response = as_operator.get(reverse("bulk_list"))
    text = text_of(response)
    assert "wrong.csv" in text
    assert "1 with errors" in text
    assert "0 sent" in text
    part = as_operator.get(reverse("bulk_list"), headers=HTMX).content.decode()
    assert part.strip().startswith('<div id="batches"')
    assert 'hx-trigger="every 2s, refreshed"' in part


def test_the_queries_of_the_list_do_not_grow_with_it(as_viewer):
    def count(number):
        for _ in range(number):
            make_batch(row_of(make_service()))
            order_all(make_batch(row_of(make_service())))
        as_viewer.get(reverse("bulk_list"))
        with CaptureQueriesContext(connection) as queries:
            as_viewer.get(reverse("bulk_list"))
        return len(queries)

    assert count(1) == count(6)


def test_it_pages_by_keyset_and_sorts_both_ways(as_viewer, monkeypatch):
    monkeypatch.setattr(bulk_list, "ON_A_PAGE", 2)
    service = make_service()
    batches = [make_batch(row_of(service)).pk for _ in range(3)]
    page = as_viewer.get(URL).context["page"]
    assert [row.pk for row in page] == [batches[2], batches[1]]
    assert listed(as_viewer, after=page.after) == [batches[0]]
    assert listed(as_viewer, sort="created") == batches[:2]


def test_it_polls_as_often_as_the_batch_that_moves_most(as_viewer):
    done, placed, queued = (order_all(make_batch(row_of(make_service()))) for _ in range(3))
    Order.objects.filter(batch=done).update(state="placed", progress="completed")
    Order.objects.filter(batch=placed).update(state="placed", progress="in_progress")
    assert "every 2s" in as_viewer.get(URL, headers=HTMX).text
    Order.objects.filter(batch=queued).update(state="withdrawn")
    assert "every 10s" in as_viewer.get(URL, headers=HTMX).text
    Order.objects.filter(batch=placed).update(progress="completed")
    assert 'hx-trigger="refreshed"' in as_viewer.get(URL, headers=HTMX).text


# -- the total


def test_the_total_is_of_the_orders_of_all_batches(as_viewer, monkeypatch):
    monkeypatch.setattr(bulk_list, "ON_A_PAGE", 1)
    euros = make_service(make_panel(reported_currency="EUR"))
    for service in (make_service(), euros, euros):
        order_all(make_batch(row_of(service)))
    make_placed(charge=Decimal(50))
    assert "Total cost ≈ 1.80 EUR · ≈ 0.90 USD" in text_of(as_viewer.get(URL))
    monkeypatch.setattr(order_totals, "COUNT_UP_TO", 2)
    assert "Total cost –, narrow the filter" in text_of(as_viewer.get(URL))


def test_the_total_follows_the_filter(as_viewer, operator):
    order_all(make_batch(row_of(make_service())))
    mine = order_all(make_batch(row_of(make_service(make_panel(reported_currency="EUR"))), created_by=operator))
    assert listed(as_viewer, who=operator.pk) == [mine.pk]
    assert "Total cost ≈ 0.90 EUR 1 in all" in text_of(as_viewer.get(URL, {"who": operator.pk}))


# -- polls


def tag_of(response):
    return re.search(r'"tag": "(\w+)"', response.text)[1]


def test_a_poll_of_a_page_that_has_not_changed_is_answered_without_contents(as_viewer):
    make_batch(row_of(make_service()))
    order_all(make_batch(row_of(make_service()), row_of(make_service())))
    tag = tag_of(as_viewer.get(URL))
    with CaptureQueriesContext(connection) as queries:
        assert as_viewer.get(URL, {"tag": tag}, headers=HTMX).status_code == 204
    assert all(query["sql"].lstrip("(").startswith("SELECT") for query in queries)
    Order.objects.filter(pk=Order.objects.first().pk).update(state="placed", progress="completed")
    part = as_viewer.get(URL, {"tag": tag}, headers=HTMX)
    assert (part.status_code, "1 sent, 1 finished" in part.text, "tag=" in part.text) == (200, True, False)


def test_a_poll_sees_what_becomes_of_a_draft(as_viewer):
    batch = make_batch(row_of(make_service()))
    tags = [tag_of(as_viewer.get(URL))]
    batch.lines.update(is_left_out=True)
    tags.append(tag_of(as_viewer.get(URL)))
    Batch.objects.update(state="discarded")
    tags.append(tag_of(as_viewer.get(URL)))
    assert len(set(tags)) == 3


# -- the export


def test_the_export_holds_every_batch_in_its_order(as_viewer, operator):
    service = make_service()
    draft = make_batch(row_of(service), row_of(service, quantity=1), filename="=1.csv", created_by=operator)
    running = order_all(make_batch(row_of(service)))
    response = as_viewer.get(reverse("bulk_export", args=["csv"]), {"sort": "created"})
    text = b"".join(response.streaming_content).decode()
    first, second = csv.DictReader(text[1:].splitlines(keepends=True))
    assert [first["Batch"], second["Batch"]] == [str(draft.pk), str(running.pk)]
    assert (first["File"], first["Created by"], first["With errors"]) == ("'=1.csv", operator.get_username(), "1")
    assert (second["Queued"], second["Cost"], second["Currency"], second["Cost is expected"]) == (
        "1",
        "0.9",
        "USD",
        "yes",
    )
    assert as_viewer.get(reverse("bulk_export", args=["xlsx"])).status_code == 200
    assert as_viewer.get(reverse("bulk_export", args=["csv"]), {"state": "no"}).url == "/bulk/?state=no"
    response = as_viewer.get(reverse("bulk_export", args=["csv"]), {"state": "draft"})
    assert b"".join(response.streaming_content).decode().count("\n") == 2


# -- several batches at once


def change(client, do, *batches, **more):
    data = {"do": do, "batch": [batch.pk for batch in batches]}
    return client.post(reverse("bulk_change_all"), data, follow=True, headers={"Referer": f"http://testserver{URL}"})


def states():
    return list(Batch.objects.order_by("pk").values_list("state", flat=True))


def test_several_drafts_are_discarded_and_the_undo_restores_them(as_operator):
    service = make_service()
    first, second, kept = (make_batch(row_of(service)) for _ in range(3))
    ordered = order_all(make_batch(row_of(service)))
    response = change(as_operator, "discard", first, second, ordered)
    assert "2 drafts were discarded. Nothing was ordered. 1 other was no draft and did not change." in text_of(response)
    assert states() == ["discarded", "discarded", "draft", "confirmed"]
    undo = re.search(r'action="([^"]*batches=[^"]*)"', response.content.decode())[1].replace("&amp;", "&")
    assert "2 discarded batches were restored." in text_of(as_operator.post(undo, follow=True))
    assert states() == ["draft", "draft", "draft", "confirmed"]
    assert not kept.orders.exists()


def test_a_viewer_selects_no_batch(as_viewer):
    make_batch(row_of(make_service()))
    assert "Select batch" not in as_viewer.get(URL).content.decode()


def test_only_drafts_and_discarded_batches_can_be_selected(as_operator):
    service = make_service()
    draft, ordered = make_batch(row_of(service)), order_all(make_batch(row_of(service)))
    page = as_operator.get(URL).content.decode()
    assert f"Select batch {draft.pk}" in page
    assert f"Select batch {ordered.pk}" not in page


def test_a_selection_without_a_draft_or_an_action_changes_nothing(as_operator):
    ordered = order_all(make_batch(row_of(make_service())))
    assert "No selected batch is a draft. Nothing was changed." in text_of(change(as_operator, "discard", ordered))
    assert "No selected batch is a discarded batch." in text_of(change(as_operator, "restore"))
    assert "Choose an action. Nothing was changed." in text_of(change(as_operator, "confirm", ordered))
    assert states() == ["confirmed"]


def test_with_htmx_the_list_is_loaded_again_with_its_filter(as_operator):
    draft = make_batch(row_of(make_service()))
    headers = HTMX | {"Referer": "http://testserver/bulk/?state=draft"}
    data = {"do": "discard", "batch": [draft.pk]}
    assert as_operator.post(reverse("bulk_change_all"), data, headers=headers)["HX-Redirect"].endswith("?state=draft")


def test_the_name_of_a_batch_is_its_title_and_a_batch_without_a_name_is_called_by_its_number(as_viewer):
    service = make_service()
    make_batch(row_of(service), filename="June.csv")
    Batch.objects.filter(pk=make_batch(row_of(service)).pk).update(name="")
    text = text_of(as_viewer.get(URL))
    assert "June" in text
    assert f"Batch {Batch.objects.get(name='').pk}" in text
    assert "search_text" not in text
