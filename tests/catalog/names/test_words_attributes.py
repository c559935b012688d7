"""The words for qualities, genders and attributes."""

import pytest

from panels.catalog.names.lexicon import read_block
from panels.catalog.names.tokens import tokenise
from panels.catalog.names.words_attributes import FACTORS, GENDERS, QUALITIES


@pytest.mark.parametrize(("block", "kind"), [(QUALITIES, "q"), (GENDERS, "x")])
def test_every_line_names_a_tag_of_its_kind(block, kind):
    assert {name[:2] for name, _ in read_block(block)} == {f"{kind}:"}


def test_every_factor_multiplies_the_number_before_it():
    for factor, words in read_block(FACTORS):
        for word in words:
            # 2l is two litres of nothing that panels sell, 2L is two lakh.
            written = word.upper() if len(word) == 1 else word
            assert tokenise(f"2{written}")[0].value == 2 * int(factor), word
