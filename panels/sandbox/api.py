"""Answers the seven actions of the API in two dialects (docs/protocol.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from panels.sandbox.rules import Refusal, SandboxService
from panels.sandbox.state import PanelState

MOST_IDS = 100
INCORRECT_REQUEST = "Incorrect request"
# A form has only texts, so an id that looks like a number is answered as a number.
NUMBER = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """The differences between the two dialects (docs/protocol.md)."""

    code: str
    has_cancel: bool
    status_has_currency: bool
    remains_may_be_negative: bool
    rows_have_extras: bool
    refill_not_found: str


DIALECTS: Mapping[str, Dialect] = {
    "000": Dialect(
        code="000",
        has_cancel=False,
        status_has_currency=False,
        remains_may_be_negative=True,
        rows_have_extras=False,
        refill_not_found="Incorrect refill ID",
    ),
    "003": Dialect(
        code="003",
        has_cancel=True,
        status_has_currency=True,
        remains_may_be_negative=False,
        rows_have_extras=True,
        refill_not_found="Refill not found",
    ),
}


class Api:
    """Answers the calls of one account in one dialect."""

    def __init__(self, state: PanelState, dialect: Dialect, *, key: str, currency: str) -> None:
        self._state = state
        self._dialect = dialect
        self._key = key
        self._currency = currency

    def answer(self, fields: Mapping[str, str], request_number: int) -> Any:
        """Carry out one call and return its answer, which may be an error."""
        if fields.get("key") != self._key:
            return {"error": "Invalid API key"}
        actions: dict[str, Callable[[], Any]] = {
            "services": lambda: self._services(fields),
            "add": lambda: self._add(fields, request_number),
            "status": lambda: self._status(fields),
            "refill": lambda: self._refill(fields),
            "refill_status": lambda: self._refill_status(fields),
            "balance": lambda: {"balance": plain(self._state.balance), "currency": self._currency},
        }
        if self._dialect.has_cancel:
            actions["cancel"] = lambda: self._cancel(fields)
        action = actions.get(fields.get("action", ""))
        if action is None:
            return {"error": INCORRECT_REQUEST}
        with self._state.lock:
            self._state.settle()
            try:
                return action()
            except Refusal as refusal:
                return {"error": str(refusal)}

    def _services(self, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        page = self._state.paging.page(list(self._state.services.values()), fields.get("offset"))
        if page is None:
            raise Refusal(INCORRECT_REQUEST)
        return [self._row(service) for service in page]

    def _add(self, fields: Mapping[str, str], request_number: int) -> dict[str, Any]:
        wanted = {name: text for name, text in fields.items() if name not in ("key", "action", "service")}
        order = self._state.place(fields.get("service", ""), wanted, request_number)
        return {"order": int(order.id)}

    def _status(self, fields: Mapping[str, str]) -> dict[str, Any]:
        if "orders" not in fields:
            return self._report_on(_one_id(fields, "order"))
        return {order_id: _or_error(self._report_on, order_id) for order_id in _many_ids(fields, "orders")}

    def _refill(self, fields: Mapping[str, str]) -> Any:
        if "orders" not in fields:
            return {"refill": self._state.request_refill(_one_id(fields, "order")).id}
        return [
            {"order": _shown_id(order_id), "refill": _or_error(self._refilled, order_id)}
            for order_id in _many_ids(fields, "orders")
        ]

    def _refill_status(self, fields: Mapping[str, str]) -> Any:
        if "refills" not in fields:
            return {"status": self._refill_word(_one_id(fields, "refill"))}
        return [
            {"refill": _shown_id(refill_id), "status": _or_error(self._refill_word, refill_id)}
            for refill_id in _many_ids(fields, "refills")
        ]

    def _cancel(self, fields: Mapping[str, str]) -> Any:
        if self._state.habits.cancels_one:
            return {"cancel": self._canceled(_one_id(fields, "order"))}
        return [
            {"order": _shown_id(order_id), "cancel": _or_error(self._canceled, order_id)}
            for order_id in _many_ids(fields, "orders")
        ]

    def _refilled(self, order_id: str) -> int:
        return int(self._state.request_refill(order_id).id)

    def _canceled(self, order_id: str) -> int:
        self._state.request_cancel(order_id)
        return 1

    def _refill_word(self, refill_id: str) -> str:
        refill = self._state.refills.get(refill_id)
        if refill is None:
            raise Refusal(self._dialect.refill_not_found)
        return refill.status(self._state.now())

    def _report_on(self, order_id: str) -> dict[str, Any]:
        order, now, habits = self._state.find(order_id), self._state.now(), self._state.habits
        has_begun, is_canceled = now >= order.starts_at, order.status(now) == "Canceled"
        has_remains = not (
            habits.ends_without_remains if is_canceled else habits.begins_without_remains and not has_begun
        )
        report = {
            "charge": plain(order.charge_at(now, keeps_charge=habits.keeps_charge)),
            "start_count": str(order.start_count) if has_begun else None,
            "status": order.status(now),
            "remains": str(order.remains(now)) if has_remains else "0",
        }
        if self._dialect.status_has_currency:
            report["currency"] = self._currency
        return report

    def _row(self, service: SandboxService) -> dict[str, Any]:
        row: dict[str, Any] = {
            "service": int(service.id),
            "name": service.name,
            "type": service.type,
            "category": service.category,
            "rate": self._rate(service.rate),
            "min": str(service.min),
            "max": str(service.max),
            "refill": service.refill,
        }
        if self._dialect.has_cancel:
            row["cancel"] = service.cancel
        if self._dialect.rows_have_extras:
            row |= {"dripfeed": service.dripfeed, "desc": service.description, "average_time": service.average_time}
        return row

    def _rate(self, rate: Decimal) -> str:
        """Write a price as the dialect does: 2.5 or 2.50, and a whole number without decimals."""
        text = plain(rate)
        if self._dialect.code == "003" and "." in text:
            return text if len(text.partition(".")[2]) > 1 else text + "0"
        return text


def plain(amount: Decimal) -> str:
    """Write an amount without an exponent and without trailing zeros."""
    return f"{amount.normalize():f}"


def _one_id(fields: Mapping[str, str], name: str) -> str:
    if not fields.get(name):
        raise Refusal(INCORRECT_REQUEST)
    return fields[name].strip()


def _many_ids(fields: Mapping[str, str], name: str) -> list[str]:
    ids = list(dict.fromkeys(text.strip() for text in fields.get(name, "").split(",") if text.strip()))
    if not 0 < len(ids) <= MOST_IDS:
        raise Refusal(INCORRECT_REQUEST)
    return ids


def _shown_id(text: str) -> int | str:
    return int(text) if NUMBER.fullmatch(text) else text


def _or_error(action: Callable[[str], Any], remote_id: str) -> Any:
    try:
        return action(remote_id)
    except Refusal as refusal:
        return {"error": str(refusal)}
