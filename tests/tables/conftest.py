"""Makes CSV files and workbooks for tests, also damaged and hostile ones."""

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest
from hypothesis import strategies as st

from panels.protocol.order_fields import trim
from panels.tables.columns import COLUMNS
from panels.tables.reading import Line, UnreadableError, read_file

LINK = "https://example.com/p/1"


def workbook(rows, *, change=None, **sheets):
    """Write a workbook with these rows in its first sheet. `change` gets the sheet before it is saved."""
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
    """Return a workbook with its texts in a part of their own, as most programs write them."""
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
    """Return the list of the parts of a workbook, with one part added or of another kind."""
    return re.sub(
        rb'(<Override PartName="/%b"[^>]*/>)?</Types>' % part.encode(),
        b'<Override PartName="/%b" ContentType="%b"/></Types>' % (part.encode(), kind),
        types,
    )


def day(*numbers):
    """Return a day of a spreadsheet, which has no time zone."""
    return dt.datetime(*numbers)  # noqa: DTZ001


def message(name, content, **options):
    with pytest.raises(UnreadableError) as caught:
        read_file(name, content, **options)
    assert caught.value.text == str(caught.value)
    return caught.value.text


PARTS = [TYPES, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml", SHEET]
# No control characters, because spreadsheets and lines do not keep them.
texts = st.text(
    st.one_of(st.sampled_from("'=+-@,;|\t\n \"aé€x_0"), st.characters(exclude_categories=("Cs", "Cc"))), max_size=12
)
lines = st.lists(st.dictionaries(st.sampled_from(COLUMNS), texts), min_size=1, max_size=5)


def kept(rows):
    """Return the lines that must come back: trimmed, without empty cells and blank rows."""
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


PLAIN = {
    "csv": b'service;link;comments\n1;a;"b\nc"\n2;\'=x;d\n',
    "xlsx": sharing_texts(workbook([["service", "link"], ["1", "a"], [2, day(2030, 1, 1)]])),
}


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
