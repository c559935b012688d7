"""The key is hidden in every text of an answer, in each form, and nothing else is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.protocol import redaction
from panels.protocol.redaction import Redaction

KEY = "s3cret+Key/=="
LONG_KEY = "0123456789abcdefABCDEF/+ghijk"
FORMS = [
    KEY,
    KEY.upper(),
    "s3cret%2BKey%2F%3D%3D",
    "s3cret%2bkey%2f%3d%3d",
    "".join(f"%{ord(char):02x}" for char in KEY),
    "".join(f"&#{ord(char)};" for char in KEY),
    "".join(f"&#x{ord(char):X}" for char in KEY),
    KEY.replace("/", "&sol;").replace("=", "&equals;"),
    "".join(f"\\u{ord(char):04X}" for char in KEY),
    "".join(f"\\\\u{ord(char):04x}" for char in KEY),
    "".join("\\" * 31 + f"u{ord(char):04x}" for char in KEY),
    KEY.replace("/", "\\/"),
    f"{KEY[:7]}\u200b{KEY[7:]}",
    f"{KEY[:3]}\x00{KEY[3:9]}\n{KEY[9:]}",
    f"{KEY[:4]}\xad{KEY[4:].upper()}",
    f"{KEY[:4]}<b>{KEY[4:8]}</b><i>{KEY[8:]}",
    f"<{KEY}>",
    KEY[1:],
    KEY[:-1],
]


@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_the_key_is_left_in_a_text_or_in_a_value(form):
    hide = Redaction(KEY)
    shown = hide.text(f"a {form} b")
    assert "[key]" in shown
    assert (shown[:2], shown[-2:]) == ("a ", " b") or "<" in form
    assert not any(part in shown.lower() for part in ("cret", "key/", "%73", "#115", "#x73", "u0073", "%2b"))
    assert hide.finds(form)
    assert hide.values([f"a {form} b"]) == [shown]


def test_a_key_in_character_references_with_many_zeros_is_hidden():
    assert Redaction(KEY).values(["".join(f"&#{ord(char):090};" for char in KEY)]) == ["[key]"]


def test_each_part_of_twelve_characters_is_hidden_and_shorter_ones_stay():
    hide = Redaction(LONG_KEY)
    for start in range(len(LONG_KEY) - 12):
        assert hide.values([f"…{LONG_KEY[start : start + 12]} x"]) == ["…[key] x"]
        rest = f"…{LONG_KEY[start : start + 11]} x"
        assert hide.values([rest]) == [rest]
    assert hide.text(f"{LONG_KEY}.{LONG_KEY[4:20]}.") == "[key].[key]."


def test_only_texts_change_and_only_those_with_the_key():
    row = {"service": 1234567890123, "rate": Decimal("0.5"), KEY: True, "name": "Likes & Views 100%\n<br>", "min": None}
    value = {"data": [row, {"desc": [f"see {KEY}"]}], "1": "x"}
    assert Redaction(KEY).values(value) == {"data": [dict(row), {"desc": ["see [key]"]}], "1": "x"}
    assert Redaction("1234567890123").values([1234567890123, "1234567890123"]) == [1234567890123, "[key]"]
    assert Redaction(KEY).values(KEY) == "[key]"


@pytest.mark.parametrize("key", ["", "1", "test", "default"])
def test_a_key_that_may_be_a_common_word_is_not_hidden(key):
    assert Redaction(key).values(["1 test", "Default", ""]) == ["1 test", "Default", ""]
    assert Redaction(key).text("1 test default") == "1 test default"


def test_of_a_short_key_only_the_whole_is_hidden():
    hide = Redaction("abcd1234")
    assert hide.values(["x ABCD1234 y", "abcd123", "bcd1234"]) == ["x [key] y", "abcd123", "bcd1234"]


def test_a_key_that_looks_like_an_escape_is_hidden_too():
    for key in ("abc%41def%42ghi", "a<b>cdefghijk"):
        assert Redaction(key).values([f"see {key}!"]) == ["see [key]!"], key


def test_nested_values_without_end_are_walked():
    value = leaf = []
    for _ in range(50_000):
        leaf.append([])
        leaf = leaf[0]
    leaf.append(KEY)
    Redaction(KEY).values(value)
    assert leaf == ["[key]"]


def test_many_texts_with_the_key_cost_no_more_than_some(monkeypatch):
    monkeypatch.setattr(redaction, "_MOST_CHARS", 60)
    assert Redaction(KEY).values([f"a {KEY} b"] * 5) == ["a [key] b"] * 3 + ["[key]"] * 2


@pytest.mark.parametrize("row", ["\\", "\\u", "<a", "&", "%", f"{KEY} "])
def test_a_long_row_of_anything_that_may_begin_an_escape_is_read_to_its_end(row):
    text = row * (200_000 // len(row))
    assert "[key]" in Redaction(KEY).values([f"{text} {KEY} {text}"])[0]


def test_its_repr_does_not_show_the_key():
    assert "cret" not in repr(Redaction(KEY))
