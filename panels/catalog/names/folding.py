"""Brings a text into plain letters: entities, fancy letters, hidden characters, letters of a wrong script."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

LONGEST = 1000
_TAG = re.compile(r"</?(?:b|i|u|s|br|p|a|em|div|span|font|strong|small|img|li|ul)\b[^<>]{0,200}>", re.IGNORECASE)
_ACCENTS = re.compile("[\u0300-\u036f]")
_SPACED = re.compile(r"(?<!\S)[^\W\d_](?: [^\W\d_]){3,40}(?!\S)")
# Brackets around emojis part nothing.
_AROUND_SIGNS = re.compile(r"[(\[{]([^\w()\[\]{}]{1,40})[)\]}]")
# A wave between numbers: 3~5.
_WAVE = re.compile(r"(?<=\w)~(?=\d)")
# "w/" and "w/o".
_SHORT_WITH = re.compile(r"(?<!\w)[wW]/([oO]\b)?(?=[\s\w])")
_ESCAPED_TWICE = 3


def _alphabets() -> dict[int, str]:
    """Return what letters that NFKC leaves alone look like."""
    table: dict[int, str] = {}
    letters = "abcdefghijklmnopqrstuvwxyz"
    for first in (0x1F150, 0x1F170):
        table |= {first + index: letter.upper() for index, letter in enumerate(letters)}
    small = zip("ᴀʙᴄᴅᴇꜰғɢʜɪᴊᴋʟᴍɴᴏᴘꞯǫʀꜱᴛᴜᴠᴡʏᴢɑɡƒ", "abcdeffghijklmnopqqrstuvwyzagf", strict=True)
    return table | {ord(fancy): plain for fancy, plain in small}


_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u20e3\ufe0e\ufe0f\ufeff\u3164\uffa0\ufffd"
)
_SIGNS: dict[int, str] = {ord(sign): " " for sign in "™®©℠¨"} | {ord("№"): "#", ord("´"): "'"}
_BEFORE = _alphabets() | _SIGNS
_HIDE: dict[str, str] = dict.fromkeys(_HIDDEN, "")
_PLAINER = (
    _HIDE
    | dict.fromkeys("‐‑‒–—―−﹣➖", "-")
    | dict.fromkeys("_\u00a0\u2800\t\u2028\u2029", " ")
    | dict.fromkeys("’‘ʼ`‛", "'")
    | {
        "➕": "+",
        "÷": "-",
        "⁄": "/",
        "∕": "/",
        "đ": "d",
        "Đ": "D",
        "ł": "l",
        "Ł": "L",
        "٪": "%",
        "ı": "i",
        "İ": "I",
        "ـ": "",
    }
    | {"♾": "∞", "ي": "ي", "ى": "ي", "ی": "ي", "ک": "ك", "أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ۀ": "ه"}
)
_AFTER = str.maketrans(_PLAINER)
# Letters that are taken for letters of another script.
_LATIN = dict(zip("авекмнорстухіѕјԁԛԝһєяипгдшщльъёїѵӏ", "abekmhopctyxisjdqwhernnrdwwnbbeivl", strict=True))
_LATIN |= dict(zip("αβεηικμνοπρσςτυχωγδθλζ", "abenikmvonpostuxwydolz", strict=True))
_CYRILLIC = dict(zip("abekmhopctyxi", "авекмнорстухі", strict=True))
_TO_LATIN, _TO_CYRILLIC = str.maketrans(_LATIN), str.maketrans(_CYRILLIC)
_LOOK_ALIKE = frozenset("авекмнорстухіѕјԁԛԝһ") | frozenset("αβεηικνορτυχ")


def fold(text: str) -> str:
    """Return a text of at most LONGEST characters with plain letters, in the same case and order."""
    text = text[:LONGEST]
    for _ in range(_ESCAPED_TWICE):
        if "&" not in text:
            break
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_BEFORE)).translate(_AFTER)
        text = _ACCENTS.sub("", text)
    if "/" in text:
        text = _SHORT_WITH.sub(lambda found: "without " if found[1] else "with ", text)
    text = _WAVE.sub("-", text)
    text = _AROUND_SIGNS.sub(r" \1 ", text)
    text = " ".join(text[:LONGEST].replace("_", " ").split())
    return _SPACED.sub(lambda found: found[0].replace(" ", ""), text)


@lru_cache(16_384)
def plain(word: str) -> str:
    """Return a word in lower case without accents."""
    if word.isascii():
        return word.lower()
    word = word.casefold()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))


def unmix(word: str) -> str:
    """Return a word of one script: a letter of another script that looks alike becomes the expected letter."""
    latin = sum("a" <= char <= "z" for char in word)
    foreign = sum("Ͱ" <= char <= "ӿ" or "Ԁ" <= char <= "ԯ" for char in word)
    if not foreign:
        return word
    if not latin:
        return word.translate(_TO_LATIN) if _LOOK_ALIKE.issuperset(word) else word
    cyrillic = word.translate(_TO_CYRILLIC)
    if foreign > latin and not any("a" <= char <= "z" for char in cyrillic):
        return cyrillic
    return word.translate(_TO_LATIN)
