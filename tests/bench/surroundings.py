"""The environment of a measurement: its own database, its own sandbox panel, and rows."""

from __future__ import annotations

import json
import os
import platform
import re
import secrets
import subprocess
import sys
import tempfile
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SANDBOX_KEY = "sandbox-key-0123456789"
LATENCY = 0.05  # In seconds.


def set_up(queue_url: str = "memory://") -> None:
    """Load Django with new secrets for this run. Only the server of DATABASE_URL is used, not its data."""
    from cryptography.fernet import Fernet

    os.environ |= {"ENV_FILE": os.devnull, "DEBUG": "off", "HTTPS": "off", "QUEUE_URL": queue_url, "BACKUP_DIR": ""}
    os.environ |= {"PANEL_ALLOW_PRIVATE_HOSTS": "on", "PANEL_ALLOW_HTTP": "on", "LOG_LEVEL": "WARNING"}
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    os.environ.setdefault("CREDENTIAL_KEYS", Fernet.generate_key().decode())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    import django

    django.setup()


@contextmanager
def surroundings() -> Iterator[None]:
    """Load Django, with a folder for databases unless DATABASE_URL names a server."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        # Static files come from their folders, in other processes too, because a run collects no static files.
        warnings.filterwarnings("ignore", "No directory at")
        os.environ["PYTHONWARNINGS"] = "ignore:No directory at"
        set_up()
        yield


@contextmanager
def database() -> Iterator[str]:
    """Yield the name of an empty database beside the database of DATABASE_URL."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    if connection.vendor != "sqlite":
        connection.settings_dict["TEST"]["NAME"] = f"{before}_bench_{os.getpid()}"
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield name
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def machine() -> str:
    """Return the names of the programs and of the machine of this run."""
    from django.db import connection

    cpu = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    versions = ".".join(map(str, connection.get_database_version()))
    return (
        f"{cpu[1] if cpu else platform.machine()}, {len(os.sched_getaffinity(0))} cores, "
        f"Python {platform.python_version()}, {connection.display_name} {versions}"
    )


def database_url(name: str) -> str:
    """Return the address of a database of `database`, for another process."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


@contextmanager
def sandbox(latency: float = LATENCY) -> Iterator[str]:
    """Run a sandbox panel in its own process, so that it uses no time of the measured process. Yield its address."""
    options = ["--port=0", f"--latency={latency}", "--balance=100000000", f"--key={SANDBOX_KEY}"]
    command = [sys.executable, "manage.py", "sandbox_panel", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split(" at ")[1].strip()
        finally:
            process.terminate()


def look(api_url: str, name: str) -> Any:
    """Return the `ledger` or the `calls` of the sandbox at an address."""
    with urllib.request.urlopen(f"{api_url.removesuffix('/api/v2')}/_sandbox/{name}") as answer:
        return json.load(answer)


def tell(api_url: str, name: str, **wishes: Any) -> None:
    """Make the sandbox at an address run a command of panels.sandbox.control."""
    url = f"{api_url.removesuffix('/api/v2')}/_sandbox/{name}"
    with urllib.request.urlopen(url, json.dumps(wishes).encode()) as answer:
        assert json.load(answer) == {"ok": True}


def account(api_url: str, *, key: str = SANDBOX_KEY, **fields: Any) -> Any:
    """Create a panel at that address, with its catalog and without a limit of calls per minute."""
    import threading

    from panels.calls.catalog import sync_catalog
    from tests.factories import make_panel

    panel = make_panel(api_url=api_url, key=key, **fields)
    problem = sync_catalog(panel.pk, threading.Event())[1]
    assert not problem, problem
    panel.refresh_from_db()
    return panel
