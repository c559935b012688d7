"""One HTTP answer: its JSON, the error that it is as a whole, and its parts by id (docs/protocol.md, 3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from panels.protocol.decoding import load_json
from panels.protocol.errors import NotSent, OutcomeUnknown, Refused
from panels.protocol.fields import fields_of
from panels.protocol.redaction import Redaction
from panels.protocol.refusal_shapes import ORDER_KEYS, find_bare_refusal, find_refusal, refused
from panels.protocol.scalars import read_remote_id, read_text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer as it came, with the key in it. The body is read at any status."""

    http_status: int
    body: bytes
    # The target of a redirect, else "". It is never followed.
    location: str = ""
    # The seconds that the panel asked to wait, from Retry-After, else None.
    retry_after: float | None = None
    # Says why only the beginning of the body is there: the answer is too large. "" for a whole body.
    excess: str = ""
    redaction: Redaction = field(default=Redaction.NONE, repr=False, compare=False)


def json_of(answer: Answer) -> dict[str, object] | list[object]:
    """Return the JSON object or list of an answer, unless its HTTP status is an error by itself (docs/protocol.md, 4).

    Raises NotSent for 429, Refused for 401, 402 and a bare text, and OutcomeUnknown for a redirect and for anything
    unreadable.
    """
    if answer.http_status == 429:
        raise NotSent(
            "The panel refuses more calls for now (HTTP 429).", retry_after=answer.retry_after, is_rate_limit=True
        )
    if 300 <= answer.http_status < 400:
        raise unknown(answer, _redirect_text(answer.location))
    if answer.http_status in (401, 402):
        raise _refusal_by_status(answer)
    try:
        data = _decoded(answer)
    except OutcomeUnknown as unreadable:
        if answer.http_status == 404:
            raise OutcomeUnknown("Nothing found at this address (404). Check the API address.") from unreadable
        raise unknown(answer, unreadable.text) from unreadable
    if isinstance(data, dict | list):
        return data
    if isinstance(data, str):
        _raise_bare_text(data, answer)
    problem = "The panel's answer was null." if data is None else "The panel's answer is not a JSON object."
    raise unknown(answer, problem)


def accepted_json(answer: Answer) -> dict[str, object] | list[object]:
    """Return the JSON like `json_of`. Raises Refused if the answer as a whole is an error (docs/protocol.md, 3)."""
    data = json_of(answer)
    if refusal := find_refusal(data, answer.http_status) or find_refusal(inner(data)):
        refusal.retry_after = answer.retry_after
        raise refusal
    return data


def readable(answer: Answer) -> object:
    """Return the JSON of an answer at any HTTP status, or None without JSON (docs/protocol.md, 3)."""
    try:
        return _decoded(answer)
    except OutcomeUnknown:
        return None


def _decoded(answer: Answer) -> object:
    """Return the JSON of an answer, without the key in its texts. Raises OutcomeUnknown if it is not readable."""
    if answer.excess:
        raise OutcomeUnknown(answer.excess)
    return answer.redaction.values(load_json(answer.body))


def unknown(answer: Answer, text: str) -> OutcomeUnknown:
    """Return the error to raise for an unusable answer. The text ends in a full stop."""
    return OutcomeUnknown(f"{text.removesuffix('.')} (HTTP {answer.http_status}).")


def _refusal_by_status(answer: Answer) -> Refused:
    data = readable(answer)
    words = data if isinstance(data, str) else f"The panel refused the call (HTTP {answer.http_status})."
    refusal = find_refusal(data, answer.http_status) or refused(words, http_status=answer.http_status)
    refusal.retry_after = answer.retry_after
    return refusal


def _raise_bare_text(text: str, answer: Answer) -> None:
    """Raise the error for an answer that is only a text: it is refused, unless the text may be something else."""
    if refusal := find_bare_refusal(text, answer.http_status):
        refusal.retry_after = answer.retry_after
        raise refusal
    raise unknown(answer, f"The panel's answer is only the text “{read_text(text, 200)}”.")


def _redirect_text(location: str) -> str:
    """Name the host and path of a redirect, without the query, which may contain the key."""
    try:
        target = urlsplit(location)
        place = read_text(f"{target.netloc.rpartition('@')[2]}{target.path}", 200)
    except ValueError:
        place = ""
    return f"The panel's address redirects to {place or 'an address that cannot be read'}."


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


def part_about(answer: Answer, remote_id: str) -> object:
    """Return the part of an answer about the only id that was asked: the part under this id, or the whole answer."""
    data = inner(accepted_json(answer))
    return data[remote_id] if isinstance(data, dict) and remote_id in data else only(data)


def named_id(row: object, id_keys: tuple[str, ...]) -> str:
    """Return the id that a row contains in one of these fields, or ""."""
    fields = fields_of(row)
    return next(filter(None, (read_remote_id(fields.get(key)) for key in id_keys)), "")


def only(data: object) -> object:
    """Return the only element of a list of one, and any other value as it is."""
    return data[0] if isinstance(data, list) and len(data) == 1 else data


def inner(data: object) -> object:
    """Return the value under `data`, unless the answer itself is a status or an error (docs/protocol.md, 3)."""
    if isinstance(data, dict) and not fields_of(data).keys() & ORDER_KEYS and find_refusal(data) is None:
        return container(data, "data") or data
    return data


def container(data: dict[str, object], *keys: str) -> dict[str, object] | list[object] | None:
    """Return the first list or object in these fields."""
    fields = fields_of(data)
    return next((value for key in keys if isinstance(value := fields.get(key), dict | list)), None)


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
