"""Decides which rows of a catalog are no services: separators, headings and adverts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from panels.catalog.names.tokens import Token

_ADVERTS = (
    r"t\.me/|https?://|www\.|do ?n['o]t (?:order|use|buy)|do not (?:order|use|buy)|not for (?:sale|order)",
    "join (?:our|us|my|the|now)|contact (?:us|admin|support)|for support|telegram channel for|updates? channel",
    "our (?:telegram|whatsapp|channel|website)|new services? (?:added|list)|services? (?:below|above)|below service",
    "read (?:before|first|description)|important notice|announcement|attention|terms of|test service|coming soon",
    "подпишись на|подпишитесь|наш (?:канал|телеграм)|не заказыв|внимание|объявление|новости панели",
    "sipariş vermeyin|duyuru|no (?:pedir|comprar|ordenar)|não (?:comprar|pedir)|jangan order|pengumuman",
)
_ADVERT = re.compile(rf"\b(?:{'|'.join(_ADVERTS)})", re.IGNORECASE)
_PLURAL = re.compile(r"\b(?:services|servisleri|hizmetleri|услуги|serviços|servicios|layanan)\b", re.IGNORECASE)
_ORNAMENT = re.compile(r"(?:[\u2500-\u25ff\u2b05-\u2b07\u2605\u2606\u2726-\u2756=*~#_<>«»—•·-]\s?){3,}")
# No panel asks so much for a thousand units: such a price keeps people from ordering.
_FORBIDDING_RATE = Decimal(900_000)
_PROMISES = frozenset(("refill", "norefill", "nodrop", "instant", "lifetime"))


def is_no_offer(*, low: int | None, high: int | None, rate: Decimal | None, is_package: bool) -> bool:
    """Say whether the price or the limits show that nobody is meant to order this."""
    if rate is not None and (rate <= 0 or rate >= _FORBIDDING_RATE):
        return True
    if high is not None and (high <= 0 or (high == 1 and not is_package)):
        return True
    return low is not None and high is not None and low > high


def is_heading(name: str, tokens: Sequence[Token], *, has_subject: bool, has_group: bool, is_sold: bool) -> bool:
    """Say whether the words of a name are no service.

    has_group: its category names a metric. is_sold: it has a price and a maximum as a service has them.
    """
    if not any(token.symbol == "w" or token.tags or token.value for token in tokens):
        return True
    has_metric = any(token.tag("m") for token in tokens)
    is_promise = any(token.value is not None or token.symbol in _PROMISES for token in tokens)
    if _ADVERT.search(name):
        return not (has_metric and is_promise)
    if not has_subject and not is_sold:
        return True
    if not has_metric and not is_promise and (_PLURAL.search(name) or not (has_group or _has_other(tokens))):
        return True
    return not is_promise and not (has_metric and is_sold) and _ORNAMENT.search(name) is not None


def _has_other(tokens: Sequence[Token]) -> bool:
    """Say whether a name has words beside that of a platform."""
    return any(token.symbol not in {"|", "-", "P"} and not token.tag("p") for token in tokens if token.symbol)
