"""The services and the examples of the template: orders of the team's own services, for targets that are replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Min

from panels.models import Client, Order, Panel, Service
from panels.protocol.order_types import ALL_FIELDS, check
from panels.tables.template import EXAMPLE_LINK, EXAMPLES, Cells

# The template lists the services of the last orders, and then some services of each panel.
MOST_SERVICES = 500
_LAST_ORDERS = 1_000
_MOST_RECENT = 200
_MOST_PANELS = 20
# An example with a longer list does not help.
_LONGEST_LIST = 50


def offered_services() -> list[Service]:
    """Return listed services of active panels: those ordered last, some of each panel, and one of each type."""
    last = Order.objects.order_by("-pk").values_list("service", flat=True)[:_LAST_ORDERS]
    pks = [pk for pk in dict.fromkeys(last) if pk][:_MOST_RECENT]
    listed = Service.objects.filter(is_listed=True, panel__is_active=True)
    pks += listed.order_by().values("type").annotate(first=Min("pk")).values_list("first", flat=True)
    panels = list(Panel.objects.filter(is_active=True).order_by("name")[:_MOST_PANELS])
    for panel in panels:
        of_panel = Service.objects.filter(panel=panel, is_listed=True).order_by("pk")
        pks += of_panel.values_list("pk", flat=True)[: MOST_SERVICES // len(panels)]
    wanted = list(dict.fromkeys(pks))[:MOST_SERVICES]
    found = listed.select_related("panel").defer("description", "search_text").in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


def service_rows(services: Sequence[Service]) -> Iterator[list[Any]]:
    """Yield the services as rows under `tables.template.SERVICE_TITLES`."""
    for each in services:
        limits = (each.min_quantity, each.max_quantity)
        rate = each.rate_per_1000.normalize()
        yield [each.panel.name, each.remote_id, each.name, each.order_type.label, rate, each.panel.currency, *limits]


def example_rows(services: Sequence[Service]) -> list[Cells]:
    """Return an order of each common type for which the team has a service. None of them has warnings.

    Its target is the only error of each, so a template that is uploaded as it is orders nothing.
    """
    client = Client.objects.order_by("name_key").first()
    rows: list[Cells] = []
    for kind, cells in EXAMPLES:
        for service in (each for each in services if each.type == kind):
            row = _fit(service, {**cells, **_link(cells, len(rows) + 1)})
            if row:
                named = {"client": client.name} if client and "reference" in cells else {}
                rows.append({"panel": service.panel.name, "service": service.remote_id, **row, **named})
                break
    return rows


def _link(cells: Cells, number: int) -> dict[str, str]:
    """Return a link of its own for each example, because equal links of one service are errors."""
    return {"link": f"{EXAMPLE_LINK}/{number}"} if "link" in cells else {}


def _fit(service: Service, cells: dict[str, str | int]) -> dict[str, str | int] | None:
    """Return an example within the limits of a service, None if that is not possible."""
    low, high = service.min_quantity or 1, service.max_quantity
    for name in ("quantity", "min", "max"):
        if name in cells:
            number = max(int(cells[name]), low)
            cells[name] = min(number, high) if high else number
    counted = service.order_type.counted_field
    if counted and counted in cells and low <= _LONGEST_LIST:
        lines = str(cells[counted]).split("\n")
        more = [f"{lines[0]} {number}" for number in range(len(lines) + 1, low + 1)]
        cells[counted] = "\n".join([*lines, *more][:high])
    values = {name: str(value) for name, value in cells.items() if name in ALL_FIELDS}
    checked = check(service.offer(), values)
    return None if checked.errors or checked.warnings else cells
