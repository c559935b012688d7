"""Draws icons as SVG, each of them once."""

from __future__ import annotations

from functools import cache, lru_cache

from lucide.templatetags.lucide import lucide as draw


@lru_cache(maxsize=512)
def lucide(name: str, *, size: int | None = 24, **attributes: object) -> str:
    """Draw an icon as SVG. Icons are cached, because a page of orders has hundreds of a few kinds."""
    return draw(name, size=size, **attributes)


@cache
def icon_of_word(name: str) -> str:
    """Draw the icon beside a word. The word says the same, so screen readers do not see the icon."""
    return lucide(name, size=14, **{"class": "icon", "aria-hidden": "true"})
