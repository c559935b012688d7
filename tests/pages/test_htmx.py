"""Fragments, the login in htmx requests, the lock against guessing passwords, forms, and strict headers."""

from __future__ import annotations

import re

import pytest
from axes.models import AccessAttempt
from django import forms
from django.conf import settings as configured
from django.core.exceptions import ImproperlyConfigured
from django.db.models import F
from django.http import HttpResponse
from django.test import Client, RequestFactory

from dashboard.middleware import HealthCheck, TrustedProxies
from tests.factories import make_order, make_placed, make_user

PASSWORD = "correct horse battery"
HTMX = {"HX-Request": "true"}
PROXY = "10.0.0.5"


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
    assert "You are not signed in any more" in response.content.decode()
    assert 'href="/login/?next=/bulk/5/%3Fshow%3Dall"' in response.content.decode()
    response = strict.post("/bulk/5/lines/2/", headers=HTMX | {"HX-Current-URL": "http://testserver/bulk/5/"})
    assert response.headers["HX-Redirect"] == "/login/?next=/bulk/5/"
    assert "not any more" in strict.get(response.headers["HX-Redirect"]).content.decode()
    assert "not any more" not in strict.get("/login/?next=/").content.decode()


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


def guess(client, username="ann", password="wrong", address="127.0.0.1", **headers):
    form = {"username": username, "password": password}
    return client.post("/login/", form, REMOTE_ADDR=address, headers=headers)


@pytest.fixture
def ann(db):
    return make_user("Viewer", username="ann", password=PASSWORD)


def test_five_wrong_passwords_lock_even_the_right_one_out(client, ann):
    for _ in range(4):
        assert guess(client).status_code == 200
    response = guess(client)
    assert response.status_code == 429
    assert "locked_out.html" in {template.name for template in response.templates}
    assert "locked after 5 wrong passwords" in response.content.decode()
    assert guess(client, password=PASSWORD).status_code == 429
    assert client.get("/").status_code == 302


def test_four_wrong_passwords_are_forgotten_after_a_right_one(client, ann):
    for _ in range(2):
        for _ in range(4):
            assert guess(client).status_code == 200
        assert guess(client, password=PASSWORD).status_code == 302
        client.logout()


def test_others_and_other_places_are_not_locked_with_it(client, ann):
    make_user(username="bob", password=PASSWORD)
    for _ in range(5):
        guess(client)
    assert guess(client, password=PASSWORD).status_code == 429
    assert guess(client, password=PASSWORD, address="192.0.2.7").status_code == 302
    client.logout()
    assert guess(client, "bob", PASSWORD).status_code == 302


def test_the_lock_opens_by_itself(client, ann):
    for _ in range(5):
        guess(client)
    assert guess(client, password=PASSWORD).status_code == 429
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - configured.AXES_COOLOFF_TIME)
    assert guess(client, password=PASSWORD).status_code == 302


def test_the_admin_has_no_login_of_its_own_to_guess_at(client, ann):
    response = client.post("/admin/login/", {"username": "ann", "password": "wrong"})
    assert (response.status_code, response.url) == (302, "/login/?next=/admin/")


def test_a_stranger_cannot_escape_the_lock_with_a_header(client, ann):
    for number in range(5):
        guess(client, **{"X-Forwarded-For": f"192.0.2.{number}"})
    assert guess(client, password=PASSWORD, **{"X-Forwarded-For": "192.0.2.99"}).status_code == 429


@pytest.fixture
def behind_a_proxy(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]


def test_behind_our_proxy_it_is_the_visitor_who_is_locked(client, ann, behind_a_proxy):
    for number in range(5):
        # Only the address that our proxy added counts.
        guess(client, address=PROXY, **{"X-Forwarded-For": f"198.51.100.{number}, 192.0.2.7"})
    locked = guess(client, password=PASSWORD, address=PROXY, **{"X-Forwarded-For": "198.51.100.9, 192.0.2.7"})
    other = guess(client, password=PASSWORD, address=PROXY, **{"X-Forwarded-For": "192.0.2.8"})
    assert (locked.status_code, other.status_code) == (429, 302)


@pytest.mark.parametrize(
    ("peer", "forwarded", "visitor"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
        (PROXY, None, PROXY),
        (PROXY, "198.51.100.1", "198.51.100.1"),
        (PROXY, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (PROXY, "198.51.100.1, 10.0.0.6", "198.51.100.1"),
        (PROXY, "203.0.113.9, nonsense, 198.51.100.1", "198.51.100.1"),
        (PROXY, "nonsense", PROXY),
        (PROXY, "2001:db8::7", "2001:db8::7"),
        (PROXY, " , ", PROXY),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_nearest_address_that_is_no_proxy_of_ours_is_the_visitors(behind_a_proxy, peer, forwarded, visitor):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    TrustedProxies(lambda seen: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == visitor


def test_only_our_proxy_says_that_the_visitor_came_by_https(behind_a_proxy, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for peer, is_secure in ((PROXY, True), ("192.0.2.1", False)):
        request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-Proto": "https"})
        TrustedProxies(lambda seen: HttpResponse())(request)
        assert request.is_secure() is is_secure


def test_health_is_asked_before_anything_else():
    def never(request):
        raise ImproperlyConfigured("reached")

    with pytest.raises(ImproperlyConfigured):
        HealthCheck(never)(RequestFactory().get("/"))


PAGES = (
    "/", "/panels/", "/panels/new/", "/catalog/", "/orders/", "/orders/new/", "/refills/", "/status/", "/password/",
    "/admin/", "/admin/auth/user/", "/admin/panels/order/", "/nowhere/",
)  # fmt: skip
STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
INLINE = re.compile(
    r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|\shx-on|javascript:|hx-vals=.js:", re.IGNORECASE
)


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_strict_about_what_runs_and_has_nothing_inline(as_manager, address):
    make_order(held_reason="The price has risen.")
    response = as_manager.get(address)
    policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    assert policy == STRICT
    assert not INLINE.search(response.content.decode())
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_the_login_is_as_strict(client, db):
    response = client.get("/login/")
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert not INLINE.search(response.content.decode())


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
