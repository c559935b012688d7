"""The manners in which panels write the names of services."""

import pytest

from panels.sandbox.products import PLATFORMS, QUALITIES, Draft
from panels.sandbox.service_names import SHORT_QUALITIES, in_brackets, plainly, with_dots

INSTAGRAM = PLATFORMS[0]


def draft(product="Likes", quality="Mixed Quality", refill_term="30 Days", style=0):
    return Draft(
        platform=INSTAGRAM,
        product=next(each for each in INSTAGRAM.products if each.noun == product),
        quality=next(each for each in QUALITIES if each.name == quality),
        rate=1.0,
        maximum=1 if "Package" in product else 50_000,
        refill_term=refill_term,
        start="0-1 Hour",
        is_cancelable=True,
        style=style,
    )


@pytest.mark.parametrize(
    ("manner", "name"),
    [
        (plainly, "Instagram Likes | Mixed Quality | 30 Days Refill | Max 50K"),
        (in_brackets, "IG Likes [Mixed] [R30] [Start: 0-1 Hr] [Max 50K] [5K/D]"),
        (with_dots, "Mixed Instagram Likes • 30D ♻ • 5K/Day • Start 0-1 Hr"),
    ],
)
def test_a_manner_names_the_product_the_quality_and_the_refill(manner, name):
    assert manner(draft()) == name


@pytest.mark.parametrize(
    ("manner", "words"), [(plainly, "No Refill"), (in_brackets, "[NR]"), (with_dots, "• No Refill •")]
)
def test_no_refill_is_said_only_where_one_might_be_expected(manner, words):
    assert words in manner(draft(refill_term=""))
    assert words not in manner(draft("Saves", refill_term=""))


@pytest.mark.parametrize("manner", [plainly, in_brackets, with_dots])
def test_a_package_has_no_speed_and_no_maximum(manner):
    name = manner(draft("Growth Package 1,000 Followers + 500 Likes", refill_term=""))
    assert "Max" not in name
    assert "/D" not in name


def test_the_four_plain_styles_differ():
    assert len({plainly(draft(style=style)) for style in range(4)}) == 4


def test_short_words_are_of_qualities_that_there_are():
    assert set(SHORT_QUALITIES) <= {quality.name for quality in QUALITIES}
