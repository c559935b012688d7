"""An account at a sandbox, for the commands."""

import threading

import pytest

from panels.calls.catalog import sync_catalog
from panels.sandbox import SandboxPanel
from tests.factories import make_panel


@pytest.fixture
def sandbox():
    with SandboxPanel() as panel:
        yield panel


@pytest.fixture
def panel(sandbox, transactional_db):
    """An account at the sandbox, with its catalog."""
    panel = make_panel(name="Northwind", api_url=sandbox.api_url, key=sandbox.key)
    sync_catalog(panel.pk, threading.Event())
    return panel
