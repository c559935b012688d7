import datetime as dt
import re
import threading
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from panels.models import ActionLine, Batch, Order, OrderAction, Refill
from panels.models.order_states import RequestState
from panels.orders.actions import carry_out, confirm_action, draft_action
from panels.views import actions as view
from tests.factories import make_order, make_panel, make_placed, make_refill, make_service, make_user

pytestmark = pytest.mark.django_db

State, Progress, Kind = Order.State, Order.Progress, OrderAction.Kind
HTMX = {"HX-Request": "true"}


@pytest.fixture
def rung(monkeypatch):
    calls = []
    monkeypatch.setattr(view, "ring", lambda kind, pk, **_: calls.append((kind, pk)))
    return calls


def choose(client, action, *orders, headers=None, **data):
    data = {"action": action, "order": [order.pk for order in orders], **data}
    return client.post(reverse("order_actions"), data, headers=headers)


def draft(kind, *orders, by):
    return draft_action(kind, [order.pk for order in orders], by)


def plain(response):
    return response.text.replace("\u00a0", " ")


# -- choosing


@pytest.mark.parametrize("kind", ["refill", "cancel", "withdraw"])
def test_a_choice_is_confirmed_before_anything_is_done(as_operator, operator, kind, rung):
    first, second = make_placed(), make_order()
    response = choose(as_operator, kind, first, second)
    action = OrderAction.objects.get()
    assert response.url == action.get_absolute_url()
    assert (action.kind, action.created_by, action.confirmed_at) == (kind, operator, None)
    assert set(action.lines.values_list("order", flat=True)) == {first.pk, second.pk}
    assert not rung
    carry_out(action.pk, threading.Event())
    assert not action.lines.exclude(outcome="").exists()


def test_htmx_is_led_to_the_page_that_asks(as_operator):
    response = choose(as_operator, "cancel", make_placed(), headers=HTMX)
    assert response["HX-Redirect"] == OrderAction.objects.get().get_absolute_url()


def test_selected_rows_are_refreshed_at_once(as_operator, rung):
    placed, queued = make_placed(progress=Progress.COMPLETED), make_order()
    response = choose(as_operator, "refresh", placed, queued, headers=HTMX)
    assert response.status_code == 204
    assert "refreshed" in response["HX-Trigger"]
    assert "1 order is being checked. 1 cannot be refreshed." in response["HX-Trigger"]
    placed.refresh_from_db()
    assert placed.check_requested_at
    assert rung.count(("poll", placed.panel_id)) == 1
    action = OrderAction.objects.get()
    assert action.confirmed_at
    assert action.finished_at


def test_without_htmx_a_refresh_leads_back_to_the_same_list(as_operator, rung):
    response = choose(as_operator, "refresh", make_placed(), query="state=placed&sort=charge")
    assert response.url == f"{reverse('order_list')}?state=placed&sort=charge"


def test_as_many_rows_as_can_be_selected_are_taken_at_once(as_operator, rung):
    placed = make_placed()
    others = range(placed.pk + 1, placed.pk + 1000)
    data = {"action": "refresh", "query": "", "csrfmiddlewaretoken": "x", "order": [placed.pk, *others]}
    assert as_operator.post(reverse("order_actions"), data, headers=HTMX).status_code == 204
    placed.refresh_from_db()
    assert placed.check_requested_at


def test_one_row_is_refreshed_by_its_button_whatever_else_is_selected(as_operator, rung):
    order, other = make_placed(), make_placed()
    response = as_operator.post(reverse("order_actions"), {"only": order.pk, "order": other.pk}, headers=HTMX)
    assert response.status_code == 204
    assert rung == [("poll", order.panel_id)]
    assert list(Order.objects.filter(check_requested_at__isnull=False)) == [order]


def test_all_that_match_are_taken_as_they_are_now(as_operator):
    panel = make_panel()
    service = make_service(panel)
    mine = [make_placed(service), make_placed(service)]
    make_placed()
    response = choose(as_operator, "refresh", all="1", query=f"panel={panel.pk}&sort=cost&after=1~2")
    action = OrderAction.objects.get()
    assert response.url == action.get_absolute_url()
    make_placed(service)
    assert list(action.lines.values_list("order", flat=True)) == [order.pk for order in mine]


def test_more_than_the_most_is_refused_in_words_and_nothing_is_done(as_operator, monkeypatch):
    monkeypatch.setattr(view, "MOST", 2)
    for _ in range(3):
        make_placed()
    response = as_operator.post(reverse("order_actions"), {"action": "cancel", "all": "1", "query": ""}, follow=True)
    assert "at most 2 orders" in response.text
    assert not OrderAction.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"action": "cancel"},
        {"action": "cancel", "order": ["x", "-1", "99999999999999999999"]},
        {"action": "explode", "order": ["1"]},
        {"action": "cancel", "all": "1", "query": "panel=x"},
        {"action": "cancel", "all": "1", "query": "q=nothing"},
        {"only": "x"},
        {"only": "99999999999999999999"},
    ],
)
def test_a_choice_of_nothing_changes_nothing(as_operator, data, rung):
    make_placed()
    response = as_operator.post(reverse("order_actions"), data, headers=HTMX)
    assert response.status_code == 204
    assert '"bad"' in response["HX-Trigger"]
    assert not OrderAction.objects.exists()
    assert not rung


def test_a_viewer_may_choose_nothing(as_viewer):
    assert choose(as_viewer, "cancel", make_placed()).status_code == 403
    assert not OrderAction.objects.exists()


def test_the_list_offers_actions_for_all_that_match(as_operator):
    make_placed()
    part = as_operator.get(reverse("order_list"), {"state": "placed"}, headers=HTMX).text
    assert 'name="query" value="state=placed"' in part
    assert 'name="all" value="1"' in part


# -- confirming


def test_the_page_shows_count_cost_for_each_currency_and_how_many_can_do_it(as_operator, operator):
    dollars, euros = make_service(cancel=None), make_service(make_panel(reported_currency="EUR"))
    orders = [
        make_placed(dollars, charge=Decimal("1.50")),
        make_placed(dollars, expected_cost=Decimal("0.25")),
        make_placed(euros, expected_cost=Decimal(7), progress=Progress.COMPLETED),
        make_placed(euros, expected_cost=None),
    ]
    action = draft(Kind.CANCEL, *orders, by=operator)
    text = plain(as_operator.get(action.get_absolute_url()))
    for words in (
        "Cancel 4 orders",
        "1.75 USD",
        "7.00 EUR",
        "3. The others are reported as not possible.",
        "the price of 1 is not known",
    ):
        assert words in text


def test_the_button_names_how_many_can_be_acted_on(as_operator, operator):
    running = [make_placed(), make_placed()]
    over = make_placed(progress=Progress.COMPLETED)

    def button(*orders):
        page = " ".join(as_operator.get(draft(Kind.CANCEL, *orders, by=operator).get_absolute_url()).text.split())
        found = re.search(r'type="submit">(Request[^<]*)</button>', page)
        return found and found[1]

    assert button(*running) == "Request to cancel 2 orders"
    assert button(*running, over) == "Request to cancel 2 of 3 orders"
    assert button(over) is None


@pytest.mark.parametrize(
    ("stated", "as_ordered", "is_said"),
    [(None, {}, True), (True, {}, False), (None, {"cancel": True}, False)],
)
def test_the_page_says_that_a_service_does_not_state_cancels(as_operator, operator, stated, as_ordered, is_said):
    order = make_placed(make_service(cancel=stated), as_ordered=as_ordered)
    text = " ".join(plain(as_operator.get(draft(Kind.CANCEL, order, by=operator).get_absolute_url())).split())
    words = "For 1 the service does not state whether it takes a cancel, so the panel may refuse."
    assert (words in text) is is_said


@pytest.mark.parametrize(
    ("states", "badge"),
    [
        (["refused", "refused"], ("refused", "Nothing accepted")),
        (["refused", "unknown"], ("unknown", "Outcome unknown")),
        (["refused", "accepted"], ("done", "Done")),
    ],
)
def test_the_report_is_done_only_if_something_was_accepted(as_operator, operator, states, badge):
    orders = [make_placed() for _ in states]
    action = draft(Kind.CANCEL, *orders, by=operator)
    confirm_action(action)
    carry_out(action.pk, threading.Event())
    for order, state in zip(orders, states, strict=True):
        Order.objects.filter(pk=order.pk).update(cancel_state=state)
    response = as_operator.get(action.get_absolute_url())
    assert response.context["verdict"] == badge
    assert f"<span>{badge[1]}</span>" in response.text


def test_a_refill_under_way_is_not_counted_as_possible(as_operator, operator):
    done = [make_placed(progress=Progress.COMPLETED) for _ in range(2)]
    make_refill(done[0])
    response = as_operator.get(draft(Kind.REFILL, *done, by=operator).get_absolute_url())
    assert response.context["possible"] == 1


def test_confirming_lets_the_worker_do_it_once(as_operator, operator, rung):
    action = draft(Kind.CANCEL, make_placed(), by=operator)
    for _ in range(2):
        assert as_operator.post(action.get_absolute_url()).url == action.get_absolute_url()
    assert rung == [("act", action.pk)]


def test_the_page_moves_until_all_is_reported(as_operator, operator, rung):
    possible, refused = make_placed(), make_placed(progress=Progress.COMPLETED)
    action = draft(Kind.CANCEL, possible, refused, by=operator)
    part = as_operator.post(action.get_absolute_url(), headers=HTMX).text
    assert part.strip().startswith('<div id="action"')
    assert "every 1s" in part
    assert "0 accepted, 2 waiting." in part
    carry_out(action.pk, threading.Event())
    possible.refresh_from_db()
    assert possible.cancel_state == RequestState.QUEUED
    part = as_operator.get(action.get_absolute_url(), headers=HTMX).text
    assert "every 2s" in part
    assert "0 accepted, 1 waiting, 1 not possible." in part
    Order.objects.filter(pk=possible.pk).update(cancel_state=RequestState.REFUSED, cancel_error="No cancel here.")
    part = as_operator.get(action.get_absolute_url(), headers=HTMX).text
    assert "every" not in part
    assert "0 accepted, 1 not possible, 1 refused: No cancel here." in part
    assert "No cancel here.</span>" in part
    assert "A cancel can be requested while the order runs" in part
    skipped = as_operator.get(action.get_absolute_url(), {"outcome": "skipped"}).context["page"]
    assert [line.order for line in skipped] == [refused]


def test_the_page_holds_the_action_and_htmx_gets_only_it(as_viewer, operator):
    address = draft(Kind.CANCEL, make_placed(), by=operator).get_absolute_url()
    assert "<html" in as_viewer.get(address).text
    part = as_viewer.get(address, headers=HTMX).text
    assert part.strip().startswith('<div id="action"')


def test_only_its_author_or_a_manager_confirms(client, operator, manager, viewer, rung):
    action = draft(Kind.REFILL, make_placed(progress=Progress.COMPLETED), by=operator)
    for user in (viewer, make_user("Operator")):
        client.force_login(user)
        assert 'method="post" action="/orders' not in client.get(action.get_absolute_url()).text
        assert client.post(action.get_absolute_url()).status_code == 403
    assert not rung
    client.force_login(manager)
    assert client.post(action.get_absolute_url()).status_code == 302
    assert rung == [("act", action.pk)]


def test_a_viewer_who_was_an_operator_no_longer_confirms(as_viewer, viewer):
    action = draft(Kind.CANCEL, make_placed(), by=viewer)
    assert as_viewer.post(action.get_absolute_url()).status_code == 403


def test_the_report_is_paged(as_operator, operator):
    service = make_service()
    action = draft(Kind.WITHDRAW, *[make_order(service) for _ in range(51)], by=operator)
    confirm_action(action)
    carry_out(action.pk, threading.Event())
    page = as_operator.get(action.get_absolute_url()).context["page"]
    assert len(page) == 50
    rest = as_operator.get(action.get_absolute_url(), {"after": page.after, "outcome": "done"}).context["page"]
    assert len(rest) == 1
    assert Order.objects.filter(state=State.WITHDRAWN).count() == 51


def test_queries_do_not_grow_with_the_orders(as_operator, operator):
    counts = []
    for number in (2, 20):
        orders = [make_placed(progress=Progress.COMPLETED) for _ in range(number)]
        for order in orders:
            make_refill(order, state=RequestState.REFUSED)
        action = draft(Kind.REFILL, *orders, by=operator)
        with CaptureQueriesContext(connection) as queries:
            as_operator.get(action.get_absolute_url())
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def test_an_action_is_reported_also_where_its_author_is_gone(as_operator):
    action = draft(Kind.REFRESH, make_placed(), by=None)
    OrderAction.objects.update(confirmed_at=timezone.now() - dt.timedelta(minutes=1))
    assert as_operator.get(action.get_absolute_url()).status_code == 200
    assert ActionLine.objects.count() == 1
    assert not Refill.objects.exists()


def test_panels_that_have_refused_every_cancel_are_named_before_orders_are_canceled(as_operator, operator):
    refusing, taking = make_panel(name="Northwind", takes_cancels=False), make_panel(name="Brightline")
    service = make_service(refusing)
    orders = [make_placed(service), make_placed(service), make_placed(make_service(taking))]
    page = as_operator.get(draft(Kind.CANCEL, *orders, by=operator).get_absolute_url()).text
    assert "Northwind has refused every cancel so far, so it will probably refuse these too: 2 orders." in " ".join(
        _words_of(page).split()
    )
    assert "Brightline has refused" not in page
    assert "Request to cancel" in page
    page = as_operator.get(draft(Kind.REFRESH, *orders, by=operator).get_absolute_url()).text
    assert "has refused every cancel" not in page


def _words_of(page):
    return re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ")


# -- back to the list


def test_back_leads_to_the_list_as_it_was(as_operator, operator):
    order = make_order()
    choose(as_operator, "withdraw", order, query="state=queued&sort=cost&after=3~4")
    page = as_operator.get(OrderAction.objects.get().get_absolute_url()).text
    assert page.count('href="/orders/?state=queued&amp;sort=cost&amp;after=3~4"') == 2
    other = as_operator.get(draft(Kind.WITHDRAW, order, by=operator).get_absolute_url()).text
    assert other.count('href="/orders/">Back') == 1


# -- ordering again


def test_selected_orders_become_a_draft_and_nothing_is_ordered(as_operator, rung):
    refused, lost = make_order(state="refused"), make_order(state="unknown")
    response = choose(as_operator, "again", refused, lost)
    batch = Batch.objects.get()
    assert response.url == batch.get_absolute_url()
    page = as_operator.get(batch.get_absolute_url(), {"show": "all"}).text
    assert "1 line is skipped, so that nothing is bought twice." in page
    assert f"The panel may have order {lost.pk}" in page
    assert Order.objects.count() == 2
    assert not OrderAction.objects.exists()
    assert not rung


def test_all_of_a_filter_are_ordered_again(as_operator):
    yesterday = timezone.now() - dt.timedelta(days=1)
    mine = [make_order(state="refused", created_at=yesterday) for _ in range(3)]
    make_order(state="refused")
    day = f"{timezone.localdate(yesterday)}"
    query = f"state=refused&created_from={day}&created_to={day}"
    response = choose(as_operator, "again", all="1", query=query, headers=HTMX)
    batch = Batch.objects.get()
    assert response["HX-Redirect"] == batch.get_absolute_url()
    assert [line.cells["again_of"] for line in batch.lines.all()] == [str(order.pk) for order in mine]


def test_who_may_not_order_may_not_order_again(client):
    user = make_user("Operator")
    user.groups.clear()
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_order", "change_order")))
    client.force_login(user)
    order = make_order(state="refused")
    assert choose(client, "again", order).status_code == 403
    assert not Batch.objects.exists()
    assert 'value="again"' not in client.get(reverse("order_list")).text


# -- the file of a selection


def export(client, suffix, *orders):
    address = reverse("order_export_selected", args=[suffix])
    return client.post(address, {"order": [order.pk for order in orders], "query": "state=queued"})


def test_selected_orders_are_exported_and_no_others(as_viewer):
    first, _, third = make_order(), make_order(), make_order()
    response = export(as_viewer, "csv", first, third)
    lines = b"".join(response).decode().splitlines()
    assert lines[0].removeprefix("\ufeff").startswith("Order,Created,Panel")
    assert [line.partition(",")[0] for line in lines[1:]] == [str(third.pk), str(first.pk)]
    assert "attachment" in response["Content-Disposition"]
    assert export(as_viewer, "xlsx", first).content[:2] == b"PK"


def test_an_export_of_nothing_leads_back_to_the_list(as_viewer):
    response = export(as_viewer, "csv")
    assert response.url == f"{reverse('order_list')}?state=queued"


# -- what is offered


def offered(client, **query):
    page = client.get(reverse("order_list"), query).text
    return re.findall(r'form="all" name="action" value="(\w+)"', page)


def test_only_what_is_possible_for_a_filter_is_offered_for_all_of_it(as_operator):
    make_order(state="refused")
    make_order(state="unknown")
    make_order()
    assert offered(as_operator) == ["refresh", "refill", "cancel", "withdraw", "again", "elsewhere", "label"]
    assert offered(as_operator, state="refused") == ["again", "elsewhere", "label"]
    assert offered(as_operator, stage="waiting") == ["withdraw", "again", "elsewhere", "label"]
    assert offered(as_operator, state="unknown") == ["label"]
    assert "No other action is possible." in as_operator.get(reverse("order_list"), {"state": "unknown"}).text


# -- outcomes


def test_the_outcomes_can_be_looked_through_one_by_one(as_operator, operator):
    orders = [make_placed(), make_placed(), make_placed(progress=Progress.COMPLETED)]
    action = draft(Kind.CANCEL, *orders, by=operator)
    confirm_action(action)
    carry_out(action.pk, threading.Event())
    Order.objects.filter(pk=orders[0].pk).update(cancel_state="refused", cancel_error="No.")

    def shown(outcome):
        page = as_operator.get(action.get_absolute_url(), {"outcome": outcome}).context["page"]
        return [line.order for line in page]

    assert shown("refused") == [orders[0]]
    assert shown("waiting") == [orders[1]]
    assert shown("skipped") == [orders[2]]
    assert shown("accepted") == []
    assert shown("done") == orders[:2]
    assert shown("") == shown("nonsense") == orders


def test_the_report_says_why_an_outcome_takes_long_and_polls_less_often(as_operator, operator):
    panel = make_panel(name="Northwind", is_active=False)
    action = draft(Kind.CANCEL, make_placed(make_service(panel)), by=operator)
    confirm_action(action)
    carry_out(action.pk, threading.Event())
    page = as_operator.get(action.get_absolute_url()).text
    assert "the panel is inactive. Requests are sent when it is active again." in page
    assert "every 10s" in page
    type(panel).objects.update(is_active=True)
    assert "every 2s" in as_operator.get(action.get_absolute_url()).text
    OrderAction.objects.update(finished_at=timezone.now() - dt.timedelta(minutes=6))
    assert "every 10s" in as_operator.get(action.get_absolute_url()).text


def test_queries_of_a_report_do_not_grow_with_the_orders(as_operator, operator):
    counts = []
    for number in (2, 20):
        action = draft(Kind.REFILL, *[make_placed(progress=Progress.COMPLETED) for _ in range(number)], by=operator)
        confirm_action(action)
        carry_out(action.pk, threading.Event())
        with CaptureQueriesContext(connection) as queries:
            as_operator.get(action.get_absolute_url())
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
