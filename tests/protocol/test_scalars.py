"""Each kind of value, as panels write it and as it is stored."""

import tracemalloc
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.protocol.scalars import (
    MAX_COUNT,
    MAX_WHOLE,
    is_hidden_id,
    read_currency,
    read_flag,
    read_integer,
    read_limit,
    read_lines,
    read_money,
    read_rate,
    read_remote_id,
    read_text,
)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("100.84292", "100.84292", ""),
        ("$0.50", "0.50", "USD"),
        ("-$5.00", "-5", "USD"),
        ("$-5", "-5", "USD"),
        ("US$ 5", "5", "USD"),
        ("1,234.56", "1234.56", ""),
        ("1.234,56", "1234.56", ""),
        ("₹1,234.56", "1234.56", "INR"),
        ("₹1,23,456.78", "123456.78", "INR"),
        ("&#8377;5", "5", "INR"),
        ("12.50 EUR", "12.50", "EUR"),
        ("12,50 €", "12.50", "EUR"),
        ("£3", "3", "GBP"),
        ("₽3", "3", "RUB"),
        ("3 ₺", "3", "TRY"),
        ("R$ 1.234,56", "1234.56", "BRL"),
        ("₦3", "3", "NGN"),
        ("30000₫", "30000", "VND"),
        ("₩1,000", "1000", "KRW"),
        ("Rs.500", "500", ""),
        ("12.5 usdt", "12.5", "USDT"),
        ("0,5", "0.5", ""),
        ("1,234", "1234", ""),
        ("0,500", "0.5", ""),
        ("1,23", "1.23", ""),
        ("1234,567", "1234.567", ""),
        ("1.234", "1.234", ""),
        ("1.234.567", "1234567", ""),
        ("1,234,567", "1234567", ""),
        ("1 234.56", "1234.56", ""),
        ("1\u00a0234,56", "1234.56", ""),
        ("1'234.50", "1234.50", ""),
        ("1e-3", "0.001", ""),
        ("1.5E+3", "1500", ""),
        (".5", "0.5", ""),
        ("5.", "5", ""),
        ("+5", "5", ""),
        (" 007 ", "7", ""),
    ],
)
def test_money_texts_are_read_either_way_of_writing(text, amount, currency):
    assert read_money(text) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "value",
    [
        *("", "free", "Unknown", "1,2,3", "12,34.5", "1.2.3", "12 5", "5-", "--5", "12.50 per 1000", "1e999999", "NaN"),
        *("9" * 65, "1" + "0" * 12, None, True, False, [], {}, 10**12, Decimal("1e12"), Decimal("1e999999"), "-"),
        Decimal("999999999999.9999999"),
    ],
)
def test_what_is_no_amount_that_fits_is_none(value):
    assert read_money(value) == (None, "")


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("0.1234565", "0.123457"),
        ("-0.1234565", "-0.123457"),
        (Decimal("0.27819111111"), "0.278191"),
        (Decimal("1e-999999"), "0"),
        (Decimal("0e999999"), "0"),
        ("123456789012.123456", "123456789012.123"),
        (5, "5"),
    ],
)
def test_amounts_are_rounded_to_what_the_column_keeps(value, rounded):
    assert read_money(value)[0] == Decimal(rounded)


@pytest.mark.parametrize("value", [Decimal("1e999999999999999"), Decimal("-1e999999999999999")])
def test_numbers_of_endless_length_are_never_written_out(value):
    assert (read_integer(value, -MAX_COUNT, MAX_COUNT), read_remote_id(value)) == (None, "")
    assert (read_money(value), read_rate(value)) == ((None, ""), None)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**8), max_value=10**8))
def test_amounts_within_15_digits_are_rounded_half_up_to_6_places(number):
    assert read_money(number)[0] == number.quantize(Decimal("0.000001"), ROUND_HALF_UP)


@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from([",.", ".,", " .", " ,"]))
def test_grouped_amounts_mean_the_same_in_every_way_of_writing(whole, cents, marks):
    text = f"{whole:,}".replace(",", marks[0]) + f"{marks[1]}{cents:02}"
    assert read_money(text)[0] == whole + Decimal(cents) / 100


@pytest.mark.parametrize(
    ("value", "rate"),
    [
        ("0.90", "0.9"),
        (0, "0"),
        ("0.000000005", "0.00000001"),
        ("1234567.12345678", "1234567.12345678"),
        ("12345678.12345678", "12345678.1234568"),
        ("-1", None),
        ("10000000000", None),
        ("", None),
        (None, None),
    ],
)
def test_rates_keep_8_places_and_are_never_negative(value, rate):
    assert read_rate(value) == (None if rate is None else Decimal(rate))


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        *(("157", 157), (157, 157), (Decimal("157.0"), 157), ("157.00", 157), ("10,000", 10000), ("10.000", 10000)),
        *(("1 000", 1000), ("-2", -2), ("+5", 5), (0, 0), ("0.000", 0), ("1e3", 1000)),
        *(("", None), ("Unknown", None), (None, None), (True, None), ("1.5", None), (Decimal("0.5"), None)),
        *((10**16, None), (-(10**16), None), (Decimal("1e999999"), None), ([], None), ("9" * 5000, None)),
    ],
)
def test_whole_numbers_are_read_or_none(value, whole):
    assert read_integer(value, -MAX_COUNT, MAX_COUNT) == whole


@pytest.mark.parametrize(
    ("value", "limit"),
    [
        *(
            ("10K", 10_000),
            ("1M", 1_000_000),
            ("3K", 3000),
            ("3k", 3000),
            ("1.5K", 1500),
            ("1,5k", 1500),
            ("10 K", 10_000),
        ),
        *(("2.5M", 2_500_000), ("10К", 10_000), ("5 тыс.", 5000), ("1 mln", 1_000_000), ("1 million", 1_000_000)),
        *((" 10k ", 10_000), ("1B", 1_000_000_000), ("10 000", 10_000), ("10,000", 10_000), (100, 100), ("100", 100)),
        *(
            ("1.500K", None),
            ("10K+", None),
            ("5B", None),
            ("-1K", None),
            ("K", None),
            ("0.0001K", None),
            ("1.234K", None),
        ),
        *(("10 lakh", None), ("5 mil", None), ("1K5", None), ("", None), (None, None), ("∞", None)),
    ],
)
def test_limits_may_be_shortened_to_thousands_and_millions(value, limit):
    assert read_limit(value) == limit


@pytest.mark.parametrize("value", ["10K", "1.2k", "3M", "1.5 K", "2 тыс"])
def test_a_count_that_is_shortened_is_not_known_because_it_is_rounded(value):
    assert read_integer(value, -MAX_COUNT, MAX_COUNT) is None


@pytest.mark.parametrize(
    "value",
    ["1.5K", "1.5k", "$1.5K", "1.5K USD", "1.5KUSD", "1,5 M", "2M€", "1.5k$", "3 mln", "₹2 lakh", "2 Cr", "1 mil"],
)
def test_money_that_is_shortened_is_never_guessed(value):
    assert read_money(value) == (None, "")
    assert read_rate(value) is None


@pytest.mark.parametrize(
    ("value", "amount", "currency"),
    [("5 KRW", "5", "KRW"), ("5 MYR", "5", "MYR"), ("5 BRL", "5", "BRL"), ("5 Kč", "5", ""), ("RM5", "5", "MYR")],
)
def test_a_currency_that_begins_like_a_thousand_is_none(value, amount, currency):
    assert read_money(value) == (Decimal(amount), currency)


def test_whole_numbers_keep_to_their_bounds():
    assert read_integer(MAX_WHOLE, 0, MAX_WHOLE) == MAX_WHOLE
    assert read_integer(MAX_WHOLE + 1, 0, MAX_WHOLE) is None
    assert read_integer("-1", 0, MAX_WHOLE) is None


@pytest.mark.parametrize(
    ("value", "remote_id"),
    [
        *((23501, "23501"), ("23501", "23501"), (" 23501\n", "23501"), ("aB3xZ9", "aB3xZ9"), (23501.0, "23501")),
        *((Decimal("23501.0"), "23501"), (Decimal("2E+3"), "2000"), ("x" * 64, "x" * 64), ("12-3", "12-3")),
    ],
)
def test_ids_become_text(value, remote_id):
    assert read_remote_id(value) == remote_id


@pytest.mark.parametrize(
    "value",
    [
        *(
            0,
            -1,
            None,
            "",
            " ",
            "0",
            "-1",
            "-5",
            "00",
            "0.0",
            "null",
            "NULL",
            False,
            True,
            "false",
            "true",
            [],
            {},
            [5],
        ),
        *(1.5, Decimal("1.5"), float("nan"), float("inf"), Decimal("1e999999"), 10**64, "x" * 65, "a\0b", "a\nb"),
        *("\ud800", "a b", "1,2", "5\ufffd"),
        *("success", "OK", "created", "Pending", "failed", "unknown", "N/A"),
    ],
)
def test_what_cannot_be_asked_about_is_no_id(value):
    assert read_remote_id(value) == ""


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        *((True, True), (1, True), ("1", True), ("true", True), ("TRUE ", True), ("yes", True), (Decimal(1), True)),
        *((False, False), (0, False), ("0", False), ("false", False), ("no", False)),
        *((None, None), ("", None), (2, None), ("30 days", None), ([], None), ({}, None)),
    ],
)
def test_a_flag_that_is_missing_is_unknown_and_not_false(value, flag):
    assert read_flag(value) is flag


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Likes &amp; <b>Views</b>", "Likes & Views"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("one<br/>two", "one two"),
        (" a\t\r\n b\u00a0c\u2028d ", "a b c d"),
        ("🚀 3 < 4 and <3", "🚀 3 < 4 and <3"),
        ("a\0b\x1bc\x9fd\ud800e", "abcde"),
        ("&#0;&#xD800;", "\ufffd\ufffd"),
        ("&#" + "9" * 5000 + ";", "\ufffd"),
        (5, "5"),
        (Decimal("0.50"), "0.50"),
        (None, ""),
        (True, ""),
        ([], ""),
    ],
)
def test_foreign_texts_become_one_plain_line(value, text):
    assert read_text(value, 100) == text


def test_texts_are_cut_at_their_limit():
    assert read_text("ab cd", 3) == "ab"
    assert len(read_text("x" * 1000, 500)) == 500


def test_of_an_endless_text_only_the_beginning_is_looked_at():
    tracemalloc.start()
    try:
        assert read_text("a " * 2_000_000, 5) == "a a a"
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_an_id_with_a_hidden_key_is_none():
    assert read_remote_id("ab[key]12") == ""
    assert is_hidden_id("ab[key]12")
    assert not is_hidden_id("Invalid key [key]")


def test_descriptions_keep_their_line_breaks():
    assert read_lines("<p>one&nbsp; two</p>\r\n\r\n<ul><li>three</li></ul>", 100) == "one two\nthree"


@pytest.mark.parametrize(
    ("value", "currency"),
    [("USD", "USD"), (" usd ", "USD"), ("₹", "INR"), ("$", "USD"), ("", ""), (None, ""), ("US Dollars", "")],
)
def test_currencies_are_codes(value, currency):
    assert read_currency(value) == currency
