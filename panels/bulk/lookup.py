"""Finds the panels and services that the lines of a table name, with few queries for many lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from panels.models import BatchLine, Panel, Service
from panels.protocol.order_fields import shown
from panels.protocol.order_types import Offer

# The number of values in one query. SQLite takes at most 999.
AT_ONCE = 900
# The number of names in a message. It only counts further names.
NAMED = 3
# No service has a longer ID.
LONGEST_ID = 64
T = TypeVar("T")


class CatalogLookup:
    """The panels and services that some lines name. Reads them with a few queries for all lines."""

    def __init__(self, default: Panel | None, lines: Iterable[BatchLine]) -> None:
        self._default = default
        self._lines = list(lines)
        self._named: dict[str, Panel | str] = {}
        self._terms: dict[int, dict[str, Any]] = {}
        self._offers: dict[int, Offer] = {}

    @cached_property
    def _panels(self) -> list[Panel]:
        return list(Panel.objects.order_by("name"))

    @cached_property
    def _services(self) -> Mapping[tuple[int, str], Service]:
        wanted: dict[Panel, set[str]] = defaultdict(set)
        for line in self._lines:
            panel = self.panel(line.cells)
            remote_id = line.cells.get("service", "")
            if isinstance(panel, Panel) and 0 < len(remote_id) <= LONGEST_ID:
                wanted[panel].add(remote_id)
        found = {}
        for panel, remote_ids in wanted.items():
            for some in in_chunks(sorted(remote_ids)):
                services = Service.objects.filter(panel=panel, remote_id__in=some).select_related("mark")
                for service in services.defer("description", "search_text"):
                    service.panel = panel
                    found[panel.pk, service.remote_id] = service
        return found

    def panel(self, cells: Mapping[str, str]) -> Panel | str:
        """Return the panel that a line names, or an error message about the name."""
        name = cells.get("panel", "")
        if name not in self._named:
            self._named[name] = self._find_panel(name)
        return self._named[name]

    def _find_panel(self, name: str) -> Panel | str:
        if not name:
            return self._default or "The panel is missing. Name it in each line, or choose a panel for all lines."
        same, folded = [panel for panel in self._panels if panel.name == name], name.casefold()
        alike = same or [panel for panel in self._panels if panel.name.casefold() == folded]
        if len(alike) > 1:
            return f"Several panels are called {shown(name)}. Write the name with the same capital letters."
        if alike:
            return alike[0]
        known = [panel.name for panel in self._panels if panel.is_active]
        return f"There is no panel called {shown(name)}. Active panels: {name_some(known) or 'none'}."

    def service(self, panel: Panel, remote_id: str) -> Service | None:
        """Return the service with this id at a panel, None if the catalog has no such service."""
        return self._services.get((panel.pk, remote_id))

    def offer(self, service: Service) -> Offer:
        """Return the offer of a service, which its orders are checked against."""
        if service.pk not in self._offers:
            self._offers[service.pk] = service.offer()
        return self._offers[service.pk]

    def terms(self, service: Service) -> dict[str, Any]:
        """Return the conditions of a service besides its rate. An order is checked against them."""
        if service.pk not in self._terms:
            kept = service.terms()
            self._terms[service.pk] = {
                "type": service.order_type.label,
                **{name: kept[name] for name in ("name", "minimum", "maximum", "refill", "cancel")},
                "listed": service.is_listed,
                "dripfeed": service.dripfeed,
                "billed per line": service.panel.bills_package_per_line,
            }
            if service.charge_factor != 1:
                self._terms[service.pk]["charged"] = service.charged_as
        return self._terms[service.pk]


def in_chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a list into parts that are small enough for one query."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def name_some(names: Sequence[str], total: int | None = None) -> str:
    """List the first names in words, and count the other names."""
    more = (total or len(names)) - min(len(names), NAMED)
    if more:
        return f"{', '.join(names[:NAMED])} and {more:,} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
