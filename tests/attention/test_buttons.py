"""Each row that needs a person has its buttons, and a button in place leads back to the list."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from panels.attention.finding import find_attention
from panels.attention.needs import NEEDS
from panels.models import IdSearch, Order, Panel, Service
from tests.attention.test_needs import EXAMPLES
from tests.factories import make_order, make_panel, make_placed, make_refill, make_service, make_unknown, make_user
from tests.id_search.lost_orders import make_lost, make_neighbour

pytestmark = pytest.mark.django_db
HERE = {"HX-Request": "true", "Referer": "http://testserver/?all=1"}


def offers(user):
    return {offer.label: offer for finding in find_attention(user.has_perm, {}).findings for offer in finding.buttons}


def press(client, user, label):
    offer = offers(user)[label]
    response = client.post(offer.address, dict(offer.fields), headers=HERE)
    assert response.url == "http://testserver/?all=1"
    page = client.get("/?all=1", headers=HERE).text
    assert 'id="overview"' in page
    return page


@pytest.mark.parametrize("role", ["Viewer", "Operator", "Manager"])
@pytest.mark.parametrize("kind", [kind for kind in NEEDS if not kind.is_information], ids=lambda kind: kind.name)
def test_each_row_has_a_button_for_each_role_and_each_link_leads_to_a_page(kind, role, client):
    user = make_user(role)
    client.force_login(user)
    EXAMPLES[kind.name]()
    found = offers(user)
    if kind.subject.permission and not user.has_perm(kind.subject.permission):
        assert not found
        return
    assert found
    pages = [client.get(offer.address).status_code for offer in found.values() if offer.fields is None]
    assert pages == [200] * len(pages)
    row = client.get("/").text.split('<tr id="need-')[1].split("</tr>")[0]
    assert all(f">{label}<" in row for label in found)


@pytest.mark.parametrize(
    ("kind", "label", "words"),
    [
        ("trouble", "Show", "A manager can change the settings of this panel."),
        ("refusal", "Show", "A manager can decide this."),
        ("unknown", "Show", "A person with permission to place orders must decide."),
        ("alarm", "Show", "A person with permission to place orders must mark this as seen."),
        ("overcharged", "Show", "A person with permission to place orders must decide."),
        ("held", "Show", "A person with permission to place orders must decide."),
        ("word", "Show words", "A manager can decide this."),
        ("refill_word", "Show words", "A manager can decide this."),
    ],
)
def test_the_page_says_who_can_decide_to_a_person_who_may_not(kind, label, words, as_viewer, viewer):
    EXAMPLES[kind]()
    (offer,) = offers(viewer).values()
    assert (offer.label, offer.fields) == (label, None)
    assert words in " ".join(as_viewer.get(offer.address).text.split())


def test_a_link_to_look_is_only_for_a_kind_without_another_button(operator, manager):
    make_refill(
        make_placed(make_service(make_panel(balance_error="HTTP 500"))),
        is_word_unknown=True,
        next_check_at=timezone.now(),
    )
    assert list(offers(operator)) == ["Check now", "Show words"]
    assert list(offers(manager)) == ["Check now", "Open panel", "Say what it means"]


def test_the_page_of_an_order_with_an_unknown_status_leads_an_operator_to_who_can_decide(as_operator):
    order = make_placed(is_word_unknown=True, remote_status="Sleeping")
    text = " ".join(as_operator.get(order.get_absolute_url()).text.split())
    assert f'A manager can <a href="/panels/{order.panel_id}/words/">say what it means</a>.' in text


def test_an_order_on_hold_is_sent_at_its_new_price_and_its_row_disappears(as_operator, operator):
    service = make_service(rate_per_1000=Decimal("1.80"))
    order = make_order(service, held_reason="The price has risen.", rate_agreed=Decimal("0.90"))
    page = press(as_operator, operator, "Send for 1.80\u00a0USD")
    assert "need-orders" not in page
    assert "The order is queued on the present terms." in page
    order.refresh_from_db()
    assert (order.held_reason, order.rate_agreed) == ("", Decimal("1.80"))


@pytest.mark.parametrize(
    ("agreed", "words"),
    [
        ("0.90", "It costs 1.80 USD now. When it was ordered, 0.90 USD was agreed."),
        ("1.80", "It costs 1.80 USD, as agreed when it was ordered."),
        (None, "It costs 1.80 USD now. When it was ordered, no cost was agreed."),
    ],
)
def test_a_button_that_spends_money_says_what_is_paid_before_it_does(as_operator, operator, agreed, words):
    service = make_service(rate_per_1000=Decimal("1.80"))
    order = make_order(service, held_reason="Held.", expected_cost=agreed and Decimal(agreed))
    assert offers(operator)["Send for 1.80\u00a0USD"].question.replace("\u00a0", " ") == words
    page = as_operator.get("/").text.replace("\u00a0", " ")
    row = page[page.index(f'id="need-orders-{order.pk}"') :]
    assert words in row[row.index("<dialog") : row.index("</dialog>")]
    # The form is in the dialog alone.
    assert row[: row.index("</tr>")].count("<form") == 1


def test_a_cost_that_is_not_known_is_said_before_it_is_paid(operator):
    make_order(
        make_service(type="likes_spread", min_quantity=1),
        held_reason="Held.",
        link="",
        quantity=None,
        params={"username": "ann", "old_posts": "5", "min": "10", "max": "20", "delay": "30"},
    )
    assert offers(operator)["Send, cost not known"].question == "The cost is not known in advance."


@pytest.mark.parametrize(
    ("change", "label"),
    [
        ({"rate_per_1000": Decimal(9)}, "Send for 9.00\u00a0USD"),
        ({"charge_ratio": Decimal(3), "charges_compared": Service.ENOUGH_CHARGES}, "Send for 2.70\u00a0USD"),
        ({"refill": False}, "Send for 0.90\u00a0USD"),
    ],
)
def test_an_order_is_not_sent_on_other_terms_than_the_button_had(as_operator, operator, change, label):
    order = make_order(held_reason="The price has risen.")
    offer = offers(operator)["Send for 0.90\u00a0USD"]
    Service.objects.update(**change)
    as_operator.post(offer.address, dict(offer.fields), headers=HERE)
    order.refresh_from_db()
    assert order.held_reason
    page = as_operator.get("/", headers=HERE).text
    assert "The price or the terms have changed again. Nothing was sent." in page
    assert label in page


@pytest.mark.parametrize("change", [{"is_listed": False}, {"min_quantity": 5000}])
def test_an_order_that_its_service_takes_no_more_cannot_be_sent(operator, change):
    make_order(make_service(**change), held_reason="Gone.")
    assert list(offers(operator)) == ["Decide"]


def test_an_alarm_is_marked_as_seen(as_operator, operator):
    order = make_placed(alarm="A second order may be at the panel.")
    assert "need-orders" not in press(as_operator, operator, "Mark as seen")
    order.refresh_from_db()
    assert order.alarm == ""


def test_the_search_for_an_unknown_order_shows_in_its_row(as_operator, operator):
    order = make_unknown(sent_at=timezone.now())
    IdSearch.objects.create(order=order, attempt=order.attempt, requested_at=timezone.now())
    page = as_operator.get("/").text
    assert "The ID is being searched for…" in page
    assert "Search for the ID" not in offers(operator)
    IdSearch.objects.update(requested_at=None)
    assert "The search for the ID has ended." in as_operator.get("/").text


def test_the_request_of_a_search_is_said_on_the_list_and_replaces_the_message_before(as_operator, operator):
    lost = make_lost()
    make_neighbour(lost, "1000", -60)
    make_neighbour(lost, "1100", 60)
    make_placed(alarm="A second order may be at the panel.")
    assert "Marked as seen." in press(as_operator, operator, "Mark as seen")
    page = press(as_operator, operator, "Search for the ID")
    assert f"The ID of order {lost.pk} is being searched for." in page
    assert 'id="messages"' in page
    assert "Marked as seen." not in page


def test_a_paused_panel_is_resumed_and_a_failing_one_checked(as_manager, manager):
    panel = make_panel(paused_reason="by_hand")
    assert f"need-panels-{panel.pk}" not in press(as_manager, manager, "Resume")
    Panel.objects.update(balance_error="HTTP 500", balance_requested_at=None)
    assert "Resume" not in offers(manager)
    page = press(as_manager, manager, "Check now")
    assert "Being checked" in page
    assert f"The balance of {panel} is being checked." in page
    assert "Check now" not in offers(manager)


def test_charges_are_marked_as_seen(as_operator, operator):
    make_service(overcharged_at=timezone.now(), overcharged_orders=3)
    assert "need-services" not in press(as_operator, operator, "Mark as seen")


def test_a_viewer_has_no_button_that_changes_something(viewer):
    for name, make in EXAMPLES.items():
        if name != "refused":
            make()
    assert all(offer.fields is None for offer in offers(viewer).values())


def test_the_buttons_of_many_orders_take_no_further_queries(as_operator, django_assert_max_num_queries):
    for _ in range(3):
        make_order(held_reason="The price has risen.")
    with django_assert_max_num_queries(60) as few:
        as_operator.get(reverse("overview"))
    for _ in range(5):
        make_order(held_reason="The price has risen.")
    with django_assert_max_num_queries(len(few)):
        as_operator.get(reverse("overview"))
    assert Order.objects.count() == 8
