"""The page of the history, and that people's changes arrive there."""

from __future__ import annotations

import csv
import re

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client

from panels.models import Panel
from tests.factories import make_panel, make_refusal, make_service, make_user
from tests.factors import SECRET, make_app

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
URL = "/history/"


def told(client):
    """Return who, what and the change of each entry, the newest first."""
    lines = csv.DictReader(client.get("/history/export.csv").getvalue().decode("utf-8-sig").splitlines())
    return [(line["Who"], line["What"], line["Change"]) for line in lines]


def test_the_page_holds_the_results_and_htmx_gets_only_them(as_manager, manager):
    make_panel(name="Brightline")
    page, part = as_manager.get(URL).text, as_manager.get(URL, headers=HTMX).text
    assert "<html" in page
    assert part.strip().startswith('<div id="history"')
    for text in (page, part):
        assert "Brightline" in text
        assert manager.username in text


def test_it_says_when_nothing_matches_and_when_there_is_nothing(as_manager):
    assert "No change matches" in as_manager.get(URL, {"kind": "controls"}).text
    assert "This filter is not valid" in as_manager.get(URL, {"kind": "x"}).text
    LogEntry.objects.all().delete()
    assert "No changes yet" in as_manager.get(URL).text
    assert "/history/" in as_manager.get("/").text


def test_the_page_takes_as_many_queries_for_many_changes(as_manager, django_assert_max_num_queries):
    for number in range(60):
        make_panel(name=f"Panel {number}")
    with django_assert_max_num_queries(19):
        page = as_manager.get(URL)
    assert len(page.context["page"]) == 50


def test_what_a_manager_does_with_a_panel_is_told_with_name_and_values(as_manager, manager, rung):
    panel = make_panel(name="Brightline", parallel_calls=1)
    at = f"/panels/{panel.pk}/"
    as_manager.post(f"{at}parallel/", {"at_a_time": "3"})
    as_manager.post(f"{at}pause/")
    as_manager.post(f"{at}resume/")
    as_manager.post(f"{at}delete/")
    assert not Panel.objects.exists()
    assert told(as_manager)[:4] == [
        (manager.username, "Brightline", "Deleted"),
        (manager.username, "Brightline", "paused reason: by_hand → –"),
        (manager.username, "Brightline", "paused reason: – → by_hand"),
        (manager.username, "Brightline", "parallel calls: 1 → 3"),
    ]
    assert LogEntry.objects.order_by("-pk")[0].remote_addr == "127.0.0.1"


def test_what_people_decide_is_told(as_manager, manager, rung):
    service = make_service(type="", raw_type="Odd")
    refusal = make_refusal(service.panel)
    as_manager.post("/sending/", {"sending": "stop"})
    as_manager.post(f"/catalog/{service.pk}/type/", {"type": "mentions"})
    decision = {"meaning": "orders", "seen": refusal.asked_at.isoformat(), "was": ""}
    as_manager.post(f"/panels/words/{refusal.pk}/decide/", decision)
    assert told(as_manager)[:3] == [
        (manager.username, str(refusal), "meaning: not decided → these orders"),
        (manager.username, str(service), "type set by a person: – → mentions"),
        (manager.username, "Sending is stopped", "sending: running → stopped"),
    ]


def test_what_a_manager_does_with_people_is_told(as_manager, manager):
    user = make_user("Viewer", username="ann")
    form = {"username": "ann", "first_name": "", "last_name": "", "email": "ann@example.com"}
    as_manager.post(f"/admin/auth/user/{user.pk}/change/", form | {"groups": [Group.objects.get(name="Operator").pk]})
    changes = {change for who, what, change in told(as_manager) if (who, what) == (manager.username, "ann")}
    assert changes == {"active: yes → no; email address: – → ann@example.com", "groups: +Operator", "groups: −Viewer"}


def test_links_invitations_sessions_and_lost_access_are_told_without_a_secret(as_manager, manager, mail_server):
    ann = make_user("Viewer", username="ann", email="ann@example.com", password="correct horse battery")
    Client().force_login(ann)
    at = f"/people/{ann.pk}/"
    shown = as_manager.post(f"{at}link/").text
    as_manager.post(f"{at}link/", {"by": "mail"})
    as_manager.post(f"{at}sessions/end/")
    as_manager.post(f"{at}role/", {"role": Group.objects.get(name="Operator").pk})
    as_manager.post(f"{at}remove/")
    as_manager.post("/people/invite/", {"username": "lea", "email": "", "role": Group.objects.get(name="Viewer").pk})
    found = told(as_manager)
    assert {who for who, *_ in found[:10]} == {manager.username}
    assert [change for _, what, change in found if what == "lea"] == [
        "link to set a password made", "invited as Viewer", "groups: +Viewer", "Added",
    ]  # fmt: skip
    assert [change for _, what, change in found if what == "ann"][:6] == [
        "active: yes → no",
        "groups: +Operator",
        "groups: −Viewer",
        "signed out on 1 device",
        "link to set a password sent by mail",
        "link to set a password made",
    ]
    code = re.search(r"/password/link/#([^\"]+)", shown)[1]
    stored = str(list(LogEntry.objects.values()))
    assert not any(part in stored for part in code.split(":"))


def test_what_people_do_with_their_own_account_is_told(client, manager, django_capture_on_commit_callbacks):
    ann = make_user("Viewer", username="ann")
    client.force_login(ann)
    Client().force_login(ann)
    client.post("/account/sessions/end/", {"session": "others"})
    make_app(ann)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/account/factors/codes/new/")
        client.post("/account/factors/app/remove/")
    client.force_login(manager)
    changes = [change for who, what, change in told(client) if (who, what) == ("ann", "ann")]
    assert "signed out on 1 device" in changes
    assert "second factor: authenticator app removed" in changes
    assert any(change.startswith("second factor: ") and "recovery codes" in change for change in changes)
    text = str(list(LogEntry.objects.values()))
    assert SECRET not in text
