"""A hostile answer has the shape of a right one, with harmful contents."""

from __future__ import annotations

import pytest

from panels.sandbox.hostile import HOSTILE, HUGE, MARKUP, forms_of

KEY = "0123456789abcdef"
STATUS = {"key": KEY, "action": "status", "order": "5"}
ORDER = {"charge": "0.09", "start_count": 7, "status": "In progress", "is_new": True, "posts": ["A", None]}


@pytest.mark.parametrize(
    ("name", "fields", "answer", "written"),
    [
        ("repeats_key", STATUS, {"error": "No"}, {"error": f"No {' '.join(forms_of(KEY))}"}),
        ("harmful_texts", STATUS, ORDER, {**ORDER, "status": f"In progress {MARKUP}", "posts": [f"A {MARKUP}", None]}),
        ("huge_numbers", STATUS, ORDER, {**ORDER, "charge": str(HUGE), "start_count": HUGE}),
        ("key_in_names", STATUS, ORDER, {KEY: ORDER, "errors": {f"near {KEY}": ["No."]}}),
        ("key_as_id", {**STATUS, "action": "add"}, {"order": 5}, {"order": KEY}),
        ("key_as_id", STATUS, ORDER, ORDER),
        ("key_as_refill_id", {**STATUS, "action": "refill"}, {"refill": 5}, {"refill": KEY}),
    ],
)
def test_it_changes_the_contents_and_not_the_shape(name, fields, answer, written):
    assert HOSTILE[name](answer, fields) == written


def test_the_key_is_written_in_six_forms():
    assert len(set(forms_of(KEY))) == 6
    assert forms_of(KEY)[0] == KEY
