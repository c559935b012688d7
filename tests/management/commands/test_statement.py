"""The command prints what the page of a statement shows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.factories import make_entry, make_panel
from tests.management.running import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    now = timezone.now()
    panel = make_panel(name="Nova", reported_currency="USD", balance=Decimal(150), balance_checked_at=now)
    for hours, kind, amount, note in ((50, "deposit", 8, ""), (30, "opening", 50, ""), (1, "deposit", 99, "Payment 7")):
        at = now - timedelta(hours=hours)
        make_entry(panel, kind=kind, amount=Decimal(amount), value_after=at, value_at=at, note=note)
    return panel


@pytest.mark.parametrize("by", ["name", "pk"])
def test_the_entries_are_printed_with_their_balances_and_the_end(panel, by):
    printed, error = run("statement", str(getattr(panel, by)))
    rows = [" ".join(line.split()[2:]) for line in printed.splitlines()[1:4]]
    assert rows == ["Deposit 99.00 149.00 Payment 7", "Opening balance 50.00 50.00", "Deposit 8.00 before the books"]
    assert "Balance of the panel 150.00\xa0USD" in printed
    assert "The panel has 1.00\xa0USD more than the books." in printed
    assert error == ""


def test_a_period_limits_the_entries_and_keeps_the_balances(panel):
    day = f"{timezone.localdate(timezone.now() - timedelta(hours=30))}"
    printed, _ = run("statement", "Nova", "--from", day, "--to", day)
    assert "Opening balance" in printed
    assert "Payment 7" not in printed.splitlines()[1]
    assert "before the books" not in printed


def test_an_unknown_panel_is_named_with_those_that_exist(panel):
    assert run("statement", "Vega")[1] == "There is no panel called Vega. Panels: Nova."
    assert "no panel called 999" in run("statement", "999")[1]
