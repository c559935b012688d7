"""Fragments, the login in htmx requests, and forms."""

from __future__ import annotations

import pytest
from django import forms
from django.test import Client

from tests.factories import make_placed, make_user

PASSWORD = "correct horse battery"
HTMX = {"HX-Request": "true"}


LISTS = ("/", "/panels/", "/catalog/", "/orders/", "/refills/")


@pytest.mark.parametrize("address", LISTS)
def test_the_same_address_gives_the_page_or_the_fragment_and_caches_know(as_viewer, address):
    make_placed()
    page, fragment = as_viewer.get(address), as_viewer.get(address, headers=HTMX)
    assert page.content.count(b"<html") == 1
    assert b"<html" not in fragment.content
    for response in (page, fragment):
        assert "HX-Request" in response.headers["Vary"]


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_boosted_links_and_restored_history_get_the_page(as_viewer, header):
    assert b"<html" in as_viewer.get("/", headers=HTMX | {header: "true"}).content


def poll(client, current="http://testserver/orders/?state=held"):
    return client.get("/status/", headers=HTMX | {"HX-Current-URL": current})


def test_a_poll_after_the_session_leads_to_the_login_and_back_to_the_page_one_was_on(client, db):
    response = poll(client)
    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == "/login/?next=/orders/%3Fstate%3Dheld"
    assert response.content == b""


def test_a_poll_never_leads_to_another_site(client, db):
    assert poll(client, "https://evil.example/phish").headers["HX-Redirect"] == "/login/?next=/phish"
    assert poll(client, "https://evil.example//evil.example/").headers["HX-Redirect"].startswith("/login/?next=")
    make_user(username="ann", password=PASSWORD)
    target = poll(client, "https://evil.example//evil.example/").headers["HX-Redirect"]
    assert client.post(target, {"username": "ann", "password": PASSWORD}).url == "/"


def test_a_page_without_a_session_is_an_ordinary_redirect(client, db):
    response = client.get("/orders/?state=held")
    assert (response.status_code, response.url) == (302, "/login/?next=/orders/%3Fstate%3Dheld")


def test_an_action_without_a_session_leads_back_to_the_page_it_was_on(client, db):
    referer = {"Referer": "http://testserver/orders/?state=held"}
    response = client.post("/orders/5/cancel/", headers=referer)
    assert (response.status_code, response.url) == (302, "/login/?next=/orders/%3Fstate%3Dheld")
    assert client.post("/orders/5/cancel/").url == "/login/?next=/"


@pytest.fixture
def strict(db):
    """A browser whose forms need their CSRF token."""
    return Client(enforce_csrf_checks=True)


def test_a_page_that_outlived_its_session_says_so_and_leads_to_the_login(strict):
    response = strict.post("/bulk/5/lines/2/", headers={"Referer": "http://testserver/bulk/5/?show=all"})
    assert response.status_code == 403
    assert "You are signed out" in response.content.decode()
    assert 'href="/login/?next=/bulk/5/%3Fshow%3Dall"' in response.content.decode()
    response = strict.post("/bulk/5/lines/2/", headers=HTMX | {"HX-Current-URL": "http://testserver/bulk/5/"})
    assert response.headers["HX-Redirect"] == "/login/?next=/bulk/5/"
    assert "You are not signed in" in strict.get(response.headers["HX-Redirect"]).content.decode()
    assert "You are not signed in" not in strict.get("/login/?next=/").content.decode()


def test_a_login_page_that_is_too_old_leads_to_a_new_one(strict):
    for address in ("/login/", "/login/?next=/bulk/5/"):
        response = strict.post(address, headers={"Referer": f"http://testserver{address}"})
        assert f'href="{address}"' in response.content.decode()


def test_a_page_from_before_one_signed_in_again_asks_to_be_reloaded(strict, viewer):
    strict.force_login(viewer)
    for headers in ({}, HTMX):
        response = strict.post("/bulk/5/lines/2/", headers=headers)
        assert response.status_code == 403
        assert "reload the page" in response.content.decode()
        assert "/login/" not in response.content.decode()


def test_signing_out_twice_is_no_error(client, db):
    assert client.post("/logout/").url == "/login/"


def test_a_person_is_led_back_after_signing_in(client, db):
    make_user("Viewer", username="ann", password=PASSWORD)
    response = client.post("/login/?next=/orders/", {"username": "ann", "password": PASSWORD, "next": "/orders/"})
    assert response.url == "/orders/"


def test_pages_of_people_are_not_kept_by_shared_caches(as_viewer):
    assert "Cookie" in as_viewer.get("/").headers["Vary"]


class Sample(forms.Form):
    name = forms.CharField(help_text="Shown in every list.")
    is_active = forms.BooleanField(required=False)
    pace = forms.ChoiceField(choices=[("a", "Slow"), ("b", "Fast")], widget=forms.RadioSelect)


def test_a_wrong_field_names_its_error_and_help_to_screen_readers():
    html = Sample({}, auto_id="id_%s")["name"].as_field_group()
    assert 'for="id_name"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert "field__required" in html


def test_a_right_field_has_no_marks_of_an_error():
    html = Sample({"name": "x"})["name"].as_field_group()
    assert "aria-invalid" not in html
    assert "errorlist" not in html


def test_a_checkbox_stands_before_its_label_and_radios_in_a_fieldset():
    form = Sample()
    box = form["is_active"].as_field_group()
    assert box.index("<input") < box.index("<label")
    assert "field__required" not in box
    radios = form["pace"].as_field_group()
    assert "<fieldset" in radios
    assert "<legend>Pace" in radios
