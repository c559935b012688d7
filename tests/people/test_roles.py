"""Roles: which a person has, and who may give them. What a manager reaches is in tests/admin/test_people.py too."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from panels.people.roles import INVITED, grantable_groups, is_invited, reachable_people, role_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_role_is_the_groups_of_a_person_or_superuser():
    assert role_of(make_user()) == ""
    assert role_of(make_user("Viewer")) == "Viewer"
    assert role_of(make_user("Viewer", is_superuser=True)) == "Superuser"
    both = make_user("Viewer")
    both.groups.add(Group.objects.get(name="Operator"))
    assert role_of(both) == "Operator, Viewer"


def test_who_never_set_a_password_is_invited_while_they_have_access():
    people = {
        "invited": make_user(),
        "gone": make_user(is_active=False),
        "with a password": make_user(password="correct horse battery"),
        "with a passkey alone": make_user(last_login=timezone.now()),
    }
    assert [name for name, user in people.items() if is_invited(user)] == ["invited"]
    assert list(User.objects.filter(INVITED)) == [people["invited"]]


def test_a_manager_gives_all_three_roles_and_reaches_no_superuser():
    manager, root = make_user("Manager"), make_user(is_superuser=True)
    assert {group.name for group in grantable_groups(manager)} == {"Viewer", "Operator", "Manager"}
    assert not reachable_people(manager).filter(pk=root.pk).exists()
    assert reachable_people(root).filter(pk=manager.pk).exists()
