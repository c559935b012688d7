"""Where the titles of a table are, which column is proposed for each, and when a person must look."""

from __future__ import annotations

import time

import pytest

from panels.bulk.adoption import EXISTING
from panels.tables.columns import ORDERS
from panels.tables.layout import Layout, UnclearError, find_titles, is_link, is_number, propose
from panels.tables.reading import Source, UnreadableError, find_proposal, read_file, read_table
from tests.tables.conftest import LINK, message, workbook


def rows_of(*rows):
    return [(number, {place: cell for place, cell in enumerate(cells) if cell}) for number, cells in enumerate(rows, 1)]


def proposed(*rows, kind=ORDERS, learned=None, **options):
    """Return the columns that are proposed in the order of the table, and the reason why a person must look, or ""."""
    found = propose(rows_of(*rows), kind, learned or {}, **options)
    return list(found.layout.names.values()), found.problem.text if found.problem else ""


ORDER = ["102", LINK, "1000"]


@pytest.mark.parametrize(
    "titles",
    [
        ["Service ID", "URL", "Qty"],
        ["Dienst", "Link", "Menge"],
        ["ID del servicio", "Enlace", "Cantidad"],
        ["Услуга", "Ссылка", "Количество"],
    ],
)
def test_titles_with_one_meaning_need_nobody(titles):
    assert proposed(titles, ORDER) == (["service", "link", "quantity"], "")


def test_titles_that_may_mean_a_column_are_proposed():
    columns, problem = proposed(["ID", "Target", "Amount"], ORDER)
    assert columns == ["service", "link", "quantity"]
    assert problem == "Row 1 names no known column: it has “ID”, “Target”, “Amount”"
    columns, problem = proposed(["Service", "Link of the post", "Xyz"], ORDER)
    assert columns == ["service", "link", ""]
    assert "unknown columns: “Link of the post” in column 2 (B)" in problem


def test_a_column_of_links_is_proposed_by_its_values():
    columns, problem = proposed(["Service", "Wohin", "Menge"], ORDER)
    assert columns == ["service", "link", "quantity"]
    assert "“Wohin” in column 2 (B)" in problem


@pytest.mark.parametrize("above", range(10))
def test_titles_are_found_in_each_of_the_first_ten_rows(above):
    banner = [["Orders for Nova", "", ""], ["November", "2026", ""]] * 5
    rows = [*banner[:above], ["Service", "Link", "Quantity"], ORDER]
    assert find_titles(rows_of(*rows), ORDERS, {}) == above + 1
    assert proposed(*rows) == (["service", "link", "quantity"], "")


def test_the_first_row_that_names_every_expected_column_has_the_titles():
    longer = ["Service", "Link", "Quantity", "Note"]
    rows = [["Service", "Link", "Quantity"], ORDER, ORDER, longer, [*ORDER, "Hi"]]
    assert find_titles(rows_of(*rows), ORDERS, {}) == 1
    assert proposed(*rows) == (["service", "link", "quantity"], "")
    # One word above the titles is no row of titles.
    assert find_titles(rows_of(["Order"], ["Order", "Link"], ["23501", LINK]), EXISTING, {}) == 2


@pytest.mark.parametrize("above", [ORDER, ["", LINK], ["7", "fjord", "100"]])
def test_a_row_above_the_titles_that_may_be_an_order_must_be_seen(above):
    columns, problem = proposed(["Nova", "2026"], above, ["Service", "Link", "Quantity"], ORDER)
    assert columns == ["service", "link", "quantity"]
    assert problem == "Row 2 is above the titles in row 3 and may be an order"
    assert "Row 1" in proposed(["23501"], ["Order", "Link"], ["23502", LINK], kind=EXISTING)[1]


def test_rows_above_the_titles_are_named_when_they_are_not_read():
    def note(above):
        return read_file("a.csv", f"{above}service,link,quantity\n102,{LINK},5\n".encode()).note

    assert note("") == note("\n ,\n") == ""
    assert note("Nova\n") == "Row 1 above the titles was not read."
    assert note("\nNova\n\nNovember,2026\n") == "Rows 2–4 above the titles were not read."


def test_unknown_titles_stand_above_the_first_link():
    rows = [["Nova"], ["Was", "Wohin", "Viel"], ["", "", ""], ORDER]
    assert find_titles(rows_of(*rows), ORDERS, {}) == 2
    assert find_titles(rows_of(ORDER, ORDER), ORDERS, {}) == 0


def test_what_a_person_has_chosen_before_is_certain():
    learned = {"was": "service", "wohin": "link", "viel": "quantity", "wann": ""}
    assert proposed(["Was", "Wohin", "Viel", "Wann"], [*ORDER, "May"], learned=learned) == (
        ["service", "link", "quantity", ""],
        "",
    )
    assert "Chef" in proposed(["Was", "Viel", "Chef"], ["102", "5", "Al"], learned=learned)[1]


def test_unknown_titles_need_nobody_if_nothing_is_missing():
    assert proposed(["Service", "Link", "Quantity", "Price"], [*ORDER, "3"]) == (
        ["service", "link", "quantity", ""],
        "",
    )


def test_a_column_twice_must_be_decided_and_the_decision_holds_only_beside_the_other():
    titles = ["Service ID", "Service", "Link"]
    columns, problem = proposed(titles, ["102", "Likes", LINK])
    assert columns == ["service", "", "link"]
    assert "has the column service twice" in problem
    assert proposed(titles, ["102", "Likes", LINK], learned={"service": ""}) == (["service", "", "link"], "")
    columns, problem = proposed(["Service", "Link"], ["102", LINK], learned={"service": ""})
    assert columns == ["service", "link"]
    assert "“Service” in column 1 (A)" in problem


def test_a_person_may_say_which_row_has_the_titles():
    rows = [["Service", "Link", "Quantity"], ["Was", "Wohin", "Viel"], ORDER]
    found = propose(rows_of(*rows), ORDERS, {}, titles_at=2)
    assert (found.layout.titles_at, dict(found.titles)) == (2, {0: "Was", 1: "Wohin", 2: "Viel"})
    assert found.numbers == (1, 2, 3)
    assert found.samples(1) == [LINK]


def test_the_order_export_of_a_panel_is_known():
    titles = ["ID", "Date", "Link", "Charge", "Start count", "Quantity", "Service", "Status", "Remains"]
    row = ["23501", "2026-11-03 14:30:00", LINK, "0.9", "12", "1000", "102 - Likes", "Completed", "0"]
    columns, problem = proposed(titles, row, kind=EXISTING)
    assert columns == ["order", "placed", "link", "charge", "start_count", "quantity", "service", "", "remains"]
    assert problem == ""


@pytest.mark.parametrize("text", [LINK, "www.example.com/a", "@name", "instagram.com/name", "tiktok.com/@a/video/1"])
def test_links_are_told_from_texts_and_numbers(text):
    assert is_link(text)
    assert not is_number(text)


@pytest.mark.parametrize("text", ["name", "1.000", "10.5", "a.b", "12", "Nova Ltd.", ""])
def test_other_texts_are_no_links(text):
    assert not is_link(text)


# -- with a layout of a person


def test_a_layout_decides_alone():
    source = Source("a.csv", f"Nova\nA,B,C,D\n102,{LINK},10k,x\n".encode())
    layout = Layout(2, {0: "service", 1: "link", 2: "quantity", 3: ""})
    sheet = read_table(source, layout=layout)
    assert sheet.lines[0].cells == {"service": "102", "link": LINK, "quantity": "10k"}
    assert sheet.lines[0].number == 3
    assert sheet.titles == (("A", "service"), ("B", "link"), ("C", "quantity"), ("D", ""))
    assert sheet.note == "Row 1 above the titles was not read. The column “D” was not read."


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_an_unclear_file_carries_its_proposal(name):
    rows = [["Wo", "Was", "Viel"], ["Big", "102", "5"]]
    content = workbook(rows) if name == "a.xlsx" else "\n".join(";".join(row) for row in rows).encode()
    with pytest.raises(UnclearError) as caught:
        read_file(name, content)
    assert dict(caught.value.proposal.titles) == {0: "Wo", 1: "Was", 2: "Viel"}
    assert find_proposal(Source(name, content), {}) == caught.value.proposal


def test_a_sheet_with_many_columns_of_its_own_is_read_and_names_some_that_it_ignores():
    others = [f"CRM {number}" for number in range(116)]
    content = ",".join(["Service", *others, "Link", "Wieviel", "Auftraggeber"])
    row = ",".join(["102", *("x" for _ in others), LINK, "500", "Nova"])
    sheet = read_file("crm.csv", f"{content}\n{row}\n".encode())
    assert sheet.lines[0].cells == {"service": "102", "link": LINK, "quantity": "500", "client": "Nova"}
    assert sheet.note.endswith("“CRM 4” and 111 more were not read.")
    # What is missing may be one of them, so a person looks.
    with pytest.raises(UnclearError, match="and 112 more"):
        read_file("crm.csv", f"{content}\n{row}\n".replace("Wieviel", "CRM").encode())


# -- hostile files


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (",".join(f"t{number}" for number in range(10_000)) + "\n" + "1," * 9_999, "only 256 columns are read"),
        ("x" * 1_000_000 + ",service,link\n1,2,3\n", "unknown columns"),
        (",".join("y" * 5_000 for _ in range(200)) + "\n1,2\n", "names no known column"),
        ("service," + "z" * 1_000_000 + "\n1,2\n", "unknown columns"),
        ("\n" * 1_000_000 + ",\n", "The table is empty"),
        ("service\n" * 100, "more than"),
        ("service," * 200 + "\n1\n", "the column service twice"),
    ],
)
def test_a_hostile_table_gets_a_message_at_once(text, words):
    began = time.process_time()
    if words == "more than":
        assert len(read_file("a.csv", text.encode()).lines) == 99
    else:
        assert words in message("a.csv", text.encode())
    assert time.process_time() - began < 5


def test_a_table_without_rows_has_nothing_to_choose():
    with pytest.raises(UnreadableError, match="There is no order in it"):
        propose(rows_of(["Was", "Wohin"]), ORDERS, {})
