"""The filter of people."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django import forms
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet

from panels.filters.base import ListFilter, all_words
from panels.pages.required_factor import factors_of
from panels.people.roles import GROUPS, INVITED, SUPERUSER

ROLES = tuple((name, name) for name in (*GROUPS, SUPERUSER))
# For each choice of access: the words, and the condition.
ACCESS = {
    "active": ("Active", Q(is_active=True) & ~INVITED),
    "invited": ("Invited", INVITED),
    "none": ("No access", Q(is_active=False)),
}


class PeopleFilter(ListFilter):
    """The people whom the list shows."""

    PRESETS: ClassVar = {
        "Managers": "role=Manager",
        "Invited": "access=invited",
        "Without second factor": "factor=no",
        "No access": "access=none",
    }

    q = django_filters.CharFilter(
        label="Search",
        method="search",
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name or mail address"}),
    )
    role = django_filters.ChoiceFilter(choices=ROLES, label="Role", method="in_role", empty_label="Any role")
    access = django_filters.ChoiceFilter(
        choices=[(name, words) for name, (words, _) in ACCESS.items()],
        label="Access",
        method="with_access",
        empty_label="Any access",
    )
    factor = django_filters.ChoiceFilter(
        choices=[("yes", "Yes"), ("no", "No")],
        label="Second factor",
        method="with_factor",
        empty_label="With or without",
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = []

    def search(self, people: QuerySet[User], _: str, text: str) -> QuerySet[User]:
        """Keep people with every word in a name or in the mail address."""
        return people.filter(all_words(text, "username", "first_name", "last_name", "email", lookup="icontains"))

    def in_role(self, people: QuerySet[User], _: str, role: str) -> QuerySet[User]:
        """Keep people with this role."""
        if role == SUPERUSER:
            return people.filter(is_superuser=True)
        return people.filter(is_superuser=False, groups__name=role)

    def with_access(self, people: QuerySet[User], _: str, access: str) -> QuerySet[User]:
        """Keep people with this kind of access."""
        return people.filter(ACCESS[access][1])

    def with_factor(self, people: QuerySet[User], _: str, answer: str) -> QuerySet[User]:
        """Keep people with a second factor, or those without."""
        has_one = Exists(factors_of(OuterRef("pk")))
        return people.filter(has_one if answer == "yes" else ~has_one)
