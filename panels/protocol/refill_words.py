"""Reads whether the name of a service, or a search, says that there is no refill.

A word for a refill that follows a no, or is followed by one, says that there is none. So do the tags NR and R0. A no
that belongs to another word ("no drop, refill 30 days") and a limited no ("no refill after 30 days") do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# The longest no in front of a refill, with what stands between.
_LONGEST_NO = 12
_REFILL = re.compile(
    r"refill\w*|re-fill\w*|guarant\w+|warranty|garant(?:ie|ia|ía|i)\b|гаранти\w+|telafi(?!siz)\w*"
    r"|reposi(?:ção|cao|ción|cion)|garansi|리필"
)
_NO_BEFORE = re.compile(
    r"(?<!\w)(?:no|non|not|never|without|w/o|zero|0|0 ?d|0 days?|sem|sin|sans|senza|ohne|keine?|без|tanpa|bez|노)"
    r"[\s_–-]*$"
)
_IS_LIMITED = re.compile(r"\s*[:=]|\s+(?:after|before|if|when|once|beyond|in case|for)\b")
_NO_AFTER = re.compile(
    r"\s*[:=(\[]\s*(?:no|none|not|0|não|hayır|x)\b(?!\s*drop)|\s*[:=(\[-]?\s*(?:yok\b|нет\b|없음|❌|✖)"
)
_TAG = re.compile(r"(?:(?<![\w/])(?:nr|r0|n/r)|(?<!\w)(?:telafi|garanti)siz)(?![\w./])")
# A text without any of these is read no further.
_STEMS = ("refill", "re-fill", "guarant", "warrant", "garant", "гаранти", "telafi", "reposi", "garansi", "리필")
_TAGS = ("nr", "r0", "n/r", "siz")


def says_no_refill(name: str, category: str = "") -> bool:
    """Return whether a name says that there is no refill. A category counts only if the name has no word about it."""
    folded = _fold(name)
    if any(_find_no(folded)):
        return True
    return not _names_refill(folded) and any(_find_no(_fold(category)))


def read_search(text: str) -> tuple[list[str], bool | None]:
    """Return the words to search for, and whether the services must lack a refill. None if the text says nothing of it.

    A no about refills is taken out of the words, because services say it in many ways.
    """
    folded = _fold(text)
    spans = list(_find_no(folded))
    if not spans:
        return text.lower().split(), False if _names_refill(folded) else None
    for start, end in sorted(spans, reverse=True):
        folded = f"{folded[:start]} {folded[end:]}"
    return folded.split(), True


def _find_no(folded: str) -> Iterator[tuple[int, int]]:
    """Yield where the text says that there is no refill."""
    if any(stem in folded for stem in _STEMS):
        for word in _REFILL.finditer(folded):
            start, end = word.span()
            before = _NO_BEFORE.search(folded, max(start - _LONGEST_NO, 0), start)
            if before and not _IS_LIMITED.match(folded, end):
                yield before.start(), end
            elif after := _NO_AFTER.match(folded, end):
                yield start, after.end()
    if any(tag in folded for tag in _TAGS):
        yield from (tag.span() for tag in _TAG.finditer(folded))


def _names_refill(folded: str) -> bool:
    return any(stem in folded for stem in _STEMS)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
