"""A catalog is given out in pages, in each manner of real panels."""

import pytest

from panels.sandbox.paging import Manner, Paging

ROWS = list(range(250))


@pytest.mark.parametrize(
    ("manner", "pages"),
    [
        ("followed", [(0, 100), (100, 200), (200, 250), None]),
        ("repeated", [(0, 100), (100, 200), (200, 250), (200, 250)]),
        ("ignored", [(0, 100)] * 4),
    ],
)
def test_each_manner_gives_its_pages(manner, pages):
    paging = Paging(100, Manner(manner))
    wanted = [ROWS[slice(*page)] if page else [] for page in pages]
    assert [paging.page(ROWS, offset) for offset in (None, "100", "200", "300")] == wanted


def test_an_offset_may_be_refused():
    assert Paging(100, Manner.REFUSED).page(ROWS, "100") is None
    assert Paging(100, Manner.FOLLOWED).page(ROWS, "far") is None
    assert Paging(100, Manner.REFUSED).page(ROWS, None) == ROWS[:100]


def test_all_services_are_given_out_at_once_by_default(call):
    assert call("services") == call("services", offset="400")


def test_a_harness_sets_the_pages(call):
    assert call.control("POST", "pages", size=150) == (200, {"ok": True})
    assert [len(call("services", offset=offset)) for offset in (0, 150, 300, 450)] == [150, 150, 101, 0]
    assert call.control("POST", "pages", size=150, manner="refused")[0] == 200
    assert call("services", offset=150) == {"error": "Incorrect request"}
    assert call.control("POST", "pages", size=150, manner="odd")[0] == 400
    assert call.control("POST", "pages", size=-1)[0] == 400
