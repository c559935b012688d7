"""Hides the API key in everything that a panel sends back, because some panels repeat the request.

    the JSON of an answer    every text in it, right after decoding (answers.py)
    any other text           errors, names of fields, the beginning of a raw body: before it leaves the client

A text holds the key if it has the whole key or 12 of its characters in a row. The case does not matter, and neither do
escapes of addresses, HTML and JSON, tags, blanks and dashes. Characters that are not ASCII do not count, because most
marks that nobody can see are among them.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar
from urllib.parse import unquote

from panels.protocol.scalars import HIDDEN, unescaped

# A shorter key may be a common word or a number. Hiding it would damage texts and ids, so it is not hidden.
SHORTEST_KEY = 8
# So many characters of the key in a row give away too much of it.
_PART = 12
# Each part of the key has one of these blocks from the same start as a whole. So a text without them holds no part.
_BLOCK = 6
# So many characters of the texts with the key are searched for its places. Each text after them is hidden as a whole.
_MOST_CHARS = 500_000
# Backslashes are looked at from their first one only. From each of them, a long row of them would take hours.
_ESCAPE = (
    r"(?<!\\)\\+u(?P<unit>[0-9a-f]{4})|(?P<bytes>(?:%[0-9a-f]{2})+)|(?P<entity>&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});?)"
    r"|(?<!\\)\\+(?P<char>[/\"'])"
)
_CHARS = re.compile(f"{_ESCAPE}|.", re.IGNORECASE | re.DOTALL)
# Each begins with one character, which a text is quickly searched for.
_ENTITY = re.compile("&[#A-Za-z]")
_TAG = re.compile("<[A-Za-z/!?][^<>]*>")
_BYTE = re.compile("%[0-9A-Fa-f]{2}")
_UNIT = re.compile(r"\\[\\u/\"'][^ ]*", re.IGNORECASE)
_LOWER = bytes(range(128)).lower() + bytes(range(128, 256))
# Blanks, control characters, and the dashes that folded names of fields lack.
_IGNORED = bytes([*range(33), 127, *b"-_"])


class Redaction:
    """Replaces one key in texts. Its repr does not show the key."""

    __slots__ = ("_least", "_parts", "_probes")
    NONE: ClassVar[Redaction]

    def __init__(self, key: str) -> None:
        chars = b"".join(_folded(_plain(match)) for match in _CHARS.finditer(key))
        size = min(len(chars), _PART)
        # The shortest text that can hold the key. 0: nothing is hidden.
        self._least = size if len(chars) >= SHORTEST_KEY else 0
        self._parts = frozenset(chars[start : start + size] for start in range(len(chars) - size + 1))
        starts = range(0, len(chars) - _BLOCK + 1, _BLOCK) if len(chars) >= _PART else ()
        self._probes = tuple(dict.fromkeys(chars[start : start + _BLOCK] for start in starts)) or (chars,)

    def text(self, text: str) -> str:
        """Return a text with [key] in the place of the key and of each part of it.

        A text in which it has no such place, because tags divide it, is hidden as a whole.
        """
        if not self._least or len(text) < self._least:
            return text
        pieces, last = [], 0
        for start, end in self._places(text):
            pieces += [text[last:start], HIDDEN]
            last = end
        text = "".join([*pieces, text[last:]])
        forms = (_folded(text), _folded(_without_escapes(text)))
        return HIDDEN if any(part in form for form in forms for part in self._parts) else text

    def finds(self, text: str) -> bool:
        """Say whether a text holds the key."""
        return self.text(text) != text

    def values(self, value: Any) -> Any:
        """Hide the key in all texts of a JSON value, in place. Names of fields stay, because they may be ids."""
        if not self._least:
            return value
        root, least, left = [value], self._least, _MOST_CHARS
        waiting: list[Any] = [root]
        for container in waiting:
            items = container.values() if type(container) is dict else container
            waiting += [item for item in items if type(item) is dict or type(item) is list]
            # The texts of a row are searched together, because that is several times as fast.
            texts = [item for item in items if type(item) is str and len(item) >= least]
            if not (texts and self._may_hold(" ".join(texts))):
                continue
            for place, item in container.items() if type(container) is dict else enumerate(container):
                if type(item) is str and self._may_hold(item):
                    left -= len(item)
                    container[place] = self.text(item) if left >= 0 else HIDDEN
        return root[0]

    def _may_hold(self, text: str) -> bool:
        """Say whether a text may hold the key. This is quick, because hardly any text of a catalog does."""
        folded = _folded(text)
        for probe in self._probes:
            if probe in folded:
                return True
        plain = _without_escapes(text)
        if plain is text:
            return False
        folded = _folded(plain)
        return any(probe in folded for probe in self._probes)

    def _places(self, text: str) -> list[tuple[int, int]]:
        """Return where the key and its parts begin and end. Escapes and blanks may be inside of them."""
        found = [(char, *match.span()) for match in _CHARS.finditer(text) for char in _folded(_plain(match))]
        chars, size = bytes(char for char, *_ in found), self._least
        places: list[tuple[int, int]] = []
        for at in range(len(chars) - size + 1):
            if chars[at : at + size] in self._parts:
                start, end = found[at][1], found[at + size - 1][2]
                if places and start <= places[-1][1]:
                    start = places.pop()[0]
                places.append((start, end))
        return places


def _without_escapes(text: str) -> str:
    """Return a text without escapes and tags, or the same text if it has none."""
    if "&" in text and _ENTITY.search(text):
        text = unescaped(text)
    if "<" in text:
        text = _TAG.sub("", text)
    if "%" in text and _BYTE.search(text):
        text = unquote(text, errors="replace")
    if "\\" in text:
        text = _UNIT.sub(lambda found: "".join(map(_plain, _CHARS.finditer(found[0]))), text)
    return text


def _plain(match: re.Match[str]) -> str:
    """Return the characters that an escape stands for, or the character itself."""
    if len(match[0]) == 1:
        return match[0]
    if match["unit"]:
        return chr(int(match["unit"], 16))
    if match["bytes"]:
        return unquote(match["bytes"], errors="replace")
    return unescaped(match["entity"]) if match["entity"] else match["char"]


def _folded(text: str) -> bytes:
    """Return the characters of a text that count, in lower case."""
    return text.encode("ascii", "ignore").translate(_LOWER, _IGNORED)


Redaction.NONE = Redaction("")
