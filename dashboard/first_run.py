"""Writes the first configuration for `up` and `demo` before Django loads, because Django needs the secrets."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet

from dashboard.private_files import close_to_others

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO_DIR = BASE_DIR / ".demo"
NAMES = (
    "SECRET_KEY",
    "CREDENTIAL_KEYS",
    "DATABASE_URL",
    "QUEUE_URL",
    "BACKUP_DIR",
    "EMAIL_URL",
    "EXCHANGE_RATES_URL",
    "DEBUG",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "HTTPS",
    "TRUSTED_PROXIES",
    "PANEL_ALLOW_PRIVATE_HOSTS",
    "PANEL_ALLOW_HTTP",
)
ASKS_FOR_HELP = {"-h", "--help"}
# With these settings Django loads without secrets, and no file is opened.
NOTHING_WRITTEN = {"DEBUG": "on", "QUEUE_URL": "memory://", "DATABASE_URL": "sqlite://:memory:"}
FIRST_LINES = """\
# Written by the first `manage.py up`. Keep this file, and keep a copy of it apart from the backups of the database.
# Without CREDENTIAL_KEYS, the stored API keys of your panels cannot be decrypted.
"""
NO_HTTPS_YET = """\
# There is no TLS proxy yet, and with HTTPS=on nobody can sign in over plain http. When there is a proxy, set HTTPS=on,
# TRUSTED_PROXIES=<address of the proxy>, ALLOWED_HOSTS=<your domain> and CSRF_TRUSTED_ORIGINS=https://<your domain>.
HTTPS=off
"""


def prepare(command: str, *arguments: str) -> None:
    """Write .env for the first `up`, and set the environment for `demo` and `sandbox_panel`. Ignore other commands.

    A question for help writes nothing.
    """
    if command == "help" or not ASKS_FOR_HELP.isdisjoint(arguments):
        os.environ.update(NOTHING_WRITTEN)
    elif command == "up":
        _prepare_up()
    elif command == "demo":
        _prepare_demo()
    elif command == "sandbox_panel":
        # It has no secrets and no database.
        os.environ.setdefault("DEBUG", "on")


def _prepare_up() -> None:
    """Write .env if nothing is configured. A person must complete a partial configuration."""
    path = Path(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
    if path.exists() or any(name in os.environ for name in NAMES):
        return
    _write(path, f"{FIRST_LINES}{_lines(_fresh_secrets())}\n{NO_HTTPS_YET}")
    sys.stdout.write(
        f"Wrote {path} with new secrets, because nothing was configured yet. Keep a copy of it in a safe place.\n"
        "HTTPS is off in it, because there is no TLS proxy yet. The file explains how to turn it on.\n"
    )
    sys.stdout.flush()


def _prepare_demo() -> None:
    """Set the environment of the demo, without any value of a real installation. Keep the password and the secrets."""
    path = DEMO_DIR / "env"
    kept = {"DEMO_PASSWORD": secrets.token_urlsafe(6), **_fresh_secrets(), **_read(path)}
    places = {
        "DATABASE_URL": f"sqlite:///{DEMO_DIR / 'dashboard.sqlite3'}",
        "QUEUE_URL": f"sqlite:///{DEMO_DIR / 'queue.sqlite3'}",
        # Else it would make backups among those of a real installation, and delete the old ones.
        "BACKUP_DIR": "",
        # The demo stays on this machine.
        "EXCHANGE_RATES_URL": "",
    }
    loopback = {"HTTPS": "off", "PANEL_ALLOW_PRIVATE_HOSTS": "on", "PANEL_ALLOW_HTTP": "on"}
    _write(path, _lines({**kept, **places, **loopback}))
    close_to_others(DEMO_DIR)
    for name in NAMES:
        os.environ.pop(name, None)
    os.environ["ENV_FILE"] = str(path)


def _fresh_secrets() -> dict[str, str]:
    return {"SECRET_KEY": secrets.token_urlsafe(50), "CREDENTIAL_KEYS": Fernet.generate_key().decode()}


def _read(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _lines(values: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _write(path: Path, text: str) -> None:
    """Write a file that only this user may read. A crash leaves the old file or no file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
