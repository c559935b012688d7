"""Words that say nothing."""

from panels.catalog.names.lexicon import phrase_at, read_block, tags_of
from panels.catalog.names.words_fillers import FILLERS


def test_fillers_are_no_facts_and_known():
    for tags, words in read_block(FILLERS):
        assert tags.startswith("n:")
        assert words
    assert tags_of("cheapest") == ("n:en",)


def test_no_phrase_of_fillers_hides_a_metric():
    for _, words in read_block(FILLERS):
        for word in words:
            if " " in word:
                assert not any(tag[0] == "m" for part in word.split() for tag in tags_of(part)), word
                assert phrase_at(word.split(), 0)[0] == len(word.split()), word
