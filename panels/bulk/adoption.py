"""Imports orders that were placed elsewhere, as lines that wait until their panel has confirmed their ids."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from panels.bulk.checking import check_labels, find_unfit, save_lines
from panels.bulk.drafts import new_lines, store_batch, token_of
from panels.bulk.lookup import CatalogLookup, in_chunks
from panels.clients.naming import NO_LABELS, Labels, NameLookup
from panels.models import Batch, BatchLine, Order, Panel
from panels.protocol.order_fields import UnfitError, show_turning, shown
from panels.protocol.scalars import read_remote_id
from panels.tables.columns import LABELS, TableKind
from panels.tables.reading import Sheet

COLUMNS = ("panel", "order", "service", "link", "quantity", "placed", *LABELS)
# The cells of a pasted line, after the panel's name.
PASTED = ("order", "service", "link", "quantity", "placed")
EXISTING = TableKind("existing", COLUMNS, PASTED, expected=("order",))
FIRST_YEAR = 2000
# The date of an XLSX file, as tables.workbook writes it. In other tables the month may stand before the day.
_DAY_FIRST = re.compile(r"^([0-9]{2})/([0-9]{2})/([0-9]{4})\b")
# A panel writes a service with its name into its list of orders: "102 - Likes".
_ID_BEFORE_NAME = re.compile(r"#?([0-9]{1,18})\s*[-\u2013\u2014|:]\s*\S")
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
_MOMENT = re.compile(f"{_DAY}([ T]{_TIME})?")


def create_adoption(
    sheet: Sheet,
    *,
    source_name: str = "",
    created_by: Any,
    panel: Panel | None = None,
    labels: Labels = NO_LABELS,
    token: uuid.UUID | None = None,
) -> tuple[Batch, bool]:
    """Store the ids that a person wants to import. The worker then asks the panels about them.

    Lines with errors are stored with their errors. Returns the new batch and True. Returns the earlier batch and False
    if the same table was sent before.
    """
    batch = Batch(
        token=token_of(token, sheet, panel, labels),
        source=Batch.Source.ADOPTED,
        state=Batch.State.CONFIRMED,
        filename=show_turning(source_name[:255]),
        panel=panel,
        columns=list(sheet.columns),
        created_by=created_by,
        confirmed_by=created_by,
        confirmed_at=timezone.now(),
        **labels.of_batch,
    )
    return store_batch(batch, new_lines(batch, sheet, COLUMNS), check_imported_lines)


def to_adopt() -> QuerySet[BatchLine]:
    """Return the lines that wait for the answer of their panel."""
    waiting = BatchLine.objects.filter(order__isnull=True, has_errors=False, remote_id__gt="")
    return waiting.filter(batch__state=Batch.State.CONFIRMED)


def placed_at_of(line: BatchLine) -> dt.datetime | None:
    """Return when an order was placed elsewhere, None if its line names no day.

    A day without a time means its first moment in the site's time zone. Raises UnfitError for a text that is no time.
    """
    text = line.cells.get("placed", "")
    if not text:
        return None
    is_workbook = line.batch.filename.lower().endswith(".xlsx")
    iso = _DAY_FIRST.sub(r"\3-\2-\1", text) if is_workbook else text
    if not _MOMENT.fullmatch(iso):
        raise UnfitError(f"Placed must be a day or a time, such as 2026-11-03 or 2026-11-03 14:30, not {shown(text)}.")
    try:
        moment = dt.datetime.fromisoformat(iso)
    except ValueError:
        raise UnfitError(f"Placed {shown(text)} is not a day and time of the calendar.") from None
    if moment.year < FIRST_YEAR:
        raise UnfitError(f"Placed {shown(text)} is before the year {FIRST_YEAR}.")
    return timezone.make_aware(moment, timezone.get_default_timezone()) if timezone.is_naive(moment) else moment


def check_imported_lines(batch: Batch, lines: Sequence[BatchLine]) -> None:
    """Check lines that name orders at a panel, and set the results as their attributes. Nothing is saved."""
    for line in lines:
        if match := _ID_BEFORE_NAME.match(line.cells.get("service", "")):
            line.cells["service"] = match[1]
    lookup = CatalogLookup(batch.panel, lines)
    names = NameLookup((line.cells for line in lines), batch.client, batch.campaign)
    named: dict[tuple[int, str], int] = {}
    for line in lines:
        _check_imported_line(line, lookup)
        check_labels(line, names)
        if line.panel_id and line.remote_id:
            first = named.setdefault((line.panel_id, line.remote_id), line.number)
            if first != line.number:
                line.errors["order"] = [f"Line {first} has the same order ID."]
    note_known_orders(lines)
    for line in lines:
        line.has_errors = bool(line.errors)


def recheck_imported_lines(batch: Batch, lines: Sequence[BatchLine]) -> None:
    """Check lines again that the panel was not asked about, and save them."""
    for line in lines:
        line.errors, line.warnings = {}, []
    check_imported_lines(batch, lines)
    save_lines(lines)


def _check_imported_line(line: BatchLine, lookup: CatalogLookup) -> None:
    panel = lookup.panel(line.cells)
    if isinstance(panel, str):
        line.errors["panel"] = [panel]
    else:
        line.panel, line.currency = panel, panel.currency
        if not panel.is_active:
            line.errors["panel"] = [f"The panel {shown(panel.name)} is not active. Activate it first."]
        if service := line.cells.get("service", ""):
            line.service = lookup.service(panel, service)
            if line.service is None:
                line.warnings.append(f"{panel.name} has no service {shown(service)}. The order is imported without it.")
    line.errors |= find_unfit({name: line.cells[name] for name in ("link", "quantity") if name in line.cells})
    if problem := _unfit_moment(line):
        line.errors["placed"] = [problem]
    text = line.cells.get("order", "")
    line.remote_id = read_remote_id(text)
    if not line.remote_id:
        line.errors["order"] = [f"{shown(text)} is not an order ID." if text else "The order ID is missing."]


def _unfit_moment(line: BatchLine) -> str:
    """Return the error of the time that a line names, "" if the time is possible."""
    try:
        moment = placed_at_of(line)
    except UnfitError as error:
        return str(error)
    is_future = moment is not None and moment > timezone.now()
    return f"Placed {shown(line.cells['placed'])} is in the future." if is_future else ""


def note_known_orders(lines: Sequence[BatchLine]) -> list[BatchLine]:
    """Add an error to each line whose order we have already. Returns the other lines without errors."""
    wanted: dict[int, list[str]] = defaultdict(list)
    for line in lines:
        if line.panel_id and not line.errors:
            wanted[line.panel_id].append(line.remote_id)
    held: dict[tuple[int | None, str], int] = {}
    for panel_pk, remote_ids in wanted.items():
        for some in in_chunks(remote_ids):
            orders = Order.with_remote_ids(panel_pk, some)
            held |= {(panel_pk, remote_id): pk for pk, remote_id in orders.values_list("pk", "remote_id")}
    new = []
    for line in lines:
        if pk := held.get((line.panel_id, line.remote_id)):
            line.errors["order"] = [f"This order is already here as order {pk}."]
        elif not line.errors:
            new.append(line)
    return new
