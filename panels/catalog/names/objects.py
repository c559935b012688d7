"""Finds the object that a service is for: a post, a page, a live video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from panels.catalog.names.tokens import Token, token_after, token_before

MUSIC = frozenset(
    (
        "spotify",
        "soundcloud",
        "deezer",
        "apple_music",
        "tidal",
        "audiomack",
        "mixcloud",
        "boomplay",
        "napster",
        "shazam",
    )
)
JOINERS = frozenset(("+", "/", ","))
_CONDITIONS = frozenset(("must", "should", "need", "link", "links", "url", "public", "private"))
# What may stand beside an object between separators: [Company Page], [Last 5 Posts].
_MOST_ALONE = 9
_BESIDE_OBJECT = frozenset(("w", "last", "future", "auto", "+", "/", ",", ":", ".", "per", "day", "month", "each"))
# "Channel post views" are views of a post, "video story" is a story.
_CONTAINERS = frozenset(("profile", "channel", "group", "page", "server", "website", "bot"))
_PLAIN_CONTENTS = frozenset(("video", "post"))
# A space is live, and a live video is no other video.
_ALWAYS_ALONE = ("space", "live")
_LENGTHS = frozenset(("min", "minute", "hour"))


@dataclass
class Subject:
    """What a text says that a service is. metric_at is the position of its first metric, -1 without a metric."""

    platform: str = ""
    metrics: list[str] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    source: str = ""
    is_reaction_like: bool = False
    metric_at: int = -1

    def count_viewers(self) -> None:
        """Take the views of a live video for viewers."""
        if "live" in self.objects:
            self.metrics = sorted({"viewers" if name == "views" else name for name in self.metrics})


def find_objects(tokens: Sequence[Token], subject: Subject) -> list[str]:
    """Return the objects that a service is for, the narrower one of two."""
    found = _named_objects(tokens, subject)
    for name in _ALWAYS_ALONE:
        if name in found:
            return [name]
    if not _is_list(tokens, found):
        for wider in (_CONTAINERS, _PLAIN_CONTENTS):
            found = [name for name in found if name not in wider] or found
        if {"reel", "short"} <= set(found):
            found = ["reel"]
    return list(dict.fromkeys(found))


def _named_objects(tokens: Sequence[Token], subject: Subject) -> list[str]:
    """Return the objects beside the metric, else those of the first other segment that has only objects."""
    platforms = (token.segment for token in tokens if token.tag("p"))
    segment = tokens[subject.metric_at].segment if subject.metric_at >= 0 else next(platforms, -1)
    objects: dict[int, list[str]] = {}
    for at, token in enumerate(tokens):
        if token.tag("o") and _is_object(tokens, at, subject):
            objects.setdefault(token.segment, []).append(token.tag("o"))
    if segment in objects:
        return objects[segment]
    return next((names for other, names in objects.items() if _is_alone(tokens, other, before=segment)), [])


def _is_list(tokens: Sequence[Token], found: list[str]) -> bool:
    """Say whether two objects are joined: post / reel."""
    return any(
        second.symbol in JOINERS and first.tag("o") in found and third.tag("o") in found
        for first, second, third in zip(tokens, tokens[1:], tokens[2:], strict=False)
    )


def _is_object(tokens: Sequence[Token], at: int, subject: Subject) -> bool:
    token = tokens[at]
    before, after = token_before(tokens, at), token_after(tokens, at)
    name = token.tag("o")
    if name == "comment" and ("comments" in subject.metrics or at == subject.metric_at):
        return False
    if token.tag("m") and (at == subject.metric_at or subject.platform in MUSIC):
        return name != "live"
    if before and (before.symbol in {"with", "no"} or (before.symbol == "from" and name in {"profile", "page"})):
        return False
    if after and (after.symbol == "length" or (name == "live" and after.text in {"support", "help"})):
        return False
    # A 60 min video is what a buyer must have, and 1 min video views are views of a video.
    if name == "video" and before and before.symbol in _LENGTHS and not (after and after.tag("m")):
        return False
    # Real profiles are those who follow.
    is_follower = name == "profile" and before is not None and any(before.tag(kind) for kind in "qxg")
    return not is_follower and _fits(name, token, subject, after)


def _fits(name: str, token: Token, subject: Subject, after: Token | None) -> bool:
    """Say whether a platform and a metric have such an object."""
    if name == "bot":
        return "bot_starts" in subject.metrics or bool(after and after.tag("m") == "subscribers")
    if name == "video":
        return subject.metrics != ["watch_hours"]
    if name == "server":
        return subject.platform == "discord"
    return token.text != "community" or subject.platform == "x"


def _is_alone(tokens: Sequence[Token], segment: int, *, before: int) -> bool:
    """Say whether a segment has only objects, or stands before the segment of the metric."""
    if segment < before:
        return True
    own = [token for token in tokens if token.segment == segment and token.symbol not in {"|", "-"}]
    if any(token.text in _CONDITIONS for token in own):
        return False
    return len(own) <= _MOST_ALONE and all(
        token.tag("o") or token.tag("p") or token.value or token.symbol in _BESIDE_OBJECT for token in own
    )
