"""Splits a text into tokens: words with their tags, numbers with their values, and separators."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from panels.catalog.names.folding import fold
from panels.catalog.names.lexicon import JOINED, NONE, Tags, parts_of, phrase_at, pieces_of, read_block, tags_of
from panels.catalog.names.words_attributes import FACTORS
from panels.catalog.names.words_subject import EMOJIS

# Marks of Hebrew, Arabic, Devanagari and Bengali that belong to the letter before them.
_MARKS = (
    "'\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
    "\u0981-\u0983\u09bc\u09be-\u09cd"
)
_TOKEN = re.compile(
    "(?P<flag>[\U0001f1e6-\U0001f1ff]{2})|"
    r"(?P<number>\d{1,3}(?: \d{3})*(?: 000)(?!\d)|\d+(?:[.,]\d+)*)|"
    f"(?P<joined>[{JOINED}]+)|"
    rf"(?P<word>[^\W\d_{JOINED}](?:[^\W\d_{JOINED}]|[{_MARKS}])*)|"
    r"(?P<symbol>[^\s\w])|(?P<other>\S)"
)
_BREAKS = frozenset("[](){}|•·~;\n→►▶➤➜⟶⇒✦⭐★☆│┃¦║‖●■◆▪▸›‹" + "【】«»〔〕「」『』")
_PLAIN_SYMBOLS = frozenset("-/:,+%<>.=&#@$€")
# Symbols that are words too.
_SYMBOL_WORDS = frozenset("♻∞✅✔☑♀♂")
_CROSSES = frozenset("❌🚫⛔✖🙅✘✗")
_FACTORS = {word: float(factor) for factor, words in read_block(FACTORS) for word in words}
_EMOJIS = {emoji: name for name, emojis in read_block(EMOJIS) for emoji in emojis}
_ATTACHED_ONLY = frozenset(("m", "м", "b", "к", "l"))
# Letters that mean more than the words they are: behind a number, and elsewhere.
_LETTERS_BEHIND = {"d": "day", "h": "hour", "m": "minute", "w": "week", "y": "year", "r": "r"}
_LETTERS = {"r": "r", "ar": "ar", "rf": "r", "g": "g"}
_MIN = frozenset(("min", "mín", "мин", "мін"))
_NUMBER_WORDS = {"one": 1.0, "two": 2.0, "three": 3.0, "six": 6.0, "bir": 1.0, "один": 1.0}
_TIMED = frozenset(("start", "watch", "stay", "live", "instant"))
_MOST_DIGITS = 12
_MOST_BILLIONS = 5
_TURKISH = frozenset(
    (
        "gün",
        "günlük",
        "günde",
        "saat",
        "saatte",
        "takipçi",
        "beğeni",
        "izlenme",
        "izleyici",
        "telafi",
        "telafili",
        "garantili",
        "üye",
    )
)


@dataclass(slots=True)
class Token:
    """A word, a number or a symbol.

    symbol is its word in the pattern string of the attributes. segment counts the separators before it. is_attached
    says that no space stands before it.
    """

    text: str
    raw: str
    tags: Tags
    symbol: str
    segment: int
    value: float | None = None
    is_attached: bool = False
    has_factor: bool = False

    def tag(self, kind: str) -> str:
        """Return the name of its first tag of that kind, "" if it has no such tag."""
        for tag in self.tags:
            if tag[0] == kind:
                return tag[2:]
        return ""

    def all(self, kind: str) -> list[str]:
        """Return the names of its tags of that kind."""
        return [tag[2:] for tag in self.tags if tag[0] == kind]


def token_before(tokens: Sequence[Token], at: int) -> Token | None:
    """Return the token before a position, None at the beginning."""
    return tokens[at - 1] if at > 0 else None


def token_after(tokens: Sequence[Token], at: int) -> Token | None:
    """Return the token after a position, None at the end."""
    return tokens[at + 1] if at + 1 < len(tokens) else None


def tokenise(text: str) -> list[Token]:
    """Return the tokens of a text."""
    tokens = _merge(_join_phrases(_scan(fold(text))))
    _share_factors(tokens)
    return tokens


def _scan(text: str) -> list[Token]:
    tokens: list[Token] = []
    segment = end = 0
    for match in _TOKEN.finditer(text):
        kind, raw = str(match.lastgroup), match[0]
        attached = match.start() == end and bool(tokens)
        end = match.end()
        if kind == "number":
            tokens.append(Token(raw, raw, NONE, "", segment, _value(raw), attached))
        elif kind == "word":
            lower = raw.casefold().rstrip("'")
            for index, part in enumerate(parts_of(lower)):
                tokens.append(Token(part, raw, NONE, "w", segment, None, attached or index > 0))
        elif kind == "joined":
            for index, (piece, tags) in enumerate(pieces_of(raw)):
                tokens.append(Token(piece, raw, tags, "w", segment, None, attached or index > 0))
        elif kind == "flag":
            code = "".join(chr(ord(char) - 0x1F1E6 + 65) for char in raw)
            tokens.append(Token(raw, raw, (f"g:{code}",), "G", segment, None, attached))
        else:
            segment += _read_symbol(raw, segment, tokens, attached=attached, is_spaced=_is_spaced(text, match.start()))
    return tokens


def _read_symbol(raw: str, segment: int, tokens: list[Token], *, attached: bool, is_spaced: bool) -> int:
    """Add the token of a symbol, and return 1 if it ends a segment."""
    if raw in _BREAKS:
        if not tokens or tokens[-1].symbol != "|":
            tokens.append(Token("|", raw, NONE, "|", segment))
        return 1
    if raw in _PLAIN_SYMBOLS:
        symbol = {"&": "+", "=": ":"}.get(raw, raw)
        tokens.append(Token(raw, raw, NONE, symbol, segment, None, attached))
        return int(raw == "-" and is_spaced)
    if raw in _CROSSES:
        tokens.append(Token(raw, raw, NONE, "❌", segment, None, attached))
    elif raw in _SYMBOL_WORDS:
        token = Token(raw, raw, tags_of(raw), "", segment, None, attached)
        token.symbol = token.tag("a") or raw
        tokens.append(token)
    elif name := _EMOJIS.get(raw):
        tokens.append(Token(raw, raw, (f"e:{name}",), "", segment, None, attached))
    return 0


def _is_spaced(text: str, at: int) -> bool:
    return text[at - 1 : at] in {" ", ""} and text[at + 1 : at + 2] in {" ", ""}


def _value(raw: str) -> float:
    """Read 10,000 and 10.000 and 10 000 as ten thousand, 1.5 and 1,5 as one and a half."""
    if raw.isascii() and raw.isdigit():
        return float(raw[:_MOST_DIGITS])
    digits = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in raw)[:_MOST_DIGITS]
    if re.fullmatch(r"\d{1,3}(?:[.,\s]\d{3})+", digits):
        return float(re.sub(r"\D", "", digits))
    head, *rest = re.split(r"[.,]", re.sub(r"\s", "", digits))
    return float(f"{head or 0}.{rest[0]}") if rest and rest[0] else float(head or 0)


def _join_phrases(tokens: list[Token]) -> list[Token]:
    """Give words their tags, and make one token of a phrase. A dash may stand between its words."""
    places = [index for index, token in enumerate(tokens) if token.symbol == "w"]
    words = [tokens[index].text for index in places]
    dropped: set[int] = set()
    position = 0
    while position < len(places):
        index = places[position]
        count, tags = phrase_at(words, position)
        while count > 1 and not _is_run(tokens, places[position : position + count]):
            count -= 1
            count, tags = phrase_at(words[: position + count], position) if count > 1 else (0, NONE)
        if count:
            dropped.update(range(index + 1, places[position + count - 1] + 1))
            tokens[index].text = " ".join(words[position : position + count])
        if count or not tokens[index].tags:
            tokens[index].tags = tags if count else tags_of(words[position])
        position += count or 1
    return [token for index, token in enumerate(tokens) if index not in dropped]


def _is_run(tokens: list[Token], places: list[int]) -> bool:
    between = (tokens[index] for index in range(places[0], places[-1] + 1) if index not in places)
    return all(token.symbol in {"-", "."} for token in between)


def _merge(tokens: list[Token]) -> list[Token]:
    """Multiply numbers by the factor after them, and set the symbols of all tokens."""
    merged: list[Token] = []
    is_turkish = not _TURKISH.isdisjoint(token.text for token in tokens)
    for token in tokens:
        before = merged[-1] if merged else None
        if before is not None and before.value is not None and not before.has_factor and _is_factor(token, merged):
            before.value *= _factor(token, before.value, is_turkish=is_turkish)
            before.has_factor = True
            continue
        if token.value is None and token.text in _NUMBER_WORDS:
            token.value = _NUMBER_WORDS[token.text]
        if not token.symbol or token.symbol == "w":
            token.symbol = _symbol(token, before)
        merged.append(token)
    for token in merged:
        if token.value is not None:
            token.symbol = str(int(token.value)) if token.value == int(token.value) else str(token.value)
    return merged


def _factor(token: Token, value: float, *, is_turkish: bool) -> float:
    """Return the factor of a word. In Turkish 20B is twenty thousand, and nobody sells twenty billion."""
    return _FACTORS["bin"] if token.text == "b" and (is_turkish or value > _MOST_BILLIONS) else _FACTORS[token.text]


def _is_factor(token: Token, before: list[Token]) -> bool:
    if token.text not in _FACTORS:
        return False
    if not token.is_attached and token.text in _ATTACHED_ONLY and not token.raw.isupper():
        return False
    if token.text == "l" and not token.raw.isupper():
        return False
    return not (token.raw in {"m", "м"} and _means_minutes(before))


def _means_minutes(before: list[Token]) -> bool:
    """Say whether a small m after the last number means minutes: 0-30m, start 15m."""
    value = before[-1].value or 0
    is_from_zero = (
        len(before) > 2 and before[-2].symbol == "-" and before[-3].symbol in {"0", "w"} and before[-3].value == 0
    )
    return value <= 90 and (is_from_zero or any(token.symbol in _TIMED for token in before[-5:-1]))


def _symbol(token: Token, before: Token | None) -> str:
    after_number = before is not None and (before.value is not None or before.symbol in {"+", "-"})
    if special := _letter(token, after_number=after_number):
        return special
    if token.tag("e"):
        return ""
    if token.text == "x" and before is not None and before.symbol in {"refill", "drop"}:
        return "❌"
    attributes = token.all("a")
    if attributes:
        if "second" in attributes and not after_number:
            return next((name for name in attributes if name != "second"), "w")
        return attributes[0]
    for kind, symbol in (("o", ""), ("m", "M"), ("p", "P"), ("g", "G")):
        if name := token.tag(kind):
            return symbol or ("M" if token.tag("m") else name)
    return "old" if token.tag("q") == "old" else "w"


def _letter(token: Token, *, after_number: bool) -> str:
    if token.text in _MIN:
        return "min"
    return (_LETTERS_BEHIND if after_number and token.is_attached else _LETTERS).get(token.text, "")


def _share_factors(tokens: list[Token]) -> None:
    """Read 3-5K as 3K-5K, but 500-1K as it stands."""
    for first, dash, second in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if first.value is None or second.value is None or dash.symbol not in {"-", "to"}:
            continue
        if second.has_factor and not first.has_factor:
            written = _value(second.raw)
            if 0 < first.value < written:
                first.value *= second.value / written
                first.has_factor = True
                first.symbol = str(int(first.value))
