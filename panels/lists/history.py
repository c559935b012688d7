"""The list of the history of settings and people: its columns, its export, and a change in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from auditlog.models import LogEntry
from django.core.exceptions import FieldDoesNotExist

from panels.lists.cells import name_column, time_column, words
from panels.models.history import EVENT, HIDDEN, KINDS
from panels.pages.numbers import NO_VALUE
from panels.pages.table import Column, Table

# The relations that the cells show.
RELATED = ("actor", "content_type")
VERBS = {LogEntry.Action.CREATE: "Added", LogEntry.Action.UPDATE: "Changed", LogEntry.Action.DELETE: "Deleted"}


def kind_of(entry: LogEntry) -> str:
    """Return the kind of the row that was changed."""
    model: str = entry.content_type.model
    return KINDS.get(model, model)


def person_of(entry: LogEntry) -> str:
    """Return who made a change. A command or a new sign-in page knows nobody.

    Of a person who was deleted since, only the mail address of then is left, "" if they had none.
    """
    if entry.actor:
        return str(entry.actor.get_username())
    if entry.actor_email is None:
        return ""
    return f"{entry.actor_email} (deleted)" if entry.actor_email else "A deleted person"


def change_of(entry: LogEntry) -> str:
    """Return a change in words: "calls per minute: 60 → 30". Of an added or deleted row, only that."""
    if entry.action != LogEntry.Action.UPDATE:
        return VERBS[entry.action]
    return "; ".join(sorted(_parts(entry)))


def _parts(entry: LogEntry) -> Iterator[str]:
    model: Any = entry.content_type.model_class()
    for name, change in (entry.changes or {}).items():
        title = _title(model, name)
        if isinstance(change, dict):
            sign = "+" if change["operation"] == "add" else "−"
            yield f"{title}: {', '.join(f'{sign}{each}' for each in change['objects'])}"
        elif name == EVENT:
            yield change[1]
        elif HIDDEN in change:
            yield f"{title}: changed"
        else:
            yield f"{title}: {_value(change[0])} → {_value(change[1])}"


def _title(model: Any, name: str) -> str:
    if name == "key_hint":
        return "API key"
    try:
        return str(model._meta.get_field(name).verbose_name)
    except (FieldDoesNotExist, AttributeError):
        return name


def _value(text: str) -> str:
    return {"": NO_VALUE, "None": NO_VALUE, "True": "yes", "False": "no"}.get(text, text)


EXPORTED: Mapping[str, Callable[[LogEntry], Any]] = {
    "Time": lambda entry: entry.timestamp,
    "Who": person_of,
    "Network": lambda entry: entry.remote_addr or "",
    "Kind": kind_of,
    "What": lambda entry: entry.object_repr,
    "Action": lambda entry: VERBS[entry.action],
    "Change": change_of,
}

HISTORY: Table[LogEntry] = Table(
    name="changes",
    row="change",
    exported=EXPORTED,
    watched=attrgetter("pk"),
    sorts={"time": "timestamp"},
    sort="-time",
    columns=(
        time_column("time", "When", lambda entry: entry.timestamp, shown="always", place="figure", sort="-time"),
        name_column("who", "Who", person_of, shown="always", place="figure"),
        name_column("kind", "Kind", kind_of, shown="medium"),
        Column(
            name="what",
            title="What",
            cell=lambda entry: words(entry.object_repr),
            css="w-name",
            shown="always",
            place="badge",
        ),
        Column(
            name="change",
            title="Change",
            cell=lambda entry: words(change_of(entry)),
            css="table__main table__whole",
            shown="always",
            place="title",
        ),
        name_column("network", "Network", lambda entry: entry.remote_addr, shown="extra"),
    ),
)
