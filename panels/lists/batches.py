"""The list of batches: its columns, its export, and how the orders and lines of its batches are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.utils.html import format_html, format_html_join

from panels.bulk.progress import BatchCost, BatchProgress, progress_of
from panels.lists.cells import BARE, main_link, name_column, time_column, words
from panels.models import Batch, BatchLine
from panels.pages import numbers, states
from panels.pages.table import Column, Table

# The relations that the cells show.
RELATED = ("panel", "client", "campaign", "created_by", "confirmed_by")
WATCHED = attrgetter(
    "pk",
    "state",
    "source",
    "name",
    "filename",
    "panel_id",
    "client_id",
    "campaign_id",
    "reference",
    "note",
    "created_at",
    "created_by_id",
    "confirmed_at",
    "confirmed_by_id",
)


class LineCounts(NamedTuple):
    """The number of all lines of a draft, of the lines with errors, and of the skipped lines."""

    total: int
    wrong: int
    skipped: int


@dataclass(frozen=True)
class BatchRow:
    """A batch with the stages of its orders, or with its lines while it has no orders."""

    batch: Batch
    progress: BatchProgress | None
    lines: LineCounts | None

    @property
    def pk(self) -> int:
        """The id of the row."""
        return self.batch.pk

    @property
    def costs(self) -> tuple[BatchCost, ...]:
        """The cost of the orders, by currency."""
        return self.progress.costs if self.progress else ()

    @property
    def state(self) -> str:
        """The state of the batch, or "done" if none of its orders will change."""
        return "done" if self.progress and self.progress.is_done else self.batch.state

    @property
    def line_count(self) -> int | None:
        """The number of its lines or orders, None if it has neither."""
        return self.progress.total if self.progress else self.lines and self.lines.total

    @property
    def name(self) -> str:
        """The name of the batch, or its number if it has no name."""
        return self.batch.name or str(self.batch)

    @property
    def source(self) -> str:
        """The words for the origin of its lines."""
        batch = self.batch
        if batch.is_adoption:
            return f"Existing orders from {batch.filename}" if batch.filename else "Existing orders"
        return batch.filename or batch.get_source_display()

    @property
    def details(self) -> str:
        """The stages of its orders in words, or the result of the check of its lines."""
        if self.progress and self.progress.total:
            return _stages(self.progress, "checked" if self.batch.is_adoption else "sent")
        if not self.lines:
            return ""
        wrong = f"{self.lines.wrong:,} with errors" if self.lines.wrong else "no errors"
        return f"{wrong} · {self.lines.skipped:,} skipped" if self.lines.skipped else wrong


def rows_of(batches: Iterable[Batch]) -> list[BatchRow]:
    """Return the rows of batches. The number of queries does not depend on the number of batches."""
    found = list(batches)
    progress = progress_of(batch for batch in found if not batch.is_unconfirmed)
    lines = _count_lines([batch.pk for batch in found if batch.is_unconfirmed])
    return [BatchRow(batch, progress.get(batch.pk), lines.get(batch.pk)) for batch in found]


def _count_lines(pks: list[int]) -> dict[int, LineCounts]:
    lines = BatchLine.objects.filter(batch__in=pks).order_by().values("batch")
    wrong, out = Q(has_errors=True, is_left_out=False), Q(is_left_out=True)
    counts = lines.annotate(total=Count("pk"), wrong=Count("pk", filter=wrong), skipped=Count("pk", filter=out))
    return {pk: LineCounts(*each) for pk, *each in counts.values_list("batch", "total", "wrong", "skipped")}


def _stages(progress: BatchProgress, verb: str) -> str:
    done = progress.settled if verb == "checked" else progress.sent
    others = (
        (progress.asked, "waiting for approval"),
        (progress.finished, "finished"),
        (progress.refused, "refused"),
        (progress.withdrawn, "withdrawn"),
        (progress.unfit, "not imported"),
    )
    return ", ".join([f"{done:,} {verb}", *(f"{number:,} {word}" for number, word in others if number)])


def _stage(name: str) -> Callable[[BatchRow], int | None]:
    return lambda row: getattr(row.progress, name) if row.progress else None


def _export_cost(row: BatchRow) -> Decimal | str | None:
    """Return the cost as a number, or as a text if it has several currencies."""
    if len(row.costs) == 1:
        return row.costs[0].amount
    return " + ".join(f"{each.amount.normalize():f} {each.currency}" for each in row.costs) or None


EXPORTED: Mapping[str, Callable[[BatchRow], Any]] = {
    "Batch": lambda row: row.pk,
    "Name": lambda row: row.batch.name,
    "Source": lambda row: row.batch.get_source_display(),
    "File": lambda row: row.batch.filename,
    "Panel": lambda row: row.batch.panel and row.batch.panel.name,
    "Client": lambda row: row.batch.client and row.batch.client.name,
    "Campaign": lambda row: row.batch.campaign and row.batch.campaign.name,
    "Reference": lambda row: row.batch.reference,
    "Note": lambda row: row.batch.note,
    "State": lambda row: row.batch.get_state_display(),
    "Done": lambda row: row.state == "done",
    "Lines": lambda row: row.line_count,
    "With errors": lambda row: row.lines and row.lines.wrong,
    "Skipped": lambda row: row.lines and row.lines.skipped,
    "Waiting for approval": _stage("asked"),
    "Queued": _stage("queued"),
    "On hold": _stage("held"),
    "Sent": _stage("sent"),
    "Unknown": _stage("unknown"),
    "Finished": _stage("finished"),
    "Refused": _stage("refused"),
    "Withdrawn": _stage("withdrawn"),
    "Not imported": _stage("unfit"),
    "Cost": _export_cost,
    "Currency": lambda row: row.costs[0].currency if len(row.costs) == 1 else "",
    "Cost is expected": lambda row: any(each.is_expected for each in row.costs) if row.costs else None,
    "Created": lambda row: row.batch.created_at,
    "Created by": lambda row: row.batch.created_by and row.batch.created_by.get_username(),
    "Confirmed": lambda row: row.batch.confirmed_at,
    "Confirmed by": lambda row: row.batch.confirmed_by and row.batch.confirmed_by.get_username(),
}


def _state(row: BatchRow) -> str:
    return states.badge(row.state, label="" if row.state == "done" else row.batch.get_state_display())


def _progress(row: BatchRow) -> str:
    progress = row.progress
    if not progress or not progress.total:
        return numbers.NO_VALUE
    return format_html(
        '<progress class="{}" value="{}" max="{}" title="{}" aria-label="{}">{} of {}</progress>',
        "progress--good" if progress.settled == progress.total else "",
        progress.settled,
        progress.total,
        row.details,
        "Checked" if row.batch.is_adoption else "Sent or withdrawn",
        progress.settled,
        progress.total,
    )


def _cost(row: BatchRow) -> str:
    return _costs(row, is_aligned=len(row.costs) == 1)


def _bare_cost(row: BatchRow) -> str:
    return _costs(row, **BARE)


def _costs(row: BatchRow, **options: Any) -> str:
    amounts = (
        (numbers.total(each.amount, each.currency, is_expected=each.is_expected, **options),) for each in row.costs
    )
    return format_html_join(" + ", "{}", amounts) or numbers.NO_VALUE


def _currency(row: BatchRow) -> str | None:
    """Return the currency of the cost, "" if it has several currencies, and None if there is no cost."""
    if not row.costs:
        return None
    return row.costs[0].currency if len(row.costs) == 1 else ""


BATCHES: Table[BatchRow] = Table(
    name="batches",
    row="batch",
    exported=EXPORTED,
    watched=lambda row: (WATCHED(row.batch), row.progress, row.lines),
    select="panels.change_batch",
    can_select=lambda row: row.batch.is_unconfirmed,
    possible=lambda row: "discard" if row.batch.is_draft else "restore",
    rights=("panels.change_batch",),
    sorts={"created": "created_at"},
    sort="-created",
    columns=(
        Column(name="number", title="Batch", cell=lambda row: f"#{row.pk}", css="w-id", shown="always"),
        Column(
            name="name",
            title="Name",
            cell=lambda row: main_link(row.batch.get_absolute_url(), row.name, f"{row.batch} · {row.source}"),
            css="table__main",
            shown="always",
            place="title",
        ),
        Column(name="source", title="Source", cell=lambda row: words(row.source), css="w-link", shown="wide"),
        name_column("panel", "Panel", lambda row: row.batch.panel.name if row.batch.panel else ""),
        name_column("client", "Client", lambda row: row.batch.client.name if row.batch.client else "", shown="medium"),
        name_column(
            "campaign", "Campaign", lambda row: row.batch.campaign.name if row.batch.campaign else "", shown="wide"
        ),
        name_column("reference", "Reference", lambda row: row.batch.reference, shown="wide"),
        Column(name="note", title="Note", cell=lambda row: words(row.batch.note[:200]), css="w-link", shown="extra"),
        Column(name="state", title="State", cell=_state, css="w-state", shown="always", place="badge"),
        Column(
            name="lines",
            title="Lines",
            cell=lambda row: numbers.count(row.line_count),
            css="num",
        ),
        Column(name="progress", title="Progress", cell=_progress, css="w-bar"),
        Column(
            name="details",
            title="Details",
            cell=lambda row: words(row.details),
            css="w-link",
            place="remark",
        ),
        Column(
            name="cost",
            title="Cost",
            cell=_cost,
            bare=_bare_cost,
            currency=_currency,
            css="num",
            place="figure",
        ),
        time_column("created", "Created", lambda row: row.batch.created_at, place="figure", sort="-created"),
        name_column(
            "created_by", "By", lambda row: row.batch.created_by.get_username() if row.batch.created_by else ""
        ),
        time_column("confirmed", "Confirmed", lambda row: row.batch.confirmed_at, shown="extra"),
        name_column(
            "confirmed_by",
            "Confirmed by",
            lambda row: row.batch.confirmed_by.get_username() if row.batch.confirmed_by else "",
            shown="extra",
        ),
    ),
)
