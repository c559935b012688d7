"""Writes what a product is, in words: "Instagram followers · TR · female"."""

from __future__ import annotations

from panels.catalog.names.facts import Facts

# Names that are not written with one capital at the beginning of each word.
_WRITTEN = {
    "aparat": "Aparat",
    "bluesky": "Bluesky",
    "imdb": "IMDb",
    "linkedin": "LinkedIn",
    "onlyfans": "OnlyFans",
    "soundcloud": "SoundCloud",
    "tiktok": "TikTok",
    "tripadvisor": "TripAdvisor",
    "vk": "VK",
    "whatsapp": "WhatsApp",
    "youtube": "YouTube",
}
# The object that goes without saying beside these metrics.
_USUAL = {
    "followers": "profile",
    "subscribers": "channel",
    "members": "group",
    "likes": "post",
    "comments": "post",
    "plays": "track",
    "listeners": "profile",
    "visits": "website",
    "viewers": "live",
}
_KINDS = {"package": "package", "package+comments": "package"}


def platform_name(platform: str) -> str:
    """Return the name of a platform as it is written. A platform that is not known has a ? in front."""
    name = platform.removeprefix("?")
    return _WRITTEN.get(name) or name.replace("_", " ").title()


def metric_title(platform: str, metric: str) -> str:
    """Return what is counted, in words: "Instagram followers". "Other" if that is not known."""
    return " ".join(filter(None, (platform_name(platform), _joined(metric)))) if metric else "Other"


def title_of(facts: Facts, name: str) -> str:
    """Return the title of a product by its facts, or the name of the service where they do not say what it is."""
    if facts.noise or not facts.platform or not facts.metric:
        return name
    thing = "" if _USUAL.get(facts.metric) == facts.object else _joined(facts.object)
    what = " ".join(filter(None, (platform_name(facts.platform), thing, _joined(facts.metric))))
    posts = f"{facts.posts} posts" if facts.posts else ""
    units = f"{facts.units:,} units" if facts.units else ""
    stay = f"{facts.minutes:,} min" if facts.minutes is not None else ""
    watch = f"watched {facts.watch_seconds:,} s" if facts.watch_seconds is not None else ""
    auto = "automatic" if facts.delivery == "auto" else ""
    more = (facts.variant, facts.geo, facts.gender, stay, watch, auto, posts, _KINDS.get(facts.kind, ""), units)
    return " · ".join([what, *filter(None, map(_joined, (*more, facts.beside)))])


def _joined(words: str) -> str:
    return words.replace("+", " + ").replace("_", " ")
