"""The row of a mail."""

import pytest

from panels.models import Mail
from tests.factories import make_user


@pytest.mark.django_db
def test_a_mail_says_what_it_is_for_and_for_whom():
    ann = make_user(username="ann")
    assert str(Mail(kind="invitation", person=ann)) == "Invitation for ann"
    assert str(Mail(kind="reset", asked_for="a secret name")) == "New password for a name"


def test_no_field_of_a_mail_has_a_text_with_a_link():
    names = {field.name for field in Mail._meta.fields}
    assert names == {
        "id", "kind", "person", "asked_for", "created_at", "next_at", "tries", "sent_at", "given_up_at", "error",
        "what",
    }  # fmt: skip
