"""The history of settings and people: which rows it follows, and what it never shows.

django-auditlog compares a followed row with the stored one when it is saved. `record` is for a change by a query, which
saves no row, and `note` for what no field of the row has. None of them follows orders, which have their own history, or
what the worker learns by itself.
"""

from __future__ import annotations

from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.auth.models import Group, User
from django.db.models import Model

from panels.models.client import Campaign, Client
from panels.models.panel import Panel
from panels.models.preferences import Preferences
from panels.models.status_word import StatusWord

# The followed kinds of rows, by the name of the model.
KINDS = {
    "panel": "Panel",
    "service": "Service",
    "product": "Product",
    "statusword": "Status word",
    "refusalwords": "Refusal",
    "client": "Client",
    "campaign": "Campaign",
    "controls": "Sending",
    "preferences": "Team settings",
    "user": "Person",
    "group": "Role",
}
# The name of a change that no field has. Its value are words.
EVENT = "event"
# Of these, only the fact of a change is kept.
SECRET = ("key_hint", "password")
HIDDEN = "hidden"


def follow() -> None:
    """Follow the rows that people save."""
    editable = [field.name for field in Panel._meta.fields if field.editable and field.name not in ("id", "api_key")]
    secret = {"mask_fields": list(SECRET), "mask_callable": f"{__name__}.hide"}
    auditlog.register(Panel, include_fields=[*editable, "key_hint"], **secret)
    auditlog.register(Client, include_fields=["name", "markup_percent", "markup_step"])
    auditlog.register(Campaign, include_fields=["name"])
    auditlog.register(StatusWord, include_fields=["text", "meaning"])
    auditlog.register(Preferences, include_fields=["reporting_currency"])
    auditlog.register(
        User,
        include_fields=[
            "username", "first_name", "last_name", "email", "is_active", "is_staff", "is_superuser", "password",
        ],
        m2m_fields=["groups", "user_permissions"],
        **secret,
    )  # fmt: skip
    auditlog.register(Group, include_fields=["name"], m2m_fields=["permissions"])


def record(row: Model, **changes: tuple[Any, Any]) -> None:
    """Record the change of a row by a query: for each field the values before and after it."""
    texts = {name: [str(each) for each in pair] for name, pair in changes.items() if pair[0] != pair[1]}
    if texts:
        LogEntry.objects.log_create(row, action=LogEntry.Action.UPDATE, changes=texts)


def note(row: Model, words: str) -> None:
    """Record what was done with a row, in words without a secret: "link to set a password made"."""
    LogEntry.objects.log_create(row, action=LogEntry.Action.UPDATE, changes={EVENT: ["", words]})


def hide(_: str) -> str:
    """Return what the history has in place of a secret."""
    return HIDDEN
