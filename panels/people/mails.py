"""Writes the mails that the worker sends, and finds the people who are meant by a name."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from panels import bell
from panels.models import JobRun, Mail
from panels.models.history import note
from panels.people.site import site_address

JOB = "delete old mails"
SENT_KEPT_FOR, GIVEN_UP_KEPT_FOR = timedelta(days=7), timedelta(days=30)
# A person gets no second mail about a new password for so long, however often somebody asks.
RESET_EVERY = timedelta(minutes=5)
# The most people who can share a mail address.
MOST_PEOPLE = 10


def are_set() -> bool:
    """Return whether mails can be sent: there is a server, and the settings name the address for their links."""
    return bool(settings.EMAIL_HOST and site_address())


def can_mail(person: User) -> bool:
    """Return whether a mail can be sent to this person."""
    return bool(person.is_active and person.email and are_set())


def write(person: User, kind: Mail.Kind, what: str = "") -> bool:
    """Let the worker send a mail to a person. Return False if no mail can be sent."""
    if not can_mail(person):
        return False
    Mail.objects.create(kind=kind, person=person, what=what, next_at=timezone.now())
    bell.ring("mail", bell.ALL)
    return True


def ask_for_reset(name_or_address: str) -> None:
    """Ask for a mail to the people with this name or mail address.

    Nobody is looked up here. So the answer to a visitor takes as long for a name that exists as for another.
    """
    Mail.objects.create(kind=Mail.Kind.RESET, asked_for=name_or_address, next_at=timezone.now())
    bell.ring("mail", bell.ALL)


def find_people() -> None:
    """Write a mail for each person who is meant by a name that was asked for, and delete what was asked."""
    for asked in Mail.objects.filter(person=None):
        with transaction.atomic():
            # Another worker may have done it.
            if Mail.objects.filter(pk=asked.pk).delete()[0]:
                for person in _meant_by(asked.asked_for)[:MOST_PEOPLE]:
                    Mail.objects.create(kind=asked.kind, person=person, next_at=asked.next_at)
                    note(person, "a visitor asked for a link to set a password by mail")


def _meant_by(name_or_address: str) -> QuerySet[User]:
    meant = Q(username=name_or_address) | Q(email__iexact=name_or_address)
    now = timezone.now()
    # A time in the future was written by a clock that was ahead, and says nothing.
    lately = Mail.objects.filter(
        kind=Mail.Kind.RESET, created_at__range=(now - RESET_EVERY, now + JobRun.CLOCKS_DIFFER)
    )
    return User.objects.filter(meant, is_active=True, email__gt="").exclude(mails__in=lately)


def try_again(mail: Mail) -> bool:
    """Let a mail be sent that was given up. Return False if it was not."""
    given_up = Mail.objects.filter(pk=mail.pk, given_up_at__isnull=False)
    is_done = bool(given_up.update(given_up_at=None, tries=0, error="", next_at=timezone.now()))
    bell.ring("mail", bell.ALL)
    return is_done


def delete_old() -> None:
    """Delete mails that were sent, and later those that were given up."""
    now = timezone.now()
    sent, given_up = Q(sent_at__lt=now - SENT_KEPT_FOR), Q(given_up_at__lt=now - GIVEN_UP_KEPT_FOR)
    Mail.objects.filter(sent | given_up).delete()
