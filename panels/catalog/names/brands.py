"""Finds the name of a platform that the lexicon does not know."""

from __future__ import annotations

from collections.abc import Sequence

from panels.catalog.names.tokens import Token

_LONGEST = 30
_MOST_BACK = 5
_BESIDE = 2
_SHORTEST = 3
# Three capitals are the code of a server.
_SHORTEST_CAPITALS = 4


def find_brand(tokens: Sequence[Token], metric_at: int) -> str:
    """Return "?" and the unknown name before the metric, else after it. Return "" without such a name."""
    segment = tokens[metric_at].segment
    before = [token for token in tokens[max(0, metric_at - _MOST_BACK) : metric_at] if token.segment == segment]
    earlier = [token for token in tokens[:metric_at] if token.segment == segment - 1]
    after = [token for token in tokens[metric_at + 1 : metric_at + _MOST_BACK] if token.segment == segment]
    for several in (reversed(before), after, reversed(earlier)):
        for token in several:
            if _may_be_brand(token):
                return f"?{token.text[:_LONGEST]}"
    return ""


def unknown_beside(tokens: Sequence[Token], metric_at: int) -> str:
    """Return the unknown words beside the metric, joined. A word may be a country, or another kind of the metric."""
    if metric_at < 0:
        return ""
    near = tokens[max(0, metric_at - _BESIDE) : metric_at + _BESIDE + 1]
    segment = tokens[metric_at].segment
    return "+".join(
        sorted({token.text[:_LONGEST] for token in near if token.segment == segment and _is_unknown(token)})
    )


def _is_unknown(token: Token) -> bool:
    return (
        token.symbol == "w"
        and not token.tags
        and token.value is None
        and len(token.text) >= (_SHORTEST_CAPITALS if token.raw.isupper() else _SHORTEST)
    )


def _may_be_brand(token: Token) -> bool:
    first = token.raw[0]
    return _is_unknown(token) and (first.isupper() or not (first.isascii() or first.islower()))
