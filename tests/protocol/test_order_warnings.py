"""Comments that some panels split are warned of, and nothing else is."""

import pytest

from panels.protocol.order_warnings import find_warnings

ONE = "A comment has {}. Some panels make two comments of it, and charge for both."
SEVERAL = r'2 comments have " | " or a typed "\n". Some panels make two comments of each of them, and charge for both.'


@pytest.mark.parametrize("slug", ["custom_comments", "custom_comments_package", "comment_replies"])
@pytest.mark.parametrize(
    ("comments", "warning"),
    [
        (r"nice\nwow", ONE.format(r'a typed "\n"')),
        ("nice | wow", ONE.format('" | "')),
        ("good\nnice | wow", ONE.format('" | "')),
        (r"nice | wow\nyes", ONE.format(r'" | " or a typed "\n"')),
        (
            "a | b\n" + r"c\nd" + "\ne",
            SEVERAL,
        ),
    ],
)
def test_a_comment_that_some_panels_split_is_warned_of(slug, comments, warning):
    assert find_warnings(slug, {"comments": comments}) == [warning]


@pytest.mark.parametrize(
    "comments", ["", "nice\nwow", "a|b", "a |b", "a / b", r"C:\new".replace("\\n", "/n"), "| a", "a |"]
)
def test_other_comments_are_not(comments):
    assert find_warnings("custom_comments", {"comments": comments}) == []


@pytest.mark.parametrize("slug", ["", "default", "mentions_custom_list", "subscriptions"])
def test_a_type_without_comments_has_no_such_warning(slug):
    assert find_warnings(slug, {"link": "https://example.com/a | b", "usernames": "a | b", "comments": "a | b"}) == []
