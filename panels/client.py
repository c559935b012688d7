"""The panel API as typed calls: PanelClient; knows an Account, not a model, and imports no Django."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from panels.errors import Refused
from panels.wire import Balance, Catalog, OrderStatus, RefillStatus


class Key(Protocol):
    """An API key that hides itself in repr and gives its text only when asked."""

    def reveal(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Account:
    """All that a client needs to know of a panel."""

    api_url: str
    api_key: Key
    always_send_quantity: bool = False
    multi_status: bool = True       # False: `orders` is ignored, ask one by one
    multi_refill: bool = True
    cancel_parameter: str = "orders"   # or "order"
    connect_timeout: float = 10.0   # seconds
    read_timeout: float = 60.0      # seconds between two bytes
    total_timeout: float = 90.0     # seconds for the whole exchange
    allow_private_hosts: bool = False
    allow_http: bool = False


class PanelClient:
    """All seven actions of one account.

    `pace` is called before each HTTP exchange of a read, refill or cancel; it blocks until the panel's limits allow a
    call, or raises NotSent. `add` is not paced here: its claim has reserved the call.
    `learned` is filled with the dialect switches this client found out ({"multi_status": False}), for the caller to store.
    Use as a context manager: leaving it closes pooled connections.
    """

    def __init__(self, account: Account, *, pace: Callable[[], None] | None = None) -> None: ...
    def services(self) -> Catalog: ...
    def balance(self) -> Balance: ...
    def add(self, service: str, type_slug: str, values: Mapping[str, str], *, not_after: float) -> str: ...
    def statuses(self, remote_ids: Sequence[str]) -> Mapping[str, OrderStatus | Refused]: ...
    def refills(self, remote_ids: Sequence[str]) -> Mapping[str, str | Refused]: ...
    def refill_statuses(self, refill_ids: Sequence[str]) -> Mapping[str, RefillStatus | Refused]: ...
    def cancels(self, remote_ids: Sequence[str]) -> Mapping[str, Refused | None]: ...
