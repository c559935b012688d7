"""The form that asks for a mail with a link."""

import pytest

from panels.forms.password_reset import PasswordResetForm


@pytest.mark.parametrize(
    ("who", "is_valid"),
    [("ann", True), ("ann@example.com", True), ("", False), ("a" * 255, False), ("a\0b", False)],
)
def test_a_name_or_an_address_is_taken_up_to_its_greatest_length(who, is_valid):
    assert PasswordResetForm({"who": who}).is_valid() == is_valid
