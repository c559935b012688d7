"""Reads any panel's answer into typed, storable values; pure functions, no I/O.

Every reader takes an Answer of any bytes at any HTTP status, and raises only

    NotSent          HTTP 429: nothing happened
    Refused          an error was understood; HTTP 401 and 402 are auth and funds whatever the body
    OutcomeUnknown   nothing that can be read: a redirect, empty, a web page, broken JSON, null, not what was asked for

What comes out fits the columns of either database (architecture.md, Data). A reader of many ids returns what was
answered about the ids that were asked: an id left out was not answered, and that says nothing about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from panels.protocol.answers import (
    NO_WORDS,
    ORDER_KEYS,
    Answer,
    container,
    find_refusal,
    inner,
    named_id,
    only,
    outcomes_by_id,
    readable,
    understood,
    unknown,
)
from panels.protocol.errors import Reason, Refused
from panels.protocol.order_types import fold_type
from panels.protocol.scalars import (
    MAX_COUNT,
    MAX_WHOLE,
    read_currency,
    read_flag,
    read_lines,
    read_money,
    read_rate,
    read_remote_id,
    read_text,
    read_whole,
)
from panels.protocol.wording import Progress, RefillProgress, order_progress, reason_for, refill_progress

__all__ = [
    "Answer",
    "Balance",
    "Catalog",
    "CatalogRow",
    "OrderStatus",
    "Progress",
    "RefillProgress",
    "RefillStatus",
    "read_added",
    "read_balance",
    "read_cancels",
    "read_catalog",
    "read_refill",
    "read_refill_status",
    "read_refill_statuses",
    "read_refills",
    "read_remote_id",
    "read_status",
    "read_statuses",
]
T = TypeVar("T")
# A refill that was accepted and got no id, a cancel that was accepted.
_ACCEPTED = ""
_ACCEPTED_WORDS = frozenset({"success", "ok", "accepted", "canceled", "cancelled"})
_STATUS_KEYS = ORDER_KEYS | {"status"}


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """One usable row of a panel's `services` answer. rate_per_1000 is flat for packages."""

    remote_id: str
    name: str
    # A slug of order_types.ORDER_TYPES, "" when the panel's word is not known.
    type: str
    raw_type: str
    category: str
    rate_per_1000: Decimal
    min_quantity: int | None
    max_quantity: int | None
    refill: bool | None
    cancel: bool | None
    dripfeed: bool | None
    description: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """All usable rows, one per remote id (the last wins), and how many rows could not be used."""

    rows: tuple[CatalogRow, ...]
    unusable: int


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """What a panel says about one order; None and "" mean that it did not say."""

    # None when the panel's word is not one we know: keep the progress known before, and flag the word.
    progress: Progress | None
    remote_status: str
    charge: Decimal | None
    currency: str
    start_count: int | None
    remains: int | None


@dataclass(frozen=True, slots=True)
class RefillStatus:
    """What a panel says about one refill."""

    # None when the panel's word is not one we know.
    progress: RefillProgress | None
    remote_status: str


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left at a panel; negative when the panel has lent."""

    amount: Decimal
    # Upper-cased code, "" when the panel did not say.
    currency: str


def read_catalog(answer: Answer) -> Catalog:
    """Return a panel's services: a list or a dict by id, bare or under `services` or `data` (panel-api.md, 3).

    Rows without an id or a rate are counted as unusable; flags and limits that are missing are None. No rows at all
    is no error here: what that means is for the caller to say.
    """
    services = understood(answer)
    while isinstance(services, dict) and (held := container(services, "services", "data")) is not None:
        services = held
    if isinstance(services, dict):
        if services and not any(isinstance(row, dict) for row in services.values()):
            raise unknown(answer, "The panel's answer holds no list of services.")
        rows = [_catalog_row(row, key) for key, row in services.items()]
    else:
        rows = [_catalog_row(row) for row in services]
    usable = {row.remote_id: row for row in rows if row is not None}
    return Catalog(tuple(usable.values()), unusable=rows.count(None))


def read_added(answer: Answer) -> str:
    """Return the id of the order that an `add` placed (panel-api.md, 3 and 5).

    An id as `order` or `order_id` means that the order exists, whatever else the answer says and whatever its HTTP
    status; `id` counts where no error stands beside it. Without one: Refused when an error was understood,
    OutcomeUnknown otherwise. An error of no known class at HTTP 5xx or 408 is OutcomeUnknown too, since a server
    that stumbles may have placed the order before it did.
    """
    if remote_id := _order_id(readable(answer), "order", "order_id"):
        return remote_id
    try:
        data = understood(answer)
    except Refused as refusal:
        if refusal.reason is Reason.UNKNOWN and (answer.http_status >= 500 or answer.http_status == 408):
            raise unknown(answer, refusal.text) from refusal
        raise
    if remote_id := _order_id(data, "id"):
        return remote_id
    raise unknown(answer, "The panel's answer holds no order id.")


def read_status(answer: Answer, remote_id: str) -> OrderStatus:
    """Return what a panel says about one order, in the single or the plural form (panel-api.md, 3)."""
    status = read_statuses(answer, [remote_id]).get(remote_id)
    return _told(answer, status, "The panel's answer does not tell this order's status.")


def read_statuses(answer: Answer, remote_ids: Sequence[str]) -> Mapping[str, OrderStatus | Refused]:
    """Return what a panel says about each order, a Refused for a failing id (panel-api.md, 3).

    Raises Refused when one error stands for all: the panel may not know `orders`. Raises OutcomeUnknown when it tells
    one status and not whose.
    """
    return outcomes_by_id(answer, remote_ids, ("order", "order_id"), _order_status)


def read_refill(answer: Answer) -> str:
    """Return the id of the refill that was requested, "" when it was accepted without one (panel-api.md, 3)."""
    outcome = _refill_id(only(inner(understood(answer))))
    return _told(answer, outcome, "The panel's answer does not tell whether the refill was accepted.")


def read_refills(answer: Answer, remote_ids: Sequence[str]) -> Mapping[str, str | Refused]:
    """Return the refill id for each order, "" when accepted without one, a Refused for a failing id.

    Raises Refused when one error stands for all (panel-api.md, 3).
    """
    return outcomes_by_id(answer, remote_ids, ("order", "order_id"), _refill_id, for_all=_ACCEPTED)


def read_refill_status(answer: Answer) -> RefillStatus:
    """Return how far a refill has come (panel-api.md, 3)."""
    outcome = _refill_status(only(inner(understood(answer))))
    return _told(answer, outcome, "The panel's answer does not tell the refill's status.")


def read_refill_statuses(answer: Answer, refill_ids: Sequence[str]) -> Mapping[str, RefillStatus | Refused]:
    """Return how far each refill has come, a Refused for a failing id.

    Raises Refused when one error stands for all (panel-api.md, 3).
    """
    return outcomes_by_id(answer, refill_ids, ("refill", "refill_id"), _refill_status)


def read_cancels(answer: Answer, remote_ids: Sequence[str]) -> Mapping[str, Refused | None]:
    """Return None for each order whose cancel request was accepted, a Refused for a failing id.

    Accepted is not canceled: only the order's status tells. Raises Refused when one error stands for all
    (panel-api.md, 3).
    """
    outcomes = outcomes_by_id(answer, remote_ids, ("order", "order_id"), _cancel_outcome, for_all=_ACCEPTED)
    return {remote_id: outcome if isinstance(outcome, Refused) else None for remote_id, outcome in outcomes.items()}


def read_balance(answer: Answer) -> Balance:
    """Return the balance, with the currency that stands beside it or in its text (panel-api.md, 3)."""
    data = only(inner(understood(answer)))
    amount, currency = read_money(data.get("balance")) if isinstance(data, dict) else (None, "")
    if isinstance(data, dict) and amount is not None:
        return Balance(amount, read_currency(data.get("currency")) or currency)
    raise unknown(answer, "The panel's answer holds no balance.")


def _told(answer: Answer, outcome: T | Refused | None, otherwise: str) -> T:
    if isinstance(outcome, Refused):
        raise outcome
    if outcome is None:
        raise unknown(answer, otherwise)
    return outcome


def _catalog_row(row: object, key: str = "") -> CatalogRow | None:
    if not isinstance(row, dict):
        return None
    remote_id = named_id(row, ("service", "service_id", "id")) or read_remote_id(key)
    rate = read_rate(row.get("rate"))
    if not remote_id or rate is None:
        return None
    raw_type = read_text(row.get("type"), 100)
    return CatalogRow(
        remote_id=remote_id,
        name=read_text(row.get("name"), 500),
        type=fold_type(raw_type),
        raw_type=raw_type,
        category=read_text(row.get("category"), 300),
        rate_per_1000=rate,
        min_quantity=read_whole(row.get("min"), 0, MAX_WHOLE),
        max_quantity=read_whole(row.get("max"), 0, MAX_WHOLE),
        refill=read_flag(row.get("refill")),
        cancel=read_flag(row.get("cancel")),
        dripfeed=read_flag(row.get("dripfeed")),
        description=read_lines(row.get("desc"), 4000) or read_lines(row.get("description"), 4000),
    )


def _order_id(data: object, *keys: str) -> str:
    """Return the first usable id under these keys, in an answer itself, in its `data` or in its `order`."""
    answer = only(data)
    if not isinstance(answer, dict):
        return ""
    places = (answer, only(answer.get("data")), answer.get("order"))
    return next(filter(None, (named_id(place, keys) for place in places)), "")


def _row_refusal(row: object, key: str) -> Refused | None:
    """Return the error of one part of an answer: the part itself, or an error where `key` should hold a value."""
    held = row.get(key) if isinstance(row, dict) else None
    words = find_refusal(row) or find_refusal(held)
    return _refused(words) if words else None


def _refused(words: str) -> Refused:
    return Refused(words, reason_for(words))


def _order_status(row: object) -> OrderStatus | Refused | None:
    if not isinstance(row, dict):
        return _refused_text(row)
    if refusal := _row_refusal(row, "status"):
        return refusal
    if not row.keys() & _STATUS_KEYS:
        return None
    charge, currency = read_money(row.get("charge"))
    start_counts = [read_whole(row.get(key), -MAX_COUNT, MAX_COUNT) for key in ("start_count", "start_counter")]
    word = read_text(row.get("status"), 100)
    return OrderStatus(
        progress=order_progress(word),
        remote_status=word,
        charge=charge,
        currency=read_currency(row.get("currency")) or currency,
        start_count=next((count for count in start_counts if count is not None), None),
        remains=read_whole(row.get("remains"), -MAX_COUNT, MAX_COUNT),
    )


def _refill_id(row: object) -> str | Refused | None:
    """Return a refill's id, or "" when it was accepted without one."""
    if refusal := _row_refusal(row, "refill"):
        return refusal
    value = row.get("refill") if isinstance(row, dict) else row
    if remote_id := read_remote_id(value) or named_id(row, ("refill_id",)):
        return _ACCEPTED if remote_id.casefold() in _ACCEPTED_WORDS else remote_id
    if value is True or (isinstance(row, dict) and _is_accepted(row)):
        return _ACCEPTED
    return _refused(NO_WORDS) if value is False else _refused_text(value)


def _refill_status(row: object) -> RefillStatus | Refused | None:
    if refusal := _row_refusal(row, "status"):
        return refusal
    word = read_text(row.get("status") if isinstance(row, dict) else row, 100)
    progress = refill_progress(word)
    if not word:
        return None
    return RefillStatus(progress, word) if progress or isinstance(row, dict) else _refused(word)


def _cancel_outcome(row: object) -> str | Refused | None:
    """Return "" for an accepted cancel."""
    if refusal := _row_refusal(row, "cancel"):
        return refusal
    value = row.get("cancel") if isinstance(row, dict) else row
    if read_flag(value) is False:
        return _refused(NO_WORDS)
    if _is_yes(value) or (isinstance(row, dict) and _is_accepted(row)):
        return _ACCEPTED
    return _refused_text(value)


def _refused_text(value: object) -> Refused | None:
    """Return the refusal that stands as a bare text where something else was to be expected."""
    is_text = isinstance(value, str) and any(char.isalpha() for char in value)
    words = find_refusal({"error": value}) if is_text else None
    return _refused(words) if words else None


def _is_yes(value: object) -> bool:
    """Tell whether a value accepts: true, a word for it, or a number, which is the request's id."""
    if not isinstance(value, str):
        return value is True or read_remote_id(value) != ""
    word = value.strip().casefold()
    return read_flag(word) is True or word in _ACCEPTED_WORDS or (word.isdigit() and read_remote_id(word) != "")


def _is_accepted(row: dict[str, object]) -> bool:
    """Tell whether an answer says that all went well: `success` or `ok` being true or words, or a status for it."""
    for key in ("success", "ok"):
        value = row.get(key)
        if read_flag(value) or (isinstance(value, str) and value.strip() and read_flag(value) is None):
            return True
    return read_text(row.get("status"), 100).casefold() in _ACCEPTED_WORDS
