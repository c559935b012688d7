"""A spelling changes only the answers that it is about."""

import pytest

from panels.sandbox.spellings import SPELLINGS

ORDER = {"charge": "0.09", "start_count": None, "status": "In progress", "remains": "7", "currency": "USD"}
LOST = {"error": "Incorrect order ID"}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_spelling_says_in_a_sentence_what_it_is(name):
    assert SPELLINGS[name].says[0].isupper()
    assert SPELLINGS[name].says.endswith(".")


@pytest.mark.parametrize(
    ("name", "fields", "answer"),
    [
        ("id_alone", {"action": "add"}, {"error": "Incorrect link"}),
        ("id_alone", {"action": "status", "order": "5"}, ORDER),
        ("error_as_string", {"action": "balance"}, {"balance": "5", "currency": "USD"}),
        ("statuses_in_list", {"action": "status", "order": "5"}, ORDER),
        ("other_words", {"action": "status", "order": "5"}, {**ORDER, "status": "Sleeping"}),
        ("statuses_left_out", {"action": "status", "orders": "5,6"}, {"5": ORDER}),
        ("refill_by_order", {"action": "refill", "orders": "5,6"}, [{"order": 5, "refill": 1}]),
        ("cancels_with_ids", {"action": "cancel", "orders": "5"}, [{"order": 5, "cancel": LOST}]),
    ],
)
def test_other_answers_stay_as_they_are(name, fields, answer):
    assert SPELLINGS[name](answer, fields) == answer


@pytest.mark.parametrize(
    ("name", "fields", "answer", "written"),
    [
        ("id_in_camel_case", {"action": "add"}, {"order": 5}, {"orderId": 5}),
        ("id_alone", {"action": "add"}, {"order": 5}, 5),
        ("error_as_string", {"action": "add"}, {"error": "No"}, "No"),
        ("error_with_number", {"action": "add"}, {"error": "No"}, {"error": 113, "message": "No"}),
        (
            "statuses_with_bare_errors", {"action": "status", "orders": "5,6"}, {"5": ORDER, "6": LOST},
            {"5": ORDER, "6": "Incorrect order ID"},
        ),
        ("statuses_left_out", {"action": "status", "orders": "5,6"}, {"5": ORDER, "6": LOST}, {"5": ORDER}),
        (
            "start_counter", {"action": "status", "orders": "5,6"}, {"5": ORDER, "6": LOST},
            {"5": {**{key: ORDER[key] for key in ORDER if key != "start_count"}, "start_counter": None}, "6": LOST},
        ),
        ("refill_by_order", {"action": "refill", "order": "5"}, {"refill": "7"}, {"5": {"refill": "7"}}),
        (
            "refills_with_flat_errors", {"action": "refill", "orders": "5,6"},
            [{"order": 5, "refill": 7}, {"order": 6, "refill": LOST}],
            [{"order": 5, "refill": 7}, {"order": 6, **LOST}],
        ),
        (
            "cancels_with_ids", {"action": "cancel", "orders": "5"},
            [{"order": 5, "cancel": 1}], [{"order": 5, "cancel": 8812}],
        ),
        ("balance_with_sign", {"action": "balance"}, {"balance": "1234", "currency": "USD"}, {"balance": "$1,234.00"}),
    ],
)  # fmt: skip
def test_an_answer_is_written_in_the_other_spelling(name, fields, answer, written):
    assert SPELLINGS[name](answer, fields) == written


SAMPLES = [
    ({"action": "add"}, {"order": 5}),
    ({"action": "add"}, {"error": "No"}),
    ({"action": "status", "order": "5"}, ORDER),
    ({"action": "status", "orders": "5,6"}, {"5": ORDER, "6": LOST}),
    ({"action": "refill", "order": "5"}, {"refill": "7"}),
    ({"action": "refill", "orders": "5,6"}, [{"order": 5, "refill": 7}, {"order": 6, "refill": LOST}]),
    (
        {"action": "refill_status", "refills": "7,8"},
        [{"refill": 7, "status": "Pending"}, {"refill": 8, "status": LOST}],
    ),
    ({"action": "cancel", "orders": "5,6"}, [{"order": 5, "cancel": 1}, {"order": 6, "cancel": LOST}]),
    ({"action": "balance"}, {"balance": "1234.5", "currency": "USD"}),
]


@pytest.mark.parametrize("name", SPELLINGS)
def test_every_spelling_changes_the_answers_of_one_kind(name):
    changed = {fields["action"] for fields, answer in SAMPLES if repr(SPELLINGS[name](answer, fields)) != repr(answer)}
    assert len(changed) == 1
    assert changed == {SPELLINGS[name].action or "add"}
