"""The cells and columns that several lists have.

A cell escapes its texts itself, because `format_html` takes much longer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html import escape
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from panels.pages import times
from panels.pages.links import address_of
from panels.pages.numbers import NO_VALUE
from panels.pages.table import Column

# How an amount is written below a head that has its currency.
BARE: dict[str, Any] = {"with_currency": False, "is_aligned": True}

SPINNER = mark_safe('<span class="spinner" aria-hidden="true"></span> ')


def words(text: str | None, title: str = "") -> str:
    """Write a text that the width may cut, in full on hover. A dash stands for none."""
    if not text:
        return NO_VALUE
    shown = escape(text)
    return mark_safe(f'<span title="{escape(title) if title else shown}">{shown}</span>')  # noqa: S308


def main_link(address: str, text: str, title: str) -> SafeString:
    """Write the main link of a row, which a click on the row follows."""
    return mark_safe(f'<a class="table__open" href="{address}" title="{escape(title)}">{escape(text)}</a>')  # noqa: S308


def aside(text: str, title: str = "") -> SafeString:
    """Write a remark beside a state. A remark that ends with "…" is about work under way, so a spinner shows that."""
    spinner = SPINNER if text.endswith("…") else ""
    return format_html('<span class="small muted" title="{}">{}{}</span>', title or text, spinner, text)


def lasting_aside(text: str, more: str = "") -> SafeString:
    """Write a remark beside a state that a phone shows too, but there without `more`."""
    rest = format_html("<span>: {}</span>", more) if more else ""
    title = f"{text}: {more}" if more else text
    return format_html('<span class="small muted table__lasting" title="{}">{}{}</span>', title, text, rest)


def name_column(name: str, title: str, read: Callable[[Any], str | None], **more: Any) -> Column[Any]:
    """Declare a column of names."""
    return Column(name=name, title=title, cell=lambda row: words(read(row)), css="w-name", **more)


def linked_column(
    name: str, title: str, read: Callable[[Any], tuple[int | None, str | None]], **more: Any
) -> Column[Any]:
    """Declare a column of names that link to their pages. `name` is the first word of the page's view."""

    def cell(row: Any) -> str:
        pk, text = read(row)
        if not pk or not text:
            return NO_VALUE
        shown = escape(text)
        return mark_safe(f'<a href="{address_of(f"{name}_detail", pk)}" title="{shown}">{shown}</a>')  # noqa: S308

    return Column(name=name, title=title, cell=cell, css="w-name", **more)


def time_column(
    name: str, title: str, read: Callable[[Any], dt.datetime | None], *, never: str = NO_VALUE, **more: Any
) -> Column[Any]:
    """Declare a column of times. `never` are the words where there is no time."""
    return Column(name=name, title=title, cell=lambda row: times.ago(read(row), never), css="w-time", **more)
