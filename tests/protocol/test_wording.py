"""The tables of docs/protocol.md, 4, word by word."""

import pytest

from panels.protocol.errors import Reason
from panels.protocol.wording import Progress, RefillProgress, order_progress, reason_for, refill_progress

ORDER_WORDS = {
    Progress.PENDING: "pending, queued, awaiting, held",
    Progress.PROCESSING: "processing, approved",
    Progress.IN_PROGRESS: "in progress, inprogress, progress, running, active, In-Progress, IN_PROGRESS",
    Progress.COMPLETED: "completed, complete, Completed",
    Progress.PARTIAL: "partial, partially completed, partial complete, Partially_Completed",
    Progress.CANCELED: "canceled, cancelled, cancel, order cancelled",
    Progress.REFUNDED: "refunded, refund",
    Progress.FAILED: "fail, failed, error, rejected",
    Progress.PAUSED: "paused",
    Progress.EXPIRED: "expired, limit",
}
REFUSALS = {
    Reason.AUTH: (
        "Invalid API key",
        "Incorrect API key",
        "API key is incorrect",
        "API key is required",
        "Your account is inactive",
        "Account is suspended",
        "API access disabled",
        "IP not allowed",
        "Your IP 10.0.0.1 is not allowed",
        "Unauthorized",
        "Invalid key",
    ),
    Reason.RATE_LIMIT: ("Too many requests", "Rate limit exceeded"),
    Reason.DUPLICATE: (
        "neworder.error.link_duplicate",
        "You have active order with this link. Please wait until order being completed.",
        "Active order already exists",
        "An identical order was just placed",
    ),
    Reason.FUNDS: (
        "Not enough funds",
        "Not enough funds on balance",
        "neworder.error.not_enough_funds",
        "Insufficient balance",
    ),
    Reason.NOT_ELIGIBLE: (
        "Order not eligible for refill",
        "Refill not available",
        "Refill already requested",
        "Refill period has expired",
        "Cannot cancel",
        "Order can't be canceled",
        "Cancel already requested",
        "Ordering is disabled",
    ),
    Reason.NOT_FOUND: (
        "Incorrect order ID",
        "Order not found",
        "Incorrect service ID",
        "Service is inactive or not found",
        "Refill not found",
        "Incorrect refill ID",
    ),
    Reason.VALIDATION: (
        "neworder.error.min_quantity",
        "Quantity less than minimal 100",
        "Quantity more than maximum 5000",
        "Bad link",
        "Incorrect link",
        "Incorrect quantity",
        "Incorrect comments",
        "Incorrect runs",
        "Incorrect interval",
        "You must fill in the required fields",
        "Incorrect request",
    ),
    Reason.UNKNOWN: (
        "Something else",
        "Es ist ein Fehler aufgetreten",
        "Your balance will be updated soon",
        "",
    ),
}


@pytest.mark.parametrize(
    ("word", "progress"), [(word, ours) for ours, words in ORDER_WORDS.items() for word in words.split(", ")]
)
def test_order_words_mean_what_the_table_says(word, progress):
    assert order_progress(word) is progress
    assert order_progress(f" {word.upper()} ") is progress


@pytest.mark.parametrize("word", ["", "success", "waiting", "1", "not completed"])
def test_any_other_order_word_is_not_guessed(word):
    assert order_progress(word) is None


@pytest.mark.parametrize("progress", RefillProgress)
def test_every_refill_word_is_known(progress):
    assert refill_progress(progress.value) is progress
    assert refill_progress(progress.value.replace("_", " ").title()) is progress


def test_any_other_refill_word_is_not_guessed():
    assert refill_progress("refilling") is None


@pytest.mark.parametrize(("text", "reason"), [(text, reason) for reason, texts in REFUSALS.items() for text in texts])
def test_refusals_are_sorted_as_the_table_says(text, reason):
    assert reason_for(text) is reason
    assert reason_for(f"Error: {text.upper().replace(' ', '_')}!") is reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Incorrect keywords", Reason.VALIDATION),
        ("Invalid API key: insufficient balance", Reason.AUTH),
        ("Insufficient balance: quantity more than maximum", Reason.FUNDS),
        ("Refill not available: order not found", Reason.NOT_ELIGIBLE),
        ("The link is wrong; quantity: too low", Reason.UNKNOWN),
        ("Instagram account is suspended", Reason.UNKNOWN),
    ],
)
def test_the_first_class_that_fits_wins(text, reason):
    assert reason_for(text) is reason


@pytest.mark.parametrize(
    ("http_status", "reason"),
    [(401, Reason.AUTH), (429, Reason.RATE_LIMIT), (402, Reason.FUNDS), (500, Reason.UNKNOWN)],
)
def test_the_http_status_speaks_where_the_words_do_not(http_status, reason):
    assert reason_for("no", http_status) is reason


def test_words_of_an_earlier_class_outrank_the_http_status():
    assert reason_for("Invalid API key", 402) is Reason.AUTH
