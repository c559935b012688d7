"""The forms for a new passkey and for codes."""

import pytest

from panels.forms.factors import CodeForm, ConfirmingCodeForm, PasskeyForm
from tests.factories import make_user


@pytest.mark.django_db
def test_a_passkey_signs_in_alone_unless_a_person_wants_otherwise():
    form = PasskeyForm(user=make_user())
    assert form["passwordless"].value() is True
    assert form["name"].value() == "Passkey"
    assert list(form.fields) == ["name", "credential", "passwordless"]


@pytest.mark.parametrize("kind", [CodeForm, ConfirmingCodeForm])
def test_a_code_can_be_typed_at_once(kind):
    field = str(kind(user=None)["code"])
    assert " autofocus" in field
    assert "placeholder" not in field
