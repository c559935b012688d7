"""Speeds, starts, and how long viewers stay or a view lasts."""

import pytest

from panels.catalog.names import read_name


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("50K/D", None, 50_000),
        ("50K/Day", None, 50_000),
        ("Speed: 10K per day", None, 10_000),
        ("Up to 30K/day", None, 30_000),
        ("50K max/day", None, 50_000),
        ("Max Speed 10K", None, 10_000),
        ("3-5K/D", 3_000, 5_000),
        ("500-1K/Day", 500, 1_000),
        ("Day 1K-50K", 1_000, 50_000),
        ("Günlük 20K", None, 20_000),
        ("5K por dia", None, 5_000),
        ("20K likes in 2 hours", None, 240_000),
        ("1K/Hour", None, 24_000),
        ("10/min", None, 14_400),
        ("50K+/Day", 50_000, None),
        ("5к в сутки", None, 5_000),
        ("Max 50k - 10k/day", None, 10_000),
        ("30 Day Refill", None, None),
        ("0-1/H", None, None),
        ("50к/сут", None, 50_000),
    ],
)
def test_speeds_are_units_a_day(text, low, high):
    facts = read_name(f"Instagram Followers | {text}")
    assert (facts.speed_min, facts.speed_max) == (low, high)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("0-1 HRS", 60),
        ("Start Time: 0-30 min", 30),
        ("Start: Instant", 0),
        ("Instant", 0),
        ("INSTANT - 1H", 60),
        ("Старт 0-2 часа", 120),
        ("0-1/H", 60),
        ("5 minutes start", 5),
        ("completed in 24-48 hours", None),
        ("60+ min video", None),
        ("video < 5 mins", None),
        ("(max 2 hours)", None),
        ("best since 2021", None),
    ],
)
def test_starts(text, minutes):
    assert read_name(f"Youtube Likes | {text}").start_max_minutes == minutes


@pytest.mark.parametrize(
    ("name", "minutes", "seconds"),
    [
        ("YouTube Live Views 30 min", 30, None),
        ("Twitch Viewers 1 hour | 0-5 min start", 60, None),
        ("TikTok Live Viewers | stay 2 hours", 120, None),
        ("Facebook views 3 s", None, 3),
        ("Facebook views 10 min", None, 600),
        ("YouTube Views | Watch Time 30-60 sec", None, 30),
        ("YouTube Views | 0-30 min", None, None),
        ("YouTube Views | 60+ min video", None, None),
        ("Instagram Likes 10 min", None, None),
    ],
)
def test_lengths(name, minutes, seconds):
    facts = read_name(name)
    assert (facts.minutes, facts.watch_seconds) == (minutes, seconds)


def test_a_live_video_may_last_some_days_and_a_subscription_does_not_count():
    assert read_name("Twitch Live Viewers [1 Day]").minutes == 1440
    assert read_name("Twitch Live Viewers [30 days]").minutes is None
