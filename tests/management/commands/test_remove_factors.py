"""The operator removes second factors that a person has lost."""

import pytest
from allauth.mfa.models import Authenticator
from auditlog.models import LogEntry

from panels.models import Mail
from tests.factories import make_user
from tests.factors import PASSWORD, is_in, make_app, make_codes, make_passkey, sign_in
from tests.management.running import run

pytestmark = pytest.mark.django_db


def test_all_factors_of_one_person_are_removed_and_named(client):
    ann, bob = make_user(username="ann", password=PASSWORD), make_user(username="bob")
    for user in (ann, bob):
        make_app(user)
        make_codes(user)
    make_passkey(ann)
    make_passkey(ann, "Phone")
    client.force_login(ann)
    output, failure = run("remove_factors", "ann")
    assert not is_in(client)
    assert failure == ""
    assert output.startswith("Removed from ann: the authenticator app, the recovery codes, 2 passkeys. ")
    assert set(Authenticator.objects.values_list("user", flat=True)) == {bob.pk}
    (_, words) = LogEntry.objects.latest("pk").changes["event"]
    assert words == "second factors removed by a command: the authenticator app, the recovery codes, 2 passkeys"
    sign_in(client, ann)
    assert is_in(client)


def test_the_person_is_told_by_mail(mail_server):
    make_app(make_user(username="ann", email="ann@example.com"))
    run("remove_factors", "ann")
    assert Mail.objects.get().what == "All second factors were removed from your account."


def test_nothing_to_remove_and_nobody_are_said():
    make_user(username="ann")
    assert run("remove_factors", "ann") == ("ann has no second factor. Nothing was removed.\n", "")
    assert run("remove_factors", "eve") == ("", "There is no user eve. Nothing was removed.")
