"""What a service is for: a post, a page, a live video."""

import pytest

from panels.catalog.names import read_name


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("Instagram Views Reel / Video", "reel+video"),
        ("Instagram Story Video Views", "story"),
        ("Telegram Channel Post Views", "post"),
        ("Facebook Followers [Page/Profile]", "page+profile"),
        ("LinkedIn Followers [Company Page]", "page"),
        ("Facebook Reels Short Video Likes", "reel"),
        ("Facebook 1 Minute Video Views", "video"),
        ("YouTube Views for 60+ min video", ""),
        ("YouTube Watch Hours 1 hour video", ""),
        ("Instagram Followers Real Profiles", ""),
        ("Instagram Followers with posts", ""),
        ("Instagram Followers | 15+ Posts", ""),
        ("Telegram Reactions [Post must be public]", ""),
        ("Twitch Followers 24/7 live support", ""),
        ("Reddit Upvotes | Comment", "comment"),
        ("X Space Live Listeners", "space"),
    ],
)
def test_objects(name, item):
    assert read_name(name).object == item


def test_the_category_gives_an_object_only_if_it_is_about_one_thing():
    assert read_name("Saves", "Instagram Posts Saves").object == "post"
    assert read_name("Saves", "Instagram Story / Impressions / Saves").object == ""
