"""Settles what the unknown words of a panel mean, and sends the orders again that they refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from panels.models import BalanceReading, Order, OrderEvent, Panel, RefusalWords
from panels.models.history import record
from panels.money.costs import COST, NOTHING_ORDERED
from panels.providers.pauses import resume

State, What, Meaning = Order.State, OrderEvent.What, RefusalWords.Meaning
DECIDED_MEANWHILE = "Somebody has decided meanwhile, or the panel has refused more orders. Nothing was changed."


def decide(words: RefusalWords, meaning: str, actor: Any) -> str:
    """Store what the words mean, and let the panel take orders again; return "", or why nothing was stored.

    If they are about the panel, one order is tried first. If they are about the orders, these stay refused.
    """
    now = timezone.now()
    with transaction.atomic():
        panel = Panel.objects.select_for_update(no_key=True).get(pk=words.panel_id)
        fields: dict[str, Any] = {"meaning": meaning, "decided_at": now, "decided_by": actor}
        if meaning == Meaning.ORDERS:
            fields["final_until"] = now
        as_seen = RefusalWords.objects.filter(pk=words.pk, meaning=words.meaning, asked_at=words.asked_at)
        if not as_seen.update(**fields):
            return DECIDED_MEANWHILE
        record(words, meaning=(words.get_meaning_display(), Meaning(meaning).label))
        if panel.refused_words == words.folded:
            Panel.objects.filter(pk=panel.pk).update(refused_words="", refused_targets=[])
        if meaning == Meaning.PANEL and not panel.turned_away:
            Panel.objects.filter(pk=panel.pk).update(turned_away=1)
        if panel.paused_reason == Panel.Pause.UNCLEAR:
            resume(panel)
    return ""


def marked(words: RefusalWords) -> QuerySet[Order]:
    """Return the orders that these words refused and that are not final."""
    orders = Order.objects.filter(refused_in=words, state=State.REFUSED)
    return orders.filter(finished_at__gt=words.final_until) if words.final_until else orders


def with_repeat(orders: QuerySet[Order]) -> QuerySet[Any]:
    """Add `repeat`: an order that a person placed in place of this one, or None.

    It names this order, at the same panel or at another. Or it is newer and has the same service and link. A
    subscription has no link, so its other fields name its target.
    """
    ordered = Order.objects.exclude(state__in=NOTHING_ORDERED).order_by()
    named = ordered.filter(again_of=OuterRef("pk"))
    named_through_another = ordered.filter(again_of__again_of=OuterRef("pk"))
    alike = Q(service=OuterRef("service"), link_key=OuterRef("link_key"), pk__gt=OuterRef("pk"))
    newer = ordered.filter(alike).exclude(link_key="")
    newer_without_link = ordered.filter(alike, params=OuterRef("params")).filter(link_key="")
    each_way = (named, named_through_another, newer, newer_without_link)
    # The newest one, because a person may have accepted an older one.
    found = [Subquery(each.order_by("-pk").values("pk")[:1]) for each in each_way]
    annotated: QuerySet[Any] = orders.annotate(repeat=Coalesce(*found))
    return annotated


def to_send_again(words: RefusalWords) -> QuerySet[Order]:
    """Return the marked orders that may be sent again: nobody has ordered them meanwhile, and they have no alarm."""
    return with_repeat(marked(words)).filter(repeat=None, alarm="")


@dataclass(frozen=True)
class BalanceSince:
    """The last balance before the refusals, the balance now, and the cost of the orders that were taken between."""

    before: BalanceReading
    now: Decimal
    taken: Decimal

    @property
    def missing(self) -> Decimal:
        """The part of the balance that is gone and that no order of ours explains. 0 if nothing is missing."""
        gone: Decimal = self.before.balance - self.now - self.taken
        return max(gone, Decimal())


def balance_since(words: RefusalWords) -> BalanceSince | None:
    """Compare the balances before and after the refusals; None while one of them is not known."""
    panel = words.panel
    before = panel.balance_readings.filter(at__lt=words.began_at, currency=panel.currency).first()
    is_read = panel.balance_checked_at is not None and panel.balance_checked_at > words.asked_at
    if before is None or panel.balance is None or not is_read:
        return None
    sent = Order.objects.filter(panel=panel, sent_at__gte=before.at, currency=panel.currency).order_by()
    taken = sent.filter(state__in=(State.PLACED, State.UNKNOWN)).aggregate(cost=Sum(COST))["cost"]
    return BalanceSince(before, panel.balance, taken or Decimal())


def send_refused_again(order: Order, actor: Any, chosen_at: datetime) -> str:
    """Queue an order again that a panel refused when it refused everybody; return "", or why this is not possible.

    `chosen_at` is when the person saw it as refused. Its price and type are checked at its claim, as of any order.
    """
    if order.state != State.REFUSED:
        return f"Only a refused order can be sent again. This order is {order.get_state_display().lower()}."
    words = order.refused_in
    if words is None or words.meaning != Meaning.PANEL or not marked(words).filter(pk=order.pk).exists():
        return "The panel refused this order itself, so it can only be ordered anew."
    if order.finished_at and order.finished_at > chosen_at:
        return "The panel has refused this order once more since the orders were listed."
    if order.alarm:
        return "The order has an alarm. Look at it first."
    if repeat := with_repeat(Order.objects.filter(pk=order.pk)).values_list("repeat", flat=True).get():
        return f"It was ordered again as order {repeat}."
    moved = order.move(
        State.QUEUED,
        what=What.RESOLVED,
        detail="Sent again, because the panel had refused everybody.",
        actor=actor,
        send_after=timezone.now(),
        send_deadline=None,
        finished_at=None,
        refused_in=None,
        error_class="",
        error_text="",
    )
    return "" if moved else "The order has changed meanwhile."
