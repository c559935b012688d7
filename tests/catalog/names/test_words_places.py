"""The words for countries and regions."""

from panels.catalog.names.lexicon import read_block
from panels.catalog.names.words_places import CODES_ALONE, CODES_ANYWHERE, PLACES

NAMES = {name.removeprefix("g:") for name, _ in read_block(PLACES)}


def test_places_are_iso_codes_or_regions():
    assert {name for name in NAMES if len(name) > 2} == {"ARAB", "LATAM", "ASIA", "AFRICA", "CIS"}


def test_a_code_is_read_anywhere_or_only_alone_and_has_words_too():
    assert not CODES_ALONE & CODES_ANYWHERE
    assert CODES_ALONE | CODES_ANYWHERE <= NAMES


def test_codes_that_are_words_too_must_stand_alone():
    assert {"IN", "ID", "IT", "NO", "AR", "PK"} <= CODES_ALONE
