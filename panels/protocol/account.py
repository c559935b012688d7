"""All that a client needs to know of a panel: an Account, and the Protocol of its key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

T = TypeVar("T")


class Key(Protocol):
    """An API key that hides itself in repr and gives its text only when asked."""

    def reveal(self) -> str:
        """Return the key itself."""


@dataclass(frozen=True, slots=True)
class Account:
    """All that a client needs to know of a panel."""

    api_url: str
    api_key: Key
    always_send_quantity: bool = False
    multi_status: bool = True  # False: `orders` is ignored, ask one by one
    multi_refill: bool = True
    cancel_parameter: str = "orders"  # or "order"
    connect_timeout: float = 10.0  # seconds
    read_timeout: float = 60.0  # seconds between two bytes
    total_timeout: float = 90.0  # seconds for the whole exchange
    allow_private_hosts: bool = False
    allow_http: bool = False
