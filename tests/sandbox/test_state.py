"""The records of the panel: orders, refills, money and the ledger."""

import time
from decimal import Decimal
from itertools import pairwise

from panels.sandbox.life import SandboxOrder, SandboxRefill
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


def test_the_past_is_known_and_new_orders_go_on_after_it(either):
    panel = either.panel
    service, at = panel.pick(refill=True), time.time() - 90_000
    old = SandboxOrder("30000", service.id, {"link": LINK}, 500, Decimal(2), at, 0, at + 60, at + 600, is_settled=True)
    panel.remember([old], [SandboxRefill("70", "30000", at + 700, at + 800, "Completed")])
    assert panel.balance == 500
    assert either("status", order="30000")["status"] == "Completed"
    assert either("refill_status", refill="70")["status"] == "Completed"
    assert 30_000 < either.add()["order"] <= 30_040
    assert int(either("refill", order="30000")["refill"]) > 70


def test_an_order_of_the_past_that_has_not_ended_goes_on(either):
    service, now = either.panel.pick(), time.time()
    old = SandboxOrder("30000", service.id, {"link": LINK}, 500, Decimal(2), now - 600, 0, now - 300, now + 300)
    either.panel.remember([old])
    assert either("status", order="30000")["status"] == "In progress"
    assert "active order" in either.add(service)["error"]
    either.panel.skip(LONG)
    assert either("status", order="30000")["status"] == "Completed"


def test_the_remains_of_a_resold_order_fall_in_steps(either):
    now = time.time()
    order = SandboxOrder("30000", "1", {}, 500, Decimal(2), now, 0, now, now + 100, steps=5)
    assert [order.remains(now + seconds) for seconds in (10, 25, 39, 41, 99, 100)] == [500, 400, 400, 300, 100, 0]


def test_changed_and_removed_services_are_kept_for_the_next_run(start, tmp_path):
    file = tmp_path / "panel.jsonl"
    first = start(state_file=file)
    changed, removed = list(first.panel.services)[:2]
    first.panel.change_service(changed, rate="39.5", name="Other name")
    first.panel.remove_service(removed)
    first.panel.stop()
    again = start(state_file=file).panel.services
    assert (again[changed].rate, again[changed].name) == (Decimal("39.5"), "Other name")
    assert removed not in again
    assert len(again) == len(first.panel.services)
