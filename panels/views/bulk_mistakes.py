"""Equal mistakes of a draft's lines, settled for all of them at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from panels.bulk.drafts import NotADraftError
from panels.bulk.mistakes import Change, Settled, settle, take_back
from panels.models import Batch
from panels.pages.spans import read_spans, write_spans
from panels.pages.undo import say_with_undo
from panels.tables.columns import COLUMNS
from panels.views.bulk_lines import get_batch, lines_are, lines_were, next_stop

# For each button besides the correction: the change, and the words for it.
CHANGES = {
    "leave_out": (Change(is_left_out=True), "skipped"),
    "repeat": (Change(is_repeat_ok=True), "accepted as repeats"),
}


@permission_required("panels.change_batch", raise_exception=True)
@require_POST
def bulk_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct, skip or accept all lines of a draft with one mistake, and lead to the next line with errors."""
    batch = get_batch(pk)
    default = Change(cells=_cells(request)), "corrected"
    change, done = CHANGES.get(request.POST.get("do", ""), default)
    try:
        settled = settle(batch, request.POST.get("mistake", ""), change)
    except NotADraftError as error:
        messages.error(request, str(error))
        return redirect(batch)
    _say(request, batch, settled, done)
    return redirect(f"{batch.get_absolute_url()}#{next_stop(batch, 0).part}")


def _cells(request: HttpRequest) -> dict[str, str]:
    """Return the new cells. With a service, no panel means that each line keeps its panel."""
    cells = {name: request.POST[name].replace("\r\n", "\n") for name in COLUMNS if name in request.POST}
    if "service" in cells and not cells.get("panel"):
        cells.pop("panel", None)
    return cells


@permission_required("panels.change_batch", raise_exception=True)
@require_POST
def bulk_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give corrected lines their former cells, or doubt accepted lines again, as the undo of `bulk_settle`."""
    batch = get_batch(pk)
    before, now = (
        {name: request.GET[f"{mark}.{name}"] for name in COLUMNS if f"{mark}.{name}" in request.GET}
        for mark in ("before", "now")
    )
    change = Change(cells=before, is_repeat_ok=None if before else False)
    numbers = read_spans(request.GET.get("lines", ""))
    try:
        settled = take_back(batch, numbers, change, now=now)
    except NotADraftError as error:
        messages.error(request, str(error))
    else:
        kept = len(numbers) - len(settled.numbers)
        others = f" {lines_were(kept)} changed since and kept." if kept else ""
        messages.success(request, f"{lines_are(len(settled.numbers))} as before.{others}")
    return redirect(batch)


def _offer_undo(request: HttpRequest, batch: Batch, settled: Settled, text: str) -> None:
    """Say what was done, with an undo if all lines had the same values before."""
    if settled.before is None or settled.now is None:
        messages.success(request, text)
        return
    cells: dict[str, Any] = {f"before.{name}": value for name, value in settled.before.items()}
    cells |= {f"now.{name}": value for name, value in settled.now.items()}
    say_with_undo(request, text, "bulk_take_back", batch.pk, lines=write_spans(settled.numbers), **cells)


def _say(request: HttpRequest, batch: Batch, settled: Settled, done: str) -> None:
    if not settled.is_whole:
        text = "Somebody else is changing this draft, so the other lines stayed as they were. Try again."
        messages.warning(request, f"{lines_were(len(settled.numbers))} {done}. {text}")
    elif not settled.numbers:
        messages.info(request, "No line has this mistake any more. Nothing was changed.")
    elif done == "skipped":
        text = f"{lines_were(len(settled.numbers))} skipped. Skipped lines stay in the batch and are not ordered."
        say_with_undo(request, text, "bulk_include", batch.pk, lines=write_spans(settled.numbers))
    else:
        left = f"{settled.wrong:,} still {'has' if settled.wrong == 1 else 'have'}" if settled.wrong else "None has"
        _offer_undo(request, batch, settled, f"{lines_were(len(settled.numbers))} {done}. {left} errors.")
