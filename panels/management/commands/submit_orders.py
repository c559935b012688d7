"""Sends queued orders without a worker."""

import threading
from typing import Any

from panels.calls.submission import submit_queued
from panels.management.by_panel import PanelCommand, Report, counted, new_trouble
from panels.models import Controls, Order, Panel
from panels.worker.sweep import expire


class Command(PanelCommand):
    help = "Send the queued orders of all active panels, or of one panel, within the limits of each panel."

    def handle(self, **options: Any) -> None:
        if expired := expire():
            self.stdout.write(f"{expired} orders or requests passed their deadline and are unknown now.")
        super().handle(**options)

    def work(self, panel: Panel, stopping: threading.Event) -> Report:
        counts = submit_queued(panel.pk, stopping)
        queued = Order.objects.filter(panel=panel, state=Order.State.QUEUED)
        held, waiting = queued.exclude(held_reason="").count(), queued.filter(held_reason="").count()
        left = [f"{held} on hold"] * bool(held)
        left += [f"{waiting} still waiting{_why(panel)}"] * bool(waiting)
        failures = counts.total() - counts["placed"] - counts["kept back"]
        failure = f"{failures} not placed" if failures else ""
        return ", ".join([counted(counts, "placed"), *left]), new_trouble(panel) or failure


def _why(panel: Panel) -> str:
    if Controls.is_sending_stopped():
        return " because all sending is stopped"
    return f" because {panel.get_paused_reason_display()}" if panel.is_paused() else ""
