"""Writes converted amounts: with "≈", and with the rates and their days in the title."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from panels.models import ExchangeRate
from panels.models.fields import plain
from panels.money.exchange import FRESH_FOR, Converted
from panels.money.totals import today
from panels.pages.numbers import NBSP, NO_VALUE, pad, price, price_digits

register = template.Library()


@register.filter
def rate_day(day: dt.date) -> str:
    """Write the day of a rate, with the year if it is another one."""
    return date_format(day, "j M" if day.year == today().year else "j M Y")


@register.filter
def rate_words(rate: ExchangeRate) -> str:
    """Write a rate with its source and its day: "1 EUR = 1.0876 USD, ECB, 27 Nov"."""
    return f"1 EUR = {plain(rate.per_euro)} {rate.currency}, {rate.get_source_display()}, {rate_day(rate.day)}"


@register.simple_tag
def converted_price(found: Converted | None, *, with_currency: object = True, is_aligned: object = False) -> str:
    """Write a converted price of 1000 units. One by an old rate is grey, after the day of its rate."""
    if found is None:
        return NO_VALUE
    if not found.rates:
        return price(found.amount, found.currency, with_currency=with_currency, is_aligned=is_aligned)
    text = price_digits(found.amount, found.currency)
    title = "; ".join(map(rate_words, found.rates))
    old = ""
    if found.is_stale:
        title = f"{title} (older than {FRESH_FOR.days} days)"
        old = format_html('<span class="small">{}</span> ', rate_day(found.day)) if found.day else ""
    return format_html(
        '<span{} title="{}">{}≈{}{}{}{}</span>',
        mark_safe(' class="muted"') if found.is_stale else "",
        title,
        old,
        NBSP,
        text,
        mark_safe(pad(text)) if is_aligned else "",  # noqa: S308
        f"{NBSP}{found.currency}" if with_currency else "",
    )
