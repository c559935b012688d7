"""Reads any panel's answer into typed, storable values; pure functions, no I/O."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from panels.errors import Refused


class Progress(enum.StrEnum):
    """How far an order has come at its panel, in our words (panel-api.md, 4)."""

    PENDING = "pending"
    PROCESSING = "processing"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    PARTIAL = "partial"
    CANCELED = "canceled"
    REFUNDED = "refunded"
    FAILED = "failed"
    PAUSED = "paused"
    EXPIRED = "expired"


class RefillProgress(enum.StrEnum):
    """How far a refill has come at its panel, in our words (panel-api.md, 4)."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    AWAITING = "awaiting"
    APPROVED = "approved"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELED = "canceled"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer as it came: whatever the status, the body is read for JSON."""

    http_status: int
    body: bytes
    # Where a redirect points, "" if the answer is none; never followed.
    location: str = ""
    # Seconds the panel asked us to wait, from Retry-After, else None.
    retry_after: float | None = None


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
    progress: RefillProgress | None
    remote_status: str


@dataclass(frozen=True, slots=True)
class Balance:
    amount: Decimal
    currency: str


def read_catalog(answer: Answer) -> Catalog: ...
def read_added(answer: Answer) -> str: ...
def read_status(answer: Answer, remote_id: str) -> OrderStatus: ...
def read_statuses(answer: Answer, remote_ids: Sequence[str]) -> Mapping[str, OrderStatus | Refused]: ...
def read_refill(answer: Answer) -> str: ...
def read_refills(answer: Answer, remote_ids: Sequence[str]) -> Mapping[str, str | Refused]: ...
def read_refill_status(answer: Answer) -> RefillStatus: ...
def read_refill_statuses(answer: Answer, refill_ids: Sequence[str]) -> Mapping[str, RefillStatus | Refused]: ...
def read_cancels(answer: Answer, remote_ids: Sequence[str]) -> Mapping[str, Refused | None]: ...
def read_balance(answer: Answer) -> Balance: ...
