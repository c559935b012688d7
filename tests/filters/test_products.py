"""The filter of products, and the numbers beside its values."""

import pytest
from django.http import QueryDict

from panels.filters import ProductFilter
from tests.factories import make_offer, make_panel, read_offers

pytestmark = pytest.mark.django_db


@pytest.fixture
def _offers():
    one, other = make_panel(), make_panel()
    for name, panel in (
        ("Instagram Followers | R30", one),
        ("IG Followers | No Refill", other),
        ("Instagram Followers Turkey | Lifetime Guarantee", one),
        ("Instagram Likes | No Refill", one),
        ("TikTok Likes | R60", one),
    ):
        make_offer(name, panel, refill=None)
    read_offers()


def titles(query):
    return sorted(grade.product.title for grade in ProductFilter(QueryDict(query)).rows)


@pytest.mark.usefixtures("_offers")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Instagram followers", "Instagram followers · TR", "Instagram likes", "TikTok likes"]),
        ("platform=tiktok", ["TikTok likes"]),
        ("metric=likes", ["Instagram likes", "TikTok likes"]),
        ("platform=instagram&geo=TR", ["Instagram followers · TR"]),
        ("platform=instagram&geo=-", ["Instagram followers", "Instagram likes"]),
        ("refill=1", ["Instagram followers", "Instagram followers · TR", "TikTok likes"]),
        ("refill=2", ["Instagram followers · TR", "TikTok likes"]),
        ("refill=4", ["Instagram followers · TR"]),
        ("several=on", ["Instagram followers"]),
        ("q=LIKES+tiktok", ["TikTok likes"]),
        ("q=nothing", []),
        ("refill=9", []),
    ],
)
def test_products_are_found_by_their_facts(query, found):
    assert titles(query) == found


@pytest.mark.usefixtures("_offers")
def test_each_value_has_its_number_of_products_under_the_other_filters(django_assert_num_queries):
    found = ProductFilter(QueryDict("platform=instagram&refill=1"))
    with django_assert_num_queries(1):
        counts = found.counts()
    assert counts["platform"] == [("instagram", 2), ("tiktok", 1)]
    assert counts["geo"] == [("-", 1), ("TR", 1)]
    # One value alone is no choice.
    assert "metric" not in counts


@pytest.mark.usefixtures("_offers")
@pytest.mark.parametrize("query", ["", "metric=likes", "refill=1", "several=on", "q=followers"])
def test_a_number_is_what_the_list_shows_with_its_value(query):
    for name, values in ProductFilter(QueryDict(query)).counts().items():
        for value, number in values:
            with_value = QueryDict(query, mutable=True)
            with_value[name] = value
            assert ProductFilter(with_value).rows.count() == number


def test_a_filter_that_cannot_be_read_counts_nothing():
    assert ProductFilter(QueryDict("refill=9")).counts() == {}
