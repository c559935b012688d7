"""Reads a service: its name first, and its category and type for what the name does not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from panels.catalog.names.attributes import read_attributes
from panels.catalog.names.brands import unknown_beside
from panels.catalog.names.facts import Facts
from panels.catalog.names.folding import fold
from panels.catalog.names.grade import (
    is_automatic,
    read_future,
    read_gender,
    read_places,
    read_quality,
    read_variant,
)
from panels.catalog.names.noise import is_heading, is_no_offer
from panels.catalog.names.objects import Subject
from panels.catalog.names.subject import read_subject
from panels.catalog.names.symbols import Found, symbols_of
from panels.catalog.names.tokens import Token, tokenise

# What a type says that the name may leave out.
_TYPE_METRICS = {"comment": "comments", "mention": "mentions", "poll": "votes", "seo": "visits", "traffic": "visits"}
_SMALLEST_PACKAGE = 50
_LISTED_BY = frozenset(("/", ",", "|"))
_REFILLS, _LENGTHS = ("refill_days", "refill_mode"), ("minutes", "watch_seconds")
_FROM_CATEGORY = ("geo", "gender", "quality", "variant")


@dataclass(frozen=True)
class _Text:
    """A name or a category that has been read."""

    tokens: tuple[Token, ...]
    subject: Subject
    geo: str
    gender: str
    quality: str
    variant: str


def read_name(
    name: str,
    category: str = "",
    type_name: str = "",
    *,
    low: int | None = None,
    high: int | None = None,
    rate: Decimal | None = None,
) -> Facts:
    """Return the facts of a service. No value raises an error.

    low and high are its limits in the catalog, rate is its price per thousand. None stands for a value that is not
    known, and so does a rate that is no finite number.
    """
    rate = rate if rate is not None and rate.is_finite() else None
    kind_of_type = " ".join(type_name.casefold().replace("_", " ").split())
    group = _read_category(category)
    tokens = tokenise(name)
    text = _read_text(tokens, group.subject.platform)
    subject = _complete(text, group, kind_of_type)
    kind = _kind(kind_of_type, subject, text)
    is_package = kind.startswith("package")
    folded = " ".join(token.text for token in tokens)
    if is_no_offer(low=low, high=high, rate=rate, is_package=is_package) or is_heading(
        fold(name),
        tokens,
        has_subject=bool(subject.platform or subject.metrics),
        has_group=bool(group.subject.metrics),
        is_sold=rate is not None and high is not None,
    ):
        return Facts(noise=True, text=f"{folded}/{group.subject.platform}")
    found = _graded(text, group, subject, kind_of_type)
    found |= _attributes(text, category, subject, is_auto=found["delivery"] == "auto")
    return Facts(
        platform=subject.platform,
        metric="+".join(subject.metrics),
        object="+".join(sorted(set(subject.objects))),
        kind=kind,
        beside="" if subject.platform.startswith("?") else unknown_beside(tokens, subject.metric_at),
        units=_units(tokens) if is_package else None,
        text=f"{folded}/{'+'.join(subject.metrics)}",
        **found,
    )


@lru_cache(4096)
def _read_category(category: str) -> _Text:
    return _read_text(tokenise(category), "")


def _read_text(tokens: Sequence[Token], platform_hint: str) -> _Text:
    subject = read_subject(tokens, platform_hint)
    return _Text(
        tuple(tokens),
        subject,
        read_places(tokens),
        read_gender(tokens),
        read_quality(tokens, subject),
        read_variant(tokens, subject),
    )


def _complete(text: _Text, group: _Text, kind: str) -> Subject:
    """Return the subject of a name, with what only its category or its type says."""
    own, other = text.subject, group.subject
    subject = replace(own, metrics=list(own.metrics), objects=list(own.objects))
    if not own.platform or (own.platform.startswith("?") and other.platform):
        subject.platform = other.platform
    if own.metrics == ["likes"] and other.metrics == ["reactions"]:
        subject.metrics, subject.is_reaction_like = ["reactions"], True
    is_same_metric = not subject.metrics or not other.metrics or bool(set(subject.metrics) & set(other.metrics))
    if not subject.metrics:
        subject.metrics = list(other.metrics) or [metric for word, metric in _TYPE_METRICS.items() if word in kind][:1]
    if kind == "comment likes" and subject.metrics in ([], ["comments"], ["likes"]):
        subject.metrics, subject.objects = ["likes"], ["comment"]
    is_same_platform = subject.platform == (other.platform or subject.platform)
    if not subject.objects and is_same_metric and is_same_platform and _is_of_one_object(group):
        subject.objects = list(other.objects)
    if "comments" in subject.metrics:
        subject.objects = [name for name in subject.objects if name != "comment"]
    if "live" in other.objects and subject.metrics == ["views"] and not own.objects:
        subject.objects = ["live"]
    subject.count_viewers()
    return subject


def _is_of_one_object(group: _Text) -> bool:
    """Say whether all services of a category are for the same object. "Story / Impressions / Saves" lists metrics."""
    is_list = len(group.subject.metrics) > 1 and any(token.symbol in _LISTED_BY for token in group.tokens)
    return len(group.subject.objects) == 1 and not is_list


def _graded(text: _Text, group: _Text, subject: Subject, kind: str) -> Found:
    """Return places, gender, quality, variant and delivery, from the category where only it says them."""
    found: Found = {}
    for name in _FROM_CATEGORY:
        own, other = getattr(text, name), getattr(group, name)
        found[name] = own or (other if "+" not in other or name == "geo" else "")
    if not found["variant"]:
        found["variant"] = read_variant(text.tokens, subject)
    if "custom comments" in kind and "comments" in subject.metrics and not found["variant"]:
        found["variant"] = "custom"
    auto = is_automatic(text.tokens, subject, kind) or (
        bool(group.tokens)
        and is_automatic(group.tokens, subject, kind)
        and "auto" in {token.symbol for token in group.tokens}
    )
    found["delivery"] = "auto" if auto else "once"
    found["posts"] = read_future(text.tokens) if auto else None
    return found


def _attributes(text: _Text, category: str, subject: Subject, *, is_auto: bool) -> Found:
    """Return the attributes of a name. Its category counts for refill, drop and length that the name does not say."""
    is_premium = "premium" in text.quality and bool({"members", "subscribers"} & set(subject.metrics))
    metric = "+".join(subject.metrics)
    is_live = bool({"live", "space"} & set(subject.objects)) or "viewers" in subject.metrics
    # A bare number of days says how long members keep their premium.
    is_lasting = is_auto or is_premium
    found = read_attributes(symbols_of(text.tokens), metric=metric, is_live=is_live, is_auto=is_lasting)
    other = _category_attributes(category, metric=metric, is_live=is_live, is_auto=is_lasting) if category else {}
    for names in (_REFILLS, ("drop_max",), ("minutes",), ("watch_seconds",)):
        if names[0] not in found:
            found = {name: other[name] for name in names if name in other} | found
    return found


@lru_cache(4096)
def _category_attributes(category: str, *, metric: str, is_live: bool, is_auto: bool) -> Found:
    symbols = symbols_of(_read_category(category).tokens)
    # "Refill / No Refill" and "30 / 60 / 90 minutes" are headings for several services.
    several = set(_LENGTHS) if sum(map(str.isdecimal, symbols.text.split())) > 1 else set()
    several |= set(_REFILLS) if symbols.text.count("refill") > 1 else set()
    found = read_attributes(symbols, metric=metric, is_live=is_live, is_auto=is_auto)
    return {name: value for name, value in found.items() if name not in several}


def _kind(kind: str, subject: Subject, text: _Text) -> str:
    """Return how a type counts: per unit, per package, or by the lines of a text."""
    parts = ["package"] * ("package" in kind) + ["comments"] * ("comment" in kind and "likes" not in kind)
    if not kind and text.variant == "custom" and "comments" in subject.metrics:
        parts = ["comments"]
    return "+".join(parts) or "unit"


def _units(tokens: Sequence[Token]) -> int | None:
    """Return how many units a package has: the number beside its metric."""
    for at, number in enumerate(tokens):
        if number.value and any(token.tag("m") for token in tokens[at + 1 : at + 4]):
            return int(number.value)
    sizes = [int(token.value) for token in tokens if token.value and token.value >= _SMALLEST_PACKAGE]
    return sizes[0] if sizes else None
