"""The mails that are written: who is meant, how often, and how long they are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.models import Mail
from panels.people import mails
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return make_user("Viewer", username="ann", email="Ann@example.com")


def asked(*names):
    """Ask for these names, and return the people who get a mail."""
    for name in names:
        mails.ask_for_reset(name)
    mails.find_people()
    assert not Mail.objects.filter(person=None).exists()
    return list(Mail.objects.order_by("pk").values_list("person__username", flat=True))


def test_mails_are_set_with_a_server_and_an_address_of_the_site(settings, mail_server):
    assert mails.are_set()
    settings.ALLOWED_HOSTS = ["*"]
    assert not mails.are_set()
    settings.ALLOWED_HOSTS, settings.EMAIL_HOST = ["orders.example.com"], ""
    assert not mails.are_set()


@pytest.mark.parametrize("name", ["ann", "ann@example.com", "ANN@EXAMPLE.COM"])
def test_a_person_is_found_by_name_and_by_address(ann, name):
    assert asked(name) == ["ann"]


@pytest.mark.parametrize("name", ["nobody", "ann@example.co", "", "%", "ann@example.com\r\nBcc: x@example.com"])
def test_another_name_writes_no_mail_and_is_not_kept(ann, name):
    assert asked(name) == []


def test_who_lost_access_or_has_no_address_gets_none():
    make_user(username="gone", email="gone@example.com", is_active=False)
    make_user(username="bare")
    assert asked("gone", "bare", "gone@example.com") == []


def test_people_who_share_an_address_get_a_mail_each(ann):
    make_user(username="bob", email="ann@example.com")
    assert sorted(asked("ann@example.com")) == ["ann", "bob"]


def test_whoever_asks_again_and_again_fills_no_mailbox(ann):
    assert asked("ann", "ann", "ann@example.com") == ["ann"]
    assert asked("ann") == ["ann"]
    Mail.objects.update(created_at=timezone.now() - mails.RESET_EVERY - timedelta(seconds=1))
    assert asked("ann") == ["ann", "ann"]


def test_the_history_has_that_somebody_asked(ann):
    asked("ann", "nobody")
    entries = LogEntry.objects.filter(changes__has_key="event")
    assert [(each.object_repr, each.actor) for each in entries] == [("ann", None)]


def test_to_ask_is_the_same_work_for_every_name(ann):
    queries = []
    for name in ("ann", "nobody"):
        with CaptureQueriesContext(connection) as captured:
            mails.ask_for_reset(name)
        queries.append([query["sql"].split(" ")[0] for query in captured])
    assert queries[0] == queries[1]
    assert not any("auth_user" in query["sql"] for query in captured)


def test_the_worker_is_rung(ann, rung):
    mails.ask_for_reset("ann")
    assert rung == [("mail", 0)]


def test_only_what_was_given_up_is_tried_again(ann, rung):
    now = timezone.now()
    mail = Mail.objects.create(kind="reset", person=ann, tries=5, given_up_at=now, error="no")
    assert mails.try_again(mail)
    mail.refresh_from_db()
    assert (mail.tries, mail.given_up_at, mail.error) == (0, None, "")
    assert mail.next_at >= now
    assert not mails.try_again(mail)
    assert str(mail) == "New password for ann"


def test_mails_are_deleted_a_week_after_they_were_sent_and_a_month_after_they_were_given_up(ann):
    now = timezone.now()
    for name, days in (("sent_at", 6), ("sent_at", 8), ("given_up_at", 29), ("given_up_at", 31)):
        Mail.objects.create(kind="reset", person=ann, asked_for=str(days), **{name: now - timedelta(days=days)})
    Mail.objects.create(kind="reset", person=ann, asked_for="waits", next_at=now - timedelta(days=99))
    mails.delete_old()
    assert sorted(Mail.objects.values_list("asked_for", flat=True)) == ["29", "6", "waits"]


def test_a_mail_that_a_clock_wrote_which_was_ahead_keeps_nobody_from_the_next(ann):
    mails.ask_for_reset("ann")
    mails.find_people()
    Mail.objects.update(created_at=timezone.now() + timedelta(days=1))
    mails.ask_for_reset("ann")
    mails.find_people()
    assert Mail.objects.filter(person=ann).count() == 2
