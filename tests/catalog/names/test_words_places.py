"""The words for countries and regions."""

from panels.catalog.names.lexicon import read_block
from panels.catalog.names.words_places import CODES_ALONE, CODES_ANYWHERE, PLACES


def test_places_are_iso_codes_or_the_regions_of_the_grammar():
    names = {name.removeprefix("g:") for name, _ in read_block(PLACES)}
    assert names >= {"US", "BR", "TR", "ARAB", "LATAM", "EU", "WW"}
    assert all(len(name) == 2 or name in {"ARAB", "LATAM", "ASIA", "AFRICA", "CIS"} for name in names)


def test_codes_that_are_words_too_must_stand_alone():
    assert {"IN", "ID", "IT", "NO"} <= CODES_ALONE
    assert not {"IN", "ID", "IT", "NO", "AR", "PK"} & CODES_ANYWHERE
