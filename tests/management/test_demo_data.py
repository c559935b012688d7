"""The demo is filled at a panel that another process can run later."""

from decimal import Decimal

import pytest

from panels.management.demo_data import ACCOUNTS, open_account
from panels.sandbox import SandboxPanel

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.name)
def test_an_account_is_open_without_limits_only_while_its_data_are_made(account, tmp_path):
    file = tmp_path / "panel.jsonl"
    with open_account(account, "key-0123456789", file) as (panel, sandbox):
        assert (panel.calls_per_minute, panel.api_url) == (None, sandbox.api_url)
        sandbox.set_balance(Decimal("77.50"))
    panel.refresh_from_db()
    assert (panel.calls_per_minute, panel.parallel_calls) == (120, 4)
    with SandboxPanel(account.dialect, "key-0123456789", state_file=file) as again:
        assert again.balance == Decimal("77.50")
