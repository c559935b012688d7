"""Reads the average time of a service, which panels write as minutes or in words (docs/protocol.md, 3)."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from panels.protocol.scalars import read_integer, read_text

# A longer time is no time. Panels write 999999999 if they know none.
MOST_MINUTES = 366 * 24 * 60
_TEXT_LENGTH = 100
# Words for "not enough data" and for "not known", in the languages of the panels.
_NOT_TOLD = frozenset(
    {
        *("", "-", "–", "—", "?", "n/a", "na", "none", "null", "nil", "nan", "undefined", "unknown", "false", "true"),
        *("not enough data", "no enough data", "not enough information", "no data", "no information", "not available"),
        *("yeterli veri yok", "yetersiz veri", "недостаточно данных", "нет данных", "нет информации"),
        *("dados insuficientes", "sem dados", "datos insuficientes", "no hay datos suficientes", "sin datos"),
        *("données insuffisantes", "pas assez de données", "nicht genug daten", "không đủ dữ liệu", "数据不足"),
    }
)
_SECONDS_OF = {
    "week weeks wk wks w hafta semana semanas неделя недели недель": 604_800,
    "day days d gün dia dias día días день дня дней дн д": 86_400,
    "hour hours hr hrs h saat hora horas час часа часов ч": 3600,
    "minute minutes min mins m dakika dk minuto minutos минута минуты минуту минут мин м": 60,
    "second seconds sec secs s saniye sn segundo segundos секунда секунды секунду секунд сек с": 1,
}
_UNITS = {unit: seconds for units, seconds in _SECONDS_OF.items() for unit in units.split()}
_PART = r"(\d{1,9}(?:[.,]\d{1,6})?)\s*([^\W\d_]+)\.?"
_JOINT = r"(?:\s*,|\s+(?:and|ve|и|y|e)(?=\s))?\s*"
_IN_WORDS = re.compile(rf"(?:about |approx\.? |~ ?|≈ ?)?{_PART}(?:{_JOINT}{_PART})*")
_CLOCK = re.compile(r"(?:(\d{1,4}) days?,? )?(\d{1,4}):([0-5]\d):([0-5]\d)")
_NUMBER = re.compile(r"[-+]?[\d\s.,]+")
_BARE = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?")


def read_average_time(value: object) -> tuple[str, int | None]:
    """Return the average time of a service as the panel wrote it, and its minutes.

    A number without a unit is in minutes. A part of a minute counts as a minute. If the panel tells no time
    ("Not Enough Data", 0, 999999999), the text is "" and the minutes are None. If a text names no single time
    ("1-2 hours"), only the minutes are None.
    """
    text = read_text(value, _TEXT_LENGTH)
    word = text.casefold()
    if word.rstrip(" .!") in _NOT_TOLD:
        return "", None
    seconds = _seconds(word)
    if seconds is None:
        return text, None
    minutes = math.ceil(seconds / 60)
    return (text, minutes) if 0 < minutes <= MOST_MINUTES else ("", None)


def _seconds(word: str) -> Decimal | None:
    """Return the seconds that a text names; None if it names no single time, and -1 for a number that is no time."""
    if clock := _CLOCK.fullmatch(word):
        days, hours, minutes, seconds = (Decimal(part or 0) for part in clock.groups())
        return days * 86_400 + hours * 3600 + minutes * 60 + seconds
    if _IN_WORDS.fullmatch(word):
        return _seconds_in_words(word)
    if not _NUMBER.fullmatch(word):
        return None
    whole = read_integer(word, 0, 10**9)
    if whole is not None:
        return Decimal(whole) * 60
    return Decimal(word.replace(",", ".")) * 60 if _BARE.fullmatch(word) else Decimal(-1)


def _seconds_in_words(word: str) -> Decimal | None:
    """Add up the parts of a text like "1 hour 13 minutes"; None if a unit is not known."""
    seconds = Decimal(0)
    for number, unit in re.findall(_PART, word):
        if unit not in _UNITS:
            return None
        seconds += Decimal(number.replace(",", ".")) * _UNITS[unit]
    return seconds
