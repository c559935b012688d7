"""Numbers, factors, flags, separators and phrases."""

import pytest

from panels.catalog.names.tokens import tokenise


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("10K", [10_000]),
        ("1.5K", [1_500]),
        ("2,5k", [2_500]),
        ("10,000", [10_000]),
        ("10.000", [10_000]),
        ("10 000", [10_000]),
        ("1M", [1_000_000]),
        ("5 lakh", [500_000]),
        ("5L", [500_000]),
        ("1 crore", [10_000_000]),
        ("10 тыс", [10_000]),
        ("5к", [5_000]),
        ("1 млн", [1_000_000]),
        ("5 mil", [5_000]),
        ("20 bin", [20_000]),
        ("2万", [20_000]),
        ("3천", [3_000]),
        ("100만", [1_000_000]),
        ("1 juta", [1_000_000]),
        ("50 ribu", [50_000]),
        ("٣٠", [30]),
        ("3-5K", [3_000, 5_000]),
        ("500-1K", [500, 1_000]),
        ("3 to 5k", [3_000, 5_000]),
        ("0-30m", [0, 30]),
    ],
)
def test_numbers_are_read_with_their_factors(text, values):
    assert [token.value for token in tokenise(text) if token.value is not None] == values


def test_flags_are_countries():
    assert tokenise("🇧🇷")[0].tags == ("g:BR",)


def test_brackets_bars_and_spaced_dashes_end_a_segment():
    assert [token.segment for token in tokenise("best [safe] nice - good | safe-nice") if token.symbol == "w"] == [
        0,
        1,
        2,
        3,
        4,
        4,
    ]


def test_a_phrase_is_one_token_even_with_a_dash():
    assert [token.text for token in tokenise("Watch-Hours")] == ["watch hours"]


def test_a_b_is_a_thousand_in_turkish_and_a_billion_elsewhere():
    assert [token.value for token in tokenise("5B/Gün") if token.value] == [5_000]
    assert [token.value for token in tokenise("1B Max") if token.value] == [1_000_000_000]
