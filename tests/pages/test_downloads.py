"""Tables as files."""

from __future__ import annotations

import io

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory
from openpyxl import load_workbook

from panels.models import Panel
from panels.pages import downloads
from panels.pages.downloads import back_to_list, files_of, send_list, send_table
from panels.pages.table import Table
from tests.factories import make_panel

TABLE: Table[Panel] = Table(name="panels", row="panel", columns=(), exported={"Name": lambda panel: panel.name})


def ask(address):
    request = RequestFactory().get(address)
    request.session = {}
    request._messages = FallbackStorage(request)
    return request


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_table_is_sent_as_a_file_of_its_name(suffix):
    response = send_table("orders", suffix, ["Link"], [["x"], ["=1+1"]])
    assert response["Content-Disposition"] == f'attachment; filename="orders.{suffix}"'
    if suffix == "csv":
        assert b"".join(response).decode().removeprefix("\ufeff").split() == ["Link", "x", "'=1+1"]
    else:
        rows = load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)
        assert list(rows) == [("Link",), ("x",), ("'=1+1",)]


def lines(response):
    return b"".join(response).decode().removeprefix("\ufeff").splitlines()


def test_the_files_of_a_list_keep_its_query_but_not_its_page():
    request = ask("/orders/?q=a%26b&after=1~x&before=2~y&last=1&sort=created")
    assert list(files_of(request, "order_export", 5000)) == [
        ("CSV", "/orders/export.csv?q=a%26b&sort=created", ""),
        ("XLSX", "/orders/export.xlsx?q=a%26b&sort=created", ""),
    ]
    assert list(files_of(ask("/orders/"), "order_export", 5001)) == [
        ("CSV", "/orders/export.csv", ""),
        ("XLSX", "/orders/export.xlsx", "up to 5,000 rows"),
    ]


@pytest.mark.django_db
def test_a_list_is_sent_with_all_its_pages(monkeypatch):
    monkeypatch.setattr(downloads, "CHUNK", 2)
    for name in "cabed":
        make_panel(name=name)
    sent = send_list(ask("/panels/export.csv"), TABLE, Panel.objects.all(), suffix="csv", sort="-name")
    assert lines(sent) == ["Name", *"edcba"]


@pytest.mark.django_db
def test_the_rows_of_the_table_may_be_made_from_a_page_of_rows():
    make_panel(name="a")

    def twice(page):
        return [*page, *page]

    request, panels = ask("/panels/export.csv"), Panel.objects.all()
    sent = send_list(request, TABLE, panels, suffix="csv", sort="name", of_page=twice)
    assert lines(sent) == ["Name", "a", "a"]


@pytest.mark.django_db
def test_too_many_rows_for_a_workbook_lead_back_to_the_list_with_a_reason(monkeypatch):
    monkeypatch.setattr(downloads, "MOST_ROWS", 1)
    request = ask("/panels/export.xlsx?q=x")
    make_panel()
    assert send_list(request, TABLE, Panel.objects.all(), suffix="xlsx", sort="name").status_code == 200
    make_panel()
    answer = send_list(request, TABLE, Panel.objects.all(), suffix="xlsx", sort="name")
    assert (answer.status_code, answer.url) == (302, "/panels/?q=x")
    assert [str(each) for each in request._messages] == ["XLSX holds up to 1 panels. Narrow the filter, or export CSV."]


def test_an_export_leads_back_to_its_list_under_the_same_query():
    assert back_to_list(ask("/orders/export.csv?state=x&q=1")).url == "/orders/?state=x&q=1"
