"""The error that a JSON value reports: codes beside sentences, bare texts, and values that are no error."""

import pytest

from panels.protocol.errors import Reason
from panels.protocol.refusal_shapes import all_words, find_bare_refusal, find_refusal


@pytest.mark.parametrize("no_error", [None, "", False, 0, [], {}, " ", "false", "null"])
def test_an_empty_error_is_none(no_error):
    assert find_refusal({"error": no_error, "errors": no_error, "status": "Completed"}) is None


@pytest.mark.parametrize(
    "key", ["charge", "remains", "start_count", "start_counter", "Charge", "startCount", "REMAINS"]
)
def test_a_failed_order_is_no_failed_call(key):
    assert find_refusal({"status": "Fail", "message": "Link is private", key: None}) is None
    assert find_refusal({"Status": "Fail", "Message": "Link is private", key: None}) is None
    assert find_refusal({"status": "Fail", "message": "Link is private"}).text == "Link is private"


def test_deeply_nested_words_come_to_an_end():
    nested = "words"
    for _ in range(50_000):
        nested = {"message": [nested]}
    assert find_refusal({"error": nested}).text == "The panel refused without giving a reason."
    # Unpacked step by step, because a recursive deallocation is not part of this test.
    while isinstance(nested, dict):
        nested = nested.pop("message").pop()


def test_a_message_alone_is_no_error():
    assert find_refusal({"message": "The given data was invalid."}) is None
    assert find_refusal({"message": "The given data was invalid."}, 400).text == "The given data was invalid."


@pytest.mark.parametrize(
    "code",
    [113, "113", "1", 1, "Forbidden", "MAINTENANCE_MODE", "neworder.error.unknown", "Bad Request", "error", True],
)
@pytest.mark.parametrize("key", ["message", "msg", "Message", "errorMessage"])
def test_a_code_does_not_hide_the_sentence_beside_it(code, key):
    refusal = find_refusal({"error": code, key: "You have reached the end of the page"})
    assert refusal.text == "You have reached the end of the page"


@pytest.mark.parametrize(
    ("value", "text", "reason"),
    [
        ({"error": "113", "message": "You have insufficient balance"}, "You have insufficient balance", Reason.FUNDS),
        ({"error": "MAINTENANCE_MODE", "message": "Please wait"}, "Please wait", Reason.EVERYBODY),
        ({"error": "INSUFFICIENT_FUNDS", "msg": "Oops, try again"}, "Oops, try again", Reason.FUNDS),
        ({"error": {"code": "INVALID_LINK", "message": "Oops, no"}}, "Oops, no", Reason.VALIDATION),
        ({"error": "Order failed", "message": "Bad link"}, "Order failed; Bad link", Reason.VALIDATION),
        ({"error": "Bad link", "message": "Bad link"}, "Bad link", Reason.VALIDATION),
        ({"error": "Incorrect order ID", "message": "error"}, "Incorrect order ID", Reason.NOT_FOUND),
        ({"error": "Forbidden"}, "Forbidden", Reason.UNKNOWN),
        ({"error": 113}, "113", Reason.UNKNOWN),
        ({"error": 1, "message": "Denied"}, "Denied", Reason.UNKNOWN),
        ({"error": True}, "The panel refused without giving a reason.", Reason.UNKNOWN),
    ],
)
def test_the_sentence_is_shown_and_the_class_follows_from_code_and_sentence(value, text, reason):
    refusal = find_refusal(value)
    assert (refusal.text, refusal.reason) == (text, reason)


@pytest.mark.parametrize(
    "text", ["Bad link", "Forbidden", "Something went wrong", "Maintenance", "Request not accepted"]
)
def test_a_bare_text_is_an_error(text):
    assert find_bare_refusal(text).text == text


@pytest.mark.parametrize(
    "text", ["", "113", "aB3xZ9", "success", "Completed", "In progress", "Refill was requested", "Pedido: exito", "7-8"]
)
def test_a_bare_text_that_may_be_an_id_or_a_success_is_none(text):
    assert find_bare_refusal(text) is None


def test_a_bare_text_with_a_hidden_key_may_be_an_id_only_as_one_word():
    assert find_bare_refusal("[key]") is find_bare_refusal("ab[key]") is None
    assert find_bare_refusal("Invalid key [key]").reason is Reason.AUTH


def test_all_words_are_found_wherever_they_stand():
    value = {"a": [{"b": "one"}, "two"], "c": {"d": {"e": "three"}}, "f": 4, "g": None}
    assert all_words(value) == "one. two. three"
    assert all_words(None) == all_words(5) == ""
    assert len(all_words(["x" * 5000])) == 2000


FUNDS = "Not enough funds on balance"


@pytest.mark.parametrize(
    "value",
    [
        *({"error": 113, key: FUNDS} for key in ("description", "text", "info", "details", "Error_Text")),
        *({"error": FUNDS, key: "Ask support"} for key in ("description", "text")),
        *({key: "error", "message": FUNDS} for key in ("result", "Response", "status")),
        *({"status": status, "message": FUNDS} for status in (400, "402", 503, "Failed")),
        {"status": "error", "data": FUNDS},
        {"error_code": 113, "error_msg": FUNDS},
        {"errorCode": "E-113", "errorMessage": FUNDS},
        {"error_code": "INSUFFICIENT_FUNDS", "msg": "Oops"},
    ],
)
def test_an_error_is_found_by_its_code_or_its_outcome_and_read_with_its_sentence(value):
    refusal = find_refusal(value)
    assert refusal.reason is Reason.FUNDS
    assert refusal.text.partition(";")[0] in (FUNDS, "Oops")


@pytest.mark.parametrize(
    "value",
    [
        {"status": 200, "message": "Done"},
        {"status": "4000", "message": "Done"},
        {"result": "success", "message": "Done"},
        {"status": "success", "data": "Empty Data"},
        {"error_code": 0, "message": "Something"},
        {"error_code": "00", "message": "Success"},
        {"error_code": "00", "status": "Completed", "charge": "1", "message": "x"},
        {"status": "0", "description": "A service that is off"},
        {"result": "error"},
        {"result": 0, "message": "OK"},
        {"result": 450, "message": "Done"},
    ],
)
def test_a_success_and_an_error_without_words_are_no_error(value):
    assert find_refusal(value) is None


@pytest.mark.parametrize(
    "value",
    [
        {"error_code": "00", "message": "Your order is being processed"},
        {"error_code": "no_error", "message": "We will deliver soon"},
        {"errorCode": 1, "message": "en attente de traitement"},
        {"result": 0, "message": "Hata"},
        {"response": "499", "msg": "Thank you for your order"},
        {"status": 500, "message": "Internal Server Error"},
    ],
)
def test_an_error_that_only_a_number_tells_is_not_certain(value):
    refusal = find_refusal(value)
    assert (refusal.reason, refusal.is_certain) == (Reason.UNKNOWN, False)
    assert find_refusal({"status": "error", "message": refusal.text}).is_certain


def test_at_an_http_status_of_an_error_every_sentence_is_one():
    assert find_refusal({"description": "No"}) is None
    assert find_refusal({"description": "No"}, 400).text == "No"
    assert find_refusal({"data": "No"}, 500).text == "No"
    assert find_refusal({"text": "queued", "status": "ok"}, 400) is None
