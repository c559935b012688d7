"""Where people are signed in: what is noted, and how it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessLog
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from panels.models import Session
from panels.people.sessions import SEEN_EVERY, delete_old
from tests.factories import make_user
from tests.factors import code, make_app, make_passkey

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0"
PASSWORD = "correct horse battery"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ann():
    return make_user("Viewer", username="ann", password=PASSWORD)


def sign_in(user):
    client = Client(headers={"User-Agent": FIREFOX}, REMOTE_ADDR="2001:db8:1:2::7")
    client.post("/login/", {"username": user.username, "password": PASSWORD})
    return client


def is_in(client):
    return client.get("/").status_code == 200


def age(span):
    Session.objects.update(seen_at=F("seen_at") - span, expire_date=F("expire_date") - span)


def test_a_sign_in_notes_device_network_and_time(ann):
    sign_in(ann)
    row = Session.objects.get()
    assert (row.user, row.device, row.network) == (ann, "Firefox on Windows", "2001:db8:1:2::")
    assert timezone.now() - row.signed_in_at < timedelta(minutes=1)
    assert str(row) == "Firefox on Windows of ann"


def test_a_page_keeps_a_session_alive_and_is_noted_at_most_every_ten_minutes(ann):
    client = sign_in(ann)
    age(SEEN_EVERY + timedelta(minutes=1))
    before = Session.objects.get()
    client.get("/")
    after = Session.objects.get()
    assert after.seen_at > before.seen_at
    assert after.expire_date > before.expire_date
    age(SEEN_EVERY - timedelta(minutes=1))
    before = Session.objects.get().seen_at
    client.get("/")
    assert Session.objects.get().seen_at == before


@pytest.mark.parametrize("address", ["/status/", "/orders/"])
def test_a_poll_writes_nothing_and_keeps_no_session_alive(ann, address):
    client = sign_in(ann)
    age(timedelta(hours=1))
    before = Session.objects.values().get()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, headers=HTMX).status_code == 200
    assert not [each["sql"] for each in queries if not each["sql"].lstrip("(").startswith("SELECT")]
    assert Session.objects.values().get() == before


def test_who_is_deactivated_is_signed_out_everywhere_at_once(ann):
    clients = [sign_in(ann), sign_in(ann)]
    other = sign_in(make_user("Viewer", password=PASSWORD))
    ann.refresh_from_db()
    ann.is_active = False
    ann.save()
    assert [is_in(client) for client in (*clients, other)] == [False, False, True]
    assert Session.objects.count() == 1


def test_a_new_password_ends_all_other_sessions(ann):
    here, there = sign_in(ann), sign_in(ann)
    form = {"old_password": PASSWORD, "new_password1": "a new long secret", "new_password2": "a new long secret"}
    assert here.post("/password/", form).status_code == 302
    # At once, and not when the other device is seen again.
    assert Session.objects.get().user == ann
    assert (is_in(here), is_in(there)) == (True, False)
    ann.refresh_from_db()
    ann.set_password("another new secret")
    ann.save()
    assert not Session.objects.exists()
    assert not is_in(here)


def test_another_change_of_a_person_ends_nothing(ann):
    client = sign_in(ann)
    ann.refresh_from_db()
    ann.first_name = "Ann"
    ann.save()
    assert is_in(client)


def test_what_has_ended_is_deleted_and_the_log_of_sign_ins_is_kept_for_90_days(ann):
    sign_in(ann)
    ended = sign_in(ann)
    Session.objects.filter(pk=Session.objects.first().pk).update(expire_date=timezone.now())
    log = {"ip_address": "192.0.2.7", "user_agent": "", "http_accept": "", "path_info": ""}
    attempt = {"get_data": "", "post_data": "new_password1=secret", "failures_since_start": 1}
    for days in (89, 91):
        old = AccessLog.objects.create(username=f"old {days}", **log)
        tried = AccessAttempt.objects.create(username=f"old {days}", **log, **attempt)
        for row in (old, tried):
            type(row).objects.filter(pk=row.pk).update(attempt_time=timezone.now() - timedelta(days=days))
    delete_old()
    assert Session.objects.count() == 1
    assert not is_in(ended) or Session.objects.get().expire_date > timezone.now()
    for model in (AccessLog, AccessAttempt):
        assert list(model.objects.filter(username__startswith="old").values_list("username", flat=True)) == ["old 89"]
    assert AccessAttempt.objects.get().post_data == ""


@pytest.mark.parametrize("change", ["add", "remove app", "remove passkey", "new codes"])
def test_a_change_of_factors_ends_the_other_sessions_of_the_person(
    client, ann, change, django_capture_on_commit_callbacks
):
    client.force_login(ann)
    other, stranger = Client(), Client()
    other.force_login(ann)
    stranger.force_login(make_user("Viewer"))
    address, fields = reverse("mfa_activate_totp"), {}
    if change == "add":
        client.get(address)
        fields = {"code": code(secret=client.session["mfa.totp.secret"])}
    elif change == "new codes":
        make_app(ann)
        address = reverse("mfa_generate_recovery_codes")
    elif change == "remove app":
        make_app(ann)
        address = reverse("mfa_deactivate_totp")
    else:
        address = reverse("mfa_remove_webauthn", args=[make_passkey(ann).pk])
    assert is_in(other)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address, fields).status_code == 302
    assert [is_in(each) for each in (client, other, stranger)] == [True, False, True]
