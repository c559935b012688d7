"""The words for platforms, metrics, objects and variants."""

import pytest

from panels.catalog.names.lexicon import read_block
from panels.catalog.names.words_subject import EMOJIS, METRICS, OBJECTS, PLATFORMS, VARIANTS


@pytest.mark.parametrize(("block", "kinds"), [(PLATFORMS, "po"), (METRICS, "mo"), (OBJECTS, "o"), (VARIANTS, "v")])
def test_every_line_names_tags_of_its_kind(block, kinds):
    assert {tag[0] for tags, _ in read_block(block) for tag in tags.split()} == set(kinds)


def test_an_emoji_has_one_meaning():
    emojis = [emoji for _, several in read_block(EMOJIS) for emoji in several]
    assert len(emojis) == len(set(emojis))
