"""The words for statuses in docs/protocol.md, 4, and what the HTTP status adds to the words of a refusal."""

import pytest

from panels.protocol.errors import Reason
from panels.protocol.wording import (
    Progress,
    RefillProgress,
    fold_text,
    keeps_progress,
    order_progress,
    reason_for,
    refill_progress,
    says_missing,
    says_success,
)

ORDER_WORDS = {
    Progress.PENDING: "pending, queued, awaiting, held, waiting, new, queue, In queue, creating",
    Progress.PROCESSING: "processing, approved, accepted",
    Progress.IN_PROGRESS: "in progress, inprogress, progress, running, active, started, In-Progress, IN_PROGRESS",
    Progress.COMPLETED: "completed, complete, Completed, success, successful, done, finished, delivered",
    Progress.PARTIAL: "partial, partially completed, partial complete, Partially_Completed",
    Progress.CANCELED: "canceled, cancelled, cancel, order cancelled",
    Progress.REFUNDED: "refunded, refund",
    Progress.FAILED: "fail, failed, error, rejected",
    Progress.PAUSED: "paused, on hold, On-Hold, suspended, stopped",
    Progress.EXPIRED: "expired, limit",
}


@pytest.mark.parametrize(
    ("word", "progress"), [(word, ours) for ours, words in ORDER_WORDS.items() for word in words.split(", ")]
)
def test_order_words_mean_what_the_table_says(word, progress):
    assert order_progress(word) is progress
    assert order_progress(f" {word.upper()} ") is progress


@pytest.mark.parametrize("word", ["", "refill", "cancelling", "1", "not completed", "successor", "newer"])
def test_any_other_order_word_is_not_guessed(word):
    assert order_progress(word) is None


def test_a_word_that_says_nothing_about_the_progress_is_known_as_such():
    assert all(map(keeps_progress, ("cancelling", "Canceling", " CANCELLING ")))
    assert not any(map(keeps_progress, ("canceled", "refill", "", "pending")))


def test_a_success_is_found_unless_it_is_negated():
    assert all(
        map(says_success, ("Refill requested successfully", "OK", "Успешно", "Başarıyla tamamlandı", "Con éxito"))
    )
    assert not any(map(says_success, ("Not accepted", "Unsuccessful", "Failed", "Successfully failed", "Bad link", "")))


@pytest.mark.parametrize("progress", RefillProgress)
def test_every_refill_word_is_known(progress):
    assert refill_progress(progress.value) is progress
    assert refill_progress(progress.value.replace("_", " ").title()) is progress


def test_any_other_refill_word_is_not_guessed():
    assert refill_progress("refilling") is None


@pytest.mark.parametrize(
    ("http_status", "reason"),
    [(401, Reason.AUTH), (429, Reason.RATE_LIMIT), (402, Reason.FUNDS), (500, Reason.UNKNOWN)],
)
def test_the_http_status_speaks_where_the_words_do_not(http_status, reason):
    assert reason_for("no", http_status) is reason


def test_words_of_an_earlier_class_outrank_the_http_status():
    assert reason_for("Invalid API key", 402) is Reason.AUTH


def test_texts_are_compared_without_case_and_accents_and_with_their_sentences_apart():
    assert fold_text("Clé_API: NON valide, réessayez!") == "cle api . non valide . reessayez ."
    assert fold_text("YETERSİZ BAKİYE") == fold_text("yetersiz bakıye") == "yetersiz bakiye"
    assert fold_text("Ещё Приём") == "еще прием"
    assert fold_text("إنشاء") == "إنشاء"


@pytest.mark.parametrize("text", ["Bad link", "Not enough funds", "Incorrect service ID", "Service is not active", ""])
def test_other_refusals_are_not_about_a_missing_field(text):
    assert not says_missing(text)
    assert says_missing(f"{text}; missing quantity")
