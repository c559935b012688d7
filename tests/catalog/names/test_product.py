"""What is the same product."""

import pytest

from panels.catalog.names import product_key, read_name


def key(name, category="", type_name=""):
    return product_key(read_name(name, category, type_name))


def test_refill_quality_speed_and_drop_are_grades_of_one_product():
    assert key("Instagram Followers | HQ | R30 | 5K/D | No Drop") == key("IG Followers Bots No Refill [Max 1K]")


@pytest.mark.parametrize(
    "name",
    [
        "Facebook Followers",
        "Instagram Likes",
        "Instagram Channel Followers",
        "Instagram Followers USA",
        "Instagram Female Followers",
    ],
)
def test_other_subjects_are_other_products(name):
    assert key(name) != key("Instagram Followers")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Facebook Views 3 s", "Facebook Views 10 min"),
        ("YouTube Live Viewers 30 min", "YouTube Live Viewers 60 min"),
        ("Facebook Page Likes", "Facebook Post Likes"),
        ("Instagram Likes", "Instagram Likes + Impressions"),
        ("Instagram Auto Likes", "Instagram Likes"),
        ("Instagram Auto Likes Future 10 Posts", "Instagram Auto Likes Future 50 Posts"),
        ("Instagram Custom Comments", "Instagram Random Comments"),
    ],
)
def test_what_differs_in_price_is_kept_apart(one, two):
    assert key(one) != key(two)


def test_the_kind_of_type_keeps_apart():
    kinds = ("Default", "Package", "Custom Comments", "Custom Comments Package")
    assert len({key("Instagram Comments", "", kind) for kind in kinds}) == len(kinds)


def test_packages_of_other_sizes_are_other_products():
    assert key("1000 Instagram Followers", "", "Package") != key("5000 Instagram Followers", "", "Package")


def test_an_unknown_platform_or_metric_is_a_product_of_its_own():
    assert key("Mystery Service Gold", "Instagram") != key("Mystery Service Silver", "Instagram")
    assert key("Instagram Mystery Gold").startswith("?")


def test_noise_is_no_product_of_anything_else():
    assert key("━━━ Instagram ━━━") != key("━━━ TikTok ━━━")
