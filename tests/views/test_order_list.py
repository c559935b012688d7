"""The list of orders: filters, search, sorting, paging and the export."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from panels.filters import order_search
from panels.lists import order_totals
from panels.models import Batch, JobRun, Order, Panel, PersonalSettings, Service
from panels.models.order_states import Stage
from panels.money import totals
from panels.pages import downloads, paging
from panels.views import order_list
from tests.factories import make_order, make_panel, make_placed, make_service, make_user
from tests.views.pages import count_queries

pytestmark = pytest.mark.django_db

State, Progress = Order.State, Order.Progress
HTMX = {"HX-Request": "true"}


def listed(client, **query):
    return [order.pk for order in client.get(reverse("order_list"), query).context["page"]]


# -- the list


def test_a_list_without_orders_says_what_to_do_first(as_viewer):
    assert "No orders yet" in as_viewer.get(reverse("order_list")).text


def test_the_page_holds_the_results_and_htmx_gets_only_them(as_viewer):
    order = make_placed()
    page = as_viewer.get(reverse("order_list")).text
    part = as_viewer.get(reverse("order_list"), headers=HTMX).text
    assert "<html" in page
    assert f'id="order-{order.pk}"' in page
    assert f'id="order-{order.pk}"' in part
    assert part.strip().startswith('<div id="orders"')
    # What the fragment sets is inherited by its links.
    assert part.count("hx-swap=") == 1


def test_what_runs_is_told_from_what_has_finished(as_viewer):
    service = make_service()
    running = [make_placed(service, progress=progress) for progress in ("", "pending", "in_progress", "paused")]
    finished = [make_placed(service, progress=progress) for progress in Order.FINISHED]
    for state in ("queued", "refused", "unknown"):
        make_order(service, state=state)
    assert listed(as_viewer, progress="running") == [order.pk for order in reversed(running)]
    assert listed(as_viewer, progress="finished") == [order.pk for order in reversed(finished)]


def test_a_row_that_is_checked_says_when_it_no_longer_fits_the_filter(as_operator):
    order = make_placed(check_requested_at=timezone.now())
    words = f'data-gone="Order {order.pk} has changed. It no longer matches this list."'
    assert words in as_operator.get("/orders/?progress=running").text
    assert "data-gone" not in as_operator.get("/orders/").text
    Order.objects.update(check_requested_at=None)
    assert "data-gone" not in as_operator.get("/orders/?progress=running").text


def test_filters_narrow_the_list(as_viewer, operator):
    panel = make_panel()
    batch = Batch.objects.create(source=Batch.Source.PASTE)
    mine = make_placed(make_service(panel), progress=Progress.COMPLETED, placed_by=operator, batch=batch)
    held = make_order(held_reason="The price has risen.")
    queued = make_order()
    unknown = make_order(state=State.UNKNOWN)
    alarmed = make_placed(alarm="Second order at the panel.")
    assert listed(as_viewer, panel=panel.pk) == [mine.pk]
    assert listed(as_viewer, progress="completed") == [mine.pk]
    assert listed(as_viewer, who=operator.pk) == [mine.pk]
    assert listed(as_viewer, batch=batch.pk) == [mine.pk]
    assert listed(as_viewer, service=mine.service_id) == [mine.pk]
    assert listed(as_viewer, state="held") == [held.pk]
    assert listed(as_viewer, state="queued") == [queued.pk]
    assert listed(as_viewer, attention="1") == [alarmed.pk, unknown.pk, held.pk]


def test_the_legend_leads_from_each_stage_to_its_orders(as_viewer):
    held, done = make_order(held_reason="The price has risen."), make_placed(progress="completed")
    page = as_viewer.get("/orders/").text
    addresses = re.findall(r'<dt><a href="/orders/\?stage=(\w+)">', page)
    assert addresses == Stage.values
    assert listed(as_viewer, stage="needs_you") == [held.pk]
    assert listed(as_viewer, stage="done") == [done.pk]


def test_dates_are_whole_days_of_the_sites_time_zone(as_viewer, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    timezone.get_default_timezone.cache_clear()
    try:
        late = make_order(created_at=dt.datetime(2024, 5, 1, 14, 59, tzinfo=dt.UTC))
        next_day = make_order(created_at=dt.datetime(2024, 5, 1, 15, 0, tzinfo=dt.UTC))
        assert listed(as_viewer, created_to="2024-05-01") == [late.pk]
        assert listed(as_viewer, created_from="2024-05-02") == [next_day.pk]
    finally:
        timezone.get_default_timezone.cache_clear()


def test_search_finds_by_either_number_by_the_links_start_and_by_the_service(as_viewer):
    service = make_service(name="Gold Likes", remote_id="k-77")
    order = make_placed(service, remote_id="Ab-1234", link="https://www.instagram.com/p/Xyz/?igsh=1")
    other = make_placed(remote_id=str(order.pk), link="https://example.com/else")
    for text in ("Ab-1234", "http://instagram.com/p/X", "instagram.com/p/Xyz", "gold LIKES", "k-77", f"#{order.pk}"):
        assert listed(as_viewer, q=text) == [order.pk], text
    assert listed(as_viewer, q=str(order.pk)) == [other.pk, order.pk]
    assert listed(as_viewer, q="nothing such") == []


@pytest.mark.parametrize(
    "query", ["panel=x", "panel=999", "created_from=9999-12-31", "state=zzz", "batch=%00", "q=%00"]
)
def test_a_filter_that_cannot_be_read_shows_nothing_rather_than_everything(as_viewer, query):
    make_order()
    response = as_viewer.get(f"{reverse('order_list')}?{query}")
    assert response.status_code == 200
    assert not response.context["page"].rows
    assert "This filter is not valid" in response.text
    assert as_viewer.get(f"{reverse('order_export', args=['csv'])}?{query}").status_code == 302


TYPED = HTMX | {"HX-Trigger": "filters"}


@pytest.mark.parametrize("headers", [{}, TYPED, TYPED | {"HX-Boosted": "true"}], ids=["page", "fragment", "boosted"])
@pytest.mark.parametrize("query", ["panel=999999", "created_from=yesterday", "state=lost"])
def test_the_message_about_a_filter_that_is_not_valid_is_shown_once(as_viewer, query, headers):
    text = as_viewer.get(f"{reverse('order_list')}?{query}", headers=headers).text
    assert "This filter is not valid" in text
    assert len(re.findall("Select a valid choice|Enter a valid date", text)) == 1


@pytest.mark.parametrize("query", ["q=%23999999999999999999", "batch=99999999999999999999", "after=1~x", "sort=link"])
def test_strange_queries_break_nothing(as_viewer, query):
    make_order()
    assert as_viewer.get(f"{reverse('order_list')}?{query}").status_code == 200


@pytest.mark.parametrize(
    ("sort", "field"), [("created", "created_at"), ("charge", "charge"), ("cost", "expected_cost")]
)
def test_it_sorts_both_ways_with_the_unknown_below_all(as_viewer, sort, field):
    now = timezone.now()
    values = [now - dt.timedelta(1), now] if field == "created_at" else [None, Decimal(9)]
    low, high = (make_order(**{field: value}) for value in values)
    assert listed(as_viewer, sort=sort) == [low.pk, high.pk]
    assert listed(as_viewer, sort=f"-{sort}") == [high.pk, low.pk]


def test_it_pages_by_keyset_and_keeps_the_filter(as_viewer):
    service = make_service()
    first = make_order(service)
    for _ in range(50):
        make_order(service)
    page = as_viewer.get(reverse("order_list"), {"state": "queued"}).context["page"]
    assert len(page) == 50
    rest = as_viewer.get(reverse("order_list"), {"state": "queued", "after": page.after})
    assert [order.pk for order in rest.context["page"]] == [first.pk]
    assert "state=queued&amp;before=" in rest.text
    assert "51" in rest.text


def test_the_count_stops_at_ten_thousand(as_viewer, monkeypatch):
    for _ in range(51):
        make_order(service=Service.objects.first() or make_service())
    monkeypatch.setattr("panels.pages.paging.COUNT_UP_TO", 50)
    monkeypatch.setattr("panels.pages.numbers.COUNT_UP_TO", 50)
    assert "50+ orders" in as_viewer.get(reverse("order_list")).text


def test_the_list_moves_only_while_something_is_open(as_viewer):
    order = make_placed(progress=Progress.COMPLETED, next_check_at=timezone.now())
    assert "every" not in as_viewer.get(reverse("order_list"), headers=HTMX).text
    Order.objects.update(progress=Progress.IN_PROGRESS)
    assert 'hx-trigger="every 10s, refreshed"' in as_viewer.get(reverse("order_list"), headers=HTMX).text
    Order.objects.update(check_requested_at=timezone.now())
    part = as_viewer.get(reverse("order_list"), headers=HTMX).text
    assert 'hx-trigger="every 1s, refreshed"' in part
    assert "checking…" in part
    Panel.objects.filter(pk=order.panel_id).update(paused_reason="auth")
    part = as_viewer.get(reverse("order_list"), headers=HTMX).text
    assert "every 1s" not in part
    assert "check waits" in part


def test_a_poll_sees_that_the_panel_of_a_waiting_order_was_paused(as_viewer):
    order = make_order()
    page = as_viewer.get(reverse("order_list"))
    again = {"tag": page.context["tag"]}
    assert as_viewer.get(reverse("order_list"), again, headers=HTMX).status_code == 204
    Panel.objects.filter(pk=order.panel_id).update(paused_reason="by_hand")
    assert "panel paused" in as_viewer.get(reverse("order_list"), again, headers=HTMX).text


def test_a_viewer_sees_no_boxes_and_no_buttons(as_viewer):
    make_placed()
    part = as_viewer.get(reverse("order_list"), headers=HTMX).text
    assert "data-select-row" not in part
    assert 'name="action"' not in part
    assert 'name="only"' not in part


def test_a_bar_shows_what_was_delivered_of_all_runs(as_viewer):
    make_placed(quantity=100, params={"runs": "3"}, remains=120, start_count=7)
    make_placed(quantity=100, remains=-2, progress=Progress.COMPLETED)
    part = as_viewer.get(reverse("order_list"), headers=HTMX).text
    assert 'value="180" max="300"' in part
    assert 'class="progress--good" value="100" max="100"' in part
    assert "180 delivered · 120 left · from 7" in part


def test_links_that_are_no_web_addresses_are_no_links(as_operator):
    order = make_placed(link="javascript:alert(1)")
    for page in (reverse("order_list"), order.get_absolute_url()):
        text = as_operator.get(page).text
        assert "javascript:alert(1)" in text
        assert 'href="javascript' not in text


def test_queries_do_not_grow_with_the_rows(as_operator, operator):
    for _ in range(2):
        make_placed(placed_by=operator)
    few = count_queries(as_operator, reverse("order_list"))
    for _ in range(18):
        make_placed(placed_by=make_user())
    assert count_queries(as_operator, reverse("order_list")) == few
    assert few <= 15


# -- the export


def exported(client, **query):
    response = client.get(reverse("order_export", args=["csv"]), query)
    assert response.streaming
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(text[1:].splitlines(keepends=True)))


def test_the_export_holds_what_is_filtered_in_its_order(as_viewer, monkeypatch):
    monkeypatch.setattr(downloads, "CHUNK", 2)
    service = make_service()
    orders = [make_placed(service, charge=Decimal(number)) for number in (3, 1, 2, 5, 4)]
    make_order()
    rows = exported(as_viewer, state="placed", sort="charge")
    assert [row["Order"] for row in rows] == [str(orders[index].pk) for index in (1, 2, 0, 4, 3)]


def test_the_export_is_safe_in_a_spreadsheet_and_numbers_stay_numbers(as_viewer):
    created = dt.datetime(2024, 5, 1, 12, 0, tzinfo=dt.UTC)
    service = make_service(name="=HYPERLINK(1)")
    make_placed(service, remains=-2, link="@name", charge=Decimal("0.50"), created_at=created, params={"runs": "3"})
    (row,) = exported(as_viewer)
    assert row["Service"] == "'=HYPERLINK(1)"
    assert row["Link"] == "'@name"
    assert row["Remains"] == "-2"
    assert row["Charge"] == "0.5"
    assert row["Runs"] == "3"
    assert row["Created"] == "2024-05-01T12:00:00Z"


def test_the_export_is_named_by_its_day(as_viewer):
    disposition = as_viewer.get(reverse("order_export", args=["csv"]))["Content-Disposition"]
    assert disposition == f'attachment; filename="orders-{timezone.localdate():%Y-%m-%d}.csv"'


# -- narrowed lists


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def test_what_was_never_charged_is_sorted_by_age_where_charges_are_asked_for(as_viewer):
    now = timezone.now()
    orders = [make_order(state="refused", created_at=now - dt.timedelta(hours=hours)) for hours in (3, 1, 2)]
    page = text_of(as_viewer.get("/orders/?state=refused&sort=-charge"))
    places = [page.index(f'id="order-{order.pk}"') for order in orders]
    assert places[1] < places[2] < places[0]


def test_a_progress_is_only_looked_for_among_placed_orders(as_viewer):
    make_placed(progress="completed")
    assert "1 order<" in text_of(as_viewer.get("/orders/?progress=completed&state=placed"))
    assert "No order matches" in text_of(as_viewer.get("/orders/?progress=completed&state=queued"))


@pytest.mark.parametrize("few", [4000, 1])
def test_searching_finds_the_same_however_much_it_finds(as_viewer, monkeypatch, few):
    for name in ("MANY", "MOST_READ", "FEW_SERVICES"):
        monkeypatch.setattr(order_search, name, few)
    monkeypatch.setattr(paging, "COUNT_UP_TO", few)
    service = make_service(name="Rare Plays")
    found = [
        make_placed(service, link="https://elsewhere.example/1", created_at=timezone.now() - dt.timedelta(minutes=n))
        for n in range(3)
    ]
    make_placed(make_service(name="Common Likes"), link="https://example.com/x")
    for text in ("rare plays", "elsewhere.example"):
        for sort in ("-created", "charge"):
            page = text_of(as_viewer.get("/orders/", {"q": text, "sort": sort}))
            assert f"{min(few + 1, 3)} orders" in page
            assert all(f'id="order-{order.pk}"' in page for order in found)


def test_a_link_is_found_by_any_part_in_any_case(as_viewer):
    make_placed(link="https://example.com/Abc")
    for text in ("example.com/Ab", "EXAMPLE.com/ab", "com/Abc", "bc"):
        found = "1 order<" in text_of(as_viewer.get("/orders/", {"q": text}))
        # Fewer than three letters are a whole word.
        assert found == (text != "bc"), text


def test_the_list_and_the_export_show_the_service_as_ordered(as_viewer):
    make_order(make_service(name="Likes", category="Instagram", refill=True))
    Service.objects.update(name="Views", category="TikTok", refill=False, max_quantity=5)
    page = as_viewer.get(reverse("order_list")).text
    assert 'title="Likes · now called Views"' in page
    (row,) = exported(as_viewer)
    names = ("Service", "Service is now called", "Category", "Refill", "Maximum")
    assert [row[name] for name in names] == ["Likes", "Views", "Instagram", "yes", "10000"]


# -- polls


def tag_of(response):
    return re.search(r'"tag": "(\w+)"', response.text)[1]


def poll(client, tag, **query):
    return client.get(reverse("order_list"), {**query, "tag": tag}, headers=HTMX)


def test_a_poll_of_a_page_that_has_not_changed_is_answered_without_contents(as_operator):
    make_placed(progress="in_progress")
    tag = tag_of(as_operator.get(reverse("order_list")))
    assert poll(as_operator, tag).status_code == 204
    # The same page for another filter is another address, and the tag of another page is no tag of this one.
    assert poll(as_operator, tag, state="refused").status_code == 200


def test_a_poll_shows_what_has_changed_with_its_new_tag_and_addresses_without_a_tag(as_operator):
    order = make_placed(progress="in_progress")
    tag = tag_of(as_operator.get(reverse("order_list")))
    Order.objects.filter(pk=order.pk).update(remains=3)
    answer = poll(as_operator, tag)
    assert answer.status_code == 200
    assert tag_of(answer) != tag
    assert "tag=" not in answer.text
    assert poll(as_operator, tag_of(answer)).status_code == 204


def test_a_poll_sees_a_new_order_a_lost_right_and_other_columns(as_operator, operator):
    make_placed()
    tags = [tag_of(as_operator.get(reverse("order_list")))]
    make_order()
    PersonalSettings.objects.create(user=operator, columns={"orders": ["note"]})
    tags.append(tag_of(poll(as_operator, tags[-1])))
    operator.groups.set([Group.objects.get(name="Viewer")])
    tags.append(tag_of(poll(as_operator, tags[-1])))
    assert len(set(tags)) == 3


def test_a_poll_writes_nothing_and_takes_few_queries(as_operator):
    for _ in range(3):
        make_placed(progress="in_progress", placed_by=make_user())
    make_order()
    tag = tag_of(as_operator.get(reverse("order_list")))
    with CaptureQueriesContext(connection) as queries:
        assert poll(as_operator, tag).status_code == 204
    assert len(queries) <= 6
    assert all(query["sql"].lstrip("(").startswith("SELECT") for query in queries)


def test_a_poll_of_orders_that_are_checked_loads_their_panels_in_one_query(as_operator):
    for _ in range(3):
        make_placed(check_requested_at=timezone.now())
    tag = tag_of(as_operator.get(reverse("order_list")))
    with CaptureQueriesContext(connection) as queries:
        assert poll(as_operator, tag).status_code == 204
    assert len(queries) <= 7


# -- totals and files


def test_the_total_is_of_the_orders_that_match(as_viewer):
    make_placed(charge=Decimal("1.5"), progress="completed", currency="USD")
    make_placed(charge=Decimal(2), progress="canceled", currency="EUR")
    found = as_viewer.get(reverse("order_list"), {"progress": "completed"}).context["totals"]
    assert [(each.currency, each.amount) for each in found.sums] == [("USD", Decimal("1.5"))]


def test_too_many_orders_are_summed_only_where_kept_totals_answer_and_somebody_asks(as_viewer, monkeypatch):
    for module in (order_totals, order_list):
        monkeypatch.setattr(module, "COUNT_UP_TO", 1)
    for _ in range(2):
        make_placed(progress="completed")
    # Before the first sum, nothing is known of the orders.
    assert "narrow the filter" in as_viewer.get(reverse("order_list"), {"total": "1"}).text
    totals.recount()
    JobRun.objects.create(name=totals.JOB, finished_at=timezone.now())
    assert "narrow the filter" in as_viewer.get(reverse("order_list"), {"progress": "completed"}).text
    page = as_viewer.get(reverse("order_list"))
    assert "totals" not in page.context
    assert 'hx-get="/orders/?total=1"' in page.text
    assert as_viewer.get(reverse("order_list"), {"total": "1"}).context["totals"].sums


def test_a_workbook_holds_the_same_orders_as_the_csv(as_viewer):
    make_placed(link="https://example.com/p/1", charge=Decimal("1.5"))
    content = as_viewer.get(reverse("order_export", args=["xlsx"])).content
    header, row = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    found = dict(zip(header, row, strict=True))
    assert list(header) == list(exported(as_viewer)[0])
    assert (found["Link"], found["Charge"]) == ("https://example.com/p/1", 1.5)


def test_a_workbook_with_too_many_orders_is_refused_in_words(as_viewer, monkeypatch):
    monkeypatch.setattr(downloads, "MOST_ROWS", 1)
    make_placed()
    make_placed()
    page = as_viewer.get(reverse("order_export", args=["xlsx"]), follow=True)
    assert "XLSX holds up to 1 orders. Narrow the filter, or export CSV." in page.text
    assert "up to 1 rows" in page.text
