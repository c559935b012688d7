"""One HTTP answer: its JSON, the error that it reports, and its parts by id (docs/protocol.md, 3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar
from urllib.parse import urlsplit

from panels.protocol.decoding import load_json
from panels.protocol.errors import NotSent, OutcomeUnknown, Refused
from panels.protocol.scalars import read_flag, read_remote_id, read_text
from panels.protocol.wording import reason_for

T = TypeVar("T")
NO_WORDS = "The panel refused without giving a reason."
# Only the status of an order has these keys, so an answer with one of them and the status "Fail" is no failed call.
ORDER_KEYS = frozenset({"charge", "start_count", "start_counter", "remains"})
_TEXT_LENGTH = 500
_ALL_LENGTH = 2000
_MAX_PARTS = 20
_MAX_DEPTH = 4
_MESSAGE_KEYS = ("message", "msg", "error_message", "detail")
_FAILED_WORDS = frozenset({"error", "fail", "failed", "failure"})
_NO_ERROR_WORDS = frozenset({"", "0", "false", "null", "none"})


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer as it came. The body is read at any status."""

    http_status: int
    body: bytes
    # The target of a redirect, else "". It is never followed.
    location: str = ""
    # The seconds that the panel asked to wait, from Retry-After, else None.
    retry_after: float | None = None


def json_of(answer: Answer) -> dict[str, object] | list[object]:
    """Return the JSON object or list of an answer, unless its HTTP status is an error by itself (docs/protocol.md, 4).

    Raises NotSent for 429, Refused for 401 and 402, and OutcomeUnknown for a redirect and for anything unreadable.
    """
    if answer.http_status == 429:
        raise NotSent(
            "The panel refuses more calls for now (HTTP 429).", retry_after=answer.retry_after, is_rate_limit=True
        )
    if 300 <= answer.http_status < 400:
        raise unknown(answer, _redirect_text(answer.location))
    if answer.http_status in (401, 402):
        words = find_refusal(readable(answer), answer.http_status)
        raise _refusal(words or f"The panel refused the call (HTTP {answer.http_status}).", answer)
    try:
        data = load_json(answer.body)
    except OutcomeUnknown as unreadable:
        if answer.http_status == 404:
            raise OutcomeUnknown("Nothing found at this address (404). Check the API address.") from unreadable
        raise unknown(answer, unreadable.text) from unreadable
    if isinstance(data, dict | list):
        return data
    problem = "The panel's answer was null." if data is None else "The panel's answer is not a JSON object."
    raise unknown(answer, problem)


def accepted_json(answer: Answer) -> dict[str, object] | list[object]:
    """Return the JSON like `json_of`. Raises Refused if the answer as a whole is an error (docs/protocol.md, 3)."""
    data = json_of(answer)
    words = find_refusal(data, answer.http_status) or find_refusal(inner(data))
    if words is not None:
        raise _refusal(words, answer)
    return data


def readable(answer: Answer) -> object:
    """Return the JSON of an answer at any HTTP status, or None without JSON (docs/protocol.md, 3)."""
    try:
        return load_json(answer.body)
    except OutcomeUnknown:
        return None


def _refusal(words: str, answer: Answer) -> Refused:
    return Refused(words, reason_for(words, answer.http_status), retry_after=answer.retry_after)


def unknown(answer: Answer, text: str) -> OutcomeUnknown:
    """Return the error to raise for an unusable answer. The text ends in a full stop."""
    return OutcomeUnknown(f"{text.removesuffix('.')} (HTTP {answer.http_status}).")


def _redirect_text(location: str) -> str:
    """Name the host and path of a redirect, without the query, which may contain the key."""
    try:
        target = urlsplit(location)
        place = read_text(f"{target.netloc.rpartition('@')[2]}{target.path}", 200)
    except ValueError:
        place = ""
    return f"The panel's address redirects to {place or 'an address that cannot be read'}."


def find_refusal(value: object, http_status: int = 200) -> str | None:
    """Return the words of the error that a JSON value reports as a whole, or None (docs/protocol.md, 3).

    An `error` that is null, "", 0 or false is no error. A failed status with a message is an error, except in the
    status of an order. At HTTP 4xx and 5xx a message alone is an error.
    """
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        return None
    for key in ("error", "errors"):
        if _is_set(value.get(key)):
            return clean_words(value[key]) or _message(value) or NO_WORDS
    if value.keys() & ORDER_KEYS:
        return None
    if "success" in value and read_flag(value["success"]) is False:
        return _message(value) or NO_WORDS
    if _is_failed(value.get("status")) or http_status >= 400:
        return _message(value) or None
    return None


def clean_words(value: object) -> str:
    """Return the words in a text, a list or an object as one line of at most 500 characters (docs/protocol.md, 3)."""
    return read_text("; ".join(_parts(value, _MAX_DEPTH)), _TEXT_LENGTH)


def all_words(value: object) -> str:
    """Return all texts in a value as one line, to look for words that must not be missed."""
    return read_text(". ".join(_texts(value, _MAX_DEPTH)), _ALL_LENGTH)


def outcomes_by_id(
    answer: Answer,
    ids: Sequence[str],
    id_keys: tuple[str, ...],
    read_row: Callable[[object], T | Refused | None],
    *,
    for_all: T | None = None,
) -> dict[str, T | Refused]:
    """Return the value that `read_row` reads from the part about each id (docs/protocol.md, 3).

    Ids without a part or a value are missing. A part without an id is about the only id that was asked, or about all
    ids if its value is `for_all`. Raises OutcomeUnknown if it could be about any of several ids.
    """
    rows = _rows_by_id(inner(json_of(answer)), id_keys)
    if asked := {remote_id: rows[remote_id] for remote_id in ids if remote_id in rows}:
        outcomes = {remote_id: read_row(row) for remote_id, row in asked.items()}
        return {remote_id: outcome for remote_id, outcome in outcomes.items() if outcome is not None}
    part = only(inner(accepted_json(answer)))
    outcome = None if named_id(part, id_keys) else read_row(part)
    if outcome is None:
        return {}
    if len(ids) > 1 and outcome != for_all:
        raise unknown(answer, "The panel's answer is about one id, but does not contain that id.")
    return dict.fromkeys(ids, outcome)


def named_id(row: object, id_keys: tuple[str, ...]) -> str:
    """Return the id that a row contains under one of these keys, or ""."""
    found = (read_remote_id(row.get(key)) for key in id_keys) if isinstance(row, dict) else iter(())
    return next(filter(None, found), "")


def only(data: object) -> object:
    """Return the only element of a list of one, and any other value as it is."""
    return data[0] if isinstance(data, list) and len(data) == 1 else data


def inner(data: object) -> object:
    """Return the value under `data`, unless the answer itself is a status or an error (docs/protocol.md, 3)."""
    if isinstance(data, dict) and not data.keys() & ORDER_KEYS and find_refusal(data) is None:
        return container(data, "data") or data
    return data


def container(data: dict[str, object], *keys: str) -> dict[str, object] | list[object] | None:
    """Return the first list or object under these keys."""
    for key in keys:
        value = data.get(key)
        if isinstance(value, dict | list):
            return value
    return None


def _rows_by_id(data: object, id_keys: tuple[str, ...]) -> dict[str, object]:
    """Return the parts of an answer by the ids that they contain, or by their keys."""
    if isinstance(data, dict):
        rows: dict[str, object] = dict(data)
        listed: list[object] = [data]
    else:
        rows = {}
        listed = data if isinstance(data, list) else []
    for row in listed:
        if named := named_id(row, id_keys):
            rows[named] = row
    return rows


def _is_set(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().casefold() not in _NO_ERROR_WORDS
    return bool(value)


def _is_failed(status: object) -> bool:
    return read_flag(status) is False or (isinstance(status, str) and status.strip().casefold() in _FAILED_WORDS)


def _message(value: dict[str, object]) -> str:
    for place in (value, value.get("data")):
        if isinstance(place, dict) and (words := clean_words(_message_of(place))):
            return words
    return ""


def _message_of(value: dict[str, object]) -> object:
    return next((value[key] for key in _MESSAGE_KEYS if value.get(key)), None)


def _parts(value: object, depth: int) -> list[str]:
    """Return the texts in a value up to a depth, because panels nest them."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return [str(value)]
    if depth == 0:
        return []
    if isinstance(value, list):
        return [part for item in value[:_MAX_PARTS] for part in _parts(item, depth - 1)][:_MAX_PARTS]
    return _named_parts(value, depth) if isinstance(value, dict) else []


def _texts(value: object, depth: int) -> list[str]:
    """Return every text in a value up to a depth, whatever its key."""
    if isinstance(value, str):
        return [value]
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in items[:_MAX_PARTS] for text in _texts(item, depth - 1)] if depth else []


def _named_parts(value: dict[str, object], depth: int) -> list[str]:
    if message := _message_of(value):
        return _parts(message, depth - 1)
    named = []
    for name, item in list(value.items())[:_MAX_PARTS]:
        if words := "; ".join(_parts(item, depth - 1)):
            named.append(words if name.isdigit() or name == "error" else f"{name}: {words}")
    return named
