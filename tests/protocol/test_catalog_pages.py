"""A catalog in pages is read to its end, and a list that may be cut off is never taken for the whole catalog."""

import pytest

from panels.protocol import catalog_pages
from panels.protocol.body import Bounds
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown
from panels.sandbox.paging import Manner, Paging
from tests.protocol.conftest import BUSY, client_of, forms_of, in_turn
from tests.servers import http


def rows(first, last):
    return [{"service": number, "name": "A", "type": "Default", "rate": "0.9"} for number in range(first, last + 1)]


def paged(total, size, manner=Manner.FOLLOWED):
    """Give out so many services in pages, as a sandbox panel does."""
    paging = Paging(size, manner)
    return lambda form: paging.page(rows(1, total), form.get("offset")) or refused_or_empty(manner)


def refused_or_empty(manner):
    return {"error": "Incorrect request"} if manner is Manner.REFUSED else []


def offsets(api):
    return [form.get("offset") for form in forms_of(api)]


@pytest.mark.parametrize("manner", [Manner.FOLLOWED, Manner.REPEATED])
@pytest.mark.parametrize(
    ("total", "size"), [(501, 500), (730, 500), (1730, 500), (999, 250), (130, 100), (2001, 1000), (7_499, 2500)]
)
def test_all_pages_are_read_to_the_end_and_learned(manner, total, size):
    with client_of(paged(total, size, manner)) as api:
        catalog = api.services()
        assert sorted(int(row.remote_id) for row in catalog.rows) == list(range(1, total + 1))
        assert (catalog.is_whole, catalog.failure) == (True, None)
        assert api.learned == {"has_pages": True, "unpaged_rows": None}
        assert len(forms_of(api)) <= total // size + 2


@pytest.mark.parametrize("total", [1, 99, 101, 499, 501, 730, 5_001])
def test_other_lists_are_whole_at_once(total):
    with client_of(paged(total, 0, Manner.IGNORED)) as api:
        assert api.services().is_whole
        assert offsets(api) == [None]
        assert api.learned == {}


@pytest.mark.parametrize("manner", [Manner.IGNORED, Manner.REFUSED])
@pytest.mark.parametrize("total", [500, 1000, 1500, 5000, 250])
def test_a_panel_without_pages_is_tried_once_at_a_round_number_and_its_list_may_be_cut_off(manner, total):
    with client_of(paged(total, 0, manner)) as api:
        catalog = api.services()
        assert (len(catalog.rows), catalog.is_whole, catalog.failure) == (total, False, None)
        assert api.learned == {"unpaged_rows": total}
        assert not api.services().is_whole
        assert offsets(api) == [None, str(total), None]


def test_a_panel_without_pages_is_tried_again_at_another_round_number():
    numbers = iter([500, 500, 501, 500, 500, 1000, 1000])
    with client_of(lambda form: rows(1, next(numbers))) as api:
        assert not api.services().is_whole
        assert api.services().is_whole
        assert api.learned == {"unpaged_rows": None}
        assert not api.services().is_whole
        assert not api.services().is_whole
        assert offsets(api) == [None, "500", None, None, "500", None, "1000"]


def test_few_services_are_tried_for_pages_but_no_panel_cuts_off_at_such_a_number():
    with client_of(paged(400, 0, Manner.IGNORED)) as api:
        assert api.services().is_whole
        assert api.learned == {"unpaged_rows": 400}
        assert offsets(api) == [None, "400"]


def test_a_service_that_is_added_between_two_equal_lists_makes_no_pages():
    with client_of(in_turn(rows(1, 500), rows(1, 501))) as api:
        catalog = api.services()
        assert (len(catalog.rows), catalog.is_whole) == (501, False)
        assert api.learned == {"unpaged_rows": 500}


@pytest.mark.parametrize("end", [[], {"error": "No more services"}, rows(1, 500), rows(501, 1000)])
def test_a_full_page_before_the_end_proves_nothing(end):
    """The next answer may be empty, or an earlier page, by mistake."""
    with client_of(in_turn(rows(1, 500), rows(501, 1000), end), has_pages=True) as api:
        catalog = api.services()
        assert (len(catalog.rows), catalog.is_whole, catalog.failure) == (1000, False, None)


@pytest.mark.parametrize("end", [[], {"error": "No more services"}, rows(501, 730)])
def test_a_short_page_before_the_end_proves_it(end):
    with client_of(in_turn(rows(1, 500), rows(501, 730), end), has_pages=True) as api:
        assert api.services().is_whole


def test_a_short_page_in_the_middle_ends_nothing():
    with client_of(in_turn(rows(1, 500), rows(501, 800), rows(801, 1100), []), has_pages=True) as api:
        catalog = api.services()
        assert (len(catalog.rows), catalog.is_whole) == (1100, False)
        assert offsets(api) == [None, "500", "800", "1100"]


def test_pages_may_overlap_because_a_service_was_added_meanwhile():
    with client_of(in_turn(rows(1, 500), rows(500, 501), [])) as api:
        catalog = api.services()
        assert (len(catalog.rows), catalog.is_whole) == (501, True)
        assert api.learned == {"has_pages": True, "unpaged_rows": None}


def test_a_panel_that_is_known_to_have_pages_is_asked_after_any_number_of_rows():
    with client_of(in_turn(rows(1, 480), rows(481, 490), []), has_pages=True) as api:
        assert len(api.services().rows) == 490
        assert api.learned == {}


def test_an_empty_second_page_shows_that_the_panel_has_pages():
    with client_of(paged(500, 500)) as api:
        assert not api.services().is_whole
        assert api.learned == {"has_pages": True, "unpaged_rows": None}
        assert offsets(api) == [None, "500"]


@pytest.mark.parametrize("page", [None, BUSY, http(b"<html>Just a moment</html>"), http(b"null")])
@pytest.mark.parametrize("has_pages", [False, True])
def test_a_page_without_a_readable_answer_leaves_the_catalog_not_whole(page, has_pages):
    """At a panel that is not known to have pages, it may be the answer to the unknown field."""
    with client_of(lambda form: page if "offset" in form else rows(1, 500), has_pages=has_pages) as api:
        catalog = api.services()
        assert (len(catalog.rows), catalog.is_whole) == (500, False)
        assert isinstance(catalog.failure, OutcomeUnknown) == has_pages
        assert api.learned == {}


@pytest.mark.parametrize("words", ["Invalid API key", "Too many requests"])
def test_a_page_that_is_refused_to_the_account_is_a_failure_and_nothing_is_learned(words):
    with client_of(in_turn(rows(1, 500), {"error": words})) as api:
        catalog = api.services()
        assert (catalog.is_whole, catalog.failure.text) == (False, words)
        assert api.learned == {}


def test_a_429_to_a_page_is_a_failure():
    limited = http(b"{}", status="429 Too Many Requests")
    with client_of(lambda form: limited if "offset" in form else rows(1, 500)) as api:
        assert isinstance(api.services().failure, NotSent)
        assert api.learned == {}


def test_a_page_that_must_wait_for_its_turn_is_a_failure():
    turns = iter([None, Deferred("Later.")])

    def pace():
        if error := next(turns):
            raise error

    with client_of(paged(730, 500), pace=pace) as api:
        catalog = api.services()
        assert (len(catalog.rows), catalog.is_whole, catalog.failure.text) == (500, False, "Later.")


def test_the_first_page_alone_raises():
    with client_of(lambda form: BUSY, has_pages=True) as api, pytest.raises(OutcomeUnknown):
        api.services()


def test_an_empty_catalog_is_asked_for_once():
    with client_of(lambda form: [], has_pages=True) as api:
        assert api.services().problem
        assert offsets(api) == [None]


def test_a_panel_that_never_ends_is_left_after_the_most_pages(monkeypatch):
    monkeypatch.setattr(catalog_pages, "MOST_PAGES", 4)
    endless = lambda form: rows(int(form.get("offset", 0)) + 1, int(form.get("offset", 0)) + 100)  # noqa: E731
    with client_of(endless) as api:
        catalog = api.services()
        assert (len(catalog.rows), catalog.is_whole) == (500, False)
        assert "more than 4 pages" in catalog.failure.text


def test_all_pages_together_are_as_large_as_one_answer_may_be(monkeypatch):
    monkeypatch.setattr("panels.protocol.client.CATALOG", Bounds(100_000, 100_000))
    with client_of(paged(5_001, 500)) as api:
        catalog = api.services()
        assert 500 < len(catalog.rows) < 5_000
        assert not catalog.is_whole
        assert "larger" in catalog.failure.text


def test_all_pages_together_list_no_more_services_than_any_panel_has(monkeypatch):
    monkeypatch.setattr(catalog_pages, "MOST_SERVICES", 1_000)
    with client_of(paged(5_001, 500)) as api:
        catalog = api.services()
        assert (len(catalog.rows), catalog.is_whole) == (1_000, False)
        assert "more than 1,000 services" in catalog.failure.text


def test_unusable_rows_count_for_the_place_of_the_next_page():
    broken = [{"service": 1, "name": "no rate"}] * 20
    with client_of(in_turn([*rows(1, 480), *broken], rows(481, 500), [])) as api:
        catalog = api.services()
        assert (len(catalog.rows), catalog.unusable, catalog.is_whole) == (500, 20, True)
        assert offsets(api) == [None, "500", "520"]
