"""The environment of every test, a cast of users, and a network that is closed unless a test opens it."""

import os
import secrets
import socket
import tempfile
import threading

import django
import pytest
from cryptography.fernet import Fernet
from django.conf import settings

os.environ.update(
    ENV_FILE=os.devnull,
    DEBUG="off",
    HTTPS="off",
    PANEL_ALLOW_PRIVATE_HOSTS="on",
    PANEL_ALLOW_HTTP="on",
    QUEUE_URL=os.environ.get("TEST_QUEUE_URL", "memory://"),
)
# A process of pytest-xdist keeps those of its parent: it has read its settings before this file.
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ.update(SECRET_KEY=secrets.token_urlsafe(50), CREDENTIAL_KEYS=Fernet.generate_key().decode())
# A folder of its own, so that two runs at once do not share a database file.
FOLDER = tempfile.TemporaryDirectory()
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/dashboard.sqlite3")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
django.setup()
# Real ones are slow on purpose, and hundreds of people sign in here.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def viewer(db):
    """Somebody who may look."""
    from tests.factories import make_user

    return make_user("Viewer")


@pytest.fixture
def operator(db):
    """Somebody who may order."""
    from tests.factories import make_user

    return make_user("Operator")


@pytest.fixture
def manager(db):
    """Somebody who may change panels and people."""
    from tests.factories import make_user

    return make_user("Manager")


@pytest.fixture
def as_viewer(client, viewer):
    client.force_login(viewer)
    return client


@pytest.fixture
def as_operator(client, operator):
    client.force_login(operator)
    return client


@pytest.fixture
def as_manager(client, manager):
    client.force_login(manager)
    return client


@pytest.fixture(autouse=True)
def closed_network(monkeypatch):
    """Fail a test that reaches out: beyond this machine, or to the address where factories' panels do not listen.

    A refused connection alone would not do: the client takes it for a panel that is away, and the test would pass.
    """
    strays = []
    connect = socket.socket.connect

    def guarded(self, address):
        is_stray = self.family != socket.AF_UNIX and (address[0] not in ("127.0.0.1", "::1") or address[1] == 9)
        if is_stray:
            strays.append(address)
            raise ConnectionRefusedError(f"closed in tests: {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield strays
    assert not strays, f"the test reached out to {strays}"


@pytest.fixture
def rung(monkeypatch):
    """What the worker was asked to look at, at once: most tests never commit."""
    calls = []
    monkeypatch.setattr("panels.bell.transaction.on_commit", lambda ring, **_: ring())
    monkeypatch.setattr("panels.bell.enqueue", lambda kind, pk, **_: calls.append((kind, pk)))
    return calls


@pytest.fixture
def sandbox():
    """A panel of our own, of the common dialect, over real HTTP."""
    from panels.sandbox import SandboxPanel

    with SandboxPanel("003", key="sandbox-key-0123456789") as panel:
        yield panel


@pytest.fixture
def reduced_sandbox():
    """A panel of our own that speaks the reduced dialect."""
    from panels.sandbox import SandboxPanel

    with SandboxPanel("000", key="sandbox-key-0123456789") as panel:
        yield panel


@pytest.fixture
def panel(db, sandbox):
    """Our account at the sandbox, without a catalog."""
    from tests.factories import make_panel

    return make_panel(name="Sandbox", api_url=sandbox.api_url, key=sandbox.key)


@pytest.fixture
def synced_panel(panel):
    """Our account at the sandbox, with its catalog and balance."""
    from panels.calls.balances import check_balance
    from panels.calls.catalog import sync_catalog

    assert sync_catalog(panel.pk, threading.Event())[1] == ""
    assert check_balance(panel.pk, threading.Event()) == ""
    panel.refresh_from_db()
    return panel
