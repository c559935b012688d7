"""The links with which people set a password: once, for their person, and for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.signing import Signer
from django.utils import timezone

from panels.people import links
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return make_user("Viewer", username="ann", password="correct horse battery", email="ann@example.com")


def code_for(user, lasts=links.BY_MAIL):
    return links.make_path(user, lasts).partition("#")[2]


def test_a_link_names_its_person_in_a_part_that_no_server_sees(ann):
    path, _, code = links.make_path(ann, links.BY_MAIL).partition("#")
    assert path == "/password/link/"
    assert links.find_person(code) == ann


@pytest.mark.parametrize("lasts", [links.BY_MAIL, links.BY_MANAGER, links.INVITES])
def test_each_link_ends_after_its_time(ann, lasts, monkeypatch):
    code, now = code_for(ann, lasts), timezone.now()
    for passed, works in ((lasts - timedelta(minutes=1), True), (lasts + timedelta(seconds=1), False)):
        monkeypatch.setattr(links.timezone, "now", lambda passed=passed: now + passed)
        assert (links.find_person(code) == ann) == works


@pytest.mark.parametrize(
    "change",
    [
        {"password": "!another"},
        {"last_login": timezone.now()},
        {"email": "other@example.com"},
        {"is_active": False},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_link_ends_with_a_password_a_sign_in_another_address_and_lost_access(ann, change):
    code = code_for(ann)
    type(ann).objects.filter(pk=ann.pk).update(**change)
    assert links.find_person(code) is None


def test_nobody_can_write_a_code_or_lengthen_one(ann):
    code = code_for(ann)
    content, _, signature = code.rpartition(":")
    later = Signer(salt="another purpose").sign_object([ann.pk, 10**12, "x"])
    for odd in ("", "1-x", code[:-1], f"{content}x:{signature}", later, "\0", "😀", "a" * 5000):
        assert links.find_person(odd) is None


def test_the_token_in_a_link_lasts_as_long_as_the_link():
    assert max(links.WORDS).total_seconds() <= settings.PASSWORD_RESET_TIMEOUT


def test_a_link_of_a_clock_that_was_ahead_does_not_work_for_longer_than_any(ann):
    assert links.find_person(code_for(ann, links.INVITES)) == ann
    assert links.find_person(code_for(ann, links.INVITES + timedelta(minutes=2))) is None
