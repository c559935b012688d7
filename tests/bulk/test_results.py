"""The results of a batch are a table, and its refused lines can be uploaded again."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from panels.bulk import results
from panels.bulk.drafts import change_line, create_batch
from panels.clients.naming import Labels
from panels.models import Order
from panels.tables.cells import csv_lines
from panels.tables.reading import read_file
from panels.tables.writing import as_workbook
from tests.bulk.batches import confirm_batch, line_of, make_confirmed
from tests.factories import make_batch, make_campaign, make_client, make_service, row_of

pytestmark = pytest.mark.django_db


def test_results_have_the_columns_of_the_table_and_the_result_of_each_line():
    service = make_service(remote_id="0012")
    rows = [row_of(service, link=f"=link{i}") for i in range(3)]
    batch = make_batch(*rows)
    change_line(line_of(batch, 4), is_left_out=True)
    confirm_batch(batch)
    first, second = batch.orders.order_by("pk")
    Order.objects.filter(pk=first.pk).update(
        state="placed", remote_id="77", progress="partial", charge=Decimal("0.45"), start_count=5, remains=-2
    )
    Order.objects.filter(pk=first.pk).update(given_back=Decimal("0.05"), given_back_source="person")
    Order.objects.filter(pk=second.pk).update(state="refused", error_text="-Bad link")
    header = results.results_header(batch)
    text = "".join(csv_lines(header, results.results(batch))).removeprefix("\ufeff")
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert found[0] == {
        "panel": service.panel.name,
        "service": "0012",
        "link": "'=link0",
        "quantity": "1000",
        "state": "placed",
        "remote_id": "77",
        "progress": "partial",
        "charge": "0.45",
        "given_back": "0.05",
        "currency": "USD",
        "start_count": "5",
        "remains": "-2",
        "error": "",
    }
    assert (found[1]["state"], found[1]["error"]) == ("refused", "'-Bad link")
    assert found[2]["state"] == "skipped"
    book = load_workbook(io.BytesIO(as_workbook("Results", header, results.results(batch))))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert cells[0] == header
    assert cells[1][:4] == [service.panel.name, "0012", "'=link0", "1000"]
    assert cells[1][7] == 0.45


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_refused_lines_come_back_as_a_table_that_can_be_uploaded_again(kind):
    service = make_service(type="custom_comments", min_quantity=1)
    comments = "=1+1\n'quoted'\n+2"
    rows = [row_of(service, quantity="", comments=comments, panel="") for _ in range(3)]
    batch = make_batch(*rows, panel=service.panel)
    confirm_batch(batch)
    Order.objects.filter(pk=line_of(batch, 3).order_id).update(state="refused", error_text="=No")
    header, found = results.refused_header(batch), results.refused(batch)
    as_csv = kind == "csv"
    content = "".join(csv_lines(header, found)).encode() if as_csv else as_workbook("Results", header, found)
    sheet = read_file(f"refused.{kind}", content)
    (again,) = sheet.lines
    first = line_of(batch, 3).order
    assert again.cells == line_of(batch, 3).cells | {"panel": service.panel.name, "again_of": str(first.pk)}
    fresh, _ = create_batch(sheet, source="file", created_by=None)
    assert not fresh.lines.filter(has_errors=True).exists()
    confirm_batch(fresh)
    assert fresh.orders.get().again_of == first
    # A table of the second refusal names the second order.
    Order.objects.filter(batch=fresh).update(state="refused")
    assert results.refused_header(fresh).count("again_of") == 1
    assert next(results.refused(fresh))[-2] == fresh.orders.get().pk


def test_a_column_that_a_correction_added_is_in_the_results():
    service = make_service(type="custom_comments", min_quantity=1)
    row = row_of(service, quantity="")
    batch = make_batch(row, panel=service.panel)
    change_line(line_of(batch, 2), cells={**row, "comments": "one\ntwo"})
    confirm_batch(batch)
    Order.objects.update(state="refused")
    batch.refresh_from_db()
    assert results.refused_header(batch) == [*row, "comments", "again_of", "error"]
    assert list(results.refused(batch)) == [[*row.values(), "one\ntwo", batch.orders.get().pk, ""]]
    assert "comments" in results.results_header(batch)


def test_results_take_as_many_queries_as_chunks(django_assert_num_queries):
    batch = make_confirmed(*[make_service()] * 20)
    with django_assert_num_queries(2):
        assert len(list(results.results(batch))) == 20


def test_labels_of_the_batch_come_back_with_its_lines():
    nova, service = make_client("Nova"), make_service()
    make_client("Orbit")
    labels = Labels(nova, make_campaign("Spring", nova), "PO-1", "")
    batch = make_batch(row_of(service, client="Orbit"), row_of(service, reference="PO-2"), labels=labels)
    confirm_batch(batch)
    header = results.results_header(batch)
    assert header[:7] == ["panel", "service", "link", "quantity", "client", "reference", "campaign"]
    found = [dict(zip(header, row, strict=True)) for row in results.results(batch)]
    assert [(row["client"], row["campaign"], row["reference"]) for row in found] == [
        ("Orbit", "", "PO-1"),
        ("Nova", "Spring", "PO-2"),
    ]
