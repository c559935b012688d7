"""Two people who decide about the same orders at the same moment, while workers send."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from tests.faults.care import Care
from tests.faults.care_panel import ACTIONS, CANCEL
from tests.faults.stock import Stock
from tests.faults.web import PEOPLE, Click, Web

# The orders of each kind in one contest.
EACH = 2
# The unknown orders about which both decide in the end. One person decides about the others.
MOST = 60
HELD = "The price has risen since a person agreed to it."


class Contests:
    """Lets both people click on the same orders, and counts the contests in `done`."""

    def __init__(self, web: Web, stock: Stock, care: Care, chance: random.Random, done: Counter[str]) -> None:
        self._web, self._stock, self._care, self._chance = web, stock, care, chance
        self._done = done
        self.problems: list[str] = []

    def decide_together(self) -> None:
        """Let both decide about orders on hold, waiting orders, finished and running orders, and drafts."""
        for _ in range(EACH):
            self._contest_held()
            self._contest_waiting()
            self._contest_draft()
            for action in ACTIONS:
                self._contest_care(action)
        self._done["two people decided over the web"] += 1

    def _contest_held(self) -> None:
        """Send or withdraw an order on hold."""
        order = self._stock.new_order(held_reason=HELD)
        from panels.orders.resolution import check_now

        choices = [_decision(order, "release", shown=check_now(order).mark), _click("order_withdraw", order)]
        self._stock.withdrawable.add(order.link)
        self._both(choices)

    def _contest_waiting(self) -> None:
        """Withdraw an order that workers may claim at the same moment."""
        order = self._stock.new_order()
        self._stock.withdrawable.add(order.link)
        self._both([_click("order_withdraw", order)])

    def _contest_care(self, action: str) -> None:
        """Request the same refill or cancel twice."""
        order = self._care.new_order(action)
        self._care.requested[order.pk] = action
        name = "order_cancel" if action == CANCEL else "order_refill"
        self._web.both_click([_click(name, order)] * PEOPLE)

    def _contest_draft(self) -> None:
        """Order a draft, or discard it."""
        from panels.bulk.confirming import fingerprint
        from panels.models import Batch

        batch, links = self._stock.new_draft()
        choices = [_click("bulk_confirm", batch, fingerprint=fingerprint(batch)), _click("bulk_discard", batch)]
        self._both(choices)
        batch.refresh_from_db()
        ordered = set(batch.orders.values_list("link", flat=True))
        if ordered not in (set(), links) or (batch.state == Batch.State.DISCARDED and ordered):
            self.problems.append(f"draft {batch.pk} is {batch.state}, and has {len(ordered)} of {len(links)} orders")
        self._stock.links |= ordered

    def _both(self, choices: Sequence[Click]) -> None:
        self._web.both_click([self._chance.choice(choices) for _ in range(PEOPLE)])

    def resolve_all(self, id_at_panel: Callable[[str], str]) -> Counter[str]:
        """Let both decide about unknown orders, as people do who look into the order list of the panel.

        Nobody sends an order again that the panel has. Each may name its id, or mark it as lost. Returns the number of
        each decision that was clicked.
        """
        clicked: Counter[str] = Counter()
        orders = list(self._stock.undecided())
        for order in self._chance.sample(orders, min(MOST, len(orders))):
            remote_id = id_at_panel(order.link)
            if remote_id:
                wanted = _decision(order, "exists", remote_id=remote_id)
            else:
                wanted = _decision(order, "send_again")
                self._stock.sent_again.add(order.link)
            other = self._chance.choice([wanted, wanted, _decision(order, "write_off")])
            if other is not wanted:
                self._stock.given_up.add(order.link)
            self._web.both_click([wanted, other])
            clicked.update(click.fields["decision"] for click in (wanted, other))
        return Counter({f"clicked: {name}": number for name, number in clicked.items()})


def _click(name: str, row: Any, **fields: str) -> Click:
    from django.urls import reverse

    return Click(reverse(name, args=[row.pk]), fields)


def _decision(order: Any, decision: str, **fields: str) -> Click:
    return _click("order_resolve", order, decision=decision, **fields)
