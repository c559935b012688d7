"""The demo is filled at panels that other processes can run later."""

from decimal import Decimal

import pytest

from panels.management.demo_accounts import ACCOUNTS, open_account
from panels.sandbox import SandboxPanel
from panels.sandbox.houses import HOUSES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.name)
def test_an_account_is_open_without_limits_only_while_its_data_are_made(account, tmp_path):
    file = tmp_path / "panel.jsonl"
    with open_account(account, "key-0123456789", file) as (panel, sandbox):
        assert (panel.calls_per_minute, panel.api_url) == (None, sandbox.api_url)
        sandbox.set_balance(Decimal("77.50"))
    panel.refresh_from_db()
    assert (panel.calls_per_minute, panel.parallel_calls) == (120, 4)
    options = {"house": account.house, "currency": account.currency, "state_file": file}
    with SandboxPanel(account.dialect, "key-0123456789", **options) as again:
        assert again.balance == Decimal("77.50")
        assert again.services == sandbox.services


def test_each_account_has_a_house_of_its_own_and_there_are_two_currencies():
    houses = {account.house for account in ACCOUNTS}
    assert len(houses) == len(ACCOUNTS) == 4
    assert all(not HOUSES[house].is_steady for house in houses)
    assert {account.currency for account in ACCOUNTS} == {"USD", "EUR"}
