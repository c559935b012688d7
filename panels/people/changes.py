"""What a manager changes about people: invitations, roles, sessions, access, and how much they may order.

A change of role, sessions, access or limits locks the manager and the person, and looks again whether the manager may
do it. So of two managers who take each other's access away at the same time, one stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction

from panels.models import Mail, OrderLimit
from panels.models.history import note
from panels.people import links, mails
from panels.people.order_limits import Amounts, say_limits, write_limits
from panels.people.roles import GROUPS, grantable_groups, is_invited, reachable_people
from panels.people.sessions import open_sessions, sign_out

MAY_CHANGE = "auth.change_user"


class KeptError(Exception):
    """Nothing was changed. The text says why."""


def invite(username: str, email: str, role: Group) -> User:
    """Create a person without a password, and write the mail with the link if that is possible.

    Raises IntegrityError for a name that exists.
    """
    with transaction.atomic():
        person = User.objects.create_user(username, email, password=None)
        person.groups.add(role)
        note(person, f"invited as {role}")
    send_link(person)
    return person


def send_link(person: User) -> bool:
    """Let the worker send a link to set a password. Return False if no mail can be sent."""
    is_written = mails.write(person, Mail.Kind.INVITATION if is_invited(person) else Mail.Kind.RESET)
    if is_written:
        note(person, "link to set a password sent by mail")
    return is_written


def lifetime_of_link(person: User) -> timedelta:
    """Return how long a link works that a manager gives to this person."""
    return links.INVITES if is_invited(person) else links.BY_MANAGER


def make_link(person: User) -> str:
    """Return the path of a new link to set a password. The manager gives it to the person."""
    note(person, "link to set a password made")
    return links.make_path(person, lifetime_of_link(person))


def change_role(actor: Any, pk: int, role: Group) -> bool:
    """Give a person this role instead of the one of before. Return False if they had it."""
    with _locked(actor, pk) as (manager, person):
        if not grantable_groups(manager).filter(pk=role.pk).exists():
            raise KeptError("You can only give a role whose rights you have.")
        ours = set(person.groups.filter(name__in=GROUPS))
        person.groups.remove(*ours - {role})
        person.groups.add(role)
        return ours != {role}


def end_sessions(actor: Any, pk: int) -> int:
    """Sign a person out on all devices. Return on how many."""
    with _locked(actor, pk) as (_, person):
        return sign_out(person, open_sessions(person))


def set_access(actor: Any, pk: int, *, is_active: bool) -> bool:
    """Take a person's access away, or give it back. Return False if that was done before.

    Without access, all sessions end, and no link works. When access is given back, links to change a password work
    again until their time is over. The links of an invitation do not.
    """
    with _locked(actor, pk) as (_, person):
        if person.is_active == is_active:
            return False
        if is_invited(person):
            person.set_unusable_password()
        person.is_active = is_active
        person.save(update_fields=("is_active", "password"))
        return True


def set_limits(actor: Any, pk: int, wanted: Mapping[str, Amounts]) -> bool:
    """Set how much a person may order without approval, by currency. Return False if that was so before."""
    with transaction.atomic():
        # Before the people, because an order locks its limits first too.
        list(OrderLimit.objects.filter(person=pk).order_by("pk").select_for_update(no_key=True))
        with _locked(actor, pk) as (_, person):
            is_done = write_limits(person, wanted)
            if is_done:
                note(person, f"limits: {say_limits(OrderLimit.objects.filter(person=person)) or 'none'}")
            return is_done


@contextmanager
def _locked(actor: Any, pk: int) -> Iterator[tuple[User, User]]:
    """Lock a manager and a person, and return both as they are now. Raises KeptError if the manager may do nothing."""
    if actor.pk == pk:
        raise KeptError("You cannot change your own role, access or limits. Another manager can.")
    with transaction.atomic():
        # In the order in which everybody locks them, to avoid deadlocks.
        rows = User.objects.select_for_update().filter(pk__in=(actor.pk, pk)).order_by("pk")
        found = {user.pk: user for user in rows}
        manager, person = found.get(actor.pk), found.get(pk)
        if manager is None or not (manager.is_active and manager.has_perm(MAY_CHANGE)):
            raise KeptError("You may no longer change people.")
        if person is None or not reachable_people(manager).filter(pk=pk).exists():
            raise KeptError("This person may do more than you, so you cannot change them.")
        yield manager, person
