"""Answers of the right shape with harmful contents: our API key, markup, marks of direction, and endless numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from panels.sandbox.spellings import Spelling

MARKUP = "\u202e\u2066<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;b&gt;{{ 7*7 }}\u200b"
HUGE = 10**400


def forms_of(key: str) -> tuple[str, ...]:
    """Return a key as texts repeat it: plain, in capitals, escaped for addresses and HTML, in pieces, and a part."""
    return (
        key,
        key.upper(),
        "".join(f"%{ord(char):02x}" for char in key),
        "".join(f"&#{ord(char)};" for char in key),
        f"{key[:5]}\u200b{key[5:10]}<b>{key[10:]}</b>",
        key[1:15],
    )


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """Change every text and number in a value. The keys of objects stay."""
    if isinstance(value, dict):
        return {name: _changed(item, change) for name, item in value.items()}
    if isinstance(value, list):
        return [_changed(item, change) for item in value]
    return change(value)


def _in_texts(says: str, more: Callable[[Mapping[str, str]], str]) -> Spelling:
    """Put more behind each text with letters. Numbers in texts stay, so that the answer is read."""

    def rewrite(answer: Any, fields: Mapping[str, str]) -> Any:
        def change(value: Any) -> Any:
            has_letters = isinstance(value, str) and any(char.isalpha() for char in value)
            return f"{value} {more(fields)}" if has_letters else value

        return _changed(answer, change)

    return Spelling(says, "", rewrite, is_for_errors=None)


def _huge(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    is_number_in_text = isinstance(value, str) and value.replace(".", "").isdigit()
    return HUGE if is_number else str(HUGE) if is_number_in_text else value


HOSTILE: Mapping[str, Spelling] = {
    "repeats_key": _in_texts(
        "The API key is behind each text, in several forms.", lambda fields: " ".join(forms_of(fields["key"]))
    ),
    "harmful_texts": _in_texts("Markup and marks of direction are behind each text.", lambda _: MARKUP),
    "huge_numbers": Spelling(
        "Each number has 400 digits.", "", lambda answer, _: _changed(answer, _huge), is_for_errors=None
    ),
    "key_in_names": Spelling(
        "The API key is the name of each answer and of its error.",
        "",
        lambda answer, fields: {fields["key"]: answer, "errors": {f"near {fields['key']}": ["No."]}},
        is_for_errors=None,
    ),
    "key_as_id": Spelling("The ID of a new order is the API key.", "add", lambda _, fields: {"order": fields["key"]}),
    "key_as_refill_id": Spelling(
        "The ID of a refill is the API key.", "refill", lambda _, fields: {"refill": fields["key"]}, is_plural=False
    ),
    "key_as_service_id": Spelling(
        "The catalog is an object, and the API key is the name of a service.",
        "services",
        lambda rows, fields: {fields["key"]: {**rows[0], "service": None}, "2": {**rows[1], "service": None}},
    ),
}
