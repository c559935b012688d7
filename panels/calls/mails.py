"""Sends the mails that wait. Only the worker talks to the mail server."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db.models import F, QuerySet
from django.utils import timezone

from panels.models import Mail
from panels.people import links, mails
from panels.people.site import site_address

logger = logging.getLogger(__name__)

# A try that has not ended after this time is lost, and the mail is sent again.
LEASE = timedelta(minutes=5)
# How long a mail waits after each try that failed. It is given up after the last one.
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1))
LONGEST_WAIT = WAITS[-1]
UNUSABLE_SETTINGS = "The mail could not be written. Check EMAIL_URL and DEFAULT_FROM_EMAIL."
MOST_TRIES = len(WAITS) + 1

# For each kind with a link: how long the link works, the subject, and the text.
TEXTS = {
    Mail.Kind.RESET: (
        links.BY_MAIL,
        "Set a new password for the dashboard",
        """\
Somebody asked for a new password for {name} at {site}.

Set it here. The link works once, and for {lasts}:
{link}

If you did not ask for it, do nothing. Your password stays as it is.
""",
    ),
    Mail.Kind.INVITATION: (
        links.INVITES,
        "You are invited to the dashboard",
        """\
You can use the dashboard at {site}. Your name there is {name}.

Set a password here. The link works once, and for {lasts}:
{link}
""",
    ),
}
CHANGED = "Your account at the dashboard was changed"
# Without a link, because a mail that asks for a password and has one looks like a trap.
CHANGED_TEXT = """\
{what} Your name there is {name}. It was done at {at:%Y-%m-%d %H:%M} UTC.

If it was you, do nothing. If it was not, change your password in the dashboard, or tell a manager at once.
"""


def send_due(stopping: threading.Event) -> int:
    """Send all mails that are due, one after the other. Return the number of those that the server took."""
    mails.find_people()
    sent = 0
    while not stopping.is_set() and (mail := _claim()):
        sent += _send(mail)
    return sent


def _claim() -> Mail | None:
    """Lease a mail that is due, so that no other worker sends it. Return None if there is none."""
    now = timezone.now()
    due = Mail.objects.filter(next_at__lte=now, person__isnull=False).select_related("person")
    for mail in due.order_by("next_at", "pk")[:10]:
        same = Mail.objects.filter(pk=mail.pk, next_at=mail.next_at, tries=mail.tries)
        if same.update(tries=F("tries") + 1, next_at=now + LEASE):
            mail.tries += 1
            return mail
    return None


def _send(mail: Mail) -> bool:
    """Send a claimed mail, and record what became of it. Nothing is sent to a person who lost access since."""
    claimed = Mail.objects.filter(pk=mail.pk, tries=mail.tries, sent_at=None)
    person: User | None = mail.person
    if person is None or not person.is_active or not person.email:
        claimed.delete()
        return False
    try:
        _write(mail, person).send()
    # ValueError: an address that cannot be in a head, or settings that do not fit together.
    except (OSError, ValueError) as error:
        problem = _in_words(error, person.email)
        logger.warning("Mail %s was not sent. %s", mail.pk, problem)
        _put_off(claimed, mail.tries, problem)
        return False
    claimed.update(sent_at=timezone.now(), next_at=None, error="")
    return True


def _write(mail: Mail, person: User) -> EmailMessage:
    if mail.kind == Mail.Kind.CHANGE:
        text = CHANGED_TEXT.format(what=mail.what, name=person.get_username(), at=mail.created_at)
        return EmailMessage(CHANGED, text, to=[person.email])
    lasts, subject, text = TEXTS[Mail.Kind(mail.kind)]
    site = site_address()
    link = f"{site}{links.make_path(person, lasts)}"
    body = text.format(name=person.get_username(), site=site, lasts=links.WORDS[lasts], link=link)
    return EmailMessage(subject, body, to=[person.email])


def _put_off(claimed: QuerySet[Mail], tries: int, problem: str) -> None:
    now, is_last = timezone.now(), tries >= MOST_TRIES
    claimed.update(
        next_at=None if is_last else now + WAITS[tries - 1], given_up_at=now if is_last else None, error=problem
    )


def _in_words(error: Exception, address: str) -> str:
    """Say what failed, without the answer of the server, because it may repeat what was sent."""
    if isinstance(error, SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
        return f"The mail server refused the address ({code})."
    if isinstance(error, SMTPResponseException):
        return f"The mail server answered {error.smtp_code}."
    if isinstance(error, ValueError):
        return UNUSABLE_SETTINGS if _is_address(address) else "The mail address cannot be used."
    return f"The mail server was not reached ({type(error).__name__})."


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
