"""The settings: the refusal to start, the log, cookies, and strict headers."""

import re
import secrets

import pytest
from cryptography.fernet import Fernet

from tests.factories import make_order

PAGES = (
    "/", "/panels/", "/panels/new/", "/catalog/", "/orders/", "/orders/new/", "/refills/", "/status/", "/password/",
    "/people/", "/people/invite/",
    "/account/factors/", "/account/factors/app/", "/account/factors/codes/new/", "/confirm/",
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


def test_a_second_factor_is_a_must_for_nobody_for_managers_or_for_everybody(manage):
    answer = manage("check", DEBUG="on", FACTOR_REQUIRED_FOR="manager")
    assert answer.returncode == 1
    assert "FACTOR_REQUIRED_FOR must be nobody, managers or everybody." in answer.stderr


def test_production_settings_pass_the_deployment_check(manage):
    answer = manage("check", "--deploy", "--fail-level", "WARNING", **fresh_secrets())
    assert answer.returncode == 0, answer.stderr
    loose = manage("check", "--deploy", "--fail-level", "WARNING", HTTPS="off", **fresh_secrets())
    assert loose.returncode == 1


READ = (
    "from django.conf import settings as s; "
    "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)"
)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HTTPS": "off"}, "sessionid csrftoken False False"),
        ({}, "__Host-sessionid __Host-csrftoken False False"),
        ({"HSTS_SUBDOMAINS": "on"}, "__Host-sessionid __Host-csrftoken True True"),
    ],
)
def test_https_binds_the_cookies_to_this_host_and_only_a_setting_speaks_for_subdomains(manage, environment, expected):
    answer = manage("shell", "--no-imports", "-c", READ, **fresh_secrets(), **environment)
    assert answer.stdout.strip() == expected, answer.stderr


MAIL = (
    "from django.conf import settings as s; "
    "print(s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS, s.EMAIL_TIMEOUT, s.DEFAULT_FROM_EMAIL)"
)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, " 25 False 20 webmaster@localhost"),
        (
            {"EMAIL_URL": "smtp+tls://user:pass@mail.example.com:587", "DEFAULT_FROM_EMAIL": "orders@example.com"},
            "mail.example.com 587 True 20 orders@example.com",
        ),
    ],
)
def test_the_mail_server_is_the_one_of_email_url_and_without_it_there_is_none(manage, environment, expected):
    answer = manage("shell", "--no-imports", "-c", MAIL, **fresh_secrets(), **environment)
    assert answer.stdout.removesuffix("\n") == expected, answer.stderr


@pytest.mark.parametrize(("name", "value"), [("SESSION_IDLE_HOURS", "0"), ("SESSION_DAYS", "0")])
def test_a_session_lasts_for_a_while(manage, name, value):
    answer = manage("check", DEBUG="on", **{name: value})
    assert answer.returncode == 1
    assert "SESSION_IDLE_HOURS and SESSION_DAYS" in answer.stderr


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
