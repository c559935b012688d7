"""The name of a batch is one line, which may be empty."""

from __future__ import annotations

import pytest

from panels.forms.batches import NameForm


@pytest.mark.parametrize(("typed", "name"), [("  Spring \n plan ", "Spring plan"), ("", ""), ("x" * 100, "x" * 100)])
def test_a_name_has_single_spaces(typed, name):
    form = NameForm({"name": typed})
    assert form.is_valid()
    assert form.cleaned_data["name"] == name


@pytest.mark.parametrize("typed", ["x" * 101, "a\0b"])
def test_a_name_that_the_database_cannot_keep_is_refused(typed):
    assert not NameForm({"name": typed}).is_valid()
