"""Updates catalogs without a worker."""

import threading

from panels.calls.catalog import sync_catalog
from panels.catalog import facts, offers
from panels.management.by_panel import PanelCommand, Report, counted
from panels.models import Panel


class Command(PanelCommand):
    help = "Fetch the catalogs of all active panels, or of one panel, record their changes, and read the names."

    def work(self, panel: Panel, stopping: threading.Event) -> Report:
        counts, failure = sync_catalog(panel.pk, stopping)
        facts.read_names(stopping)
        offers.count_offers(stopping)
        return counted(counts, "listed", "new", "changed", "vanished") if not failure else "", failure
