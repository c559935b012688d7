"""The list of the history: a change in words, and its columns."""

from __future__ import annotations

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.contrib.auth.models import Group

from panels.lists.history import EXPORTED, HISTORY, RELATED, change_of, person_of
from panels.models.history import note, record
from tests.factories import make_panel, make_service, make_user
from tests.lists import values

pytestmark = pytest.mark.django_db


def last():
    return LogEntry.objects.select_related(*RELATED).order_by("-pk")[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"calls_per_minute": (60, 30)}, "calls per minute: 60 → 30"),
        ({"is_active": (True, False)}, "active: yes → no"),
        ({"low_balance": (None, "5"), "name": ("A", "B")}, "name: A → B; warn below: – → 5"),
        ({"key_hint": ("hidden", "hidden ")}, "API key: changed"),
        ({"gone_field": ("a", "b")}, "gone_field: a → b"),
    ],
)
def test_a_change_is_said_in_words(changes, words):
    record(make_panel(), **changes)
    assert change_of(last()) == words


def test_a_role_that_was_given_is_said_in_words():
    user = make_user()
    user.groups.add(Group.objects.get_or_create(name="Viewer")[0])
    assert change_of(last()) == "groups: +Viewer"
    user.groups.clear()
    assert change_of(last()).startswith("groups: −")


def test_what_was_done_is_said_as_it_was_noted():
    note(make_user(), "signed out on 2 devices")
    assert change_of(last()) == "signed out on 2 devices"


@pytest.mark.parametrize(
    ("email", "words"), [("", "A deleted person"), ("ann@example.com", "ann@example.com (deleted)")]
)
def test_who_is_gone_is_told_from_a_command(email, words):
    panel, ann = make_panel(), make_user(email=email)
    with set_actor(ann):
        record(panel, name=("a", "b"))
    ann.delete()
    assert person_of(LogEntry.objects.get_for_object(panel)[0]) == words
    record(panel, name=("b", "c"))
    assert person_of(LogEntry.objects.get_for_object(panel)[0]) == ""


def test_an_added_and_a_deleted_row_say_only_that():
    panel = make_panel()
    assert change_of(last()) == "Added"
    panel.delete()
    assert (change_of(last()), last().object_repr) == ("Deleted", panel.name)


def test_cells_and_export_take_no_query(django_assert_num_queries):
    user = values.with_all_columns(HISTORY)
    record(make_service(), own_type=("", "mentions"))
    LogEntry.objects.update(actor=user)
    entry = last()
    table = values.draw(HISTORY, [entry], user)
    assert table.columns
    with django_assert_num_queries(0):
        body = table.body
        row = {name: read(entry) for name, read in EXPORTED.items()}
    assert "type set by a person: – → mentions" in body
    assert (row["Who"], row["Kind"], row["Action"]) == (user.username, "Service", "Changed")
