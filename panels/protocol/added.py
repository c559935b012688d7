"""Reads the answer to an `add`: the id of the order, a refusal, or an unknown outcome (docs/protocol.md, 3 and 5).

An answer is asked in this order:

an id of an order                 the order exists, at any HTTP status and with any other content
a bare whole number               the order exists, at HTTP 200 and 201
words that admit the order        unknown, because the order may exist
an id that may be the order's     placed without an error beside it, unknown with an error
words of a known class            refused
words of an unknown class         refused; about the panel at 403, 404, 405 and 415; unknown at 408 and 5xx
anything else                     unknown
"""

from __future__ import annotations

from panels.protocol.admission import admits_order, says_lost, says_placed
from panels.protocol.answers import Answer, accepted_json, named_id, only, readable, unknown
from panels.protocol.errors import OutcomeUnknown, Reason, Refused
from panels.protocol.fields import fields_of
from panels.protocol.refusal_shapes import all_words
from panels.protocol.scalars import read_remote_id
from panels.protocol.wording import says_maintenance

_ORDER_KEYS = ("order", "orderid")
_REFUSES_ALL = frozenset({403, 404, 405, 415})
# Words of these classes are about the order that was sent, so the panel has looked at it and has not taken it.
_ABOUT_THE_ORDER = frozenset({Reason.DUPLICATE, Reason.NOT_ELIGIBLE, Reason.NOT_FOUND, Reason.VALIDATION})


def read_added(answer: Answer) -> str:
    """Return the id of the order that an `add` placed (docs/protocol.md, 3 and 5).

    Raises Refused for an understood error, and OutcomeUnknown for an error that admits the order or leaves doubt, and
    for anything else without an id. An error of an unknown class at HTTP 403, 404, 405 or 415 is about everybody.
    """
    data = readable(answer)
    if remote_id := _order_id(data, *_ORDER_KEYS) or _bare_id(data, answer.http_status):
        return remote_id
    words = all_words(data)
    if admits_order(words):
        raise unknown(answer, words)
    try:
        accepted = accepted_json(answer)
    except Refused as refusal:
        judged = _judged(refusal, answer, words, has_id=bool(_order_id(data, "id")))
        # An error that is its own cause would be an endless chain.
        raise judged from (None if judged is refusal else refusal)
    if remote_id := _order_id(accepted, "id"):
        return remote_id
    raise unknown(answer, "The panel's answer has no order ID.")


def _judged(refusal: Refused, answer: Answer, words: str, *, has_id: bool) -> Refused | OutcomeUnknown:
    """Return the error to raise for a refusal: the refusal, one about everybody, or an unknown outcome."""
    if has_id or _may_hide_an_order(refusal, answer, words):
        return unknown(answer, refusal.text)
    if refusal.reason is Reason.UNKNOWN and answer.http_status in _REFUSES_ALL:
        return Refused(refusal.text, Reason.EVERYBODY, retry_after=refusal.retry_after)
    return refusal


def _may_hide_an_order(refusal: Refused, answer: Answer, words: str) -> bool:
    """Say whether the order may exist although the panel answered with an error.

    A server that fails may have placed the order before. A gateway in front of it says "unavailable" too, but only the
    panel says at HTTP 503 that it is under maintenance.
    """
    if refusal.reason is not Reason.DUPLICATE and says_placed(words):
        return True
    if refusal.reason in _ABOUT_THE_ORDER:
        return False
    if refusal.reason is Reason.UNKNOWN and says_lost(words):
        return True
    is_failing = answer.http_status >= 500 or answer.http_status == 408
    if refusal.reason is Reason.EVERYBODY:
        return is_failing and not (answer.http_status == 503 and says_maintenance(words))
    return is_failing and refusal.reason is Reason.UNKNOWN


def _order_id(data: object, *keys: str) -> str:
    """Return the first usable id in these fields of an answer, of its `data` or `result`, or of its `order`."""
    fields = fields_of(only(data))
    places = (fields, only(fields.get("data")), only(fields.get("result")), fields.get("order"))
    return next(filter(None, (named_id(place, keys) for place in places)), "")


def _bare_id(data: object, http_status: int) -> str:
    """Return the id in an answer that is only a whole number, unless the number may be a flag or an HTTP status."""
    text = data if isinstance(data, str) else str(data) if isinstance(data, int) else ""
    if http_status not in (200, 201) or not (text.isascii() and text.isdigit()):
        return ""
    number = int(text[:100])
    return read_remote_id(text) if number > 1 and not 100 <= number <= 599 else ""
