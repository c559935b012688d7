"""Builds the catalog of each dialect and house, always the same: hundreds of services, many platforms, all 17 types."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from panels.sandbox.houses import HOUSES, House
from panels.sandbox.products import PLATFORMS, QUALITIES, Draft, Platform, Product, Quality
from panels.sandbox.rules import SandboxService
from panels.sandbox.service_names import STARTS

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
REFILL_TERMS = (("30 Days", 1.0), ("60 Days", 1.1), ("365 Days", 1.3), ("Lifetime", 1.5))


def build_catalog(dialect: str, currency: str, house: str = "") -> list[SandboxService]:
    """Build the services of a house, or the plain catalog of a dialect, in which all services deliver alike.

    The houses share most services, with other ids and prices. Raises ValueError for an unknown house.
    """
    if (house or dialect) not in HOUSES:
        raise ValueError(f"there is no house {house}; these are open: {', '.join(HOUSES)}")
    rules = HOUSES[house or dialect]
    chance = random.Random(f"catalog/{rules.seed}")
    exchange = float(EXCHANGE_RATES.get(currency, Decimal(1)))
    services = []
    next_id = rules.first_id
    for draft in _drafts():
        is_plain = draft.product.type == "Default"
        is_offered = chance.random() < rules.share
        markup = chance.uniform(*rules.markup)
        next_id += chance.choice((1, 1, 1, 2, 5))
        if is_offered or not is_plain:
            rate = _rounded_rate(_sensible(draft.rate * markup) * exchange)
            services.append(_service(str(next_id), draft, rate, rules))
    return services


def _drafts() -> Iterator[Draft]:
    """Yield all services of all houses, in the order of a catalog."""
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
        start=chance.choice(tuple(STARTS)),
        is_cancelable=chance.random() < 0.55,
        style=chance.randrange(4),
    )


def _maximum(chance: random.Random, product: Product) -> int:
    """Return the maximum of a variant: the most of its product or less, but at least ten times the least."""
    lower = product.most // chance.choice((1, 1, 2, 5, 10))
    return min(product.most, max(lower, product.least * 10))


def _service(service_id: str, draft: Draft, rate: Decimal, house: House) -> SandboxService:
    return SandboxService(
        id=service_id,
        name=house.name(draft),
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
        subject=draft.subject,
        delivery=house.delivery(draft),
    )


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
        f"Speed: up to {draft.per_day:,} a day",
        f"Refill: {draft.refill_term or 'none'}",
    ]
    if draft.is_cancelable:
        lines.append("Cancel button &amp; partial refund")
    lines.append("⚠️ Do not place a second order for the same link before the first one is completed.")
    return "\n".join(lines)


def _average_time(draft: Draft, number: int) -> str:
    """Return the time of a usual order in the words of panels, which know none for every seventh service."""
    hours, minutes = divmod(12 + number * 37 % 60 * (1 + tuple(STARTS).index(draft.start)), 60)
    if number % 7 == 0:
        return "Not Enough Data"
    return f"{hours} hours {minutes} minutes" if hours else f"{minutes} minutes"


def _sensible(dollars: float) -> float:
    return min(max(dollars, LOWEST_RATE), HIGHEST_RATE)


def _rounded_rate(amount: float) -> Decimal:
    step = FINEST_RATE if amount < 1 else Decimal("0.01") if amount < 100 else Decimal(1)
    return Decimal(amount).quantize(step, ROUND_HALF_UP)
