"""The beginning of an unreadable answer is one safe line without the key."""

from __future__ import annotations

import pytest

from panels.protocol.errors import Unreadable
from panels.protocol.excerpt import LENGTH, excerpt, redact

KEY = "s3cret+key/=="


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"", ""),
        (b"null", "null"),
        (b"  <html><style>p {}</style><script>track('a')</script><title>Wait</title>\n\n<p>a &amp; b", "Wait a & b"),
        (b"<script>never closed", ""),
        (b"Notice: x\x00\x1b[31m {broken", "Notice: x[31m {broken"),
        (b'{"status": "Tamamland\\u0131"}', '{"status": "Tamamlandı"}'),
        (b'{"a": "\\ud800"}', '{"a": ""}'),
        (b"\xff\xfe<\x00p\x00>\x00H\x00i\x00", "Hi"),
    ],
)
def test_what_is_shown_of_an_answer(body, shown):
    assert " ".join(excerpt(body, KEY).split()) == shown


def test_a_long_answer_is_cut():
    line = excerpt(b"x" * 100_000, KEY)
    assert len(line) == LENGTH
    assert line.endswith("x…")


@pytest.mark.parametrize(
    "text", [KEY, KEY.upper(), "s3cret%2Bkey%2F%3D%3D", "s3cret%2bkey%2f%3d%3d", KEY[:-1], KEY[:6]]
)
def test_no_form_and_no_beginning_of_the_key_is_left(text):
    assert redact(f"a {text} b", KEY) == "a [key] b"


SPELLED = "".join(f"\\u{ord(char):04X}" for char in KEY)
LONG_KEY = "0123456789abcdefABCDEF/+ghijk"


@pytest.mark.parametrize(
    "text",
    [
        SPELLED,
        SPELLED.replace("\\", "\\\\"),
        "".join(f"%{ord(char):02x}" for char in KEY),
        f"{KEY[:7]}\u200b{KEY[7:]}",
        f"{KEY[:7]}\n {KEY[7:]}",
        f"{KEY[:4]}\xad{KEY[4:].upper()}",
    ],
)
def test_no_escape_and_no_mark_inside_hides_the_key(text):
    assert redact(f"a={text}.", KEY) == "a=[key]."
    assert "3cret" not in excerpt(f'{{"a": "{text}'.encode(), KEY)


def test_no_long_part_of_the_key_is_left():
    for start in range(len(LONG_KEY) - 8):
        assert redact(f"…{LONG_KEY[start:]} x", LONG_KEY) == "…[key] x"
    assert redact("abc 012 345 of order 4567", LONG_KEY) == "abc 012 345 of order 4567"
    assert redact("any text", "") == "any text"


def test_the_trace_shows_the_answer_once():
    error = Unreadable("The panel's answer is only the text “Done” (HTTP 200).")
    error.excerpt = '"Done"'
    assert error.trace == error.text
    error.excerpt = "Just a moment"
    assert error.trace == f"{error.text} The answer begins: “Just a moment”"
