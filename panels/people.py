"""Who may look after whom: nobody reaches, or makes, a person who may do more than he may himself."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models import QuerySet

GROUPS = ("Viewer", "Operator", "Manager")


def grantable_groups(user: Any) -> QuerySet[Group]:
    """Return the groups that this person may give to others: of ours, those that give nothing which he lacks."""
    groups = Group.objects.filter(name__in=GROUPS).prefetch_related("permissions__content_type")
    held = [group.pk for group in groups if user.has_perms([_name(each) for each in group.permissions.all()])]
    return Group.objects.filter(pk__in=held)


def reachable_people(user: Any) -> QuerySet[User]:
    """Return the people whom this person may see and change: everybody for a superuser.

    For others nobody with a right beyond those groups, since a new password is all it takes to be somebody else.
    """
    if user.is_superuser:
        return User.objects.all()
    others = Group.objects.exclude(pk__in=grantable_groups(user))
    plain = User.objects.filter(is_superuser=False, is_staff=False, user_permissions=None)
    return plain.exclude(groups__in=others)


def _name(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"
