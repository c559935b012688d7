"""Lines without titles: service, link and quantity in any order, where each is unmistakable."""

from __future__ import annotations

from itertools import permutations

import pytest

from panels.tables.reading import (
    Layout,
    Source,
    UnclearError,
    UnreadableError,
    find_proposal,
    read_file,
    read_paste,
    read_table,
)
from tests.tables.conftest import LINK, workbook

CELLS = {"service": "102", "link": LINK, "quantity": "1000"}


def cells_of(text, **options):
    return [line.cells for line in read_paste(text, **{"has_panel": False} | options).lines]


def knows(*ids):
    return lambda texts: texts & set(ids)


@pytest.mark.parametrize("separator", ["|", " | ", "\t", ",", ", ", ";", " ", "   "])
@pytest.mark.parametrize("order", [("service", "link", "quantity"), ("service", "quantity", "link")])
def test_both_usual_orders_are_read_with_every_separator(separator, order):
    line = separator.join(CELLS[name] for name in order)
    assert cells_of(f"{line}\n\n{line}\r\n") == [CELLS, CELLS]


@pytest.mark.parametrize("order", list(permutations(CELLS)))
@pytest.mark.parametrize("separator", ["|", ",", " "])
def test_any_order_is_read_if_only_one_number_can_be_the_service(order, separator):
    line = separator.join({**CELLS, "quantity": "10k"}[name] for name in order)
    assert cells_of(line) == [{**CELLS, "quantity": "10k"}]


@pytest.mark.parametrize("order", [("link", "service", "quantity"), ("link", "quantity", "service")])
def test_after_a_link_the_catalog_tells_the_service(order):
    assert cells_of(" ".join(CELLS[name] for name in order), known=knows("102")) == [CELLS]


def test_each_line_may_have_its_own_order_and_separator():
    text = f"102|{LINK}|1000\n102, 1000, {LINK}\n{LINK} 102 10k\n102 {LINK}"
    expected = [CELLS, CELLS, {**CELLS, "quantity": "10k"}, {"service": "102", "link": LINK}]
    assert cells_of(text) == expected


@pytest.mark.parametrize("known", [None, knows("102", "1000"), knows()])
def test_a_line_that_begins_with_its_link_needs_a_person_if_both_numbers_may_be_the_service(known):
    with pytest.raises(UnclearError, match="It is not clear which number is the service in line 1 ") as caught:
        cells_of(f"{LINK} 102 1000\n{LINK} 102 500", known=known)
    source = Source(None, f"{LINK} 102 1000\n{LINK} 102 500".encode())
    proposal = caught.value.proposal
    assert proposal.layout == Layout(0, {0: "link", 1: "service", 2: "quantity"})
    assert find_proposal(source, {}, known=known) == proposal
    assert read_table(source, layout=proposal.layout).lines[0].cells == CELLS
    swapped = Layout(0, {0: "link", 1: "quantity", 2: "service"})
    assert read_table(source, layout=swapped).lines[1].cells == {"link": LINK, "quantity": "102", "service": "500"}


def test_the_catalog_may_contradict_the_usual_order():
    with pytest.raises(UnclearError) as caught:
        cells_of(f"1000|{LINK}|102", known=knows("102"))
    assert caught.value.proposal.layout.names == {0: "quantity", 1: "link", 2: "service"}
    assert cells_of(f"1000|{LINK}|102", known=knows("102", "1000")) == [
        {"service": "1000", "link": LINK, "quantity": "102"}
    ]


def test_unclear_lines_among_others_are_named():
    with pytest.raises(UnreadableError, match=r"in line 2 .*, line 3 .* Write each line as service \| link") as caught:
        cells_of(f"102|{LINK}|1000\n{LINK} 7 8\n{LINK} 9 10")
    assert not isinstance(caught.value, UnclearError)


@pytest.mark.parametrize(
    "line",
    ["102 name 1000", f"102, {LINK}, 1,000", f"102 {LINK} {LINK}", f"102 {LINK} many", f"1 2 3 {LINK}", f"{LINK},a"],
)
def test_a_line_that_is_not_clear_is_shown_with_what_a_line_looks_like(line):
    with pytest.raises(UnreadableError, match=r"^Line 2 has no \| between its values.* service \| link \| quantity"):
        cells_of(f"102|{LINK}|1000\n{line}")


def test_the_name_of_a_panel_may_have_spaces():
    expected = [{"panel": "Big panel", **CELLS}]
    for text in (f"Big panel 102 {LINK} 1000", f"Big panel, 102, {LINK}, 1000", f"Big panel|102|1000|{LINK}"):
        assert cells_of(text, has_panel=True) == expected
    assert cells_of(f"102 {LINK} 1000", has_panel=True) == [CELLS]


@pytest.mark.parametrize("name", ["orders.csv", "orders.txt", "orders.xlsx"])
def test_a_file_without_titles_is_read_if_every_line_is_clear(name):
    rows = [["102", LINK, "1000"], ["103", LINK, "500"]]
    content = workbook(rows) if name.endswith("xlsx") else "\n".join("|".join(row) for row in rows).encode()
    assert read_file(name, content).lines[0].cells == CELLS
    with pytest.raises(UnreadableError, match="names no known column"):
        read_file(
            name,
            content.replace(b"|", b",").replace(b"103", b"my,a")
            if name != "orders.xlsx"
            else workbook([*rows, ["x", "y", "z"]]),
        )


def test_ten_thousand_lines_ask_for_their_services_at_once():
    asked = []
    text = "\n".join(f"{number + 1} {LINK} 1000" for number in range(10_000))
    assert len(cells_of(text, known=lambda texts: asked.append(len(texts)) or set())) == 10_000
    assert asked == [10_000]


def test_more_lines_than_a_batch_takes_are_refused():
    with pytest.raises(UnreadableError, match="more than 10,000 orders"):
        cells_of(f"1 {LINK} 5\n" * 10_001)


# -- lines as people have them


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        (f"102,{LINK},1000\n", CELLS),
        (f"service_id|link|quantity\n102|{LINK}|1000\n", CELLS),
        (f"service_id|quantity|link\n102|1000|{LINK}\n", CELLS),
        (f"4|{LINK}|1\n", {"service": "4", "link": LINK, "quantity": "1"}),
        (
            f"Service ID,Link,Quantity,Notes\n102,{LINK},100,client A\n",
            {**CELLS, "quantity": "100", "note": "client A"},
        ),
    ],
)
def test_lines_are_read_alike_from_a_paste_and_from_a_file(text, cells):
    assert cells_of(text) == [cells]
    assert [line.cells for line in read_file("orders.txt", text.encode()).lines] == [cells]


@pytest.mark.parametrize("separator", ["|", "\t"])
def test_the_values_of_a_line_are_counted_before_they_are_parted(separator):
    with pytest.raises(UnreadableError, match="Line 2 has 300 values, and only 256 are read"):
        read_paste(f"1|{LINK}|5\n1{separator * 299}", has_panel=False)


def test_a_line_of_many_words_is_no_order():
    with pytest.raises(UnreadableError, match="Line 1 has no"):
        read_paste("ab " * 100_000, has_panel=False)
