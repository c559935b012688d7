"""Words, stems, phrases, misspelt words, and texts without spaces."""

import pytest

from panels.catalog.names.lexicon import NONE, phrase_at, pieces_of, read_block, tags_of


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


def test_a_text_without_spaces_is_split_into_known_pieces():
    assert [piece for piece, _ in pieces_of("抖音粉丝")] == ["抖音", "粉丝"]
    assert [piece for piece, tags in pieces_of("人气抖音号") if tags] == ["人气", "抖音"]
