"""Comments that some panels split are warned of, and nothing else is."""

from decimal import Decimal

import pytest

from panels.protocol.comments import warn_of_splits
from panels.protocol.order_types import ORDER_TYPES, Offer, check

ONE = "A comment has {}. Some panels make two comments of it, and charge for both."
SEVERAL = r'2 comments have " | " or a typed "\n". Some panels make two comments of each of them, and charge for both.'


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
def test_a_comment_that_some_panels_split_is_warned_of(comments, warning):
    assert warn_of_splits(comments) == (warning,)


@pytest.mark.parametrize(
    "comments", ["", "nice\nwow", "a|b", "a |b", "a / b", r"C:\new".replace("\\n", "/n"), "| a", "a |"]
)
def test_other_comments_are_not(comments):
    assert warn_of_splits(comments) == ()


@pytest.mark.parametrize("slug", ORDER_TYPES)
def test_each_type_with_comments_and_no_other_has_the_warning(slug):
    checked = check(Offer(slug, Decimal(1), None, None), {"comments": "nice | wow", "usernames": "a | b"})
    has_comments = any(field.name == "comments" for field in ORDER_TYPES[slug].fields)
    assert checked.warnings == ((ONE.format('" | "'),) if has_comments else ())
