"""Mails are sent by the worker, each at least once and at most a few times, over a real connection."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from panels.calls.mails import LEASE, MOST_TRIES, WAITS, send_due
from panels.models import Mail
from panels.people import links, mails
from tests.factories import make_user
from tests.processes import PATIENCE, own_port

NEVER = threading.Event()


@pytest.fixture
def ann(db):
    return make_user("Viewer", username="ann", email="ann@example.com")


def waiting(person, kind=Mail.Kind.RESET, **fields):
    return Mail.objects.create(kind=kind, person=person, next_at=timezone.now(), **fields)


def send(times=1):
    """Send what is due so many times, without the waits between the tries."""
    for _ in range(times):
        Mail.objects.filter(next_at__isnull=False).update(next_at=timezone.now())
        send_due(NEVER)


@pytest.mark.parametrize(("kind", "words"), [("reset", "for an hour"), ("invitation", "for three days")])
def test_a_mail_has_a_link_of_the_site_that_finds_its_person(ann, mail_server, kind, words):
    mail = waiting(ann, kind)
    assert send_due(NEVER) == 1
    (taken,) = mail_server.taken
    assert (taken["To"], taken["From"]) == ("ann@example.com", "webmaster@localhost")
    text = taken.get_content()
    assert words in text
    (line,) = (line for line in text.splitlines() if line.startswith("http"))
    start = "http://orders.example.com/password/link/#"
    assert line.startswith(start)
    assert links.find_person(line.removeprefix(start)) == ann
    mail.refresh_from_db()
    assert mail.sent_at
    assert mail.next_at is None
    assert send_due(NEVER) == 0


def test_a_mail_about_a_change_says_what_and_when_and_has_no_link(ann, mail_server):
    mail = waiting(ann, Mail.Kind.CHANGE, what="A passkey was added to your account.")
    assert send_due(NEVER) == 1
    (taken,) = mail_server.taken
    text = taken.get_content()
    assert taken["Subject"] == "Your account at the dashboard was changed"
    assert text.startswith(f"{mail.what} Your name there is ann. It was done at {mail.created_at:%Y-%m-%d %H:%M} UTC.")
    assert not any(part in text for part in ("http", "#", "orders.example.com"))


def test_nothing_that_is_stored_of_a_mail_has_its_link(ann, mail_server):
    mails.ask_for_reset("ann")
    send_due(NEVER)
    code = re.search(r"#(\S+)", mail_server.taken[0].get_content())[1]
    stored = Mail.objects.values().get()
    assert not any(part in str(stored) for part in code.split(":"))
    assert stored["asked_for"] == ""


def test_a_server_that_is_away_is_tried_a_few_times_with_growing_waits(ann, settings, mail_server, caplog):
    settings.EMAIL_PORT = own_port()
    mail = waiting(ann)
    for wait in WAITS:
        before = timezone.now()
        send()
        mail.refresh_from_db()
        assert before + wait <= mail.next_at <= timezone.now() + wait
        assert mail.given_up_at is None
        # Not before its time.
        assert send_due(NEVER) == 0
    assert list(WAITS) == sorted(set(WAITS))
    send()
    mail.refresh_from_db()
    assert (mail.tries, mail.next_at) == (MOST_TRIES, None)
    assert mail.given_up_at
    assert mail.error == "The mail server was not reached (ConnectionRefusedError)."
    assert "ann" not in caplog.text
    settings.EMAIL_PORT = mail_server.port
    mails.try_again(mail)
    assert send_due(NEVER) == 1
    assert Mail.objects.get().error == ""


def test_a_refusal_is_told_by_its_number_alone(ann, mail_server):
    mail_server.refusal = "550 no such user ann@example.com, and a secret"
    mail = waiting(ann)
    send()
    mail.refresh_from_db()
    assert mail.error == "The mail server refused the address (550)."
    assert not mail_server.taken


@pytest.mark.parametrize("address", ["ann@example.com\r\nBcc: thief@example.com", "ann\n@example.com"])
def test_no_address_writes_a_line_into_the_head(ann, mail_server, address):
    type(ann).objects.update(email=address)
    mail = waiting(ann)
    send(MOST_TRIES)
    mail.refresh_from_db()
    assert mail.error == "The mail address cannot be used."
    assert not mail_server.taken


@pytest.mark.parametrize(
    "wrong",
    [{"DEFAULT_FROM_EMAIL": "us\n@example.com"}, {"EMAIL_USE_TLS": True, "EMAIL_USE_SSL": True}],
    ids=["sender", "TLS twice"],
)
def test_a_mistake_in_the_settings_is_not_blamed_on_the_address(ann, mail_server, settings, wrong):
    for name, value in wrong.items():
        setattr(settings, name, value)
    mail = waiting(ann)
    send()
    mail.refresh_from_db()
    assert mail.error == "The mail could not be written. Check EMAIL_URL and DEFAULT_FROM_EMAIL."


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}], ids=["access", "address"])
def test_who_lost_access_or_the_address_since_gets_no_mail(ann, mail_server, change):
    waiting(ann)
    type(ann).objects.update(**change)
    assert send_due(NEVER) == 0
    assert not Mail.objects.exists()
    assert not mail_server.taken


def test_a_try_that_was_lost_is_made_again_after_its_lease(ann, mail_server):
    mail = waiting(ann)
    # A worker was killed in the middle.
    Mail.objects.update(tries=1, next_at=timezone.now() + LEASE)
    assert send_due(NEVER) == 0
    Mail.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    assert send_due(NEVER) == 1
    mail.refresh_from_db()
    assert mail.tries == 2


def test_a_worker_that_ends_sends_no_more(ann, mail_server):
    waiting(ann)
    ended = threading.Event()
    ended.set()
    assert send_due(ended) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_mail_once(mail_server):
    ann = make_user("Viewer", username="ann", email="ann@example.com")
    for _ in range(6):
        waiting(ann)
    mails.ask_for_reset("ann")
    Mail.objects.filter(person=ann).update(created_at=timezone.now() - timedelta(hours=1))
    together = threading.Barrier(2, timeout=PATIENCE)

    def work(_):
        try:
            together.wait()
            return send_due(NEVER)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(work, range(2))) == 7
    assert len(mail_server.taken) == 7
    assert Mail.objects.filter(sent_at__isnull=False).count() == 7
