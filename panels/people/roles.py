"""Roles: the groups of this dashboard, and who may give a role to whom."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Prefetch, Q, QuerySet

GROUPS = ("Viewer", "Operator", "Manager")
SUPERUSER = "Superuser"
# A person who was invited and has not set a password yet.
INVITED = Q(is_active=True, last_login=None, password__startswith=UNUSABLE_PASSWORD_PREFIX)


def role_of(user: User) -> str:
    """Return the role of a person in words, "" if they have none. It uses prefetched groups."""
    if user.is_superuser:
        return SUPERUSER
    return ", ".join(sorted(group.name for group in user.groups.all()))


def is_invited(user: User) -> bool:
    """Return whether a person has not set a password since the invitation."""
    return user.is_active and user.last_login is None and not user.has_usable_password()


def grantable_groups(user: Any) -> QuerySet[Group]:
    """Return the groups that this user may give to others: those of ours whose permissions the user has."""
    permissions = Prefetch("permissions", Permission.objects.select_related("content_type"))
    groups = Group.objects.filter(name__in=GROUPS).prefetch_related(permissions)
    held = [group.pk for group in groups if user.has_perms([_name(each) for each in group.permissions.all()])]
    return Group.objects.filter(pk__in=held)


def reachable_people(user: Any) -> QuerySet[User]:
    """Return the users whom this user may see and change. A superuser may change everybody.

    Others may change no user with more permissions than their own groups give, because whoever sets the password of a
    user can sign in as that user.
    """
    if user.is_superuser:
        return User.objects.all()
    others = Group.objects.exclude(pk__in=grantable_groups(user))
    plain = User.objects.filter(is_superuser=False, is_staff=False, user_permissions=None)
    return plain.exclude(groups__in=others)


def _name(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"
