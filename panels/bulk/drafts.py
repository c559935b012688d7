"""Stores a table of orders as a draft, lets a person correct it, and deletes drafts that nobody confirmed."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from panels.bulk.checking import (
    check_lines,
    checked_values,
    create_lines,
    recheck_lines,
    save_changed_lines,
    save_lines,
)
from panels.bulk.lookup import in_chunks
from panels.bulk.naming import name_after_lines
from panels.catalog.equivalents import equivalent_to
from panels.clients.naming import NO_LABELS, Labels
from panels.models import Batch, BatchLine, Panel, SourceTable
from panels.protocol.order_fields import show_turning, trim
from panels.tables.cells import replace_unstorable
from panels.tables.columns import AGAIN_OF, COLUMNS
from panels.tables.reading import Sheet

DRAFTS_LIVE_FOR = timedelta(days=7)


class NotADraftError(Exception):
    """The batch has been confirmed or discarded, so its lines cannot change any more."""


class LineChangedError(Exception):
    """The line has changed since a person saw it. Nothing was changed."""


def create_batch(  # noqa: PLR0913
    sheet: Sheet,
    *,
    source: Batch.Source,
    created_by: Any,
    filename: str = "",
    panel: Panel | None = None,
    labels: Labels = NO_LABELS,
    token: uuid.UUID | None = None,
) -> tuple[Batch, bool]:
    """Check a table and store it as a draft. Nothing is ordered.

    `panel` is the panel of the lines that name no panel, and `labels` are the labels of the lines without own labels.
    `token` identifies the form that sent the table. Returns the new batch and True. Returns the earlier batch and False
    if the same form sent the same table before.
    """
    batch = Batch(
        token=token_of(token, sheet, panel, labels),
        source=source,
        filename=show_turning(filename[:255]),
        panel=panel,
        columns=list(sheet.columns),
        created_by=created_by,
        **labels.of_batch,
    )
    lines = new_lines(batch, sheet, COLUMNS)
    return store_batch(batch, lines, check_lines)


def token_of(form: uuid.UUID | None, sheet: Sheet, panel: Panel | None, labels: Labels = NO_LABELS) -> uuid.UUID:
    """Return the token of a batch. It is the same each time when one form sends one table several times.

    Another table gets another token, because a browser that goes back shows the form again with its old token.
    """
    if form is None:
        return uuid.uuid4()
    digest = hashlib.sha256()
    # Line by line, because all lines in one text would need several times the memory of the table.
    for line in sheet.lines:
        digest.update(repr((line.number, line.cells)).encode())
    return uuid.uuid5(form, repr((panel and panel.pk, labels.of_order, digest.hexdigest())))


def new_lines(batch: Batch, sheet: Sheet, columns: tuple[str, ...]) -> list[BatchLine]:
    """Make the lines of a table. They are not saved."""
    return [
        BatchLine(
            batch=batch,
            number=line.number,
            token=uuid.uuid5(batch.token, str(line.number)),
            cells=storable(line.cells, columns),
        )
        for line in sheet.lines
    ]


def store_batch(batch: Batch, lines: list[BatchLine], check: Any) -> tuple[Batch, bool]:
    """Check the lines, and save them and their batch in one transaction.

    Returns the batch and True, or the stored batch with the same token and False.
    """
    try:
        with transaction.atomic():
            batch.checked_at = timezone.now()
            name_after_lines(batch, lines)
            batch.save(force_insert=True)
            check(batch, lines)
            create_lines(lines)
    except IntegrityError:
        if first := Batch.objects.filter(token=batch.token).first():
            return first, False
        raise
    return batch, True


def storable(cells: Mapping[str, str], columns: tuple[str, ...] = COLUMNS) -> dict[str, str]:
    """Return the filled cells of known columns, without characters that a database refuses."""
    trimmed = {name: trim(replace_unstorable(cells[name])) for name in columns if name in cells}
    return {name: text for name, text in trimmed.items() if text}


def change_line(
    line: BatchLine,
    *,
    cells: Mapping[str, str] | None = None,
    is_left_out: bool | None = None,
    is_repeat_ok: bool | None = None,
    seen: str | None = None,
) -> list[BatchLine]:
    """Correct a line, skip or include it, or accept that it repeats another line.

    `seen` is the mark of the line that the person saw. Checks the line again, and the lines that it repeats, or that
    repeat it now or before. Returns those that have changed, by number. Raises NotADraftError and LineChangedError.
    """
    with transaction.atomic():
        batch = lock_draft(line.batch_id)
        line = batch.lines.get(pk=line.pk)
        # Other lines may have changed its doubts meanwhile. Who accepts doubts must have seen them.
        mark = line.mark if is_repeat_ok else line.mark.partition(".")[0]
        if seen is not None and not seen.startswith(mark):
            raise LineChangedError
        before, shown = _alike(line), {*line.messages, *line.warnings}
        concerned = _concerned(batch, line, before)
        if cells is not None:
            line.cells = storable(cells)
            batch.columns += [name for name in line.cells if name not in batch.columns]
        if is_left_out is not None:
            line.is_left_out = is_left_out
        check_lines(batch, [line])
        # The person accepted a repeat of another service or link.
        after = _alike(line)
        line.is_repeat_ok &= after == before
        if is_repeat_ok is not None:
            line.is_repeat_ok, line.accepted = is_repeat_ok, shown
        others = {other.number: other for other in (*concerned, *_concerned(batch, line, after))}
        earlier = {number: checked_values(other) for number, other in others.items()}
        lines = sorted([line, *others.values()], key=lambda each: each.number)
        check_lines(batch, lines)
        changed = [each for each in lines if each is line or checked_values(each) != earlier[each.number]]
        save_lines(changed)
        touch(batch)
    return changed


def _concerned(batch: Batch, line: BatchLine, alike: Sequence[Q]) -> list[BatchLine]:
    """Return the other lines that a check needs together with a line, or that a change of this line concerns.

    The first of equal lines repeats nothing, and all others are said to repeat it. So a change of the first one
    concerns them all, and a change of another one none.
    """
    found: list[BatchLine] = []
    for each in alike:
        others = batch.lines.filter(each).exclude(pk=line.pk)
        first = others.filter(is_left_out=False).order_by("number").first()
        found += [first] if first and first.number < line.number else others
    return found


def leave_out_wrong(batch: Batch) -> list[int]:
    """Skip all wrong lines, and return their numbers. Raises NotADraftError."""
    with transaction.atomic():
        touch(lock_draft(batch.pk))
        wrong = batch.lines.filter(has_errors=True, is_left_out=False)
        numbers = list(wrong.order_by("number").values_list("number", flat=True))
        wrong.update(is_left_out=True)
    return numbers


def include(batch: Batch, numbers: Iterable[int]) -> int:
    """Include skipped lines again, check all lines, and return the number of included lines. Raises NotADraftError."""
    with transaction.atomic():
        batch = lock_draft(batch.pk)
        skipped = batch.lines.filter(is_left_out=True)
        chunks = in_chunks(sorted(numbers))
        included = sum(skipped.filter(number__in=some).update(is_left_out=False) for some in chunks)
        lines, before, _ = recheck_lines(batch)
        save_changed_lines(lines, before)
        touch(batch)
    return included


def _alike(line: BatchLine) -> list[Q]:
    """Return a condition for the lines with the same target, and one for those that order the same order again."""
    text, service, target = line.cells.get(AGAIN_OF), line.service_id, line.link_key
    same_target = [equivalent_to(service) & Q(link_key=target)] if service and target else []
    return [*same_target, *([Q(cells__again_of=text)] if text else [])]


def touch(batch: Batch) -> datetime:
    """Note a change, and return its time. The draft is kept for another week, and no older summary confirms it."""
    now = timezone.now()
    Batch.objects.filter(pk=batch.pk).update(checked_at=now, columns=batch.columns)
    return now


def lock_batch(batch_pk: int) -> Batch:
    """Lock a batch until the end of the transaction."""
    batches = Batch.objects.select_for_update(of=("self",)).select_related("panel", "client", "campaign")
    return batches.get(pk=batch_pk)


def lock_draft(batch_pk: int) -> Batch:
    """Lock a draft until the end of the transaction. Raises NotADraftError."""
    batch = lock_batch(batch_pk)
    if not batch.is_draft:
        raise NotADraftError(f"{batch} is {batch.get_state_display().lower()}. Its lines can no longer be changed.")
    return batch


def discard(batch: Batch) -> bool:
    """Discard a draft. Returns False if the batch is not a draft any more."""
    drafts = Batch.objects.filter(pk=batch.pk, state=Batch.State.DRAFT)
    return bool(drafts.update(state=Batch.State.DISCARDED))


def restore(batch: Batch) -> bool:
    """Make a discarded batch a draft again. Returns False if it is not discarded.

    Nothing was ordered from it. The draft is kept for another week, and no earlier summary confirms it.
    """
    discarded = Batch.objects.filter(pk=batch.pk, state=Batch.State.DISCARDED)
    return bool(discarded.update(state=Batch.State.DRAFT, checked_at=timezone.now()))


def discard_all(pks: Iterable[int]) -> list[int]:
    """Discard those of some batches that are drafts, and return their pks."""
    return _change_all(pks, Batch.State.DRAFT, state=Batch.State.DISCARDED)


def restore_all(pks: Iterable[int]) -> list[int]:
    """Make those of some batches that are discarded drafts again, and return their pks."""
    return _change_all(pks, Batch.State.DISCARDED, state=Batch.State.DRAFT, checked_at=timezone.now())


def _change_all(pks: Iterable[int], came_from: Batch.State, **values: Any) -> list[int]:
    found: list[int] = []
    for some in in_chunks(sorted(set(pks))):
        with transaction.atomic():
            batches = Batch.objects.filter(pk__in=some, state=came_from)
            changed = list(batches.select_for_update().order_by("pk").values_list("pk", flat=True))
            batches.filter(pk__in=changed).update(**values)
        found += changed
    return found


def delete_draft(batch: Batch) -> bool:
    """Delete a draft that was only made to check its lines. Returns False if the batch is not a draft any more."""
    return _delete_batch(batch.pk, Batch.objects.filter(state=Batch.State.DRAFT))


def delete_old_drafts() -> int:
    """Delete drafts and discarded batches that have not changed for a week, and return their number.

    The tables of confirmed batches are deleted too.
    """
    SourceTable.objects.exclude(batch__state__in=(Batch.State.DRAFT, Batch.State.DISCARDED)).delete()
    unwanted = Batch.objects.filter(
        state__in=(Batch.State.DRAFT, Batch.State.DISCARDED), checked_at__lt=timezone.now() - DRAFTS_LIVE_FOR
    )
    return sum(_delete_batch(pk, unwanted) for pk in list(unwanted.values_list("pk", flat=True)))


def _delete_batch(pk: int, unwanted: Any) -> bool:
    with transaction.atomic():
        # Locked, because a person may confirm it at the same moment.
        batch = unwanted.select_for_update().filter(pk=pk).first()
        if batch:
            batch.lines.all().delete()
            batch.delete()
    return batch is not None
