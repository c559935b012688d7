"""Builds evidence for the tests of the verdict: an order, what its panel saw, and what was done to it."""

from __future__ import annotations

from decimal import Decimal

from panels.sandbox import Arrival, LedgerEntry
from panels.sandbox.faults import PlannedFault
from tests.faults.claims import Claim
from tests.faults.evidence import Evidence, OrderSeen, Strike

LINK = "https://example.com/f/1"
OTHER = "https://example.com/f/2"
DEADLINE = 6.0
DEAD = 100 + DEADLINE


def order(state="placed", pk=1, **fields):
    fields = {
        "remote_id": "7" if state == "placed" else "",
        "unknown_at": DEAD if state == "unknown" else None,
    } | fields
    fields = {"link": f"https://example.com/f/{pk}", "panel": "p", "sent_at": 100.0} | fields
    return OrderSeen(pk=pk, state=state, **fields)


def arrival(fault=None, *, at=100.1, answered_at=100.2, caller="w1", link=LINK, text=""):
    planned = PlannedFault(fault, text=text) if fault else None
    return Arrival(int(at * 10), {"link": link}, caller, planned, at, answered_at)


def entry(order_id="7", link=LINK, at=100.1):
    return LedgerEntry(order_id, "1", {"link": link}, Decimal(1), at, 1)


def claim(at=100.0, pk=1, worker="w1"):
    return Claim(at, pk, 1, worker)


def evidence(*orders, ledger=(), arrivals=(), strikes=(), **fields):
    """Build the evidence. Each sender had claimed its order, and w1 had claimed every order that was sent."""
    sent = [claim(each.at - 0.1, int(each.fields["link"][-1]), each.caller) for each in arrivals]
    own = [claim(each.sent_at, each.pk) for each in orders if each.sent_at]
    fields = {
        "links": {each.link for each in orders},
        "claims": [*sent, *own],
        "patience": 2.0,
        "deadline": DEADLINE,
        "parallel": 3,
        "peaks": {"p": 3},
    } | fields
    return Evidence(orders=orders, ledgers={"p": ledger}, arrivals={"p": arrivals}, strikes=strikes, **fields)


def kill(at=100.3, worker="w1"):
    return Strike("kill", at, at, worker=worker)


def stop(began, ended, worker="w1"):
    return Strike("stop", began, ended, worker=worker)
