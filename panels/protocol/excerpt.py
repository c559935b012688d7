"""Shows the beginning of an answer that could not be read, without the key (docs/protocol.md, 3)."""

from __future__ import annotations

import json
import re

from panels.protocol.decoding import decode_text, load_json
from panels.protocol.errors import OutcomeUnknown
from panels.protocol.exchange import spellings
from panels.protocol.order_fields import without_invisible
from panels.protocol.scalars import read_text

LENGTH = 200
# The rest of a long answer is not looked at.
_LOOKED_AT = 5_000
# A text that was cut may end inside of the key. A shorter beginning of the key gives nothing away.
_SHORTEST_PART = 6
# So many characters of the key in a row are a part of it.
_SHORTEST_RUN = 8
_CHAR = re.compile(r"\\+u(?P<unit>[0-9a-f]{4})|%(?P<byte>[0-9a-f]{2})|\\+(?P<char>[/\"'])|.", re.IGNORECASE | re.DOTALL)
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)


def excerpt(body: bytes, key: str) -> str:
    """Return the beginning of an answer as one line of at most 200 characters, without tags, scripts and the key."""
    part = _SCRIPT.sub(" ", _as_text(body)[:_LOOKED_AT])
    line = redact(read_text(part, _LOOKED_AT), key)
    return line if len(line) <= LENGTH else line[: LENGTH - 1].rstrip() + "…"


def redact(text: str, key: str) -> str:
    """Replace the key in a text, in each spelling, also where only a part of it is left, or blanks divide it."""
    text = _without_runs(text, key)
    forms = set(spellings(key)) - {""}
    for form in forms:
        text = re.sub(re.escape(form), "[key]", text, flags=re.IGNORECASE)
    if not any(form[:_SHORTEST_PART] in text for form in forms):
        return text
    parts = {form[:length] for form in forms for length in range(_SHORTEST_PART, len(form))}
    for part in sorted(parts, key=len, reverse=True):
        text = text.replace(part, "[key]")
    return text


def _without_runs(text: str, key: str) -> str:
    """Replace each run of characters that is a part of the key, whatever escapes and blanks are in it."""
    wanted = [char.lower() for char in without_invisible(key) if char != " "]
    size = min(_SHORTEST_RUN, len(wanted))
    parts = {tuple(wanted[start : start + size]) for start in range(len(wanted) - size + 1)} if size else set()
    places = [found for found in _CHAR.finditer(text) if without_invisible(_plain(found))]
    chars = [_plain(found).lower() for found in places]
    hidden: list[tuple[int, int]] = []
    for at in range(len(chars) - size + 1):
        if tuple(chars[at : at + size]) in parts:
            start, end = places[at].start(), places[at + size - 1].end()
            if hidden and start <= hidden[-1][1]:
                start = hidden.pop()[0]
            hidden.append((start, end))
    for start, end in reversed(hidden):
        text = f"{text[:start]}[key]{text[end:]}"
    return text


def _plain(found: re.Match[str]) -> str:
    code = found["unit"] or found["byte"]
    return chr(int(code, 16)) if code else found["char"] or found[0]


def _as_text(body: bytes) -> str:
    """Return a short JSON answer without escapes, because they could hide the key, and any other answer as it is."""
    if len(body) <= _LOOKED_AT:
        try:
            return json.dumps(load_json(body), ensure_ascii=False, default=str)
        except OutcomeUnknown:
            pass
    return decode_text(body)
