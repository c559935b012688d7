"""The contracts of pyproject.toml: they accept a copy of the code, and they refuse each kind of break in it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NO_NETWORK = "No web request talks to a panel"
NO_DJANGO = "The protocol, tables and the sandbox know no Django"
DIRECT = {"panels/views/overview.py": "from panels.calls import balances\n"}
# The layers alone allow both imports, because a view may use the protocol. The break is the chain of both imports.
THROUGH_A_HELPER = {
    "panels/protocol/helper.py": "from panels.protocol import client\n",
    "panels/pages/htmx.py": "from panels.protocol import helper\n",
}
INSIDE_A_FUNCTION = {"panels/views/overview.py": "def peek():\n    from panels.calls import balances\n"}
URLLIB3 = {"panels/views/overview.py": "import urllib3\n"}
DJANGO = {"panels/protocol/scalars.py": "from django.utils import timezone\n"}
UPWARDS = {"panels/models/order.py": "from panels.orders import queue\n"}


@pytest.fixture
def copy(tmp_path):
    """A copy of the code and of its contracts."""
    for name in ("panels", "dashboard"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(folder):
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def ruff(path, code):
    return subprocess.run(
        [Path(sys.executable).with_name("ruff"), "check", "--no-cache", "--select=TID251", f"--stdin-filename={path}"],
        cwd=ROOT,
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_copy_of_the_code_holds_all_contracts(copy):
    answer = lint_imports(copy)
    assert answer.returncode == 0, answer.stdout
    assert "0 broken" in answer.stdout


@pytest.mark.parametrize(
    ("files", "contract", "chain"),
    [
        pytest.param(DIRECT, NO_NETWORK, "panels.views.overview -> panels.calls.balances", id="direct"),
        pytest.param(
            THROUGH_A_HELPER, NO_NETWORK, "panels.protocol.helper -> panels.protocol.client", id="through a helper"
        ),
        pytest.param(
            INSIDE_A_FUNCTION, NO_NETWORK, "panels.views.overview -> panels.calls.balances", id="inside a function"
        ),
        pytest.param(URLLIB3, NO_NETWORK, "panels.views.overview -> urllib3", id="urllib3 in a view"),
        pytest.param(DJANGO, NO_DJANGO, "panels.protocol.scalars -> django", id="Django in the protocol"),
        pytest.param(UPWARDS, "Imports go one way", "panels.models.order -> panels.orders.queue", id="upwards"),
    ],
)
def test_a_break_is_refused(copy, files, contract, chain):
    for name, code in files.items():
        with (copy / name).open("a") as file:
            file.write(code)
    answer = lint_imports(copy)
    assert answer.returncode == 1, answer.stderr
    assert f"{contract} BROKEN" in answer.stdout
    assert chain in answer.stdout


@pytest.mark.parametrize("module", ["urllib.request", "http.client", "smtplib"])
@pytest.mark.parametrize(
    ("path", "is_allowed"),
    [
        ("panels/views/overview.py", False),
        ("panels/management/commands/demo.py", False),
        ("panels/worker/tasks.py", False),
        ("dashboard/health.py", False),
        ("panels/protocol/transport.py", True),
        ("panels/calls/visit.py", True),
        ("panels/sandbox/server.py", True),
        ("tests/servers.py", True),
    ],
)
def test_modules_that_reach_the_network_are_banned_outside_of_their_packages(path, is_allowed, module):
    answer = ruff(path, f"import {module}\n\n{module}\n")
    assert answer.returncode == (0 if is_allowed else 1), answer.stderr
    assert ("TID251" in answer.stdout) != is_allowed
