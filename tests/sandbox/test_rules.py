"""The fields and the price of an order, compared with the dashboard's own table of types."""

import pytest

from panels.protocol.order_types import Offer, check, fold_type, outgoing
from panels.sandbox.rules import TYPES
from tests.sandbox.conftest import EXAMPLES, LINK, LONG


@pytest.mark.parametrize("name", sorted(TYPES))
@pytest.mark.parametrize("always_send_quantity", [False, True])
def test_the_panel_charges_for_every_type_what_the_dashboard_expects(either, always_send_quantity, name):
    call = either
    lines = len(EXAMPLES.get(TYPES[name].counted, "").splitlines())
    service = next(s for s in call.panel.services.values() if s.type == name and (not lines or s.min <= lines <= s.max))
    values = {**EXAMPLES, "quantity": str(service.min * 3), "min": str(service.min), "max": str(service.max)}
    given = {field: values[field] for field in TYPES[name].needs}
    if name == "Web Traffic":
        given["google_keyword"] = "shoes"
    slug = fold_type(name)
    checked = check(Offer(slug, service.rate, service.min, service.max), given)
    assert not checked.errors
    answer = call(
        "add", service=service.id, **outgoing(slug, checked.values, always_send_quantity=always_send_quantity)
    )
    assert "order" in answer
    [entry] = call.panel.ledger
    assert entry.charge == (0 if name == "Subscriptions" else checked.cost)


def test_drip_feed_is_charged_for_every_run(call):
    service = call.panel.pick(dripfeed=True)
    call.add(service, quantity=service.min, runs=4, interval=10)
    assert call.panel.ledger[0].charge == service.rate * service.min * 4 / 1000


def test_every_line_is_billed_even_a_blank_one(call):
    service = call.panel.pick("Custom Comments")
    call("add", service=service.id, link=LINK, comments="a\n" * 9)
    assert call.panel.ledger[0].charge == service.rate * 10 / 1000


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"service": "999999"}, "Incorrect service ID"),
        ({"service": ""}, "Incorrect service ID"),
        ({"link": " "}, "Bad link"),
        ({"quantity": ""}, "Incorrect quantity"),
        ({"quantity": "-5"}, "Incorrect quantity"),
        ({"quantity": "0"}, "Incorrect quantity"),
        ({"quantity": "49"}, "Quantity less than minimal 50"),
        ({"quantity": "1001"}, "Quantity more than maximum 1000"),
        ({"runs": "", "interval": ""}, "Incorrect runs"),
        ({"runs": "2"}, "Incorrect interval"),
    ],
)
def test_a_bad_order_is_refused_and_costs_nothing(call, wrong, words):
    service = call.panel.pick(dripfeed=True)
    call.panel.change_service(service.id, min=50, max=1000)
    fields = {"service": service.id, "link": LINK, "quantity": "100", **wrong}
    assert call("add", **fields) == {"error": words}
    assert call.panel.ledger == []
    assert call.panel.balance == 500


def test_a_missing_field_of_the_type_is_refused(call):
    service = call.panel.pick("Web Traffic")
    fields = {name: EXAMPLES[name] for name in ("country", "device", "type_of_traffic")}
    assert call.add(service, **fields) == {"error": "You must fill in the required fields"}
    assert "order" in call.add(service, **fields, google_keyword="shoes")
    assert call("add", service=call.panel.pick("Custom Comments").id, link=LINK) == {"error": "Incorrect comments"}


def test_drip_feed_is_refused_where_the_service_has_none(call):
    refusal = {"error": "Drip-feed is not available for this service"}
    assert call.add(call.panel.pick(dripfeed=False), runs=2, interval=5) == refusal


def test_a_subscription_runs_out_without_a_charge(call):
    service = call.panel.pick("Subscriptions")
    order_id = call("add", service=service.id, username="me", min=service.min, max=service.min, delay=0)["order"]
    call.panel.skip(LONG)
    answer = call("status", order=order_id)
    assert (answer["status"], answer["charge"], answer["remains"]) == ("Completed", "0", "0")
    assert call("add", service=service.id, username="me", min=service.min + 1, max=service.min, delay=0) == {
        "error": "Incorrect quantity"
    }


def test_a_service_may_be_changed_to_a_type_of_no_product(call):
    service = call.panel.pick()
    call.panel.change_service(service.id, type="Likes spread")
    spread = {"service": service.id, "username": "ann", "min": str(service.min), "max": str(service.max), "delay": "0"}
    assert call("add", **spread) == {"error": "You must fill in the required fields"}
    assert "order" in call("add", **spread, old_posts="5")
    call.panel.change_service(service.id, type="Story Magic")
    assert call("add", service=service.id, link=LINK) == {"error": "Incorrect quantity"}
    assert "order" in call("add", service=service.id, link=LINK, quantity=str(service.min), start_at="12:00")
