"""Commands in their own environment, and a site behind a proxy."""

import os
import subprocess
import sys

import pytest

from dashboard.first_run import NAMES
from tests.processes import ROOT

# The browser tests set this variable for themselves.
UNSAFE = ("DJANGO_ALLOW_ASYNC_UNSAFE",)
PROXY = "10.0.0.5"


@pytest.fixture
def manage(tmp_path):
    """Run a command with only the given settings."""
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


@pytest.fixture
def behind_a_proxy(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]
