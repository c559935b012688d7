"""Checks the lines of a batch against the catalog: all errors of every line, in a number of queries that is bounded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from panels.models import Batch, BatchLine, Order, Panel, Service
from panels.models.planning import unindexed_text
from panels.orders.placing import is_active
from panels.protocol.order_fields import UnfitError, clean, shown
from panels.protocol.order_types import ALL_FIELDS, Checked, Offer, check, normalise_link

# Values in one query: SQLite takes 999.
AT_ONCE = 900
# Others that a message names before it only counts them.
NAMED = 3
# What a check writes into a line.
FOUND = (
    "cells",
    "errors",
    "has_errors",
    "warnings",
    "is_left_out",
    "is_repeat_ok",
    "panel",
    "service",
    "link_key",
    "rate",
    "terms",
    "cost",
    "currency",
)
T = TypeVar("T")
Key = tuple[int, str]


def check_lines(batch: Batch, lines: Sequence[BatchLine]) -> dict[int, Checked]:
    """Check lines against the catalog of now and write into them what is found; nothing is saved.

    Whatever lines of the batch order the same service for the same link must be given together. Returns what there is
    to order by the lines' numbers.
    """
    lookup = CatalogLookup(batch.panel, lines)
    checked: dict[int, Checked] = {}
    for line in lines:
        if found := _check(line, lookup):
            checked[line.number] = found
    _find_repeats(lines)
    for line in lines:
        line.has_errors = bool(line.errors)
    return checked


def save_lines(lines: Sequence[BatchLine]) -> None:
    """Write what a check has found, in as few statements as an insert takes."""
    BatchLine.objects.bulk_create(lines, update_conflicts=True, unique_fields=("id",), update_fields=FOUND)


class CatalogLookup:
    """The panels and services that some lines name, fetched at once."""

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
            if isinstance(panel, Panel) and (remote_id := line.cells.get("service")):
                wanted[panel].add(remote_id)
        found = {}
        for panel, remote_ids in wanted.items():
            for some in in_chunks(sorted(remote_ids)):
                services = Service.objects.filter(panel=panel, remote_id__in=some)
                for service in services.defer("description", "search_text"):
                    service.panel = panel
                    found[panel.pk, service.remote_id] = service
        return found

    def panel(self, cells: Mapping[str, str]) -> Panel | str:
        """Return the panel that a line means, or what is wrong with its name."""
        name = cells.get("panel", "")
        if name not in self._named:
            self._named[name] = self._find_panel(name)
        return self._named[name]

    def _find_panel(self, name: str) -> Panel | str:
        if not name:
            return self._default or "The panel is missing: name it in the column panel, or choose one for all lines."
        same = [panel for panel in self._panels if panel.name == name]
        alike = same or [panel for panel in self._panels if panel.name.casefold() == name.casefold()]
        if len(alike) > 1:
            return f"Several panels are called {shown(name)}: write its name in the same letters, capitals too."
        if alike:
            return alike[0]
        known = [panel.name for panel in self._panels if panel.is_active]
        return f"There is no panel called {shown(name)}. The active ones: {_listed(known) or 'none'}."

    def service(self, panel: Panel, remote_id: str) -> Service | None:
        """Return the service that has this id at a panel."""
        return self._services.get((panel.pk, remote_id))

    def offer(self, service: Service) -> Offer:
        """Return what a service promises."""
        if service.pk not in self._offers:
            self._offers[service.pk] = service.offer()
        return self._offers[service.pk]

    def terms(self, service: Service) -> dict[str, Any]:
        """Return the conditions besides the rate that an order is checked against."""
        if service.pk not in self._terms:
            self._terms[service.pk] = {
                "type": service.order_type.label,
                "minimum": service.min_quantity,
                "maximum": service.max_quantity,
                "listed": service.is_listed,
                "dripfeed": service.dripfeed,
                "billed per line": service.panel.bills_package_per_line,
            }
        return self._terms[service.pk]


def _check(line: BatchLine, lookup: CatalogLookup) -> Checked | None:
    line.errors, line.warnings = {}, []
    line.rate, line.terms, line.cost, line.link_key = None, {}, None, ""
    service = _find(line, lookup)
    values = {name: text for name, text in line.cells.items() if name in ALL_FIELDS}
    if service is None:
        line.errors |= unfit(values)
        return None
    checked = check(lookup.offer(service), values)
    line.errors |= {name: list(messages) for name, messages in checked.errors.items()}
    if link := checked.values.get("link"):
        line.link_key = normalise_link(link)
    line.rate, line.terms, line.cost = service.rate_per_1000, lookup.terms(service), checked.cost
    return checked


def _find(line: BatchLine, lookup: CatalogLookup) -> Service | None:
    """Give a line its panel and its service, or say what is wrong with their names."""
    panel = lookup.panel(line.cells)
    if isinstance(panel, str):
        line.panel, line.service, line.currency = None, None, ""
        line.errors["panel"] = [panel]
        return None
    remote_id = line.cells.get("service", "")
    service = lookup.service(panel, remote_id)
    line.panel, line.service, line.currency = panel, service, panel.currency
    if not panel.is_active:
        line.errors["panel"] = [f"The panel {shown(panel.name)} is not active: activate it first."]
    if not remote_id:
        line.errors["service"] = ["The service is missing: give the id that it has at the panel."]
    elif service is None:
        never_synced = "" if panel.catalog_synced_at else " Its catalog has not been fetched yet."
        line.errors["service"] = [f"{panel.name} has no service {shown(remote_id)}.{never_synced}"]
    elif not service.is_listed:
        line.errors["service"] = [f"{panel.name} no longer lists service {shown(remote_id)}."]
    return service


def unfit(values: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what is wrong with values whatever the service takes."""
    errors: dict[str, list[str]] = {}
    for name, text in values.items():
        try:
            clean(ALL_FIELDS[name], text)
        except UnfitError as error:
            errors[name] = [str(error)]
    return errors


def _find_repeats(lines: Sequence[BatchLine]) -> None:
    """Note which lines order what another line, or an active order, is about already."""
    alike: dict[Key, list[BatchLine]] = defaultdict(list)
    for line in lines:
        if line.service_id and line.link_key and not line.is_left_out:
            alike[line.service_id, line.link_key].append(line)
    active = _active_orders(alike)
    for key, group in alike.items():
        if len(group) > 1:
            _note_group(group)
        for line in group if key in active else ():
            pks = [str(pk) for pk in active[key]]
            one = len(pks) == 1
            are = f"Order {pks[0]} is" if one else f"Orders {_listed(pks)} are"
            _note_repeat(line, f"{are} still active for the same service and link.")


def _note_group(group: Sequence[BatchLine]) -> None:
    everything = [line.number for line in group]
    # A line that a person accepted as a repeat makes no other one wrong.
    disputed = [line.number for line in group if not line.is_repeat_ok]
    for line in group:
        pool = everything if line.is_repeat_ok else disputed
        first = [str(number) for number in pool[: NAMED + 1] if number != line.number][:NAMED]
        if others := len(pool) - 1:
            do = f"Line {first[0]} orders" if others == 1 else f"Lines {_listed(first, others)} order"
            _note_repeat(line, f"{do} the same service for the same link.")


def _note_repeat(line: BatchLine, text: str) -> None:
    if line.is_repeat_ok:
        line.warnings.append(text)
    else:
        line.errors.setdefault("link", []).append(text)


def _active_orders(keys: Iterable[Key]) -> dict[Key, list[int]]:
    """Return the active orders that are about one of these, by service and link."""
    services: set[int] = set()
    found: dict[Key, list[int]] = defaultdict(list)
    links = set()
    for service_pk, link_key in keys:
        services.add(service_pk)
        links.add(link_key)
    active = Order.objects.alias(now=unindexed_text("state")).filter(is_active("now"))
    for some in in_chunks(sorted(links)):
        orders = active.filter(link_key__in=some).order_by("pk")
        for pk, service_pk, link_key in orders.values_list("pk", "service_id", "link_key"):
            if service_pk in services:
                found[service_pk, link_key].append(pk)
    return found


def in_chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a list into parts that one query takes."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def _listed(names: Sequence[str], total: int | None = None) -> str:
    """Name the first few, and count the rest."""
    more = (total or len(names)) - min(len(names), NAMED)
    if more:
        return f"{', '.join(names[:NAMED])} and {more:,} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
