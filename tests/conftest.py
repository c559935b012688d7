"""The environment of every test, users with each role, and a network that is closed beyond this machine."""

import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import threading

import django
import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.test import TransactionTestCase

os.environ.update(
    ENV_FILE=os.devnull,
    DEBUG="off",
    HTTPS="off",
    PANEL_ALLOW_PRIVATE_HOSTS="on",
    PANEL_ALLOW_HTTP="on",
    QUEUE_URL=os.environ.get("TEST_QUEUE_URL", "memory://"),
    TAKE_BACK_SECONDS="0",
    BACKUP_DIR="",
    EXCHANGE_RATES_URL="",
)
# Otherwise each process of the tests would compile the whole project, and most machines of containers set this.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# A process of pytest-xdist keeps the secrets of its parent, because its settings were read before this file.
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ.update(SECRET_KEY=secrets.token_urlsafe(50), CREDENTIAL_KEYS=Fernet.generate_key().decode())
    # Each run has its own folder, so that two runs at once do not share a database file.
    FOLDER = tempfile.TemporaryDirectory()
    os.environ["TEST_TABLES"] = f"{FOLDER.name}/tables.sqlite3"
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/dashboard.sqlite3")
else:
    FOLDER = None
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
django.setup()

# These modules need Django to be set up.
from dashboard.first_run import NAMES
from panels import bell
from panels.calls.balances import check_balance
from panels.sandbox import SandboxPanel
from panels.sandbox.server import Call
from tests.catalogs import read_catalog
from tests.emptying import empty_tables
from tests.factories import make_panel, make_user
from tests.mail_server import MailServer
from tests.migrated import made_once
from tests.processes import PATIENCE, ROOT, Started

if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A test database need not survive a power failure, and on a busy machine a lock may last long.
    settings.DATABASES["default"]["OPTIONS"] |= {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",
        "timeout": PATIENCE,
    }
# Else each client of a test would read all static files anew.
settings.WHITENOISE_AUTOREFRESH = True
TransactionTestCase._fixture_teardown = empty_tables
# Real hashers are slow on purpose, and hundreds of users sign in here.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_addoption(parser):
    parser.addoption("--database-only", action="store_true", help="only the tests that use the configured database")


def pytest_collection_modifyitems(config, items):
    """Leave out what is the same with any database."""
    if config.getoption("database_only"):
        other = [item for item in items if not _uses_database(item)]
        config.hook.pytest_deselected(items=other)
        items[:] = [item for item in items if _uses_database(item)]


def _uses_database(item):
    return item.get_closest_marker("django_db") or not {"db", "transactional_db"}.isdisjoint(item.fixturenames)


def pytest_unconfigure():
    """Delete the folder."""
    if FOLDER:
        FOLDER.cleanup()


@pytest.fixture(scope="session")
def django_db_setup(request, django_db_modify_db_settings, django_db_blocker):
    """Create the test database as pytest-django does, but migrate it in one process only."""
    with django_db_blocker.unblock(), made_once() as is_copy:
        request.config.option.reuse_db |= is_copy
        request.getfixturevalue("django_db_setup")


@pytest.fixture
def viewer(db):
    """A user who may look."""
    return make_user("Viewer")


@pytest.fixture
def operator(db):
    """A user who may order."""
    return make_user("Operator")


@pytest.fixture
def manager(db):
    """A user who may change panels and users."""
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
    """Fail a test that connects beyond this machine, or to the address of factory panels, where no server listens.

    A refused connection alone is not enough: the client treats it as a panel that is down, and the test would pass.
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
    """The tasks for the worker, recorded at once, because most tests never commit."""
    calls = []
    monkeypatch.setattr("panels.bell.transaction.on_commit", lambda ring, **_: ring())
    monkeypatch.setattr("panels.bell.enqueue", lambda kind, pk, **_: calls.append((kind, pk)))
    return calls


@pytest.fixture
def mail_server(settings):
    """A mail server on loopback, which the settings name."""
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.ALLOWED_HOSTS = ["orders.example.com", "testserver"]
    yield server
    server.close()


@pytest.fixture
def sandbox():
    """A sandbox panel of the common dialect, over real HTTP."""
    with SandboxPanel("003", key="sandbox-key-0123456789") as panel:
        yield panel


@pytest.fixture
def reduced_sandbox():
    """A sandbox panel of the reduced dialect."""
    with SandboxPanel("000", key="sandbox-key-0123456789") as panel:
        yield panel


@pytest.fixture
def hold(monkeypatch):
    """Let delayed answers of a sandbox wait for a condition instead of seconds."""

    def hold(wait):
        until = lambda _, seconds: wait() if seconds is None or seconds > 0 else None  # noqa: E731
        monkeypatch.setattr(Call, "wait", until)

    return hold


@pytest.fixture
def panel(db, sandbox):
    """Our account at the sandbox, without a catalog."""
    return make_panel(name="Sandbox", api_url=sandbox.api_url, key=sandbox.key)


@pytest.fixture
def synced_panel(panel):
    """Our account at the sandbox, with its catalog and balance."""
    read_catalog(panel)
    assert check_balance(panel.pk, threading.Event()) == ""
    panel.refresh_from_db()
    return panel


@pytest.fixture
def in_queue():
    """A function that returns the tasks in the queue, as (kind, pk)."""
    bell.huey.storage.flush_queue()

    def read():
        return [task.args for task in bell.huey.pending()]

    yield read
    bell.huey.storage.flush_queue()


@pytest.fixture
def start(tmp_path):
    """Start a process whose environment has no setting of this project except the given ones."""
    started = []
    unwanted = (*NAMES, "ENV_FILE", "COVERAGE_PROCESS_CONFIG")
    bare = {name: text for name, text in os.environ.items() if name not in unwanted}

    def run(*command, cwd=tmp_path, **environment):
        output = tmp_path / f"output-{len(started)}"
        started.append(Started([sys.executable, *command], output, cwd=cwd, env={**bare, **environment}))
        return started[-1]

    yield run
    for each in started:
        each.end()


@pytest.fixture
def clone(tmp_path):
    """A copy of the project in its own folder, without a configuration."""
    place = tmp_path / "clone"
    place.mkdir()
    shutil.copy(ROOT / "manage.py", place)
    for folder in ("dashboard", "panels", "templates", "static"):
        shutil.copytree(ROOT / folder, place / folder)
    return place


@pytest.fixture(autouse=True)
def own_counts():
    """Forget the requests of other tests, because their users have the same numbers."""
    if settings.QUEUE_URL == "memory://":
        bell.forget_counts()


@pytest.fixture(autouse=True)
def own_signals():
    """Restore the handlers of SIGINT and SIGTERM after a test that replaces them."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
