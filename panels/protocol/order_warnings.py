"""What may go another way at some panels than the order says. A warning does not prevent the order."""

from __future__ import annotations

from collections.abc import Mapping

from panels.protocol.order_fields import split_lines
from panels.protocol.order_types import order_type

# Some panels split comments here, and charge for each part (docs/protocol.md, 6).
_SPLITS_COMMENTS = {" | ": '" | "', "\\n": r'a typed "\n"'}


def find_warnings(slug: str, values: Mapping[str, str]) -> list[str]:
    """Return the warnings about the cleaned fields of an order of this type."""
    is_own = any(field.name == "comments" for field in order_type(slug).fields)
    return _warn_of_splits(split_lines(values.get("comments", ""))) if is_own else []


def _warn_of_splits(comments: list[str]) -> list[str]:
    found = [words for mark, words in _SPLITS_COMMENTS.items() if any(mark in comment for comment in comments)]
    number = sum(any(mark in comment for mark in _SPLITS_COMMENTS) for comment in comments)
    if not found:
        return []
    has = "A comment has" if number == 1 else f"{number:,} comments have"
    it = "it" if number == 1 else "each of them"
    return [f"{has} {' or '.join(found)}. Some panels make two comments of {it}, and charge for both."]
