"""Finds whether two refusals say the same in words that are not known here (docs/protocol.md, 4)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONGEST = 300
# An own value that is shorter than this may stand in the words by chance.
_SHORTEST_VALUE = 4
_URL = re.compile(r"\b(?:https?://|www\.)\S+")
# Numbers, and ids with digits in them.
_WITH_DIGIT = re.compile(r"[^\s\"'“”«»()\[\]{}:;,!?]*\d[^\s\"'“”«»()\[\]{}:;,!?]*")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
# Stands for a number, an id or an address. It is no word of a panel, because folding removes signs.
_ANY = " \x00 "


def fold(text: str, own: Iterable[str] = ()) -> str:
    """Return the words of a refusal without the parts that differ between orders: numbers, ids and addresses.

    `own` has the values of the order, because some panels repeat them. A text with nothing else, such as a code,
    stays as it is.
    """
    plain = _lower(text)
    folded = plain
    for value in sorted({_lower(value).strip() for value in own}, key=len, reverse=True):
        if len(value) >= _SHORTEST_VALUE:
            folded = folded.replace(value, _ANY)
    folded = _WITH_DIGIT.sub(_ANY, _URL.sub(_ANY, folded))
    parts = [_BETWEEN_WORDS.sub(" ", part).strip() for part in folded.split("\x00")]
    if not any(parts):
        return " ".join(plain.split())[:_LONGEST]
    return " # ".join(parts).strip()[:_LONGEST]


def _lower(text: str) -> str:
    # The Turkish ı and İ become i, because not every panel writes them in capitals and in small letters alike.
    return text.replace("\x00", " ").casefold().replace("ı", "i").replace("\u0307", "")
