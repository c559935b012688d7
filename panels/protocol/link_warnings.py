"""Links that cannot be right for their service. They are only warned of, because a panel may take them all the same.

shape      the text is no address and no name: Markdown, brackets, two links, a number
platform   the host belongs to another platform than the service names
target     a profile or a name where a post is wanted, or the other way round

Where a link has several of them, the first one is said. A doubt is no warning.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from panels.protocol.links import BARE_CODE
from panels.protocol.platforms import SHOWS_TARGET, WORDS_OF, Target, platform_of, platforms_in, target_of

_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), text)
    for pattern, text in (
        (r"\]\(", "is written as Markdown. Panels want only the address between ( and )."),
        (r"[<>]", "has < or >. Panels want only the address between them."),
        (r"^[\"'`“”„«‘’(\[{]", "begins with a quotation mark or a bracket. Panels want only the address."),
        (r"&(?:amp|quot|lt|gt|#0*3[489]|#x0*2[267]);", 'has a code such as "&amp;" where the address has "&".'),
        (r"^https?:/*(?:www\.)?https?:?//", "begins with https:// twice."),
        (r"^(?!https?://)h{0,2}t{1,3}p{1,2}s?[:;.]?[/\\]|^https?:///", "has a misspelled https:// at its beginning."),
        (r"^https?://[^./?#]*(?:[/?#]|$)", "names no site after https://."),
        (r"^(?:file:|javascript:|about:|[a-z]:\\)", "leads to your own computer or browser."),
        (r"\N{HORIZONTAL ELLIPSIS}", "is cut off at “…”. Copy the whole address."),
        (r"^(?:#(?:N/A|REF!|VALUE!|NAME\?|NULL!|DIV/0!|NUM!)|n/a)$", "is an error of the spreadsheet."),
    )
)
# An address inside of another one is right as a value, and in the path of an archive or a proxy.
_SECOND = re.compile(r"(?<=.)(?:(?<![=?/:#])|(?<===))https?://|[,;|]www\.", re.IGNORECASE)
_SECOND_IN_PATH = re.compile(r"^[^?#]+/https?://", re.IGNORECASE)
_BETWEEN = re.compile(r"[,;|]")
_NAME = r"@?(?=[\w.-]*[^\W\d])[\w.-]+"
_NAMES = re.compile(rf"{_NAME}(?:[,;|]{_NAME})+")
_DIGITS = re.compile(r"[0-9]+")
_ONE_NAME = re.compile(r"@?[\w.-]+")

_PROFILE_WORDS = re.compile(
    r"\b(?:followers?|subscribers?|subs|members?|connections|friends|page likes?|seguidores|inscritos|membros|miembros|"
    r"suscriptores|abonn[ée]s?|abonnenten|takip[cç]i\w*|abone\w*|[uü]ye\w*|подписчик\w*|участник\w*|pengikut|anggota|"
    r"متابع\w*|مشترك\w*)\b"
)
_POST_WORDS = re.compile(
    r"\b(?:likes?|views?|comments?|saves?|shares?|retweets?|reposts?|reactions?|upvotes?|plays|bookmarks?|"
    r"curtidas|visualiza\w+|vistas|coment[aá]rios|me gusta|be[gğ]eni\w*|i̇?zlenme\w*|лайк\w*|просмотр\w*|комментари\w*|"
    r"vues|aufrufe|إعجاب\w*|مشاهد\w*)\b"
)
# With these words the service is for a profile, for several posts, for what has no lasting address, or for a mixture.
_NOT_ONE_POST = re.compile(
    r"\b(?:auto\w*|live\w*|stream\w*|stor(?:y|ies)|highlights?|profiles?|pages?|accounts?|channels?|groups?|usernames?|"
    r"users?|artists?|playlists?|albums?|posts|videos|tweets|last|latest|next|new|future|recent|monthly|daily|all|"
    r"package\w*|packs?|growth|combo|bundle|mix|mentions?|dms?|messages?|reviews?|chat\w*|bots?|boost\w*|community|"
    r"campaign|ads?|subscription\w*|авто\w*|стори\w*|профил\w*|последни\w*|otomatik)\b"
)
_NOT_ONE_PROFILE = re.compile(
    r"\b(?:post|photo|video|reels?|tweet|track|short|package\w*|packs?|growth|combo|bundle|mix|mentions?|dms?|messages?|"
    r"boost\w*|via|ads?|campaign|from|playlists?)\b"
)
# In these words, the accounts are those that deliver.
_QUALITY = re.compile(
    r"\b(?:hq|lq|real|old|aged|active|quality|mixed|verified|premium|organic|usa?|male|female|bot|nft|with) "
    r"(?:profiles?|accounts?|users?|channels?|posts)\b"
)
# Their links are any web page.
_ANY_SITE = re.compile(
    r"\b(?:traffic|visitors?|visits?|websites?|seo|backlinks?|clicks?|ctr|domain|index\w*|signals?|трафик|сайт\w*)\b"
)
# Their links may be numbers.
_MAY_BE_NUMBER = re.compile(
    r"\b(?:ids?|uid|whats ?app|phone|number|accounts?|diamonds?|coins?|games?|top.?up|uc|steam|zoom|viber|pubg)\b"
)
# Facebook's likes, views and comments are for pages too.
_OF_A_POST = re.compile(r"\b(?:post|photo|video|reels?|clip)\b")
_NEEDS_POST_WORD = frozenset({"Facebook", "VK"})
# Names of one platform that count at another.
_ALSO = {"Threads": frozenset({"Instagram"})}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the links of a service should be: of which platforms ("" for any), and of which target (None for any)."""

    platforms: frozenset[str]
    target: Target | None
    names_a_post: bool
    takes_numbers: bool


def warn_of_link(link: str, name: str, category: str) -> str:
    """Return the warning about a link at a service with this name and category, or "" (docs/protocol.md, 6).

    The link is trimmed and has no spaces.
    """
    wanted = read_wanted(name, category)
    found = _wrong_shape(link, wanted) or _wrong_platform(link, wanted) or _wrong_target(link, wanted)
    return f"The link {found}" if found else ""


def warn_of_shape(label: str, link: str) -> str:
    """Return the warning about an address that can be right in no field, or "". The label is the name of the field."""
    found = _wrong_shape(link, _ANYTHING)
    return f"The {label[0].lower()}{label[1:]} {found}" if found else ""


@lru_cache(maxsize=4096)
def read_wanted(name: str, category: str) -> Wanted:
    """Read what the links of a service should be from its name, and from its category where the name says nothing."""
    name, category = (unicodedata.normalize("NFKC", text) for text in (name, category))
    both = _QUALITY.sub("", f"{name} {category}".lower())
    if _ANY_SITE.search(both):
        return Wanted(frozenset(), None, names_a_post=False, takes_numbers=True)
    platforms = platforms_in(name) | platforms_in(category)
    return Wanted(
        frozenset().union(platforms, *(_ALSO.get(each, ()) for each in platforms)),
        _read_target(name.lower(), both) or _read_target(category.lower(), both),
        names_a_post=_OF_A_POST.search(both) is not None,
        takes_numbers=_MAY_BE_NUMBER.search(both) is not None,
    )


_ANYTHING = Wanted(frozenset(), None, names_a_post=False, takes_numbers=True)


def _read_target(text: str, both: str) -> Target | None:
    is_profile = _PROFILE_WORDS.search(text) is not None
    is_post = _POST_WORDS.search(text.replace("page like", "")) is not None
    if is_profile == is_post:
        return None
    if is_profile:
        return None if _NOT_ONE_PROFILE.search(both) else Target.PROFILE
    return None if _NOT_ONE_POST.search(both) else Target.POST


def _wrong_shape(link: str, wanted: Wanted) -> str:
    for pattern, text in _SHAPES:
        if pattern.search(link):
            return text
    if _is_several(link):
        return "seems to be two links in one. Each link needs an order of its own."
    if _DIGITS.fullmatch(link) and not wanted.takes_numbers:
        return "is only a number, and no address or name."
    return ""


def _is_several(link: str) -> bool:
    if _SECOND.search(link) or _NAMES.fullmatch(link) or (platform_of(link) and _SECOND_IN_PATH.search(link)):
        return True
    return any("/" in part and platform_of(part) for part in _BETWEEN.split(link)[1:])


def _wrong_platform(link: str, wanted: Wanted) -> str:
    platform = platform_of(link)
    if not platform or not wanted.platforms or platform in wanted.platforms:
        return ""
    return f"leads to {platform}, but the service is for {' or '.join(sorted(wanted.platforms))}."


def _wrong_target(link: str, wanted: Wanted) -> str:
    platform = platform_of(link) or (next(iter(wanted.platforms)) if len(wanted.platforms) == 1 else "")
    if wanted.target is None or platform not in SHOWS_TARGET:
        return ""
    if wanted.target is Target.POST and platform in _NEEDS_POST_WORD and not wanted.names_a_post:
        return ""
    is_name = _is_name(link)
    found = Target.PROFILE if is_name else target_of(link)
    if found is None or found is wanted.target:
        return ""
    profile, post = WORDS_OF.get(platform, ("profile", "post"))
    right, wrong = (post, profile) if wanted.target is Target.POST else (profile, post)
    return f"{'is a name' if is_name else f'leads to a {wrong}'}, but the service seems to be for a {right}."


def _is_name(link: str) -> bool:
    """Say whether a text is the name of a profile and can be nothing else. Some panels take the code of a post."""
    if link.startswith("@"):
        return _ONE_NAME.fullmatch(link) is not None
    return "." not in link and _ONE_NAME.fullmatch(link) is not None and not BARE_CODE.fullmatch(link)
