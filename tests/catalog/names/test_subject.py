"""Platform, metric and object."""

import pytest

from panels.catalog.names import read_name


@pytest.mark.parametrize(
    ("name", "platform", "metric", "item"),
    [
        ("IG Followers", "instagram", "followers", ""),
        ("Insta Likes", "instagram", "likes", ""),
        ("FB Page Likes", "facebook", "likes", "page"),
        ("FB Post Likes", "facebook", "likes", "post"),
        ("TT Views", "tiktok", "views", ""),
        ("TG Members", "telegram", "members", ""),
        ("YT Subs", "youtube", "subscribers", ""),
        ("Twitter Retweets", "x", "shares", ""),
        ("X Followers", "x", "followers", ""),
        ("Телеграм участники", "telegram", "members", ""),
        ("인스타 팔로워", "instagram", "followers", ""),
        ("Reddit Upvotes", "reddit", "likes", ""),
        ("Instagram Likes + Impressions", "instagram", "impressions+likes", ""),
        ("YouTube Live Stream Views", "youtube", "viewers", "live"),
        ("Instagram Comment Likes", "instagram", "likes", "comment"),
        ("Instagram Followers Real with stories", "instagram", "followers", ""),
        ("Telegram Bot Start", "telegram", "bot_starts", "bot"),
        ("YouTube 4000 Watch Hours", "youtube", "watch_hours", ""),
        ("Website Traffic from Google", "website", "visits", ""),
        ("Instagram Profile Visits", "instagram", "visits", "profile"),
        ("Google Maps Reviews", "google", "reviews", "place"),
        ("Discord Server Members", "discord", "members", "server"),
        ("X Space Listeners", "x", "listeners", "space"),
        ("Reproducciones Spotify", "spotify", "plays", ""),
        ("Reproducciones YouTube", "youtube", "views", ""),
        ("Просмотры твитов X | 0-5 минут", "x", "views", "post"),
        ("Followers x 1000", "", "followers", ""),
        ("TikTok Followers From Live Stream", "tiktok", "followers", ""),
        ("TikTok Likes on Live Stream", "tiktok", "likes", "live"),
        ("Mắt live TikTok", "tiktok", "viewers", "live"),
        ("View video TikTok", "tiktok", "views", "video"),
        ("Instagram Profile Visitors", "instagram", "visits", "profile"),
        ("Telegram Join Request Members", "telegram", "members", ""),
        ("Votos Encuesta Instagram", "instagram", "votes", ""),
    ],
)
def test_subjects(name, platform, metric, item):
    facts = read_name(name)
    assert (facts.platform, facts.metric, facts.object) == (platform, metric, item)


def test_traffic_names_where_it_comes_from():
    assert read_name("Website Traffic from Google [USA]").variant == "google"


def test_the_category_decides_between_two_platforms():
    assert read_name("Followers for Facebook and Instagram", "Facebook").platform == "facebook"
