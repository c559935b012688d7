"""What many orders delivered, as counts and sums that can be added up, and the numbers that follow from them.

    an order ──▶ Tally of a service ──add──▶ Tally of a product, of a panel
                        └──▶ numbers          └──▶ numbers

The record of a product so is that of the orders of all its services, and no mean of their means. Amounts are whole
millionths of the currency, or whole parts of a millionth. Times are seconds that were rounded up to three digits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Context, Decimal
from typing import Any

from panels.catalog.percentiles import count_events, percentile

# With fewer known drops, nothing is said of what was kept.
FEWEST_DROPS = 5
MICRO = Decimal("1e-6")
# What was listed is summed in a smaller unit than what was charged.
LISTED = 10**5
# A panel may tell any charge, so the number may have more digits than are usual.
WIDE = Context(prec=60)
EIGHT_PLACES, SIX_PLACES = Decimal("1e-8"), Decimal("1e-6")
Numbers = dict[str, Any]


@dataclass
class Tally:
    """The counts and sums of some orders.

    orders: accepted orders (`placed`), and those of them with each progress. refused: by the class of the refusal.
    start, finish, per_1000: times as in percentiles.py, the last one for 1000 units. units: of `counted` ended orders,
    the ordered and the delivered units. prices: by currency, the orders, the cost and the delivered units.
    charges: by currency, the orders, and what they were charged and listed at. drops: of `known` orders, the units that
    were delivered and that were lost. refills: `asked`, and those that were `kept` or not (`broken`). refilled: the
    times from a request to the end of the refill.
    """

    orders: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    start: Counter[tuple[int, bool]] = field(default_factory=Counter)
    finish: Counter[tuple[int, bool]] = field(default_factory=Counter)
    per_1000: Counter[tuple[int, bool]] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    prices: dict[str, Counter[str]] = field(default_factory=dict)
    charges: dict[str, Counter[str]] = field(default_factory=dict)
    drops: Counter[str] = field(default_factory=Counter)
    refills: Counter[str] = field(default_factory=Counter)
    refilled: Counter[tuple[int, bool]] = field(default_factory=Counter)

    @property
    def number(self) -> int:
        """The number of accepted and refused orders."""
        return self.orders["placed"] + self.refused.total()

    def add(self, other: Tally) -> None:
        """Add the orders of another tally."""
        for each in fields(self):
            mine, more = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, Counter):
                mine.update(more)
            else:
                for currency, counts in more.items():
                    mine.setdefault(currency, Counter()).update(counts)

    def to_json(self) -> dict[str, Any]:
        """Return the tally as it is stored. Times are lists of a time, the events and the others."""
        found = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if value:
                found[each.name] = _lists(value) if each.name in TIMES else value
        return found

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Tally:
        """Return the tally of what `to_json` returned."""
        tally = cls()
        for name, value in stored.items():
            if name in TIMES:
                times = getattr(tally, name)
                for time, events, others in value:
                    times.update({(time, True): events} if events else {})
                    times.update({(time, False): others} if others else {})
            elif name in ("prices", "charges"):
                setattr(tally, name, {currency: Counter(counts) for currency, counts in value.items()})
            else:
                setattr(tally, name, Counter(value))
        return tally


TIMES = ("start", "finish", "per_1000", "refilled")


def _lists(times: Mapping[tuple[int, bool], int]) -> list[list[int]]:
    seconds = sorted({time for time, _ in times})
    return [[time, times.get((time, True), 0), times.get((time, False), 0)] for time in seconds]


def added(tallies: Iterable[Tally]) -> Tally:
    """Return the tally of the orders of several tallies."""
    total = Tally()
    for each in tallies:
        total.add(each)
    return total


def numbers_of(tally: Tally) -> Numbers:
    """Return the numbers of a record as plain values: counts, times in seconds, and the rest as texts of decimals.

    What the orders do not show is None. prices: for 1000 delivered units, and for those of them that were kept, by
    currency. charges: what was charged as a multiple of the list, by currency.
    """
    drop = _ratio(tally.drops["lost"], tally.drops["delivered"])
    kept = _ratio(tally.refills["kept"], tally.refills["kept"] + tally.refills["broken"])
    lost = _lost(tally, drop, kept)
    return {
        "orders": dict(tally.orders),
        "refused": dict(tally.refused),
        **_times("start", tally.start),
        **_times("finish", tally.finish),
        **_times("per_1000", tally.per_1000),
        "delivered": _text(_ratio(tally.units["delivered"], tally.units["ordered"])),
        "delivered_orders": tally.units["counted"],
        "prices": {currency: _price(sums, lost) for currency, sums in tally.prices.items() if sums["delivered"]},
        "charges": {
            currency: {"ratio": _text(_ratio(sums["charged"] * LISTED, sums["listed"])), "orders": sums["orders"]}
            for currency, sums in tally.charges.items()
            if sums["listed"]
        },
        "drop": _text(drop),
        "drop_orders": tally.drops["known"],
        "refills": {name: tally.refills[name] for name in ("asked", "kept", "broken")},
        "refills_kept": _text(kept),
        **_times("refilled", tally.refilled),
    }


def _times(name: str, times: Mapping[tuple[int, bool], int]) -> Numbers:
    return {
        f"{name}_p50": percentile(times, 0.5),
        f"{name}_p90": percentile(times, 0.9),
        f"{name}_orders": count_events(times),
    }


def _price(sums: Mapping[str, int], lost: Decimal | None) -> Numbers:
    """Return the price of 1000 delivered units, and of 1000 units that were not lost for good."""
    price = Decimal(sums["cost"]) * MICRO * 1000 / sums["delivered"]
    kept = None if lost is None or lost == 1 else price / (1 - lost)
    return {"price": _text(price, EIGHT_PLACES), "kept": _text(kept, EIGHT_PLACES), "orders": sums["orders"]}


def _lost(tally: Tally, drop: Decimal | None, kept: Decimal | None) -> Decimal | None:
    """Return the share of the delivered units that is lost for good, None if too few drops are known."""
    if drop is None or tally.drops["known"] < FEWEST_DROPS:
        return None
    return drop * (1 - (kept or 0))


def _ratio(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None


def _text(value: Decimal | None, places: Decimal = SIX_PLACES) -> str | None:
    return None if value is None else f"{value.quantize(places, context=WIDE):f}"
