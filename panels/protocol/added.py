"""Reads the answer to an `add`: the id of the order, a refusal, or an unknown outcome (docs/protocol.md, 3 and 5).

An answer is asked in this order:

an answer that is too large       unknown; not sent at 429, refused at 401 and 402, as without JSON
an id of an order                 the order exists, at any HTTP status and with any other content
a bare whole number               the order exists, at HTTP 200 and 201
an id with our API key in it      unknown, and a person has to look it up; but the key alone as `id` of an error is none
words that admit the order        unknown, because the order may exist
an id that may be the order's     placed without an error beside it, unknown with an error
words of a known class            refused
words of an unknown class         refused; about the panel at 403, 404, 405 and 415; unknown at 408 and 5xx, also if
                                  the answer itself names such a status
anything else                     unknown
"""

from __future__ import annotations

from http import HTTPStatus

from panels.protocol.admission import admits_order, says_lost, says_placed
from panels.protocol.answers import Answer, accepted_json, only, readable, unknown
from panels.protocol.errors import IdHidden, OutcomeUnknown, Reason, Refused
from panels.protocol.fields import ORDER_ID_FIELDS, fields_of
from panels.protocol.refusal_shapes import all_words, find_refusal
from panels.protocol.scalars import HIDDEN, is_hidden_id, read_remote_id, read_text
from panels.protocol.wording import says_maintenance

_STATUS_KEYS = ("status", "statuscode", "code", "errorcode", "httpcode", "httpstatus", "result", "response")
_REFUSES_ALL = frozenset({403, 404, 405, 415})
# At these statuses a server may have placed the order before it failed.
_FAILING = frozenset({408, *range(500, 600)})
_ERRORS = frozenset(range(400, 600))
_SHOWN = 200
_PHRASES = frozenset(status.phrase.casefold() for status in HTTPStatus if status in _FAILING)
_ID_HIDDEN = "The order ID in the answer contains the API key, so it was not kept. Look the order up at the panel."
# Words of these classes are about the order that was sent, so the panel has looked at it and has not taken it.
_ABOUT_THE_ORDER = frozenset({Reason.DUPLICATE, Reason.NOT_ELIGIBLE, Reason.NOT_FOUND, Reason.VALIDATION})


def read_added(answer: Answer) -> str:
    """Return the id of the order that an `add` placed (docs/protocol.md, 3 and 5).

    Raises Refused for an understood error, and OutcomeUnknown for an error that admits the order or leaves doubt, and
    for anything else without an id. An error of an unknown class at HTTP 403, 404, 405 or 415 is about everybody. An id
    with the API key in it raises IdHidden.
    """
    data = readable(answer)
    if remote_id := _order_id(data, *ORDER_ID_FIELDS) or _bare_id(data, answer.http_status):
        return remote_id
    if _has_hidden_id(data, answer.http_status):
        raise IdHidden(_ID_HIDDEN)
    words = all_words(data)
    if admits_order(words):
        raise unknown(answer, words)
    try:
        accepted = accepted_json(answer)
    except Refused as refusal:
        judged = _judged(refusal, answer, data, has_id=bool(_order_id(data, "id")))
        # An error that is its own cause would be an endless chain.
        raise judged from (None if judged is refusal else refusal)
    remote_id = _order_id(accepted, "id")
    if remote_id and _told_statuses(data).isdisjoint(_ERRORS):
        return remote_id
    has_none = "The panel's answer has no order ID"
    raise unknown(answer, f"{has_none}: {read_text(words, _SHOWN)}" if words else f"{has_none}.")


def _judged(refusal: Refused, answer: Answer, data: object, *, has_id: bool) -> Refused | OutcomeUnknown:
    """Return the error to raise for a refusal: the refusal, one about everybody, or an unknown outcome."""
    if has_id or _may_hide_an_order(refusal, answer, data):
        return unknown(answer, refusal.text)
    if refusal.reason is Reason.UNKNOWN and answer.http_status in _REFUSES_ALL:
        return Refused(refusal.text, Reason.EVERYBODY, retry_after=refusal.retry_after)
    return refusal


def _may_hide_an_order(refusal: Refused, answer: Answer, data: object) -> bool:
    """Say whether the order may exist although the panel answered with an error.

    A server that fails may have placed the order before. A gateway in front of it says "unavailable" too, but only the
    panel says at HTTP 503 that it is under maintenance.
    """
    words, told = all_words(data), {answer.http_status, *_told_statuses(data)}
    if refusal.reason is not Reason.DUPLICATE and says_placed(words):
        return True
    is_failing = not told.isdisjoint(_FAILING)
    if refusal.reason in _ABOUT_THE_ORDER:
        # "Service Unavailable" at such a status is about the server, not about a service.
        return is_failing and refusal.text.casefold() in _PHRASES
    is_doubtful = not refusal.is_certain or says_lost(words) or refusal.text.casefold() in _PHRASES
    if refusal.reason is Reason.UNKNOWN and is_doubtful:
        return True
    if refusal.reason is Reason.EVERYBODY:
        return is_failing and not (503 in told and says_maintenance(words))
    return is_failing and refusal.reason is Reason.UNKNOWN


def _told_statuses(data: object) -> set[int]:
    """Return the HTTP statuses that an error names beside its words, or as its code."""
    fields = fields_of(only(data))
    error = fields.get("error")
    values = [error, *(place.get(key) for place in (fields, fields_of(error)) for key in _STATUS_KEYS)]
    texts = (str(value).strip() for value in values if isinstance(value, int | str))
    return {int(text) for text in texts if len(text) == 3 and text.isascii() and text.isdigit()}


def _order_id(data: object, *keys: str) -> str:
    """Return the first usable id in these fields of an answer, or ""."""
    return next(filter(None, map(read_remote_id, _values(data, *keys))), "")


def _has_hidden_id(data: object, http_status: int) -> bool:
    """Say whether an answer has an id with the key in it. In the `id` of an error, the key alone is our own request."""
    if is_hidden_id(data) or any(map(is_hidden_id, _values(data, *ORDER_ID_FIELDS))):
        return True
    hidden = set(filter(is_hidden_id, _values(data, "id")))
    return bool(hidden) and (hidden != {HIDDEN} or not find_refusal(data, http_status))


def _values(data: object, *keys: str) -> list[object]:
    """Return the values of these fields of an answer, of its `data` or `result`, and of its `order`."""
    fields = fields_of(only(data))
    places = map(fields_of, (fields, only(fields.get("data")), only(fields.get("result")), fields.get("order")))
    return [place.get(key) for place in places for key in keys]


def _bare_id(data: object, http_status: int) -> str:
    """Return the id in an answer that is only a whole number, unless the number may be a flag or an HTTP status."""
    text = data if isinstance(data, str) else str(data) if isinstance(data, int) else ""
    if http_status not in (200, 201) or not (text.isascii() and text.isdigit()):
        return ""
    number = int(text[:100])
    return read_remote_id(text) if number > 1 and not 100 <= number <= 599 else ""
