"""The forms for a new passkey and for codes, and the bounds of what they take."""

import pytest
from axes.models import AccessAttempt

from panels.forms.factors import MAX_ANSWER, MAX_CODE, CodeForm, ConfirmingCodeForm, PasskeyForm
from tests.factories import make_user
from tests.factors import PASSWORD, make_app, make_passkey


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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "name", "most"), [("/confirm/", "password", 4096), ("/confirm/code/", "code", MAX_CODE)]
)
def test_what_is_too_long_is_neither_compared_nor_counted(client, address, name, most):
    user = make_user(password=PASSWORD)
    if name == "code":
        make_app(user)
    client.force_login(user)
    answer = client.post(address, {name: "x" * 1_000_000})
    assert f"more than {most:,} characters" in answer.text
    assert not AccessAttempt.objects.exists()


@pytest.mark.django_db
def test_an_answer_that_is_too_long_is_not_read(client, monkeypatch):
    user = make_user()
    make_passkey(user)
    client.force_login(user)
    read = []

    def refuse(form):
        read.append(len(form.cleaned_data["credential"]))
        raise ValueError

    monkeypatch.setattr("panels.forms.factors.PasskeyConfirmForm.clean_credential", refuse)
    for length in (MAX_ANSWER - 2, MAX_ANSWER - 1):
        client.post("/confirm/passkey/", {"credential": f'"{"x" * length}"'})
    assert read == [MAX_ANSWER - 2]
