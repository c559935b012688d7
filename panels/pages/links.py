"""Shows foreign addresses."""

from __future__ import annotations

from django.utils.html import format_html

from panels.pages.numbers import NO_VALUE


def external_link(address: str, css: str = "") -> str:
    """Show a foreign address. Only http and https become a link, and the link sends no referrer."""
    if not address:
        return NO_VALUE
    if not address.lower().startswith(("http://", "https://")):
        return format_html('<span class="{}" title="{}">{}</span>', css, address, address)
    return format_html(
        '<a class="{}" href="{}" title="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>',
        css,
        address,
        address,
        address.partition("://")[2] or address,
    )
