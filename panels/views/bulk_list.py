"""The list of batches, its export, and what is done to several batches at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from panels.bulk.drafts import discard_all, restore_all
from panels.bulk.progress import BatchProgress
from panels.filters import BatchFilter
from panels.lists.batches import BATCHES, RELATED, BatchRow, rows_of
from panels.lists.order_totals import can_total, total_cost
from panels.lists.totals import Totals
from panels.models import Batch, Order
from panels.pages.downloads import back_to_list, files_of, send_list
from panels.pages.filter_bar import FilterBar, render_list, without_empty
from panels.pages.htmx import page_before, wants_fragment
from panels.pages.limits import limited
from panels.pages.paging import Page, count_rows, count_with, paginate
from panels.pages.polling import nothing_new, take_tag
from panels.pages.table import TablePage, tag_of_page
from panels.pages.undo import say_with_undo

ON_A_PAGE = 25


@permission_required("panels.view_batch", raise_exception=True)
@require_safe
@without_empty
def bulk_list(request: HttpRequest) -> HttpResponse:
    """List batches, the newest first. A poll of a page that has not changed is answered 204."""
    shown_tag = take_tag(request)
    narrowed = BatchFilter(request.GET, request.user)
    batches, sort = _batches(narrowed), BATCHES.sort_of(request.GET)
    found = paginate(batches, request.GET, sort=BATCHES.field_of(sort), size=ON_A_PAGE)
    total = count_with(found, batches)
    page = found.with_rows(rows_of(found))
    poll = _least_seconds(page)
    tag = tag_of_page(BATCHES, request, page, total, poll)
    if shown_tag == tag:
        return nothing_new()
    bar = FilterBar(narrowed, request, list_name="batches", target="batches")
    context = {
        "filter": narrowed,
        "bar": bar,
        "page": page,
        "total": total,
        "table": TablePage(BATCHES, request, page, sort=sort, is_filtered=bar.is_active),
        "totals": _total_cost(batches, is_filtered=bar.is_active),
        "poll": poll,
        "tag": tag,
        "exports": list(files_of(request, "bulk_export", total)),
    }
    return render_list(request, "panels/bulk/bulk_list.html", context, partial="results")


def _batches(narrowed: BatchFilter) -> QuerySet[Batch]:
    return narrowed.rows.select_related(*RELATED).defer("panel__api_key")


def _total_cost(batches: QuerySet[Batch], *, is_filtered: bool) -> Totals | None:
    orders = Order.objects.filter(batch__isnull=False)
    if is_filtered:
        orders = orders.filter(batch__in=batches.order_by().values("pk"))
    number = count_rows(orders)
    return total_cost(orders, number, 0) if can_total(number, {"batch"}) else None


def poll_seconds(batch: Batch, progress: BatchProgress) -> int:
    """Return the seconds between two polls of a page with this batch, 0 for no polling."""
    is_moving = progress.queued or progress.sending or progress.waiting
    if is_moving and batch.state == Batch.State.CONFIRMED:
        return 2
    return 10 if progress.is_open else 0


def _least_seconds(page: Page[BatchRow]) -> int:
    seconds = [poll_seconds(row.batch, row.progress) for row in page if row.progress]
    return min((each for each in seconds if each), default=0)


@permission_required("panels.view_batch", raise_exception=True)
@require_safe
@limited("files")
def bulk_export(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """Send all pages of the list under the same query as a file."""
    narrowed = BatchFilter(request.GET, request.user)
    if not narrowed.is_valid():
        return back_to_list(request)
    sort = BATCHES.field_of(BATCHES.sort_of(request.GET))
    return send_list(request, BATCHES, _batches(narrowed), suffix=suffix, sort=sort, of_page=rows_of)


# For each change of several batches: the call, the words for one batch of this kind, and the words after the change.
CHANGES: dict[str, tuple[Callable[[Iterable[int]], list[int]], str, str]] = {
    "discard": (discard_all, "draft", "discarded"),
    "restore": (restore_all, "discarded batch", "restored"),
}


@permission_required("panels.change_batch", raise_exception=True)
@require_POST
def bulk_change_all(request: HttpRequest) -> HttpResponse:
    """Discard or restore the selected batches, or those of an undo. Batches of another state stay as they are."""
    chosen, do = _chosen(request), request.POST.get("do") or request.GET.get("do", "")
    if do not in CHANGES:
        messages.error(request, "Choose an action. Nothing was changed.")
    elif changed := CHANGES[do][0](chosen):
        _say(request, do, changed, len(chosen))
    else:
        messages.error(request, f"No selected batch is a {CHANGES[do][1]}. Nothing was changed.")
    page = page_before(request)
    return HttpResponseClientRedirect(page) if wants_fragment(request) else redirect(page)


def _chosen(request: HttpRequest) -> set[int]:
    texts = (*request.POST.getlist("batch"), *request.GET.get("batches", "").split(","))
    return {int(text) for text in texts if text.isdecimal() and len(text) <= 18}


def _say(request: HttpRequest, do: str, changed: list[int], number: int) -> None:
    _, kind, done = CHANGES[do]
    words = f"1 {kind} was" if len(changed) == 1 else f"{len(changed):,} {kind}{'es' if kind[-1] == 'h' else 's'} were"
    left = number - len(changed)
    others = f" {left:,} other{' was' if left == 1 else 's were'} no {kind} and did not change." if left else ""
    text = f"{words} {done}. Nothing was ordered.{others}"
    if do == "discard":
        say_with_undo(request, text, "bulk_change_all", do="restore", batches=",".join(map(str, changed)))
    else:
        messages.success(request, text)
