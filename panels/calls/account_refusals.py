"""Finds out whether a refusal about our account is true: asks for the balance before another order is sent.

an order is refused   and the balance                      so
for the key           is refused for the key too           the panel is paused (auth), by the answer to the balance
for funds             is below the cost of the order       the order is held until a balance covers it
for either            is enough, or not known              the service waits (orders/service_waits.py)
for the key, and says
"API is disabled"     is known                              the panel is paused (everybody), because all orders wait

The order is back in the queue before, so a worker that ends meanwhile loses nothing. Without an answer about the
balance nothing is known about the account. Then a wait of one service is the least that keeps the order from being
refused again and again, and it ends by itself.
"""

from __future__ import annotations

from typing import TypeAlias, TypeGuard

from django.db import transaction
from django.utils import timezone

from panels.bell import ring
from panels.calls.balances import read_balance
from panels.calls.conclusions import note_error
from panels.calls.visit import Visit
from panels.models import Order, Panel
from panels.orders import funds, service_waits
from panels.protocol.errors import PanelError, Reason, Refused
from panels.protocol.wire import Balance
from panels.protocol.wording import says_everybody

# An order, and the words of its refusal.
DoubtfulRefusal: TypeAlias = tuple[Order, Refused]


def is_doubtful(answer: object) -> TypeGuard[Refused]:
    """Return whether an answer to an order is a refusal that its panel may have taken over from a supplier."""
    return isinstance(answer, Refused) and answer.reason in (Reason.AUTH, Reason.FUNDS)


def conclude(here: Visit, refusals: list[DoubtfulRefusal]) -> bool:
    """Ask for the balance, and draw the conclusions for orders that are queued again; return whether to send more."""
    found = read_balance(here)
    if isinstance(found, Refused) and found.reason == Reason.AUTH:
        return False
    for order, error in refusals:
        if isinstance(found, Balance) and error.reason == Reason.AUTH and says_everybody(error.text):
            note_error(here.panel, Refused(error.text, Reason.EVERYBODY), placing=True)
        elif not (isinstance(found, Balance) and error.reason == Reason.FUNDS and _hold(order, error)):
            _let_wait(order, error)
    return not isinstance(found, PanelError)


def _hold(order: Order, error: Refused) -> bool:
    """Hold an order that the balance does not cover; return False if it does."""
    with transaction.atomic():
        panel = Panel.objects.select_for_update(no_key=True).get(pk=order.panel_id)
        balance = panel.balance
        if balance is None or not funds.exceeds(order, panel, balance):
            return False
        if panel.gives_credit and balance >= 0:
            Panel.objects.filter(pk=panel.pk).update(gives_credit=False)
            panel.gives_credit = False
        funds.hold_refused(panel, order, error.text, timezone.now())
    return True


def _let_wait(order: Order, error: Refused) -> None:
    if wait := service_waits.put_off(order, error.text, timezone.now()):
        ring("submit", order.panel_id, delay=wait.total_seconds() + 1)
