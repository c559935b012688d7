"""Sessions: how long they last, and that a row signs nobody in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from panels.models import Session
from panels.models.session import SessionStore, ends_at
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_row_has_no_key_that_signs_somebody_in(client):
    user = make_user("Viewer")
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    row = Session.objects.get()
    assert row.user == user
    assert cookie.value not in (row.pk, row.session_data)
    assert SessionStore(cookie.value).exists(cookie.value)
    cookie.set(settings.SESSION_COOKIE_NAME, row.pk, row.pk)
    assert client.get("/").status_code == 302


def test_the_key_is_another_one_after_a_sign_in(client):
    make_user("Viewer", username="ann", password="correct horse battery")
    planted = SessionStore()
    planted["a"] = 1
    planted.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key
    client.post("/login/", {"username": "ann", "password": "correct horse battery"})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted.session_key
    assert not SessionStore().exists(planted.session_key)
    assert client.get("/").status_code == 200


def test_a_session_ends_when_it_is_idle_and_at_the_latest_after_its_longest_time():
    now = timezone.now()
    assert ends_at(now, now) == now + settings.SESSION_IDLE
    lately = now + settings.SESSION_LONGEST - timedelta(hours=1)
    assert ends_at(now, lately) == now + settings.SESSION_LONGEST


@pytest.mark.parametrize(("left", "status"), [(timedelta(minutes=1), 200), (timedelta(minutes=-1), 302)])
def test_an_ended_session_is_none(client, left, status):
    client.force_login(make_user("Viewer"))
    Session.objects.update(expire_date=timezone.now() + left)
    assert client.get("/").status_code == status


def test_what_is_saved_later_keeps_the_time_of_the_sign_in(client):
    client.force_login(make_user("Viewer"))
    store = SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value)
    long_ago = timezone.now() - settings.SESSION_LONGEST + timedelta(hours=1)
    store["sign_in"] = store["sign_in"] | {"at": long_ago.isoformat()}
    store.save()
    row = Session.objects.get()
    assert (row.signed_in_at, row.expire_date) == (long_ago, long_ago + settings.SESSION_LONGEST)
    assert not Session.objects.filter(seen_at__lt=F("signed_in_at")).exists()


def test_signing_out_deletes_the_row(client):
    client.force_login(make_user("Viewer"))
    client.post("/logout/")
    assert not Session.objects.exists()
