"""Settings, the middleware in front of Django, and how the project refuses to start."""

import json
import os
import secrets
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.handlers.wsgi import WSGIHandler
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from dashboard.first_run import NAMES
from dashboard.middleware import TrustedProxies
from panels.models import Worker

# The browser tests set it for themselves.
UNSAFE = ("DJANGO_ALLOW_ASYNC_UNSAFE",)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def manage(tmp_path):
    """Run a command with nothing configured but what is given."""
    bare = {name: text for name, text in os.environ.items() if name not in (*NAMES, *UNSAFE)}

    def run(*arguments, **environment):
        settings = {"ENV_FILE": os.devnull, "DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}", **environment}
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**bare, **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def fresh_secrets():
    return {"SECRET_KEY": secrets.token_urlsafe(50), "CREDENTIAL_KEYS": Fernet.generate_key().decode()}


# -- refusing to start


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


def test_production_settings_pass_the_deployment_check(manage):
    answer = manage("check", "--deploy", "--fail-level", "WARNING", **fresh_secrets())
    assert answer.returncode == 0, answer.stderr
    loose = manage("check", "--deploy", "--fail-level", "WARNING", HTTPS="off", **fresh_secrets())
    assert loose.returncode == 1


def test_settings_come_from_the_file_that_env_file_names(manage, tmp_path):
    file = tmp_path / "settings"
    file.write_text("".join(f"{name}={text}\n" for name, text in fresh_secrets().items()))
    assert manage("check", ENV_FILE=str(file)).returncode == 0


# -- whose address it is


def seen_address(settings, address, *, proxies, **headers):
    settings.TRUSTED_PROXIES = proxies
    seen = {}

    def view(request):
        seen.update(request.META)
        return HttpResponse()

    TrustedProxies(view)(RequestFactory().get("/", REMOTE_ADDR=address, **headers))
    return seen["REMOTE_ADDR"], seen.get("HTTP_X_FORWARDED_PROTO")


@pytest.mark.parametrize(
    ("address", "forwarded", "visitor"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
    ],
)
def test_only_what_trusted_proxies_say_about_an_address_is_believed(settings, address, forwarded, visitor):
    seen, _ = seen_address(settings, address, proxies=["10.0.0.0/8"], HTTP_X_FORWARDED_FOR=forwarded)
    assert seen == visitor


def test_https_is_believed_of_a_trusted_proxy_only(settings):
    said = {"HTTP_X_FORWARDED_PROTO": "https"}
    assert seen_address(settings, "10.0.0.1", proxies=["10.0.0.1"], **said)[1] == "https"
    assert seen_address(settings, "10.0.0.2", proxies=["10.0.0.1"], **said)[1] is None
    assert seen_address(settings, "10.0.0.1", proxies=[], **said)[1] is None


# -- health


def make_worker(seconds_ago=0, **fields):
    at = timezone.now() - timedelta(seconds=seconds_ago)
    return Worker.objects.create(host="here", pid=1, started_at=at, seen_at=at, **fields)


def test_health_is_told_without_login_or_redirect_and_whatever_the_host(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True
    for ask in (client.get, client.head):
        answer = ask("/healthz/", HTTP_HOST="10.1.2.3:8000")
        assert (answer.status_code, answer.cookies) == (200, {})
        assert "no-store" in answer.headers["Cache-Control"]
    assert client.get("/login/", HTTP_HOST="10.1.2.3:8000").status_code == 400
    assert client.get("/login/").status_code == 301


def test_a_missing_worker_does_not_take_the_web_down_with_it(client, db):
    answer = client.get("/healthz/")
    expected = {"status": "ok", "database": "ok", "worker": "not running", "worker_seen_seconds_ago": None}
    assert (answer.status_code, answer.json()) == (200, expected)
    make_worker(seconds_ago=100)
    answer = client.get("/healthz/").json()
    assert (answer["worker"], answer["worker_seen_seconds_ago"]) == ("not running", 100)


def test_whoever_watches_the_worker_is_told_by_the_status(client, db):
    assert client.get("/healthz/?worker").status_code == 503
    assert client.get("/healthz/?worker").json()["status"] == "error"
    make_worker()
    answer = client.get("/healthz/?worker")
    assert (answer.status_code, answer.json()["worker"]) == (200, "ok")


def test_a_worker_that_has_just_stopped_does_not_hide_one_that_works(client, db):
    make_worker(seconds_ago=4)
    make_worker(stopped_at=timezone.now())
    assert client.get("/healthz/").json()["worker"] == "ok"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_health_says_when_the_database_is_gone(client, monkeypatch, error):
    def gone():
        raise error("gone, with password=secret")

    monkeypatch.setattr("dashboard.health.connection.cursor", gone)
    answer = client.get("/healthz/")
    assert (answer.status_code, json.loads(answer.content)["status"]) == (503, "error")
    assert b"secret" not in answer.content


@pytest.mark.parametrize("address", ["/admin/", "/panels/new/"])
def test_what_somebody_may_not_see_is_one_line_of_the_log(as_viewer, caplog, address):
    assert as_viewer.get(address, follow=True).status_code == 403
    assert f"Forbidden (Permission denied): {address}" in caplog.text
    assert "Traceback" not in caplog.text


def test_an_error_of_ours_keeps_its_traceback(as_manager, caplog, monkeypatch):
    monkeypatch.setattr("panels.views.refills.count_rows", lambda _: 1 / 0)
    monkeypatch.setattr("panels.views.refills.paginate", lambda *_, **__: 1 / 0)
    as_manager.raise_request_exception = False
    assert as_manager.get("/refills/").status_code == 500
    assert "ZeroDivisionError" in caplog.text


def test_the_wsgi_application_is_there():
    from dashboard.wsgi import application

    assert isinstance(application, WSGIHandler)
