"""Who made a change, and how long it is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from panels.models import Mail
from panels.models.history import record
from panels.people.history import (
    FACTORS,
    Actors,
    delete_old,
    on_codes_renewed,
    on_factor_added,
    on_factor_removed,
)
from tests.factories import make_panel, make_user
from tests.factors import make_passkey

pytestmark = pytest.mark.django_db


def test_a_change_names_the_signed_in_person_and_their_network():
    panel, user = make_panel(), make_user()

    def view(request):
        record(panel, name=("a", "b"))
        return HttpResponse()

    for method, actor, address in (("post", user, "2001:db8:1:2::"), ("get", None, None)):
        request = getattr(RequestFactory(), method)("/", REMOTE_ADDR="2001:db8:1:2::7")
        request.user = user
        Actors(view)(request)
        entry = LogEntry.objects.order_by("-pk")[0]
        assert (entry.actor, entry.remote_addr) == (actor, address)


def test_history_is_kept_for_so_many_days(settings):
    settings.HISTORY_DAYS = 30
    panel = make_panel()
    LogEntry.objects.all().delete()
    for days in (29, 31):
        record(panel, name=("", str(days)))
        newest = LogEntry.objects.order_by("-pk")[0].pk
        LogEntry.objects.filter(pk=newest).update(timestamp=timezone.now() - timedelta(days=days))
    delete_old()
    assert LogEntry.objects.get().changes == {"name": ["", "29"]}


@pytest.mark.parametrize(
    ("receiver", "words"),
    [
        (on_factor_added, "second factor: passkey added"),
        (on_factor_removed, "second factor: passkey removed"),
        (on_codes_renewed, "second factor: new recovery codes made"),
    ],
)
def test_changes_of_factors_are_noted_without_their_names(receiver, words):
    passkey = make_passkey(make_user(), name="A name that is nobody's business")
    receiver(request=None, user=passkey.user, authenticator=passkey)
    assert LogEntry.objects.order_by("-pk")[0].changes == {"event": ["", words]}


@pytest.mark.parametrize(
    ("receiver", "words"),
    [
        (on_factor_added, "A passkey was added to your account."),
        (on_factor_removed, "A passkey was removed from your account."),
        (on_codes_renewed, "New recovery codes were made for your account."),
    ],
)
def test_a_changed_factor_is_mailed_without_its_name(receiver, words, mail_server):
    passkey = make_passkey(make_user(email="ann@example.com"), name="A name that is nobody's business")
    receiver(request=None, user=passkey.user, authenticator=passkey)
    mail = Mail.objects.get()
    assert (mail.kind, mail.person, mail.what) == ("change", passkey.user, words)
    assert mail.next_at


@pytest.mark.parametrize("fields", [{"email": ""}, {"is_active": False}], ids=["address", "access"])
def test_who_cannot_get_a_mail_gets_none_about_a_change(fields, mail_server):
    on_codes_renewed(user=make_user(**{"email": "ann@example.com", **fields}))
    assert not Mail.objects.exists()


def test_without_a_mail_server_no_change_is_mailed():
    on_codes_renewed(user=make_user(email="ann@example.com"))
    assert not Mail.objects.exists()


def test_a_new_password_is_mailed_and_no_first_one_of_a_new_person_and_no_other_change(mail_server, settings):
    ann = User(username="ann", email="ann@example.com")
    ann.set_password("correct horse battery")
    ann.save()
    ann.first_name = "Ann"
    ann.save()
    # A sign-in with another number of rounds stores the same password again.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", *settings.PASSWORD_HASHERS]
    assert ann.check_password("correct horse battery")
    assert ann.password.startswith("scrypt")
    assert not Mail.objects.exists()
    ann.set_password("another horse battery")
    ann.save(update_fields=("password",))
    assert Mail.objects.get().what == "A password was set for your account."
    ann.save()
    assert Mail.objects.count() == 1


def test_every_type_of_factor_has_words():
    assert set(FACTORS) == set(Authenticator.Type)
