"""The seven actions in both dialects, over real HTTP: the shapes of the answers."""

from decimal import Decimal

from tests.sandbox.conftest import refillable_order


def test_service_rows_have_the_shape_of_the_dialect(either):
    rows = either("services")
    common = ["service", "name", "type", "category", "rate", "min", "max", "refill"]
    more = [] if either.panel.dialect == "000" else ["cancel", "dripfeed", "desc", "average_time"]
    assert all(list(row) == common + more for row in rows)
    kinds = {name: {type(row[name]) for row in rows} for name in rows[0]}
    assert kinds["service"] == {int}
    assert kinds["refill"] == {bool}
    assert all(kinds[name] == {str} for name in ("name", "type", "category", "rate", "min", "max"))


def test_rates_are_written_as_in_each_document(start):
    for dialect, written in (("000", ["2.5", "8", "0.027"]), ("003", ["2.50", "8", "0.027"])):
        call = start(dialect)
        ids = list(call.panel.services)[:3]
        for service_id, rate in zip(ids, ("2.5", "8.00", "0.027"), strict=True):
            call.panel.change_service(service_id, rate=rate)
        assert [row["rate"] for row in call("services")][:3] == written


def test_a_wrong_key_and_a_missing_action_are_told(either):
    assert either("services", key="wrong") == {"error": "Invalid API key"}
    assert either("") == {"error": "Incorrect request"}
    assert either("orders") == {"error": "Incorrect request"}
    assert either("status") == {"error": "Incorrect request"}


def test_the_balance_is_a_text_without_needless_zeros(start):
    assert start(balance=Decimal("100.84292"))("balance") == {"balance": "100.84292", "currency": "USD"}
    assert start(balance=Decimal("500.00"), currency="INR")("balance") == {"balance": "500", "currency": "INR"}


def test_a_status_has_the_shape_of_the_dialect(either):
    order_id = either.add()["order"]
    currency = [] if either.panel.dialect == "000" else ["currency"]
    fresh = either("status", order=order_id)
    assert list(fresh) == ["charge", "start_count", "status", "remains", *currency]
    assert (fresh["status"], fresh["start_count"], fresh["remains"]) == ("Pending", None, str(either.panel.pick().min))
    either.panel.finish(order_id, "Completed")
    done = either("status", order=order_id)
    assert all(type(value) is str for value in done.values())
    assert done["status"] == "Completed"
    assert Decimal(done["charge"]) == either.panel.ledger[0].charge


def test_many_statuses_come_by_id_and_fail_one_by_one(either):
    order_id = str(either.add()["order"])
    answer = either("status", orders=f"{order_id}, 7,abc")
    assert list(answer) == [order_id, "7", "abc"]
    assert answer[order_id]["status"] == "Pending"
    assert answer["7"] == answer["abc"] == {"error": "Incorrect order ID"}
    assert either("status", order="7") == {"error": "Incorrect order ID"}


def test_at_most_a_hundred_ids_are_answered(either):
    assert len(either("status", orders=",".join(map(str, range(100))))) == 100
    assert either("status", orders=",".join(map(str, range(101)))) == {"error": "Incorrect request"}


def test_a_refill_is_a_text_alone_and_a_number_among_many(either):
    one, two = refillable_order(either), refillable_order(either)
    single = either("refill", order=one)
    assert list(single) == ["refill"]
    assert type(single["refill"]) is str
    many = either("refill", orders=f"{two},7,x")
    assert many[0] == {"order": int(two), "refill": many[0]["refill"]}
    assert type(many[0]["refill"]) is int
    assert many[1] == {"order": 7, "refill": {"error": "Incorrect order ID"}}
    assert many[2] == {"order": "x", "refill": {"error": "Incorrect order ID"}}


def test_refill_statuses_come_as_rows_and_fail_in_the_words_of_the_dialect(either):
    refill_id = either("refill", order=refillable_order(either))["refill"]
    words = "Incorrect refill ID" if either.panel.dialect == "000" else "Refill not found"
    assert either("refill_status", refills=f"{refill_id},999") == [
        {"refill": int(refill_id), "status": "Pending"},
        {"refill": 999, "status": {"error": words}},
    ]
    assert either("refill_status", refill="999") == {"error": words}


def test_a_cancel_is_accepted_first_and_shown_by_the_status_later(call):
    service = call.panel.pick(cancel=True)
    order_id = call.add(service)["order"]
    assert call("cancel", orders=f"{order_id},9") == [
        {"order": order_id, "cancel": 1},
        {"order": 9, "cancel": {"error": "Incorrect order ID"}},
    ]
    assert call("status", order=order_id)["status"] == "Pending"
    assert call("cancel", orders=order_id) == [{"order": order_id, "cancel": {"error": "Cancel already requested"}}]
    call.panel.skip(11)
    answer = call("status", order=order_id)
    assert (answer["status"], answer["charge"], answer["remains"]) == ("Canceled", "0", str(service.min))
    assert call("balance")["balance"] == "500"


def test_a_cancel_is_refused_where_it_makes_no_sense(call):
    lasting = call.add(call.panel.pick(cancel=False))["order"]
    finished = call.add(call.panel.pick(cancel=True))["order"]
    call.panel.finish(finished, "Completed")
    refusal = {"error": "Cannot cancel this order"}
    answer = call("cancel", orders=f"{lasting},{finished}")
    assert [row["cancel"] for row in answer] == [refusal, refusal]
    assert call("cancel", order=lasting) == {"error": "Incorrect request"}


def test_the_reduced_dialect_knows_no_cancel(start):
    call = start("000")
    order_id = call.add()["order"]
    assert call("cancel", orders=order_id) == {"error": "Incorrect request"}
