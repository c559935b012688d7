"""The words for platforms, metrics, objects and variants."""

from panels.catalog.names.lexicon import read_block
from panels.catalog.names.words_subject import EMOJIS, METRICS, OBJECTS, PLATFORMS, VARIANTS


def test_every_line_names_tags_of_its_kind():
    for block, kinds in ((PLATFORMS, "po"), (METRICS, "mo"), (OBJECTS, "o"), (VARIANTS, "v")):
        for tags, words in read_block(block):
            assert words, tags
            assert all(tag[0] in kinds and tag[1] == ":" for tag in tags.split()), tags


def test_the_metrics_of_the_grammar_are_there():
    names = {tags.split()[0][2:] for tags, _ in read_block(METRICS)}
    assert names >= {
        "followers", "likes", "views", "comments", "members", "subscribers", "shares", "saves", "reactions", "votes",
        "plays", "listeners", "viewers", "visits", "reviews", "impressions", "reach", "watch_hours", "points",
        "bot_starts",
    }  # fmt: skip


def test_an_emoji_has_one_meaning():
    emojis = [emoji for _, several in read_block(EMOJIS) for emoji in several]
    assert len(emojis) == len(set(emojis))
