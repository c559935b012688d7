"""Words, stems, phrases, misspelt words, and texts without spaces."""

import pytest

from panels.catalog.names.folding import fold
from panels.catalog.names.lexicon import NONE, parts_of, phrase_at, pieces_of, read_block, tags_of
from panels.catalog.names.tokens import tokenise
from panels.catalog.names.words_attributes import ATTRIBUTES, GENDERS, QUALITIES
from panels.catalog.names.words_countries import COUNTRIES
from panels.catalog.names.words_fillers import FILLERS
from panels.catalog.names.words_places import PLACES
from panels.catalog.names.words_subject import METRICS, OBJECTS, PLATFORMS, VARIANTS

BLOCKS = {
    "platforms": PLATFORMS,
    "metrics": METRICS,
    "objects": OBJECTS,
    "variants": VARIANTS,
    "qualities": QUALITIES,
    "genders": GENDERS,
    "places": PLACES,
    "countries": COUNTRIES,
    "attributes": ATTRIBUTES,
}


def test_a_line_that_begins_with_a_space_goes_on_with_the_last():
    assert list(read_block("\na = one, two,\n  three\nb = four\n")) == [("a", ["one", "two", "three"]), ("b", ["four"])]


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("followers", "m:followers"),
        ("подписчиков", "m:followers"),
        ("beğenisi", "m:likes"),
        ("begeni", "m:likes"),
        ("instagrm", "p:instagram"),
        ("folowwers", "m:followers"),
        ("subscirbers", "m:subscribers"),
        ("тикtok", "p:tiktok"),
        ("المشاهدات", "m:views"),
        ("gün", "a:day"),
    ],
)
def test_words_are_known_in_their_forms(word, tag):
    assert tag in tags_of(word)


def test_a_short_word_is_not_taken_for_a_misspelt_one():
    assert tags_of("lines") == NONE
    assert tags_of("listed") == NONE


def test_the_longest_phrase_counts():
    assert phrase_at(["watch", "time", "hours"], 0) == (3, ("m:watch_hours",))
    assert phrase_at(["likes", "on"], 0) == (0, NONE)


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("tiktokviews", ("tiktok", "views")),
        ("автолайки", ("авто", "лайки")),
        ("autolikes", ("auto", "likes")),
        ("kanalmitglieder", ("kanal", "mitglieder")),
        ("seitenlikes", ("seiten", "likes")),
        ("автогарантия", ("автогарантия",)),
        ("automatic", ("automatic",)),
        ("viewership", ("viewership",)),
    ],
)
def test_two_words_that_are_written_as_one(word, parts):
    assert parts_of(word) == parts


def test_a_text_without_spaces_is_split_into_known_pieces():
    assert [piece for piece, _ in pieces_of("抖音粉丝")] == ["抖音", "粉丝"]
    assert [piece for piece, tags in pieces_of("人气抖音号") if tags] == ["人气", "抖音"]


@pytest.mark.parametrize("block", [*BLOCKS.values(), FILLERS], ids=[*BLOCKS, "fillers"])
def test_a_word_stands_once_in_its_line(block):
    for name, words in read_block(block):
        folded = [fold(word).casefold() for word in words]
        assert sorted(folded) == sorted(set(folded)), name


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_every_word_is_found_in_a_text(block):
    """A word with a digit or a dot, or one that a filler hides, would never be found."""
    prefix = "a:" if block is ATTRIBUTES else ""
    for names, words in read_block(block):
        tags = {prefix + name for name in names.split()}
        for word in words:
            assert any(tags <= set(token.tags) for token in tokenise(word.strip("=*"))), (names, word)


def test_a_filler_is_no_word_of_another_list():
    known = {fold(word).casefold() for block in BLOCKS.values() for _, words in read_block(block) for word in words}
    fillers = [fold(word).casefold() for _, words in read_block(FILLERS) for word in words]
    assert not known.intersection(fillers)
    assert len(fillers) == len(set(fillers))
