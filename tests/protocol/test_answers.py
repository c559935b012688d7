"""Errors that an answer reports as a whole, in every form of docs/protocol.md, 3."""

import pytest

from panels.protocol.errors import NotSent, OutcomeUnknown, Reason, Refused
from panels.protocol.wire import (
    Answer,
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
from tests.protocol.conftest import recorded, saying

READERS = [
    read_catalog,
    read_added,
    lambda answer: read_status(answer, "23501"),
    lambda answer: read_statuses(answer, ["23501", "23502"]),
    lambda answer: read_refill(answer, "23501"),
    lambda answer: read_refills(answer, ["23501", "23502"]),
    lambda answer: read_refill_status(answer, "23501"),
    lambda answer: read_refill_statuses(answer, ["23501", "23502"]),
    lambda answer: read_cancels(answer, ["23501", "23502"]),
    read_balance,
]
ERRORS = {
    "error.json": ("Not enough funds on balance", Reason.FUNDS),
    "error_with_code.json": ("Incorrect order ID", Reason.NOT_FOUND),
    "error_status_message.json": ("Invalid API key", Reason.AUTH),
    "error_fail_message.json": ("Order not found", Reason.NOT_FOUND),
    "error_success_false.json": ("Quantity less than minimal 100", Reason.VALIDATION),
    "error_success_false_wordless.json": ("The panel refused without giving a reason.", Reason.UNKNOWN),
    "error_list.json": ("Bad link; Incorrect quantity", Reason.VALIDATION),
    "error_fields.json": ("link: The link is wrong; quantity: Too low; Not a number", Reason.VALIDATION),
    "error_object.json": ("Too many requests", Reason.RATE_LIMIT),
    "error_unknown_words.json": ("Es ist ein Fehler aufgetreten", Reason.UNKNOWN),
    "error_alone_in_list.json": ("API key is required", Reason.AUTH),
    "error_orders_ignored.json": ("Incorrect request", Reason.VALIDATION),
}


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("http_status", [200, 400, 422])
@pytest.mark.parametrize(("name", "words", "reason"), [(name, *told) for name, told in ERRORS.items()])
def test_every_form_of_error_is_a_refusal_in_the_panels_words(read, http_status, name, words, reason):
    with pytest.raises(Refused) as refusal:
        read(recorded(name, http_status, retry_after=7.0))
    assert (refusal.value.text, refusal.value.reason, refusal.value.retry_after) == (words, reason, 7.0)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("name", ["error.json", "error_list.json", "error_object.json"])
def test_an_error_of_a_known_class_is_a_refusal_at_5xx_too(read, name):
    with pytest.raises(Refused) as refusal:
        read(recorded(name, 503))
    assert refusal.value.reason is ERRORS[name][1]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("http_status", [400, 404, 500])
def test_a_bare_message_is_an_error_only_beside_a_failing_http_status(read, http_status):
    with pytest.raises((Refused, OutcomeUnknown)) as failure:
        read(recorded("error_message_only.json", http_status))
    assert "The given data was invalid" in failure.value.text


@pytest.mark.parametrize("read", READERS)
def test_words_are_cleaned_and_bounded(read):
    with pytest.raises(Refused, match=r"^Not enough funds & more x+$") as refusal:
        read(recorded("error_marked_up.json"))
    assert len(refusal.value.text) == 500


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("body", [b"", b"<html></html>", b'{"error": "Incorrect link"}', b"null", b'{"balance": "5"}'])
def test_http_429_means_that_nothing_happened(read, body):
    with pytest.raises(NotSent) as failure:
        read(Answer(429, body, retry_after=30.0))
    assert failure.value.is_rate_limit
    assert failure.value.retry_after == 30.0


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "name", ["empty.txt", "maintenance.html", "null.json", "cut_short.txt", "error_message_only.json"]
)
@pytest.mark.parametrize(("http_status", "reason"), [(401, Reason.AUTH), (402, Reason.FUNDS)])
def test_http_401_and_402_are_refusals_whatever_the_body(read, name, http_status, reason):
    with pytest.raises(Refused) as refusal:
        read(recorded(name, http_status))
    assert refusal.value.reason is reason


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("http_status", [200, 403, 404, 408, 500, 502, 503, 522])
@pytest.mark.parametrize(
    "name", ["empty.txt", "blank.txt", "null.json", "challenge.html", "maintenance.html", "cut_short.txt"]
)
def test_what_cannot_be_read_is_an_unknown_outcome(read, http_status, name):
    with pytest.raises(OutcomeUnknown, match=rf"\((?:HTTP )?{http_status}\)"):
        read(recorded(name, http_status))


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("name", ["empty.txt", "challenge.html", "cut_short.txt"])
def test_nothing_readable_at_404_leads_to_the_api_address(read, name):
    with pytest.raises(OutcomeUnknown) as failure:
        read(recorded(name, 404))
    assert failure.value.text == "Nothing found at this address (404). Check the API address."
    with pytest.raises(OutcomeUnknown) as failure:
        read(recorded("challenge.html", 503))
    assert failure.value.text == "The panel answered with a web page instead of JSON (HTTP 503)."


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://www.panel.example/api/v2?key=s3cret#s3cret", "to www.panel.example/api/v2 (HTTP 301)"),
        ("http://user:s3cret@panel.example:8080/login", "to panel.example:8080/login (HTTP 301)"),
        ("/login?key=s3cret", "to /login (HTTP 301)"),
        ("http://[s3cret", "to an address that cannot be read"),
        ("", "to an address that cannot be read"),
    ],
)
def test_a_redirect_names_host_and_path_and_keeps_the_key(read, location, shown):
    with pytest.raises(OutcomeUnknown) as failure:
        read(Answer(301, b'{"balance": "5", "status": "Completed"}', location=location))
    assert shown in failure.value.text
    assert "s3cret" not in failure.value.text


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("http_status", [200, 400, 500])
def test_an_answer_that_is_only_a_text_is_an_error(read, http_status):
    with pytest.raises(Refused) as refusal:
        read(saying("Not enough funds on balance", http_status))
    assert (refusal.value.text, refusal.value.reason) == ("Not enough funds on balance", Reason.FUNDS)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("text", ["", "  ", "success", "Completed", "ERR42", "Your request was accepted"])
def test_a_text_that_may_be_something_else_than_an_error_is_an_unknown_outcome(read, text):
    with pytest.raises(OutcomeUnknown):
        read(saying(text))


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("key", ["Error", "ERROR", "errors", "Errors"])
def test_errors_are_found_in_every_spelling_of_their_fields(read, key):
    with pytest.raises(Refused, match="Bad link"):
        read(saying({key: "Bad link"}))
    with pytest.raises(Refused, match="Bad link"):
        read(saying({"Status": "Fail", "errorMessage": "Bad link"}))
