"""Titles say what a product is."""

import pytest

from panels.catalog.names.reading import read_name
from panels.catalog.names.titles import metric_title, platform_name, title_of


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Instagram Followers [30 Days Refill]", "Instagram followers"),
        ("TikTok Video Views | Turkey", "TikTok video views · TR"),
        ("YouTube Live Stream Viewers [60 Minutes]", "YouTube viewers · 60 min"),
        ("Instagram Female Followers 🇧🇷", "Instagram followers · BR · female"),
        ("Telegram Post Reactions 👍 | Positive", "Telegram post reactions · positive"),
        ("Instagram Likes + Impressions", "Instagram impressions + likes"),
        ("IG Auto Likes - Future 20 Posts", "Instagram likes · automatic · 20 posts"),
    ],
)
def test_a_title_names_platform_metric_and_what_sets_it_apart(name, title):
    assert title_of(read_name(name), name) == title


def test_a_service_that_says_too_little_keeps_its_name():
    name = "Premium package"
    assert title_of(read_name(name), name) == name


def test_platforms_are_written_as_they_write_themselves():
    assert [platform_name(each) for each in ("tiktok", "apple_music", "?zorble")] == ["TikTok", "Apple Music", "Zorble"]


def test_what_is_counted_is_platform_and_metric():
    assert metric_title("tiktok", "live_viewers+likes") == "TikTok live viewers + likes"
    assert metric_title("", "views") == "views"
    assert metric_title("instagram", "") == "Other"
