"""Pasted text and CSV files: how they become lines, and the message for an unreadable file."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panels.protocol.order_types import Offer, check
from panels.tables import limits, reading
from panels.tables.cells import csv_lines
from panels.tables.columns import COLUMNS, OUTCOME, PASTED, TableKind
from panels.tables.reading import MAX_BYTES, MAX_CELL, MAX_LINES, Line, UnreadableError, read_file, read_paste
from tests.tables.conftest import (
    LINK,
    PLAIN,
    check_message,
    check_storable,
    come_back,
    lines,
    message,
    read_or_refuse,
    sharing_texts,
    workbook,
)

OLD = TableKind("old", ("panel", "order", "link"), ("order", "link"), expected=("order",))


def read_csv(text, name="orders.csv", encoding="utf-8"):
    return read_file(name, text.encode(encoding))


def test_pasted_lines_are_orders_apart_by_pipes_or_tabs():
    sheet = read_paste(f"12 | {LINK} | 1000\n\n007\t@name\t50\r\n 8|{LINK}\n", has_panel=False)
    assert sheet.columns == ("service", "link", "quantity")
    assert sheet.lines == (
        Line(1, {"service": "12", "link": LINK, "quantity": "1000"}),
        Line(3, {"service": "007", "link": "@name", "quantity": "50"}),
        Line(4, {"service": "8", "link": LINK}),
    )


def test_a_pasted_line_may_begin_with_its_panel():
    sheet = read_paste(f"Big panel | 12 | {LINK} | 1000", has_panel=True)
    assert sheet.lines == (Line(1, {"panel": "Big panel", "service": "12", "link": LINK, "quantity": "1000"}),)


def test_a_pasted_empty_value_keeps_the_others_in_their_place():
    assert read_paste("12 | | 5", has_panel=False).lines == (Line(1, {"service": "12", "quantity": "5"}),)


def test_a_pasted_line_with_too_many_values_is_named():
    with pytest.raises(
        UnreadableError,
        match=r"Line 2 is longer than its columns .*: column 4 \(D\) is “1000”.* as service \| link \| quantity",
    ):
        read_paste(f"1|{LINK}|2\nBig panel | 12 | {LINK} | 1000", has_panel=False)


def test_a_pasted_table_is_read_by_its_header():
    sheet = read_paste('Quantity\tService\tComments\n\t5\t"one\ntwo"\n', has_panel=False)
    assert sheet.columns == ("quantity", "service", "comments")
    assert sheet.lines == (Line(2, {"service": "5", "comments": "one\ntwo"}),)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_pasted_table_may_have_every_delimiter_of_a_file(delimiter, line_end):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator=line_end)
    comments = f'Nice, "very"; a|b\tc{line_end}Great'
    writer.writerows(
        [["Panel", "service", "link", "comments", ""], ["Big", "007", "https://example.com/a,b", comments]]
    )
    for text in (written.getvalue(), written.getvalue().replace("service", '"service"')):
        sheet = read_paste(f"{line_end}{text}", has_panel=True)
        assert sheet.columns == ("panel", "service", "link", "comments")
        cells = {"panel": "Big", "service": "007", "link": "https://example.com/a,b"}
        assert sheet.lines == (Line(3, {**cells, "comments": 'Nice, "very"; a|b\tc\nGreat'}),)


def test_a_pasted_table_with_a_misspelled_column_says_which():
    with pytest.raises(UnreadableError, match=r"unknown columns: “quantiy” in column 3 \(C\)"):
        read_paste(f"service,link,quantiy\n12,{LINK},5", has_panel=False)


def test_pasted_lines_without_names_of_columns_keep_their_commas_and_semicolons():
    sheet = read_paste("12 | https://example.com/a,link;service | 5", has_panel=False)
    assert sheet.lines == (Line(1, {"service": "12", "link": "https://example.com/a,link;service", "quantity": "5"}),)


def test_other_first_values_can_be_pasted():
    sheet = read_paste("Big panel | 23501", has_panel=True, kind=OLD)
    assert sheet.lines == (Line(1, {"panel": "Big panel", "order": "23501"}),)


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff", "| |\n"])
def test_an_empty_paste_says_so(text):
    with pytest.raises(UnreadableError, match="no order"):
        read_paste(text, has_panel=False)


def test_a_paste_has_the_limits_of_a_file():
    line = "1|a|1\n"
    assert len(read_paste(line * MAX_LINES, has_panel=False).lines) == MAX_LINES
    with pytest.raises(UnreadableError, match="more than 10,000 orders"):
        read_paste(line * (MAX_LINES + 1), has_panel=False)
    with pytest.raises(UnreadableError, match="at most 20 MB"):
        read_paste(" " * (MAX_BYTES + 1), has_panel=False)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_encoding_with_every_delimiter(encoding, delimiter, line_end):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator=line_end)
    comments = f'Schön, "très" bien; a|b\tc{line_end}zweite'
    writer.writerows([["service", "link", "comments"], ["007", LINK, comments], ["8", "x", ""]])
    sheet = read_file("orders.csv", written.getvalue().encode(encoding))
    assert sheet.columns == ("service", "link", "comments")
    assert sheet.lines == (
        Line(2, {"service": "007", "link": LINK, "comments": 'Schön, "très" bien; a|b\tc\nzweite'}),
        Line(3, {"service": "8", "link": "x"}),
    )
    assert ("Windows-1252" in sheet.note) == (encoding == "cp1252")


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_of_both_orders_is_told_by_its_mark(mark):
    encoding = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    assert read_file("a.txt", mark + "service\tlink\n1\tЖ".encode(encoding)).lines[0].cells["link"] == "Ж"


def test_all_columns_in_any_order_and_spelling():
    titles = [name.upper().replace("_", " ") for name in reversed(COLUMNS)]
    values = [str(number) for number in range(len(titles))]
    sheet = read_csv(f"{','.join(titles)}\n{','.join(values)}\n")
    assert sheet.columns == tuple(reversed(COLUMNS))
    assert sheet.lines[0].cells == dict(zip(reversed(COLUMNS), values, strict=True))
    assert len(COLUMNS) == 32


@pytest.mark.parametrize("title", ["old_posts", "Old Posts", " OLDPOSTS ", "old-posts", "\ufeffold\xa0posts"])
def test_titles_are_known_whatever_their_case_spaces_and_underscores(title):
    assert read_csv(f"service,{title}\n1,2\n").columns == ("service", "old_posts")


def test_the_delimiter_is_told_by_the_header_alone():
    text = 'service;link;"comments"\n1;a,b,c,d;"one;two"\n'
    assert read_csv(text).lines[0].cells == {"service": "1", "link": "a,b,c,d", "comments": "one;two"}


def test_a_first_line_that_names_the_delimiter_is_honoured_and_not_counted():
    text = 'sep=;\r\nservice;link\r\n1;"a;b"\r\n'
    for each in (text, text.replace("sep=;", '"sep=;"'), text.replace("sep=;", "SEP=;")):
        assert read_csv(each, encoding="utf-8-sig").lines == (Line(2, {"service": "1", "link": "a;b"}),)


def test_blank_rows_are_ignored_but_counted_and_a_cell_with_line_breaks_is_one_row():
    sheet = read_csv('\n,,\nservice,link\n\n1,"a\nb\nc"\n , \n2,d\n')
    assert [(line.number, line.cells["service"]) for line in sheet.lines] == [(5, "1"), (7, "2")]


def test_empty_cells_behind_a_row_or_header_do_no_harm():
    assert read_csv("service,link,,\n1,a,,,, ,\n").lines == (Line(2, {"service": "1", "link": "a"}),)


def test_what_cannot_be_stored_becomes_a_mark_that_every_field_refuses():
    sheet = read_file("a.csv", b"service,link,quantity,comments\n1,x\0y,10\x0000,a\n")
    cells = sheet.lines[0].cells
    assert cells["quantity"] == "10\x1a00"
    offer = Offer("default", rate_per_1000=Decimal(1), min_quantity=None, max_quantity=None)
    assert {"link", "quantity"} <= check(offer, {"link": cells["link"], "quantity": cells["quantity"]}).errors.keys()
    assert read_paste("1|a\ud800b", has_panel=False).lines[0].cells["link"] == "a\x1ab"


def test_every_guarded_start_comes_back_without_its_guard():
    for start in ("=", "+", "-", "@", "\t", "\r", "'=", "''@"):
        content = "".join(csv_lines(["service", "link"], [["1", f"{start}x"]])).encode()
        assert "'" + start in content.decode()
        assert read_file("a.csv", content).lines[0].cells["link"] == f"{start}x".strip()
    assert read_csv("service,link\n1,'quoted'\n").lines[0].cells["link"] == "'quoted'"


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_file_without_known_titles_is_read_up_to_its_first_line_that_is_not_clear(monkeypatch, name):
    rows = [["1", LINK, "5"], *([["a", "b", "c"]] * 50)]
    content = workbook(rows) if name == "a.xlsx" else "\n".join(map("|".join, rows)).encode()
    looked_at = []
    monkeypatch.setattr(reading, "is_clear", lambda cells, **_: looked_at.append(cells) or cells[0] == "1")
    assert "names no known column" in message(name, content)
    assert len(looked_at) == 2


def test_a_table_without_titles_may_not_have_too_many_values(monkeypatch):
    monkeypatch.setattr(limits, "MAX_UNTITLED", 8)
    assert read_paste(f"1|{LINK}|5\n" * 2, has_panel=False)
    with pytest.raises(UnreadableError, match="more than 8 values"):
        read_paste(f"1|{LINK}|5\n" * 3, has_panel=False)


def test_the_characters_of_all_orders_have_a_limit_also_in_a_workbook(monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 20)
    content = sharing_texts(workbook([["service", "link"], ["1", "a" * 10], ["2", "a" * 10]]))
    monkeypatch.setattr(reading, "refuse_large", lambda _: None)
    assert "more than 20 characters" in message("a.xlsx", content)


def test_padding_at_the_end_of_a_file_is_no_line():
    assert len(read_file("a.csv", b"service,link\n1,a\n\x1a\0\0").lines) == 1


def test_a_long_list_fits_a_cell():
    comments = "\n".join(["a" * 99] * 2000)
    assert read_csv(f'service,comments\n1,"{comments}"\n').lines[0].cells["comments"] == comments


def test_what_a_downloaded_file_says_about_its_lines_may_stay_in_it():
    for said in (("error",), OUTCOME):
        others = "," * (len(said) - 1)
        sheet = read_csv(f"service,link,{','.join(said)}\n1,a{others},Bad link\n,{others},left over\n")
        assert sheet.columns == ("service", "link")
        assert sheet.lines == (Line(2, {"service": "1", "link": "a"}),)
    assert not {*OUTCOME} & {*COLUMNS, *PASTED}


def test_what_a_downloaded_file_shows_as_ordered_is_not_ordered_once_more():
    text = "service,link,state,remote_id\n1,a,refused,\n2,b,placed,991\n"
    assert "Row 3 was ordered already, as “991”. Remove the rows" in message("results.csv", text.encode())
    assert len(read_csv(text.replace("991", "")).lines) == 2


def test_other_columns_can_be_asked_for():
    sheet = read_file("a.csv", b"order,panel\n23501,Big\n", kind=OLD)
    assert sheet.lines == (Line(2, {"panel": "Big", "order": "23501"}),)
    sheet = read_file("a.csv", b"order,comments\n1,a\n", kind=OLD)
    assert (sheet.columns, sheet.ignored) == (("order",), ("comments",))


# -- columns with other titles


def test_a_table_of_ones_own_keeps_known_columns_and_names_the_others():
    sheet = read_csv("Service ID,Link,Quantity,Notes\n102,https://example.com/p/1,100,client A\n")
    cells = {"service": "102", "link": "https://example.com/p/1", "quantity": "100", "note": "client A"}
    assert (sheet.lines, sheet.ignored, sheet.note) == ((Line(2, cells),), (), "")
    sheet = read_csv("Owner,Service ID,URL,Qty,Client,Ref,Price paid\nAlma,102,a,100,Nova,PO-1,3.20\n")
    cells = {"service": "102", "link": "a", "quantity": "100", "client": "Nova", "reference": "PO-1"}
    assert (sheet.columns, sheet.lines) == (tuple(cells), (Line(2, cells),))
    assert sheet.note == "The columns “Owner”, “Price paid” were not read."


def test_an_ignored_column_may_hold_anything():
    sheet = read_csv(f"service,link,quantity,Owner\n1,a,5,{'x' * (MAX_CELL + 1)}\n")
    assert sheet.lines == (Line(2, {"service": "1", "link": "a", "quantity": "5"}),)
    assert sheet.note == "The column “Owner” was not read."


@pytest.mark.parametrize("title", ["intervall", "Rusn", "comment", "Links", "quantitiy", "campain"])
def test_a_misspelled_column_is_never_ignored(title):
    """An order without its drip-feed costs more, so a person must correct the title."""
    assert f"unknown columns: “{title}”" in message("a.csv", f"service,link,{title}\n1,a,b\n".encode())


def test_a_name_and_its_other_name_are_one_column():
    assert "has the column note twice" in message("a.csv", b"service,note,Notes\n1,a,b\n")


def test_a_table_with_very_many_unknown_columns_is_refused():
    titles = ",".join(f"Year {number}" for number in range(1900, 2000))
    assert "unknown columns: “Year 1900” in column 2 (B)" in message("a.csv", f"service,{titles}\n1,2\n".encode())


BAD_CSV = {
    "empty": ("", "The file is empty"),
    "blank": ("\n \n,,\n", "The table is empty"),
    "only a header": ("service,link\n\n", "There is no order in it"),
    "no header": (f"12,{LINK},1000\n13,name,5\n", f"Row 1 names no known column: it has “12”, “{LINK}”, “1000”"),
    "misspelled columns": (
        "service,quanity,link,comment\n1,2,a,b\n",
        "unknown columns: “quanity” in column 2 (B), “comment” in column 4 (D). Remove or rename them: panel, service",
    ),
    "doubled columns": ("service,link,Link\n1,a,b\n", "has the column link twice: column 2 (B) and column 3 (C)"),
    "doubled in another spelling": ("service,old posts,OLD_POSTS\n1,2,3\n", "has the column old_posts twice"),
    "no service": ("panel,link\na,b\n", "The column service is missing from row 1"),
    "long row": (
        "service,link\n1,a\n\n2,b,c\n",
        "Row 4 is longer than its columns (service, link): column 3 (C) is “c”",
    ),
    "value under no title": ("service,,link\n1,x,a\n", "column 2 (B) is “x”"),
    "open quote": ('service,link\n1,a\n2,"b\n3,c\n4,d\n', "In row 3 (line 3 of the file), a quoted cell is not closed"),
    "text behind a quote": ('service,link\n1,"a\nb"\n\n2,"b"c\n', "In row 4 (line 5 of the file)"),
    "long cell": (
        f"service,comments\n1,{'x' * (MAX_CELL + 1)}\n",
        "Row 2 has 200,001 characters in the column comments, the limit is 200,000",
    ),
    "too many": ("service,link\n" + "1,a\n" * (MAX_LINES + 1), "There are more than 10,000 orders"),
}


@pytest.mark.parametrize(("text", "expected"), BAD_CSV.values(), ids=BAD_CSV)
def test_a_bad_table_gets_one_message(text, expected):
    assert expected in message("orders.csv", text.encode())


OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PAGE = b"\n<html><body><table><tr><td>service</td></tr></table></body></html>"
NOT_WHAT_THEY_SAY = [
    ("a.xlsx", b"service,link\n1,a\n", "but it is plain text. Name it .csv"),
    ("a.csv", workbook([["service"], ["1"]]), "but it is a workbook or another zip file. Name it .xlsx"),
    ("a.csv", b"%PDF-1.7\n%\xe2\xe3", "but it is a PDF document"),
    ("a.xlsx", b"%PDF-1.7\n", "but it is a PDF document"),
    ("a.xlsx", OLD_WORKBOOK, "but it is an old (.xls) or password-protected workbook"),
    ("a.csv", OLD_WORKBOOK, "but it is an old (.xls) or password-protected workbook"),
    ("a.xls", OLD_WORKBOOK, "Only CSV and XLSX files are read, and this one is named “a.xls”"),
    ("a.xls", PAGE, "this one is named “a.xls”"),
    ("a.csv", PAGE, "but it is a web page or XML"),
    ("a.xlsx", b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "but it is a web page or XML"),
    ("a.csv", b"\x89PNG\r\n\x1a\n", "but it is a picture"),
    ("a.txt", bytes(range(1, 32)) * 9, "but it is no text"),
    ("orders", b"service,link\n1,a\n", "this one is named “orders”"),
    ("a.csv", "service,link\n1,schön\n2,größe\n".encode() + b"3,\xfe\n", "Line 4 has bytes that are no text in UTF-8"),
    ("a.csv", b"\xef\xbb\xbfservice,link\n1,\xe9\n", "Line 2 has bytes that are no text in UTF-8"),
    ("a.csv", b"service,link\n1,a\n2,\x81\n", "Line 3 has bytes that are no text in WINDOWS-1252 OR UTF-8"),
    ("a.csv", b"\xff\xfes\0e\0r", "no text in UTF-16"),
]


@pytest.mark.parametrize(("name", "content", "expected"), NOT_WHAT_THEY_SAY)
def test_a_file_that_is_not_what_its_name_says_gets_one_message(name, content, expected):
    assert expected in message(name, content)


def test_a_file_above_20_mb_is_not_read():
    assert "This is 20.0 MB, and at most 20 MB" in message("a.csv", b" " * (MAX_BYTES + 1))


def test_a_bad_sheet_gets_the_messages_of_a_bad_table():
    assert "names no known column" in message("a.xlsx", workbook([[12, LINK, "x"], [13]]))
    assert "column link twice: column 2 (B) and column 3 (C)" in message(
        "a.xlsx", workbook([["service", "link", "Link"], ["1", "a", "b"]])
    )
    assert "column 3 (C) is “c”" in message("a.xlsx", workbook([["service", "link"], ["1", "b", "c"]]))
    assert "no order in it" in message("a.xlsx", workbook([["service", "link"]]))
    too_many = workbook([["service"], *([[1]] * (MAX_LINES + 1))])
    assert "more than 10,000 orders" in message("a.xlsx", too_many)


@settings(max_examples=150, deadline=None)
@given(lines)
def test_what_the_export_writes_comes_back_as_it_was(rows):
    content = "".join(csv_lines(COLUMNS, ([row.get(name, "") for name in COLUMNS] for row in rows))).encode()
    come_back(lambda: read_file("a.csv", content), rows)


@settings(max_examples=100, deadline=None)
@given(lines, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_rows_survive_every_way_of_writing_csv(rows, delimiter, encoding):
    rows = [{name: text.lstrip("'=+-@\t\n ") for name, text in row.items()} for row in rows]
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(COLUMNS)
    writer.writerows([row.get(name, "") for name in COLUMNS] for row in rows)
    come_back(lambda: read_file("a.csv", written.getvalue().encode(encoding)), rows)


names = st.sampled_from(["a.csv", "a.xlsx", "a.txt", "a", ""])


@settings(max_examples=300, deadline=None)
@given(names, st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda end: b"service,link\n" + end)))
def test_any_bytes_are_read_or_refused_with_a_message(name, content):
    read_or_refuse(name, content)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["csv", "xlsx"]), st.data())
def test_a_file_with_any_bytes_changed_is_read_or_refused_with_a_message(kind, data):
    content = bytearray(PLAIN[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read_or_refuse(f"a.{kind}", bytes(content))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.booleans())
def test_any_paste_is_read_or_refused_with_a_message(text, has_panel):
    try:
        sheet = read_paste(text, has_panel=has_panel)
    except UnreadableError as refused:
        check_message(refused.text)
    else:
        check_storable(sheet)


def test_ten_thousand_lines_are_read_alike_from_csv_and_xlsx():
    rows = [["My panel", "101", f"{LINK}{number}", str(1000 + number), "Nice\nGreat"] for number in range(MAX_LINES)]
    table = [["panel", "service", "link", "quantity", "comments"], *rows]
    written = io.StringIO()
    csv.writer(written).writerows(table)
    from_csv = read_csv(written.getvalue())
    content = sharing_texts(workbook(table))
    from_xlsx = read_file("a.xlsx", content)
    assert len(from_csv.lines) == MAX_LINES
    assert from_csv == from_xlsx


@pytest.mark.parametrize("separator", ["|", "\t", " | "])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("trailing", [0, 1, 2])
def test_tabs_windows_line_ends_and_separators_at_the_end_give_the_same_lines(separator, line_end, trailing):
    line = separator.join(["77", "https://example.com/p/1", "500"]) + separator * trailing
    sheet = read_paste(line_end.join([line, line, ""]), has_panel=False)
    cells = {"service": "77", "link": "https://example.com/p/1", "quantity": "500"}
    assert [(each.number, each.cells) for each in sheet.lines] == [(1, cells), (2, cells)]
