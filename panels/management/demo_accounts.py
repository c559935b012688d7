"""The accounts of the demo: four sandbox panels whose catalogs overlap, in two currencies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from panels.models import Panel
from panels.sandbox import SandboxPanel


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account at a sandbox panel. `house` is its catalog (sandbox/houses.py)."""

    name: str
    dialect: str
    house: str
    currency: str
    balance: int


ACCOUNTS = (
    DemoAccount("Brightline", "000", "brightline", "USD", 640),
    DemoAccount("Meridian Social", "003", "meridian", "EUR", 330),
    DemoAccount("Kestrel Media", "003", "kestrel", "USD", 400),
    DemoAccount("Tasman Reach", "003", "tasman", "EUR", 250),
)


@contextmanager
def open_account(account: DemoAccount, key: str, state_file: Path) -> Iterator[tuple[Panel, SandboxPanel]]:
    """Run the panel of the account while the demo is filled. Its state file lets another process run it later."""
    sandbox = SandboxPanel(
        account.dialect,
        key,
        house=account.house,
        currency=account.currency,
        balance=Decimal(account.balance),
        state_file=state_file,
    )
    with sandbox:
        # No limits while the demo is filled. They are set below.
        panel = Panel(name=account.name, api_url=sandbox.api_url, calls_per_minute=None, parallel_calls=1)
        panel.set_key(key)
        panel.save()
        yield panel, sandbox
    Panel.objects.filter(pk=panel.pk).update(calls_per_minute=120, parallel_calls=4)
