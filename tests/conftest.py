"""The environment of every test, a cast of users, and a network that is closed unless a test opens it."""

import os
import secrets

import pytest
from cryptography.fernet import Fernet

os.environ.update(
    ENV_FILE=os.devnull,
    DEBUG="off",
    HTTPS="off",
    SECRET_KEY=secrets.token_urlsafe(50),
    CREDENTIAL_KEYS=Fernet.generate_key().decode(),
    PANEL_ALLOW_PRIVATE_HOSTS="on",
    PANEL_ALLOW_HTTP="on",
    QUEUE_URL=os.environ.get("TEST_QUEUE_URL", "memory://"),
)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")


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
