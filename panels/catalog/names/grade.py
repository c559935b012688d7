"""Finds the variant, the places, the gender and the quality that a text names, and whether it is automatic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from panels.catalog.names.objects import Subject
from panels.catalog.names.symbols import MINUTES
from panels.catalog.names.tokens import Token, token_after, token_before
from panels.catalog.names.words_places import CODES_ALONE, CODES_ANYWHERE

_BESIDE_CODE = frozenset(("|", "/", "+", ",", "G"))
_NO_REACTIONS = frozenset(("online", "offline", "external", "suggested", "browse", "emoji", "direct", "organic"))
_MIXES = frozenset(("positive", "negative", "custom", "random"))
_ORNAMENTS = frozenset(("fire", "lightning", "hundred", "trophy", "party", "love"))
_SOURCES = ("external", "suggested", "browse")
_TEXTS = frozenset(("comments", "reviews", "mentions"))
_PRESENT = frozenset(("members", "followers", "subscribers"))
_PRESENCES = frozenset(("online", "offline"))
_SERVED = frozenset(
    ("likes", "views", "comments", "reactions", "shares", "saves", "impressions", "viewers", "reach", "plays", "votes")
)
_MOST_POSTS = 1000
# The words after which a word of quality means something else.
_OTHER_MEANING = {
    "real": {"time", "madrid"},
    "old": {"posts", "post", "videos", "video", "service", "services", "server", "order", "orders"},
    "mixed": {"country", "countries", "geo", "location"},
    "verified": {"service", "badge"},
    "bot": {"users", "chat", "subscribers"},
}


def read_variant(tokens: Sequence[Token], subject: Subject) -> str:
    """Return which of several kinds of the metric is meant, "" if the text does not say it."""
    metrics = set(subject.metrics)
    if posts := _last_posts(tokens):
        return f"last{posts}"
    named = [name for token in tokens for name in token.all("v")]
    emojis = _emojis(tokens)
    if "reactions" in metrics:
        return _reaction(subject, named, emojis)
    if metrics & _TEXTS:
        return next((name for name in ("custom", "random", "emoji", "positive", "negative") if name in named), "")
    if metrics & _PRESENT:
        presences = _not_denied(tokens, "v") & _PRESENCES
        return presences.pop() if len(presences) == 1 else ""
    if "visits" in metrics:
        return subject.source or next((name for name in ("direct", "organic") if name in named), "")
    if "views" in metrics and any(token.text in {"source", "sources", "traffic", "from"} for token in tokens):
        return subject.source or next((name for name in _SOURCES if name in named), "")
    return subject.source


def _emojis(tokens: Sequence[Token]) -> list[str]:
    """Return the named reactions. A fire at the beginning, or twice, is an ornament."""
    found = [(at, token.tag("e")) for at, token in enumerate(tokens) if token.tag("e")]
    counts = Counter(name for _, name in found)
    fit = [name for at, name in found if name not in _ORNAMENTS or (at > 0 and counts[name] == 1)]
    return list(dict.fromkeys(fit))


def _reaction(subject: Subject, named: list[str], emojis: list[str]) -> str:
    words = [name for name in named if name not in _NO_REACTIONS]
    if words and words[0] in _MIXES:
        return words[0]
    if words:
        # Love + Haha is neither of the two.
        return "+".join(sorted(set(words)))
    if subject.is_reaction_like:
        return "like"
    return emojis[0] if len(emojis) == 1 else ""


def _last_posts(tokens: Sequence[Token]) -> int:
    """Return how many of the last posts are served: last 5 posts, 5 last posts."""
    for at, token in enumerate(tokens):
        if token.symbol != "last":
            continue
        for number, after in ((at + 1, at + 2), (at - 1, at + 1)):
            value = tokens[number].value if 0 <= number < len(tokens) else None
            is_time = after < len(tokens) and tokens[after].symbol in MINUTES
            if value and value <= _MOST_POSTS and not is_time:
                return int(value)
    return 0


def _is_denied(tokens: Sequence[Token], at: int) -> bool:
    before = token_before(tokens, at)
    return before is not None and before.symbol == "no"


def _not_denied(tokens: Sequence[Token], kind: str) -> set[str]:
    """Return the tags of that kind, without those behind a "no"."""
    return {name for at, token in enumerate(tokens) for name in token.all(kind) if not _is_denied(tokens, at)}


def read_future(tokens: Sequence[Token]) -> int | None:
    """Return how many future posts are served, None if the text does not say it."""
    for first, second in pairwise(tokens):
        for token, number in ((first, second), (second, first)):
            if "future" in token.all("a") and number.value and number.value <= _MOST_POSTS:
                return int(number.value)
    return None


def is_automatic(tokens: Sequence[Token], subject: Subject, type_name: str) -> bool:
    """Say whether posts are served as they appear."""
    if "subscription" in type_name:
        return True
    if not set(subject.metrics) & _SERVED and subject.metrics:
        return False
    for at, token in enumerate(tokens):
        if token.symbol == "auto" and _serves(tokens, at):
            return True
        if token.symbol == "future" and any(each.value or each.tag("o") == "post" for each in tokens[at + 1 : at + 3]):
            return True
        if token.symbol == "subscription" and subject.metrics:
            return True
    return False


def _serves(tokens: Sequence[Token], at: int) -> bool:
    """Say whether "auto" is about the delivery, and not about a refill, a start or a price."""
    near = [token for token in tokens[at + 1 : at + 4] if token.symbol not in {"-", ":"}]
    before = [token.symbol for token in tokens[max(0, at - 4) : at] if token.symbol not in {"-", ":", "("}]
    for token in near:
        if token.symbol in {"refill", "start", "♻", "complete", "cancel", "day", "button", "instant"} or token.text in {
            "ads",
            "complete",
            "detect",
        }:
            return False
        if token.symbol == "|":
            break
        if token.tag("m") or token.tag("p"):
            return True
    return not (
        set(before) & {"refill", "♻", "start"} or (near and near[0].symbol == "+") or (before and before[-1] == "day")
    )


def read_places(tokens: Sequence[Token]) -> str:
    """Return the codes of the named countries and regions, joined."""
    found: list[str] = []
    for at, token in enumerate(tokens):
        codes = [code for code in token.all("g") if _is_place(tokens, at)]
        if not codes and len(token.text) == 2 and _is_code(tokens, at):
            codes = [token.raw.upper()]
        found += codes[:1]
    return "+".join(sorted(set(found)))


def _is_place(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    before, after = token_before(tokens, at), token_after(tokens, at)
    if before and before.symbol in {"no", "join"}:
        return False
    if token.text == "us" and not token.raw.isupper():
        return (
            not before
            or before.symbol in {"|", "from"}
            or bool(after and (after.tag("m") or after.tag("p") or after.tag("q")))
        )
    if token.text == "us" and before and before.text in {"with", "contact", "join", "message"}:
        return False
    return not (after and after.text in {"support", "time", "timezone", "language"} and token.text != "english")


def _is_code(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    if token.raw in CODES_ANYWHERE:
        return True
    if token.raw not in CODES_ALONE or (token.raw == "PK" and _is_battle(tokens)):
        return False
    before = tokens[at - 1].symbol if at else "|"
    after = tokens[at + 1].symbol if at + 1 < len(tokens) else "|"
    if before == "-" and at > 1 and tokens[at - 2].tag("g"):
        before = "G"
    if after == "-" and at + 2 < len(tokens) and tokens[at + 2].tag("g"):
        after = "G"
    return before == "G" or (before in _BESIDE_CODE and after in _BESIDE_CODE)


def _is_battle(tokens: Sequence[Token]) -> bool:
    """Say whether a text is about the points of a battle between two live videos, a PK."""
    return any(token.tag("m") == "points" for token in tokens)


def read_gender(tokens: Sequence[Token]) -> str:
    """Return the gender that a text names, "" if it names both or neither."""
    genders = _not_denied(tokens, "x")
    return genders.pop() if len(genders) == 1 else ""


def read_quality(tokens: Sequence[Token], subject: Subject) -> str:
    """Return the named qualities, joined."""
    found = {
        name
        for at, token in enumerate(tokens)
        for name in token.all("q")[:1]
        if _is_quality(tokens, at, name, subject) and at != subject.metric_at
    }
    return "+".join(sorted(found))


def _is_quality(tokens: Sequence[Token], at: int, name: str, subject: Subject) -> bool:
    token = tokens[at]
    before = next((each for each in reversed(tokens[max(0, at - 2) : at]) if each.symbol != "-"), None)
    after = token_after(tokens, at)
    if before and (before.symbol == "no" or (before.symbol == "%" and tokens[at - 2].value == 0)):
        return False
    if after and after.text in _OTHER_MEANING.get(name, ()):
        return False
    if name == "bot":
        near = {each.symbol for each in (before, after) if each}
        return "bot_starts" not in subject.metrics and not near & {"start", "add"}
    if name == "real":
        # In French, "reel" is real.
        return "o:reel" not in token.tags or not (before is None or before.tag("p"))
    is_emotion = "reactions" in subject.metrics and any(each.tag("v") or each.tag("e") for each in tokens)
    is_gender = bool(before and before.tag("x"))
    return name != "mixed" or not (is_emotion or is_gender)
