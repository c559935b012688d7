"""What was spent, came in, is pending and waits: for each currency, and for each account."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from panels.models import Panel
from panels.money.standing import Promised, Promises, promises, received
from panels.money.totals import is_summed, spend


@dataclass(frozen=True)
class CurrencyMoney:
    """The money in one currency. `spent` is a row of `totals.spend`, and `received` a part of `standing.received`."""

    currency: str
    spent: dict[str, Any]
    received: dict[str, dict[str, Decimal]]
    waiting: Promised
    pending: Promised


@permission_required("panels.view_entry", raise_exception=True)
@require_safe
def money(request: HttpRequest) -> HttpResponse:
    """Show the money of all accounts."""
    now = timezone.now()
    promised = promises()
    panels = Panel.objects.defer("api_key").order_by("-is_active", "name")
    currencies = _by_currency(now, promised)
    context = {
        "currencies": currencies,
        "is_summed": any(each.spent for each in currencies) or is_summed(),
        "as_of": next((each.spent["as_of"] for each in currencies if each.spent), None),
        "standings": promised.standings(list(panels), now),
    }
    return render(request, "panels/money/money.html", context)


def _by_currency(now: dt.datetime, promised: Promises) -> list[CurrencyMoney]:
    spent = {row["currency"]: row for row in spend(now)}
    came = received(now)
    return [
        CurrencyMoney(currency, spent.get(currency, {}), came.get(currency, {}), *promised.of_currency(currency))
        for currency in sorted(spent.keys() | came.keys() | promised.currencies)
    ]
