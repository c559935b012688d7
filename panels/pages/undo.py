"""Messages about an action that can be undone: each has a button that posts to the address of the undo."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

# Longer addresses are refused by web servers.
LONGEST = 2000


def say_with_undo(request: HttpRequest, text: str, name: str, pk: int, **query: Any) -> None:
    """Say that an action was done. The button posts to the URL `name` of the row, which checks the permission again.

    There is no button if the query is too long for an address.
    """
    address = reverse(name, args=[pk])
    if query:
        address = f"{address}?{urlencode(query)}"
    messages.success(request, text, extra_tags=address if len(address) <= LONGEST else "")
