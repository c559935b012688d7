"""The settings of one account at a panel, as the client takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

T = TypeVar("T")


class Key(Protocol):
    """An API key that does not show its text in repr."""

    def reveal(self) -> str:
        """Return the text of the key."""


@dataclass(frozen=True, slots=True)
class Account:
    """The settings of one account that a client needs. Times are in seconds."""

    api_url: str
    api_key: Key
    always_send_quantity: bool = False
    # False: the panel ignores `orders`, so the ids are asked one by one.
    multi_status: bool = True
    multi_refill: bool = True
    # When the single form was last tried because the plural form had crashed the panel's script.
    single_tried_at: datetime | None = None
    # Whether the catalog comes in pages, and the number of rows at which a try of `offset` changed nothing.
    has_pages: bool = False
    unpaged_rows: int | None = None
    # "orders" or "order".
    cancel_parameter: str = "orders"
    connect_timeout: float = 10.0
    # The longest wait between two bytes.
    read_timeout: float = 60.0
    # The longest time for the whole exchange.
    total_timeout: float = 90.0
    allow_private_hosts: bool = False
    allow_http: bool = False
    # "" for the name of this program.
    user_agent: str = ""
    # False: the fields are sent as a form.
    sends_json: bool = False
