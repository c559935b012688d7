"""Limits, and that the traps come first."""

import pytest

from panels.catalog.names import read_name


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Max - 10K", None, 10_000),
        ("[Max: 10M]", None, 10_000_000),
        ("[10K]", None, 10_000),
        ("20K Max", None, 20_000),
        ("Instant - 100K", None, 100_000),
        ("1/min 10-500", None, None),
        ("Max 10 posts", None, None),
        ("Mín 100 / Máx 5 mil", 100, 5_000),
        ("Unlimited", None, "unlimited"),
        ("Minimum 5k", 5_000, None),
        ("Min 10 / Max 1M", 10, 1_000_000),
        ("Min/Max: 10/5K", 10, 5_000),
        ("Max 50k - 10k/day", None, 50_000),
        ("[2024]", None, None),
        ("Unlimited Refill", None, None),
        ("10K/Day", None, None),
    ],
)
def test_limits(text, low, high):
    facts = read_name(f"Instagram Followers {text}")
    assert (facts.name_min, facts.name_max) == (low, high)


def test_all_attributes_of_one_name():
    facts = read_name("TikTok Likes | HQ | R60 Button | Non Drop | Start 0-15 min | Speed 5-10K/D | Min 10 | Max 1M")
    assert (facts.quality, facts.refill_days, facts.refill_mode, facts.drop_max) == ("hq", 60, "button", 0)
    assert (facts.start_max_minutes, facts.speed_min, facts.speed_max) == (15, 5_000, 10_000)
    assert (facts.name_min, facts.name_max) == (10, 1_000_000)


def test_hours_a_day_are_the_speed_of_watch_hours_alone():
    facts = read_name("YouTube Watch Hours [100-200 hours/day]")
    assert (facts.speed_min, facts.speed_max) == (100, 200)
    assert read_name("YouTube Views 24 hours/day").speed_max is None


def test_how_long_members_keep_their_premium_is_no_refill():
    assert read_name("Telegram Premium Subscribers | 14 days").refill_days is None
    assert read_name("Подписчики Telegram держатся 14 дней").refill_days is None
