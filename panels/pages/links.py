"""Writes the addresses of rows, and shows foreign addresses."""

from __future__ import annotations

from functools import cache
from html import escape

from django.urls import reverse
from django.utils.safestring import mark_safe

from panels.pages.numbers import NO_VALUE


def address_of(name: str, pk: int) -> str:
    """Return the address of a row's page. Each address is built once, because a list has hundreds of them."""
    return _pattern(name).replace("/0/", f"/{pk}/", 1)


@cache
def _pattern(name: str) -> str:
    return reverse(name, args=[0])


def external_link(address: str, css: str = "") -> str:
    """Show a foreign address. Only http and https become a link, and the link sends no referrer."""
    if not address:
        return NO_VALUE
    whole = escape(address)
    if not address.lower().startswith(("http://", "https://")):
        return mark_safe(f'<span class="{css}" title="{whole}">{whole}</span>')  # noqa: S308
    shown = whole.partition("://")[2] or whole
    rest = 'target="_blank" rel="noopener noreferrer nofollow"'
    return mark_safe(f'<a class="{css}" href="{whole}" title="{whole}" {rest}>{shown}</a>')  # noqa: S308
