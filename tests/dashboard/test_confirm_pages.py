"""The pages on which people confirm that it is them: where Cancel leads, and what follows a wrong passkey."""

from __future__ import annotations

import re
import time

import pytest
from django.urls import reverse

from panels.pages.confirmation import CONFIRMED_AT
from tests.factories import make_panel, make_user
from tests.factors import PASSWORD, make_app, make_codes, make_passkey

pytestmark = pytest.mark.django_db
SITE = "http://testserver"


@pytest.fixture
def root(client):
    user = make_user(username="root", password=PASSWORD, is_superuser=True)
    client.force_login(user)
    wait(client)
    return user


def wait(client):
    session = client.session
    session[CONFIRMED_AT] = time.time() - 60 * 60
    session.save()


def cancel(answer):
    return re.search(r'<a href="([^"]*)">Cancel', answer.text)[1]


def open_from(client, page, address):
    """Open a page by a link on another one. A browser names that one also after each redirect."""
    return client.get(address, follow=True, headers={"Referer": SITE + page})


def test_cancel_leads_back_to_the_page_with_the_link(client, root):
    panel = make_panel()
    came_from = panel.get_absolute_url() + "?x=1"
    for address in (reverse("panel_edit", args=[panel.pk]), reverse("mfa_activate_totp")):
        assert cancel(open_from(client, came_from, address)) == SITE + came_from


def test_it_still_does_after_a_wrong_answer_and_another_way(client, root):
    make_app(root)
    make_codes(root)
    make_passkey(root)
    answer = open_from(client, "/panels/", reverse("panel_new"))
    assert answer.request["PATH_INFO"] == "/confirm/passkey/"
    address = re.search(r'<a href="(/confirm/code/[^"]*)"', answer.text)[1].replace("&amp;", "&")
    code_page = client.get(address, headers={"Referer": f"{SITE}/confirm/passkey/"})
    again = client.post(address, {"code": "000000"}, headers={"Referer": SITE + address})
    assert "This was not accepted" in again.text
    assert [cancel(page) for page in (answer, code_page, again)] == [f"{SITE}/panels/"] * 3


def test_a_refused_form_leads_back_to_its_page_unless_that_would_ask_again(client, root):
    panel = make_panel()
    page = panel.get_absolute_url()
    edit = reverse("panel_edit", args=[panel.pk])
    for came_from, address, leads_to in (
        (page, reverse("panel_parallel", args=[panel.pk]), SITE + page),
        (edit, edit, reverse("start")),
    ):
        answer = client.post(address, {"at_a_time": "4"}, follow=True, headers={"Referer": SITE + came_from})
        assert "Nothing was changed" in answer.text
        assert cancel(answer) == leads_to


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/confirm/code/", ""]
)
def test_it_leads_to_no_other_site_and_not_in_a_circle(client, root, elsewhere):
    assert cancel(client.get("/confirm/", {"next": "/panels/", "back": elsewhere})) == reverse("start")
    assert cancel(client.get("/confirm/", headers={"Referer": elsewhere})) == reverse("start")


def test_a_wrong_passkey_is_said_on_the_same_page(client, root):
    make_passkey(root)
    address = "/confirm/passkey/?next=%2Fpanels%2Fnew%2F&back=%2Fpanels%2F"
    answer = client.post(address, {"credential": "{}"}, follow=True)
    assert answer.redirect_chain == [(address, 302)]
    assert "This was not accepted" in answer.text
