"""Takes in a table of orders as a draft, lets a person correct it, and throws away what was never confirmed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from panels.bulk.checking import check_lines, save_lines
from panels.models import Batch, BatchLine, Panel
from panels.protocol.order_fields import trim
from panels.tables.reading import COLUMNS, Sheet

DRAFTS_LIVE_FOR = timedelta(days=7)
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
# Refused by every field's check, so that nothing is ordered which differs from what the person sees.
_SUBSTITUTE = "\x1a"


class NotADraftError(Exception):
    """The batch was confirmed or discarded meanwhile, so its lines stay as they are."""


def create_batch(
    sheet: Sheet,
    *,
    source: Batch.Source,
    created_by: Any,
    filename: str = "",
    panel: Panel | None = None,
    token: uuid.UUID | None = None,
) -> tuple[Batch, bool]:
    """Check a table and keep it as a draft; returns it and True, or the one that was made of it before and False.

    `panel` is for the lines that name none, and `token` tells the form that it came from. Nothing is ordered.
    """
    batch = Batch(
        token=token_of(token, sheet, panel),
        source=source,
        filename=filename[:255],
        panel=panel,
        columns=list(sheet.columns),
        created_by=created_by,
    )
    lines = new_lines(batch, sheet, COLUMNS)
    return store(batch, lines, check_lines)


def token_of(form: uuid.UUID | None, sheet: Sheet, panel: Panel | None) -> uuid.UUID:
    """Return the token of a batch: the same table out of the same form is one batch, however often it is sent.

    Another table is another batch, for a browser that goes back shows a form again with the token that it had.
    """
    if form is None:
        return uuid.uuid4()
    return uuid.uuid5(form, repr((panel and panel.pk, [(line.number, line.cells) for line in sheet.lines])))


def new_lines(batch: Batch, sheet: Sheet, columns: tuple[str, ...]) -> list[BatchLine]:
    """Make the lines of a table; they are not saved."""
    return [
        BatchLine(
            batch=batch,
            number=line.number,
            token=uuid.uuid5(batch.token, str(line.number)),
            cells=_storable(line.cells, columns),
        )
        for line in sheet.lines
    ]


def store(batch: Batch, lines: list[BatchLine], check: Any) -> tuple[Batch, bool]:
    """Save a batch with its lines, checked, all or nothing; or return the batch that has its token already."""
    try:
        with transaction.atomic():
            batch.checked_at = timezone.now()
            batch.save(force_insert=True)
            check(batch, lines)
            BatchLine.objects.bulk_create(lines)
    except IntegrityError:
        if first := Batch.objects.filter(token=batch.token).first():
            return first, False
        raise
    return batch, True


def _storable(cells: Mapping[str, str], columns: tuple[str, ...]) -> dict[str, str]:
    """Return the filled cells of known columns, as both databases can keep them."""
    trimmed = {name: trim(_UNSTORABLE.sub(_SUBSTITUTE, cells[name])) for name in columns if name in cells}
    return {name: text for name, text in trimmed.items() if text}


def change_line(
    line: BatchLine,
    *,
    cells: Mapping[str, str] | None = None,
    is_left_out: bool | None = None,
    is_repeat_ok: bool | None = None,
) -> list[BatchLine]:
    """Correct a line, leave it out or take it back, or order it although it repeats another.

    Returns the line and those that it clashes with, or did before, all checked again, by number; raises NotADraftError.
    """
    with transaction.atomic():
        batch = _lock_draft(line.batch_id)
        line = batch.lines.get(pk=line.pk)
        before = _alike(line)
        if cells is not None:
            line.cells = _storable(cells, COLUMNS)
            batch.columns += [name for name in line.cells if name not in batch.columns]
        if is_left_out is not None:
            line.is_left_out = is_left_out
        check_lines(batch, [line])
        # What was accepted was the repeat of another order.
        line.is_repeat_ok &= _alike(line) == before
        if is_repeat_ok is not None:
            line.is_repeat_ok = is_repeat_ok
        kin = batch.lines.filter(before | _alike(line), link_key__gt="").exclude(pk=line.pk)
        lines = sorted([line, *kin], key=lambda each: each.number)
        check_lines(batch, lines)
        save_lines(lines)
        _touch(batch)
    return lines


def leave_out_wrong(batch: Batch) -> int:
    """Leave out every line that is wrong; returns how many that were, or raises NotADraftError."""
    with transaction.atomic():
        _touch(_lock_draft(batch.pk))
        return batch.lines.filter(has_errors=True, is_left_out=False).update(is_left_out=True)


def _alike(line: BatchLine) -> Q:
    return Q(service=line.service_id, link_key=line.link_key)


def _touch(batch: Batch) -> None:
    """A draft that somebody works on lives for another week, and is another than the one that was shown."""
    Batch.objects.filter(pk=batch.pk).update(checked_at=timezone.now(), columns=batch.columns)


def _lock_draft(batch_pk: int) -> Batch:
    batch = Batch.objects.select_for_update(of=("self",)).select_related("panel").get(pk=batch_pk)
    if not batch.is_draft:
        raise NotADraftError(f"{batch} is {batch.get_state_display().lower()}; its lines can no longer be changed.")
    return batch


def discard(batch: Batch) -> bool:
    """Give up a draft; False if it is none any more."""
    drafts = Batch.objects.filter(pk=batch.pk, state=Batch.State.DRAFT)
    return bool(drafts.update(state=Batch.State.DISCARDED))


def delete_draft(batch: Batch) -> bool:
    """Delete a draft that was only made to check its lines; False if it is none any more."""
    return _delete(batch.pk, Batch.objects.filter(state=Batch.State.DRAFT))


def delete_old_drafts() -> int:
    """Delete the drafts, and what was discarded, that nobody has touched for a week; returns how many that were."""
    unwanted = Batch.objects.filter(
        state__in=(Batch.State.DRAFT, Batch.State.DISCARDED), checked_at__lt=timezone.now() - DRAFTS_LIVE_FOR
    )
    return sum(_delete(pk, unwanted) for pk in list(unwanted.values_list("pk", flat=True)))


def _delete(pk: int, unwanted: Any) -> bool:
    with transaction.atomic():
        # Somebody may just confirm it.
        batch = unwanted.select_for_update().filter(pk=pk).first()
        if batch:
            batch.lines.all().delete()
            batch.delete()
    return batch is not None
