"""Says why an order that is ordered again could be bought twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from panels.models import Order, RefusalWords
from panels.models.order_states import is_replaceable
from panels.money.costs import NOTHING_ORDERED
from panels.orders.placing import is_active, target_word
from panels.orders.refused import with_repeat

State = Order.State
# The panel may have these orders, and nobody knows it yet.
UNDECIDED = (State.SENDING, State.UNKNOWN)
# The number of values in one query. SQLite takes at most 999.
AT_ONCE = 900
_READ = (
    *("pk", "link", "state", "progress", "alarm", "sent_at", "held_reason", "held_for_funds_at"),
    *("repeat", "is_active", "refused_in__meaning"),
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why an order should not be ordered again. A person cannot overrule a final doubt."""

    text: str
    is_final: bool = False


def find_doubts(pks: Iterable[int], drafted_at: datetime, *, is_replacing: bool = False) -> dict[int, Doubt | None]:
    """Return the doubt about ordering each of these orders again, None for an order without a doubt.

    drafted_at: when a person decided to order them again. is_replacing: the new orders take the place of these, so
    nothing may have been ordered for these. Orders that do not exist are not in the result.
    """
    numbers = sorted(set(pks))
    found: dict[int, Doubt | None] = {}
    for start in range(0, len(numbers), AT_ONCE):
        orders = with_repeat(Order.objects.filter(pk__in=numbers[start : start + AT_ONCE])).order_by()
        for order in orders.annotate(is_active=is_active()).values_list(*_READ, named=True):
            found[order.pk] = _doubt_about(order, drafted_at, is_replacing=is_replacing)
    return found


def lock(pks: Iterable[int]) -> None:
    """Lock orders that are ordered again until the end of the transaction, so that nobody sends them meanwhile.

    Everybody locks several orders in the order of their pks, to avoid deadlocks.
    """
    numbers = sorted(set(pks))
    for start in range(0, len(numbers), AT_ONCE):
        orders = Order.objects.filter(pk__in=numbers[start : start + AT_ONCE])
        list(orders.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def newest_repeat(pk: int) -> int | None:
    """Return the pk of the newest order that was placed in place of an order, None without one.

    With the order locked (`lock`), nobody places another one meanwhile.
    """
    return with_repeat(Order.objects.filter(pk=pk)).order_by().values_list("repeat", flat=True).first()


def _doubt_about(order: Any, drafted_at: datetime, *, is_replacing: bool) -> Doubt | None:  # noqa: PLR0911
    if final := _why_impossible(order, is_replacing=is_replacing):
        return Doubt(final, is_final=True)
    has_failed = order.state in (*NOTHING_ORDERED, State.WRITTEN_OFF) or order.progress in Order.GIVEN_UP
    if (has_failed or is_replacing) and order.repeat:
        return Doubt(f"Order {order.pk} was ordered again already as order {order.repeat}.")
    if order.state == State.WRITTEN_OFF:
        return Doubt(f"The panel may have order {order.pk}, which is marked as lost.")
    if order.is_active and not is_replacing:
        return Doubt(f"Order {order.pk} is still active for the same service and {target_word(order.link)}.")
    if order.sent_at and order.sent_at > drafted_at:
        return Doubt(f"Order {order.pk} was sent again since these lines were made.")
    if order.alarm:
        return Doubt(f"Order {order.pk} has an alarm: {order.alarm}")
    if is_replacing and order.state == State.REFUSED and order.refused_in__meaning == RefusalWords.Meaning.ASK:
        text = f"Nobody has decided what the refusal of order {order.pk} means. The panel may have taken the order."
        return Doubt(text)
    return None


def _why_impossible(order: Any, *, is_replacing: bool) -> str:
    if order.state in UNDECIDED:
        return f"The panel may have order {order.pk}, because its outcome is not known. Decide about that order first."
    if is_replacing and not is_replaceable(order):
        return f"Order {order.pk} is {State(order.state).label.lower()} now, so no other order can take its place."
    return ""
