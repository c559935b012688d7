"""Builds the catalog of each dialect, always the same: hundreds of services, many platforms, all 17 types."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from panels.sandbox.products import PLATFORMS, QUALITIES, Platform, Product, Quality
from panels.sandbox.rules import SandboxService

# The price of a dollar in each currency. Another currency counts as a dollar.
EXCHANGE_RATES: Mapping[str, Decimal] = {
    "USD": Decimal(1),
    "EUR": Decimal("0.92"),
    "GBP": Decimal("0.79"),
    "BRL": Decimal("5.4"),
    "TRY": Decimal(34),
    "INR": Decimal(84),
    "RUB": Decimal(92),
}
# A thousandth, so that the price of any whole quantity is exact to six decimals.
FINEST_RATE = Decimal("0.001")
LOWEST_RATE, HIGHEST_RATE = 0.01, 40.0
FIRST_IDS = {"000": 1, "003": 1001}
# Only services of type Default are left out of a dialect, so that both dialects have every type.
SHARE_IN_DIALECT = 0.88
REFILL_TERMS = (("30 Days", 1.0), ("60 Days", 1.1), ("365 Days", 1.3), ("Lifetime", 1.5))
STARTS = ("Instant", "0-15 Minutes", "0-1 Hour", "0-6 Hours", "0-24 Hours")


@dataclass(frozen=True, slots=True)
class Draft:
    """A service before it has an id and a price in a currency. The rate is in dollars."""

    platform: Platform
    product: Product
    quality: Quality
    rate: float
    maximum: int
    refill_term: str
    start: str
    is_cancelable: bool
    style: int


def build_catalog(dialect: str, currency: str) -> list[SandboxService]:
    """Build the services of a dialect. Both dialects share most services, with other ids and prices."""
    chance = random.Random(f"catalog/{dialect}")
    exchange = float(EXCHANGE_RATES.get(currency, Decimal(1)))
    services = []
    next_id = FIRST_IDS[dialect]
    for draft in _drafts():
        is_plain = draft.product.type == "Default"
        is_offered = chance.random() < SHARE_IN_DIALECT
        markup = chance.uniform(0.85, 1.2)
        next_id += chance.choice((1, 1, 1, 2, 5))
        if is_offered or not is_plain:
            services.append(_service(str(next_id), draft, _rounded_rate(_sensible(draft.rate * markup) * exchange)))
    return services


def _drafts() -> Iterator[Draft]:
    """Yield all services of both dialects, in the order of a catalog."""
    chance = random.Random("catalog")
    for platform in PLATFORMS:
        for product in platform.products:
            for quality in chance.sample(QUALITIES, product.variants):
                yield _draft(chance, platform, product, quality)


def _draft(chance: random.Random, platform: Platform, product: Product, quality: Quality) -> Draft:
    refill_term, refill_factor = "", 1.0
    if product.may_refill and chance.random() < 0.6:
        refill_term, refill_factor = chance.choice(REFILL_TERMS)
    steepness = chance.random()
    rate = product.low * (product.high / product.low) ** steepness * quality.price_factor * refill_factor
    return Draft(
        platform=platform,
        product=product,
        quality=quality,
        rate=rate,
        maximum=_maximum(chance, product),
        refill_term=refill_term,
        start=chance.choice(STARTS),
        is_cancelable=chance.random() < 0.55,
        style=chance.randrange(4),
    )


def _maximum(chance: random.Random, product: Product) -> int:
    """Return the maximum of a variant: the most of its product or less, but at least ten times the least."""
    lower = product.most // chance.choice((1, 1, 2, 5, 10))
    return min(product.most, max(lower, product.least * 10))


def _service(service_id: str, draft: Draft, rate: Decimal) -> SandboxService:
    return SandboxService(
        id=service_id,
        name=_name(draft),
        type=draft.product.type,
        category=_category(draft),
        rate=rate,
        min=draft.product.least,
        max=draft.maximum,
        refill=bool(draft.refill_term),
        cancel=draft.is_cancelable,
        dripfeed=draft.product.type == "Default" and draft.product.noun not in ("Live Stream Viewers", "Live Viewers"),
        description=_description(draft),
        average_time=_average_time(draft, int(service_id)),
    )


def _name(draft: Draft) -> str:
    product = f"{draft.platform.name} {draft.product.noun}"
    quality, refill = draft.quality.name, _refill_words(draft)
    speed = f"{_short(_per_day(draft))}/Day"
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


def _refill_words(draft: Draft) -> str:
    if draft.refill_term:
        return f"{draft.refill_term} Refill ♻️" if draft.style == 3 else f"{draft.refill_term} Refill"
    return "No Refill" if draft.product.may_refill else ""


def _joined(separator: str, *parts: str) -> str:
    return separator.join(part for part in parts if part)


def _category(draft: Draft) -> str:
    place = f"{draft.platform.emoji} {draft.platform.name} {draft.product.group}".strip()
    if draft.product.group == "Followers":
        return f"{place} [{'Refill' if draft.refill_term else 'No Refill'}]"
    return place


def _description(draft: Draft) -> str:
    lines = [
        f"Link: {draft.platform.example_link}",
        f"Quality: {draft.quality.name}",
        f"Start: {draft.start}",
        f"Speed: up to {_per_day(draft):,} a day",
        f"Refill: {draft.refill_term or 'none'}",
    ]
    if draft.is_cancelable:
        lines.append("Cancel button &amp; partial refund")
    lines.append("⚠️ Do not place a second order for the same link before the first one is completed.")
    return "\n".join(lines)


def _average_time(draft: Draft, number: int) -> str:
    """Return the time of a usual order in the words of panels, which know none for every seventh service."""
    hours, minutes = divmod(12 + number * 37 % 60 * (1 + STARTS.index(draft.start)), 60)
    if number % 7 == 0:
        return "Not Enough Data"
    return f"{hours} hours {minutes} minutes" if hours else f"{minutes} minutes"


def _per_day(draft: Draft) -> int:
    """Return a tenth of the maximum, rounded down to one digit, as in the texts of panels."""
    tenth = max(draft.maximum // 10, draft.product.least)
    scale = int(10 ** int(math.log10(tenth)))
    return tenth // scale * scale


def _sensible(dollars: float) -> float:
    return min(max(dollars, LOWEST_RATE), HIGHEST_RATE)


def _rounded_rate(amount: float) -> Decimal:
    step = FINEST_RATE if amount < 1 else Decimal("0.01") if amount < 100 else Decimal(1)
    return Decimal(amount).quantize(step, ROUND_HALF_UP)


def _short(number: int) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "K")):
        if number >= size:
            return f"{number / size:.1f}".removesuffix(".0") + letter
    return str(number)
