"""Keys, people and limits are changed only by a person who has just confirmed that it is them."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from panels.models import Panel, Session
from panels.pages.confirmation import CONFIRMED_AT, CONFIRMED_FOR
from tests.factories import make_panel, make_user
from tests.factors import PASSWORD, code, make_app, make_codes

pytestmark = pytest.mark.django_db
KEY = "plain-secret-key-987654"


@pytest.fixture
def root(client):
    user = make_user(username="root", password=PASSWORD, is_superuser=True, is_staff=True)
    client.force_login(user)
    return user


@pytest.fixture
def panel(root):
    return make_panel()


def wait(client, minutes):
    """Let the confirmation become so old."""
    session = client.session
    session[CONFIRMED_AT] = time.time() - minutes * 60
    session.save()


def guarded(panel, root):
    """Return each page that changes keys, people or limits."""
    return [
        reverse("panel_new"),
        reverse("panel_edit", args=[panel.pk]),
        reverse("password_change"),
        reverse("admin:auth_user_add"),
        reverse("admin:auth_user_change", args=[root.pk]),
        reverse("admin:auth_user_password_change", args=[root.pk]),
        reverse("admin:auth_group_add"),
        reverse("admin:auth_group_change", args=[Group.objects.first().pk]),
        reverse("admin:auth_group_delete", args=[Group.objects.first().pk]),
        reverse("mfa_activate_totp"),
        reverse("mfa_add_webauthn"),
    ]


def test_each_page_asks_for_it_after_some_minutes_and_not_before(client, panel, root):
    for address in guarded(panel, root):
        wait(client, 0)
        assert client.get(address).status_code == 200, address
        wait(client, CONFIRMED_FOR / 60)
        answer = client.get(address)
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/confirm/"), address


def test_no_form_is_taken_without_it_and_no_key_is_kept_for_later(client, panel, root):
    before = list(Panel.objects.values()), list(User.objects.values()), list(Group.objects.values())
    wait(client, 60)
    posted = {"name": "New", "api_url": panel.api_url, "api_key": KEY, "username": "mallory", "at_a_time": "4"}
    posted |= {"action": "delete_selected", "_selected_action": Group.objects.first().pk, "post": "yes"}
    of_panel = [reverse(name, args=[panel.pk]) for name in ("panel_parallel", "panel_delete")]
    actions = [
        *of_panel,
        reverse("person_link", args=[root.pk]),
        reverse("admin:auth_group_changelist"),
    ]
    for address in [*guarded(panel, root), *actions]:
        # allauth keeps its own forms for later, and they contain no key.
        fields = {} if address.startswith("/account/") else posted
        answer = client.post(address, fields, headers={"Referer": "http://testserver/panels/"})
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/confirm/"), address
    assert before == (list(Panel.objects.values()), list(User.objects.values()), list(Group.objects.values()))
    assert KEY not in str([session.get_decoded() for session in Session.objects.all()])


def test_lists_of_the_admin_are_shown_without_it(client, root):
    wait(client, 60)
    for name in ("admin:auth_user_changelist", "admin:auth_group_changelist"):
        assert client.get(reverse(name)).status_code == 200


def test_a_refused_form_says_so_and_leads_back_to_its_page(client, panel):
    wait(client, 60)
    page = f"http://testserver{panel.get_absolute_url()}"
    address = reverse("panel_parallel", args=[panel.pk])
    answer = client.post(address, {"at_a_time": "4"}, headers={"Referer": page})
    assert "Nothing was changed" in client.get(answer.url).text
    assert client.post(answer.url, {"password": PASSWORD}).url == page
    client.post(address, {"at_a_time": "4"})
    panel.refresh_from_db()
    assert panel.parallel_calls == 4


def test_a_form_that_was_opened_in_time_can_be_sent_later(client, panel):
    address = reverse("panel_parallel", args=[panel.pk])
    wait(client, CONFIRMED_FOR * 1.5 / 60)
    assert client.post(address, {"at_a_time": "4"}).url == panel.get_absolute_url()
    wait(client, CONFIRMED_FOR * 2 / 60)
    assert client.post(address, {"at_a_time": "4"}).url != panel.get_absolute_url()


def test_htmx_is_led_there_as_a_whole_page(client, panel):
    wait(client, 60)
    answer = client.post(reverse("panel_parallel", args=[panel.pk]), headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/confirm/?next=")


@pytest.mark.parametrize("has_factor", [False, True])
def test_a_confirmation_leads_back_to_the_page(client, panel, root, has_factor):
    if has_factor:
        make_app(root)
        make_codes(root)
    wait(client, 60)
    address = reverse("panel_edit", args=[panel.pk])
    way = client.get(client.get(address).url, follow=has_factor)
    confirm = way.redirect_chain[-1][0] if has_factor else way.request["PATH_INFO"] + f"?next={address}"
    wrong, right = ("000000", code()) if has_factor else ("wrong", PASSWORD)
    name = "code" if has_factor else "password"
    assert client.post(confirm, {name: wrong}).status_code == 200
    assert client.get(address).status_code == 302
    assert client.post(confirm, {name: right}).url == address
    assert client.get(address).status_code == 200


def test_who_may_not_change_panels_is_refused_and_not_asked(as_viewer):
    wait(as_viewer, 60)
    assert as_viewer.get(reverse("panel_new")).status_code == 403


def test_the_password_page_of_the_admin_is_the_one_that_asks(client, root):
    assert client.get("/admin/password_change/").url == "/password/"
