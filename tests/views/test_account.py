"""A person says how they want to see the pages."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from panels.models import PersonalSettings, Session
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_person_chooses_a_time_zone_and_keeps_the_other_settings(as_viewer, viewer):
    PersonalSettings.objects.create(user=viewer, density="comfortable", columns={"orders": ["cost"]})
    page = as_viewer.post("/account/", {"time_zone": "Europe/Berlin"}, follow=True).text
    assert "Your settings were saved." in page
    assert '<option value="Europe/Berlin" selected>' in page
    assert "Times are in Europe/Berlin." in " ".join(page.split())
    personal = PersonalSettings.objects.get(user=viewer)
    assert (personal.time_zone, personal.density, personal.columns) == (
        "Europe/Berlin", "comfortable", {"orders": ["cost"]},
    )  # fmt: skip


def test_a_person_without_settings_gets_a_row_of_their_own(as_viewer, viewer):
    other = make_user()
    as_viewer.post("/account/", {"time_zone": "Asia/Tokyo", "user": other.pk})
    assert list(PersonalSettings.objects.values_list("user", "time_zone")) == [(viewer.pk, "Asia/Tokyo")]
    as_viewer.post("/account/", {"time_zone": ""})
    assert PersonalSettings.objects.get().time_zone == ""


def test_an_unknown_zone_is_refused(as_viewer):
    response = as_viewer.post("/account/", {"time_zone": "Mars/Olympus"})
    assert response.status_code == 422
    assert not PersonalSettings.objects.exists()


def test_the_user_menu_leads_to_the_account(as_viewer):
    assert 'href="/account/"' in as_viewer.get("/").text


def session_of(client):
    session = client.session
    assert session.get("sign_in")
    return session.row


def test_a_person_sees_where_they_are_signed_in_and_ends_one_session_or_all_others(as_viewer, viewer):
    others = [Client(), Client()]
    for other in others:
        other.force_login(viewer)
    stranger = Client()
    stranger.force_login(make_user("Viewer"))
    page = as_viewer.get("/account/").text
    assert page.count("Unknown device") == 3 + 2  # each row, and the label of each button
    assert page.count("this device, now") == 1
    first = Session.objects.filter(user=viewer).exclude(pk=session_of(as_viewer).pk).first()
    assert first.pk in page
    assert "Signed out on 1 other device." in end(as_viewer, first.pk)
    assert "had ended already" in end(as_viewer, first.pk)
    # Neither the session of somebody else nor the own one is ended.
    for row in Session.objects.exclude(user=viewer), Session.objects.filter(pk=session_of(as_viewer).pk):
        assert "had ended already" in end(as_viewer, row.get().pk)
    assert "Signed out on 1 other device." in end(as_viewer, "others")
    assert [client.get("/").status_code for client in (*others, as_viewer, stranger)] == [302, 302, 200, 200]


def end(client, which):
    return client.post("/account/sessions/end/", {"session": which}, follow=True).text


def test_a_person_without_a_role_is_told_so_and_led_to_a_page_that_opens(client):
    client.force_login(make_user())
    refused = client.get("/")
    assert refused.status_code == 403
    assert "You have no role yet. Ask a manager for one." in refused.text
    assert 'class="button" href="/account/"' in refused.text
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize("key", ["", "\0", "0" * 39, "G" * 40, "0" * 40 + "\n", "é" * 40])
def test_what_cannot_be_the_key_of_a_session_is_not_looked_up(as_viewer, key):
    with CaptureQueriesContext(connection) as queries:
        answer = as_viewer.post("/account/sessions/end/", {"session": key})
    assert (answer.status_code, answer.url) == (302, "/account/")
    lookups = [query["sql"] for query in queries.captured_queries if '"panels_session"."user_id" =' in query["sql"]]
    assert lookups == []
