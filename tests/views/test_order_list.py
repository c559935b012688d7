import csv
import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from panels import bell, filters
from panels.models import BalanceReading, Batch, Order, OrderEvent, Panel, Refill, Service
from panels.models.order import RequestState
from panels.pages import paging
from panels.views import order_list
from tests.factories import make_order, make_panel, make_placed, make_refill, make_service, make_user

pytestmark = pytest.mark.django_db

State, Progress = Order.State, Order.Progress
HTMX = {"HX-Request": "true"}


def listed(client, **query):
    return [order.pk for order in client.get(reverse("order_list"), query).context["page"]]


def url(name, order):
    return reverse(f"order_{name}", args=[order.pk])


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
    words = f'data-gone="Order {order.pk} has changed: this list no longer shows it."'
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
    assert "cannot be read" in response.text
    assert as_viewer.get(f"{reverse('order_export')}?{query}").status_code == 302


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
    monkeypatch.setattr("panels.pages.formats.COUNT_UP_TO", 50)
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
    assert "waits for the panel" in part


def test_a_viewer_sees_no_boxes_and_no_buttons(as_viewer):
    make_placed()
    part = as_viewer.get(reverse("order_list"), headers=HTMX).text
    assert "data-select-row" not in part
    assert "<button" not in part


def test_a_bar_shows_what_was_delivered_of_all_runs(as_viewer):
    make_placed(quantity=100, params={"runs": "3"}, remains=120, start_count=7)
    make_placed(quantity=100, remains=-2, progress=Progress.COMPLETED)
    part = as_viewer.get(reverse("order_list"), headers=HTMX).text
    assert 'value="180" max="300"' in part
    assert 'class="progress--good" value="100" max="100"' in part
    assert "from&nbsp;7" in part


def test_links_to_the_web_tell_the_other_side_nothing(as_viewer):
    order = make_placed(link='https://example.com/?a=1&b="2"')
    text = as_viewer.get(url("detail", order)).text
    assert 'href="https://example.com/?a=1&amp;b=&quot;2&quot;"' in text
    assert 'rel="noopener noreferrer nofollow"' in text


def test_links_that_are_no_web_addresses_are_no_links(as_operator):
    order = make_placed(link="javascript:alert(1)")
    for page in (reverse("order_list"), url("detail", order)):
        text = as_operator.get(page).text
        assert "javascript:alert(1)" in text
        assert 'href="javascript' not in text


def count_queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


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
    response = client.get(reverse("order_export"), query)
    assert response.streaming
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(text[1:].splitlines(keepends=True)))


def test_the_export_holds_what_is_filtered_in_its_order(as_viewer, monkeypatch):
    monkeypatch.setattr(order_list, "EXPORT_CHUNK", 2)
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
    disposition = as_viewer.get(reverse("order_export"))["Content-Disposition"]
    assert disposition == f'attachment; filename="orders-{timezone.localdate():%Y-%m-%d}.csv"'


# -- the page of one order


def test_the_page_holds_the_order_and_htmx_gets_only_it(as_viewer, operator):
    order = make_placed(remote_status="In progress", params={"comments": "one\ntwo"})
    order.add_event(OrderEvent.What.CREATED, "By hand.", actor=operator)
    page = as_viewer.get(url("detail", order)).text
    part = as_viewer.get(url("detail", order), headers=HTMX).text
    assert "<html" in page
    assert "<li>one</li>" in page
    assert part.strip().startswith('<div id="order"')
    for text in ("By hand.", operator.username, order.remote_id, "In progress"):
        assert text in part


def test_buttons_are_shown_only_where_they_make_sense(as_operator):
    shown = {
        "refresh": make_placed(make_service(refill=False, cancel=False)),
        "refill": make_placed(make_service(refill=None), progress=Progress.COMPLETED),
        "cancel": make_placed(make_service(cancel=None)),
        "withdraw": make_order(),
    }
    for name, order in shown.items():
        assert f'action="{url(name, order)}"' in as_operator.get(url("detail", order)).text
    for name, order in {"refill": shown["refresh"], "cancel": shown["refresh"], "refresh": shown["withdraw"]}.items():
        assert f'action="{url(name, order)}"' not in as_operator.get(url("detail", order)).text


def test_a_viewer_gets_no_buttons_and_may_do_nothing(as_viewer):
    order = make_order()
    assert 'method="post" action="/orders' not in as_viewer.get(url("detail", order)).text
    for name in ("refresh", "refill", "cancel", "withdraw", "resolve"):
        assert as_viewer.post(url(name, order)).status_code == 403
        assert as_viewer.get(url(name, order)).status_code in (403, 405)
    order.refresh_from_db()
    assert order.state == State.QUEUED


def test_somebody_without_rights_sees_nothing(client):
    client.force_login(make_user())
    order = make_order()
    for address in (reverse("order_list"), reverse("order_export"), url("detail", order), reverse("refill_list")):
        assert client.get(address).status_code == 403


def test_a_refresh_shows_that_it_is_checked_and_then_calms_down(as_operator, rung):
    order = make_placed(progress=Progress.COMPLETED)
    part = as_operator.post(url("refresh", order), headers=HTMX).text
    assert part.strip().startswith('<div id="order"')
    assert "checking…" in part
    assert "every 1s" in part
    assert rung == [("poll", order.panel_id)]
    Order.objects.update(check_requested_at=None, checked_at=timezone.now())
    assert "every" not in as_operator.get(url("detail", order), headers=HTMX).text


def test_a_check_at_a_panel_that_cannot_be_asked_says_so(as_operator):
    order = make_placed(check_requested_at=timezone.now())
    until = timezone.now() + dt.timedelta(minutes=10)
    Panel.objects.update(paused_reason="unreachable", paused_until=until)
    part = as_operator.get(url("detail", order), headers=HTMX).text
    assert "the panel does not answer" in part
    assert "checking…" not in part
    assert "every 1s" not in part


def test_a_check_without_an_answer_for_long_is_looked_at_less_often(as_operator):
    order = make_placed(check_requested_at=timezone.now() - dt.timedelta(minutes=2))
    assert "every 5s" in as_operator.get(url("detail", order), headers=HTMX).text


def test_without_htmx_a_post_leads_back_with_a_message(as_operator, rung):
    order = make_placed()
    response = as_operator.post(url("cancel", order), follow=True)
    assert response.redirect_chain == [(url("detail", order), 302)]
    assert "The cancel is requested" in response.text
    order.refresh_from_db()
    assert order.cancel_state == RequestState.QUEUED
    assert rung == [("requests", order.panel_id)]


def test_a_refill_is_requested_once(as_operator, rung):
    order = make_placed(progress=Progress.COMPLETED)
    assert as_operator.post(url("refill", order), headers=HTMX).status_code == 200
    second = as_operator.post(url("refill", order), headers=HTMX)
    assert second.status_code == 422
    assert "already under way" in second.text
    assert Refill.objects.count() == 1
    assert rung[0] == ("requests", order.panel_id)


def test_a_withdrawn_order_is_never_sent(as_operator):
    order = make_order()
    assert "nothing was sent" in as_operator.post(url("withdraw", order), headers=HTMX).text
    order.refresh_from_db()
    assert order.state == State.WITHDRAWN
    assert as_operator.post(url("withdraw", order), headers=HTMX).status_code == 422


def test_an_unknown_word_is_flagged(as_viewer):
    order = make_placed(is_word_unknown=True, remote_status="Zurückgestellt")
    text = as_viewer.get(url("detail", order)).text
    assert "Unknown word" in text
    assert "Zurückgestellt" in text


def test_queries_of_the_page_do_not_grow_with_its_story(as_operator, operator):
    order = make_placed(progress=Progress.COMPLETED)
    make_refill(order, state=RequestState.REFUSED, requested_by=operator)
    order.add_event(OrderEvent.What.CREATED, actor=operator)
    few = count_queries(as_operator, url("detail", order))
    for _ in range(10):
        make_refill(order, state=RequestState.REFUSED, requested_by=make_user())
        order.add_event(OrderEvent.What.PROGRESS, actor=make_user())
    assert count_queries(as_operator, url("detail", order)) == few


# -- decisions


def make_unknown(**fields):
    sent = timezone.now() - dt.timedelta(minutes=10)
    values = {
        "state": State.UNKNOWN,
        "attempt": 1,
        "sent_at": sent,
        "send_deadline": sent,
        "error_text": "Read timeout",
    }
    return make_order(**values | fields)


def resolve(client, order, decision, **data):
    return client.post(url("resolve", order), {"decision": decision, **data}, headers=HTMX)


def test_the_evidence_shows_balances_and_our_orders_around_it(as_operator):
    order = make_unknown()
    panel, sent = order.panel, order.sent_at
    for minutes, balance in ((-60, "99"), (-5, "50.00"), (5, "49.10"), (60, "1")):
        at = sent + dt.timedelta(minutes=minutes)
        BalanceReading.objects.create(panel=panel, at=at, balance=Decimal(balance), currency="USD", why="schedule")
    before = make_placed(order.service, remote_id="8001", sent_at=sent - dt.timedelta(minutes=1))
    after = make_placed(order.service, remote_id="8003", sent_at=sent + dt.timedelta(minutes=1))
    make_placed(remote_id="9999", sent_at=sent)
    text = as_operator.get(url("detail", order)).text.replace("\u00a0", " ")
    for words in (
        "Read timeout",
        "50.00 USD",
        "49.10 USD",
        "0.90 USD less",
        "8001",
        "8003",
        f"#{before.pk}",
        f"#{after.pk}",
    ):
        assert words in text
    assert "9999" not in text


def test_the_balance_is_set_against_what_else_was_sent_between_its_readings(as_operator):
    order = make_unknown()
    sent = order.sent_at
    for minutes, balance in ((-5, "50.00"), (5, "44.60")):
        at = sent + dt.timedelta(minutes=minutes)
        BalanceReading.objects.create(panel=order.panel, at=at, balance=Decimal(balance), currency="USD", why="request")
    for minutes, cost in ((-6, "9"), (-4, "1.80"), (4, "1.80"), (4.5, None), (6, "9")):
        at = sent + dt.timedelta(minutes=minutes)
        make_placed(order.service, sent_at=at, expected_cost=cost and Decimal(cost))
    make_placed(sent_at=sent)
    make_order(order.service, state=State.UNKNOWN, sent_at=sent)
    make_order(order.service, state=State.REFUSED, sent_at=sent)
    text = " ".join(as_operator.get(url("detail", order)).text.replace("\u00a0", " ").split())
    assert "5.40 USD less" in text
    assert "3 other orders of ours, expected at 3.60 USD together, the cost of 1 not known; 1 other unknown" in text
    assert "this one at 0.90 USD" in text
    assert "no proof either way" in text
    BalanceReading.objects.filter(at__gt=sent).update(balance=Decimal(60))
    assert "10.00 USD more" in as_operator.get(url("detail", order)).text.replace("\u00a0", " ")


def test_before_the_deadline_nobody_decides(as_operator):
    order = make_unknown(send_deadline=timezone.now() + dt.timedelta(minutes=5))
    text = as_operator.get(url("detail", order)).text
    assert "An answer may still come" in text
    assert "send_again" not in text
    assert resolve(as_operator, order, "send_again").status_code == 422
    order.refresh_from_db()
    assert order.state == State.UNKNOWN


def test_an_id_is_asked_about_before_it_is_believed(as_operator, rung):
    order = make_unknown()
    part = resolve(as_operator, order, "exists", remote_id=" 8002 ").text
    assert "about <span" in part
    assert "every 2s" in part
    order.refresh_from_db()
    assert (order.state, order.candidate_id) == (State.UNKNOWN, "8002")
    assert rung == [("confirm", order.panel_id)]
    Order.objects.update(candidate_id="", candidate_error="The panel does not confirm 8002: Incorrect order ID")
    part = as_operator.get(url("detail", order), headers=HTMX).text
    assert "does not confirm 8002" in part
    assert "every" not in part


def test_an_id_that_is_none_is_refused_and_kept_in_the_form(as_operator, rung):
    response = resolve(as_operator, make_unknown(), "exists", remote_id="no id!")
    assert response.status_code == 422
    assert 'value="no id!"' in response.text
    assert not rung


def test_an_order_is_sent_again_or_written_off_as_a_decision(as_operator, operator, rung):
    again, off = make_unknown(), make_unknown()
    dialog = as_operator.get(url("detail", again)).text.replace("\u00a0", " ")
    assert "second order and costs 0.90 USD" in dialog
    assert resolve(as_operator, again, "send_again").status_code == 200
    assert resolve(as_operator, off, "write_off").status_code == 200
    again.refresh_from_db()
    off.refresh_from_db()
    assert (again.state, off.state) == (State.QUEUED, State.WRITTEN_OFF)
    assert rung == [("submit", again.panel_id)]
    assert again.events.get().actor == operator


def make_held(**service):
    order = make_order(held_reason="The cost has risen from 0.90 to 1.80 USD.")
    Service.objects.filter(pk=order.service_id).update(**{"rate_per_1000": Decimal("1.80")} | service)
    return order


def test_a_held_order_says_what_changed_and_goes_out_at_the_amount_on_the_button(as_operator, rung):
    order = make_held()
    text = as_operator.get(url("detail", order)).text.replace("\u00a0", " ")
    assert order.held_reason in text
    assert "Send at the new price: 1.80 USD" in text
    assert resolve(as_operator, order, "release", rate="1.80000000").status_code == 200
    order.refresh_from_db()
    assert (order.held_reason, order.rate_agreed, order.expected_cost) == ("", Decimal("1.80"), Decimal("1.80"))
    assert rung == [("submit", order.panel_id)]


def test_a_held_order_is_not_released_at_another_price_than_was_shown(as_operator, rung):
    order = make_held()
    for rate in ("0.90", "", "x"):
        assert resolve(as_operator, order, "release", rate=rate).status_code == 422
    order.refresh_from_db()
    assert order.held_reason
    assert not rung


def test_an_order_of_a_vanished_service_can_only_be_withdrawn(as_operator):
    order = make_held(is_listed=False)
    text = as_operator.get(url("detail", order)).text
    assert "Send at the new price" not in text
    assert url("withdraw", order) in text
    assert resolve(as_operator, order, "release", rate="1.80").status_code == 422


def test_an_alarm_is_dismissed_only_as_it_was_seen(as_operator):
    order = make_placed(alarm="Second order at the panel: 5.")
    assert order.alarm in as_operator.get(url("detail", order)).text
    assert resolve(as_operator, order, "seen", alarm="Another one").status_code == 422
    assert resolve(as_operator, order, "seen", alarm=order.alarm).status_code == 200
    order.refresh_from_db()
    assert not order.alarm


def test_following_stops_and_begins_again(as_operator, rung):
    order = make_placed()
    assert "Follow again" in resolve(as_operator, order, "stop").text
    order.refresh_from_db()
    assert order.next_check_at is None
    assert "Stop following" in resolve(as_operator, order, "follow").text
    order.refresh_from_db()
    assert order.next_check_at is not None
    assert rung == [("poll", order.panel_id)]


def test_a_decision_that_is_none_changes_nothing(as_operator):
    order = make_unknown()
    assert resolve(as_operator, order, "explode").status_code == 422
    order.refresh_from_db()
    assert order.state == State.UNKNOWN


def test_the_views_ring_with_kinds_that_the_worker_knows():
    assert {"poll", "confirm", "requests", "submit", "act", "search"} <= set(bell.KINDS)


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
    monkeypatch.setattr(filters, "FEW", few)
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


def test_a_link_is_found_by_its_start_only_as_it_is_written(as_viewer):
    make_placed(link="https://example.com/Abc")
    assert "1 order<" in text_of(as_viewer.get("/orders/?q=example.com/Ab"))
    assert "No order matches" in text_of(as_viewer.get("/orders/?q=example.com/ab"))
    assert "No order matches" in text_of(as_viewer.get("/orders/?q=com/Abc"))
