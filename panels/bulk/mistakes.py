"""Groups equal mistakes of a draft's lines, and settles all lines of a group at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, Case, ExpressionWrapper, Q, TextField, When
from django.db.models.fields.json import KeyTextTransform

from panels.bulk.checking import check_lines, checked_values, save_lines
from panels.bulk.drafts import lock_draft, storable, touch
from panels.bulk.lookup import in_chunks
from panels.models import Batch, BatchLine
from panels.models.batch import target_column
from panels.models.joining import JoinedNumbers, read_joined
from panels.tables.columns import AGAIN_OF

Cells = Mapping[str, str]
# A transaction saves at most so many lines, because SQLite lets nobody else write meanwhile.
PIECE = 300
# How often the lines are read again because somebody else has changed the draft meanwhile.
TRIES = 5


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong value of a column, and its errors. is_repeat: the value is right, but the line repeats another line."""

    column: str
    value: str
    messages: tuple[str, ...]
    is_repeat: bool

    @property
    def is_correctable(self) -> bool:
        """Whether another value of the column corrects it. A mistake of the whole line has no column."""
        return bool(self.column) and not self.is_repeat

    @property
    def key(self) -> str:
        """A short text that names this mistake in a form."""
        text = repr((self.column, self.value, self.messages))
        return hashlib.sha256(text.encode()).hexdigest()[:20]


@dataclass(slots=True)
class Group:
    """The lines of a draft with the same mistake. panels: the pks of their panels."""

    mistake: Mistake
    numbers: list[int] = field(default_factory=list)
    panels: set[int | None] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Settled:
    """The result for the lines of a group: the changed lines, and how many of them still have errors.

    is_whole: all lines were changed. Other people may change a draft so often that some lines stay as they were.
    before, now: the cells that were changed, None if they were not the same in all lines. So they can be taken back.
    """

    numbers: tuple[int, ...]
    wrong: int
    is_whole: bool
    before: Cells | None = None
    now: Cells | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to each line of a group: other cells, skipped, or ordered although it repeats another line."""

    cells: Cells = field(default_factory=dict)
    is_left_out: bool = False
    is_repeat_ok: bool | None = None

    def apply(self, line: BatchLine) -> None:
        """Change a line. Nothing is checked or saved."""
        line.cells = storable({**line.cells, **self.cells})
        line.is_left_out |= self.is_left_out
        if self.is_repeat_ok is not None:
            line.is_repeat_ok, line.accepted = self.is_repeat_ok, {*line.messages, *line.warnings}

    def cells_of(self, line: BatchLine) -> tuple[tuple[str, str], ...]:
        """Return the cells of a line that this changes."""
        return tuple((name, line.cells.get(name, "")) for name in sorted(self.cells))


def find_groups(batch: Batch) -> list[Group]:
    """Return the mistakes that several lines share, those of most lines first."""
    groups: dict[Mistake, Group] = {}
    for errors, cells, panel, has_key, numbers in _equal_lines(batch):
        for mistake in _mistakes(cells, errors, has_key=has_key):
            group = groups.setdefault(mistake, Group(mistake))
            group.numbers += numbers
            group.panels.add(panel)
    found = sorted((group for group in groups.values() if len(group) > 1), key=lambda group: -len(group))
    for group in found:
        group.numbers.sort()
    return found


def _equal_lines(batch: Batch) -> Iterator[tuple[Mapping[str, list[str]], Cells, int | None, bool, list[int]]]:
    """Yield the errors, the wrong cells and the panel of lines that are equal in them, and the numbers of these lines.

    The database groups them, because a draft may have thousands of equal lines.
    """
    wrong = batch.lines.filter(has_errors=True, is_left_out=False).order_by()
    columns = {column for (errors,) in wrong.values_list("errors").distinct() for column in errors}
    # A doubt about an account is one only in a line without a link.
    names = sorted((columns | {"link"} if "username" in columns else columns) - {""})
    texts = {f"cell_{place}": _cell_with_mistake(name) for place, name in enumerate(names)}
    has_key = ExpressionWrapper(Q(link_key__gt=""), BooleanField())
    equal = wrong.annotate(**texts, has_key=has_key).values_list("errors", "panel", "has_key", *texts)
    for errors, panel, key, *values, numbers in equal.annotate(numbers=JoinedNumbers("number")):
        cells = {name: text for name, text in zip(names, values, strict=True) if text is not None}
        yield errors, cells, panel, key, read_joined(numbers)


def _cell_with_mistake(name: str) -> Case:
    """Return the value of a column in lines with an error there. In other lines it would part equal lines."""
    is_wrong = Q(errors__has_key=name) | (Q(errors__has_key="username") if name == "link" else Q())
    return Case(When(is_wrong, then=KeyTextTransform(name, "cells")), output_field=TextField())


def _mistakes(cells: Cells, errors: Mapping[str, list[str]], *, has_key: bool) -> Iterator[Mistake]:
    target = target_column(cells)
    for column, messages in errors.items():
        # Only a valid target has a key.
        is_repeat = column == target and has_key
        yield Mistake(column, cells.get(column, ""), tuple(messages), is_repeat)


def settle(batch: Batch, key: str, change: Change) -> Settled:
    """Change all lines with a mistake, and check and price them again. Raises NotADraftError."""

    def find(batch: Batch) -> list[BatchLine]:
        wrong = batch.lines.filter(has_errors=True, is_left_out=False).order_by("number")
        return [line for line in wrong if any(each.key == key for each in _of_line(line))]

    return _settle(batch, find, change)


def take_back(batch: Batch, numbers: Iterable[int], change: Change, *, now: Cells) -> Settled:
    """Give lines their former cells, or doubt them again. Raises NotADraftError.

    A line whose cells are not those of `now` was changed since, so it stays as it is.
    """
    wanted = sorted(numbers)

    def find(batch: Batch) -> list[BatchLine]:
        found = [line for some in in_chunks(wanted) for line in batch.lines.filter(number__in=some).order_by("number")]
        return [line for line in found if dict(change.cells_of(line)) == dict(now)]

    return _settle(batch, find, change)


def _settle(batch: Batch, find: Callable[[Batch], list[BatchLine]], change: Change) -> Settled:
    """Change the lines that are found.

    Up to PIECE lines change in one transaction. More lines change in several, because one would lock the database for
    too long. Each line changes as a whole, and a line that is not changed yet still prevents the confirmation.
    """
    settled: dict[int, BatchLine] = {}
    before: set[tuple[tuple[str, str], ...]] = set()
    is_whole = False
    for _ in range(TRIES):
        # Its panel and labels belong to what was seen, because somebody else may change them too.
        batch = Batch.objects.select_related("panel", "client", "campaign").get(pk=batch.pk)
        seen = batch.checked_at
        wanted, lines = _change(batch, find(batch), change)
        for piece in _pieces(lines):
            seen = _save(batch.pk, piece, seen)
            if seen is None:
                break
            settled |= {line.number: line for line in piece if line.number in wanted}
            before |= {wanted[line.number] for line in piece if line.number in wanted}
        else:
            is_whole = True
            break
    now = {change.cells_of(line) for line in settled.values()}
    return Settled(
        tuple(sorted(settled)),
        sum(line.is_wrong for line in settled.values()),
        is_whole,
        before=dict(*before) if len(before) == 1 else None,
        now=dict(*now) if len(now) == 1 else None,
    )


def _change(
    batch: Batch, wanted: list[BatchLine], change: Change
) -> tuple[dict[int, tuple[tuple[str, str], ...]], list[BatchLine]]:
    """Change lines. Return their former cells by their numbers, and these and all other lines that the change concerns.

    Those are the lines that repeat a changed line or repeated it before. Nothing is saved.
    """
    cells = {line.number: change.cells_of(line) for line in wanted}
    others = _alike(batch, wanted, ())
    before = {line.number: checked_values(line) for line in (*wanted, *others)}
    for line in wanted:
        change.apply(line)
    check_lines(batch, wanted)
    for line in wanted:
        # The person accepted a repeat of another service or link.
        line.is_repeat_ok &= bool(change.is_repeat_ok) or _key(checked_values(line)) == _key(before[line.number])
    others += _alike(batch, wanted, others)
    before |= {line.number: checked_values(line) for line in others if line.number not in before}
    lines = sorted((*wanted, *others), key=lambda line: line.number)
    check_lines(batch, lines)
    return cells, [line for line in lines if line.number in cells or checked_values(line) != before[line.number]]


def _of_line(line: BatchLine) -> Iterator[Mistake]:
    return _mistakes(line.cells, line.errors, has_key=bool(line.link_key))


def _key(values: Mapping[str, Any]) -> tuple[Any, Any]:
    return values["service_id"], values["link_key"]


def _alike(batch: Batch, lines: Iterable[BatchLine], known: Iterable[BatchLine]) -> list[BatchLine]:
    """Return the other lines of a draft with the links of these lines, or that order the same orders again.

    Not those that are known.
    """
    left = {line.number for line in (*lines, *known)}
    found: dict[int, BatchLine] = {}
    for links in in_chunks(sorted({line.link_key for line in lines} - {""})):
        found |= {line.number: line for line in batch.lines.filter(link_key__in=links)}
    for texts in in_chunks(sorted({line.cells.get(AGAIN_OF, "") for line in lines} - {""})):
        found |= {line.number: line for line in batch.lines.filter(cells__again_of__in=texts)}
    return [line for number, line in found.items() if number not in left]


def _pieces(lines: list[BatchLine]) -> Iterator[list[BatchLine]]:
    for start in range(0, len(lines), PIECE):
        yield lines[start : start + PIECE]


def _save(batch_pk: int, lines: list[BatchLine], seen: datetime | None) -> datetime | None:
    """Save checked lines, and return the new time of the check. None if the draft has changed since it was read."""
    with transaction.atomic():
        batch = lock_draft(batch_pk)
        if batch.checked_at != seen:
            return None
        batch.columns += [
            name for name in dict.fromkeys(name for line in lines for name in line.cells) if name not in batch.columns
        ]
        save_lines(lines)
        return touch(batch)
