"""XLSX: the values of cells, and files that are damaged, hostile or too large."""

import datetime as dt
import io
import tracemalloc
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panels.protocol.order_types import Offer, check
from panels.tables.columns import COLUMNS
from panels.tables.reading import MAX_BYTES, Line, read_file
from tests.tables.conftest import (
    LINK,
    PARTS,
    PLAIN,
    SHEET,
    SPACE,
    TEXTS_TYPE,
    TYPES,
    come_back,
    day,
    lines,
    listed_as,
    message,
    read_or_refuse,
    read_xlsx,
    repacked,
    saved,
    sharing_texts,
    with_cells,
    workbook,
)


def test_a_workbook_gives_the_same_lines_as_a_csv_file():
    rows = [["Service", "link", "Comments"], ["007", LINK, "one\ntwo"], [], [None, None, " "], ["8", "ö", None]]
    sheet = read_xlsx(rows)
    assert sheet.columns == ("service", "link", "comments")
    assert sheet.lines == (
        Line(2, {"service": "007", "link": LINK, "comments": "one\ntwo"}),
        Line(5, {"service": "8", "link": "ö"}),
    )
    assert sheet.note == ""


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        (1000, "General", "1000"),
        (1000.0, "General", "1000"),
        (1000.0, "0.00", "1000"),
        (1234567, "#,##0", "1234567"),
        (2.5, "General", "2.5"),
        (0.15, "General", "0.15"),
        (0.00001, "General", "0.00001"),
        (-3, "General", "-3"),
        (42, "00000", "00042"),
        (1234567, "00000", "1234567"),
        (0.5, "0%", "0.5"),
        (12, '"$"#,##0.00', "12"),
        (12, "#,##0.00\\ [$€-407]", "12"),
        (12, "[Red]-0", "12"),
        (999_999_999_999_999, "0", "999999999999999"),
        (True, "General", "TRUE"),
        (False, "General", "FALSE"),
        (day(2030, 12, 31), "dd/mm/yyyy", "31/12/2030"),
        (day(2030, 2, 1), "[$-409]mmmm d, yyyy;@", "01/02/2030"),
        (day(2030, 2, 1, 15, 30), "yyyy-mm-dd hh:mm", "01/02/2030 15:30:00"),
        (dt.time(15, 30), "hh:mm", "15:30:00"),
        (dt.timedelta(hours=30), "[h]:mm", "1 day, 6:00:00"),
        ("0007", "General", "0007"),
        ("0007", "@", "0007"),
        ("1e5", "@", "1e5"),
    ],
)
def test_values_are_read_as_the_person_means_them(value, number_format, expected):
    def put(sheet):
        sheet["B2"] = value
        sheet["B2"].number_format = number_format

    assert read_xlsx([["service", "link"], ["1"]], change=put).lines[0].cells["link"] == expected


def test_dates_follow_the_workbooks_own_calendar():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.MAC_EPOCH
    book.active.append(["service", "expiry"])
    book.active.append(["1", day(2030, 12, 31)])
    assert read_file("a.xlsx", saved(book)).lines[0].cells["expiry"] == "31/12/2030"


def test_a_spreadsheets_date_is_an_expiry():
    expiry = read_xlsx([["service", "expiry"], ["1", day(2030, 12, 31)]]).lines[0].cells["expiry"]
    offer = Offer("subscriptions", rate_per_1000=Decimal(1), min_quantity=None, max_quantity=None)
    assert check(offer, {"expiry": expiry}).values["expiry"] == "31/12/2030"


CELLS = [
    (b'<c t="inlineStr"><is><t>plain</t></is></c>', "plain"),
    (b'<c t="inlineStr"><is><r><t>ri</t></r><r><rPr/><t>ch</t></r><rPh sb="0" eb="1"><t>no</t></rPh></is></c>', "rich"),
    (b'<c t="str"><f>A1&amp;"x"</f><v>joined</v></c>', "joined"),
    (b"<c><f>1+1</f><v>2</v></c>", "2"),
    (b'<c t="inlineStr"><is><t>one_x000D_\ntwo</t></is></c>', "one\ntwo"),
    (b'<c t="inlineStr"><is><t>_x005F_x000D_</t></is></c>', "_x000D_"),
    (b'<c t="inlineStr"><is><t>a_x0000_b_xD800_</t></is></c>', "a\x1ab\x1a"),
    (b'<c t="d"><v>2030-12-31T00:00:00</v></c>', "31/12/2030"),
    (b"<c><v>1E3</v></c>", "1000"),
    (b'<c s="99"><v>5</v></c>', "5"),
]


@pytest.mark.parametrize(("xml", "expected"), CELLS)
def test_cells_as_other_programs_write_them(xml, expected):
    sheet = read_file("a.xlsx", with_cells(b"<row><c><v>1</v></c>" + xml + b"</row>"))
    assert sheet.lines == (Line(2, {"service": "1", "link": expected}),)


def test_a_formula_that_results_in_nothing_is_an_empty_cell():
    xml = b'<row><c><v>1</v></c><c t="str"><f>IF(1,"")</f><v></v></c></row>'
    assert read_file("a.xlsx", with_cells(xml)).lines == (Line(2, {"service": "1"}),)


UNSURE = [
    (b"<f>B1</f>", "", "Formulas have no stored result (cells B2, B3, B4, B5, B6 and 2 more)"),
    (b"<f>B1</f><v></v>", "", "Formulas have no stored result (cells B2, B3, B4, B5, B6 and 2 more)"),
    (b"<v>#N/A</v>", "e", "Formulas have an error such as #N/A (cells B2, B3, B4, B5, B6 and 2 more)"),
    (b"<v>17841400000000000</v>", "n", "Numbers have more than the 15 digits that a spreadsheet keeps (cells B2"),
    (b"<v>1e999</v>", "n", "Formulas have an error"),
    (b"<f>B1</f><v>17841400000000000</v>", "n", "Numbers have more than the 15 digits"),
]


@pytest.mark.parametrize(("inner", "kind", "expected"), UNSURE)
def test_cells_whose_content_nobody_knows_are_named(inner, kind, expected):
    cell = b'<c t="%b">%b</c>' % (kind.encode() or b"n", inner)
    assert expected in message("a.xlsx", with_cells((b"<row><c><v>1</v></c>" + cell + b"</row>") * 7))


def test_merged_cells_count_once_and_hidden_rows_are_read():
    def change(sheet):
        sheet.merge_cells("B2:B3")
        sheet.row_dimensions[3].hidden = True

    sheet = read_xlsx([["service", "link"], ["1", "a"], ["2", None]], change=change)
    assert sheet.lines == (Line(2, {"service": "1", "link": "a"}), Line(3, {"service": "2"}))


def test_the_first_visible_sheet_that_holds_anything_is_read_and_others_are_mentioned():
    def hide(sheet):
        sheet.sheet_state = "hidden"

    orders, other = [["service"], ["1"]], [["hello"]]
    sheet = read_xlsx([["unseen"]], change=hide, Empty=[], Orders=orders, Notes=other, Blank=[])
    assert sheet.lines == (Line(2, {"service": "1"}),)
    assert sheet.note == "Only the sheet “Orders” was read, not “Notes”."
    assert read_xlsx(orders, Blank=[]).note == ""
    assert "no visible sheet with content" in message("a.xlsx", workbook([]))


def test_texts_that_cells_share_are_read_without_their_pronunciation():
    content = sharing_texts(workbook([["service", "comments"], ["007", "first"], [None, "second"], ["007", "first"]]))
    shared = (
        b'<si><r><t>fi</t></r><r><t xml:space="preserve">r st_x000D_\n</t></r><rPh sb="0" eb="1"><t>no</t></rPh></si>'
    )
    content = repacked(content, {"xl/sharedStrings.xml": lambda data: data.replace(b"<si><t>first</t></si>", shared)})
    assert read_file("a.xlsx", content).lines == (
        Line(2, {"service": "007", "comments": "fir st"}),
        Line(3, {"comments": "second"}),
        Line(4, {"service": "007", "comments": "fir st"}),
    )


def test_prefixed_names_and_parts_in_other_places_are_understood():
    plain = workbook([["service"]])
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        relations = archive.read("xl/_rels/workbook.xml.rels")
    rows = b'<x:row><x:c t="str"><x:v>service</x:v></x:c></x:row><x:row r="9"><x:c r="A9"><x:v>007</x:v></x:c></x:row>'
    moved = {
        SHEET: None,
        "xl/tables/Orders.xml": b"<x:worksheet xmlns:x='%b'><x:sheetData>%b</x:sheetData></x:worksheet>"
        % (SPACE, rows),
        "xl/_rels/workbook.xml.rels": relations.replace(b"/xl/worksheets/sheet1.xml", b"./tables/../tables/Orders.xml"),
        "xl/styles.xml": None,
    }
    assert read_file("a.xlsx", repacked(plain, moved)).lines == (Line(9, {"service": "7"}),)


def test_what_openpyxl_cannot_read_is_said():
    strict = repacked(
        workbook([["service"], ["1"]]),
        {"xl/workbook.xml": lambda data: data.replace(SPACE, b"http://purl.oclc.org/ooxml/spreadsheetml/main")},
    )
    assert "is a Strict Open XML workbook" in message("a.xlsx", strict)

    def add_chart(sheet):
        sheet.parent.create_chartsheet()

    assert "has a chart sheet" in message("a.xlsx", workbook([["service"], ["1"]], change=add_chart))


def test_what_openpyxl_warns_of_is_read_without_a_word():
    extension = b'</sheetData><extLst><ext uri="{CCE6A557-97BC-4B89-ADB6-D9C93CAAB3DF}"/></extLst>'
    content = repacked(workbook([["service"], ["1"]]), {SHEET: lambda data: data.replace(b"</sheetData>", extension)})
    assert read_file("a.xlsx", content).lines == (Line(2, {"service": "1"}),)

    def outdate(sheet):
        sheet["A3"] = 9e9
        sheet["A3"].number_format = "dd/mm/yyyy"

    late = workbook([["service"], ["1"]], change=outdate)
    assert "Formulas have an error such as #N/A (cells A3)" in message("a.xlsx", late)


def test_a_cell_out_of_its_order_is_read():
    sheet = read_file("a.xlsx", with_cells(b'<row r="2"><c r="B2"><v>2</v></c><c r="A2"><v>1</v></c></row>'))
    assert sheet.lines == (Line(2, {"service": "1", "link": "2"}),)


def test_a_million_formatted_rows_below_the_orders_hide_none():
    empty = b'<row s="1" customFormat="1"/>'
    order = b"<row><c><v>1</v></c></row>"
    sheet = read_file("a.xlsx", with_cells(order + empty * 99_997 + order + empty * 948_000))
    assert [line.number for line in sheet.lines] == [2, 100_000]
    below = with_cells(order + b'<row r="1048576"><c r="A1048576"><v>5</v></c></row>')
    assert "has content up to row 1,048,576 and column 3 (C), and only 100,000 rows and 256" in message("a.xlsx", below)
    assert "column 257 (IW)" in message("a.xlsx", with_cells(b'<row><c r="IW2"><v>5</v></c></row>'))
    formatted = with_cells(order + b'<row><c r="XFD3" s="1"/></row>')
    assert read_file("a.xlsx", formatted).lines == (Line(2, {"service": "1"}),)


def test_a_bomb_is_told_by_its_directory_before_it_is_unpacked():
    big = b" " * (101 * 1024 * 1024)
    content = repacked(workbook([["service"], ["1"]]), {"xl/media/film.bin": big})
    assert len(content) < MAX_BYTES
    text = message("a.xlsx", content)
    assert "too large: more than 100 MB" in text


def test_a_part_is_never_unpacked_beyond_the_size_that_it_claims():
    content = with_cells(b"<row><c><v>1</v></c></row>" + b" " * 5_000_000)
    lying = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(SHEET).file_size
    at = lying.rindex(SHEET.encode()) - 46
    assert int.from_bytes(lying[at + 24 : at + 28], "little") == size
    lying[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    assert "damaged" in message("a.xlsx", bytes(lying))


@pytest.mark.parametrize(
    ("limit", "most"),
    [
        ("MAX_ELEMENTS", 60),
        ("MAX_TREE", 30),
        ("MAX_TREE_BYTES", 1000),
        ("MAX_TEXTS", 1),
        ("MAX_TEXT_BYTES", 100),
        ("MAX_PARTS", 3),
        ("MAX_UNPACKED", 1000),
    ],
)
def test_more_parts_and_elements_than_the_limit_are_not_read(monkeypatch, limit, most):
    content = sharing_texts(workbook([["service"], ["a"]]))
    assert read_file("a.xlsx", content)
    monkeypatch.setattr(f"panels.tables.workbook.{limit}", most)
    assert "file is too large" in message("a.xlsx", content)


def sheet_of(xml):
    return {SHEET: b"<worksheet xmlns='%b'><sheetData>%b</sheetData></worksheet>" % (SPACE, xml)}


def texts_of(xml):
    return {"xl/sharedStrings.xml": b"<sst xmlns='%b'>%b</sst>" % (SPACE, xml)}


FORMATS = b'<numFmts><numFmt numFmtId="164" formatCode="%b"/></numFmts><numFmts' % (b"[" * 256)
# Each is made where it is used, because together they take hundreds of megabytes.
BOMBS = {
    "cells": lambda: sheet_of(b"<row>" + b"<c/>" * 9_000_000 + b"</row>"),
    "values": lambda: sheet_of(b"<row><c><v>1</v></c></row>" * 2_000_000),
    "nothing": lambda: sheet_of(b"<x/>" * 200_000),
    "long text": lambda: sheet_of(b"<row><c><v>" + b"1" * 90_000_000 + b"</v></c></row>"),
    "attributes": lambda: sheet_of(b"<row%b/>" % b"".join(b' a%d=""' % number for number in range(500_000))),
    "long shared text": lambda: texts_of(b"<si><t>" + b"x" * 90_000_000 + b"</t></si>"),
    "many shared texts": lambda: texts_of(b"<si/>" * 600_000),
    "much shared text": lambda: texts_of((b"<si><t>" + b"x" * 3_900_000 + b"</t></si>") * 8),
    "shared text of many": lambda: texts_of(b"<si>" + b"<r/>" * 200_000 + b"</si>"),
    "styles": lambda: {"xl/styles.xml": b"<styleSheet><cellXfs>" + b"<xf/>" * 600_000 + b"</cellXfs></styleSheet>"},
    "format": lambda: {"xl/styles.xml": lambda data: data.replace(b"<numFmts", FORMATS, 1)},
    "relations": lambda: {"xl/_rels/workbook.xml.rels": b"<Relationships>" + b"<Relationship/>" * 600_000},
}


@pytest.mark.parametrize("parts", BOMBS.values(), ids=BOMBS)
def test_a_few_bytes_that_unpack_to_millions_take_little_memory(monkeypatch, parts):
    # Counting the memory is slow. One object kept for each element would still be above the limit.
    monkeypatch.setattr("panels.tables.workbook.MAX_ELEMENTS", 600_000)
    content = repacked(sharing_texts(workbook([["service"], ["1"]])), parts())
    tracemalloc.start()
    try:
        text = message("a.xlsx", content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "file is too large" in text or "damaged" in text
    assert peak < 20_000_000


def test_a_sheet_that_is_listed_often_is_refused():
    again = b'<sheet name="x" sheetId="2" state="visible" xmlns:y="%b" y:id="%b"/>'
    space = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    plain = workbook([["service"], ["1"]])
    same = {"xl/workbook.xml": lambda data: data.replace(b"</sheets>", again % (space, b"rId1") + b"</sheets>")}
    assert "damaged" in message("a.xlsx", repacked(plain, same))
    relation = b'<Relationship Id="x" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    other = {"xl/_rels/workbook.xml.rels": lambda data: data.replace(b"</Relationships>", relation)}
    assert "damaged" in message("a.xlsx", repacked(plain, other))


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        (SHEET, b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
        (SHEET, TEXTS_TYPE),
        ("xl/styles.xml", None),
        ("xl/_rels/workbook.xml.rels", None),
    ],
)
def test_rows_are_read_only_where_a_sheet_is(part, kind):
    plain = workbook([["service"], ["1"]])
    changes = {TYPES: lambda data: listed_as(data, part, kind)} if kind else {part: sheet_of(b"")[SHEET]}
    assert "damaged" in message("a.xlsx", repacked(plain, changes))


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "1234567890"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("part", PARTS)
def test_entities_are_refused_in_every_part(part):
    def add(data):
        declaration, end, rest = data.rpartition(b"?>")
        return declaration + end + ENTITIES + rest

    assert "damaged" in message("a.xlsx", repacked(sharing_texts(workbook([["service"], ["a"]])), {part: add}))


@pytest.mark.parametrize("part", PARTS)
def test_a_broken_part_is_a_damaged_file(part):
    content = repacked(sharing_texts(workbook([["service"], ["a"]])), {part: lambda data: data[: len(data) // 2]})
    assert "damaged" in message("a.xlsx", content)


DAMAGED = {
    "cut short": lambda content: content[:-100],
    "no workbook": lambda content: repacked(content, {"xl/workbook.xml": None}),
    "another zip": lambda content: repacked(content, {TYPES: None}),
    "binary workbook": lambda content: repacked(content, {"xl/workbook.xml": None, "xl/workbook.bin": b"x"}),
    "another compression": lambda content: repacked(content, {}, zipfile.ZIP_BZIP2),
    "text out of range": lambda content: with_cells(b'<row><c t="s"><v>2</v></c></row>', sharing_texts(content)),
    "no number": lambda content: with_cells(b"<row><c><v>five</v></c></row>", content),
    "column out of range": lambda content: with_cells(b'<row><c r="XFE2"><v>5</v></c></row>', content),
    "row out of range": lambda content: with_cells(b'<row r="1048577"><c><v>5</v></c></row>', content),
    "row twice": lambda content: with_cells(b'<row r="1"><c><v>5</v></c></row>', content),
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_workbook_gets_one_message(damage):
    text = message("a.xlsx", damage(workbook([["service", "link"]])))
    assert "damaged" in text or "no workbook in it" in text


@settings(max_examples=60, deadline=None)
@given(lines, st.sampled_from([bytes, sharing_texts]))
def test_rows_survive_a_workbook(rows, pack):
    # A text that begins with = is written as a formula, and _x…_ is an escape of XML.
    rows = [{name: text.lstrip("'=+-@\t\n ").replace("_x", "") for name, text in row.items()} for row in rows]
    content = workbook([COLUMNS, *([row.get(name) for name in COLUMNS] for row in rows)])
    come_back(lambda: read_file("a.xlsx", pack(content)), rows)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PARTS), st.data())
def test_a_workbook_with_any_part_changed_is_read_or_refused_with_a_message(part, data):
    def change(xml):
        xml = bytearray(xml)
        at = data.draw(st.integers(0, len(xml) - 1))
        xml[at : at + data.draw(st.integers(0, 9))] = data.draw(st.one_of(st.binary(max_size=3), st.just(b"9" * 5000)))
        return bytes(xml)

    read_or_refuse("a.xlsx", repacked(PLAIN["xlsx"], {part: change}))
