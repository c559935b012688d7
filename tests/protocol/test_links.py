"""The spellings of one target give one text, and different targets never do."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from panels.protocol.links import normalise_link

# Each paragraph is one target in several spellings.
SAME = """
https://www.tiktok.com/@n/video/1?_r=1&_t=8abc
https://www.tiktok.com/@n/video/1?is_from_webapp=1&sender_device=pc
https://m.tiktok.com/@N/video/1/
tiktok.com/%40n/video/1
https://www.tiktok.com/@n/photo/1

https://www.tiktok.com/@Na.me?lang=de
tiktok.com/@na.me/
https://www.tiktok.com/@na.me?_r=1&_t=x

https://vm.tiktok.com/ZMabc/
https://vm.tiktok.com/ZMabc?_t=1&_r=1

https://www.facebook.com/n/posts/1?mibextid=x
https://m.facebook.com/n/posts/1
https://www.facebook.com/n/posts/1
https://de-de.facebook.com/N/posts/1/?__cft__[0]=AZ&__tn__=-R
https://mbasic.facebook.com/n/posts/1?refid=5
https://fb.com/n/posts/1?rdid=a&share_url=b

https://www.facebook.com/story.php?story_fbid=2&id=1&mibextid=x
m.facebook.com/permalink.php?id=1&story_fbid=2

https://www.facebook.com/watch/?v=5
https://facebook.com/watch?v=5&ref=sharing
facebook.com/video.php?v=5

https://www.facebook.com/groups/Cats/permalink/7/
https://facebook.com/groups/cats/posts/7

https://www.facebook.com/photo.php?fbid=9&set=a.1&type=3
https://www.facebook.com/photo/?fbid=9

https://www.instagram.com/reel/AbC/
https://www.instagram.com/p/AbC/
instagram.com/reels/AbC?igsh=MTc=
https://m.instagram.com/tv/AbC
https://www.instagram.com/name/reel/AbC/?img_index=2
instagr.am/p/AbC
https://www.instagram.com/Name/p/AbC//?utm_source=ig_web_copy_link&igsh=x#top
instagram.com/p/AbC/embed/captioned

https://www.instagram.com/Name
https://www.instagram.com/name
instagram.com/NAME/?igsh=a&utm_source=qr&hl=de
HTTP://WWW.Instagram.com:80/name

https://www.instagram.com/stories/Name/123/?igsh=x
instagram.com/stories/name/123

https://x.com/Name/status/1?s=20&t=AbC
https://twitter.com/name/status/1
mobile.twitter.com/name/status/1/photo/1
https://x.com/name/statuses/1/video/1
https://www.x.com/name/status/1/analytics/

https://x.com/Name
https://twitter.com/name?ref_src=twsrc%5Etfw
https://mobile.twitter.com/NAME/

https://x.com/i/web/status/1
https://twitter.com/i/status/1?s=46

https://youtu.be/dQw4w9WgXcQ
https://www.youtube.com/watch?v=dQw4w9WgXcQ
https://youtu.be/dQw4w9WgXcQ?si=x&t=42
https://m.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ&feature=share&pp=ygU
youtube.com/shorts/dQw4w9WgXcQ?si=y
https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLx&index=3
https://www.youtube.com/live/dQw4w9WgXcQ
https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ
https://music.youtube.com/watch?v=dQw4w9WgXcQ
https://www.youtube.com/watch?list=PLx&amp;v=dQw4w9WgXcQ
https://www.youtube.com/watch?v=dQw4w9WgXcQ?si=z

https://www.youtube.com/playlist?list=PLx&si=y
https://music.youtube.com/playlist?list=PLx
youtube.com/embed/videoseries?list=PLx

https://www.youtube.com/@Name?si=x
https://m.youtube.com/@name
youtube.com/%40NAME/

https://www.youtube.com/c/Name
youtube.com/c/name?feature=x

https://t.me/Name/5
https://t.me/s/name/5
https://telegram.me/name/5?single
t.me/name/5?embed=1
name.t.me/5

https://t.me/Name
https://t.me/s/name?before=100
https://web.telegram.org/k/#@name
name.t.me

https://t.me/joinchat/AbC
https://t.me/+AbC
telegram.dog/+AbC

https://www.threads.net/@Name/post/AbC?xmt=x
https://www.threads.com/@name/post/AbC

https://www.reddit.com/r/Cats/comments/1a/a_title/?share_id=x
https://old.reddit.com/r/cats/comments/1a/
https://reddit.com/r/Cats/comments/1a/another_title

https://open.spotify.com/intl-de/track/AbC?si=x
spotify:track:AbC
https://open.spotify.com/embed/track/AbC

https://discord.gg/AbC
https://discord.com/invite/AbC

https://www.twitch.tv/Name
https://m.twitch.tv/name

https://de.linkedin.com/in/Name?trk=x
https://www.linkedin.com/in/name/

https://vk.com/Name
https://m.vk.ru/name

https://Example.com/a?b=2&a=1&utm_source=x&gclid=y
http://m.example.com/a/?a=1&b=2#top
//example.com:443/a?a=1&b=2

https://example.com/%C3%A9
https://example.com/é

@Name
Name
name
@NAME
"""
# Each paragraph has targets that are easy to confuse. On a site that is not known, every parameter may name a target.
DIFFERENT = """
https://www.instagram.com/p/AbC
https://www.instagram.com/p/Abc
https://www.instagram.com/abc
https://www.instagram.com/share/reel/AbC
https://www.instagram.com/reels/audio/AbC
https://www.instagram.com/p/AbC/c/17
https://www.instagram.com/p/AbC/?comment_id=17
https://www.instagram.com/abc/tagged
https://www.instagram.com/stories/abc/1

https://youtu.be/dQw4w9WgXcQ
https://youtu.be/dQw4w9WgXcq
https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=Ugx
https://www.youtube.com/playlist?list=PLx
https://www.youtube.com/channel/UCAb
https://www.youtube.com/channel/UCab
https://www.youtube.com/@ucab
https://www.youtube.com/c/ucab
https://www.youtube.com/post/UgAb
https://www.youtube.com/embed/live_stream?channel=UCa
https://www.youtube.com/embed/live_stream?channel=UCb

https://x.com/name/status/1
https://x.com/name/status/12
https://x.com/name
https://x.com/name/likes
https://x.com/i/spaces/AbC
https://x.com/i/spaces/abc

https://www.tiktok.com/@n/video/1
https://www.tiktok.com/@n/video/2
https://www.tiktok.com/@n
https://www.tiktok.com/@n/live
https://vm.tiktok.com/ZMabc
https://vm.tiktok.com/ZMAbc
https://www.tiktok.com/@n/video/1?share_comment_id=4

https://www.facebook.com/profile.php?id=1
https://www.facebook.com/profile.php?id=2
https://www.facebook.com/watch?v=1
https://www.facebook.com/watch?v=2
https://www.facebook.com/n/posts/pfbidAb
https://www.facebook.com/n/posts/pfbidab
https://www.facebook.com/n/posts/pfbidab?comment_id=3
https://www.facebook.com/share/p/AbC
https://www.facebook.com/share/p/abc
https://fb.watch/AbC
https://m.me/n

https://t.me/name
https://t.me/name/5
https://t.me/name/5?comment=6
https://t.me/+AbC
https://t.me/+abc
https://t.me/name?start=AbC
https://t.me/name?start=abc
https://t.me/c/1/5
https://t.me/name?boost
https://web.telegram.org/k/#-1001
https://web.telegram.org/k/#-1002

https://open.spotify.com/track/AbC
https://open.spotify.com/track/abc
https://open.spotify.com/album/AbC

https://discord.gg/AbC
https://discord.gg/abc

https://www.reddit.com/r/cats/comments/1a
https://www.reddit.com/r/cats/comments/1a/t/2b
https://www.reddit.com/r/cats/s/AbC
https://www.reddit.com/r/cats/s/abc

https://e.com/a
https://e.com/A
https://e.com/?s=1
https://e.com/?t=1
https://e.com/?feature=1
https://e.com/?pp=1
https://e.com/?_r=1
https://e.com/?_t=1
https://e.com/?single
https://e.com/?img_index=2
https://e.com/?size=1
https://e.com/a%2Fb
https://e.com/a/b
https://e.com/#/a
https://e.com/#!b
https://e.com:8080/a

dQw4w9WgXcQ
dQw4w9WgXcq
@dqw4w9wgxcq

@na.me
na.me
"""


@pytest.mark.parametrize("spellings", SAME.split("\n\n"))
def test_spellings_of_one_target_are_one_target(spellings):
    found = {spelling: normalise_link(spelling) for spelling in spellings.split()}
    assert len(found) > 1
    assert len(set(found.values())) == 1, found


@pytest.mark.parametrize("targets", DIFFERENT.split("\n\n"))
def test_different_targets_stay_different(targets):
    found = {target: normalise_link(target) for target in targets.split()}
    assert len(set(found.values())) == len(found) > 1, found


@pytest.mark.parametrize(
    ("link", "normal"),
    [
        ("https://www.Example.com/User/", "example.com/User"),
        ("http://m.example.com/User", "example.com/User"),
        ("//example.com/User#top", "example.com/User"),
        ("HTTPS://EXAMPLE.COM", "example.com"),
        ("www.m.example.com/User", "example.com/User"),
        ("example.com/User/?utm_source=a&UTM_x=1&igsh=b&igshid=c&fbclid=d&si=e", "example.com/User"),
        ("example.com/watch?v=AbC&si=x&t=1", "example.com/watch?t=1&v=AbC"),
        ("example.com/size?sign=1", "example.com/size?sign=1"),
        ("example.com/?to=http://Other.com/A", "example.com?to=http://Other.com/A"),
        ("https://m.me/User", "m.me/User"),
        ("https://instagram.com/reel/AbC", "instagram.com/p/AbC"),
        ("https://youtu.be/AbC", "youtube.com/watch?v=AbC"),
        ("https://twitter.com/Name/status/1", "x.com/name/status/1"),
        (" Name ", "name"),
        ("http://[broken", "[broken"),
        ("a\x00b\ud800", "ab"),
        ("", ""),
    ],
)
def test_a_target_is_written_in_its_shortest_spelling(link, normal):
    assert normalise_link(link) == normal


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("instagram.com/Nam", "https://www.instagram.com/Name/"),
        ("https://www.instagram.com/reel/Ab", "https://www.instagram.com/p/AbC"),
        ("twitter.com/Name", "https://x.com/name/status/1"),
        ("https://www.youtube.com/wat", "https://youtu.be/AbC"),
        ("youtube.com/@Na", "https://m.youtube.com/@name"),
        ("tiktok.com/@Na", "https://www.tiktok.com/@name/video/1"),
        ("Insta", "https://www.instagram.com/p/AbC"),
    ],
)
def test_the_start_of_a_link_finds_it(typed, link):
    assert normalise_link(link).startswith(normalise_link(typed))


def test_long_links_that_begin_alike_stay_different():
    first, second = (normalise_link("https://e.com/" + "x" * 1_900 + end) for end in "ab")
    assert first != second
    assert len(first) == len(second) == 500
    assert normalise_link("@" + "N" * 2_000) == normalise_link("n" * 2_000)


codes = st.text(string.ascii_letters + string.digits + "_-", min_size=5, max_size=11)
POSTS = (
    "https://www.instagram.com/p/{}/",
    "https://www.instagram.com/reel/{}?igsh=x",
    "https://www.instagram.com/name/reel/{}",
    "https://youtu.be/{}?t=1",
    "https://www.youtube.com/watch?v={}&list=PLx",
    "https://www.youtube.com/shorts/{}",
    "https://t.me/+{}",
    "https://discord.gg/{}",
    "https://open.spotify.com/track/{}?si=x",
    "https://www.threads.net/@name/post/{}",
    "https://vm.tiktok.com/{}/",
    "https://example.com/{}",
)


@settings(max_examples=100, deadline=None)
@given(codes, codes, st.sampled_from(POSTS))
@example("AbCdE", "abcde", POSTS[0])
def test_posts_with_different_codes_stay_different(first, second, pattern):
    assume(first != second)
    assert normalise_link(pattern.format(first)) != normalise_link(pattern.format(second))


@settings(max_examples=100, deadline=None)
# With an ending that is no page of a site, such as x.com/search.
@given(st.text(string.ascii_letters + string.digits + "_", min_size=5, max_size=20).map("{}_9".format))
def test_the_case_of_a_profile_name_changes_nothing(name):
    for pattern in ("instagram.com/{}", "x.com/{}", "tiktok.com/@{}", "t.me/{}", "facebook.com/{}", "youtube.com/@{}"):
        assert normalise_link(pattern.format(name)) == normalise_link(pattern.format(name.upper())), pattern


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.characters(), max_size=40),
    st.sampled_from(("e.com", "instagram.com", "youtube.com", "t.me", "facebook.com", "x.com", "reddit.com", "vk.com")),
)
@example("?/", "e.com")
def test_any_link_is_normalised_to_something_storable(link, host):
    normal = normalise_link(link)
    normal.encode()
    assert len(normal) <= 500
    assert "\x00" not in normal
    there = normalise_link(f"https://{host}/{link}")
    assert normalise_link(f"http://www.{host}/{link}") == there
    assert normalise_link(there) == there
