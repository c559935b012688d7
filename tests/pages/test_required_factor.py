"""People who must have a second factor see nothing else before they have one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_user
from tests.factors import code, make_app, make_codes

pytestmark = pytest.mark.django_db
SETUP = "/account/factors/"


@pytest.mark.parametrize(
    ("required_for", "group", "fields", "is_asked"),
    [
        ("nobody", "Manager", {}, False),
        ("managers", "Manager", {}, True),
        ("managers", "Operator", {}, False),
        ("managers", "Viewer", {"is_staff": True}, True),
        ("managers", "", {"is_superuser": True}, True),
        ("everybody", "Viewer", {}, True),
        ("everybody", "Operator", {}, True),
    ],
)
def test_who_must_have_a_factor_is_led_to_its_page_from_everywhere(
    client, settings, required_for, group, fields, is_asked
):
    settings.FACTOR_REQUIRED_FOR = required_for
    client.force_login(make_user(group, **fields))
    for address in ("/orders/", "/account/", "/password/"):
        answer = client.get(address)
        assert (answer.status_code == 302 and answer.url == SETUP) == is_asked, address
    assert client.get(SETUP).status_code == 200


def test_the_page_says_why_and_an_app_opens_the_dashboard(as_manager, settings):
    settings.FACTOR_REQUIRED_FOR = "managers"
    assert "You need a second factor" in as_manager.get("/orders/", follow=True).text
    address = reverse("mfa_activate_totp")
    as_manager.get(address)
    assert as_manager.post("/orders/actions/").url == SETUP
    as_manager.post(address, {"code": code(secret=as_manager.session["mfa.totp.secret"])})
    assert as_manager.get("/orders/").status_code == 200
    as_manager.post(reverse("mfa_deactivate_totp"))
    assert as_manager.get("/orders/").url == SETUP


def test_recovery_codes_and_polls_and_the_way_out(as_manager, manager, settings):
    settings.FACTOR_REQUIRED_FOR = "everybody"
    # The page for it polls the status, and is not loaded anew while a code is typed.
    assert as_manager.get("/status/", headers={"HX-Request": "true"}).status_code == 204
    assert as_manager.get("/orders/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == SETUP
    assert as_manager.get("/healthz/").status_code == 200
    assert as_manager.post("/logout/").url == "/login/"


def test_recovery_codes_alone_are_no_factor(as_manager, manager, settings):
    settings.FACTOR_REQUIRED_FOR = "managers"
    make_codes(manager)
    assert as_manager.get("/orders/").url == SETUP
    make_app(manager)
    assert as_manager.get("/orders/").status_code == 200


def test_a_known_factor_costs_no_query(as_manager, manager, settings):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert as_manager.get("/orders/").status_code == 200
        return len(queries)

    make_app(manager)
    make_codes(manager)
    count()
    before = count()
    settings.FACTOR_REQUIRED_FOR = "managers"
    count()
    assert count() == before
