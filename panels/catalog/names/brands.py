"""Finds the name of a platform that the lexicon does not know."""

from __future__ import annotations

from collections.abc import Sequence

from panels.catalog.names.tokens import Token

# Words that panels write before a metric and that are no brand.
_COMMON = """
a about account accounts active all always amazing and any app audience barato based best big boost budget bulk buy by
cepat channel cheap cheaper cheapest choice clean combo complete cost countries country custom daily day days deal
delivery discount drip each economic economy elite emergency en english epic exclusive express extra fast faster
fastest feed few fire first flash for foreign free fresh full fully gain general genuine get gold good grade great
growth guaranteed hacked hidden hit hizli hot ideal in increase instant interest interested is it iyi just kaliteli
king legit level light limited link list local luxury magic main market marketing mass max mega melhor min mini murah
my natural nearest network new nice non normal not number of offer offers official old on one only open option or
order organic original our own owner pack package packages page people perfect permanent personal plan plus popular
power powerful private pro profile promo promotion provider public pure quality quick random ranking rapido rare real
recommended regular reliable repeat royal safe sale save secure select seller server service services servis set
silver simple single slow smart smm social some special speed stable standard start starter steady strong super sure
system target targeted terbaik test the this to top total traffic trend trending trial trusted turbo type ucuz ultra
unique update updated upto usa use user users value very via vip weekly with working world you your быстрые дешево
дешевые купить лучшие накрутка сервис услуга
"""
_NO_BRANDS = frozenset(_COMMON.split())
_LONGEST = 30
_MOST_BACK = 5


def find_brand(tokens: Sequence[Token], metric_at: int) -> str:
    """Return "?" and the unknown name before the metric, else after it, "" for none."""
    segment = tokens[metric_at].segment
    before = [token for token in tokens[max(0, metric_at - _MOST_BACK) : metric_at] if token.segment == segment]
    earlier = [token for token in tokens[:metric_at] if token.segment == segment - 1]
    after = [token for token in tokens[metric_at + 1 : metric_at + _MOST_BACK] if token.segment == segment]
    for several in (reversed(before), after, reversed(earlier)):
        for token in several:
            if _may_be_brand(token):
                return f"?{token.text[:_LONGEST]}"
    return ""


def _may_be_brand(token: Token) -> bool:
    return (
        token.symbol == "w"
        and not token.tags
        and token.value is None
        and token.text not in _NO_BRANDS
        and len(token.text) >= 3
        and token.raw[0].isupper()
        | (not token.raw[0].isascii() and token.raw[0].isalpha() and not token.raw[0].islower())
    )
