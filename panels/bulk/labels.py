"""The labels of a draft's lines: the names that do not exist yet, and the labels of lines without own labels.

A name that no client or campaign has is an error of its line. A person creates all missing names of a batch at once, or
corrects the lines. Neither a check nor a confirmation creates a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from panels.bulk.adoption import recheck_imported_lines
from panels.bulk.checking import recheck_lines, save_changed_lines
from panels.bulk.confirming import fingerprint
from panels.bulk.drafts import lock_batch, lock_draft, touch
from panels.clients.naming import MOST_CREATED, Labels, Missing, NameLookup, create_missing, quoted
from panels.models import Batch, BatchLine

# The number of names in a message. It only counts further names.
NAMED = 10
HAS_NAME_ERROR = Q(errors__has_key="client") | Q(errors__has_key="campaign")


class NotCreatedError(Exception):
    """No name was created. The text gives the reason and the next step."""


@dataclass(frozen=True, slots=True)
class MissingNames:
    """The names that the lines of a batch need and that do not exist.

    is_outdated: a name of a line with an error exists by now, so the lines must be checked again.
    """

    missing: Missing
    is_outdated: bool

    @property
    def listed(self) -> str:
        """The first missing names, and the number of the others."""
        names = [quoted(name) for name in self.missing]
        more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
        return ", ".join(names[:NAMED]) + more


def find_missing_names(batch: Batch) -> MissingNames:
    """Find the missing names of all lines that are not skipped and have no order."""
    cells = list(_lines_with_name_errors(batch).values_list("cells", flat=True))
    names = NameLookup(cells, batch.client, batch.campaign)
    missing, is_outdated = Missing(), False
    for each in cells:
        found = names.find(each)
        missing.add(found.missing)
        is_outdated |= not found.errors
    return MissingNames(missing, is_outdated)


def create_missing_names(batch: Batch, user: Any, shown: str) -> Missing:
    """Create the missing names of a batch, check its lines again, and return the names.

    `shown` is the fingerprint of the summary that the person saw. Raises NotCreatedError, and NotADraftError for a
    batch that was confirmed or discarded.
    """
    with transaction.atomic():
        batch = _lock(batch)
        if fingerprint(batch) != shown:
            raise NotCreatedError(
                "The batch has changed since this page was shown. Nothing was created. Check the names and press again."
            )
        missing = find_missing_names(batch).missing
        if missing.is_too_much:
            raise NotCreatedError(
                f"{missing.words} are missing, and at most {MOST_CREATED} names are created at once. Nothing was "
                "created. Check whether the columns client and campaign are right."
            )
        create_missing(missing, user)
        _recheck(batch)
    return missing


def set_labels(batch: Batch, labels: Labels) -> None:
    """Set the labels of the lines without own labels, and check all lines again. Raises NotADraftError."""
    with transaction.atomic():
        batch = lock_draft(batch.pk)
        for name, value in labels.of_batch.items():
            setattr(batch, name, value)
        batch.save(update_fields=tuple(labels.of_batch))
        _recheck(batch)


def _lines_with_name_errors(batch: Batch) -> QuerySet[BatchLine]:
    return batch.lines.filter(HAS_NAME_ERROR, has_errors=True, is_left_out=False, order__isnull=True)


def _lock(batch: Batch) -> Batch:
    return lock_batch(batch.pk) if batch.is_adoption else lock_draft(batch.pk)


def _recheck(batch: Batch) -> None:
    if batch.is_adoption:
        # The panel has answered about all other lines, or will be asked about them.
        recheck_imported_lines(batch, list(_lines_with_name_errors(batch).order_by("number")))
        return
    lines, before, _ = recheck_lines(batch)
    save_changed_lines(lines, before)
    touch(batch)
