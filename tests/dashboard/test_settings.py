"""The settings: the refusal to start, the log, the lock against guessed passwords, and strict headers."""

import re
import secrets

import pytest
from axes.models import AccessAttempt
from cryptography.fernet import Fernet
from django.conf import settings as configured
from django.db.models import F

from tests.dashboard.conftest import PROXY
from tests.factories import make_order, make_user

PASSWORD = "correct horse battery"
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


def fresh_secrets():
    return {"SECRET_KEY": secrets.token_urlsafe(50), "CREDENTIAL_KEYS": Fernet.generate_key().decode()}


@pytest.mark.parametrize("missing", ["SECRET_KEY", "CREDENTIAL_KEYS"])
def test_without_a_secret_it_refuses_to_start_and_says_which(manage, missing):
    given = fresh_secrets()
    given.pop(missing)
    answer = manage("check", **given)
    assert answer.returncode == 1
    assert f"{missing} is not set" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_debug_does_without_secrets(manage):
    assert manage("check", DEBUG="on").returncode == 0


@pytest.mark.parametrize(("seconds", "is_fit"), [("0", True), ("60", True), ("61", False), ("-1", False), ("x", False)])
def test_an_order_can_be_taken_back_for_at_most_a_minute(manage, seconds, is_fit):
    answer = manage("check", DEBUG="on", TAKE_BACK_SECONDS=seconds)
    assert (answer.returncode == 0) == is_fit
    assert is_fit or "TAKE_BACK_SECONDS" in answer.stderr


def test_production_settings_pass_the_deployment_check(manage):
    answer = manage("check", "--deploy", "--fail-level", "WARNING", **fresh_secrets())
    assert answer.returncode == 0, answer.stderr
    loose = manage("check", "--deploy", "--fail-level", "WARNING", HTTPS="off", **fresh_secrets())
    assert loose.returncode == 1


def test_settings_come_from_the_file_that_env_file_names(manage, tmp_path):
    file = tmp_path / "settings"
    file.write_text("".join(f"{name}={text}\n" for name, text in fresh_secrets().items()))
    assert manage("check", ENV_FILE=str(file)).returncode == 0


@pytest.mark.parametrize("address", ["/admin/", "/panels/new/"])
def test_a_refused_page_is_one_line_of_the_log(as_viewer, caplog, address):
    assert as_viewer.get(address, follow=True).status_code == 403
    assert f"Forbidden (Permission denied): {address}" in caplog.text
    assert "Traceback" not in caplog.text


def test_an_error_of_ours_keeps_its_traceback(as_manager, caplog, monkeypatch):
    monkeypatch.setattr("panels.views.refills.paginate", lambda *_, **__: 1 / 0)
    as_manager.raise_request_exception = False
    assert as_manager.get("/refills/").status_code == 500
    assert "ZeroDivisionError" in caplog.text


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


def test_behind_our_proxy_it_is_the_visitor_who_is_locked(client, ann, behind_a_proxy):
    for number in range(5):
        # Only the address that our proxy added counts.
        guess(client, address=PROXY, **{"X-Forwarded-For": f"198.51.100.{number}, 192.0.2.7"})
    locked = guess(client, password=PASSWORD, address=PROXY, **{"X-Forwarded-For": "198.51.100.9, 192.0.2.7"})
    other = guess(client, password=PASSWORD, address=PROXY, **{"X-Forwarded-For": "192.0.2.8"})
    assert (locked.status_code, other.status_code) == (429, 302)


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_strict_headers_and_nothing_inline(as_manager, address):
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
