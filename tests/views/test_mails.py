"""What a manager decides about a mail that could not be sent."""

from __future__ import annotations

import pytest
from django.utils import timezone

from panels.models import Mail
from tests.factories import make_mail, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail():
    return make_mail(make_user("Viewer", username="ann"))


def test_it_is_sent_again_once(as_manager, mail, rung):
    for words in ("The mail to ann is being sent again.", "That mail was not given up"):
        as_manager.post(f"/people/mails/{mail.pk}/", {"decision": "again"})
        assert words in as_manager.get("/").text
    mail.refresh_from_db()
    assert mail.next_at


def test_it_is_dismissed_and_one_that_waits_is_not(as_manager, mail):
    other = Mail.objects.create(kind="reset", person=mail.person, next_at=timezone.now())
    for each in (mail, other):
        as_manager.post(f"/people/mails/{each.pk}/", {"decision": "dismiss"})
    assert Mail.objects.get() == other


def test_a_name_that_was_asked_for_is_no_mail_yet(as_manager):
    asked = Mail.objects.create(kind="reset", asked_for="ann", next_at=timezone.now())
    assert as_manager.post(f"/people/mails/{asked.pk}/").status_code == 404


@pytest.mark.parametrize("decision", ["again", "dismiss"])
def test_nobody_decides_about_the_mail_of_somebody_who_may_do_more(as_manager, decision):
    mail = make_mail(make_user(is_superuser=True))
    assert as_manager.post(f"/people/mails/{mail.pk}/", {"decision": decision}).status_code == 404
    assert Mail.objects.filter(pk=mail.pk, given_up_at__isnull=False).exists()
