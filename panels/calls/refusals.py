"""Concludes from refused orders that a panel refuses everybody, so that a bad hour there does not cost all orders.

known words about everybody   the order is put back, and the panel is paused for a time (providers/pauses.py)
other words                   the order is refused; several orders in a row in the same words pause the panel, and a
                              person says what the words mean (models/refusal.py)
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from panels.models import Order, OrderEvent, Panel, RefusalWords
from panels.orders import funds
from panels.pages.numbers import exact
from panels.protocol.errors import PanelError, Reason, Refused
from panels.protocol.folding import fold
from panels.protocol.wording import reason_for
from panels.providers.pauses import pause

State, Meaning = Order.State, RefusalWords.Meaning
# So many orders in a row with other services or links, refused in the same words, are no coincidence.
IN_A_ROW = 3
# The orders that were refused so shortly before are marked together.
TOGETHER = timedelta(minutes=10)
# A fall of the balance by so much more than the expected costs is no sign, because panels round charges up.
ROUNDED_UP, A_CENT = Decimal("1.01"), Decimal("0.01")
# Panels charge up to so many times the listed price.
SURCHARGED = Decimal("1.5")
# A refusal may come after the deadline of the order.
LONGEST_SEND = timedelta(minutes=10)


def with_meaning(order: Order, error: PanelError) -> PanelError:
    """Return the refusal with the meaning that a person gave its words at this panel."""
    if not _is_in_unknown_words(error):
        return error
    words = RefusalWords.objects.filter(panel=order.panel_id, folded=_fold(order, error.text), meaning=Meaning.PANEL)
    return Refused(error.text, Reason.EVERYBODY) if words.exists() else error


def count_refusal(order: Order, error: PanelError) -> None:
    """Count an order that was refused in words that are not known, and pause the panel after several in a row.

    The same order may be counted twice without harm.
    """
    if not _is_in_unknown_words(error):
        return
    with transaction.atomic():
        panel = Panel.objects.select_for_update(no_key=True).get(pk=order.panel_id)
        # An answer to an old key says nothing about a new key, and the same holds for another way of calling.
        if panel.is_called_alike(order.panel):
            _count(panel, order, error.text)


def _is_in_unknown_words(error: PanelError) -> bool:
    return isinstance(error, Refused) and error.reason == Reason.UNKNOWN


def _fold(order: Order, text: str) -> str:
    return fold(text, order.values.values())


def _count(panel: Panel, order: Order, text: str) -> None:
    folded = _fold(order, text)
    words = RefusalWords.objects.filter(panel=panel, folded=folded).first()
    if words and words.meaning == Meaning.ORDERS:
        return
    if words:
        Order.objects.filter(pk=order.pk, state=State.REFUSED).update(refused_in=words)
    targets = panel.refused_targets if panel.refused_words == folded else []
    target = _target_of(order)
    if target not in targets and len(targets) < IN_A_ROW:
        targets = [*targets, target]
        Panel.objects.filter(pk=panel.pk).update(refused_words=folded, refused_targets=targets)
    if len(targets) == IN_A_ROW:
        _ask_a_person(panel, folded, text)


def _target_of(order: Order) -> list[object]:
    # A subscription has no link. Its other fields name its target.
    return [order.service_id, order.link_key or json.dumps(order.params, sort_keys=True)[:300]]


def _ask_a_person(panel: Panel, folded: str, text: str) -> None:
    """Pause the panel until a person says what the words mean, and mark the orders that they refused."""
    now = timezone.now()
    alike = _refused_lately(panel, folded, now)
    began_at = min((order.sent_at for order in alike if order.sent_at), default=now)
    words, _ = RefusalWords.objects.get_or_create(
        panel=panel, folded=folded, defaults={"text": text, "began_at": began_at, "asked_at": now}
    )
    RefusalWords.objects.filter(pk=words.pk).update(text=text, meaning=Meaning.ASK, asked_at=now)
    Order.objects.filter(pk__in=[order.pk for order in alike], state=State.REFUSED).update(refused_in=words)
    pause(panel, Panel.Pause.UNCLEAR, text)
    # Compared with the balance before, it shows whether the panel took orders that it refused.
    Panel.objects.filter(pk=panel.pk).update(balance_requested_at=now)


def _refused_lately(panel: Panel, folded: str, now: datetime) -> list[Order]:
    """Return the orders that these words refused within the last minutes and that are not marked."""
    lately = Order.objects.filter(
        panel=panel,
        sent_at__gte=now - TOGETHER - LONGEST_SEND,
        state=State.REFUSED,
        error_class=Reason.UNKNOWN,
        finished_at__gte=now - TOGETHER,
        refused_in=None,
    )
    read = lately.only("type", "link", "quantity", "params", "error_text", "sent_at")
    return [order for order in read.order_by() if _fold(order, order.error_text) == folded]


def doubt_refusals(panel: Panel, balance: Decimal) -> None:
    """Make the orders unknown that the panel refused and put on the bill, by the balance that was just read.

    `panel` is the locked row with the reading before. The orders that may have been charged between the readings
    explain as much of a lower balance as they were expected to cost.
    """
    before, read_at = panel.balance, panel.balance_checked_at
    if before is None or read_at is None or balance >= before:
        return
    sent = Order.objects.filter(panel=panel, sent_at__gte=read_at - LONGEST_SEND).order_by("pk")
    missing = _unexplained(panel, sent, before - balance, read_at)
    # An order that was not sent at all has no time of sending.
    turned_back = sent.filter(state=State.QUEUED, sent_at__gte=read_at)
    put_back = [order for order in turned_back if missing and not _is_confirmed(order, panel, balance, missing)]
    if not put_back:
        return
    learned = {_fold(order, order.error_text) for order in put_back}
    fell = f"its balance fell from {exact(before, panel.currency)} to {exact(balance, panel.currency)}"
    text = f"The panel refused this order, but {fell}. Look for the order at the panel before you send it again."
    for order in put_back:
        order.move(
            State.UNKNOWN,
            what=OrderEvent.What.UNKNOWN,
            detail=text,
            error_text=text,
            send_deadline=None,
            held_for_funds_at=None,
        )
    words = RefusalWords.objects.filter(panel=panel, folded__in=learned, meaning=Meaning.PANEL)
    words.update(meaning=Meaning.ASK, asked_at=timezone.now())
    pause(panel, Panel.Pause.UNCLEAR, f"{panel.last_error} The balance fell although no order was taken.".strip())


def _unexplained(panel: Panel, sent: QuerySet[Order], fall: Decimal, read_at: datetime) -> Decimal:
    """Return how much of a fall no other order explains. An order of unknown cost explains any fall."""
    is_open = Q(placed_at=None, finished_at=None) | Q(placed_at__gte=read_at) | Q(finished_at__gte=read_at)
    charged = sent.exclude(state=State.QUEUED).filter(is_open)
    costs = list(charged.order_by().values_list("expected_cost", "currency"))
    known = [cost for cost, currency in costs if cost is not None and currency == panel.currency]
    if len(known) < len(costs):
        return Decimal()
    explained = sum(known, Decimal())
    return fall - explained if fall > explained * ROUNDED_UP + A_CENT else Decimal()


def _is_confirmed(order: Order, panel: Panel, balance: Decimal, missing: Decimal) -> bool:
    """Return whether the balance confirms a refusal for funds, and what is missing is not the price of the order."""
    cost = order.expected_cost or Decimal()
    is_its_price = bool(cost) and cost / ROUNDED_UP <= missing <= cost * SURCHARGED
    is_about_funds = reason_for(order.error_text) is Reason.FUNDS
    return is_about_funds and funds.exceeds(order, panel, balance) and not is_its_price
