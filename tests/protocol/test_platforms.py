"""Platforms are read from names by whole words, and from links by their hosts and paths."""

from __future__ import annotations

import pytest

from panels.protocol.platforms import Target, platform_of, platforms_in, target_of

PROFILE, POST = Target.PROFILE, Target.POST
X = "X (Twitter)"


@pytest.mark.parametrize(
    ("text", "platforms"),
    [
        ("IG Followers", {"Instagram"}),
        ("BIG followers", set()),
        ("fb/insta likes", {"Facebook", "Instagram"}),
        ("VK", {"VK"}),
        ("TT ♥ Views", {"TikTok"}),
        ("Attack Views", set()),
        ("🐦 X Followers", {X}),
        ("X | Likes", {X}),
        ("Followers (X)", {X}),
        ("x.com likes", {X}),
        ("Views 10 X", set()),
        ("Views x10", set()),
        ("XL Likes", set()),
        ("Package X for you", set()),
        ("Kick Followers", {"Kick"}),
        ("Kick-start package", set()),
        ("Okay likes", set()),
        ("Ютуб просмотры", {"YouTube"}),
        ("", set()),
    ],
)
def test_only_whole_words_name_a_platform(text, platforms):
    assert platforms_in(text) == platforms


@pytest.mark.parametrize(
    ("link", "platform"),
    [
        ("https://www.youtube.com/watch?v=1", "YouTube"),
        ("youtu.be/1", "YouTube"),
        ("//M.YouTube.com:443/1", "YouTube"),
        ("https://vm.tiktok.com/1", "TikTok"),
        ("https://clips.twitch.tv/a", "Twitch"),
        ("https://anna.t.me", "Telegram"),
        ("https://pinterest.co.uk/a", "Pinterest"),
        ("https://google.com.br/maps", "Google"),
        ("spotify:track:1", "Spotify"),
        ("https://netflix.com/x.com", ""),
        ("https://x.com.example.com/", ""),
        ("https://youtube.com@example.com/", ""),
        ("anna", ""),
        ("@x.com", ""),
        ("", ""),
    ],
)
def test_the_host_names_the_platform_of_a_link(link, platform):
    assert platform_of(link) == platform


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("https://www.instagram.com/anna/", PROFILE),
        ("https://www.instagram.com/anna/p/AbC/", POST),
        ("https://www.instagram.com/reels/audio/1/", None),
        ("https://www.instagram.com/explore/", None),
        ("https://www.instagram.com/stories/anna/1", None),
        ("https://www.instagram.com/", None),
        ("https://www.tiktok.com/@anna", PROFILE),
        ("https://www.tiktok.com/@anna/photo/1", POST),
        ("https://www.tiktok.com/t/AbC/", None),
        ("https://www.youtube.com/live/AbC", POST),
        ("https://www.youtube.com/@anna/videos", PROFILE),
        ("https://www.youtube.com/@anna/live", None),
        ("https://www.youtube.com/watch?list=PL1", None),
        ("https://www.youtube.com/feed/history", None),
        ("https://x.com/i/web/status/1", POST),
        ("https://x.com/anna", PROFILE),
        ("https://x.com/i/spaces/1", None),
        ("https://www.facebook.com/watch/?v=1", POST),
        ("https://www.facebook.com/groups/cats/posts/1", POST),
        ("https://www.facebook.com/groups/cats", PROFILE),
        ("https://www.facebook.com/people/Anna/1", PROFILE),
        ("https://www.facebook.com/share/AbC", None),
        ("https://fb.watch/AbC", None),
        ("https://t.me/s/anna/5", POST),
        ("https://t.me/c/1/5", POST),
        ("https://t.me/+AbC", PROFILE),
        ("https://t.me/anna_bot", None),
        ("https://t.me/anna?boost", None),
        ("https://www.threads.net/@anna", PROFILE),
        ("https://www.threads.net/search", None),
        ("https://open.spotify.com/album/1", None),
        ("https://open.spotify.com/intl-de/artist/1", PROFILE),
        ("https://soundcloud.com/anna/song", POST),
        ("https://soundcloud.com/anna/sets", None),
        ("https://on.soundcloud.com/AbC", None),
        ("https://www.reddit.com/r/cats/comments/1/title/", POST),
        ("https://www.reddit.com/r/cats", PROFILE),
        ("https://www.linkedin.com/posts/anna-1", POST),
        ("https://www.linkedin.com/company/anna", PROFILE),
        ("https://vk.com/wall-1_2", POST),
        ("https://vk.com/anna", PROFILE),
        ("https://www.twitch.tv/anna", None),
        ("https://example.com/p/1", None),
        ("anna", None),
    ],
)
def test_the_path_of_a_link_says_its_target_or_nothing(link, target):
    assert target_of(link) is target
