"""Finds the error that a JSON value reports, in every shape of docs/protocol.md, 3."""

from __future__ import annotations

import re
from decimal import Decimal
from http import HTTPStatus

from panels.protocol.errors import Reason, Refused
from panels.protocol.fields import fields_of
from panels.protocol.scalars import ACCEPTED_WORDS, is_hidden_id, read_flag, read_text
from panels.protocol.wording import order_progress, reason_for, refill_progress, says_success

NO_WORDS = "The panel refused without giving a reason."
# Only the status of an order has these fields, so an answer with one of them and the status "Fail" is no failed call.
ORDER_KEYS = frozenset({"charge", "startcount", "startcounter", "remains"})
_TEXT_LENGTH = 500
_ALL_LENGTH = 2000
_MAX_PARTS = 20
_MAX_DEPTH = 4
_MESSAGE_KEYS = ("message", "msg", "errormessage", "errormsg", "errordescription", "detail", "reason")
# Beside an error, or at HTTP 4xx and 5xx, they have the sentence too. Elsewhere they may be about anything.
_TEXT_KEYS = ("description", "details", "text", "info", "errortext")
_OUTCOME_KEYS = ("status", "result", "response")
_FAILED_WORDS = frozenset({"error", "fail", "failed", "failure"})
_NO_ERROR_WORDS = frozenset({"", "0", "false", "null", "none"})
_HTTP_PHRASES = frozenset(status.phrase.casefold() for status in HTTPStatus)


def find_refusal(value: object, http_status: int = 200) -> Refused | None:
    """Return the error that an object reports as a whole, or None (docs/protocol.md, 3).

    An `error` that is null, "", 0 or false is no error. A failed status with a message is an error, except in the
    status of an order. If only a number tells it, the error is not certain. At HTTP 4xx and 5xx a message alone is an
    error.
    """
    fields = fields_of(value[0] if isinstance(value, list) and len(value) == 1 else value)
    for key in ("error", "errors"):
        error = fields.get(key)
        if _is_set(error):
            code = clean_words(fields_of(error).get("code"))
            return refused(clean_words(error), _message(fields) or _text(fields), code=code, http_status=http_status)
    if not fields or fields.keys() & ORDER_KEYS:
        return None
    message = _message(fields)
    if not message and http_status >= 400 and not says_success(text := _text(fields)):
        message = text
    if "success" in fields and read_flag(fields["success"]) is False:
        return refused(message, http_status=http_status)
    if message and (http_status >= 400 or _has_failed(fields)):
        return refused(message, code=clean_words(fields.get("errorcode")), http_status=http_status)
    return _refusal_by_number(fields, message, http_status)


def find_bare_refusal(text: str, http_status: int = 200) -> Refused | None:
    """Return the error in an answer that is only a text, or None if the text may be an id, a status or a success."""
    words = read_text(text, _TEXT_LENGTH)
    if not any(char.isalpha() for char in words):
        return None
    error = refused(words, http_status=http_status)
    is_word = " " not in words
    may_be_id = is_hidden_id(words) or (is_word and any(char.isdigit() for char in words))
    is_status = words.casefold() in ACCEPTED_WORDS or order_progress(words) or refill_progress(words)
    is_open = may_be_id or is_status or says_success(words)
    return None if is_open and error.reason is Reason.UNKNOWN else error


def refused(*texts: str, code: str = "", http_status: int = 200) -> Refused:
    """Return the error with these texts. It shows the sentences among them, and its class follows from all of them."""
    said = list(dict.fromkeys(filter(None, texts)))
    sentences = [words for words in said if not _is_code(words)] or [words for words in said if _has_letters(words)]
    shown = read_text("; ".join(sentences or said[:1]), _TEXT_LENGTH)
    return Refused(shown or NO_WORDS, reason_for(". ".join([*said, code]), http_status))


def clean_words(value: object) -> str:
    """Return the words in a text, a list or an object as one line of at most 500 characters (docs/protocol.md, 3)."""
    return read_text("; ".join(_parts(value, _MAX_DEPTH)), _TEXT_LENGTH)


def all_words(value: object) -> str:
    """Return all texts in a value as one line, to look for words that must not be missed."""
    return read_text(". ".join(_texts(value, _MAX_DEPTH)), _ALL_LENGTH)


def _is_code(words: str) -> bool:
    """Say whether words are a code like 113, MAINTENANCE_MODE or "Forbidden", which hides the sentence beside it."""
    return " " not in words or words.casefold() in _HTTP_PHRASES


def _has_letters(words: str) -> bool:
    return re.search(r"[^\W\d_]", words) is not None


def _is_set(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().casefold() not in _NO_ERROR_WORDS
    return bool(value)


def _has_failed(fields: dict[str, object]) -> bool:
    """Say whether an outcome is a word for a failed call, or a status is a no."""
    words = (str(fields.get(key)).strip().casefold() for key in _OUTCOME_KEYS)
    return not _FAILED_WORDS.isdisjoint(words) or read_flag(fields.get("status")) is False


def _refusal_by_number(fields: dict[str, object], message: str, http_status: int) -> Refused | None:
    """Return the error that only a number tells: a code, an HTTP status or a zero. It may mean a success as well."""
    code = fields.get("errorcode")
    outcomes = [fields.get(key) for key in _OUTCOME_KEYS]
    is_told = _is_set(code) or any(read_flag(each) is False or _is_error_status(each) for each in outcomes)
    if not (message and is_told) or says_success(message):
        return None
    error = refused(message, code=clean_words(code), http_status=http_status)
    error.is_certain = False
    return error


def _is_error_status(value: object) -> bool:
    return re.fullmatch(r"[45]\d\d", str(value).strip()) is not None


def _message(fields: dict[str, object]) -> str:
    for place in (fields, fields_of(fields.get("data"))):
        if words := clean_words(_message_of(place)):
            return words
    data = fields.get("data")
    return clean_words(data) if isinstance(data, str) else ""


def _text(fields: dict[str, object]) -> str:
    return next(filter(None, (clean_words(fields.get(key)) for key in _TEXT_KEYS)), "")


def _message_of(fields: dict[str, object]) -> object:
    return next((fields[key] for key in _MESSAGE_KEYS if fields.get(key)), None)


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


def _named_parts(value: dict[str, object], depth: int) -> list[str]:
    if message := _message_of(fields_of(value)):
        return _parts(message, depth - 1)
    named = []
    for name, item in list(value.items())[:_MAX_PARTS]:
        if words := "; ".join(_parts(item, depth - 1)):
            named.append(words if name.isdigit() or name.casefold() == "error" else f"{name}: {words}")
    return named


def _texts(value: object, depth: int) -> list[str]:
    """Return every text in a value up to a depth. The keys do not matter."""
    if isinstance(value, str):
        return [value]
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in items[:_MAX_PARTS] for text in _texts(item, depth - 1)] if depth else []
