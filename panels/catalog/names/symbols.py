"""The string of symbols that the rules of the attributes read.

It has one word for each token, the same for all languages: "30 Gün Telafi" and "30 days refill" both are
"30 day refill". What a rule has used is replaced by ¤, so that no other rule reads it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from panels.catalog.names.tokens import Token

Found = dict[str, Any]

_USED = " ¤ "
_LARGEST = 10**15
NUMBER = r"\d+(?:\.\d+)?"
SHORT_UNIT, LONG_UNIT = "(?:second|minute|hour)", "(?:day|week|month|year)"
UNIT = f"(?:{SHORT_UNIT}|{LONG_UNIT})"
_SEPARATORS = re.compile(r" (?:\|[ :,.-]*){2,}")
MINUTES = {
    "second": 1 / 60,
    "minute": 1,
    "hour": 60,
    "hourly": 60,
    "day": 1440,
    "daily": 1440,
    "week": 10_080,
    "month": 43_200,
    "year": 525_600,
}
DAYS = {unit: minutes / MINUTES["day"] for unit, minutes in MINUTES.items()}


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern of symbols. It is only searched in a string that has the text it needs, because that is quicker."""

    pattern: re.Pattern[str]
    needs: str = ""


@dataclass
class Symbols:
    """The string of symbols, and the facts that the rules have found in it."""

    text: str
    facts: Found = field(default_factory=dict)

    def find(self, rule: Rule, position: int = 0) -> re.Match[str] | None:
        """Return the first match from a position on."""
        return rule.pattern.search(self.text, position) if rule.needs in self.text else None

    def take(self, rule: Rule) -> re.Match[str] | None:
        """Return the first match and use it up."""
        if match := self.find(rule):
            self.use(match)
        return match

    def take_any(self, rules: Iterable[Rule]) -> bool:
        """Use up the first match of each rule, and say whether there was a match."""
        matches = [self.take(each) for each in rules]
        return any(matches)

    def use(self, match: re.Match[str]) -> None:
        """Replace a match by ¤."""
        self.text = self.text[: match.start()] + _USED + self.text[match.end() :]

    def drop(self, rule: Rule) -> None:
        """Use up all matches."""
        if rule.needs in self.text:
            self.text = rule.pattern.sub(_USED, self.text)


def symbols_of(tokens: Iterable[Token]) -> Symbols:
    """Return the string of symbols of tokens, with a separator at both ends."""
    text = " | " + " ".join(token.symbol for token in tokens if token.symbol not in {"", "."}) + " | "
    text = text.replace(" autorefill ", " auto refill ")
    return Symbols(_read_min(_SEPARATORS.sub(" | ", text)))


def _read_min(text: str) -> str:
    """Decide where "min" is a minute, and where it is the minimum."""
    if " min " not in text:
        return text
    text = re.sub(r"(\d) min(?= (?:[/,] )?\d[\d.]* (?:[-:] )?max\b)", r"\1 minimum", text)
    text = re.sub(r"(\d(?: [+-])?) min\b", r"\1 minute", text)
    text = re.sub(r"(\d (?:\+ )?/) min\b(?! (?:[:-] )*\d)", r"\1 minute", text)
    return re.sub(r" min\b", " minimum", text)


def rule(pattern: str, needs: str = "") -> Rule:
    """Return the rule of a pattern of whole symbols."""
    return Rule(re.compile(f"(?<= ){pattern}(?= )"), needs)


def some(most: int, symbols: str) -> str:
    """Return the pattern of at most so many of these symbols, as few as possible, each with a space after it."""
    return f"(?:(?:{'|'.join(map(re.escape, symbols.split()))}) ){{0,{most}}}?"


def whole(number: float) -> int:
    """Round a number, and cut a number that no column could hold."""
    return round(min(number, _LARGEST))
