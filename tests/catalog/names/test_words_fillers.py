"""Words that say nothing."""

from panels.catalog.names.lexicon import phrase_at, read_block, tags_of
from panels.catalog.names.words_fillers import FILLERS

WORDS = [word for _, words in read_block(FILLERS) for word in words]


def test_a_filler_has_no_tag_of_a_fact():
    assert tags_of("cheapest") == ("n:filler",)


def test_no_phrase_of_fillers_hides_a_metric():
    for word in WORDS:
        if " " in word:
            assert not any(tag[0] == "m" for part in word.split() for tag in tags_of(part)), word
            assert phrase_at(word.split(), 0)[0] == len(word.split()), word
