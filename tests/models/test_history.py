"""The history of settings and people: what it follows, and what it never shows."""

from __future__ import annotations

import json

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from panels.models import Controls, Panel
from panels.models.encryption import Secret
from panels.models.history import KINDS, note, record
from tests.factories import make_order, make_panel, make_service, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries():
    """The changes that come after this fixture."""
    before = LogEntry.objects.count()
    return lambda: [entry.changes for entry in LogEntry.objects.order_by("pk")[before:]]


def test_a_saved_setting_of_a_panel_is_kept_with_both_values(entries):
    panel = make_panel(calls_per_minute=60)
    panel.calls_per_minute = 30
    panel.save(update_fields=("calls_per_minute",))
    added, changed = entries()
    assert added["name"] == ["None", panel.name]
    assert changed == {"calls_per_minute": ["60", "30"]}


def test_a_new_key_is_only_a_change(entries):
    panel = make_panel(key="first-key-0123456789-abcd")
    panel.set_key("other-key-0123456789-efgh")
    panel.save(update_fields=("api_key", "key_hint"))
    assert entries()[-1] == {"key_hint": ["hidden", "hidden"]}
    text = json.dumps(entries())
    for part in ("abcd", "efgh", panel.api_key.token, "api_key"):
        assert part not in text


def test_a_person_a_role_and_a_password_are_followed_without_the_hash(entries):
    user = make_user("Viewer", password="correct horse battery")
    user.groups.set([Group.objects.get(name="Manager")])
    user.set_password("another long secret")
    user.is_active = False
    user.save()
    found = entries()
    assert {"groups": {"type": "m2m", "operation": "add", "objects": ["Manager"]}} in found
    assert {"groups": {"type": "m2m", "operation": "delete", "objects": ["Viewer"]}} in found
    assert found[-1] == {"password": ["hidden", "hidden"], "is_active": ["True", "False"]}
    assert user.password not in json.dumps(found)
    assert "$" not in json.dumps(found)


def test_what_the_worker_writes_is_no_history(entries):
    panel = make_panel()
    count = len(entries())
    panel.balance_error = "no answer"
    panel.api_key = Secret(panel.api_key.rotated().token)
    panel.save(update_fields=("balance_error", "api_key"))
    Panel.objects.update(multi_status=False, calls_per_minute=9)
    user = make_user(password="correct horse battery")
    count += 1
    user.last_login = user.date_joined
    user.save(update_fields=("last_login",))
    assert len(entries()) == count


def test_orders_and_services_are_not_followed(entries):
    service = make_service()
    count = len(entries())
    order = make_order(service)
    order.note = "another"
    with CaptureQueriesContext(connection) as queries:
        order.save(update_fields=("note",))
    assert not [each["sql"] for each in queries if "auditlog" in each["sql"]]
    assert len(entries()) == count


def test_a_change_by_a_query_is_recorded_if_something_changed(entries):
    controls = Controls.objects.create(pk=1)
    record(controls, sending_stopped_at=(None, "now"))
    record(controls, sending_stopped_at=(None, None))
    assert entries() == [{"sending_stopped_at": ["None", "now"]}]


def test_every_kind_that_is_recorded_has_a_name():
    panel = make_panel()
    record(panel, name=("a", "b"))
    make_user("Viewer")
    assert set(LogEntry.objects.values_list("content_type__model", flat=True)) <= set(KINDS)


def test_what_no_field_has_is_noted_in_words(entries):
    user = make_user()
    note(user, "link to set a password made")
    assert entries()[-1] == {"event": ["", "link to set a password made"]}
