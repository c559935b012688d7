"""What counts as a rate, typed or in a file, and which sentence a wrong value gets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from panels.tables.rates import LEAST, MAX_ROWS, MOST, RateLine, WrongError, limited, read_code, read_day, read_file
from panels.tables.rates import read_per_euro as read
from panels.tables.workbook import UnreadableError

TODAY = date(2026, 11, 27)


def read_csv(*rows):
    return read_file("rates.csv", "\n".join(rows).encode(), TODAY)


def test_a_file_has_a_rate_a_row_and_a_day_only_if_it_is_not_today():
    lines, problems = read_csv("Rate, currency ,DAY", "95.2,rub,2026-11-20", "", "1.0876,USD,", "0.0000105,btc")
    assert problems == []
    assert lines == [
        RateLine("RUB", Decimal("95.2"), date(2026, 11, 20)),
        RateLine("USD", Decimal("1.0876"), TODAY),
        RateLine("BTC", Decimal("0.0000105"), TODAY),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_file_may_have_the_delimiters_of_spreadsheets_and_no_day(delimiter):
    lines, _ = read_csv(f"currency{delimiter}rate", f"NGN{delimiter}1700")
    assert lines == [RateLine("NGN", Decimal(1700), TODAY)]


def test_every_wrong_value_has_its_row_and_its_sentence():
    lines, problems = read_csv(
        "currency,rate,day", "$,1", "RUB,0", "RUB,95,2", "USD,x,2026-13-01", "USD,1.09", "USD,1.1", "EUR,1",
        "GBP,-1", "NGN,1700,2026-11-28", "NGN,1700,2025-11-26", "VND,28000,2026-11-27,yes",
    )  # fmt: skip
    assert [line.currency for line in lines] == ["USD", "VND"]
    assert problems == [
        "Row 2: “$” is no code of a currency. Write it like USD.",
        "Row 3: A rate must be between 0.0000001 and 10,000,000.",
        "Row 4: “2” is no day. Write it like 2026-11-27.",
        "Row 5: “x” is no rate. Write digits and a decimal point, like 1.0876.",
        "Row 5: “2026-13-01” is no day. Write it like 2026-11-27.",
        "Row 7: USD on 2026-11-27 is there twice.",
        "Row 8: The rates are for one euro, so the euro has none. Remove this row.",
        "Row 9: “-1” is no rate. Write digits and a decimal point, like 1.0876.",
        "Row 10: 2026-11-28 is in the future.",
        "Row 11: 2025-11-26 is more than a year ago, and no such rate is kept.",
        "Row 12: It has more cells than the first row.",
    ]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("rates.csv", b"USD,1.09", "The first row is “USD, 1.09”. Save it as CSV with the columns"),
        ("rates.csv", b"currency,rate,rate\nUSD,1,2", "The first row is"),
        ("rates.csv", b"currency,price\nUSD,1", "The first row is"),
        ("rates.csv", b"currency,rate\n", "There is no rate in it"),
        ("rates.csv", b"", "The first row is"),
        ("rates.csv", b'currency,rate\n"USD,1', "A quoted cell is not closed"),
        ("rates.csv", b"currency,rate\n" + b"USD,1\n" * MAX_ROWS, "There are more than 5,000 rows"),
        ("rates.csv", b"x" * (1024 * 1024 + 1), "The file has more than 1 MB"),
        ("rates.xlsx", b"PK\x03\x04", "Only CSV is read here, and this file is named “rates.xlsx”"),
        ("rates.csv", b"%PDF-1.4 ...", "The first row is"),
        ("rates.csv", b"PK\x03\x04\xff\x81", "bytes that are no text"),
    ],
)
def test_a_file_that_is_no_table_of_rates_is_refused_as_a_whole(name, content, words):
    with pytest.raises(UnreadableError, match=words):
        read_file(name, content, TODAY)


@pytest.mark.parametrize("text", ["1,5", "1 000", "1e3", "-1", "NaN", "", "١", "1.", "0x1", "9" * 50])
def test_only_digits_and_a_point_are_a_rate(text):
    with pytest.raises(WrongError):
        read(text)


@pytest.mark.parametrize("rate", [LEAST / 2, MOST + 1, Decimal(0), Decimal("-1"), Decimal("NaN"), Decimal("Infinity")])
def test_a_rate_beyond_the_limits_is_not_stored(rate):
    with pytest.raises(WrongError):
        limited(rate)
    assert limited(LEAST) < limited(MOST)


def test_codes_and_days_are_read_as_people_type_them():
    assert read_code(" usdt ") == "USDT"
    assert read_day(" ", TODAY) == TODAY
    assert read_day("2026-11-27", TODAY) == TODAY


@pytest.mark.parametrize("text", ["ßD", "ﬁm", "ıdr", "USD\0", "", "$", "E", "١٢"])
def test_no_other_letters_are_a_code_not_even_by_their_capitals(text):
    with pytest.raises(WrongError, match="is no code"):
        read_code(text)
