"""A whole service: category, type, and the measure on the labelled names."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.catalog.names import VERSION, Facts, product_key, read_name
from panels.catalog.names.facts import COLUMNS, shown
from panels.catalog.names.folding import LONGEST
from panels.catalog.names.symbols import symbols_of
from panels.catalog.names.tokens import tokenise
from tests.catalog.names.labels import measure, read_labels

FILES = ("labelled.txt", "unseen.txt", "first_half.txt", "second_half.txt")
# What panels build their names from, so that random names come near to what the rules read.
WORDS = (
    "Instagram TikTok Followers Likes Views Refill No Drop R30 AR 30 Days 0-1 H /D 5K - | [ ] ( % + : ∞ ♻ Max Min "
    "Start Instant Speed Auto Button Lifetime video < 60+ min Live 🇺🇸 👍 粉丝 30天 리필 гарантия gün"
)
PARTS = st.sampled_from(WORDS.split())
# Lone surrogates and NUL, digits of all scripts, emojis by the hundred, numbers that no float holds.
ODD = st.one_of(
    st.text(st.characters(), max_size=100),
    st.lists(st.one_of(PARTS, st.text(st.characters(categories=("Nd", "No", "Cs", "Cc", "Cf", "So")), max_size=9))).map(
        " ".join
    ),
    st.builds(lambda sign, count: sign * count, st.sampled_from("🔥👍♻∞9٣९\0\ud800\u0301"), st.integers(1, 600)),
)
LIMITS = st.none() | st.integers()
RATES = st.none() | st.decimals() | st.sampled_from([Decimal("sNaN"), Decimal("1E+999999"), Decimal("-1E-999999")])
# The longest symbol of one letter.
LONGEST_SYMBOL = len("subscription ")
LONG = (
    "30 ",
    "1 - ",
    "refill - ",
    "no drop ",
    "speed : ",
    "video length with ",
    "粉丝",
    "🔥",
    "a",
    "<b ",
    "&amp;",
    "[[",
    "0-1 ",
)


@pytest.mark.parametrize("file", FILES)
def test_the_measure_on_the_labelled_names(file):
    found = measure(read_labels(file))
    assert found.right >= 0.97, found.misses
    assert found.found >= 0.95, found.misses
    assert found.pairs_right >= 0.98, found.misses
    assert found.pairs_found >= 0.90, found.misses


def test_the_labelled_names_are_many_and_each_stands_once():
    labelled = [each for file in FILES for each in read_labels(file)]
    assert len(labelled) >= 400
    assert len({(each.name, each.category) for each in labelled}) == len(labelled)


def test_the_category_gives_what_the_name_does_not_say():
    facts = read_name("⚡ Server 2 | 10K/D", "🇧🇷 Instagram Followers | R30 | Female")
    assert (facts.platform, facts.metric, facts.geo) == ("instagram", "followers", "BR")
    assert (facts.gender, facts.refill_days) == ("female", 30)


def test_the_category_gives_a_length_unless_it_lists_several():
    assert read_name("0-5 Min | 5K Max", "Facebook Live Stream | 60 Minutes").minutes == 60
    assert read_name("0-5 Min | 5K Max", "Facebook Live Stream | 30 / 60 Minutes").minutes is None


def test_the_name_counts_before_the_category():
    facts = read_name("TikTok Likes No Refill", "Instagram Followers R30")
    assert (facts.platform, facts.metric, facts.refill_days) == ("tiktok", "likes", 0)


@pytest.mark.parametrize(
    ("type_name", "metric", "variant", "delivery"),
    [
        ("Custom Comments", "comments", "custom", "once"),
        ("Poll", "votes", "", "once"),
        ("custom_comments", "comments", "custom", "once"),
    ],
)
def test_the_type_gives_what_nothing_else_says(type_name, metric, variant, delivery):
    facts = read_name("Instagram HQ", "", type_name)
    assert (facts.metric, facts.variant, facts.delivery) == (metric, variant, delivery)


def test_comment_likes_by_their_type():
    facts = read_name("Instagram Comments", "", "Comment Likes")
    assert (facts.metric, facts.object) == ("likes", "comment")


def test_facts_have_the_version_of_the_reader():
    assert read_name("Instagram Likes").version == VERSION


@given(ODD, ODD, ODD, LIMITS, LIMITS, RATES)
def test_no_value_raises_an_error(name, category, type_name, low, high, rate):
    facts = read_name(name, category, type_name, low=low, high=high, rate=rate)
    assert isinstance(facts, Facts)
    assert product_key(facts)
    assert set(shown(facts)) == set(COLUMNS)
    assert facts == read_name(name, category, type_name, low=low, high=high, rate=rate)


@given(ODD)
def test_no_text_takes_more_than_some_thousand_symbols(name):
    tokens = tokenise(name)
    assert len(tokens) <= LONGEST
    assert len(symbols_of(tokens).text) <= LONGEST * LONGEST_SYMBOL


@pytest.mark.parametrize("rate", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_rate_that_is_no_number_is_not_known(rate):
    assert read_name("Instagram Likes", low=1, high=10, rate=Decimal(rate)) == read_name("Instagram Likes")


@pytest.mark.parametrize(("low", "high"), [(10, 5), (-1, -5), (None, -1), (0, 0)])
def test_limits_that_no_quantity_fits_are_noise(low, high):
    assert read_name("Instagram Likes", low=low, high=high).noise


@given(st.lists(PARTS, max_size=60).map(" ".join))
def test_any_order_of_usual_words_is_read_the_same_twice(name):
    assert read_name(name) == read_name(name)


@pytest.mark.parametrize("part", LONG)
def test_of_a_long_name_only_the_beginning_is_read(part):
    """No rule looks at more than some thousand symbols, so that no name takes long."""
    name = part * (10_000 // len(part))
    assert len(symbols_of(tokenise(name)).text) < 5_000
    assert read_name(name, name) == read_name(name[:5_000], name[:5_000])
