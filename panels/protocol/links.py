"""Rewrites all spellings of a target to one spelling (docs/protocol.md, 6).

Spellings of one target give one text, and two targets never do. A spelling that is not known stays apart. The codes of
posts, videos and invitations keep their case. The names of profiles become lower case, because the sites do not
distinguish it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence

from panels.protocol.order_fields import BLANKS, MAX_NORMALISED_LINK, UNSAFE, trim

# The parts of a path, and the parameters as (name, "name=value").
Parts = list[str]
Parameters = Sequence[tuple[str, str]]
# What a site makes of a path and its parameters. None if it does not know the path.
Rewritten = tuple[Parts, Sequence[str]] | None

_WEB_SCHEME = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_HOST = re.compile(r"[^:@\s]*(?::[0-9]*)?")
_USUAL_PORT = re.compile(r":(?:80|443)?$")
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_LOCALE = re.compile(r"^[a-z]{2}-[a-z]{2}\.")
_COUNTRY = re.compile(r"^[a-z]{2}\.")
_SPOTIFY_URI = re.compile(r"spotify:([a-z]+:[A-Za-z0-9]+)")
# Codes of videos and posts have 11 characters. A bare code keeps its case.
BARE_CODE = re.compile(r"(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9_-])[A-Za-z0-9_-]{11}")
# Characters that mean something else when they are not escaped.
_RESERVED = frozenset("/?#%&=+;,\\")
# An application in a page keeps its address in the fragment.
_PAGE_IN_FRAGMENT = ("/", "!", "@", "-")
_DIGEST = 32

_TRACKING = frozenset(
    (
        *("igsh", "igshid", "ig_rid", "fbclid", "mibextid", "refsrc", "ttclid", "is_from_webapp", "sender_device"),
        *("gclid", "gclsrc", "gbraid", "wbraid", "dclid", "msclkid", "yclid", "twclid", "ref_src", "ref_url"),
        *("mc_cid", "mc_eid", "si"),
    )
)
_TRACKING_AT = {
    "facebook.com": frozenset(
        (
            *("ref", "refid", "fref", "hc_ref", "hc_location", "eav", "paipv", "rdid", "share_url", "sfnsn", "extid"),
            *("locale", "locale2", "notif_id", "notif_t", "wtsid", "_rdr", "_rdc", "_ft_", "acontext"),
        )
    ),
    "instagram.com": frozenset(("hl", "img_index", "taken-by")),
    "linkedin.com": frozenset(("trk", "trackingid", "lipi", "licu", "originalsubdomain", "rcm")),
    "t.me": frozenset(("single", "embed", "mode", "t")),
    "tiktok.com": frozenset(("_r", "_t", "is_copy_url", "sec_user_id", "u_code", "tt_from", "lang", "_d")),
    "x.com": frozenset(("s", "t", "cn", "cxt", "lang", "mx")),
    "youtube.com": frozenset(("feature", "pp", "ab_channel", "app", "hl", "gl", "persist_app", "noapp")),
}
_TRACKING_AT["vm.tiktok.com"] = _TRACKING_AT["vt.tiktok.com"] = _TRACKING_AT["tiktok.com"]


# Migration 0010 uses it. A change of the spelling needs a migration that writes `link_key` anew.
def normalise_link(link: str) -> str:
    """Return the spelling of a target that is used to search and to find repeats. It is never sent.

    Removes the scheme, the mobile host, slashes at the end, fragments and the parameters of shares. A long text ends
    with a digest, because two long links may begin alike.
    """
    text = trim(UNSAFE.sub("", link))
    # Removed once more at the end, because a fragment or an empty query may have stood after them.
    normal = _normalise(text).rstrip(f"/?{BLANKS}") if text else ""
    if len(normal) <= MAX_NORMALISED_LINK:
        return normal
    digest = hashlib.sha256(normal.encode()).hexdigest()[:_DIGEST]
    return f"{normal[: MAX_NORMALISED_LINK - _DIGEST - 1]}~{digest}"


def _normalise(text: str) -> str:
    scheme = _WEB_SCHEME.match(text)
    if scheme:
        text = text[scheme.end() :]
    elif uri := _SPOTIFY_URI.fullmatch(text):
        text = "open.spotify.com/" + uri[1].replace(":", "/")
    address, hash_sign, fragment = text.replace("&amp;", "&").partition("#")
    address, _, query = address.partition("?")
    host, _, path = address.partition("/")
    if not (scheme or path or query or hash_sign) and ("." not in host or host.startswith("@")):
        return _bare_name(host)
    host, path, fragment = _telegram_app(_plain_host(host), path, fragment)
    parameters = [(part.partition("=")[0].lower(), part) for part in query.split("&") if part] if query else []
    path, kept = _rewrite(host, _ESCAPED.sub(_unescape, path) if "%" in path else path, parameters)
    normal = f"{_HOSTS.get(host, host)}/{path}".rstrip("/")
    normal += f"?{'&'.join(kept)}" if kept else ""
    is_page = fragment.startswith(_PAGE_IN_FRAGMENT) and fragment.strip("/!")
    return f"{normal}#{fragment}" if is_page else normal


def _bare_name(text: str) -> str:
    """Return a name that was typed without a site. One @ before it changes nothing."""
    if text.startswith("@"):
        # A name with a dot would look like a site without its @.
        return text.lower() if "." in text else text[1:].lower()
    return text if ":" in text or BARE_CODE.fullmatch(text) else text.lower()


def _plain_host(host: str) -> str:
    if not _HOST.fullmatch(host):
        return host
    host = _USUAL_PORT.sub("", host.lower()).removeprefix("www.")
    for prefix in ("m.", "mobile."):
        shorter = host.removeprefix(prefix)
        # m.me is a site, not the mobile form of one.
        host = shorter if "." in shorter else host
    if host.endswith(".facebook.com"):
        host = _LOCALE.sub("", host).removeprefix("mbasic.").removeprefix("touch.").removeprefix("web.")
    elif host.endswith(".linkedin.com"):
        host = _COUNTRY.sub("", host)
    return host


def _telegram_app(host: str, path: str, fragment: str) -> tuple[str, str, str]:
    """Return an address of Telegram's web application or of a name's own host in the spelling of t.me."""
    if host == "web.telegram.org" and fragment.startswith("@"):
        return "t.me", fragment[1:], ""
    if host.endswith(".t.me"):
        return "t.me", f"{host.removesuffix('.t.me')}/{path}", fragment
    return host, path, fragment


def _unescape(match: re.Match[str]) -> str:
    """Write escaped characters as they are, but not those that would then mean something else."""
    try:
        text = bytes.fromhex(match[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return match[0].upper()
    if any(char in _RESERVED or not char.isprintable() or char.isspace() for char in text):
        return match[0].upper()
    return text


def _rewrite(host: str, path: str, parameters: Parameters) -> tuple[str, Sequence[str]]:
    """Return the path and the parameters in the spelling of a site that is known, else without parameters of shares."""
    if site := _SITES.get(host):
        parts = [part for part in path.split("/") if part]
        if parts and (found := site(parts, parameters)):
            return "/".join(found[0]), found[1]
        path = "/".join(parts)
    return path, _without_tracking(_HOSTS.get(host, host), parameters)


def _without_tracking(host: str, parameters: Parameters) -> Sequence[str]:
    """Return the parameters that may name a target, by name. Facebook's own begin with two underscores."""
    if not parameters:
        return ()
    here = _TRACKING_AT.get(host, frozenset())
    is_facebook = host == "facebook.com"
    kept = [
        (name, part)
        for name, part in parameters
        if not (name in _TRACKING or name in here or name.startswith("utm_") or (is_facebook and name[:2] == "__"))
    ]
    return [part for _, part in sorted(kept, key=lambda each: each[0])]


def _only(parameters: Parameters, *names: str) -> Sequence[str]:
    """Return the parameters of these names, in this order."""
    return [part for wanted in names for name, part in parameters if name == wanted]


def _value(parameters: Parameters, name: str) -> str:
    """Return the value of a parameter up to a second question mark, which comes from a careless share."""
    found = _only(parameters, name)
    return re.split(r"[?/]", found[0].partition("=")[2])[0] if found else ""


# -- the sites


def _instagram(parts: Parts, parameters: Parameters) -> Rewritten:
    head = parts[0].lower()
    if head in {"explore", "share", "s", "accounts", "direct", "developer"}:
        return None
    if head == "stories" and len(parts) > 1:
        return [head, parts[1].lower(), *parts[2:]], _without_tracking("instagram.com", parameters)
    # A post may stand below its author.
    post = parts[1:] if len(parts) > 2 and parts[1].lower() in _POSTS else parts
    if post[0].lower() in _POSTS and len(post) > 1 and post[1] != "audio":
        rest = [] if post[2:3] == ["embed"] else post[2:]
        return ["p", post[1], *rest], _only(parameters, "comment_id")
    if head in _POSTS:
        return None
    if len(parts) == 1:
        return [head], ()
    return [head, *parts[1:]], _without_tracking("instagram.com", parameters)


def _x(parts: Parts, parameters: Parameters) -> Rewritten:
    if [part.lower() for part in parts[:3]] == ["i", "web", "status"]:
        parts = ["i", *parts[2:]]
    head = parts[0].lower()
    if len(parts) > 2 and parts[1].lower() in {"status", "statuses"}:
        rest = [] if parts[3:] and parts[3].lower() in _VIEWS_OF_A_POST else parts[3:]
        return [head, "status", parts[2], *rest], ()
    if head in {"i", "hashtag", "search", "intent", "share", "compose", "settings", "messages"}:
        return None
    return ([head], ()) if len(parts) == 1 else ([head, *parts[1:]], _without_tracking("x.com", parameters))


def _youtube(parts: Parts, parameters: Parameters) -> Rewritten:
    head = parts[0].lower()
    video = parts[1] if head in {"shorts", "live", "embed", "v", "e"} and len(parts) > 1 else ""
    video = video or (_value(parameters, "v") if head == "watch" else "")
    if video and video not in {"videoseries", "live_stream"}:
        # Without the list and the position in it. A comment is a target of its own.
        return ["watch"], [f"v={video}", *_only(parameters, "lc")]
    if head in {"playlist", "watch", "embed"} and (playlist := _value(parameters, "list")):
        return ["playlist"], [f"list={playlist}"]
    if head in {"c", "user"} and len(parts) > 1:
        return [head, parts[1].lower(), *parts[2:]], _without_tracking("youtube.com", parameters)
    if len(parts) == 1 or head.startswith("@"):
        return [head, *parts[1:]], _without_tracking("youtube.com", parameters)
    return None


def _youtu_be(parts: Parts, parameters: Parameters) -> Rewritten:
    return ["watch"], [f"v={parts[0]}", *_only(parameters, "lc")]


def _tiktok(parts: Parts, parameters: Parameters) -> Rewritten:
    head = parts[0].lower()
    if not head.startswith("@"):
        return None
    if len(parts) > 2 and parts[1].lower() in {"video", "photo"}:
        return [head, "video", *parts[2:]], _only(parameters, "comment_id", "share_comment_id")
    return [head, *parts[1:]], ()


def _facebook(parts: Parts, parameters: Parameters) -> Rewritten:
    head = parts[0].lower()
    comment = ("comment_id", "reply_comment_id")
    if head in {"watch", "video.php"} and _value(parameters, "v"):
        return ["watch"], _only(parameters, "v", *comment)
    if head in {"photo", "photo.php"} and _value(parameters, "fbid"):
        return ["photo"], _only(parameters, "fbid", *comment)
    if head in {"story.php", "permalink.php"} and _value(parameters, "story_fbid"):
        return ["permalink.php"], _only(parameters, "id", "story_fbid", *comment)
    if head == "groups" and len(parts) > 1:
        rest = ["posts" if part == "permalink" else part for part in parts[2:3]] + parts[3:]
        parts = ["groups", parts[1].lower(), *rest]
    return [head, *parts[1:]], _without_tracking("facebook.com", parameters)


def _telegram(parts: Parts, parameters: Parameters) -> Rewritten:
    kept = _without_tracking("t.me", parameters)
    if parts[0].lower() == "s" and len(parts) > 1:
        # The preview of a channel, and the place to which it was scrolled.
        parts = parts[1:]
        kept = [part for part in kept if part.partition("=")[0].lower() not in {"before", "after", "q"}]
    head = parts[0].lower()
    if head == "joinchat" and len(parts) > 1:
        return [f"+{parts[1]}", *parts[2:]], kept
    return ([parts[0] if head.startswith("+") else head, *parts[1:]], kept)


def _threads(parts: Parts, _: Parameters) -> Rewritten:
    return ([parts[0].lower(), *parts[1:]], ()) if parts[0].startswith("@") else None


def _reddit(parts: Parts, parameters: Parameters) -> Rewritten:
    head = parts[0].lower()
    head = "user" if head == "u" else head
    if head not in {"r", "user"} or len(parts) < 2:
        return None
    place = [head, parts[1].lower()]
    if len(parts) > 3 and parts[2].lower() == "comments":
        # The title after the post's ID changes nothing. A comment comes last.
        return [*place, "comments", parts[3], *(["comment", parts[5]] if len(parts) > 5 else [])], ()
    return [*place, *parts[2:]], _without_tracking("reddit.com", parameters)


def _spotify(parts: Parts, _: Parameters) -> Rewritten:
    if parts[0].lower().startswith("intl-") or parts[0].lower() == "embed":
        parts = parts[1:]
    if len(parts) > 1 and parts[0].lower() in {"track", "album", "artist", "playlist", "show", "episode", "user"}:
        return [parts[0].lower(), *parts[1:]], ()
    return None


def _discord(parts: Parts, parameters: Parameters) -> Rewritten:
    return ["invite", *parts], _without_tracking("discord.com", parameters)


def _name_first(parts: Parts, parameters: Parameters) -> Rewritten:
    return [parts[0].lower(), *parts[1:]], _without_tracking("", parameters)


def _name_second(parts: Parts, parameters: Parameters) -> Rewritten:
    return [*(part.lower() for part in parts[:2]), *parts[2:]], _without_tracking("linkedin.com", parameters)


_POSTS = frozenset(("p", "reel", "reels", "tv"))
_VIEWS_OF_A_POST = frozenset(("photo", "video", "analytics", "likes", "retweets", "quotes"))
_SITES: dict[str, Callable[[Parts, Parameters], Rewritten]] = {
    "instagram.com": _instagram,
    "instagr.am": _instagram,
    "x.com": _x,
    "twitter.com": _x,
    "youtube.com": _youtube,
    "music.youtube.com": _youtube,
    "youtube-nocookie.com": _youtube,
    "youtu.be": _youtu_be,
    "tiktok.com": _tiktok,
    "facebook.com": _facebook,
    "fb.com": _facebook,
    "t.me": _telegram,
    "telegram.me": _telegram,
    "telegram.dog": _telegram,
    "threads.net": _threads,
    "threads.com": _threads,
    "reddit.com": _reddit,
    "old.reddit.com": _reddit,
    "new.reddit.com": _reddit,
    "open.spotify.com": _spotify,
    "discord.gg": _discord,
    "linkedin.com": _name_second,
    **dict.fromkeys(("twitch.tv", "kick.com", "soundcloud.com", "vk.com", "vk.ru", "vkontakte.ru"), _name_first),
}
# The other hosts of a site.
_HOSTS = {
    "instagr.am": "instagram.com",
    "twitter.com": "x.com",
    "music.youtube.com": "youtube.com",
    "youtube-nocookie.com": "youtube.com",
    "youtu.be": "youtube.com",
    "fb.com": "facebook.com",
    "telegram.me": "t.me",
    "telegram.dog": "t.me",
    "threads.net": "threads.com",
    "old.reddit.com": "reddit.com",
    "new.reddit.com": "reddit.com",
    "discord.gg": "discord.com",
    "vk.ru": "vk.com",
    "vkontakte.ru": "vk.com",
}
