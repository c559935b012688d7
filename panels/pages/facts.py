"""Writes the facts about a service in few words, as they stand beside it on every page: "30 d refill", "real"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from panels.models import Service, ServiceFacts
from panels.pages.numbers import NBSP

_DROPS = {"0": "no drop", "low": "low drop", "high": "high drop"}
_PLAIN = '<span class="fact" title="{}">{}</span>'
_GOOD = '<span class="fact fact--good" title="{}">{}</span>'
_DOUBTFUL = '<span class="fact fact--doubtful" title="{}">{}</span>'
_WRITTEN = {"hq": "HQ", "nft": "NFT"}


@dataclass(frozen=True)
class Chip:
    """A fact in words. title: the full words. is_doubtful: the name and the panel's own flag contradict each other."""

    text: str
    title: str
    is_doubtful: bool = False


def chips_of(service: Service) -> list[Chip]:
    """Return the facts of a service that its name states, the refill first. [] while the name has not been read."""
    facts: ServiceFacts | None = getattr(service, "facts", None)
    if facts is None or facts.product_id is None:
        return []
    corrected = " (corrected)" if facts.corrections else ""
    chips = [chip] if (chip := _refill(service, facts)) else []
    if facts.quality:
        quality = " + ".join(_WRITTEN.get(word, word) for word in facts.quality.split("+"))
        chips.append(Chip(quality, f"Quality by its name: {quality}{corrected}"))
    if facts.speed_max is not None:
        speed = f"{short(facts.speed_max)} a day"
        chips.append(Chip(speed, f"Speed by its name: up to {facts.speed_max:,} a day{corrected}"))
    if facts.start_max_minutes is not None:
        start = "instant" if facts.start_max_minutes == 0 else f"starts in {span(facts.start_max_minutes)}"
        chips.append(Chip(start, f"Start by its name{corrected}"))
    if facts.drop_max:
        drop = _DROPS.get(facts.drop_max) or f"drop {facts.drop_max}{NBSP}%"
        chips.append(Chip(drop, f"Drop by its name{corrected}"))
    return chips


def _refill(service: Service, facts: ServiceFacts) -> Chip | None:
    """Write the refill. If the name promises one and the panel's flag says no, both are told."""
    days = facts.refill_days
    if days is None:
        return None
    if days == 0:
        is_doubtful = service.refill is True
        why = "The name says no refill, the panel's flag says refill" if is_doubtful else "By its name"
        return Chip("no refill", why, is_doubtful)
    text = "lifetime refill" if days >= ServiceFacts.LIFETIME_DAYS else f"{days:,}{NBSP}d refill"
    if service.refill is False:
        return Chip(text, f"The name says {text}, the panel's flag says no refill. The worse counts.", is_doubtful=True)
    mode = {"auto": ", automatic", "button": ", on request", "auto+button": ", automatic and on request"}
    return Chip(text, f"By its name{mode.get(facts.refill_mode, '')}")


def draw_chips(service: Service) -> SafeString:
    """Return the facts of a service as HTML, in one line."""
    chips = chips_of(service)
    return _join(format_html(_DOUBTFUL if chip.is_doubtful else _PLAIN, chip.title, chip.text) for chip in chips)


def draw_marks(service: Service) -> SafeString:
    """Return what the team says of a service as HTML: a favourite, or blocked with its note."""
    mark, drawn = getattr(service, "mark", None), []
    if mark and mark.is_favourite:
        drawn.append(format_html(_GOOD, mark.note or "A favourite of the team", "favourite"))
    if mark and mark.is_blocked:
        drawn.append(format_html(_DOUBTFUL, mark.note or "Blocked by the team", "blocked"))
    return _join(drawn)


def _join(drawn: Iterable[SafeString]) -> SafeString:
    return SafeString(" ".join(drawn))


def short(number: int) -> str:
    """Write a large number in few characters: 1,500 as 1.5K."""
    for least, sign in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if number >= least:
            return f"{number / least:.3g}{sign}"
    return str(number)


def span(minutes: int) -> str:
    """Write a time in its largest unit: 90 minutes as 1.5 h."""
    for size, sign in ((1440, "d"), (60, "h")):
        if minutes >= size:
            return f"{minutes / size:.3g}{NBSP}{sign}"
    return f"{minutes}{NBSP}min"
