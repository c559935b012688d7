"""The form for a new passkey."""

import pytest

from panels.forms.factors import PasskeyForm
from tests.factories import make_user


@pytest.mark.django_db
def test_a_passkey_signs_in_alone_unless_a_person_wants_otherwise():
    form = PasskeyForm(user=make_user())
    assert form["passwordless"].value() is True
    assert form["name"].value() == "Passkey"
    assert list(form.fields) == ["name", "credential", "passwordless"]
