"""Shows the beginning of an answer that could not be read, without the key (docs/protocol.md, 3)."""

from __future__ import annotations

import json
import re

from panels.protocol.answers import Answer
from panels.protocol.decoding import decode_text, load_json
from panels.protocol.errors import OutcomeUnknown
from panels.protocol.scalars import read_text

LENGTH = 200
# The rest of a long answer is not looked at.
_LOOKED_AT = 5_000
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)


def excerpt(answer: Answer) -> str:
    """Return the beginning of an answer as one line of at most 200 characters, without tags, scripts and the key."""
    part = _SCRIPT.sub(" ", _as_text(answer.body)[:_LOOKED_AT])
    line = answer.redaction.text(read_text(part, _LOOKED_AT))
    return line if len(line) <= LENGTH else line[: LENGTH - 1].rstrip() + "…"


def _as_text(body: bytes) -> str:
    """Return a short JSON answer without escapes, because they could hide the key, and any other answer as it is."""
    if len(body) <= _LOOKED_AT:
        try:
            return json.dumps(load_json(body), ensure_ascii=False, default=str)
        except OutcomeUnknown:
            pass
    return decode_text(body)
