"""The words for qualities, genders and attributes."""

from panels.catalog.names.lexicon import read_block
from panels.catalog.names.words_attributes import ATTRIBUTES, FACTORS, GENDERS, QUALITIES


def test_the_qualities_and_genders_of_the_grammar_are_there():
    qualities = {name for name, _ in read_block(QUALITIES)}
    assert qualities >= {"q:real", "q:hq", "q:old", "q:mixed", "q:bot", "q:premium", "q:verified", "q:ads", "q:nft"}
    assert {name for name, _ in read_block(GENDERS)} == {"x:female", "x:male"}


def test_every_attribute_has_words_and_every_factor_is_a_number():
    assert all(words for _, words in read_block(ATTRIBUTES))
    assert all(int(factor) >= 1_000 for factor, _ in read_block(FACTORS))
