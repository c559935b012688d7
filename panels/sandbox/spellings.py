"""The other spellings of right answers and of errors that panels use, one rewriting each. Catalogs have their own.

A rewriting gets the answer of the strict panel and the fields of the call. A refusal is {"error": text}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Rewrite = Callable[[Any, Mapping[str, str]], Any]
OTHER_CURRENCY = "USDT"
OTHER_WORDS = {
    "Pending": "Waiting",
    "Processing": "Accepted",
    "In progress": "Started",
    "Completed": "Delivered",
    "Partial": "Partially completed",
    "Canceled": "Order cancelled",
}


@dataclass(frozen=True, slots=True)
class Spelling:
    """One other way to write an answer. `action` is the call, "" for any call."""

    says: str
    action: str
    rewrite: Rewrite
    # None: calls for one ID and for many.
    is_plural: bool | None = None
    # None: also for errors.
    is_for_errors: bool | None = False

    def __call__(self, answer: Any, fields: Mapping[str, str]) -> Any:
        """Rewrite the answer to a call, if it is of this kind."""
        is_error = isinstance(answer, dict) and "error" in answer
        is_plural = not fields.keys().isdisjoint(("orders", "refills"))
        if self.is_for_errors not in (None, is_error) or self.action not in ("", fields.get("action")):
            return answer
        return answer if self.is_plural not in (None, is_plural) else self.rewrite(answer, fields)


# -- the kinds of rewritings


def without_ellipses(row: dict[str, Any]) -> dict[str, Any]:
    """Return an object without the fields that a rewriting leaves out."""
    return {name: value for name, value in row.items() if value is not ...}


def _added(says: str, write: Callable[[int], Any]) -> Spelling:
    return Spelling(says, "add", lambda answer, _: write(answer["order"]))


def _error(says: str, write: Callable[[str], Any]) -> Spelling:
    return Spelling(says, "", lambda answer, _: write(answer["error"]), is_for_errors=True)


def _status(says: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Spelling:
    """Rewrite the status of each order that has one."""

    def rewrite(answer: Any, fields: Mapping[str, str]) -> Any:
        if "orders" in fields:
            return {key: row if "error" in row else changed(row) for key, row in answer.items()}
        return changed(answer)

    def changed(row: dict[str, Any]) -> dict[str, Any]:
        return without_ellipses({**row, **change(row)})

    return Spelling(says, "status", rewrite)


def _one(action: str, says: str, write: Callable[[Any, str], Any]) -> Spelling:
    """Rewrite the answer about one order, which gets its ID too."""
    return Spelling(says, action, lambda answer, fields: write(answer, fields["order"]), is_plural=False)


def _many(action: str, says: str, write: Callable[[Any], Any]) -> Spelling:
    return Spelling(says, action, lambda answer, _: write(answer), is_plural=True)


def _balance(says: str, write: Callable[[Decimal, str], Any]) -> Spelling:
    return Spelling(says, "balance", lambda answer, _: write(Decimal(answer["balance"]), answer["currency"]))


def _failed(value: Any) -> bool:
    return isinstance(value, dict) and "error" in value


def _flat(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Put the errors of single IDs beside the ID instead of under a name."""
    return [{**without_ellipses({**row, name: ...}), **row[name]} if _failed(row[name]) else row for row in rows]


ADDS: Mapping[str, Spelling] = {
    "id_as_text": _added("The ID of a new order is a text.", lambda order: {"order": str(order)}),
    "id_in_order_id": _added("The ID is under `order_id`.", lambda order: {"order_id": order}),
    "id_in_camel_case": _added("The ID is under `orderId`.", lambda order: {"orderId": order}),
    "id_in_capitals": _added("The ID is under `OrderID`.", lambda order: {"OrderID": order}),
    "id_in_capital_order": _added("The ID is under `Order`.", lambda order: {"Order": order}),
    "id_in_id": _added("The ID is under `id`.", lambda order: {"id": order}),
    "id_in_data": _added("The ID is one level down.", lambda order: {"success": True, "data": {"order": order}}),
    "id_beside_success": _added("A status is beside the ID.", lambda order: {"status": "success", "order": order}),
    "id_alone": _added("The answer is only the ID.", lambda order: order),
    "id_beside_amounts": _added(
        "Charge, time and balance are beside the ID.",
        lambda order: {"order": order, "charge": "0.09", "created_at": "2026-01-01 10:00", "remaining_balance": "9.5"},
    ),
}
ERRORS: Mapping[str, Spelling] = {
    "error_as_string": _error("An error is only a JSON string.", lambda text: text),
    "error_with_number": _error(
        "An error is a number beside the sentence.", lambda text: {"error": 113, "message": text}
    ),
    "error_with_digit": _error(
        "An error is a digit in text beside the sentence.", lambda text: {"error": "1", "message": text}
    ),
    "error_with_code": _error(
        "An error is a code beside the sentence.", lambda text: {"error": "REQUEST_FAILED", "message": text}
    ),
    "error_with_status": _error("A number as text is beside the error.", lambda text: {"error": text, "status": "104"}),
    "error_in_message": _error(
        "An error is a message of a failed status.", lambda text: {"status": "error", "message": text}
    ),
    "error_in_msg": _error("An error is an answer without success.", lambda text: {"success": False, "msg": text}),
    "error_with_description": _error(
        "An error is a number, and the sentence is a description.", lambda text: {"error": 113, "description": text}
    ),
    "error_with_error_code": _error(
        "An error is a code and a message of its own.", lambda text: {"error_code": 113, "error_msg": text}
    ),
    "error_with_http_status": _error(
        "An error is a message beside an HTTP status.", lambda text: {"status": 400, "message": text}
    ),
    "error_in_data": _error("An error is the data of a failed call.", lambda text: {"status": "error", "data": text}),
    "error_in_list": _error("Errors are a list.", lambda text: {"errors": [text]}),
    "error_by_field": _error("Errors are lists by the field.", lambda text: {"errors": {"request": [text]}}),
    "error_in_object": _error("An error is an object with a message.", lambda text: {"error": {"message": text}}),
}
STATUSES: Mapping[str, Spelling] = {
    "status_in_numbers": _status(
        "Charge, start count and remains are numbers.",
        lambda row: {
            "charge": float(row["charge"]),
            "remains": int(row["remains"]),
            "start_count": int(row["start_count"] or 0),
        },
    ),
    "status_in_nulls": _status(
        "Charge, start count and remains are null.", lambda _: {"charge": None, "remains": None, "start_count": None}
    ),
    "status_of_parent": _status(
        "An order has runs and orders of its own, and neither charge nor remains.",
        lambda _: {"charge": ..., "remains": ..., "start_count": ..., "runs": "5", "orders": [1, 2]},
    ),
    "status_of_subscription": _status(
        "A subscription is active, with its posts, a yes or no for the expiry, and neither charge nor remains.",
        lambda _: (
            dict.fromkeys(("charge", "remains", "start_count", "currency"), ...)
            | {"status": "Active", "expiry": True, "posts": "3", "orders": []}
        ),
    ),
    "status_without_charge": _status("The charge is missing.", lambda _: {"charge": ...}),
    "status_without_currency": _status("The currency is missing.", lambda _: {"currency": ...}),
    "status_with_more": _status("More fields are beside the known ones.", lambda _: {"link": "x", "quantity": "9"}),
    "start_counter": _status(
        "The start count is called `start_counter`.",
        lambda row: {"start_count": ..., "start_counter": row["start_count"]},
    ),
    "remains_with_sign": _status("The remains have a plus sign.", lambda row: {"remains": f"+{row['remains']}"}),
    "remains_empty": _status("The remains are empty.", lambda _: {"remains": ""}),
    "remains_in_words": _status("The remains are a word.", lambda _: {"remains": "Unknown"}),
    "other_words": _status(
        "Orders have other words for their status.",
        lambda row: {"status": OTHER_WORDS.get(row["status"], row["status"])},
    ),
    "words_in_other_letters": _status(
        "The words of orders are written like IN_PROGRESS.",
        lambda row: {"status": row["status"].upper().replace(" ", "_")},
    ),
    "currency_renamed": _status("The currency has another code.", lambda _: {"currency": OTHER_CURRENCY}),
    "statuses_in_list": _many(
        "status",
        "The statuses of many orders are a list.",
        lambda rows: [{"order": int(key), **row} for key, row in rows.items()],
    ),
    "statuses_with_bare_errors": _many(
        "status",
        "The error of one order among many is only a text.",
        lambda rows: {key: row["error"] if _failed(row) else row for key, row in rows.items()},
    ),
    "statuses_left_out": _many(
        "status",
        "Orders that the panel does not know are left out.",
        lambda rows: {key: row for key, row in rows.items() if not _failed(row)},
    ),
}
REQUESTS: Mapping[str, Spelling] = {
    "refill_as_number": _one(
        "refill", "The ID of a refill is a number.", lambda row, _: {"refill": int(row["refill"])}
    ),
    "refill_by_order": _one("refill", "A refill is under the ID of its order.", lambda row, order: {order: row}),
    "refill_beside_success": _one(
        "refill", "A sentence is beside the refill.", lambda row, _: {"success": "OK", **row}
    ),
    "refill_without_id": _one("refill", "A refill has no ID.", lambda *_: {"success": "Refill is requested"}),
    "refills_with_flat_errors": _many(
        "refill", "The error of one refill among many is beside the order.", lambda rows: _flat(rows, "refill")
    ),
    "refill_statuses_with_flat_errors": _many(
        "refill_status", "The error of a refill status is beside the refill.", lambda rows: _flat(rows, "status")
    ),
    "cancels_in_one_word": _many("cancel", "One answer is for all cancels.", lambda _: {"success": "Cancel requested"}),
    "cancels_in_one_flag": _many("cancel", "One flag is for all cancels.", lambda _: {"ok": True}),
    "cancels_by_order": _many(
        "cancel",
        "Cancels are an object with the IDs as keys.",
        lambda rows: {str(row["order"]): {"cancel": row["cancel"]} for row in rows},
    ),
    "cancels_in_words": _many(
        "cancel",
        "An accepted cancel is an object with a sentence.",
        lambda rows: [row if _failed(row["cancel"]) else {**row, "cancel": {"success": "OK"}} for row in rows],
    ),
    "cancels_with_ids": _many(
        "cancel",
        "An accepted cancel has an ID of its own.",
        lambda rows: [row if _failed(row["cancel"]) else {**row, "cancel": 8812} for row in rows],
    ),
}
BALANCES: Mapping[str, Spelling] = {
    "balance_as_number": _balance(
        "The balance is a number.", lambda amount, currency: {"balance": float(amount), "currency": currency}
    ),
    "balance_in_data": _balance(
        "The balance is one level down.",
        lambda amount, currency: {"status": "success", "data": {"balance": str(amount), "currency": currency}},
    ),
    "balance_with_commas": _balance(
        'The balance is written like "1,234.56".',
        lambda amount, currency: {"balance": f"{amount:,.2f}", "currency": currency},
    ),
    "balance_with_sign": _balance(
        "The balance has a sign of the currency.", lambda amount, _: {"balance": f"${amount:,.2f}"}
    ),
    "balance_with_code": _balance(
        "The code of the currency is beside the amount.",
        lambda amount, currency: {"balance": f"{amount:.2f} {currency}"},
    ),
    "balance_in_thousands": _balance(
        'The balance is written like "1.5K".',
        lambda amount, currency: {"balance": f"{amount / 1000:f}K", "currency": currency},
    ),
    "balance_in_other_currency": _balance(
        "The currency has another code under the same numbers.",
        lambda amount, _: {"balance": str(amount), "currency": OTHER_CURRENCY},
    ),
}
SPELLINGS: Mapping[str, Spelling] = {**ADDS, **ERRORS, **STATUSES, **REQUESTS, **BALANCES}
