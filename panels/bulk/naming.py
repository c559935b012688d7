"""Names batches: the name that is proposed from a file or from the first line, and the name that a person gives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from panels.models import Batch, BatchLine
from panels.models.batch import name_columns

_SCHEME = re.compile(r"^(?:https?:)?//(?:www\.)?", re.IGNORECASE)
# The cells that tell best what a line orders, with the words before their value.
_TOLD_BY = {"link": "", "username": "", "order": "Order ", "service": "Service "}


# Migration 0025 uses it. It gives names to batches that have none.
def propose_name(filename: str, first: Mapping[str, str], count: int) -> str:
    """Return the name of the file without its ending, or else the target of the first line and the number of others.

    Returns "" if neither is known.
    """
    if stem := " ".join(PurePath(filename).stem.split()):
        return stem[: Batch.MAX_NAME]
    told = ((words, " ".join(first.get(column, "").split())) for column, words in _TOLD_BY.items())
    words, text = next(((words, text) for words, text in told if text), ("", ""))
    more = f" and {count - 1:,} more" if count > 1 and text else ""
    name = words + _SCHEME.sub("", text).rstrip("/")
    room = Batch.MAX_NAME - len(more)
    return (name if len(name) <= room else f"{name[: room - 1]}…") + more


def name_after_lines(batch: Batch, lines: Sequence[BatchLine]) -> None:
    """Give a batch the proposed name. It is not saved."""
    proposed = propose_name(batch.filename, lines[0].cells if lines else {}, len(lines))
    for column, value in name_columns(proposed, batch.filename, is_proposed=True).items():
        setattr(batch, column, value)


def rename(batch: Batch, name: str) -> None:
    """Give a batch another name, in any state. Without a name it is called by its number."""
    Batch.objects.filter(pk=batch.pk).update(**name_columns(name, batch.filename))
