"""Computes the cost of a draft, and makes its orders: once, and only at the prices that the person saw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from panels.bulk.checking import again_of, recheck_lines, save_changed_lines
from panels.bulk.drafts import lock_batch
from panels.bulk.lookup import in_chunks
from panels.bulk.term_changes import TermChange, find_changes
from panels.models import Batch, BatchLine, Order, OrderEvent, Panel
from panels.models.order_text import write_texts
from panels.models.writing import insert_rows
from panels.money.costs import promised_costs
from panels.orders import approval, repeats
from panels.orders.pace import Estimate, estimate
from panels.orders.placing import build_order
from panels.orders.resolution import withdraw_queued
from panels.people.order_limits import Limits, limits_of, lock_limits
from panels.protocol.order_types import Checked
from panels.tables.columns import AGAIN_OF

# The lines to order that have a warning.
WARNED = Q(has_errors=False, is_left_out=False) & ~Q(warnings=[])


@dataclass(frozen=True, slots=True)
class PanelTotal:
    """The orders of a batch at one panel in one currency.

    unpriced: the number of lines whose cost cannot be computed before the order. balance: the last balance that was
    read, None if none is known in this currency. promised: the part of the balance that other orders have spent
    already (`money.costs.promised_costs`). sending: how long it takes to send these orders.
    """

    panel: Panel
    currency: str
    count: int
    cost: Decimal
    unpriced: int
    balance: Decimal | None
    promised: Decimal
    sending: Estimate

    @property
    def available(self) -> Decimal | None:
        """The part of the balance that this batch can spend, None if the balance is not known."""
        return None if self.balance is None else self.balance - self.promised

    @property
    def excess(self) -> Decimal:
        """The part of the cost that the available balance does not cover.

        0 if the balance is not known, or if the panel takes orders above it.
        """
        if self.available is None or self.panel.gives_credit:
            return Decimal()
        return max(self.cost - self.available, Decimal())


@dataclass(frozen=True, slots=True)
class Summary:
    """The orders that a confirmation of a batch would make. The confirmation must carry the `fingerprint`.

    warned: the number of lines with a warning among those to order.
    """

    totals: tuple[PanelTotal, ...]
    count: int
    unpriced: int
    wrong: int
    warned: int
    left_out: int
    fingerprint: str

    @property
    def lines(self) -> int:
        """The number of all lines. A draft whose columns nobody has chosen has none."""
        return self.count + self.wrong + self.left_out

    @property
    def paused_panels(self) -> list[Panel]:
        """The paused panels, each once although it may have totals in several currencies."""
        return [panel for panel in dict.fromkeys(total.panel for total in self.totals) if panel.is_paused()]

    @property
    def can_confirm(self) -> bool:
        """Whether the batch has lines to order and no wrong line."""
        return self.count > 0 and not self.wrong


@dataclass(slots=True)
class _Sum:
    count: int = 0
    cost: Decimal = Decimal()
    unpriced: int = 0

    def add(self, cost: Decimal | None, number: int) -> None:
        self.count += number
        self.unpriced += number if cost is None else 0
        self.cost += (cost or 0) * number


def summary(batch: Batch) -> Summary:
    """Sum a batch per panel and currency, and compare it with the known balances."""
    # Read first, because a confirmation with it must not cover later changes.
    shown = fingerprint(Batch.objects.only("checked_at").get(pk=batch.pk))
    sums = _add_up(batch)
    panels = Panel.objects.in_bulk([panel_pk for panel_pk, _ in sums])
    promised = promised_costs(panels.values())
    totals = tuple(
        PanelTotal(
            panel=panels[panel_pk],
            currency=currency,
            count=each.count,
            cost=each.cost,
            unpriced=each.unpriced,
            balance=panels[panel_pk].balance if panels[panel_pk].currency == currency else None,
            promised=promised.get((panel_pk, currency), Decimal()),
            sending=estimate(panels[panel_pk], each.count),
        )
        for (panel_pk, currency), each in sums.items()
    )
    counts = batch.lines.aggregate(
        wrong=Count("pk", filter=Q(has_errors=True, is_left_out=False)),
        warned=Count("pk", filter=WARNED),
        left_out=Count("pk", filter=Q(is_left_out=True)),
    )
    return Summary(
        totals=tuple(sorted(totals, key=lambda total: (total.panel.name, total.currency))),
        count=sum(total.count for total in totals),
        unpriced=sum(total.unpriced for total in totals),
        fingerprint=shown,
        **counts,
    )


def _add_up(batch: Batch) -> dict[tuple[int, str], _Sum]:
    """Return the sums by panel and currency."""
    sums: dict[tuple[int, str], _Sum] = defaultdict(_Sum)
    for panel_pk, currency, cost, number in _equal_costs(batch).values_list("panel_id", "currency", "cost", "number"):
        sums[panel_pk, currency].add(cost, number)
    return sums


def _equal_costs(batch: Batch) -> QuerySet[Any]:
    """Return the number of the lines to order of equal cost.

    They are counted by the database, and the caller sums them, because SQLite has no decimals.
    """
    wanted = batch.lines.filter(has_errors=False, is_left_out=False).order_by()
    return wanted.values("panel_id", "currency", "cost").annotate(number=Count("pk"))


def fingerprint(batch: Batch) -> str:
    """Return a text that changes with every change of a draft, because each change sets `checked_at`."""
    return f"{batch.checked_at:%Y%m%d%H%M%S%f}"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The result of a confirmation, with the current batch.

    is_asked: its orders wait for approval.
    is_new: this call has confirmed the batch, and no earlier call. problem: the reason why nothing was ordered, "" if
    the batch is confirmed. panels: the panels that have new orders to send.
    """

    batch: Batch
    is_new: bool = False
    is_asked: bool = False
    problem: str = ""
    changes: tuple[TermChange, ...] = ()
    panels: tuple[int, ...] = ()


def confirm(batch: Batch, user: Any, shown: str) -> Confirmation:
    """Check a draft again, and queue all its orders in one transaction, or no order.

    All of them wait for approval if they are above the limits of the person.
    `shown` is the fingerprint of the summary that the person saw. Changes since then are stored, so the person sees
    them before the next try.
    """
    with transaction.atomic():
        batch = lock_batch(batch.pk)
        if batch.state == Batch.State.DISCARDED:
            return Confirmation(batch, problem="This batch was discarded. Nothing was ordered. Upload it again.")
        if not batch.is_draft:
            return Confirmation(batch)
        is_as_shown = fingerprint(batch) == shown
        _lock_repeated(batch)
        lines, before, checked = recheck_lines(batch)
        changes = find_changes(lines, before)
        wanted = [line for line in lines if not line.is_left_out]
        problem = _find_problem(wanted, changes, is_as_shown=is_as_shown)
        if problem:
            save_changed_lines(lines, before)
            Batch.objects.filter(pk=batch.pk).update(checked_at=timezone.now())
            return Confirmation(batch, problem=problem, changes=changes)
        # Before the batch is written, because that locks the person.
        limits = lock_limits(user)
        return _queue_orders(batch, wanted, checked, user, limits)


def _lock_repeated(batch: Batch) -> None:
    """Lock the orders that the batch orders again, because a person may have one of them sent again meanwhile."""
    if AGAIN_OF in batch.columns:
        repeats.lock(pk for line in batch.lines.only("batch", "cells") if (pk := again_of(line)))


def _find_problem(wanted: Sequence[BatchLine], changes: Sequence[TermChange], *, is_as_shown: bool) -> str:
    if changes:
        return (
            "Services, prices or conditions have changed since these lines were checked. Nothing was ordered. The "
            "costs are up to date now. Check the differences and confirm again."
        )
    if wrong := sum(line.has_errors for line in wanted):
        lines = "1 line has" if wrong == 1 else f"{wrong:,} lines have"
        return f"{lines} errors. Nothing was ordered. Correct or skip the lines with errors."
    if not wanted:
        return "No lines to order. Include lines, or discard the batch."
    if not is_as_shown:
        return "The batch has changed since this page was shown. Nothing was ordered. Check it again and confirm."
    return ""


def _queue_orders(
    batch: Batch, wanted: Sequence[BatchLine], checked: Mapping[int, Checked], user: Any, limits: Limits
) -> Confirmation:
    now = timezone.now()
    drafts = Batch.objects.filter(pk=batch.pk, state=Batch.State.DRAFT)
    batch.state, batch.confirmed_by, batch.confirmed_at = Batch.State.CONFIRMED, user, now
    if not drafts.update(state=batch.state, confirmed_by=user, confirmed_at=now):
        return Confirmation(Batch.objects.get(pk=batch.pk))
    _withdraw_replaced(batch, wanted, user)
    orders = [_build_order(batch, line, checked[line.number], user) for line in wanted]
    for order in orders:
        order.created_at = order.send_after = now
    if limits:
        approval.decide(orders, user, limits)
    insert_rows(orders)
    by, created = user and user.pk, OrderEvent.What.CREATED
    # They were inserted in this order, and a draft had no orders before.
    pks = list(Order.objects.filter(batch=batch).order_by("pk").values_list("pk", flat=True))
    write_texts(zip(pks, orders, strict=True))
    OrderEvent.objects.bulk_create([OrderEvent(order_id=pk, at=now, actor_id=by, what=created) for pk in pks])
    if reasons := orders[0].asked_because:
        same = {"at": now, "actor_id": by, "what": OrderEvent.What.ASKED, "detail": reasons}
        OrderEvent.objects.bulk_create([OrderEvent(order_id=pk, **same) for pk in pks])
    own = Order.objects.filter(token=OuterRef("token"))
    batch.lines.filter(is_left_out=False).update(order=Subquery(own.values("pk")[:1]))
    if reasons:
        return Confirmation(batch, is_new=True, is_asked=True)
    return Confirmation(batch, is_new=True, panels=tuple(sorted({order.panel_id for order in orders})))


def find_reasons(batch: Batch, user: Any) -> list[str]:
    """Return why the orders of a draft will wait for approval if this person confirms it now."""
    limits = limits_of(user)
    if not limits:
        return []
    costs = _equal_costs(batch).values_list("currency", "cost", "number")
    replaced = _replaced_by(batch, batch.lines.filter(is_left_out=False).only("batch", "cells"))
    withdrawn = [Q(pk__in=some, state=Order.State.QUEUED) for some in in_chunks(replaced)]
    return approval.find_reasons(user, approval.add_up(costs), limits, replaced=withdrawn)


def _withdraw_replaced(batch: Batch, wanted: Sequence[BatchLine], user: Any) -> None:
    """Withdraw the orders on hold that are sent elsewhere, in the transaction that queues their replacements.

    They are locked, and the check of their lines has found them on hold. So nobody can release them any more.
    """
    for some in in_chunks(_replaced_by(batch, wanted)):
        withdraw_queued(some, user, f"It is sent elsewhere, in {batch}.")


def _replaced_by(batch: Batch, lines: Iterable[BatchLine]) -> list[int]:
    """Return the orders whose place the lines of a batch take, none if it replaces no orders."""
    return sorted({pk for line in lines if (pk := again_of(line))}) if batch.replaces_orders else []


def _build_order(batch: Batch, line: BatchLine, checked: Checked, user: Any) -> Order:
    service = line.service
    if service is None:
        raise ValueError(f"{line} has no service.")
    # Its key may be that of an account. An order without a link has no key.
    link_key = line.link_key if checked.values.get("link") else ""
    order = build_order(service, checked, placed_by=user, token=line.token, labels=line.labels, link_key=link_key)
    order.batch_id = batch.pk
    order.again_of_id = again_of(line)
    return order
