"""Lets all panels answer with a catalog just below the bounds at once, because that takes the most memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from panels.sandbox import Fault
from tests.bench.isolation import AT_BOUNDS, size_at_bounds
from tests.faults.panel import SpoiledPanel
from tests.processes import eventually

PATIENCE = 15.0  # In seconds.


class Catalogs:
    """Counts what it did in `done`."""

    def __init__(self, panels: Sequence[SpoiledPanel], done: Counter[str]) -> None:
        self._panels, self._done = panels, done

    def read_at_bounds(self) -> None:
        """Ask all panels for their catalogs at once."""
        from django.utils import timezone

        from panels.bell import ring
        from panels.models import Panel

        pairs = zip(self._panels, AT_BOUNDS, strict=True)
        planned = [
            panel.faults.add(Fault.HUGE, "services", text=value, size=size_at_bounds(value)) for panel, value in pairs
        ]
        asked = Panel.objects.filter(name__in=[panel.name for panel in self._panels])
        asked.update(sync_requested_at=timezone.now())
        for pk in asked.values_list("pk", flat=True):
            ring("sync", pk)
        met = eventually(lambda: all(each.hits for each in planned), PATIENCE)
        for panel, each in zip(self._panels, planned, strict=True):
            panel.faults.remove(each)
        self._done["catalogs at the bounds" if met else "missed: catalogs at the bounds"] += 1
