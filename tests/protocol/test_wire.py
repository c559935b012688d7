"""Orders, refills, cancels and the balance in every shape of docs/protocol.md, 3, and any bytes."""

import dataclasses
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from panels.models import Order, Panel
from panels.protocol import wire
from panels.protocol.errors import NotSent, OutcomeUnknown, PanelError, Reason, Refused
from panels.protocol.redaction import Redaction
from panels.protocol.wire import (
    Answer,
    Balance,
    OrderStatus,
    Progress,
    RefillProgress,
    RefillStatus,
    read_added,
    read_balance,
    read_cancels,
    read_catalog,
    read_refill,
    read_refill_status,
    read_refill_statuses,
    read_refills,
    read_status,
    read_statuses,
)
from tests.factories import make_order
from tests.protocol.any_answers import BODIES, HTTP_STATUSES, IDS, SCALARS, STATUSES, dumped, is_storable
from tests.protocol.conftest import ANSWERS, MODESTLY, recorded, saying, told

SECRET = "s3cret-key-0123"

PARTIAL = OrderStatus(Progress.PARTIAL, "Partial", Decimal("0.27819"), "USD", 3572, 157)
RUNNING = OrderStatus(Progress.IN_PROGRESS, "In progress", Decimal("1.44219"), "USD", 234, 10)


def test_every_recorded_answer_is_read_by_a_test():
    sources = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [path.name for path in ANSWERS.iterdir() if f'"{path.name}"' not in sources] == []


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("status.json", PARTIAL),
        ("status_numbers.json", PARTIAL),
        ("status_extra_keys.json", PARTIAL),
        ("status_under_data.json", PARTIAL),
        ("status_reduced.json", OrderStatus(Progress.COMPLETED, "Completed", Decimal("2.5"), "", 168, -2)),
        ("status_nulls.json", OrderStatus(Progress.PENDING, "Pending", None, "", None, None)),
        ("status_remains_plus.json", dataclasses.replace(PARTIAL, remains=5)),
        ("status_remains_empty.json", dataclasses.replace(PARTIAL, remains=None)),
        ("status_remains_unknown.json", dataclasses.replace(PARTIAL, remains=None)),
        ("status_no_currency.json", dataclasses.replace(PARTIAL, currency="")),
        ("status_no_charge.json", dataclasses.replace(PARTIAL, charge=None)),
        ("status_start_counter.json", dataclasses.replace(PARTIAL, currency="")),
        ("status_drip_feed_parent.json", OrderStatus(Progress.IN_PROGRESS, "In progress", None, "", None, None)),
        ("status_subscription_parent.json", OrderStatus(Progress.IN_PROGRESS, "Active", None, "", None, None)),
        ("status_fail_is_no_error.json", OrderStatus(Progress.FAILED, "Fail", Decimal(0), "", None, 100)),
        ("status_unknown_word.json", dataclasses.replace(PARTIAL, progress=None, remote_status="Waiting for provider")),
        ("status_no_word.json", dataclasses.replace(PARTIAL, progress=None, remote_status="")),
        ("status_long_charge.json", dataclasses.replace(PARTIAL, charge=Decimal("0.123457"))),
        ("error_status_wordless.json", OrderStatus(Progress.FAILED, "error", None, "", None, None)),
    ],
)
def test_one_status_is_read_in_every_shape(name, status):
    assert read_status(recorded(name), "23501") == status
    assert read_statuses(recorded(name), ["23501"]) == {"23501": status}


def test_one_status_may_come_in_the_plural_form():
    assert read_status(recorded("statuses_dict_by_id.json"), "100") == RUNNING
    assert read_status(recorded("statuses_list.json"), "100") == RUNNING


def test_a_currency_stands_in_the_charge_where_there_is_no_other():
    assert read_status(saying({"charge": "₹5"}), "1").currency == "INR"
    assert read_status(saying({"charge": "₹5", "currency": "USD"}), "1").currency == "USD"


@pytest.mark.parametrize("name", ["statuses_dict_by_id.json", "statuses_list.json", "statuses_bare_string.json"])
def test_a_failing_id_is_a_refusal_of_its_own(name):
    with pytest.raises(Refused, match="Incorrect order ID") as refusal:
        read_status(recorded(name), "10")
    assert refusal.value.reason is Reason.NOT_FOUND


@pytest.mark.parametrize("name", ["statuses_others.json", "services_empty.json"])
def test_a_status_of_another_order_is_not_this_ones(name):
    assert read_statuses(recorded(name), ["23501"]) == {}
    with pytest.raises(OutcomeUnknown):
        read_status(recorded(name), "23501")
    with pytest.raises(OutcomeUnknown):
        read_status(saying({"order": 7, "status": "Completed"}), "23501")


@pytest.mark.parametrize("name", ["statuses_dict_by_id.json", "statuses_list.json"])
def test_many_statuses_are_told_by_id(name):
    assert told(read_statuses(recorded(name), ["1", "10", "100", "1000"])) == {
        "1": PARTIAL,
        "10": ("Incorrect order ID", Reason.NOT_FOUND),
        "100": RUNNING,
    }


def test_many_statuses_of_the_reduced_dialect_have_no_currency():
    statuses = read_statuses(recorded("statuses_dict_by_id_reduced.json"), ["123", "456", "789"])
    assert told(statuses) == {
        "123": dataclasses.replace(PARTIAL, currency=""),
        "456": ("Incorrect order ID", Reason.NOT_FOUND),
        "789": dataclasses.replace(RUNNING, currency=""),
    }


@pytest.mark.parametrize("name", ["statuses_left_out.json", "statuses_bare_string.json"])
def test_an_id_left_out_was_not_answered(name):
    assert read_statuses(recorded(name), ["1", "100"]) == {"1": PARTIAL}
    assert read_statuses(recorded("statuses_left_out.json"), ["1", "10"]) == {"1": PARTIAL}


def test_ids_are_compared_as_texts_and_with_their_case():
    assert set(read_statuses(saying({"aB1": {"status": "Partial"}, "ab1": {"status": "x"}}), ["aB1"])) == {"aB1"}
    assert read_statuses(saying({"AB1": {"status": "Partial"}}), ["aB1"]) == {}


def test_ids_that_nobody_asked_about_are_ignored():
    assert read_statuses(recorded("statuses_others.json"), ["1", "2"]) == {}


def test_one_error_for_all_says_that_the_plural_is_not_known():
    with pytest.raises(Refused, match="Incorrect request"):
        read_statuses(recorded("error_orders_ignored.json"), ["1", "2"])


def test_one_status_for_many_orders_is_nobodys():
    with pytest.raises(OutcomeUnknown, match="does not contain that id"):
        read_statuses(recorded("status.json"), ["1", "2"])


@pytest.mark.parametrize(
    ("name", "refill_id"),
    [
        ("refill.json", "1"),
        ("refill_number.json", "1"),
        ("refill_letters.json", "aB3"),
        ("refill_with_success.json", "7"),
        ("refill_success_without_id.json", ""),
    ],
)
def test_a_refill_is_accepted_with_or_without_an_id(name, refill_id):
    assert read_refill(recorded(name), "23501") == refill_id
    assert read_refills(recorded(name), ["23501"]) == {"23501": refill_id}


@pytest.mark.parametrize("value", [{"refill": 0}, {"refill": None}, {"refill": "-1"}, {}, {"foo": "bar"}, 5])
def test_a_refill_answer_that_says_nothing_is_unknown(value):
    with pytest.raises(OutcomeUnknown):
        read_refill(saying(value), "23501")


@pytest.mark.parametrize("value", [{"refill": {"error": "Refill not available"}}, {"refill": "Refill not available"}])
def test_a_refused_refill_keeps_the_panels_words(value):
    with pytest.raises(Refused, match="Refill not available") as refusal:
        read_refill(saying(value), "23501")
    assert refusal.value.reason is Reason.NOT_ELIGIBLE


@pytest.mark.parametrize("name", ["refills.json", "refills_dict_by_id.json"])
def test_many_refills_are_told_by_order(name):
    assert told(read_refills(recorded(name), ["1", "2", "3", "4"])) == {
        "1": "1",
        "2": "2",
        "3": ("Incorrect order ID", Reason.NOT_FOUND),
    }


def test_a_flat_error_among_refills_belongs_to_its_order():
    assert told(read_refills(recorded("refills_flat_error.json"), ["1", "3"])) == {
        "1": "1",
        "3": ("Refill not available", Reason.NOT_ELIGIBLE),
    }


def test_success_without_ids_accepts_all_refills():
    assert read_refills(recorded("refill_success_without_id.json"), ["1", "2"]) == {"1": "", "2": ""}


def test_one_refill_id_for_many_orders_is_nobodys():
    with pytest.raises(OutcomeUnknown):
        read_refills(recorded("refill.json"), ["1", "2"])


def test_one_refill_status_is_read():
    completed = RefillStatus(RefillProgress.COMPLETED, "Completed")
    assert read_refill_status(recorded("refill_status.json"), "1") == completed
    assert read_refill_statuses(recorded("refill_status.json"), ["1"]) == {"1": completed}
    assert read_refill_status(saying([{"refill": 1, "status": "Completed"}]), "1") == completed
    assert read_refill_status(saying({"status": "Mystery"}), "1") == RefillStatus(None, "Mystery")
    assert read_refill_status(recorded("error_status_wordless.json"), "1") == RefillStatus(
        RefillProgress.ERROR, "error"
    )


def test_a_refill_that_is_not_found_is_refused():
    with pytest.raises(Refused, match="Refill not found") as refusal:
        read_refill_status(recorded("refill_status_error.json"), "1")
    assert refusal.value.reason is Reason.NOT_FOUND


@pytest.mark.parametrize("value", [{}, {"status": None}, {"status": ""}, [], {"refill": 1}])
def test_a_refill_status_without_a_word_is_unknown(value):
    with pytest.raises(OutcomeUnknown):
        read_refill_status(saying(value), "1")


@pytest.mark.parametrize(
    ("name", "words"),
    [("refill_statuses.json", "Incorrect refill ID"), ("refill_statuses_dict_by_id.json", "Refill not found")],
)
def test_many_refill_statuses_are_told_by_refill(name, words):
    assert told(read_refill_statuses(recorded(name), ["1", "2", "3", "4"])) == {
        "1": RefillStatus(RefillProgress.COMPLETED, "Completed"),
        "2": RefillStatus(RefillProgress.REJECTED, "Rejected"),
        "3": (words, Reason.NOT_FOUND),
    }


def test_a_flat_error_among_refill_statuses_belongs_to_its_refill():
    assert told(read_refill_statuses(recorded("refill_statuses_flat_error.json"), ["1", "3"])) == {
        "1": RefillStatus(RefillProgress.COMPLETED, "Completed"),
        "3": ("Refill not found", Reason.NOT_FOUND),
    }


@pytest.mark.parametrize("name", ["cancels.json", "cancels_dict_by_id.json"])
def test_cancels_are_told_by_order(name):
    outcomes = read_cancels(recorded(name), ["9", "2", "5"])
    assert told(outcomes) == {"9": ("Incorrect order ID", Reason.NOT_FOUND), "2": None}


def test_cancels_may_be_bare_values_by_id():
    outcomes = read_cancels(recorded("cancels_dict_bare.json"), ["9", "2"])
    assert told(outcomes) == {"9": ("Order cannot be canceled", Reason.NOT_ELIGIBLE), "2": None}


@pytest.mark.parametrize("name", ["cancels_success.json", "cancels_ok.json"])
def test_one_success_accepts_all_cancels(name):
    assert read_cancels(recorded(name), ["9", "2"]) == {"9": None, "2": None}
    assert read_cancels(recorded(name), ["9"]) == {"9": None}


@pytest.mark.parametrize("value", [1, "1", True, "true", 31, "success"])
def test_a_cancel_is_accepted_by_a_yes_or_a_number(value):
    assert read_cancels(saying([{"order": 1, "cancel": value}]), ["1"]) == {"1": None}
    assert read_cancels(saying({"cancel": value}), ["1"]) == {"1": None}


@pytest.mark.parametrize("value", [0, False, "0", "Too late"])
def test_a_cancel_is_refused_by_a_no_or_words(value):
    (outcome,) = read_cancels(saying([{"order": 1, "cancel": value}]), ["1"]).values()
    assert isinstance(outcome, Refused)


@pytest.mark.parametrize("value", [[], {}, [{"order": 1, "cancel": None}], {"7": {"cancel": 1}}])
def test_a_cancel_that_was_not_answered_is_left_out(value):
    assert read_cancels(saying(value), ["1", "2"]) == {}


@pytest.mark.parametrize(
    ("name", "amount", "currency"),
    [
        ("balance.json", "100.84292", "USD"),
        ("balance_number.json", "100.84292", "USD"),
        ("balance_under_data.json", "100.84292", "USD"),
        ("balance_grouped.json", "1234.56", ""),
        ("balance_symbol.json", "1234.56", "INR"),
        ("balance_code.json", "12.50", "EUR"),
        ("balance_negative.json", "-3.20", "USD"),
    ],
)
def test_a_balance_is_read_in_every_shape(name, amount, currency):
    assert read_balance(recorded(name)) == Balance(Decimal(amount), currency)


@pytest.mark.parametrize("value", [{}, [], {"balance": None}, {"balance": "soon"}, {"balance": 10**15}, 5])
def test_an_answer_without_a_balance_is_unknown(value):
    with pytest.raises(OutcomeUnknown):
        read_balance(saying(value))


def test_one_refill_may_be_told_by_its_order():
    assert read_refill(saying({"23501": {"refill": 77}}), "23501") == "77"
    assert read_refill(saying({"23501": 77}), "23501") == "77"
    assert read_refill(saying({"data": {"23501": {"Refill_ID": 77}}}), "23501") == "77"
    assert read_refill(saying({"23501": {"refill": {"id": 77}}}), "23501") == "77"
    assert read_refill(saying({"23501": {"status": "success"}}), "23501") == ""
    assert read_refills(saying({"23501": {"refill": 77}}), ["23501"]) == {"23501": "77"}
    with pytest.raises(Refused, match="Refill not available"):
        read_refill(saying({"23501": {"error": "Refill not available"}}), "23501")
    with pytest.raises(OutcomeUnknown):
        read_refill(saying({"23502": {"refill": 77}}), "23501")
    with pytest.raises(OutcomeUnknown):
        read_refill(saying({"ab1": {"refill": 77}}), "aB1")


def test_one_refill_status_may_be_told_by_its_refill():
    completed = RefillStatus(RefillProgress.COMPLETED, "Completed")
    assert read_refill_status(saying({"77": {"status": "Completed"}}), "77") == completed
    assert read_refill_status(saying({"77": "Completed"}), "77") == completed
    with pytest.raises(OutcomeUnknown):
        read_refill_status(saying({"78": {"status": "Completed"}}), "77")


def test_a_refill_that_is_under_way_is_refused_in_the_panels_words():
    with pytest.raises(Refused, match="The refill task is not completed for this order"):
        read_refill(saying({"error": "The refill task is not completed for this order"}), "1")


@pytest.mark.parametrize(
    "value",
    [
        [{"order": 23501, "cancel": 8812}],
        [{"order": 23501, "cancel": "C-8812"}],
        {"23501": {"cancel": 8812}},
        {"23501": 8812},
        {"cancel": {"success": True}},
        {"cancel": {"success": "Your request was sent"}},
        {"cancel": {"id": 8812}},
        {"order": "23501", "cancel_id": 8812},
        [{"Order": 23501, "Cancel": {"Success": 1}}],
        {"cancel": {"status": "success"}},
    ],
)
def test_a_cancel_is_accepted_in_every_shape(value):
    assert read_cancels(saying(value), ["23501"]) == {"23501": None}


@pytest.mark.parametrize(
    "value", [{"cancel": {"success": False}}, {"cancel": {"error": "Too late"}}, {"23501": {"cancel": {"error": "No"}}}]
)
def test_a_cancel_with_an_object_may_be_refused(value):
    (outcome,) = read_cancels(saying(value), ["23501"]).values()
    assert isinstance(outcome, Refused)


@pytest.mark.parametrize(
    "value",
    [
        {"Status": "Partial", "Charge": "0.27819", "Start_Count": "3572", "Remains": "157", "Currency": "USD"},
        {"status": "Partial", "charge": "0.27819", "startCount": 3572, "remains": 157, "currency": "usd"},
        {"DATA": {"STATUS": "Partial", "CHARGE": "0.27819", "STARTCOUNT": 3572, "REMAINS": 157, "CURRENCY": "USD"}},
    ],
)
def test_a_status_is_read_in_every_spelling(value):
    assert read_status(saying(value), "23501") == PARTIAL


@pytest.mark.parametrize(
    ("value", "progress"),
    [
        ({"status": "In progress", "runs": "5", "orders": [1, 2]}, Progress.IN_PROGRESS),
        ({"status": "Active", "expiry": True, "posts": "3", "orders": []}, Progress.IN_PROGRESS),
        ({"Status": "Fail", "Charge": "0", "Message": "Link is private"}, Progress.FAILED),
        ({"status": "Success", "charge": "0.09", "remains": "0"}, Progress.COMPLETED),
        ({"status": "Canceled"}, Progress.CANCELED),
        ({"status": "Accepted"}, Progress.PROCESSING),
        ({"status": "Cancelling", "charge": "0.09"}, None),
        ({"status": "Refill", "charge": "0.09"}, None),
    ],
)
def test_parents_and_failed_orders_keep_their_status(value, progress):
    assert read_status(saying(value), "23501").progress is progress


def test_a_word_is_unknown_if_a_person_has_to_say_what_it_means():
    words = {"Refill": True, "Sleeping": True, "Cancelling": False, "Completed": False, "": False}
    for word, is_unknown in words.items():
        assert read_status(saying({"status": word, "charge": "1"}), "1").is_word_unknown is is_unknown


@pytest.mark.parametrize(
    "value",
    [
        {"status": "success"},
        {"status": "Success", "message": "Status"},
        {"status": "ok", "result": {"status": "Pending"}},
        {"result": {"charge": "0.09", "start_count": "12", "status": "Completed", "remains": "0"}},
    ],
)
def test_a_success_of_the_call_is_no_status_of_the_order(value):
    with pytest.raises(OutcomeUnknown):
        read_status(saying(value), "23501")


@pytest.mark.parametrize("value", [{"refill": SECRET}, {"refill": {"id": SECRET}}, SECRET])
def test_a_refill_whose_id_has_the_key_in_it_is_not_refused(value):
    answer = Answer(200, json.dumps(value).encode(), redaction=Redaction(SECRET))
    with pytest.raises(OutcomeUnknown):
        read_refill(answer, "23501")


@pytest.mark.parametrize(("field", "read"), [("refill", read_refills), ("cancel", read_cancels)])
def test_among_many_such_an_id_is_left_out(field, read):
    rows = [{"order": 1, field: SECRET}, {"order": 2, field: 5}]
    assert set(read(Answer(200, json.dumps(rows).encode(), redaction=Redaction(SECRET)), ["1", "2"])) == {"2"}


def test_ids_as_names_stay_although_the_key_is_in_them():
    answer = Answer(200, json.dumps({"12345678": {"status": "Completed 12345678"}}).encode())
    answer = replace(answer, redaction=Redaction("12345678"))
    assert read_statuses(answer, ["12345678"])["12345678"].remote_status == "Completed [key]"


def test_a_balance_that_is_shortened_is_not_read():
    for amount in ("1.5K", "$2M", "1.5K USD"):
        with pytest.raises(OutcomeUnknown):
            read_balance(saying({"balance": amount, "currency": "USD"}))
    assert read_balance(saying({"Balance": "1.50", "Currency": "usd"})) == Balance(Decimal("1.50"), "USD")


def test_an_error_may_stand_under_data():
    with pytest.raises(Refused, match="Invalid API key"):
        read_balance(saying({"status": "success", "data": {"error": "Invalid API key"}}))


READERS = {
    "catalog": read_catalog,
    "added": read_added,
    "status": lambda answer: read_status(answer, "1"),
    "statuses": lambda answer: read_statuses(answer, IDS),
    "refill": lambda answer: read_refill(answer, "1"),
    "refills": lambda answer: read_refills(answer, IDS),
    "refill status": lambda answer: read_refill_status(answer, "1"),
    "refill statuses": lambda answer: read_refill_statuses(answer, IDS),
    "cancels": lambda answer: read_cancels(answer, IDS),
    "cancel": lambda answer: read_cancels(answer, IDS[:1]),
    "balance": read_balance,
}


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=150, deadline=None)
@given(body=BODIES, http_status=HTTP_STATUSES, location=st.text(max_size=30))
@example(body=b"[" * 100_000, http_status=200, location="")
@example(body=b'{"error":' * 50_000, http_status=200, location="")
@example(body=b'{"order":' + b"9" * 5000 + b"}", http_status=200, location="")
@example(body=b'{"error":' + b'{"message":' * 900 + b'"x"' + b"}" * 901, http_status=200, location="")
@example(body=b'{"error":"&#' + b"9" * 5000 + b';"}', http_status=200, location="")
@example(body=b'{"1":{"status":"\\ud800\\u0000","charge":1e999999,"remains":NaN}}', http_status=200, location="")
def test_any_bytes_give_storable_values_or_our_own_errors(name, body, http_status, location):
    try:
        value = READERS[name](Answer(http_status, body, location=location))
    except (NotSent, OutcomeUnknown, Refused) as error:
        value = Refused(error.text or "\0")
    assert is_storable("remote_id", value)


def test_the_predicate_itself_can_fail():
    assert not is_storable("charge", Decimal("0.0000001"))
    assert not is_storable("amount", Decimal("NaN"))
    assert not is_storable("rate_per_1000", Decimal(10**10))
    assert not is_storable("amount", Decimal("1234567890.1234567"[:-1]))
    assert not is_storable("remains", 2**53)
    assert not is_storable("remote_status", "a\0")
    assert not is_storable("remote_status", "\ud800")
    assert not is_storable("currency", "x" * 9)


@MODESTLY
@given(body=STATUSES.map(dumped))
@example(body='{"status":"\\u0000\\ud800x","charge":"999999999.999999","remains":-9007199254740991,"currency":"ß🚀"}')
@example(body='{"status":"x","charge":-123456789012.123,"start_count":9007199254740991}')
def test_statuses_come_back_from_the_database_as_they_were_read(service, body):
    try:
        status = read_status(Answer(200, body.encode("utf-8", "surrogatepass")), "1")
    except PanelError:
        return
    values = {field.name: getattr(status, field.name) for field in dataclasses.fields(status)}
    # Only a person says this.
    assert values.pop("says_nothing") is False
    order = make_order(service)
    Order.objects.filter(pk=order.pk).update(**values | {"progress": status.progress or ""})
    order.refresh_from_db()
    assert {name: getattr(order, name) for name in values} == values | {"progress": status.progress or ""}
    order.delete()


@MODESTLY
@given(body=st.fixed_dictionaries({"balance": SCALARS, "currency": SCALARS}).map(dumped))
@example(body='{"balance":"999999999.999999"}')
def test_balances_come_back_from_the_database_as_they_were_read(service, body):
    try:
        balance = read_balance(Answer(200, body.encode("utf-8", "surrogatepass")))
    except PanelError:
        return
    Panel.objects.update(balance=balance.amount, reported_currency=balance.currency)
    panel = Panel.objects.get()
    assert Balance(panel.balance, panel.reported_currency) == balance


def test_every_public_name_says_which_section_it_follows():
    readers = [getattr(wire, name) for name in wire.__all__ if re.match(r"read_", name)]
    assert len(readers) == 11
    assert all("docs/protocol.md, " in reader.__doc__ for reader in readers)
