"""The list of people: its columns, and what its cells need."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from panels.lists.people import EXPORTED, PEOPLE, access_badge, access_of, marked
from panels.models import Session
from tests.factories import make_user
from tests.factors import make_app, make_codes
from tests.lists import values

pytestmark = pytest.mark.django_db


def row(user):
    return marked(User.objects.all()).get(pk=user.pk)


def test_open_sessions_are_counted_and_the_last_page_is_when_a_person_was_seen():
    user, seen_at = make_user("Viewer"), timezone.now() - timedelta(hours=3)
    for _ in range(3):
        Client().force_login(user)
    first, *_ = Session.objects.all()
    Session.objects.update(seen_at=seen_at)
    Session.objects.filter(pk=first.pk).update(expire_date=timezone.now())
    assert (row(user).sessions_count, row(user).last_seen_at) == (2, seen_at)


def test_without_a_session_a_person_was_seen_at_the_sign_in():
    at = timezone.now() - timedelta(days=40)
    assert row(make_user(last_login=at)).last_seen_at == at
    assert row(make_user()).last_seen_at is None


def test_recovery_codes_alone_are_no_second_factor():
    app, codes = make_user(), make_user()
    make_app(app)
    make_codes(app)
    make_codes(codes)
    assert (row(app).has_factor, row(codes).has_factor) == (True, False)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"password": "correct horse battery"}, "Active"),
        ({}, "Invited"),
        ({"is_active": False}, "No access"),
    ],
)
def test_the_access_of_a_person_is_said(fields, words):
    user = make_user(**fields)
    assert access_of(user) == words
    assert words in access_badge(user)


def test_cells_and_export_take_no_query(django_assert_num_queries):
    looker = values.with_all_columns(PEOPLE, "Manager")
    ann = make_user("Operator", username="ann", email="ann@example.com")
    rows = [row(ann)]
    table = values.draw(PEOPLE, rows, looker)
    assert table.columns
    with django_assert_num_queries(0):
        body = table.body
        told = {name: read(rows[0]) for name, read in EXPORTED.items()}
    assert f'href="/people/{ann.pk}/"' in body
    assert (told["Name"], told["Role"], told["Access"], told["Second factor"]) == ("ann", "Operator", "Invited", "No")
    assert "password" not in str(told).lower()
