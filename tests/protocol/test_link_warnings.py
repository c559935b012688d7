"""A link that cannot be right for its service is warned of with the reason, and no right link is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.protocol.link_warnings import warn_of_link, warn_of_shape
from panels.protocol.order_types import Offer, check
from panels.sandbox.catalog import build_catalog
from panels.sandbox.products import PLATFORMS

MARKDOWN = "is written as Markdown. Panels want only the address between ( and )."
ANGLES = "has < or >. Panels want only the address between them."
QUOTED = "begins with a quotation mark or a bracket. Panels want only the address."
ESCAPED = 'has a code such as "&amp;" where the address has "&".'
TWICE = "begins with https:// twice."
MISSPELLED = "has a misspelled https:// at its beginning."
NO_SITE = "names no site after https://."
LOCAL = "leads to your own computer or browser."
CUT = "is cut off at “…”. Copy the whole address."
CELL = "is an error of the spreadsheet."
SEVERAL = "seems to be two links in one. Each link needs an order of its own."
NUMBER = "is only a number, and no address or name."

# A link and the reason why it is right at no service.
NEVER_RIGHT = [
    ("[my-post](https://www.instagram.com/p/AbC/)", MARKDOWN),
    ("[x](https://x.com/a/status/1)", MARKDOWN),
    ("[https://t.me/a/1](https://t.me/a/1)", MARKDOWN),
    ("<https://www.instagram.com/p/AbC/>", ANGLES),
    ("https://www.instagram.com/p/AbC/>", ANGLES),
    ('"https://www.instagram.com/p/AbC/', QUOTED),
    ("(https://www.instagram.com/p/AbC/)", QUOTED),
    ("“https://www.instagram.com/p/AbC/”", QUOTED),
    ("https://www.youtube.com/watch?v=AbC&amp;t=5", ESCAPED),
    ("https://www.facebook.com/story.php?id=1&#38;story_fbid=2", ESCAPED),
    ("https://https://www.instagram.com/p/AbC/", TWICE),
    ("http://https://www.instagram.com/p/AbC/", TWICE),
    ("https://https//www.instagram.com/p/AbC/", TWICE),
    ("https:https://www.instagram.com/p/AbC/", TWICE),
    ("htps://www.instagram.com/p/AbC/", MISSPELLED),
    ("ttps://www.instagram.com/p/AbC/", MISSPELLED),
    ("https:/www.instagram.com/p/AbC/", MISSPELLED),
    ("https//www.instagram.com/p/AbC/", MISSPELLED),
    ("https:///www.instagram.com/p/AbC/", MISSPELLED),
    ("https:\\\\www.instagram.com\\p\\AbC", MISSPELLED),
    ("https://", NO_SITE),
    ("https://anna/", NO_SITE),
    ("https://@anna", NO_SITE),
    ("file:///C:/posts.html", LOCAL),
    (r"C:\Users\anna\post.url", LOCAL),
    ("https://www.instagram.com/p/AbC…", CUT),
    ("#N/A", CELL),
    ("#REF!", CELL),
    ("https://www.instagram.com/p/A/https://www.instagram.com/p/B/", SEVERAL),
    ("https://www.instagram.com/p/Ahttps://www.instagram.com/p/B", SEVERAL),
    ("https://www.instagram.com/p/A/?igsh=MTc==https://www.instagram.com/p/B/", SEVERAL),
    ("https://example.com/a,https://example.com/b", SEVERAL),
    ("https://example.com/a;https://example.com/b", SEVERAL),
    ("https://example.com/a|www.example.com/b", SEVERAL),
    ("instagram.com/p/A,instagram.com/p/B", SEVERAL),
    ("@anna,@bob", SEVERAL),
    ("anna;bob", SEVERAL),
]
YOUTUBE, TIKTOK = (
    "leads to YouTube, but the service is for TikTok.",
    "leads to TikTok, but the service is for Instagram.",
)
# A link, the name of the service, its category, and the reason why it is not right there.
WRONG_HERE = [
    ("https://www.youtube.com/watch?v=AbC", "TikTok Views [Max 10M]", "TikTok", YOUTUBE),
    ("https://youtu.be/AbC", "🎵 Tik Tok Likes", "", YOUTUBE),
    ("youtube.com/shorts/AbC", "TT Views", "", YOUTUBE),
    ("https://m.youtube.com/watch?v=AbC", "Views [Instant]", "🎵 TikTok Views", YOUTUBE),
    ("https://youtu.be/AbC", "𝗧𝗶𝗸𝗧𝗼𝗸 𝗩𝗶𝗲𝘄𝘀", "", YOUTUBE),
    ("https://vm.tiktok.com/ZMabc/", "Instagram Reels Views", "Instagram", TIKTOK),
    ("https://www.tiktok.com/@anna/video/1", "IG Likes", "", TIKTOK),
    ("https://x.com/anna", "FB Page Followers", "", "leads to X (Twitter), but the service is for Facebook."),
    ("https://twitter.com/anna", "VK Followers", "", "leads to X (Twitter), but the service is for VK."),
    ("https://t.me/anna", "X Followers [Real]", "X", "leads to Telegram, but the service is for X (Twitter)."),
    ("https://vk.com/anna", "Подписчики Телеграм", "", "leads to VK, but the service is for Telegram."),
    ("https://www.pinterest.co.uk/anna/", "Spotify Plays", "", "leads to Pinterest, but the service is for Spotify."),
    (
        "https://www.youtube.com/@anna",
        "Facebook / Instagram Followers",
        "",
        "leads to YouTube, but the service is for Facebook or Instagram.",
    ),
    ("@anna", "Instagram Likes [HQ Profiles]", "", "is a name, but the service seems to be for a post."),
    ("anna_smith", "TikTok Views", "", "is a name, but the service seems to be for a video."),
    (
        "https://www.instagram.com/anna/",
        "Instagram Likes",
        "",
        "leads to a profile, but the service seems to be for a post.",
    ),
    ("instagram.com/anna?igsh=x", "Likes", "Instagram", "leads to a profile, but the service seems to be for a post."),
    (
        "https://www.instagram.com/anna/",
        "Post Likes [R30]",
        "",
        "leads to a profile, but the service seems to be for a post.",
    ),
    (
        "https://www.tiktok.com/@anna",
        "Custom Comments",
        "TikTok Comments",
        "leads to a profile, but the service seems to be for a video.",
    ),
    (
        "https://www.youtube.com/@anna",
        "YouTube Likes",
        "",
        "leads to a channel, but the service seems to be for a video.",
    ),
    ("https://x.com/anna", "Twitter Retweets", "", "leads to a profile, but the service seems to be for a post."),
    (
        "https://t.me/anna",
        "Telegram Post Views",
        "",
        "leads to a channel or group, but the service seems to be for a post.",
    ),
    (
        "https://www.facebook.com/anna",
        "Facebook Post Likes",
        "",
        "leads to a profile, page or group, but the service seems to be for a post.",
    ),
    (
        "https://open.spotify.com/artist/4uL",
        "Spotify Plays",
        "",
        "leads to a profile, but the service seems to be for a track.",
    ),
    (
        "https://www.instagram.com/p/AbC/",
        "Instagram Followers",
        "",
        "leads to a post, but the service seems to be for a profile.",
    ),
    (
        "https://www.youtube.com/watch?v=AbC",
        "YouTube Subscribers",
        "",
        "leads to a video, but the service seems to be for a channel.",
    ),
    (
        "https://t.me/anna/5",
        "Telegram Channel Members",
        "",
        "leads to a post, but the service seems to be for a channel or group.",
    ),
    (
        "https://www.facebook.com/anna/posts/1",
        "Facebook Page Likes",
        "",
        "leads to a post, but the service seems to be for a profile, page or group.",
    ),
    ("1745678901234567890", "TikTok Views", "", NUMBER),
    ("12345", "Followers", "", NUMBER),
]
# A link, and the name and category of a service at which it may be right.
RIGHT = [
    ("https://www.instagram.com/anna/", "Instagram Followers", "Instagram"),
    ("https://www.instagram.com/anna/?hl=en", "Instagram Followers", ""),
    ("@anna", "Instagram Followers", ""),
    ("anna.smith", "Instagram Followers", ""),
    ("@123456", "Instagram Followers", ""),
    ("https://www.instagram.com/p/AbC/", "Instagram Likes", ""),
    ("https://www.instagram.com/anna/reel/AbC/?igsh=MTc==", "Instagram Views", ""),
    ("https://www.instagram.com/share/reel/AbC", "Instagram Likes", ""),
    ("https://www.instagram.com/anna/", "Instagram Story Views", ""),
    ("anna", "Instagram Story Poll Votes", ""),
    ("https://www.instagram.com/anna/", "Instagram Auto Likes", ""),
    ("https://www.instagram.com/anna/", "Instagram Likes [Last 5 Posts]", ""),
    ("https://www.instagram.com/anna/", "Instagram Likes", "Instagram Auto Likes"),
    ("https://www.instagram.com/anna/", "Instagram Live Views", ""),
    ("https://www.instagram.com/anna/", "Instagram Profile Visits + Views", ""),
    ("https://www.instagram.com/anna/", "Growth Package 1,000 Followers + 500 Likes", "Instagram"),
    ("https://www.instagram.com/p/AbC/", "Growth Package 1,000 Followers + 500 Likes", "Instagram"),
    ("CxYz12_abcD", "Instagram Likes", ""),
    ("https://www.instagram.com/anna/", "Threads Followers", ""),
    ("https://www.threads.net/@anna/post/AbC", "Threads Likes", ""),
    ("https://www.tiktok.com/@anna/video/1?_r=1", "TikTok Views", ""),
    ("https://vm.tiktok.com/ZMabc/", "TikTok Views", ""),
    ("https://vt.tiktok.com/ZSabc/", "TikTok Followers", ""),
    ("https://m.tiktok.com/v/1.html", "TikTok Likes", ""),
    ("https://www.tiktok.com/@anna/live", "TikTok Live Stream Views", ""),
    ("https://www.tiktok.com/@anna", "TikTok Live Likes", ""),
    ("https://youtu.be/AbC?si=x", "YouTube Views", ""),
    ("https://m.youtube.com/watch?v=AbC&list=PL1&t=5s", "YT Likes", ""),
    ("https://youtube.com/shorts/AbC", "YouTube Shorts Views", ""),
    ("https://music.youtube.com/watch?v=AbC", "YouTube Views", ""),
    ("https://www.youtube.com/channel/UC1", "YouTube Subscribers", ""),
    ("https://www.youtube.com/@anna", "YouTube Watch Time 4000 Hours", ""),
    ("https://www.youtube.com/playlist?list=PL1", "YouTube Playlist Views", ""),
    ("https://www.youtube.com/post/Ugk1", "YouTube Community Post Likes", ""),
    ("https://www.youtube.com/watch?v=AbC", "YouTube Views from Facebook Ads", ""),
    ("https://www.youtube.com/watch?v=AbC", "Views [Google Ads]", "YouTube"),
    ("https://x.com/anna/status/1", "Twitter Likes", ""),
    ("https://mobile.twitter.com/anna", "X (Twitter) Followers", ""),
    ("https://www.tiktok.com/@anna/video/1", "TikTok Views X10 Speed", ""),
    ("https://youtu.be/AbC", "Views 5 X faster", ""),
    ("https://fb.watch/AbC/", "Facebook Video Views", ""),
    ("https://www.facebook.com/share/v/AbC/", "Facebook Video Views", ""),
    ("https://www.facebook.com/anna", "Facebook Likes", ""),
    ("https://www.facebook.com/anna", "Facebook Page Likes &amp; Followers", ""),
    ("https://www.facebook.com/groups/cats", "Facebook Group Members", ""),
    ("https://www.facebook.com/profile.php?id=1", "FB Profile Followers", ""),
    ("https://web.facebook.com/anna/posts/1", "Facebook Post Reactions", ""),
    ("https://t.me/anna/5?single", "Telegram Post Views", ""),
    ("https://t.me/+AbCdEf", "Telegram Members", ""),
    ("https://t.me/anna", "Telegram Views [Last 10 Posts]", ""),
    ("https://t.me/anna_bot?start=1", "Telegram Bot Start", ""),
    ("tg://resolve?domain=anna", "Telegram Members", ""),
    ("https://open.spotify.com/intl-de/track/4uL?si=x", "Spotify Plays", ""),
    ("https://open.spotify.com/artist/4uL", "Spotify Monthly Listeners", ""),
    ("https://open.spotify.com/playlist/4uL", "Spotify Followers", ""),
    ("https://spotify.link/AbC", "Spotify Plays", ""),
    ("spotify:track:4uL", "Spotify Plays", ""),
    ("https://on.soundcloud.com/AbC", "SoundCloud Plays", ""),
    ("https://discord.gg/AbC", "Discord Server Members Online", ""),
    ("https://www.twitch.tv/anna", "Twitch Live Viewers", ""),
    ("https://vk.com/wall-1_2", "VK Likes", ""),
    ("https://ok.ru/anna", "OK.ru Followers", ""),
    ("https://maps.app.goo.gl/AbC", "Google Maps Reviews", ""),
    ("https://www.google.de/maps/place/Anna", "Google Reviews", ""),
    ("https://www.instagram.com/anna/", "Website Traffic from YouTube", ""),
    ("https://example.com/?u=https://example.org/a", "Website Traffic", ""),
    ("https://web.archive.org/web/2020/https://example.com/", "Website Traffic", ""),
    ("https://example.com/a,123.html", "SEO Backlinks", ""),
    ("https://bit.ly/AbC", "Instagram Likes", ""),
    ("https://linktr.ee/anna", "Instagram Followers", ""),
    ("https://www.instagram.com/p/AbC/.", "Instagram Likes", ""),
    ("https://www.instagram.com/p/AbC/,", "Instagram Likes", ""),
    ("https://www.instagram.com/p/AbC/)", "Instagram Likes", ""),
    ("HTTPS://WWW.INSTAGRAM.COM/P/AbC/", "Instagram Likes", ""),
    ("//www.instagram.com/p/AbC/", "Instagram Likes", ""),
    ("www.instagram.com/p/AbC", "Instagram Likes", ""),
    ("https://xn--mnchen-3ya.de/", "Followers", ""),
    ("4917012345678", "WhatsApp Channel Members", ""),
    ("5123456789", "Free Fire Diamonds [Player ID]", ""),
    ("https://netflix.com/anna", "Instagram Likes", ""),
    ("https://www.instagram.com/p/AbC/", "All Platforms Likes", ""),
    ("https://www.instagram.com/p/AbC/", "", ""),
]


def test_the_tables_hold_enough_right_links_and_wrong_ones():
    assert len(RIGHT) >= 60
    assert len(NEVER_RIGHT) + len(WRONG_HERE) >= 60


@pytest.mark.parametrize(("link", "reason"), NEVER_RIGHT)
@pytest.mark.parametrize("name", ["Instagram Followers", "Website Traffic", ""])
def test_a_text_that_is_no_link_is_warned_of_at_every_service(link, reason, name):
    assert warn_of_link(link, name, "") == f"The link {reason}"


@pytest.mark.parametrize(("link", "name", "category", "reason"), WRONG_HERE)
def test_a_link_to_something_else_than_the_service_is_for_is_warned_of(link, name, category, reason):
    assert warn_of_link(link, name, category) == f"The link {reason}"


@pytest.mark.parametrize(("link", "name", "category"), RIGHT)
def test_a_link_that_may_be_right_is_not(link, name, category):
    assert warn_of_link(link, name, category) == ""


@pytest.mark.parametrize("dialect", ["000", "003"])
def test_no_service_of_a_whole_catalog_warns_of_the_example_of_its_platform(dialect):
    for service in build_catalog(dialect, "USD"):
        example = next(each.example_link for each in PLATFORMS if each.name.split()[0] in service.category)
        assert "the service is for" not in warn_of_link(example, service.name, service.category)


def test_an_address_beside_the_link_is_checked_for_its_shape_alone():
    assert warn_of_shape("Media link", "<https://x.com/a>") == f"The media link {ANGLES}"
    assert warn_of_shape("Media link", "12345") == ""


@pytest.mark.parametrize(
    "text", ["https://[", "//", "?", "#", "@", "https://[::1]:99999/a", "a" * 2000, "𝗫", "[" * 1000]
)
def test_no_text_stops_the_check(text):
    assert isinstance(warn_of_link(text, "TikTok Views", "X"), str)


def test_a_warning_is_no_error():
    offer = Offer("default", Decimal(1), 1, None, name="TikTok Views", category="TikTok")
    checked = check(offer, {"link": "https://youtu.be/AbC", "quantity": "100"})
    assert checked.warnings == (f"The link {YOUTUBE}",)
    assert not checked.errors
    assert checked.values["link"] == "https://youtu.be/AbC"


def test_every_address_of_an_order_is_checked():
    offer = Offer("mentions_media_likers", Decimal(1), 1, None, name="Instagram Mentions of Media Likers")
    values = {
        "link": "https://www.instagram.com/anna/",
        "quantity": "100",
        "media": "[x](https://www.instagram.com/p/A/)",
    }
    assert check(offer, values).warnings == (f"The media link {MARKDOWN}",)


def test_a_link_that_is_refused_has_no_warning_beside_it():
    offer = Offer("default", Decimal(1), 1, None, name="TikTok Views")
    checked = check(offer, {"link": "https://youtu.be/A B", "quantity": "100"})
    assert checked.errors.keys() == {"link"}
    assert checked.warnings == ()
