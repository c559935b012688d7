"""The platforms that services are for: their names in the texts of panels, their hosts, and what their links lead to.

A text or a link that is not known for certain says nothing, because these facts only serve warnings.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache


class Target(enum.StrEnum):
    """What a link leads to. A channel, a group or an artist counts as a profile, and a video or a track as a post."""

    PROFILE = "profile"
    POST = "post"


# Names are compared as whole words of the lower-case text.
# For each platform: its names as patterns, and its hosts. Names are whole words of the lower-case text.
_PLATFORMS: Mapping[str, tuple[str, str]] = {
    "Instagram": (r"instagram|insta|ig|инстаграм\w*|인스타\w*|انستغرام|انستقرام", "instagram.com instagr.am ig.me"),
    "Facebook": (r"facebook|fb|messenger|фейсбук\w*", "facebook.com fb.com fb.watch fb.me fb.gg m.me messenger.com"),
    "TikTok": (r"tik ?tok|tt|тик ?ток\w*", "tiktok.com"),
    "YouTube": (r"you ?tube|yt|ютуб\w*|ютьюб\w*|유튜브", "youtube.com youtu.be youtube-nocookie.com"),
    "Telegram": (r"telegram|tg|телеграмм?\w*", "t.me telegram.me telegram.dog telegram.org"),
    "X (Twitter)": (r"twitter|tweets?|retweets?|x\.com|твиттер\w*", "x.com twitter.com"),
    "Threads": (r"threads", "threads.net threads.com"),
    "Twitch": (r"twitch", "twitch.tv"),
    "Spotify": (r"spotify", "spotify.com spotify.link spoti.fi"),
    "SoundCloud": (r"sound ?cloud", "soundcloud.com snd.sc soundcloud.app.goo.gl"),
    "Discord": (r"discord", "discord.gg discord.com discordapp.com"),
    "Reddit": (r"reddit", "reddit.com redd.it"),
    "LinkedIn": (r"linked ?in", "linkedin.com"),
    "Pinterest": (r"pinterest", "pinterest.com pin.it"),
    "Snapchat": (r"snap ?chat", "snapchat.com"),
    "WhatsApp": (r"whats ?app", "whatsapp.com wa.me"),
    "VK": (r"vk|vkontakte|вк|вконтакте", "vk.com vk.ru vk.me vkontakte.ru vkvideo.ru"),
    "Odnoklassniki": (r"ok\.ru|odnoklassniki|одноклассник\w*", "ok.ru odnoklassniki.ru"),
    "Kick": (r"kick(?!.?(?:start|off))", "kick.com"),
    "Google": (r"google|gmb|гугл", "google.com maps.app.goo.gl g.page"),
    "Vimeo": (r"vimeo", "vimeo.com"),
    "Dailymotion": (r"dailymotion", "dailymotion.com dai.ly"),
    "Rumble": (r"rumble", "rumble.com"),
    "Rutube": (r"rutube|рутуб", "rutube.ru"),
    "Likee": (r"likee", "likee.video likee.com"),
    "Kwai": (r"kwai", "kwai.com kw.ai"),
    "Quora": (r"quora", "quora.com"),
    "Tumblr": (r"tumblr", "tumblr.com"),
    "Deezer": (r"deezer", "deezer.com"),
    "Apple Music": (r"apple music|itunes", "music.apple.com itunes.apple.com"),
    "Tidal": (r"tidal", "tidal.com"),
    "Audiomack": (r"audiomack", "audiomack.com"),
    "Mixcloud": (r"mixcloud", "mixcloud.com"),
    "Shazam": (r"shazam", "shazam.com"),
    "Bluesky": (r"blue ?sky|bsky", "bsky.app"),
    "OnlyFans": (r"only ?fans", "onlyfans.com"),
    "Trustpilot": (r"trustpilot", "trustpilot.com"),
}
_ORDER = tuple(_PLATFORMS)
_NAMED = re.compile("|".join(rf"(?P<p{place}>\b(?:{words})\b)" for place, (words, _) in enumerate(_PLATFORMS.values())))
# A lone X is the platform only where nothing else can be meant, and never in "10 X" or "X2".
_X_ALONE = re.compile(
    r"^\W*X\W+(?:[Tt]witter|[Ff]ollow|[Ll]ike|[Vv]iew|[Rr]e(?:tweet|post)|[Cc]omment|[Bb]ookmark|[Ii]mpress|[Pp]o(?:st|ll)|"
    r"[Vv]ideo|[Ss]pace)|\([Xx]\)|^\W*X\W*$"
)
_HOSTS = {host: platform for platform, (_, hosts) in _PLATFORMS.items() for host in hosts.split()}
# Sites with a host for each country, such as pinterest.co.uk.
_COUNTRY_HOST = re.compile(r"(?:^|\.)(pinterest|google)\.(?:com?\.)?[a-z]{2}$")
_SCHEME = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"(spotify|tg):", re.IGNORECASE)


def platforms_in(text: str) -> frozenset[str]:
    """Return the platforms that a name or a category names."""
    found = {_ORDER[int(str(match.lastgroup)[1:])] for match in _NAMED.finditer(text.lower())}
    if _X_ALONE.search(text):
        found.add("X (Twitter)")
    return frozenset(found)


@lru_cache(maxsize=64)
def platform_of(link: str) -> str:
    """Return the platform of a link by its host, or "" for other hosts and for names."""
    if other := _OTHER_SCHEME.match(link):
        return {"spotify": "Spotify", "tg": "Telegram"}[other[1].lower()]
    host = _split(link)[0]
    labels = host.split(".")
    for start in range(len(labels) - 1):
        if platform := _HOSTS.get(".".join(labels[start:])):
            return platform
    country = _COUNTRY_HOST.search(host)
    return country[1].capitalize() if country else ""


def target_of(link: str) -> Target | None:
    """Return what a link of a known platform leads to, None if its address does not say it."""
    host, parts, query = _split(link)
    kind = _TARGETS.get(platform_of(link))
    if kind is None or not parts or host.endswith(_SHORT_HOSTS):
        return None
    return kind(host, parts, query)


_SHORT_HOSTS = (
    *("vm.tiktok.com", "vt.tiktok.com", "fb.watch", "fb.me", "fb.gg", "m.me", "ig.me", "redd.it", "pin.it", "vk.me"),
)


@lru_cache(maxsize=64)
def _split(link: str) -> tuple[str, list[str], frozenset[str]]:
    """Return the host, the parts of the path and the names in the query of an address, with or without its scheme."""
    scheme = _SCHEME.match(link)
    if link.startswith("@"):
        return "", [], frozenset()
    address, _, query = (link[scheme.end() :] if scheme else link).partition("#")[0].lower().partition("?")
    host, _, path = address.partition("/")
    host = host.rpartition("@")[2].partition(":")[0].removeprefix("www.")
    names = frozenset(part.partition("=")[0] for part in query.split("&") if part)
    return host, [part for part in path.split("/") if part], names


Kind = Callable[[str, Sequence[str], frozenset[str]], Target | None]


def _single(parts: Sequence[str], *pages: str) -> Target | None:
    """Return that an address of one part is a profile, unless it is one of the site's own pages."""
    return Target.PROFILE if len(parts) == 1 and parts[0] not in pages else None


def _instagram(_: str, parts: Sequence[str], __: frozenset[str]) -> Target | None:
    if any(part in ("p", "reel", "reels", "tv") for part in parts[:-1]):
        return Target.POST if "audio" not in parts else None
    return _single(parts, "explore", "reels", "reel", "p", "tv", "stories", "direct", "accounts", "share")


def _tiktok(_: str, parts: Sequence[str], __: frozenset[str]) -> Target | None:
    if not parts[0].startswith("@"):
        return None
    return Target.POST if len(parts) > 2 and parts[1] in ("video", "photo") else _single(parts)


def _youtube(host: str, parts: Sequence[str], query: frozenset[str]) -> Target | None:
    if host == "youtu.be" or (parts[0] in ("shorts", "live", "embed", "v") and len(parts) > 1):
        return Target.POST
    if parts[0] == "watch":
        return Target.POST if "v" in query else None
    is_channel = parts[0].startswith("@") or (parts[0] in ("channel", "c", "user") and len(parts) > 1)
    return Target.PROFILE if is_channel and parts[-1] not in ("community", "posts", "live") else None


def _x(_: str, parts: Sequence[str], __: frozenset[str]) -> Target | None:
    if "status" in parts[1:-1] or "statuses" in parts[1:-1]:
        return Target.POST
    return _single(parts, "i", "home", "explore", "search", "hashtag", "intent", "share", "messages", "settings")


def _facebook(_: str, parts: Sequence[str], query: frozenset[str]) -> Target | None:
    if any(part in ("posts", "videos", "reel", "permalink", "photos") for part in parts[:-1]):
        return Target.POST
    if parts[0] in ("permalink.php", "story.php", "photo.php", "photo", "video.php") or "v" in query:
        return Target.POST
    if parts[0] == "profile.php" or (parts[0] in ("people", "groups", "pages") and len(parts) > 1):
        return Target.PROFILE
    return _single(parts, "watch", "share", "sharer.php", "story", "reel", "groups", "events", "marketplace", "l.php")


def _telegram(_: str, parts: Sequence[str], query: frozenset[str]) -> Target | None:
    parts = parts[1:] if parts[0] == "s" and len(parts) > 1 else parts
    if parts[-1].isdecimal() and len(parts) > 1:
        return Target.POST
    is_plain = not query and not parts[0].endswith("bot")
    return _single(parts, "share", "joinchat", "addstickers", "boost") if is_plain else None


def _threads(_: str, parts: Sequence[str], __: frozenset[str]) -> Target | None:
    if not parts[0].startswith("@"):
        return None
    return Target.POST if len(parts) > 2 and parts[1] == "post" else _single(parts)


def _spotify(_: str, parts: Sequence[str], __: frozenset[str]) -> Target | None:
    parts = parts[1:] if parts[0].startswith("intl-") or parts[0] == "embed" else parts
    kinds = {"track": Target.POST, "artist": Target.PROFILE, "user": Target.PROFILE}
    return kinds.get(parts[0]) if len(parts) > 1 else None


def _soundcloud(host: str, parts: Sequence[str], __: frozenset[str]) -> Target | None:
    if host not in ("soundcloud.com", "m.soundcloud.com"):
        return None
    if len(parts) == 2 and parts[1] not in (
        "sets",
        "tracks",
        "albums",
        "likes",
        "reposts",
        "popular-tracks",
        "followers",
    ):
        return Target.POST
    return _single(parts, "discover", "stream", "you", "search")


def _reddit(_: str, parts: Sequence[str], __: frozenset[str]) -> Target | None:
    if "comments" in parts[1:-1]:
        return Target.POST
    return Target.PROFILE if len(parts) == 2 and parts[0] in ("r", "u", "user") else None


def _linkedin(_: str, parts: Sequence[str], __: frozenset[str]) -> Target | None:
    if parts[0] in ("posts", "feed", "pulse") and len(parts) > 1:
        return Target.POST
    return Target.PROFILE if len(parts) == 2 and parts[0] in ("in", "company", "school", "showcase") else None


def _vk(_: str, parts: Sequence[str], query: frozenset[str]) -> Target | None:
    if re.match(r"(?:wall|photo|video|clip)-?[0-9]+_[0-9]+$", parts[0]):
        return Target.POST
    return None if query else _single(parts, "feed", "video", "clips", "wall")


_TARGETS: Mapping[str, Kind] = {
    "Instagram": _instagram,
    "TikTok": _tiktok,
    "YouTube": _youtube,
    "X (Twitter)": _x,
    "Facebook": _facebook,
    "Telegram": _telegram,
    "Threads": _threads,
    "Spotify": _spotify,
    "SoundCloud": _soundcloud,
    "Reddit": _reddit,
    "LinkedIn": _linkedin,
    "VK": _vk,
}
# The platforms whose links show their target.
SHOWS_TARGET = frozenset(_TARGETS)
# The platform's own words for a profile and a post.
WORDS_OF: Mapping[str, tuple[str, str]] = {
    "TikTok": ("profile", "video"),
    "YouTube": ("channel", "video"),
    "Telegram": ("channel or group", "post"),
    "Facebook": ("profile, page or group", "post"),
    "Spotify": ("profile", "track"),
    "SoundCloud": ("profile", "track"),
    "Reddit": ("profile or community", "post"),
    "VK": ("profile or group", "post"),
}
