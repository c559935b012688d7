"""The cells that several lists have."""

from __future__ import annotations

from panels.lists.cells import aside, lasting_aside, linked_column, main_link, words


def test_a_text_that_may_be_cut_is_in_full_on_hover_and_escaped():
    assert words("a <b>") == '<span title="a &lt;b&gt;">a &lt;b&gt;</span>'
    assert words("a", "all of a") == '<span title="all of a">a</span>'
    assert aside("c") == '<span class="small muted" title="c">c</span>'


def test_no_text_is_a_dash():
    assert words("") == "–"


def test_the_main_link_is_the_one_that_a_click_on_the_row_follows():
    assert main_link("/x/", "<i>", "t") == '<a class="table__open" href="/x/" title="t">&lt;i&gt;</a>'


def test_a_remark_about_work_under_way_has_a_spinner():
    assert '<span class="spinner" aria-hidden="true"></span> checking…' in aside("checking…")
    assert "spinner" not in aside("“In progress…”")


def test_a_remark_that_a_phone_shows_has_the_rest_of_its_text_apart_and_in_full_on_hover():
    start = '<span class="small muted table__lasting" title="paused'
    assert lasting_aside("paused", "<b>") == f'{start}: &lt;b&gt;">paused<span>: &lt;b&gt;</span></span>'
    assert lasting_aside("paused") == f'{start}">paused</span>'


def test_a_name_of_another_row_links_to_its_page():
    column = linked_column("client", "Client", lambda row: row)
    assert column.cell((7, "A <b>")) == '<a href="/clients/7/" title="A &lt;b&gt;">A &lt;b&gt;</a>'
    assert column.cell((None, None)) == "–"
