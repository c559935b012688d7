"""Keeps the table of a draft, and makes its lines of the columns that a person has chosen.

A draft whose columns nobody has chosen has a table and no lines. So the table is there after a reload, in another tab
and for another person. The lines of a draft are replaced together or not at all.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from panels.bulk.adoption import COLUMNS as IMPORTED
from panels.bulk.adoption import EXISTING, check_imported_lines, create_adoption
from panels.bulk.checking import check_lines, create_lines
from panels.bulk.confirming import fingerprint
from panels.bulk.drafts import create_batch, lock_draft, new_lines, store_batch, token_of
from panels.bulk.lookup import LONGEST_ID, in_chunks
from panels.bulk.naming import name_after_lines
from panels.clients.naming import NO_LABELS, Labels
from panels.models import Batch, ColumnTitle, Panel, Service, SourceTable
from panels.protocol.order_fields import show_turning
from panels.tables.columns import COLUMNS, ORDERS, OUTCOME, TableKind, fold_title
from panels.tables.layout import Layout
from panels.tables.pasted import KnownServices
from panels.tables.reading import Line, Sheet, Source, read_table


class DraftChangedError(Exception):
    """The draft has changed since a person saw it. Nothing was changed."""


def learned_titles(kind: TableKind) -> dict[str, str]:
    """Return the columns that people have chosen for titles, by the folded title."""
    titles = ColumnTitle.objects.filter(kind=kind.slug).values_list("key", "column")
    return {key: column for key, column in titles if column in ("", *kind.columns)}


def known_services(panel: Panel | None) -> KnownServices:
    """Return a function that finds the ids of listed services, of a panel or of all active panels."""
    panels = [panel] if panel else list(Panel.objects.filter(is_active=True))

    def find(texts: set[str]) -> set[str]:
        found: set[str] = set()
        for some in in_chunks(sorted(text for text in texts if len(text) <= LONGEST_ID)):
            services = Service.objects.filter(panel__in=panels, remote_id__in=some, is_listed=True)
            found.update(services.values_list("remote_id", flat=True))
        return found

    return find


def create_from_table(
    source: Source,
    sheet: Sheet | None,
    *,
    panel: Panel | None,
    created_by: Any,
    labels: Labels = NO_LABELS,
    token: uuid.UUID | None = None,
) -> tuple[Batch, bool]:
    """Store a table as a draft or as an import. Without a sheet, its columns must be chosen first.

    Returns the new batch and True. Returns the earlier batch and False if the same form sent the same table before.
    """
    given: dict[str, Any] = {"panel": panel, "labels": labels, "created_by": created_by, "token": token}
    with transaction.atomic():
        if sheet is None:
            batch, is_new = _create_without_lines(source, **given)
        elif source.kind is EXISTING:
            return create_adoption(sheet, source_name=source.name or "", **given)
        else:
            batch, is_new = create_batch(sheet, source=_source_of(source), filename=source.name or "", **given)
        if is_new:
            SourceTable.objects.create(
                batch=batch,
                has_panel=source.has_panel,
                packed=SourceTable.pack(source.content),
                layout=_as_json(sheet.layout) if sheet and sheet.layout else None,
                titles=list(sheet.titles) if sheet else [],
            )
    return batch, is_new


def _source_of(source: Source) -> Batch.Source:
    if source.kind is EXISTING:
        return Batch.Source.ADOPTED
    return Batch.Source.PASTE if source.name is None else Batch.Source.FILE


def _create_without_lines(
    source: Source, *, panel: Panel | None, labels: Labels, created_by: Any, token: uuid.UUID | None
) -> tuple[Batch, bool]:
    digest = hashlib.sha256(source.content).hexdigest()
    batch = Batch(
        token=token_of(token, Sheet((), (Line(0, {"": digest}),)), panel, labels),
        source=_source_of(source),
        filename=show_turning((source.name or "")[:255]),
        panel=panel,
        created_by=created_by,
        **labels.of_batch,
    )
    return store_batch(batch, [], lambda *_: None)


def find_table(batch: Batch) -> SourceTable | None:
    """Return the table of a draft without its content. Only drafts of this version have one."""
    return SourceTable.objects.filter(batch=batch).defer("packed").first() if batch.is_unconfirmed else None


def kind_of(batch: Batch) -> TableKind:
    """Return what the table of a batch is about."""
    return EXISTING if batch.is_adoption else ORDERS


def open_source(table: SourceTable) -> Source:
    """Return a kept table as it was sent."""
    batch = table.batch
    name = None if batch.source == Batch.Source.PASTE or not batch.filename else batch.filename
    return Source(name, table.content, kind_of(batch), table.has_panel)


def layout_of(table: SourceTable) -> Layout | None:
    """Return the layout by which the lines of a draft were read, None if nobody has chosen it."""
    if table.layout is None:
        return None
    names = {int(place): name for place, name in table.layout["names"].items()}
    return Layout(table.layout["titles_at"], names)


def _as_json(layout: Layout) -> dict[str, Any]:
    return {"titles_at": layout.titles_at, "names": {str(place): name for place, name in layout.names.items()}}


def choose_columns(batch: Batch, layout: Layout, *, panel: Panel | None, user: Any, shown: str) -> Sheet | None:
    """Read the table of a draft by the chosen columns, replace its lines, and remember the columns of its titles.

    `shown` is the fingerprint of the draft that the person saw. Returns None if the lines were read like this already.
    Raises NotADraftError, DraftChangedError and UnreadableError.
    """
    table = SourceTable.objects.select_related("batch").get(batch=batch)
    # Before the transaction, because a large table takes seconds.
    sheet = read_table(open_source(table), layout=layout)
    with transaction.atomic():
        batch = lock_draft(batch.pk)
        table = SourceTable.objects.defer("packed").get(batch=batch)
        if table.layout == _as_json(layout) and batch.panel == panel:
            return None
        if fingerprint(batch) != shown:
            raise DraftChangedError(
                "The draft has changed since this page was shown. Nothing was changed now. Check the columns again."
            )
        batch.panel = panel
        _replace_lines(batch, sheet, user)
        table.layout, table.titles = _as_json(layout), list(sheet.titles)
        table.save(update_fields=("layout", "titles"))
        _remember(kind_of(batch), sheet.titles, user)
    return sheet


def _replace_lines(batch: Batch, sheet: Sheet, user: Any) -> None:
    batch.lines.all().delete()
    lines = new_lines(batch, sheet, IMPORTED if batch.is_adoption else COLUMNS)
    batch.columns, batch.checked_at = list(sheet.columns), timezone.now()
    if batch.is_name_proposed:
        name_after_lines(batch, lines)
    if batch.is_adoption:
        batch.state, batch.confirmed_by, batch.confirmed_at = Batch.State.CONFIRMED, user, timezone.now()
        check_imported_lines(batch, lines)
    else:
        check_lines(batch, lines)
    named = ("name", "search_text", "is_name_proposed")
    batch.save(update_fields=("panel", "columns", *named, "checked_at", "state", "confirmed_by", "confirmed_at"))
    create_lines(lines)


def _remember(kind: TableKind, titles: Iterable[tuple[str, str]], user: Any) -> None:
    """Keep the columns of titles that are not known everywhere. A title that stands twice is not kept."""
    learned = learned_titles(kind)
    chosen: dict[str, tuple[str, str] | None] = {}
    for title, column in titles:
        key = fold_title(title)
        chosen[key] = None if key in chosen else (title, column)
    rows = [
        ColumnTitle(kind=kind.slug, key=key, title=found[0][: ColumnTitle.MAX_KEY], column=found[1], chosen_by=user)
        for key, found in chosen.items()
        if key and found and _is_news(kind, learned, key, found[1])
    ]
    fields = ("title", "column", "chosen_by", "chosen_at")
    ColumnTitle.objects.bulk_create(rows, update_conflicts=True, unique_fields=("kind", "key"), update_fields=fields)


def _is_news(kind: TableKind, learned: Mapping[str, str], key: str, column: str) -> bool:
    return column not in OUTCOME and learned.get(key, kind.sure.get(key)) != column
