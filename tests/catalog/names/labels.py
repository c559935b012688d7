"""The labelled names, and the measure of the reader on them.

A line is: name ⟶ facts ⟵ category ⟵ type ⟵ min/max/rate. The facts begin with platform and metric, and go on with
short names. The truth was written from the grammar of names, before the reader saw the name. The rules of the reader
were then mended with labelled.txt, and not with unseen.txt, except for followers who come from a live video. So some
names of that file are read wrongly. The two halves are later: the rules were mended with first_half.txt. Then
second_half.txt was measured once, and they were mended with it only afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from pathlib import Path

from panels.catalog.names import Facts, product_key, read_name
from panels.catalog.names.facts import COLUMNS, shown

FOLDER = Path(__file__).parent
SHORT = {
    "o": "object", "d": "delivery", "v": "variant", "g": "geo", "x": "gender", "q": "quality", "r": "refill_days",
    "rm": "refill_mode", "s1": "speed_min", "s2": "speed_max", "st": "start_max_minutes", "dr": "drop_max",
    "mx": "name_max", "mn": "name_min", "mi": "minutes", "ws": "watch_seconds",
}  # fmt: skip
SAME = ("platform", "metric", "object", "delivery", "variant", "geo", "gender", "minutes", "watch_seconds")


@dataclass(frozen=True)
class Labelled:
    """A name with what a person says that it states."""

    name: str
    category: str
    type: str
    limits: str
    truth: dict[str, str]

    def read(self) -> Facts:
        """Return what the reader says."""
        low, high, rate = (self.limits.split("/") + [""] * 3)[:3]
        return read_name(
            self.name,
            self.category,
            self.type,
            low=int(low) if low else None,
            high=int(high) if high else None,
            rate=Decimal(rate) if rate else None,
        )


@dataclass(frozen=True)
class Measure:
    """Shares between 0 and 1, and each fact that is wrong or missing as a sentence."""

    right: float
    found: float
    pairs_right: float
    pairs_found: float
    misses: list[str]


def read_labels(file: str) -> Iterator[Labelled]:
    """Yield the names of a file with their labels."""
    for line in (FOLDER / file).read_text(encoding="utf-8").splitlines():
        name, _, rest = line.partition(" ⟶ ")
        facts, *others = rest.split(" ⟵ ")
        category, type_name, limits = [*others, "", "", ""][:3]
        yield Labelled(name, category, type_name, limits, _truth(facts.split()))


def _truth(words: list[str]) -> dict[str, str]:
    if words == ["noise"]:
        return {"noise": "1"}
    platform, metric, *others = words
    pairs = (word.partition("=") for word in others)
    return {"platform": platform, "metric": metric, "delivery": "once"} | {SHORT[key]: value for key, _, value in pairs}


def measure(names: Iterable[Labelled]) -> Measure:
    """Compare all facts and all pairs of products."""
    read = [(each, each.read()) for each in names]
    right = stated = present = 0
    misses = []
    for each, facts in read:
        own = {column: value for column, value in shown(facts).items() if value}
        stated += len(own)
        present += len(each.truth)
        right += sum(each.truth.get(column) == value for column, value in own.items())
        wrong = [
            f"{column}: {own.get(column, '–')} is {each.truth.get(column, '–')}"
            for column in COLUMNS
            if own.get(column) != each.truth.get(column)
        ]
        misses += [f"{each.name} ⟵ {each.category}: {'; '.join(wrong)}"] if wrong else []
    true, said = _pairs(read)
    return Measure(
        right / stated,
        sum(
            each.truth.get(column) is not None
            for each, facts in read
            for column, value in shown(facts).items()
            if value
        )
        / present,
        len(true & said) / (len(said) or 1),
        len(true & said) / (len(true) or 1),
        misses,
    )


def _pairs(read: list[tuple[Labelled, Facts]]) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Return the pairs that are one product by the labels, and by the reader."""
    true, said = set(), set()
    for (first, (one, one_facts)), (second, (two, two_facts)) in combinations(enumerate(read), 2):
        if _product(one) is not None and _product(one) == _product(two):
            true.add((first, second))
        if product_key(one_facts) == product_key(two_facts):
            said.add((first, second))
    return true, said


def _product(each: Labelled) -> tuple[str, ...] | None:
    if "noise" in each.truth:
        return None
    kind = next((word for word in ("Comments", "Package") if word in each.type), "")
    return (*(each.truth.get(column, "") for column in SAME), kind)
