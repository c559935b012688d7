"""Lucide's icons, each drawn once: a page of orders has two hundred of a few kinds."""

from __future__ import annotations

from functools import lru_cache

from django import template
from lucide.templatetags.lucide import lucide as draw

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=512)
def lucide(name: str, *, size: int | None = 24, **attributes: object) -> str:
    """Return an icon as SVG, with these attributes."""
    return draw(name, size=size, **attributes)
