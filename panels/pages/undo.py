"""Messages about an action that can be undone: each has a button that posts to the address of the undo."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

# Longer addresses are refused by web servers.
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Undo:
    """The button of a message: its address, and the seconds that are left for it. None if it is possible for long."""

    address: str
    seconds: int | None


def say_with_undo(
    request: HttpRequest, text: str, name: str, *args: int, until: datetime | None = None, **query: Any
) -> None:
    """Say that an action was done. The button posts to the URL `name`, which checks the permission again.

    There is no button if the query is too long for an address, and after `until`.
    """
    address = reverse(name, args=args)
    if query:
        address = f"{address}?{urlencode(query)}"
    if until:
        # A space is in no address.
        address = f"{address} {until.isoformat()}"
    messages.success(request, text, extra_tags=address if len(address) <= LONGEST else "")


def undo_of(tags: str) -> Undo | None:
    """Return the undo of a message from its extra tags, None if it has none or if its time is over."""
    address, _, until = tags.partition(" ")
    if not until:
        return Undo(address, None) if address else None
    left = math.ceil((datetime.fromisoformat(until) - timezone.now()).total_seconds())
    return Undo(address, left) if left > 0 else None
