"""Orders above a person's limits: said before the click, and decided by a manager on the page or on the overview."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from panels.models import Order
from panels.orders import approval
from tests.factories import make_asked, make_batch, make_placed, make_service, make_user, row_of, set_limits
from tests.views.pages import order_all, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def alex(db):
    return set_limits(make_user("Operator", username="alex"), largest=5)


@pytest.fixture
def service(db):
    return make_service(rate_per_1000=Decimal(10))


@pytest.fixture
def order(alex, service):
    return make_asked(alex, service, quantity=600, expected_cost=Decimal(6))


@pytest.fixture
def batch(alex, service):
    return order_all(make_batch(row_of(service, quantity=600), row_of(service, quantity=700)), alex)


def at(row):
    return f"{row.get_absolute_url()}approval/"


def mark_of(order):
    return approval.look_at("pk", [order.pk])[order.pk].mark


def test_a_manager_approves_on_the_page_with_a_word_that_the_person_sees(
    as_manager, manager, alex, order, rung, settings, client
):
    settings.TAKE_BACK_SECONDS = 7
    page = as_manager.get(order.get_absolute_url())
    words = text_of(page)
    assert "This order waits for approval" in words
    assert "This costs 6.00 USD, above the limit of 5.00 USD an order." in words
    assert "Approve 6.00 USD" in words
    assert "alex asked for it." in words
    assert f'name="shown" value="{mark_of(order)}"' in page.text
    assert "hx-trigger" not in page.text[page.text.index('<div id="order"') :][:300]
    data = {"decision": "approve", "shown": mark_of(order), "word": "Paid"}
    words = text_of(as_manager.post(at(order), data, follow=True))
    assert f"Order {order.pk} is approved, and queued for {order.panel}." in words
    order.refresh_from_db()
    assert order.state == "queued"
    assert (order.send_after - timezone.now()).total_seconds() > 5
    assert rung == [("submit", order.panel_id)]
    client.force_login(alex)
    words = text_of(client.get(order.get_absolute_url()))
    assert f"Approved by {manager}" in words
    assert "Paid" in words


def test_a_manager_refuses_and_the_person_sees_why(as_manager, manager, alex, order, rung, client):
    words = text_of(as_manager.post(at(order), {"decision": "refuse", "word": "Too dear"}, follow=True))
    assert f"Order {order.pk} was not approved. Nothing is sent." in words
    assert rung == []
    client.force_login(alex)
    words = text_of(client.get(order.get_absolute_url()))
    assert f"Not approved by {manager}: Too dear" in words
    assert "Withdrawn" in words


def test_the_person_who_asked_sees_that_it_waits_and_takes_it_back(client, alex, order):
    client.force_login(alex)
    page = client.get(order.get_absolute_url())
    words = text_of(page)
    assert "A manager must approve it." in words
    assert "Approve 6.00" not in words
    assert 'hx-trigger="every 10s"' in page.text
    assert client.post(at(order), {"decision": "approve", "shown": mark_of(order)}).status_code == 403
    assert "The order is withdrawn." in text_of(client.post(f"{order.get_absolute_url()}withdraw/", follow=True))


def test_a_manager_with_limits_cannot_approve_an_own_order(client, service):
    mia = set_limits(make_user("Manager"), largest=5)
    client.force_login(mia)
    order = make_asked(mia, service, expected_cost=Decimal(6))
    assert "You cannot approve your own order while you have limits." in text_of(client.get(order.get_absolute_url()))
    words = text_of(client.post(at(order), {"decision": "approve", "shown": mark_of(order)}, follow=True))
    assert "You cannot approve your own order while you have limits." in words
    order.refresh_from_db()
    assert order.state == "asked"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Choose a decision. Nothing was changed."),
        ({"decision": "queue"}, "Choose a decision. Nothing was changed."),
        ({"decision": "refuse", "word": "x" * 301}, "The word is too long. Nothing was changed."),
        ({"decision": "approve"}, "have changed since this page was shown"),
    ],
)
def test_an_unfit_decision_changes_nothing(as_manager, order, rung, data, words):
    assert words in text_of(as_manager.post(at(order), data, follow=True))
    order.refresh_from_db()
    assert (order.state, rung) == ("asked", [])


def test_a_batch_is_approved_as_a_whole_and_its_panels_are_rung(as_manager, batch, rung):
    words = text_of(as_manager.get(batch.get_absolute_url()))
    assert "The orders of this batch wait for approval" in words
    assert "The largest order costs 7.00 USD, above the limit of 5.00 USD an order." in words
    assert "Approve 13.00 USD" in words
    assert "Nothing is sent before a manager approves it." in words
    single = batch.orders.first()
    assert "all orders of its batch" in text_of(as_manager.get(single.get_absolute_url()))
    mark = approval.look_at("batch", [batch.pk])[batch.pk].mark
    words = text_of(as_manager.post(at(batch), {"decision": "approve", "shown": mark}, follow=True))
    assert "is approved. Its orders are queued." in words
    assert {*batch.orders.values_list("state", flat=True)} == {"queued"}
    assert rung == [("submit", single.panel_id)]


def test_a_batch_that_is_refused_says_so_at_each_line(as_manager, manager, batch):
    words = text_of(as_manager.post(at(batch), {"decision": "refuse", "word": "No"}, follow=True))
    assert words.count(f"Not approved by {manager}: No") == 2


def test_the_overview_settles_orders_and_batches_in_place(as_manager, order, batch):
    page = as_manager.get("/").text
    assert page.count(">Approve ") >= 2
    for row in (order, batch):
        assert f'action="{at(row)}"' in page
    words = text_of(
        as_manager.post(at(order), {"decision": "refuse", "list": "1"}, follow=True, headers={"referer": "/"})
    )
    assert f"Order {order.pk} was not approved." in words
    assert f'id="need-orders-to-approve-{order.pk}"' not in as_manager.get("/").text


def test_nobody_else_is_told_to_approve(as_operator, order):
    assert "to-approve" not in as_operator.get("/").text


def test_the_list_has_a_common_filter_with_the_number_for_those_who_may_approve(as_manager, client, viewer, order):
    make_placed()
    preset = 'href="/orders/?stage=approval"'
    page = as_manager.get("/orders/").text
    link = page[page.index(preset) :].partition("</a>")[0]
    assert 'class="nav__count">1<' in link
    found = as_manager.get("/orders/?stage=approval")
    assert f'id="order-{order.pk}"' in found.text
    assert found.context["total"] == 1
    client.force_login(viewer)
    page = client.get("/orders/").text
    assert "nav__count" not in page[page.index(preset) :].partition("</a>")[0]


# -- before the click


def test_the_form_says_before_the_click_that_the_order_waits_and_why(client, alex, service, rung):
    client.force_login(alex)
    form = client.get(f"/orders/new/?service={service.pk}").context["form"]
    fields = {name: value for name, value in form.initial.items() if value is not None}
    typed = fields | {"link": "https://example.com/p/1", "quantity": "600"}
    check = client.post("/orders/new/check/", typed)
    words = text_of(check)
    assert "This order waits for approval. This costs 6.00 USD, above the limit of 5.00 USD an order." in words
    assert "Ask for approval" in words
    assert "waits for approval" not in text_of(client.post("/orders/new/check/", typed | {"quantity": "500"}))
    seen = check.context["form"].price
    words = text_of(client.post("/orders/new/", typed | {"seen": seen}, follow=True))
    order = Order.objects.get()
    assert order.state == "asked"
    assert f"Order {order.pk} waits for approval. Nothing is sent before a manager approves it." in words
    assert rung == []


def test_a_draft_says_before_the_click_that_its_orders_wait_and_why(client, alex, service, rung):
    client.force_login(alex)
    draft = make_batch(row_of(service, quantity=600), row_of(service, quantity=100))
    page = client.get(draft.get_absolute_url())
    words = text_of(page)
    assert "These orders wait for approval." in words
    assert "The largest order costs 6.00 USD, above the limit of 5.00 USD an order." in words
    assert "Ask for approval of 2 lines" in words
    data = {"fingerprint": page.context["fingerprint"]}
    words = text_of(client.post(f"{draft.get_absolute_url()}confirm/", data, follow=True))
    assert "waits for approval. Nothing is sent before a manager approves it." in words
    assert rung == []
