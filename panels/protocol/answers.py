"""One HTTP answer: its JSON, the error that it reports, and its parts by the ids they are about (panel-api.md, 3)."""

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
# What only an order's status carries; `charge` and its like tell the status "Fail" from a failed call.
ORDER_KEYS = frozenset({"charge", "start_count", "start_counter", "remains"})
_TEXT_LENGTH = 500
_MAX_PARTS = 20
_MAX_DEPTH = 4
_MESSAGE_KEYS = ("message", "msg", "error_message", "detail")
_FAILED_WORDS = frozenset({"error", "fail", "failed", "failure"})
_NO_ERROR_WORDS = frozenset({"", "0", "false", "null", "none"})


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer as it came: whatever the status, the body is read for JSON."""

    http_status: int
    body: bytes
    # Where a redirect points, "" if the answer is none; never followed.
    location: str = ""
    # Seconds the panel asked us to wait, from Retry-After, else None.
    retry_after: float | None = None


def received(answer: Answer) -> dict[str, object] | list[object]:
    """Return an answer's JSON object or list, once its HTTP status has been heard."""
    if answer.http_status == 429:
        raise NotSent(
            "The panel gets too many requests (HTTP 429).", retry_after=answer.retry_after, is_rate_limit=True
        )
    if 300 <= answer.http_status < 400:
        raise unknown(answer, _redirect_text(answer.location))
    if answer.http_status in (401, 402):
        words = find_refusal(readable(answer), answer.http_status)
        raise _refusal(words or f"The panel refused the call (HTTP {answer.http_status}).", answer)
    try:
        data = load_json(answer.body)
    except OutcomeUnknown as unreadable:
        raise unknown(answer, unreadable.text) from unreadable
    if isinstance(data, dict | list):
        return data
    raise unknown(answer, "The panel's answer was null." if data is None else "The panel's answer is no JSON object.")


def understood(answer: Answer) -> dict[str, object] | list[object]:
    """Return an answer's JSON, unless it is an error as a whole: that is raised as Refused."""
    data = received(answer)
    words = find_refusal(data, answer.http_status) or find_refusal(inner(data))
    if words is not None:
        raise _refusal(words, answer)
    return data


def readable(answer: Answer) -> object:
    """Return an answer's JSON whatever its HTTP status, None when there is none."""
    try:
        return load_json(answer.body)
    except OutcomeUnknown:
        return None


def _refusal(words: str, answer: Answer) -> Refused:
    return Refused(words, reason_for(words, answer.http_status), retry_after=answer.retry_after)


def unknown(answer: Answer, text: str) -> OutcomeUnknown:
    """Return the error to raise for an answer that cannot be used; the text ends in a full stop."""
    return OutcomeUnknown(f"{text.removesuffix('.')} (HTTP {answer.http_status}).")


def _redirect_text(location: str) -> str:
    """Name the host and path that a redirect points to: its query may repeat the key."""
    try:
        target = urlsplit(location)
        place = read_text(f"{target.netloc.rpartition('@')[2]}{target.path}", 200)
    except ValueError:
        place = ""
    return f"The panel's address redirects to {place or 'an address that cannot be read'}."


def find_refusal(value: object, http_status: int = 200) -> str | None:
    """Return the words of the error that a JSON value reports as a whole, None if it reports none.

    An `error` that is null, "", 0 or false is none. A failed status with words is one, unless it is an order's. At
    HTTP 4xx and 5xx a message is an error by itself.
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
    """Return a panel's own words, from a text, a list, or an object of texts, as one line of at most 500 characters."""
    return read_text("; ".join(_parts(value, _MAX_DEPTH)), _TEXT_LENGTH)


def outcomes_by_id(
    answer: Answer,
    ids: Sequence[str],
    id_keys: tuple[str, ...],
    read_row: Callable[[object], T | Refused | None],
    *,
    for_all: T | None = None,
) -> dict[str, T | Refused]:
    """Return what `read_row` makes of the part of an answer that is about each id, without those it makes nothing of.

    A part that names no id is about the only id that was asked, or about all of them when it reads as `for_all`.
    """
    rows = _rows_by_id(inner(received(answer)), id_keys)
    if asked := {remote_id: rows[remote_id] for remote_id in ids if remote_id in rows}:
        outcomes = {remote_id: read_row(row) for remote_id, row in asked.items()}
        return {remote_id: outcome for remote_id, outcome in outcomes.items() if outcome is not None}
    part = only(inner(understood(answer)))
    outcome = None if named_id(part, id_keys) else read_row(part)
    if outcome is None:
        return {}
    if len(ids) > 1 and outcome != for_all:
        raise unknown(answer, "The panel answered about one id, and does not say which.")
    return dict.fromkeys(ids, outcome)


def named_id(row: object, id_keys: tuple[str, ...]) -> str:
    """Return the id that a row names, "" if none."""
    found = (read_remote_id(row.get(key)) for key in id_keys) if isinstance(row, dict) else iter(())
    return next(filter(None, found), "")


def only(data: object) -> object:
    """Return the element of a list of one, anything else as it is."""
    return data[0] if isinstance(data, list) and len(data) == 1 else data


def inner(data: object) -> object:
    """Return what an answer holds under `data`, unless that is only an extra of a status or of an error."""
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
    """Return the parts of an answer by the ids that they name, or by their keys."""
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
    """Return the texts in a value; panels nest them, so the depth has an end."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return [str(value)]
    if depth == 0:
        return []
    if isinstance(value, list):
        return [part for item in value[:_MAX_PARTS] for part in _parts(item, depth - 1)][:_MAX_PARTS]
    return _named_parts(value, depth) if isinstance(value, dict) else []


def _named_parts(value: dict[str, object], depth: int) -> list[str]:
    if message := _message_of(value):
        return _parts(message, depth - 1)
    named = []
    for name, item in list(value.items())[:_MAX_PARTS]:
        if words := "; ".join(_parts(item, depth - 1)):
            named.append(words if name.isdigit() or name == "error" else f"{name}: {words}")
    return named
