"""The records of the panel: orders, refills, money and the ledger."""

from decimal import Decimal
from itertools import pairwise

from tests.sandbox.conftest import LINK, LONG, refillable_order


def test_an_accepted_order_is_charged_and_stands_in_the_ledger(either):
    service = either.panel.pick()
    answer = either.add(service, quantity=service.min * 3)
    assert list(answer) == ["order"]
    assert type(answer["order"]) is int
    [entry] = either.panel.ledger
    assert (entry.order_id, entry.service, entry.request_number) == (str(answer["order"]), service.id, 1)
    assert entry.fields == {"link": LINK, "quantity": str(service.min * 3)}
    assert entry.charge == service.rate * service.min * 3 / 1000
    assert either.panel.balance == 500 - entry.charge


def test_ids_have_gaps_because_others_order_too(call):
    ids = [call.add(link=f"{LINK}{number}")["order"] for number in range(30)]
    gaps = [later - earlier for earlier, later in pairwise(ids)]
    assert all(1 <= gap <= 40 for gap in gaps)
    assert len(set(gaps)) > 5


def test_a_second_order_for_a_link_is_refused_while_the_first_is_active(either):
    first = either.add()
    refusal = {"error": "You have active order with this link. Please wait until order being completed."}
    assert either.add(link=LINK + "/") == refusal
    assert "order" in either.add(link=LINK + "2")
    either.panel.finish(first["order"], "Completed")
    assert "order" in either.add()
    assert len(either.panel.ledger) == 3


def test_an_order_that_the_balance_does_not_cover_is_refused(call):
    service = call.panel.pick()
    price = service.rate * service.min / 1000
    call.panel.set_balance(price - Decimal("0.000001"))
    assert call.add(service) == {"error": "Not enough funds on balance"}
    call.panel.set_balance(price)
    assert "order" in call.add(service)
    assert call("balance")["balance"] == "0"


def test_a_removed_service_takes_no_orders_and_a_changed_one_has_its_new_price(call):
    gone, dearer = list(call.panel.services.values())[:2]
    call.panel.remove_service(gone.id)
    call.panel.change_service(dearer.id, rate=Decimal("39.5"), min=10)
    assert call.add(gone) == {"error": "Incorrect service ID"}
    assert "order" in call.add(dearer, quantity=10)
    assert call.panel.ledger[0].charge == Decimal("0.395")
    rows = {row["service"]: row for row in call("services")}
    assert int(gone.id) not in rows
    assert rows[int(dearer.id)]["rate"] == "39.50"


def test_a_forced_end_refunds_and_can_be_changed_later(call):
    service = call.panel.pick()
    call.panel.change_service(service.id, rate=Decimal(2))
    order_id = call.add(service, quantity=1000)["order"]
    call.panel.finish(order_id, "Completed")
    assert call.panel.balance == 498
    call.panel.finish(order_id, "Partial", remains=250)
    assert call.panel.balance == Decimal("498.5")
    answer = call("status", order=order_id)
    assert (answer["status"], answer["remains"], answer["charge"]) == ("Partial", "250", "1.5")
    call.panel.finish(order_id, "Canceled")
    assert call.panel.balance == 500
    call.panel.skip(LONG)
    assert call.panel.balance == 500


def test_a_refill_is_only_for_orders_that_ended_well_with_a_service_that_has_it(either):
    refill_less = either.add(either.panel.pick(refill=False), link=LINK + "1")["order"]
    either.panel.finish(refill_less, "Completed")
    assert either("refill", order=refill_less) == {"error": "Refill not available"}
    running = either.add(either.panel.pick(refill=True))["order"]
    assert either("refill", order=running) == {"error": "Order not eligible for refill"}
    either.panel.finish(running, "Canceled")
    assert either("refill", order=running) == {"error": "Order not eligible for refill"}
    either.panel.finish(running, "Partial", remains=1)
    assert "refill" in either("refill", order=running)


def test_a_second_refill_waits_for_the_first(either):
    order_id = refillable_order(either)
    either("refill", order=order_id)
    assert either("refill", order=order_id) == {"error": "Refill already requested"}
    either.panel.skip(LONG)
    assert "refill" in either("refill", order=order_id)
