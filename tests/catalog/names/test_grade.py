"""Variant, places, gender, quality and delivery."""

import pytest

from panels.catalog.names import read_name


@pytest.mark.parametrize(
    ("name", "fact", "value"),
    [
        ("Instagram Custom Comments", "variant", "custom"),
        ("Instagram Random Comments", "variant", "random"),
        ("Facebook Love Reactions", "variant", "love"),
        ("Facebook Love + Haha Reactions", "variant", "haha+love"),
        ("Telegram Reactions 👍", "variant", "like"),
        ("Telegram Positive Reactions 👍🔥", "variant", "positive"),
        ("Discord Members Online", "variant", "online"),
        ("Telegram Views [Last 5 Posts]", "variant", "last5"),
        ("Telegram Members Last 5 Days", "variant", ""),
        ("Telegram Views Last 5 Minutes", "variant", ""),
        ("Discord Members no online, offline", "variant", "offline"),
        ("Instagram Followers 🇺🇸", "geo", "US"),
        ("Instagram Followers USA", "geo", "US"),
        ("Instagram Followers Latin American", "geo", "LATAM"),
        ("Instagram Followers All Flag", "geo", ""),
        ("Instagram Followers Turkey + Brazil", "geo", "BR+TR"),
        ("Instagram Followers | contact us", "geo", ""),
        ("Instagram Followers [IN]", "geo", "IN"),
        ("Instagram Followers [PK]", "geo", "PK"),
        ("TikTok Battle Points [PK]", "geo", ""),
        ("Instagram Auto Likes 20 Future Posts", "posts", 20),
        ("Instagram Auto Likes Future 20 Posts", "posts", 20),
        ("Instagram Followers in 2 hours", "geo", ""),
        ("Instagram Female Followers", "gender", "female"),
        ("Instagram Followers Male & Female", "gender", ""),
        ("Instagram Followers Real HQ", "quality", "hq+real"),
        ("Instagram Followers No Bots", "quality", ""),
        ("Instagram Followers Bots", "quality", "bot"),
        ("Telegram Bot Start", "quality", ""),
        ("Telegram Members [Add bot]", "quality", ""),
        ("Telegram Auto Views", "delivery", "auto"),
        ("Instagram Likes Future 20 Posts", "delivery", "auto"),
        ("Instagram Likes Auto Refill 30 Days", "delivery", "once"),
        ("Instagram Likes AR30", "delivery", "once"),
    ],
)
def test_grades(name, fact, value):
    assert getattr(read_name(name), fact) == value


def test_the_type_says_that_a_service_is_automatic():
    assert read_name("Instagram Likes", type_name="Subscriptions").delivery == "auto"
