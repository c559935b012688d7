"""Finds what a service is about: platform, metric, object and delivery."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from panels.catalog.names.brands import find_brand
from panels.catalog.names.objects import JOINERS, MUSIC, Subject, find_objects
from panels.catalog.names.tokens import Token, token_after, token_before

_SUBSCRIBED = frozenset(("youtube", "telegram", "rutube", "dzen", "max", "bilibili"))
_AND = frozenset(
    ("and", "y", "e", "ve", "и", "та", "und", "et", "dan", "و", "और", "và", "和", "및", "i", "with", "plus")
)
_TRAFFIC = frozenset(
    ("traffic", "trafik", "trafic", "trafico", "tráfico", "tráfego", "trafego", "visitor", "visitors", "website", "seo")
)
_MOST_BETWEEN, _MOST_BETWEEN_ADDED = 4, 10
_WATCH_TIMES = frozenset(("watchtime", "watch time", "再生時間", "观看时长", "시청 시간", "시청시간"))
_TIMES = frozenset(("minute", "hour"))
_OF_PEOPLE = frozenset(("followers", "subscribers", "members", "friends", "connections"))
_CONTENTS = frozenset(("post", "reel", "story", "video", "short", "comment", "live"))
# So many minutes are what is sold, and not how long a video is.
_MANY = 1000
_EMOTIONS = frozenset(("love", "haha", "wow", "sad", "angry", "care"))
_CONTACT = frozenset(("join", "contact", "support"))
_PREPOSITIONS = frozenset(
    ("on", "for", "to", "of", "de", "em", "en", "на", "к", "под", "в", "auf", "sur", "su", "untuk", "cho", "do")
)


def read_subject(tokens: Sequence[Token], platform_hint: str = "") -> Subject:
    """Return the subject of tokens. platform_hint is the platform that the category names."""
    subject = Subject()
    platforms = _platforms(tokens)
    _settle_streams(tokens, {platform_hint, *(name for _, name in platforms)})
    first = _first_metric(tokens)
    subject.platform = _choose_platform(tokens, platforms, first, platform_hint)
    metrics = _metrics(tokens, first, subject.platform or platform_hint)
    subject.metric_at = metrics[0][0] if metrics else -1
    _name_metrics(subject, metrics, tokens)
    if not metrics and {"bot", "start"} <= {symbol for token in tokens for symbol in (token.symbol, token.tag("o"))}:
        subject.metrics = ["bot_starts"]
    subject.objects += find_objects(tokens, subject)
    if not metrics and "live" in subject.objects and any(token.symbol in _TIMES for token in tokens):
        # "YouTube Live Stream, 60 minutes" sells viewers.
        subject.metrics = ["viewers"]
    _settle_website(subject, tokens, platforms)
    if not subject.platform and not platform_hint and metrics:
        subject.platform = find_brand(tokens, subject.metric_at)
    _settle_object(subject, tokens)
    return subject


def _settle_streams(tokens: Sequence[Token], platforms: set[str]) -> None:
    """Take a stream for a live video, where no platform of music is named."""
    if not platforms & MUSIC:
        for token in tokens:
            if {"m:plays", "o:live"} <= set(token.tags):
                token.tags = ("o:live",)


def _platforms(tokens: Sequence[Token]) -> list[tuple[int, str]]:
    found = []
    for at, token in enumerate(tokens):
        name = token.tag("p") or ("x" if _is_x(tokens, at) else "")
        follower = token_after(tokens, at)
        if name and not (name == "google" and follower and "ads" in follower.all("q")):
            found.append((at, name))
    return found


def _is_x(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a letter X is the platform and no multiplication."""
    if tokens[at].text != "x":
        return False
    before, after = token_before(tokens, at), token_after(tokens, at)
    if (before and before.value is not None) or (after and after.value is not None and after.is_attached):
        return False
    # "Просмотры твитов X": a metric or an object before it, and nothing behind it.
    is_last = tokens[at].raw == "X" and (after is None or after.symbol in {"|", "-"})
    is_named = bool(before and is_last and (before.tag("m") or before.tag("o")))
    return not before or is_named or before.symbol in {"|", "/", "-", "w", "G"} or bool(after and after.tags)


def _is_source(tokens: Sequence[Token], at: int) -> bool:
    before = token_before(tokens, at)
    if before and before.symbol in {":", "-"}:
        before = token_before(tokens, at - 1)
    return bool(before and "from" in before.all("a") and before.text not in {"by", "de", "da", "of"})


def _is_contact(tokens: Sequence[Token], at: int) -> bool:
    before, after = tokens[max(0, at - 3) : at], tokens[at + 1 : at + 3]
    # "Telegram join requests" is a service.
    return any(token.symbol in _CONTACT for token in before) or any(
        token.symbol in _CONTACT and token.text != "join" for token in after
    )


def _choose_platform(tokens: Sequence[Token], platforms: list[tuple[int, str]], metric_at: int, hint: str) -> str:
    fit = [(at, name) for at, name in platforms if not _is_source(tokens, at) and not _is_contact(tokens, at)]
    names = [name for _, name in fit]
    if not names:
        return "" if hint else next((name for at, name in platforms if not _is_contact(tokens, at)), "")
    if "threads" in names:
        return "threads"
    if len(set(names)) > 1:
        if hint in names:
            return hint
        if metric_at >= 0:
            same = [(at, name) for at, name in fit if tokens[at].segment == tokens[metric_at].segment]
            near = [name for at, name in same if at < metric_at] or [name for _, name in same]
            return near[0] if near else names[0]
    return names[0]


def _is_metric(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a word with the tag of a metric is used as one."""
    token = tokens[at]
    before, after = token_before(tokens, at), token_after(tokens, at)
    if before and before.symbol in {"with", "from", "cancel"} and before.text not in _AND and at > 1:
        return False
    if before and before.symbol == "no" and (not after or after.symbol in {"|", ","}):
        return False
    if token.tag("m") in {"stars", "points", "plays"} and before and before.value is not None and before.value <= 5:
        return False
    return not (after and after.symbol == "button" and token.tag("m") in {"likes", "dislikes", "subscribers"})


def _first_metric(tokens: Sequence[Token]) -> int:
    found = [at for at, token in enumerate(tokens) if token.tag("m") and _is_metric(tokens, at)]
    sure = [at for at in found if tokens[at].text not in _WATCH_TIMES] or found
    # "TikTok | Views | TikTok Views + Shares": what stands beside the platform is said in full.
    segments = {token.segment for token in tokens if token.tag("p")}
    full = [at for at in sure if tokens[at].segment in segments]
    return (full or sure or [-1])[0]


def _metrics(tokens: Sequence[Token], first: int, platform: str) -> list[tuple[int, str, bool]]:
    """Return the first metric and those that belong to it: position, name, and whether "+" or "and" joins it."""
    if first < 0:
        return []
    found = [(first, _metric_of(tokens[first], platform), True)]
    at = first
    for index in range(first + 1, len(tokens)):
        token = tokens[index]
        if not token.tag("m") or not _is_metric(tokens, index) or token.text in _WATCH_TIMES:
            continue
        between = [each for each in tokens[at + 1 : index] if not each.tag("e")]
        is_added = any(_is_plus(tokens, each) for each in range(max(at, index - 3), index))
        is_apart = token.segment != tokens[at].segment and not is_added
        if is_apart or len(between) > (_MOST_BETWEEN_ADDED if is_added else _MOST_BETWEEN):
            break
        is_joined = is_added or any(each.symbol in JOINERS - {"+"} or each.text in _AND for each in between)
        if is_joined or all(each.text in _PREPOSITIONS or each.tag("o") for each in between):
            found.append((index, _metric_of(token, platform), is_joined))
            at = index
        elif not all(each.tags for each in between):
            break
    return found


def _is_plus(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a plus joins two words: 1M+ followers joins none."""
    return tokens[at].symbol == "+" and tokens[at - 1].value is None


def _metric_of(token: Token, platform: str) -> str:
    names = token.all("m")
    if len(names) > 1:
        if "subscribers" in names:
            return "subscribers" if platform in _SUBSCRIBED else "followers"
        if "plays" in names and "views" in names:
            return "plays" if platform in MUSIC else "views"
    return names[0]


def _name_metrics(subject: Subject, metrics: list[tuple[int, str, bool]], tokens: Sequence[Token]) -> None:
    """Settle which of several metrics is meant: comment likes are likes, like reactions are reactions."""
    names: list[str] = []
    for at, name, is_joined in metrics:
        if not names or is_joined:
            names.append(name)
            continue
        last = names.pop()
        if {last, name} == {"comments", "likes"} or {last, name} == {"comments", "dislikes"}:
            subject.objects.append("comment")
            names.append(last if name == "comments" else name)
        elif "reactions" in {last, name}:
            subject.is_reaction_like = "likes" in {last, name}
            names.append("reactions")
        elif last in {"votes", "reviews", "shares"} or name in {"comments", "views", "watch_hours", "shares"}:
            names.append(last)
        else:
            names.append(name if tokens[at].raw.isascii() else last)
    many = any(token.value and token.value >= _MANY and after.symbol == "minute" for token, after in pairwise(tokens))
    subject.metrics = sorted({"watch_minutes" if many and name == "watch_hours" else name for name in names})


def _settle_website(subject: Subject, tokens: Sequence[Token], platforms: list[tuple[int, str]]) -> None:
    """Take a platform that traffic comes from as the source of visits to a website."""
    others = [name for _, name in platforms if name != "website"]
    if "visits" in subject.metrics and not (others and "profile" in subject.objects):
        is_traffic = any(token.text in _TRAFFIC or token.tag("p") == "website" for token in tokens)
        if is_traffic or (not others and not subject.platform):
            subject.platform = "website"
            subject.source = others[0] if others else ""
    elif "website" in {name for _, name in platforms} and others and subject.platform == "website" and subject.metrics:
        subject.platform = others[0]
    if not subject.source and subject.platform:
        sources = [name for at, name in platforms if name != subject.platform and _is_source(tokens, at)]
        subject.source = sources[0] if sources and set(subject.metrics) & {"views", "visits", "plays"} else ""


def _settle_object(subject: Subject, tokens: Sequence[Token]) -> None:
    if subject.metrics and set(subject.metrics) <= _OF_PEOPLE:
        # Nobody follows a post or a live video: it tells what the followers have, and where they come from.
        subject.objects = [name for name in subject.objects if name not in _CONTENTS]
    is_emotion = any(token.tag("v") in _EMOTIONS for token in tokens)
    if is_emotion and subject.platform == "facebook" and subject.metrics in ([], ["likes"]):
        # "Post Like Love" is a reaction.
        subject.metrics = ["reactions"]
    if subject.platform == "google" and any(token.tag("o") == "place" for token in tokens):
        subject.objects = ["place"]
    if subject.platform == "website":
        subject.objects = [name for name in subject.objects if name != "website"]
    subject.count_viewers()
