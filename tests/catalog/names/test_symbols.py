"""The string of symbols is the same for all languages."""

import pytest

from panels.catalog.names.symbols import Symbols, rule, symbols_of, whole
from panels.catalog.names.tokens import tokenise


@pytest.mark.parametrize(
    "text",
    [
        "30 Days Refill",
        "30 Gün Telafi",
        "30 дней гарантия",
        "30 dias reposição",
        "30 Hari Garansi",
        "30일 리필",
        "30天补",
    ],
)
def test_languages_have_the_same_symbols(text):
    assert symbols_of(tokenise(text)).text == " | 30 day refill | "


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("0-30 min", "0 - 30 minute"),
        ("Min 10", "minimum 10"),
        ("10 min / 5K max", "10 minimum / 5000 max"),
        ("30 min - 5K max", "30 minute - 5000 max"),
        ("60+ min", "60 + minute"),
    ],
)
def test_min_is_a_minute_after_a_number_and_else_the_minimum(text, symbols):
    assert symbols_of(tokenise(text)).text == f" | {symbols} | "


def test_what_a_rule_has_used_is_not_read_again():
    symbols = Symbols(" | 30 day refill | ")
    assert symbols.take(rule("30 day"))
    assert symbols.take(rule("30 day")) is None


def test_a_rule_is_not_searched_without_the_text_it_needs():
    assert Symbols(" a b ").find(rule("a", "c")) is None
    assert Symbols(" a c ").find(rule("a", "c"))


def test_a_number_beyond_any_column_is_cut():
    assert whole(10.0**40) == 10**15
