"""Writes the names of services in the manners of several panels. All names of a draft say the same."""

from __future__ import annotations

from collections.abc import Mapping

from panels.sandbox.products import Draft

STARTS: Mapping[str, str] = {
    "Instant": "Instant",
    "0-15 Minutes": "0-15 Min",
    "0-1 Hour": "0-1 Hr",
    "0-6 Hours": "0-6 Hrs",
    "0-24 Hours": "0-24 Hrs",
}
ALIASES: Mapping[str, str] = {
    "Instagram": "IG",
    "TikTok": "TT",
    "YouTube": "YT",
    "Facebook": "FB",
    "Telegram": "TG",
    "Twitter (X)": "X",
}
SHORT_REFILLS: Mapping[str, str] = {"30 Days": "R30", "60 Days": "R60", "365 Days": "R365", "Lifetime": "LTG"}
BUTTONS: Mapping[str, str] = {"30 Days": "30D ♻", "60 Days": "60D ♻", "365 Days": "365D ♻", "Lifetime": "Lifetime ♻"}
SHORT_QUALITIES: Mapping[str, str] = {
    "Real & Active": "Real",
    "HQ Profiles": "HQ",
    "Mixed Quality": "Mixed",
    "Old Accounts With Posts": "Old Accounts",
    "Cheapest In The Market": "Cheapest",
    "USA 🇺🇸": "🇺🇸 USA",
    "Brazil 🇧🇷": "🇧🇷 Brazil",
    "India 🇮🇳": "🇮🇳 India",
    "Turkey 🇹🇷": "🇹🇷 Turkey",
}


def plainly(draft: Draft) -> str:
    """Write a name in one of four styles, as in "Instagram Likes | Bots | 30 Days Refill | Max 50K"."""
    product, quality, refill = draft.subject, draft.quality.name, _refill_words(draft)
    speed = f"{_short(draft.per_day)}/Day"
    most = f"Max {_short(draft.maximum)}"
    if draft.product.least == draft.maximum:
        return _joined(" | ", product, quality, draft.start)
    if draft.style == 0:
        return _joined(" | ", product, quality, refill, most)
    if draft.style == 1:
        return _joined(" ", product, f"[{quality}]", f"[{draft.start}]", f"[{speed}]", refill and f"[{refill}]")
    if draft.style == 2:
        return _joined(" ~ ", f"🔥 {product}", quality, most, f"Start: {draft.start}", refill)
    return _joined(" - ", product, quality, f"Speed {speed}", refill)


def in_brackets(draft: Draft) -> str:
    """Write a name of short words, as in "IG Likes [Mixed] [R30] [Max 50K] [Start: 0-1 Hr] [5K/D]"."""
    platform = ALIASES.get(draft.platform.name, draft.platform.name)
    quality = SHORT_QUALITIES.get(draft.quality.name, draft.quality.name)
    refill = SHORT_REFILLS.get(draft.refill_term, "NR" if draft.product.may_refill else "")
    parts = [quality, refill, f"Start: {STARTS[draft.start]}"]
    if draft.product.least != draft.maximum:
        parts += [f"Max {_short(draft.maximum)}", f"{_short(draft.per_day)}/D"]
    return _joined(" ", f"{platform} {draft.product.noun}", *(f"[{part}]" for part in parts if part))


def with_dots(draft: Draft) -> str:
    """Write a name with the quality first, as in "Real Instagram Likes • 30D ♻ • 5K/Day • Start 0-1 Hr"."""
    quality = SHORT_QUALITIES.get(draft.quality.name, draft.quality.name)
    refill = BUTTONS.get(draft.refill_term, "No Refill" if draft.product.may_refill else "")
    speed = "" if draft.product.least == draft.maximum else f"{_short(draft.per_day)}/Day"
    return _joined(" • ", f"{quality} {draft.subject}", refill, speed, f"Start {STARTS[draft.start]}")


def _refill_words(draft: Draft) -> str:
    if draft.refill_term:
        return f"{draft.refill_term} Refill ♻️" if draft.style == 3 else f"{draft.refill_term} Refill"
    return "No Refill" if draft.product.may_refill else ""


def _joined(separator: str, *parts: str) -> str:
    return separator.join(part for part in parts if part)


def _short(number: int) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "K")):
        if number >= size:
            return f"{number / size:.1f}".removesuffix(".0") + letter
    return str(number)
