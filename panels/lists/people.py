"""The list of people: its columns, its export, and what its cells need of each person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from panels.filters.people import ACCESS
from panels.lists.cells import main_link, name_column, time_column, words
from panels.pages.numbers import count
from panels.pages.required_factor import factors_of
from panels.pages.states import badge
from panels.pages.table import Column, Table
from panels.people.roles import is_invited, role_of

# The looks of each kind of access.
KINDS = {"active": "good", "invited": "info", "none": "neutral"}


def marked(people: QuerySet[User]) -> QuerySet[User]:
    """Add to each person whether they have a second factor, when they were last seen, and where they are signed in.

    A person without a session was last seen at the sign-in.
    """
    is_open = Q(sessions__expire_date__gt=timezone.now())
    return people.annotate(
        has_factor=Exists(factors_of(OuterRef("pk"))),
        last_seen_at=Coalesce(Max("sessions__seen_at"), "last_login"),
        sessions_count=Count("sessions", filter=is_open),
    ).prefetch_related("groups")


def access_of(user: User) -> str:
    """Return the access of a person in words."""
    return ACCESS[_access_kind(user)][0]


def access_badge(user: User) -> str:
    """Show the access of a person."""
    access = access_of(user)
    return badge(access.lower(), label=access, kind=KINDS[_access_kind(user)])


def _access_kind(user: User) -> str:
    if not user.is_active:
        return "none"
    return "invited" if is_invited(user) else "active"


def _yes_or_no(user: Any) -> str:
    return "Yes" if user.has_factor else "No"


def _name(user: User) -> str:
    name = user.get_username()
    return main_link(reverse("person_detail", args=[user.pk]), name, f"{name} · {user.get_full_name()}".rstrip(" ·"))


EXPORTED: Mapping[str, Callable[[Any], Any]] = {
    "Name": lambda user: user.get_username(),
    "Role": role_of,
    "Access": access_of,
    "Mail address": attrgetter("email"),
    "Second factor": _yes_or_no,
    "Last seen": attrgetter("last_seen_at"),
    "Sessions": attrgetter("sessions_count"),
    "Added": attrgetter("date_joined"),
}

PEOPLE: Table[Any] = Table(
    name="people",
    row="person",
    exported=EXPORTED,
    sorts={"name": "username"},
    sort="name",
    columns=(
        Column(name="name", title="Name", cell=_name, css="table__main", shown="always", place="title", sort="name"),
        name_column("role", "Role", role_of, shown="always", place="figure"),
        Column(name="access", title="Access", cell=access_badge, css="w-state", shown="always", place="badge"),
        Column(name="factor", title="Second factor", cell=_yes_or_no, css="w-name"),
        time_column("seen", "Last seen", attrgetter("last_seen_at"), never="not yet", place="figure"),
        Column(name="sessions", title="Sessions", cell=lambda user: count(user.sessions_count), css="num"),
        Column(name="mail", title="Mail address", cell=lambda user: words(user.email), css="w-link", shown="medium"),
        time_column("added", "Added", attrgetter("date_joined"), shown="extra"),
    ),
)
