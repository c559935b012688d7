"""Settings: how the project refuses to start, and what it logs."""

import secrets

import pytest
from cryptography.fernet import Fernet


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
