"""The beginning of an unreadable answer is one safe line without the key."""

from __future__ import annotations

import pytest

from panels.protocol.answers import Answer
from panels.protocol.errors import Unreadable
from panels.protocol.excerpt import LENGTH, excerpt
from panels.protocol.redaction import Redaction

KEY = "s3cret+key/=="


def shown(body):
    return excerpt(Answer(200, body, redaction=Redaction(KEY)))


@pytest.mark.parametrize(
    ("body", "line"),
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
def test_what_is_shown_of_an_answer(body, line):
    assert " ".join(shown(body).split()) == line


def test_a_long_answer_is_cut():
    line = shown(b"x" * 100_000)
    assert len(line) == LENGTH
    assert line.endswith("x…")


@pytest.mark.parametrize("form", [KEY, "".join(f"\\u{ord(char):04x}" for char in KEY), KEY.replace("t+", "t<b>+")])
@pytest.mark.parametrize("body", ['{{"a": "{}"}}', '{{"{}": 1}}', "<p>{}", '{{"a": "{}', '"{}'])
def test_the_key_is_never_shown(body, form):
    line = shown(body.format(form).encode())
    assert "[key]" in line
    assert "3cret" not in line
    assert "u0073" not in line


def test_the_trace_shows_the_answer_once():
    error = Unreadable("The panel's answer is only the text “Done” (HTTP 200).")
    error.excerpt = '"Done"'
    assert error.trace == error.text
    error.excerpt = "Just a moment"
    assert error.trace == f"{error.text} The answer begins: “Just a moment”"
