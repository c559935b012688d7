"""Checks orders, refills and cancels without a worker."""

import threading

from panels.calls.aftercare import send_requests
from panels.calls.candidates import confirm_candidates
from panels.calls.id_search import search_ids
from panels.calls.polling import poll_due
from panels.management.by_panel import PanelCommand, Report, counted, new_trouble
from panels.models import Panel


class Command(PanelCommand):
    help = "Send refills and cancels, and check the orders and refills that are due, at all active panels or at one."

    def work(self, panel: Panel, stopping: threading.Event) -> Report:
        if panel.blocks_reading():
            return "", f"paused: {panel.last_error}"
        requests = send_requests(panel.pk, stopping)
        confirmed = confirm_candidates(panel.pk, stopping)
        searched = search_ids(panel.pk, stopping)
        # Last, so that it also checks the orders that were just confirmed.
        orders = poll_due(panel.pk, stopping)
        failures = requests.pop("failed", 0) + orders.pop("failed", 0)
        words = [f"orders: {counted(orders, 'asked', 'answered', 'changed')}"]
        words += [f"aftercare: {counted(requests)}"] * bool(requests) + [f"{confirmed} confirmed"] * bool(confirmed)
        words += [f"{searched} calls to search for IDs"] * bool(searched)
        panel_says = Panel.objects.get(pk=panel.pk).last_error if failures else ""
        return "; ".join(words), new_trouble(panel) or (f"a call failed: {panel_says}" if failures else "")
