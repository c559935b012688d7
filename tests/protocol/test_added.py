"""The answer to an `add`: an id, a refusal, or an unknown outcome (docs/protocol.md, 3 and 5)."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panels.protocol.added import read_added
from panels.protocol.answers import Answer
from panels.protocol.errors import IdHidden, NotSent, OutcomeUnknown, Reason, Refused
from panels.protocol.redaction import Redaction
from tests.protocol.any_answers import HTTP_STATUSES
from tests.protocol.conftest import recorded, saying

SECRET = "s3cret-key-0123"
ADMISSION = "placed at provider but saving failed, contact support"


@pytest.mark.parametrize(
    ("name", "remote_id"),
    [
        ("added.json", "23501"),
        ("added_text_id.json", "23501"),
        ("added_letters.json", "aB3xZ9"),
        ("added_order_id.json", "23501"),
        ("added_id.json", "23501"),
        ("added_under_data.json", "23501"),
        ("added_with_status.json", "23501"),
        ("added_null_error.json", "23501"),
        ("added_decimal_id.json", "23501"),
        ("byte_order_mark.json", "23501"),
        ("utf16.json", "23501"),
        ("notices_before.txt", "23501"),
        ("notices_plain.txt", "23501"),
        ("notices_after.txt", "23501"),
    ],
)
@pytest.mark.parametrize("http_status", [200, 201, 400, 500])
def test_an_order_id_is_found_in_every_shape_at_any_http_status(name, remote_id, http_status):
    assert read_added(recorded(name, http_status)) == remote_id


@pytest.mark.parametrize(
    "shape",
    [
        *({key: 23501} for key in ("orderId", "OrderID", "Order", "ORDER", "Order_Id", "order-id", "Id", "ID")),
        {"status": "success", "Data": {"orderID": "23501"}},
        {"result": {"order": 23501}},
        {"order": {"id": 23501, "status": "Pending"}},
        [{"Order": 23501}],
        {"order": 23501, "charge": "0.5", "created_at": "2026-01-01", "remaining_balance": "9.5"},
        {"Order": None, "order": 23501},
    ],
)
def test_an_order_id_is_found_in_every_spelling(shape):
    assert read_added(saying(shape)) == "23501"


@pytest.mark.parametrize("http_status", [200, 201])
@pytest.mark.parametrize("body", [b"23501", b'"23501"', b" 23501\r\n", b"\xef\xbb\xbf23501", b"99", b"600", b"2"])
def test_a_bare_whole_number_is_an_order_id(body, http_status):
    assert read_added(Answer(http_status, body)) == body.decode("utf-8-sig").strip().strip('"')


@pytest.mark.parametrize(
    "body",
    [
        *(b"0", b"1", b"-5", b"200", b"404", b"113", b"500", b"599", b"true", b"23501.5", b"[23501]", b'"1"', b'"404"'),
        *(b'"aB3xZ9"', b"23501<br />", b"23501 ok", b"9" * 65, b'"00"', rb'"\u0662\u0663\u0665"', b"1e5"),
    ],
)
def test_a_bare_number_that_may_be_something_else_leaves_the_outcome_unknown(body):
    with pytest.raises(OutcomeUnknown):
        read_added(Answer(200, body))


@pytest.mark.parametrize("http_status", [202, 204, 302, 400, 403, 500])
def test_a_bare_number_at_another_http_status_leaves_the_outcome_unknown(http_status):
    with pytest.raises(OutcomeUnknown):
        read_added(Answer(http_status, b"23501"))


def test_a_bare_text_is_an_error_unless_it_may_be_an_id_or_admits_the_order():
    with pytest.raises(Refused) as refusal:
        read_added(saying("Not enough funds on balance"))
    assert refusal.value.reason is Reason.FUNDS
    for text in (ADMISSION, "Order placed successfully", "success", "A-77", "", "Your order was accepted"):
        with pytest.raises(OutcomeUnknown):
            read_added(saying(text))


@pytest.mark.parametrize("word", ["success", "created", "Pending", "OK", "failed"])
def test_a_word_in_the_place_of_the_id_is_no_id(word):
    with pytest.raises(OutcomeUnknown):
        read_added(saying({"order": word}))


@pytest.mark.parametrize("http_status", [200, 302, 401, 402, 429, 500])
def test_an_order_with_an_id_exists_whatever_else_is_said(http_status):
    assert read_added(recorded("added_with_error.json", http_status)) == "23501"


@pytest.mark.parametrize("http_status", [200, 401, 403, 429, 500])
@pytest.mark.parametrize(
    "shape",
    [
        *({key: f"x{SECRET}1"} for key in ("order", "order_id", "id")),
        {"data": {"order": SECRET.upper()}, "error": "Not enough funds"},
        {"order": {"id": SECRET}},
        {"id": SECRET},
        {"error": "Not enough funds", "id": f"x{SECRET}1"},
        SECRET,
    ],
)
def test_an_id_with_the_key_in_it_is_neither_kept_nor_refused(shape, http_status):
    answer = Answer(http_status, json.dumps(shape).encode(), redaction=Redaction(SECRET))
    with pytest.raises(IdHidden) as caught:
        read_added(answer)
    assert SECRET not in caught.value.text.lower()


def test_an_id_that_is_only_a_number_is_kept_although_it_is_the_key():
    answer = Answer(200, b'{"order": 1234567890}', redaction=Redaction("1234567890"))
    assert read_added(answer) == "1234567890"


def test_an_id_is_read_beside_a_character_reference_without_end():
    body = b'{"order":1234,"x":"&#%s;"}' % (b"9" * 5000)
    assert read_added(Answer(200, body, redaction=Redaction(SECRET))) == "1234"


@pytest.mark.parametrize("more", [{}, {"id": SECRET}])
def test_a_refusal_that_repeats_the_key_is_a_refusal(more):
    said = {"error": f"Invalid API key {SECRET}"} | more
    answer = Answer(200, json.dumps(said).encode(), redaction=Redaction(SECRET))
    with pytest.raises(Refused) as refusal:
        read_added(answer)
    assert (refusal.value.text, refusal.value.reason) == ("Invalid API key [key]", Reason.AUTH)


@pytest.mark.parametrize("http_status", [200, 302, 403, 404, 500, 503])
@pytest.mark.parametrize("body", [b'{"order": 5', b'{"error": "Not enough funds"}', b"[[[[[", b"<html>"])
def test_an_answer_that_is_too_large_leaves_the_outcome_unknown(body, http_status):
    words = {302: "redirects", 404: "Nothing found"}.get(http_status, "too large")
    with pytest.raises(OutcomeUnknown, match=words):
        read_added(Answer(http_status, body, excess="The answer is too large."))


def test_a_status_that_tells_the_outcome_by_itself_tells_it_with_an_answer_that_is_too_large():
    def error_at(http_status):
        with pytest.raises((NotSent, Refused)) as caught:
            read_added(Answer(http_status, b"<html>", retry_after=7, excess="The answer is too large."))
        return caught.value

    assert (error_at(429).is_rate_limit, error_at(429).retry_after) == (True, 7)
    assert [error_at(http_status).reason for http_status in (401, 402)] == [Reason.AUTH, Reason.FUNDS]


def test_a_bare_id_beside_an_error_may_be_the_orders_so_it_is_not_refused():
    for words in ("Bad link", "Not enough funds", "Ein Fehler"):
        with pytest.raises(OutcomeUnknown, match=words):
            read_added(saying({"error": words, "id": 5}))


@pytest.mark.parametrize("no_id", [0, -1, None, "", False, True, "0", "-1", "x" * 65, "a\0", [], {}, 1.5])
def test_what_is_no_id_leaves_the_outcome_unknown(no_id):
    with pytest.raises(OutcomeUnknown):
        read_added(saying({"order": no_id}))


@pytest.mark.parametrize(
    "name", ["added_no_id.json", "empty.txt", "null.json", "challenge.html", "cut_short_behind_notice.txt"]
)
@pytest.mark.parametrize("http_status", [200, 500])
def test_an_add_without_an_id_or_an_error_is_unknown(name, http_status):
    with pytest.raises(OutcomeUnknown):
        read_added(recorded(name, http_status))


@pytest.mark.parametrize("http_status", [408, 500, 503])
def test_an_add_that_made_the_server_stumble_is_unknown(http_status):
    with pytest.raises(OutcomeUnknown, match="Es ist ein Fehler aufgetreten"):
        read_added(recorded("error_unknown_words.json", http_status))
    with pytest.raises(Refused):
        read_added(recorded("error.json", http_status))


def test_a_wordless_status_error_leaves_an_add_unknown():
    with pytest.raises(OutcomeUnknown):
        read_added(recorded("error_status_wordless.json"))


def test_a_refusal_keeps_words_that_are_no_utf_8():
    with pytest.raises(Refused, match="Lien cass\ufffd"):
        read_added(recorded("not_utf8.json"))


@pytest.mark.parametrize("http_status", [200, 400, 401, 402, 403, 404, 422, 429, 500])
@pytest.mark.parametrize(
    "shape",
    [
        {"error": ADMISSION},
        {"error": 113, "message": ADMISSION},
        {"status": "error", "msg": ADMISSION},
        {"success": False, "data": {"message": ADMISSION}},
        {"errors": [{"message": "Invalid API key"}, {"message": ADMISSION}]},
        ADMISSION,
    ],
)
def test_an_error_that_admits_the_order_is_never_a_refusal(shape, http_status):
    with pytest.raises(OutcomeUnknown, match=ADMISSION):
        read_added(saying(shape, http_status))


@pytest.mark.parametrize(
    "words", ["Your order was created", "Not enough funds. The order was created", "Gateway timeout"]
)
def test_an_error_that_leaves_doubt_is_an_unknown_outcome(words):
    with pytest.raises(OutcomeUnknown):
        read_added(saying({"error": words}))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("An identical order was just placed", Reason.DUPLICATE),
        ("The order could not be placed, contact support", Reason.UNKNOWN),
        ("Not enough funds, the order was not saved", Reason.FUNDS),
        ("Bad link, saving failed", Reason.VALIDATION),
    ],
)
def test_an_error_that_only_sounds_like_it_is_a_refusal(words, reason):
    with pytest.raises(Refused) as refusal:
        read_added(saying({"error": words}))
    assert refusal.value.reason is reason


@pytest.mark.parametrize("http_status", [403, 404, 405, 415])
@pytest.mark.parametrize("words", ["Method Not Allowed", "Forbidden", "Bu panel kendi sitesinden çalışır"])
def test_http_statuses_that_refuse_everything_are_about_everybody(words, http_status):
    with pytest.raises(Refused, match=words) as refusal:
        read_added(saying({"error": words}, http_status))
    assert refusal.value.reason is Reason.EVERYBODY
    with pytest.raises(Refused) as refusal:
        read_added(saying({"error": words}, 400))
    assert refusal.value.reason is Reason.UNKNOWN


@pytest.mark.parametrize("http_status", [403, 404, 405, 415])
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Service not found", Reason.NOT_FOUND),
        ("Incorrect link", Reason.VALIDATION),
        ("Active order already exists", Reason.DUPLICATE),
        ("Invalid API key", Reason.AUTH),
        ("Not enough funds", Reason.FUNDS),
    ],
)
def test_words_that_are_known_outrank_these_http_statuses(words, reason, http_status):
    with pytest.raises(Refused) as refusal:
        read_added(saying({"error": words}, http_status))
    assert refusal.value.reason is reason


@pytest.mark.parametrize("http_status", [403, 404, 405, 415])
def test_a_page_that_cannot_be_read_is_unknown_at_these_http_statuses_too(http_status):
    with pytest.raises(OutcomeUnknown):
        read_added(recorded("challenge.html", http_status))


@pytest.mark.parametrize("http_status", [200, 400, 403])
@pytest.mark.parametrize("words", ["Ordering is disabled", "MAINTENANCE_MODE", "Технические работы"])
def test_known_words_about_everybody_are_a_refusal_of_everybody(words, http_status):
    with pytest.raises(Refused) as refusal:
        read_added(saying({"error": words}, http_status))
    assert refusal.value.reason is Reason.EVERYBODY


def test_a_gateway_that_says_unavailable_may_stand_before_a_panel_that_has_the_order():
    for http_status in (408, 500, 502, 503, 504):
        with pytest.raises(OutcomeUnknown):
            read_added(saying({"error": "Service temporarily unavailable"}, http_status))
    with pytest.raises(OutcomeUnknown):
        read_added(saying({"error": "Down for maintenance"}, 500))
    with pytest.raises(Refused) as refusal:
        read_added(saying({"error": "Down for maintenance"}, 503))
    assert refusal.value.reason is Reason.EVERYBODY


def test_an_add_that_was_sent_back_unread_did_not_happen():
    with pytest.raises(NotSent):
        read_added(saying({"error": "Slow down"}, 429))


@pytest.mark.parametrize(("words", "http_status"), [("Incorrect link", 200), ("Olmaz", 403), (ADMISSION, 400)])
def test_the_chain_of_causes_ends_because_the_key_is_removed_from_all_of_it(words, http_status):
    with pytest.raises((Refused, OutcomeUnknown)) as caught:
        read_added(saying({"error": words}, http_status))
    chain, error = [], caught.value
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    assert error is None


NOT_ORDERS = st.dictionaries(
    st.sampled_from(["error", "Message", "status", "success", "code", "charge", "created_at", "balance", "service"]),
    st.integers(-5, 10**6) | st.sampled_from(["23501", "Order was created", "no", "Bad link"]),
    min_size=1,
)


@given(value=NOT_ORDERS, http_status=HTTP_STATUSES)
@settings(max_examples=300, deadline=None)
def test_no_other_field_is_taken_for_the_id(value, http_status):
    with pytest.raises((NotSent, OutcomeUnknown, Refused)):
        read_added(saying(value, http_status))


FAILING = [500, "502", 503, 504, 408]
PHRASES = ["Internal Server Error", "Bad gateway", "Service Unavailable", "Gateway Timeout", "Hata"]


@pytest.mark.parametrize("words", PHRASES)
@pytest.mark.parametrize("status", FAILING)
@pytest.mark.parametrize(
    "shape",
    [
        lambda status, words: {"status": status, "message": words},
        lambda status, words: {"result": status, "msg": words},
        lambda status, words: {"statusCode": status, "error": words},
        lambda status, words: {"status": "error", "code": status, "message": words},
        lambda status, words: {"error": status, "message": words},
        lambda status, words: {"error": {"code": status, "message": words}},
        lambda status, words: [{"error": {"status": str(status), "message": words}}],
    ],
)
def test_a_server_that_says_itself_that_it_failed_leaves_the_outcome_unknown(shape, status, words):
    with pytest.raises(OutcomeUnknown, match=words):
        read_added(saying(shape(status, words)))


@pytest.mark.parametrize("http_status", [500, 502, 503])
def test_the_phrase_of_an_http_status_is_about_the_server_and_not_about_a_service(http_status):
    with pytest.raises(OutcomeUnknown):
        read_added(saying({"error": "Service Unavailable"}, http_status))
    with pytest.raises(Refused):
        read_added(saying({"error": "Service unavailable"}))
    for words in PHRASES[:2]:
        with pytest.raises(OutcomeUnknown):
            read_added(saying({"error": words}))


@pytest.mark.parametrize("words", ["Incorrect link", "Min quantity 100", "Active order already exists"])
def test_words_about_the_order_are_a_refusal_whatever_status_stands_beside_them(words):
    for status in (400, *FAILING):
        with pytest.raises(Refused, match=words):
            read_added(saying({"status": status, "message": words}))


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 400, "message": "order placed, awaiting its id"},
        {"error_code": "OK", "message": "Your order is in the queue"},
        {"error_code": 1, "message": "Pending"},
        {"result": 0, "message": "1234567"},
        {"response": 450, "message": "queued"},
        {"status": "failed", "data": "connection reset by provider"},
        {"error": "cURL error 52: Empty reply from server"},
        {"status": 400, "message": "x", "id": 123},
        {"status": "500", "message": "x", "data": {"id": 123}},
    ],
)
def test_a_number_beside_words_that_nobody_knows_neither_places_nor_refuses_an_order(answer):
    with pytest.raises(OutcomeUnknown):
        read_added(saying(answer))
