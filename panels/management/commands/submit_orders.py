"""Sends queued orders without a worker."""

import threading
from collections import Counter
from typing import Any

from django.db.models import Case, Count, Q, Value, When
from django.db.models.functions import Now

from panels.calls.submission import submit_queued
from panels.management.by_panel import PanelCommand, Report, counted, new_trouble
from panels.models import Batch, Controls, Order, Panel
from panels.orders.funds import shortage
from panels.pages.numbers import money_text
from panels.worker.sweep import expire

_HELD, _FUNDS, _BATCH, _SERVICE = "held", "funds", "batch", "service"
# Why an order that is queued was not sent: the first reason that fits.
_REASON = Case(
    When(~Q(held_reason=""), then=Value(_HELD)),
    When(held_for_funds_at__isnull=False, then=Value(_FUNDS)),
    When(batch__state=Batch.State.PAUSED, then=Value(_BATCH)),
    When(service__waits_until__gt=Now(), then=Value(_SERVICE)),
    default=Value(""),
)


class Command(PanelCommand):
    help = "Send the queued orders of all active panels, or of one panel, within the limits of each panel."

    def handle(self, **options: Any) -> None:
        if expired := expire():
            self.stdout.write(f"{expired} orders or requests passed their deadline and are unknown now.")
        super().handle(**options)

    def work(self, panel: Panel, stopping: threading.Event) -> Report:
        counts = submit_queued(panel.pk, stopping)
        failures = counts.total() - counts["placed"] - counts["kept back"]
        failure = f"{failures} not placed" if failures else ""
        return ", ".join([counted(counts, "placed"), *_left(panel)]), new_trouble(panel) or failure


def _left(panel: Panel) -> list[str]:
    """Say how many orders are left, and why they were not sent."""
    queued = Order.objects.filter(panel=panel, state=Order.State.QUEUED).order_by()
    groups = queued.annotate(reason=_REASON).values_list("reason", "service__remote_id", "service__waits_because")
    numbers: Counter[str] = Counter()
    services = []
    for reason, remote_id, words, number in groups.annotate(Count("pk")):
        numbers[reason] += number
        if reason == _SERVICE:
            services.append(f"{number} waiting for service {remote_id} because the panel answers “{words}”")
    said = (
        (numbers[_HELD], "on hold"),
        (numbers[_FUNDS], f"waiting for money{_missing(panel)}" if numbers[_FUNDS] else ""),
        (numbers[_BATCH], "in a paused batch"),
        (numbers[""], f"still waiting{_why(panel)}"),
    )
    return [f"{number} {words}" for number, words in said if number] + sorted(services)


def _missing(panel: Panel) -> str:
    missing = shortage(Panel.objects.get(pk=panel.pk)).missing
    return ", the balance is not known" if missing is None else f" ({money_text(missing, panel.currency)} short)"


def _why(panel: Panel) -> str:
    if Controls.is_sending_stopped():
        return " because all sending is stopped"
    return f" because {panel.get_paused_reason_display()}" if panel.is_paused() else ""
