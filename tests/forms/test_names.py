"""The rule for names that people give."""

import pytest
from django.core.exceptions import ValidationError

from panels.forms.names import check_name


@pytest.mark.parametrize("name", ["Spring launch", "Größe 2", "👩‍💻 team", "עברית", "a"])
def test_a_name_stays_as_it_is(name):
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "\u200b", "\u2060 \ufeff", "\u00ad"])
def test_a_name_of_which_nothing_can_be_seen_is_no_name(name):
    assert check_name(name) == ""


@pytest.mark.parametrize("sign", ["\u202a", "\u202e", "\u2066", "\u2069"])
def test_a_name_that_turns_the_text_behind_it_is_refused(sign):
    with pytest.raises(ValidationError, match="turn the text"):
        check_name(f"invoice{sign}gnp.exe")
