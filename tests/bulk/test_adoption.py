"""A table of orders placed elsewhere becomes lines, with the day on which each order was placed."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.utils import timezone

from panels.bulk.adoption import EXISTING, create_adoption, placed_at_of
from panels.models import Batch, BatchLine
from panels.protocol.order_fields import UnfitError
from panels.tables.reading import read_file, read_paste
from tests.factories import make_panel, make_sheet

MIDNIGHT = dt.datetime(2024, 11, 3, tzinfo=dt.UTC)
HALF_PAST_TWO = MIDNIGHT + dt.timedelta(hours=14, minutes=30)
READ = {
    "2024-11-03": MIDNIGHT,
    "2024-11-03 14:30": HALF_PAST_TWO,
    "2024-11-03T14:30:00": HALF_PAST_TWO,
    "2024-11-03T14:30:00Z": HALF_PAST_TWO,
    "2024-11-03T16:30:00.000+02:00": HALF_PAST_TWO,
}
# As tables.workbook writes the dates of an XLSX file.
READ_IN_A_WORKBOOK = {"03/11/2024": MIDNIGHT, "03/11/2024 14:30:00": HALF_PAST_TWO}
UNREADABLE = {
    "yesterday": "must be a day or a time",
    "45599": "must be a day or a time",
    "3/11/2024": "must be a day or a time",
    "03/11/2024": "must be a day or a time",
    "2024-11": "must be a day or a time",
    "03.11.2024": "must be a day or a time",
    "03/11/20241": "must be a day or a time",
    "2024-11-03 2:30 pm": "must be a day or a time",
    "2024-02-30": "is not a day and time of the calendar",
    "0000-01-01": "is not a day and time of the calendar",
    "2024-11-03 25:00": "is not a day and time of the calendar",
    "2024-11-03 12:00+24:00": "is not a day and time of the calendar",
    "0001-01-01": "is before the year 2000",
}


def line_of(text, filename="orders.csv"):
    return BatchLine(batch=Batch(filename=filename), cells={"placed": text} if text else {})


@pytest.mark.parametrize(("text", "moment"), READ.items(), ids=READ)
def test_a_day_and_a_time_are_read(text, moment):
    assert placed_at_of(line_of(text)) == moment


@pytest.mark.parametrize(("text", "moment"), READ_IN_A_WORKBOOK.items(), ids=READ_IN_A_WORKBOOK)
def test_a_date_of_a_workbook_has_its_day_first_and_that_of_another_table_is_refused(text, moment):
    assert placed_at_of(line_of(text, "Orders.XLSX")) == moment
    with pytest.raises(UnfitError, match="must be a day or a time"):
        placed_at_of(line_of(text))


def test_a_month_that_does_not_exist_is_refused():
    with pytest.raises(UnfitError, match="is not a day and time of the calendar"):
        placed_at_of(line_of("12/25/2024", "orders.xlsx"))


def test_a_day_begins_in_the_time_zone_of_the_site_whoever_looks(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    with timezone.override("America/New_York"):
        assert placed_at_of(line_of("2024-11-03")) == MIDNIGHT - dt.timedelta(hours=9)


def test_a_line_may_name_no_day():
    assert placed_at_of(line_of("")) is None


@pytest.mark.parametrize(("text", "words"), UNREADABLE.items(), ids=UNREADABLE)
def test_a_text_that_is_no_day_is_refused_with_the_reason(text, words):
    with pytest.raises(UnfitError, match=words):
        placed_at_of(line_of(text))


def test_a_wrong_day_is_an_error_of_its_line(db):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    rows = [{"order": str(101 + number), "placed": text} for number, text in enumerate(("soon", str(tomorrow), ""))]
    batch, _ = create_adoption(
        make_sheet(*rows, {"order": "104", "placed": "9999-12-31 23:59"}), created_by=None, panel=make_panel()
    )
    assert [line.errors for line in batch.lines.all()] == [
        {"placed": ["Placed must be a day or a time, such as 2026-11-03 or 2026-11-03 14:30, not “soon”."]},
        {"placed": [f"Placed “{tomorrow}” is in the future."]},
        {},
        {"placed": ["Placed “9999-12-31 23:59” is in the future."]},
    ]
    assert [line.has_errors for line in batch.lines.all()] == [True, True, False, True]


def test_today_is_not_in_the_future(db):
    sheet = make_sheet({"order": "101", "placed": str(timezone.localdate())})
    batch, _ = create_adoption(sheet, created_by=None, panel=make_panel())
    assert batch.lines.get().errors == {}


@pytest.mark.parametrize("moment", [MIDNIGHT, HALF_PAST_TWO])
def test_a_date_of_a_spreadsheet_is_read(moment):
    book, written = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["order", "placed"])
    book.active.append(["101", moment.replace(tzinfo=None)])
    book.save(written)
    sheet = read_file("orders.xlsx", written.getvalue(), kind=EXISTING)
    assert placed_at_of(line_of(sheet.lines[0].cells["placed"], "orders.xlsx")) == moment


def test_a_pasted_line_names_the_day_last():
    sheet = read_paste("101 | 5 | https://example.com/x | 1000 | 2024-11-03", has_panel=False, kind=EXISTING)
    assert placed_at_of(line_of(sheet.lines[0].cells["placed"], "")) == MIDNIGHT
