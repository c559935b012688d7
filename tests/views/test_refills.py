"""The list of refills, its polls and its export."""

import csv
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from panels.models import Order, Refill
from panels.models.order_states import RequestState
from tests.factories import make_placed, make_refill, make_service, make_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
URL = "/refills/"


def listed(client, **query):
    return [refill.pk for refill in client.get(URL, query).context["page"]]


def test_it_stands_at_its_address():
    assert reverse("refill_list") == URL


def test_a_list_without_refills_says_where_they_come_from(as_viewer):
    assert "No refills yet" in as_viewer.get(URL).text


def test_the_page_holds_the_results_and_htmx_gets_only_them(as_viewer, operator):
    refill = make_refill(
        state=RequestState.ACCEPTED,
        remote_id="R-5",
        remote_status="In progress",
        progress=Refill.Progress.IN_PROGRESS,
        error="Refill period ends soon",
        requested_by=operator,
    )
    page, part = as_viewer.get(URL).text, as_viewer.get(URL, headers=HTMX).text
    assert "<html" in page
    assert part.strip().startswith('<div id="refills"')
    for words in ("R-5", "In progress", "Refill period ends soon", operator.username, refill.order.get_absolute_url()):
        assert words in page
        assert words in part


def test_filters_narrow_the_list(as_viewer):
    queued = make_refill()
    done = make_refill(state=RequestState.ACCEPTED, progress=Refill.Progress.COMPLETED)
    assert listed(as_viewer) == [done.pk, queued.pk]
    assert listed(as_viewer, state="queued") == [queued.pk]
    assert listed(as_viewer, progress="completed") == [done.pk]
    assert listed(as_viewer, panel=queued.order.panel_id) == [queued.pk]


def test_a_filter_that_cannot_be_read_shows_nothing(as_viewer):
    make_refill()
    response = as_viewer.get(URL, {"panel": "x"})
    assert not response.context["page"].rows
    assert "This filter is not valid" in response.text


def test_it_moves_only_while_something_is_open(as_viewer):
    refill = make_refill()
    assert "every 2s" in as_viewer.get(URL, headers=HTMX).text
    Refill.objects.update(state=RequestState.ACCEPTED, next_check_at=timezone.now())
    assert "every 10s" in as_viewer.get(URL, headers=HTMX).text
    Refill.objects.update(next_check_at=None)
    part = as_viewer.get(URL, headers=HTMX).text
    assert "every" not in part
    assert 'hx-trigger="refreshed"' in part
    assert f"#{refill.order_id}" in part


def test_it_sorts_by_the_time_of_the_request(as_viewer):
    refills = [make_refill().pk for _ in range(2)]
    assert listed(as_viewer, sort="requested") == refills
    assert listed(as_viewer, sort="pk") == listed(as_viewer) == refills[::-1]
    assert 'aria-sort="descending"' in as_viewer.get(URL).text


def test_it_pages_by_keyset(as_viewer):
    service = make_service()
    refills = [make_refill(make_placed(service, progress=Order.Progress.COMPLETED)) for _ in range(51)]
    page = as_viewer.get(URL).context["page"]
    assert len(page) == 50
    assert listed(as_viewer, after=page.after) == [refills[0].pk]


def test_queries_do_not_grow_with_the_rows(as_viewer):
    counts = []
    for number in (2, 18):
        for _ in range(number):
            make_refill(requested_by=make_user())
        with CaptureQueriesContext(connection) as queries:
            as_viewer.get(URL)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# -- polls


def tag_of(response):
    return re.search(r'"tag": "(\w+)"', response.text)[1]


def test_a_poll_of_a_page_that_has_not_changed_is_answered_without_contents(as_viewer):
    refill = make_refill()
    tag = tag_of(as_viewer.get(URL))
    with CaptureQueriesContext(connection) as queries:
        assert as_viewer.get(URL, {"tag": tag}, headers=HTMX).status_code == 204
    assert len(queries) <= 6
    assert all(query["sql"].lstrip("(").startswith("SELECT") for query in queries)
    Refill.objects.filter(pk=refill.pk).update(remote_status="Weird")
    part = as_viewer.get(URL, {"tag": tag}, headers=HTMX)
    assert (part.status_code, "Weird" in part.text, "tag=" in part.text) == (200, True, False)
    make_refill()
    assert as_viewer.get(URL, {"tag": tag_of(part)}, headers=HTMX).status_code == 200


# -- the export


def test_the_export_holds_what_is_filtered_in_its_order(as_viewer):
    first, second = make_refill(error="=1+1"), make_refill()
    make_refill(state=RequestState.ACCEPTED)

    def exported(**query):
        response = as_viewer.get(f"{URL}export.csv", query)
        text = b"".join(response.streaming_content).decode()
        return list(csv.DictReader(text[1:].splitlines(keepends=True)))

    rows = exported(state="queued", sort="requested")
    assert [row["Refill"] for row in rows] == [str(first.pk), str(second.pk)]
    assert (rows[0]["Error"], rows[0]["Service"]) == ("'=1+1", first.order.service_name)
    assert as_viewer.get(f"{URL}export.xlsx").status_code == 200
    assert as_viewer.get(f"{URL}export.csv?panel=x").url == f"{URL}?panel=x"
    assert f'href="{URL}export.csv?state=queued"' in as_viewer.get(URL, {"state": "queued"}).text
