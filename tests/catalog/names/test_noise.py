"""Separators, headings and adverts are no services."""

from decimal import Decimal

import pytest

from panels.catalog.names import read_name


@pytest.mark.parametrize(
    "name",
    [
        "━━━━ Instagram Followers ━━━━",
        "",
        "★★★",
        "📢 Join our Telegram channel 📢",
        "Do not order",
        "NEW SERVICES",
        "◆◇◆◇ TELEGRAM MEMBERS ◆◇◆◇",
        ">>> TikTok Likes <<<",
    ],
)
def test_words_of_no_service(name):
    facts = read_name(name)
    assert facts.noise
    assert facts.platform == ""


@pytest.mark.parametrize(
    ("low", "high", "rate"),
    [(1, 1, Decimal(5)), (10, 100, Decimal(0)), (1, 0, Decimal(1)), (10, 5, Decimal(1)), (1, 10, Decimal(999_999))],
)
def test_a_price_or_limits_that_nobody_can_order(low, high, rate):
    assert read_name("Instagram Followers R30", low=low, high=high, rate=rate).noise


def test_a_package_has_a_maximum_of_one():
    assert not read_name("Instagram Followers 1000", type_name="Package", low=1, high=1, rate=Decimal(5)).noise


def test_an_ornament_around_a_service_with_a_price_is_a_service():
    assert not read_name("━━━━ Instagram Followers ━━━━", low=10, high=10_000, rate=Decimal(1)).noise


def test_a_name_of_attributes_is_a_service_by_its_category():
    facts = read_name("⭐ HQ | R30 | 10K/D", "Instagram Followers")
    assert not facts.noise
    assert (facts.platform, facts.metric, facts.refill_days) == ("instagram", "followers", 30)


def test_a_name_without_a_known_word_is_a_service_if_it_has_a_price():
    assert read_name("Streamflix Premium Account").noise
    assert not read_name("Streamflix Premium Account", low=1, high=50, rate=Decimal(2)).noise
