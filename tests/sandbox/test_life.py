"""How orders and refills move through their statuses, and how they end."""

from decimal import Decimal

from tests.processes import eventually
from tests.sandbox.conftest import LINK, LONG, refillable_order


def test_orders_move_through_their_statuses_and_remains_fall(call):
    order_id = call.add(quantity=1000)["order"]
    seen, remains = [], []
    for _ in range(150):
        answer = call("status", order=order_id)
        seen.append(answer["status"])
        remains.append(int(answer["remains"]))
        assert (answer["start_count"] is None) == (answer["status"] == "Pending")
        call.panel.skip(2)
    assert list(dict.fromkeys(seen)) == ["Pending", "Processing", "In progress", "Completed"]
    assert remains == sorted(remains, reverse=True)
    assert (remains[0], remains[-1]) == (1000, 0)
    assert 30 <= seen.index("Completed") * 2 <= 240


def test_orders_get_on_by_themselves_and_faster_with_speed(start):
    call = start(speed=2000.0)
    order_id = call.add()["order"]
    assert eventually(lambda: call("status", order=order_id)["status"] == "Completed")


def outcomes(call, count=150):
    for number in range(count):
        assert "order" in call.add(link=f"{LINK}{number}", quantity=500)
    call.panel.skip(LONG)
    ids = [entry.order_id for entry in call.panel.ledger]
    return {
        key: value
        for at in range(0, count, 50)
        for key, value in call("status", orders=",".join(ids[at : at + 50])).items()
    }


def test_most_orders_complete_some_end_partial_and_some_canceled(either):
    found = [answer["status"] for answer in outcomes(either).values()]
    assert set(found) == {"Completed", "Partial", "Canceled"}
    assert found.count("Completed") > 100


def test_what_was_not_delivered_is_paid_back_to_the_last_digit(either):
    before = either.panel.balance
    answers = outcomes(either)
    for entry in either.panel.ledger:
        answer = answers[entry.order_id]
        kept = Decimal(answer["charge"])
        if answer["status"] == "Canceled":
            assert (kept, answer["remains"]) == (0, "500")
        elif answer["status"] == "Partial":
            assert 0 < int(answer["remains"]) < 500
            assert abs(kept - entry.charge * (500 - int(answer["remains"])) / 500) < Decimal("0.000001")
        else:
            assert kept == entry.charge
    kept = sum(Decimal(answer["charge"]) for answer in answers.values())
    assert Decimal(either("balance")["balance"]) == before - kept


def test_remains_fall_below_zero_only_in_the_reduced_dialect(either):
    lowest = min(int(answer["remains"]) for answer in outcomes(either).values())
    assert (lowest < 0) == (either.panel.dialect == "000")


def test_what_becomes_of_orders_depends_on_the_seed_alone(start):
    first, same, other = (outcomes(start(seed=seed), 50) for seed in (1, 1, 2))
    assert first == same
    assert first != other


def test_the_charge_of_some_orders_reads_zero_at_first(call):
    for number in range(40):
        call.add(link=f"{LINK}{number}")
    ids = [entry.order_id for entry in call.panel.ledger]
    at_first = [answer["charge"] for answer in call("status", orders=",".join(ids)).values()]
    assert 0 < at_first.count("0") < 40
    call.panel.skip(4)
    assert "0" not in [answer["charge"] for answer in call("status", orders=",".join(ids)).values()]


def test_refills_get_on_and_complete_or_are_rejected(either):
    order_id = refillable_order(either)
    seen = set()
    for _ in range(20):
        refill_id = either("refill", order=order_id)["refill"]
        words = []
        for _ in range(26):
            words.append(either("refill_status", refill=refill_id)["status"])
            either.panel.skip(3)
        course = list(dict.fromkeys(words))
        assert course[:2] == ["Pending", "In progress"]
        seen.update(course[2:])
    assert seen == {"Completed", "Rejected"}


def test_a_cancel_under_way_pays_back_what_is_missing(call):
    service = call.panel.pick(cancel=True)
    order_id = call.add(service, quantity=1000)["order"]
    while call("status", order=order_id)["status"] != "In progress":
        call.panel.skip(1)
    call("cancel", orders=order_id)
    call.panel.skip(11)
    answer = call("status", order=order_id)
    remains = int(answer["remains"])
    assert answer["status"] == "Partial"
    assert 0 < remains < 1000
    assert Decimal(answer["charge"]) == service.rate * (1000 - remains) / 1000
    assert Decimal(call("balance")["balance"]) == 500 - Decimal(answer["charge"])
