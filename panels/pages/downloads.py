"""Sends a table as a file: CSV line by line, or a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from panels.tables.cells import csv_lines
from panels.tables.writing import as_workbook

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "text/csv; charset=utf-8"
Download = TypeVar("Download", bound=HttpResponseBase)


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
