"""Checks the lines of a batch against the catalog. Finds all errors of every line with a bounded number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from panels.bulk.lookup import AT_ONCE, CatalogLookup, in_chunks, name_some
from panels.catalog.equivalents import known_products, services_of
from panels.clients.naming import NameLookup, find_unfit_labels
from panels.models import Batch, BatchLine, Order, Service, ServiceMark
from panels.models.planning import unindexed_text
from panels.orders.placing import is_active, target_of, target_word
from panels.orders.repeats import Doubt, find_doubts
from panels.protocol.order_fields import UnfitError, clean, shown
from panels.protocol.order_types import ALL_FIELDS, Checked, check
from panels.tables.columns import AGAIN_OF
from panels.tables.template import EXAMPLE_REMARK, is_example

# The fields of a line that a check writes.
FOUND = (
    "cells",
    "errors",
    "has_errors",
    "warnings",
    "is_left_out",
    "is_repeat_ok",
    "panel",
    "service",
    "client",
    "campaign",
    "link_key",
    "rate",
    "terms",
    "cost",
    "currency",
)
_COMPARED = tuple(f"{name}_id" if name in ("panel", "service", "client", "campaign") else name for name in FOUND)
# What equivalent services have in common: a product or a service, by pk.
Sort = tuple[str, int | None]
Key = tuple[Sort, str]
Values = dict[str, Any]
VOIDS = "Each of the two can void the refill of the other."


def check_lines(batch: Batch, lines: Sequence[BatchLine]) -> dict[int, Checked]:
    """Check lines against the current catalog, and set the results as their attributes. Nothing is saved.

    Lines of the batch with equivalent services and the same link, or that order the same order again, must be passed
    together.
    Returns the checked order fields by the number of the line, for the lines whose service was found.
    """
    lookup = CatalogLookup(batch.panel, lines)
    names = NameLookup((line.cells for line in lines), batch.client, batch.campaign)
    checked: dict[int, Checked] = {}
    for line in lines:
        if found := _check_line(line, lookup):
            checked[line.number] = found
        check_labels(line, names)
        if is_example(line.cells):
            line.errors[""] = [EXAMPLE_REMARK]
    _find_repeats(batch, lines)
    _check_again_of(batch, lines)
    for line in lines:
        line.has_errors = bool(line.errors)
    return checked


def create_lines(lines: Sequence[BatchLine]) -> None:
    """Insert checked lines. Some at once, because a statement with all lines would need several times their memory."""
    BatchLine.objects.bulk_create(lines, AT_ONCE)


def save_lines(lines: Sequence[BatchLine]) -> None:
    """Save the results of a check with as few statements as an insert takes."""
    BatchLine.objects.bulk_create(lines, AT_ONCE, update_conflicts=True, unique_fields=("id",), update_fields=FOUND)


def recheck_lines(batch: Batch) -> tuple[list[BatchLine], list[Values], dict[int, Checked]]:
    """Check all lines of a batch again. Returns them with their values before, and the checked order fields.

    Nothing is saved (`save_changed_lines`).
    """
    lines = list(batch.lines.order_by("number"))
    before = [checked_values(line) for line in lines]
    return lines, before, check_lines(batch, lines)


def checked_values(line: BatchLine) -> Values:
    """Return the values of a line that a check writes."""
    return {name: getattr(line, name) for name in _COMPARED}


def save_changed_lines(lines: Sequence[BatchLine], before: Sequence[Values]) -> None:
    """Save the lines whose check had another result than before."""
    save_lines([line for line, old in zip(lines, before, strict=True) if checked_values(line) != old])


def _check_line(line: BatchLine, lookup: CatalogLookup) -> Checked | None:
    line.accepted |= set(line.warnings)
    line.errors, line.warnings = {}, []
    line.rate, line.terms, line.cost, line.link_key = None, {}, None, ""
    service = _set_service(line, lookup)
    values = {name: text for name, text in line.cells.items() if name in ALL_FIELDS}
    if service is None:
        line.errors |= find_unfit(values)
        return None
    checked = check(lookup.offer(service), values)
    line.errors |= {name: list(messages) for name, messages in checked.errors.items()}
    line.link_key = _target_of(line, service, checked.values)
    line.rate, line.terms, line.cost = service.rate_per_1000, lookup.terms(service), checked.cost
    line.warnings += checked.warnings
    if service.charge_factor != 1:
        line.warnings.append(f"The panel {service.charges_text}. The cost includes this.")
    return checked


def _target_of(line: BatchLine, service: Service, values: Mapping[str, str]) -> str:
    """Return the valid target of a line in one spelling, or "". A service has its target in one column."""
    column = next((field.name for field in service.order_type.fields if field.name in ("link", "username")), "")
    return target_of({column: values.get(column, "")}) if column == line.target_column else ""


def _set_service(line: BatchLine, lookup: CatalogLookup) -> Service | None:
    """Set the panel and the service of a line, and its errors about their names."""
    panel = lookup.panel(line.cells)
    if isinstance(panel, str):
        line.panel, line.service, line.currency = None, None, ""
        line.errors["panel"] = [panel]
        return None
    remote_id = line.cells.get("service", "")
    service = lookup.service(panel, remote_id)
    line.panel, line.service, line.currency = panel, service, panel.currency
    if not panel.is_active:
        line.errors["panel"] = [f"The panel {shown(panel.name)} is not active. Activate it first."]
    if not remote_id:
        line.errors["service"] = ["The service is missing. Enter its ID at the panel."]
    elif service is None:
        never_synced = "" if panel.catalog_synced_at else " The catalog of this panel is not loaded yet."
        line.errors["service"] = [f"{panel.name} has no service {shown(remote_id)}.{never_synced}"]
    elif not service.is_listed:
        line.errors["service"] = [f"{panel.name} no longer lists service {shown(remote_id)}."]
    elif why := ServiceMark.why_blocked(service):
        line.errors["service"] = [why]
    return service


def check_labels(line: BatchLine, names: NameLookup) -> None:
    """Set the client and the campaign of a line, and its errors about its labels."""
    found = names.find(line.cells)
    line.client, line.campaign = found.client, found.campaign
    line.errors |= found.errors | find_unfit_labels(line.cells)


def find_unfit(values: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the errors of values that no service accepts, by field."""
    errors: dict[str, list[str]] = {}
    for name, text in values.items():
        try:
            clean(ALL_FIELDS[name], text)
        except UnfitError as error:
            errors[name] = [str(error)]
    return errors


def again_of(line: BatchLine) -> int | None:
    """Return the number of the order that a line orders again, None if it names no number."""
    text = line.cells.get(AGAIN_OF, "")
    return int(text) if text.isdecimal() and len(text) <= 18 else None


def _check_again_of(batch: Batch, lines: Sequence[BatchLine]) -> None:
    """Note the lines that order again what does not exist, what may be bought twice, or what an earlier line names."""
    naming = [line for line in lines if line.cells.get(AGAIN_OF)]
    for line in lines if batch.replaces_orders else ():
        if not line.cells.get(AGAIN_OF):
            line.errors[AGAIN_OF] = ["Name the order that is sent elsewhere, or skip this line."]
    if not naming:
        return
    pks = [pk for line in naming if (pk := again_of(line))]
    doubts = find_doubts(pks, batch.created_at, is_replacing=batch.replaces_orders)
    first: dict[int | None, BatchLine] = {}
    for line in sorted(naming, key=lambda line: line.number):
        pk = again_of(line)
        if pk not in doubts:
            line.errors[AGAIN_OF] = [f"There is no order {shown(line.cells[AGAIN_OF])}. Leave this cell empty."]
        elif doubt := doubts[pk]:
            _note_doubt(line, doubt)
        if pk in doubts and not line.is_left_out and first.setdefault(pk, line) is not line:
            _note_repeat(line, f"Line {first[pk].number} orders order {pk} again too.")


def _note_doubt(line: BatchLine, doubt: Doubt) -> None:
    if doubt.is_final:
        line.errors[AGAIN_OF] = [doubt.text]
    elif doubt.text not in (*line.errors.get(line.target_column, ()), *line.warnings):
        _note_repeat(line, doubt.text)


def _find_repeats(batch: Batch, lines: Sequence[BatchLine]) -> None:
    """Note the lines that repeat an earlier line or an active order: the same or an equivalent service and target."""
    wanted = [line for line in lines if line.service_id and line.link_key and not line.is_left_out]
    products = known_products(line.service_id for line in wanted if line.service_id)
    by_key: dict[Key, list[BatchLine]] = defaultdict(list)
    for line in wanted:
        by_key[_sort_of(line.service_id, products), line.link_key].append(line)
    active = _active_orders(by_key, products)
    for key, group in by_key.items():
        if len(group) > 1:
            _note_repeats_of_each_other(group)
        for line in group if key in active else ():
            _note_active(line, active[key], replaced=again_of(line) if batch.replaces_orders else None)


def _sort_of(service: int | None, products: Mapping[int, int]) -> Sort:
    """Return what is the same for equivalent services: their product, or the service if its product is not known."""
    product = products.get(service or 0)
    return ("service", service) if product is None else ("product", product)


def _note_active(line: BatchLine, orders: Sequence[tuple[int, int]], *, replaced: int | None) -> None:
    """Note the active orders for the target of a line. The order that it replaces is withdrawn when it is confirmed."""
    others = [(pk, service) for pk, service in orders if pk != replaced]
    same = [str(pk) for pk, service in others if service == line.service_id]
    equivalent = [str(pk) for pk, service in others if service != line.service_id]
    if same:
        are = f"Order {same[0]} is" if len(same) == 1 else f"Orders {name_some(same)} are"
        _note_repeat(line, f"{are} still active for the same service and {_target_word(line)}.")
    if equivalent:
        one = len(equivalent) == 1
        are = f"Order {equivalent[0]} is" if one else f"Orders {name_some(equivalent)} are"
        text = f"{are} still active for an equivalent service and the same {_target_word(line)}. {VOIDS}"
        _note_repeat(line, text)


def _note_repeats_of_each_other(group: Sequence[BatchLine]) -> None:
    """Mark each line but the first, which repeats nothing."""
    first, *others = sorted(group, key=lambda line: line.number)
    for line in others:
        target = _target_word(line)
        if line.service_id == first.service_id:
            _note_repeat(line, f"Line {first.number} orders the same service for the same {target}.")
        else:
            _note_repeat(line, f"Line {first.number} orders an equivalent service for the same {target}. {VOIDS}")


def _note_repeat(line: BatchLine, text: str) -> None:
    """Note a doubt. It is an error until a person accepts it, also on a line whose other doubts are accepted."""
    if line.is_repeat_ok and text in line.accepted:
        line.warnings.append(text)
    else:
        line.errors.setdefault(line.target_column, []).append(text)


def _target_word(line: BatchLine) -> str:
    return target_word(line.cells.get("link", ""))


def _active_orders(
    lines: Mapping[Key, Sequence[BatchLine]], products: Mapping[int, int]
) -> dict[Key, list[tuple[int, int]]]:
    """Return the active orders for the services and targets of lines, with the service of each."""
    active = Order.objects.alias(now=unindexed_text("state")).filter(is_active("now")).order_by("pk")
    by_account = {line.service_id: sort for (sort, _), (line, *_) in lines.items() if line.target_column == "username"}
    links = {link for (_, link), (line, *_) in lines.items() if line.target_column != "username"}
    orders: list[tuple[int, int, str]] = []
    for some in in_chunks(sorted(links)):
        orders += active.filter(link_key__in=some).values_list("pk", "service_id", "link_key")
    others = services_of(product for name, product in by_account.values() if name == "product" and product)
    for services in in_chunks(sorted(pk for pk in {*by_account, *others} if pk)):
        of_accounts = active.filter(service__in=services, link_key="").values_list("pk", "service_id", "params")
        orders += [(pk, service, target_of(params)) for pk, service, params in of_accounts]
    products = {**products, **known_products({service for _, service, _ in orders if service} - products.keys())}
    found: dict[Key, list[tuple[int, int]]] = defaultdict(list)
    for pk, service, target in orders:
        found[_sort_of(service, products), target].append((pk, service))
    return found
