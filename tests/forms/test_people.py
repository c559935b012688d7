"""The forms with which a manager invites people and gives them a role."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from panels.forms.people import InvitationForm, RoleForm
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def invitation(manager, **fields):
    given = {"username": "ann", "email": "", "role": Group.objects.get(name="Viewer").pk} | fields
    return InvitationForm(manager, given)


def test_the_roles_are_offered_from_the_fewest_rights_on(manager):
    assert [name for _, name in RoleForm(manager).fields["role"].choices] == ["Viewer", "Operator", "Manager"]


def test_another_group_is_no_role(manager):
    other = Group.objects.create(name="Accounting")
    assert not RoleForm(manager, {"role": other.pk}).is_valid()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, []),
        ({"email": "ann@example.com"}, []),
        ({"username": ""}, ["username"]),
        ({"username": "a b"}, ["username"]),
        ({"username": "a" * 151}, ["username"]),
        ({"username": "ann\r\nBcc: x"}, ["username"]),
        ({"username": "BOB"}, ["username"]),
        ({"email": "ann"}, ["email"]),
        ({"email": "ann@example.com\r\nBcc: thief@example.com"}, ["email"]),
        ({"role": 0}, ["role"]),
        ({"role": "x\0"}, ["role"]),
    ],
)
def test_what_an_invitation_takes(manager, fields, wrong):
    make_user(username="bob")
    assert list(invitation(manager, **fields).errors) == wrong


def test_it_says_where_the_link_goes(manager, request):
    assert "No mail server is set up" in str(InvitationForm(manager)["email"].help_text)
    request.getfixturevalue("mail_server")
    assert "The link is sent there." in str(InvitationForm(manager)["email"].help_text)
