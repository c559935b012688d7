import csv
import datetime as dt
import io
import re
import tracemalloc
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panels.protocol.order_fields import trim
from panels.protocol.order_types import Offer, check
from panels.tables.cells import csv_lines
from panels.tables.reading import (
    COLUMNS,
    MAX_BYTES,
    MAX_CELL,
    MAX_LINES,
    OUTCOME,
    PASTED,
    Line,
    UnreadableError,
    read_file,
    read_paste,
)

LINK = "https://example.com/p/1"


def read_csv(text, name="orders.csv", encoding="utf-8"):
    return read_file(name, text.encode(encoding))


def workbook(rows, *, change=None, **sheets):
    """Write a workbook with its first sheet's rows; change gets the sheet before it is saved."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, others in sheets.items():
        sheet = book.create_sheet(title)
        for row in others:
            sheet.append(row)
    if change:
        change(book.active)
    return saved(book)


def saved(book):
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read_xlsx(rows, **options):
    return read_file("orders.xlsx", workbook(rows, **options))


def repacked(content, changes, compression=zipfile.ZIP_DEFLATED):
    """Return a workbook whose parts are replaced, removed (None) or changed by a function."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(written, "w", compression) as after:
        for name in before.namelist():
            new = changes.get(name, lambda data: data)
            if new is not None:
                after.writestr(name, new if isinstance(new, bytes) else new(before.read(name)))
        for name in changes.keys() - set(before.namelist()):
            after.writestr(name, changes[name])
    return written.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
TYPES = "[Content_Types].xml"
SPACE = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TEXTS_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def with_cells(xml, content=None):
    """Return a workbook with a header in row 1 and the given XML as its other rows."""
    plain = content or workbook([["service", "link", "quantity"]])
    return repacked(plain, {SHEET: lambda data: data.replace(b"</row></sheetData>", b"</row>" + xml + b"</sheetData>")})


def sharing_texts(content):
    """Return a workbook whose texts stand in a part of their own, as most programs write them."""
    found = {}

    def share(data):
        return re.sub(
            rb't="inlineStr"><is><t>([^<]*)</t></is>',
            lambda match: b't="s"><v>%d</v>' % found.setdefault(match[1], len(found)),
            data.replace(b' xml:space="preserve"', b""),
        )

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = share(archive.read(SHEET))
    texts = b"<sst xmlns='%b'>%b</sst>" % (SPACE, b"".join(b"<si><t>%b</t></si>" % text for text in found))
    relation = b'<Relationship Id="texts" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    changes = {
        SHEET: sheet,
        "xl/sharedStrings.xml": b"<?xml version='1.0'?>" + texts,
        "xl/_rels/workbook.xml.rels": lambda data: data.replace(b"</Relationships>", relation),
        TYPES: lambda data: listed_as(data, "xl/sharedStrings.xml", TEXTS_TYPE),
    }
    return repacked(content, changes)


def listed_as(types, part, kind):
    """Return the list of a workbook's parts with one more, or one that is of another kind."""
    return re.sub(
        rb'(<Override PartName="/%b"[^>]*/>)?</Types>' % part.encode(),
        b'<Override PartName="/%b" ContentType="%b"/></Types>' % (part.encode(), kind),
        types,
    )


def day(*numbers):
    """Return a spreadsheet's day, which knows no time zone."""
    return dt.datetime(*numbers)  # noqa: DTZ001


def message(name, content, **options):
    with pytest.raises(UnreadableError) as caught:
        read_file(name, content, **options)
    assert caught.value.text == str(caught.value)
    return caught.value.text


# Pasted lines


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
        match=r'Line 2 is longer than its columns .*: column 4 \(D\) is "1000".* as service \| link \| quantity',
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


def test_a_pasted_table_with_an_unknown_column_says_which():
    with pytest.raises(UnreadableError, match=r'unknown columns: "qty" in column 3 \(C\)'):
        read_paste(f"service,link,qty\n12,{LINK},5", has_panel=False)


def test_pasted_lines_without_names_of_columns_keep_their_commas_and_semicolons():
    sheet = read_paste("12 | https://example.com/a,link;service | 5", has_panel=False)
    assert sheet.lines == (Line(1, {"service": "12", "link": "https://example.com/a,link;service", "quantity": "5"}),)


def test_other_first_values_can_be_pasted():
    sheet = read_paste("Big panel | 23501", has_panel=True, names=("order", "service", "link", "quantity"))
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


# CSV


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
    assert len(COLUMNS) == 26


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
    assert 'Row 3 was ordered already, as "991". Take out what was ordered' in message("results.csv", text.encode())
    assert len(read_csv(text.replace("991", "")).lines) == 2


def test_other_columns_can_be_asked_for():
    sheet = read_file("a.csv", b"order,panel\n23501,Big\n", names=("panel", "order"), needed="order")
    assert sheet.lines == (Line(2, {"panel": "Big", "order": "23501"}),)
    assert "unknown columns" in message("a.csv", b"order,link\n1,a\n", names=("panel", "order"), needed="order")


# What a file may not be

BAD_CSV = {
    "empty": ("", "The file is empty"),
    "blank": ("\n \n,,\n", "There is nothing in it"),
    "only a header": ("service,link\n\n", "There is no order in it"),
    "no header": (f"12,{LINK},1000\n13,{LINK},5\n", f'Row 1 names no known column: it holds "12", "{LINK}", "1000"'),
    "unknown columns": (
        "service,qty,link,url\n1,2,a,b\n",
        'unknown columns: "qty" in column 2 (B), "url" in column 4 (D). Remove or rename them: panel, service, link',
    ),
    "doubled columns": ("service,link,Link\n1,a,b\n", "has the column link twice: column 2 (B) and column 3 (C)"),
    "doubled in another spelling": ("service,old posts,OLD_POSTS\n1,2,3\n", "has the column old_posts twice"),
    "no service": ("panel,link\na,b\n", "The column service is missing from row 1"),
    "long row": (
        "service,link\n1,a\n\n2,b,c\n",
        'Row 4 is longer than its columns (service, link): column 3 (C) is "c"',
    ),
    "value under no title": ("service,,link\n1,x,a\n", 'column 2 (B) is "x"'),
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
    ("a.xlsx", b"service,link\n1,a\n", "holds plain text. Name it .csv"),
    ("a.csv", workbook([["service"], ["1"]]), "holds a workbook or another zip file. Name it .xlsx"),
    ("a.csv", b"%PDF-1.7\n%\xe2\xe3", "holds a PDF document"),
    ("a.xlsx", b"%PDF-1.7\n", "holds a PDF document"),
    ("a.xlsx", OLD_WORKBOOK, "holds an old (.xls) or password-protected workbook"),
    ("a.csv", OLD_WORKBOOK, "holds an old (.xls) or password-protected workbook"),
    ("a.xls", OLD_WORKBOOK, 'Only CSV and XLSX files are read, and this one is named "a.xls"'),
    ("a.xls", PAGE, 'this one is named "a.xls"'),
    ("a.csv", PAGE, "holds a web page or XML"),
    ("a.xlsx", b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "holds a web page or XML"),
    ("a.csv", b"\x89PNG\r\n\x1a\n", "holds a picture"),
    ("a.txt", bytes(range(1, 32)) * 9, "holds no text"),
    ("orders", b"service,link\n1,a\n", 'this one is named "orders"'),
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


# XLSX


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
    (b"<f>B1</f>", "", "Formulas are without a stored result (cells B2, B3, B4, B5, B6 and 2 more)"),
    (b"<f>B1</f><v></v>", "", "Formulas are without a stored result (cells B2, B3, B4, B5, B6 and 2 more)"),
    (b"<v>#N/A</v>", "e", "Formulas end in an error such as #N/A (cells B2, B3, B4, B5, B6 and 2 more)"),
    (b"<v>17841400000000000</v>", "n", "Numbers have more than the 15 digits that a spreadsheet keeps (cells B2"),
    (b"<v>1e999</v>", "n", "Formulas end in an error"),
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
    assert sheet.note == 'Only the sheet "Orders" was read, not "Notes".'
    assert read_xlsx(orders, Blank=[]).note == ""
    assert "no visible sheet with anything in it" in message("a.xlsx", workbook([]))


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
    assert "Formulas end in an error such as #N/A (cells A3)" in message("a.xlsx", late)


def test_a_cell_out_of_its_order_is_read():
    sheet = read_file("a.xlsx", with_cells(b'<row r="2"><c r="B2"><v>2</v></c><c r="A2"><v>1</v></c></row>'))
    assert sheet.lines == (Line(2, {"service": "1", "link": "2"}),)


def test_a_million_formatted_rows_below_the_orders_hide_none():
    empty = b'<row s="1" customFormat="1"/>'
    order = b"<row><c><v>1</v></c></row>"
    sheet = read_file("a.xlsx", with_cells(order + empty * 99_997 + order + empty * 948_000))
    assert [line.number for line in sheet.lines] == [2, 100_000]
    below = with_cells(order + b'<row r="1048576"><c r="A1048576"><v>5</v></c></row>')
    assert "as far as row 1,048,576 and column 3 (C), and only 100,000 rows and 256" in message("a.xlsx", below)
    assert "column 257 (IW)" in message("a.xlsx", with_cells(b'<row><c r="IW2"><v>5</v></c></row>'))
    formatted = with_cells(order + b'<row><c r="XFD3" s="1"/></row>')
    assert read_file("a.xlsx", formatted).lines == (Line(2, {"service": "1"}),)


def test_a_bomb_is_told_by_its_directory_before_it_is_unpacked():
    big = b" " * (101 * 1024 * 1024)
    content = repacked(workbook([["service"], ["1"]]), {"xl/media/film.bin": big})
    assert len(content) < MAX_BYTES
    text = message("a.xlsx", content)
    assert "more than is read: 100 MB" in text


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
        ("MAX_PARTS", 3),
        ("MAX_UNPACKED", 1000),
    ],
)
def test_more_parts_and_elements_than_the_limit_are_not_read(monkeypatch, limit, most):
    content = sharing_texts(workbook([["service"], ["a"]]))
    assert read_file("a.xlsx", content)
    monkeypatch.setattr(f"panels.tables.workbook.{limit}", most)
    assert "more than is read" in message("a.xlsx", content)


def sheet_of(xml):
    return {SHEET: b"<worksheet xmlns='%b'><sheetData>%b</sheetData></worksheet>" % (SPACE, xml)}


def texts_of(xml):
    return {"xl/sharedStrings.xml": b"<sst xmlns='%b'>%b</sst>" % (SPACE, xml)}


ATTRIBUTES = b"".join(b' a%d=""' % number for number in range(500_000))
FORMATS = b'<numFmts><numFmt numFmtId="164" formatCode="%b"/></numFmts><numFmts' % (b"[" * 256)
BOMBS = {
    "cells": sheet_of(b"<row>" + b"<c/>" * 9_000_000 + b"</row>"),
    "values": sheet_of(b"<row><c><v>1</v></c></row>" * 2_000_000),
    "nothing": sheet_of(b"<x/>" * 200_000),
    "long text": sheet_of(b"<row><c><v>" + b"1" * 90_000_000 + b"</v></c></row>"),
    "attributes": sheet_of(b"<row%b/>" % ATTRIBUTES),
    "long shared text": texts_of(b"<si><t>" + b"x" * 90_000_000 + b"</t></si>"),
    "many shared texts": texts_of(b"<si/>" * 600_000),
    "shared text of many": texts_of(b"<si>" + b"<r/>" * 200_000 + b"</si>"),
    "styles": {"xl/styles.xml": b"<styleSheet><cellXfs>" + b"<xf/>" * 600_000 + b"</cellXfs></styleSheet>"},
    "format": {"xl/styles.xml": lambda data: data.replace(b"<numFmts", FORMATS, 1)},
    "relations": {"xl/_rels/workbook.xml.rels": b"<Relationships>" + b"<Relationship/>" * 600_000},
}


@pytest.mark.parametrize("parts", BOMBS.values(), ids=BOMBS)
def test_a_few_bytes_that_unpack_to_millions_take_little_memory(parts):
    content = repacked(sharing_texts(workbook([["service"], ["1"]])), parts)
    tracemalloc.start()
    try:
        text = message("a.xlsx", content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "more than is read" in text or "damaged" in text
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
PARTS = [TYPES, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml", SHEET]


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


def test_a_bad_sheet_gets_the_messages_of_a_bad_table():
    assert "names no known column" in message("a.xlsx", workbook([[12, LINK]]))
    assert "column link twice: column 2 (B) and column 3 (C)" in message(
        "a.xlsx", workbook([["service", "link", "Link"]])
    )
    assert 'column 3 (C) is "c"' in message("a.xlsx", workbook([["service", "link"], ["1", "b", "c"]]))
    assert "no order in it" in message("a.xlsx", workbook([["service", "link"]]))
    too_many = workbook([["service"], *([[1]] * (MAX_LINES + 1))])
    assert "more than 10,000 orders" in message("a.xlsx", too_many)


# Whatever comes

# No control characters, which neither spreadsheets nor our own lines keep.
texts = st.text(
    st.one_of(st.sampled_from("'=+-@,;|\t\n \"aé€x_0"), st.characters(exclude_categories=("Cs", "Cc"))), max_size=12
)
lines = st.lists(st.dictionaries(st.sampled_from(COLUMNS), texts), min_size=1, max_size=5)


def kept(rows):
    """Return what must come back: trimmed, without empty cells and blank rows."""
    trimmed = [{name: trim(text) for name, text in row.items() if trim(text)} for row in rows]
    return tuple(Line(number, cells) for number, cells in enumerate(trimmed, 2) if cells)


def come_back(read, rows):
    if expected := kept(rows):
        assert read().lines == tuple(
            Line(line.number, {name: line.cells[name] for name in COLUMNS if name in line.cells}) for line in expected
        )
    else:
        with pytest.raises(UnreadableError, match="no order"):
            read()


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


@settings(max_examples=60, deadline=None)
@given(lines, st.sampled_from([bytes, sharing_texts]))
def test_rows_survive_a_workbook(rows, pack):
    # A text that begins with = would be written as a formula, and _x…_ is XML's own escape.
    rows = [{name: text.lstrip("'=+-@\t\n ").replace("_x", "") for name, text in row.items()} for row in rows]
    content = workbook([COLUMNS, *([row.get(name) for name in COLUMNS] for row in rows)])
    come_back(lambda: read_file("a.xlsx", pack(content)), rows)


PLAIN = {
    "csv": b'service;link;comments\n1;a;"b\nc"\n2;\'=x;d\n',
    "xlsx": sharing_texts(workbook([["service", "link"], ["1", "a"], [2, day(2030, 1, 1)]])),
}
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
@given(st.sampled_from(PARTS), st.data())
def test_a_workbook_with_any_part_changed_is_read_or_refused_with_a_message(part, data):
    def change(xml):
        xml = bytearray(xml)
        at = data.draw(st.integers(0, len(xml) - 1))
        xml[at : at + data.draw(st.integers(0, 9))] = data.draw(st.one_of(st.binary(max_size=3), st.just(b"9" * 5000)))
        return bytes(xml)

    read_or_refuse("a.xlsx", repacked(PLAIN["xlsx"], {part: change}))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.booleans())
def test_any_paste_is_read_or_refused_with_a_message(text, has_panel):
    try:
        sheet = read_paste(text, has_panel=has_panel)
    except UnreadableError as refused:
        check_message(refused.text)
    else:
        check_storable(sheet)


def read_or_refuse(name, content):
    try:
        sheet = read_file(name, content)
    except UnreadableError as refused:
        check_message(refused.text)
    else:
        check_storable(sheet)


def check_message(text):
    assert text.endswith(".")
    assert "\0" not in text
    text.encode()


def check_storable(sheet):
    numbers = [line.number for line in sheet.lines]
    assert numbers == sorted(set(numbers))
    for line in sheet.lines:
        assert line.cells
        assert line.cells.keys() <= set(sheet.columns) <= set(COLUMNS)
        for text in line.cells.values():
            assert text
            assert "\0" not in text
            text.encode()


# Speed


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
