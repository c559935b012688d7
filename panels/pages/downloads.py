"""Sends a table as a file: CSV line by line, or a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from panels.pages.paging import CURSORS, Page, paginate
from panels.pages.table import Table
from panels.tables.cells import csv_lines
from panels.tables.writing import MOST_ROWS, as_workbook

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "text/csv; charset=utf-8"
CHUNK = 1000
Download = TypeVar("Download", bound=HttpResponseBase)
M = TypeVar("M")
R = TypeVar("R", bound=Model)


def files_of(request: HttpRequest, view: str, total: int, *names: Any, **only: Any) -> Iterator[tuple[str, str, str]]:
    """Yield the files of a list: the label, the address of the view, and the reason why there is none.

    names: what the address of the view names beside the kind of file. only: filters that the list has beside those of
    the address.
    """
    kept = request.GET.copy()
    kept.update(only)
    for name in CURSORS:
        kept.pop(name, None)
    query = f"?{kept.urlencode()}" if kept else ""
    for suffix in ("csv", "xlsx"):
        too_many = f"up to {MOST_ROWS:,} rows" if suffix == "xlsx" and total > MOST_ROWS else ""
        yield suffix.upper(), f"{reverse(view, args=[*names, suffix])}{query}", too_many


def send_list(
    request: HttpRequest,
    table: Table[Any],
    rows: QuerySet[R],
    *,
    suffix: str,
    sort: str,
    of_page: Callable[[Page[R]], Iterable[Any]] = iter,
) -> HttpResponseBase:
    """Send all pages of a list as a file, like `send_pages`."""
    return send_pages(request, table, rows, suffix=suffix, read=partial(paginate, rows, sort=sort), of_page=of_page)


def send_pages(
    request: HttpRequest,
    table: Table[Any],
    rows: QuerySet[R],
    *,
    suffix: str,
    read: Callable[..., Page[R]],
    of_page: Callable[[Page[R]], Iterable[Any]] = iter,
) -> HttpResponseBase:
    """Send all pages of a list as a file. A workbook has at most MOST_ROWS rows, and more lead back to the list.

    read: reads a page by a query and a size, as `paginate` does. of_page: makes the rows of the table from a page of
    rows of the database.
    """
    if suffix == "xlsx" and len(rows.order_by()[: MOST_ROWS + 1].values_list("pk")) > MOST_ROWS:
        messages.error(request, f"XLSX holds up to {MOST_ROWS:,} {table.several}. Narrow the filter, or export CSV.")
        return back_to_list(request)
    return send_rows(table, (row for page in _in_chunks(read) for row in of_page(page)), suffix)


def send_rows(table: Table[M], rows: Iterable[M], suffix: str) -> HttpResponseBase:
    """Send rows of a list as a file that is named by the list and the day."""
    written = ([read(row) for read in table.exported.values()] for row in rows)
    return send_table(f"{table.name}-{timezone.localdate():%Y-%m-%d}", suffix, table.exported, written)


def back_to_list(request: HttpRequest) -> HttpResponseBase:
    """Lead from the export of a list back to the list under the same query. The list is one level up."""
    return redirect(f"{request.path.rpartition('/')[0]}/?{request.GET.urlencode()}")


def _in_chunks(read: Callable[..., Page[R]]) -> Iterator[Page[R]]:
    """Read a long list in chunks, so that no transaction stays open during a slow download."""
    after = ""
    while True:
        page = read({"after": after}, size=CHUNK)
        yield page
        # A chunk whose rows were all deleted meanwhile has no place behind it.
        if page.is_last or not page.after:
            return
        after = page.after


def send_table(name: str, suffix: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> HttpResponseBase:
    """Send a table as `name.suffix`. The suffix is csv or xlsx."""
    if suffix == "xlsx":
        book = as_workbook("Table", header, rows)
        return as_download(HttpResponse(book, content_type=WORKBOOK), f"{name}.xlsx")
    return as_download(StreamingHttpResponse(csv_lines(header, rows), content_type=TEXT), f"{name}.csv")


def as_download(response: Download, filename: str) -> Download:
    """Let the browser store a response as a file."""
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
