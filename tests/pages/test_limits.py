"""One person may ask for what costs much only so often, and others are not affected."""

import pytest

from panels import bell
from panels.pages import limits
from tests.factories import make_panel, make_service, make_user

# An address of each sort, and how it is asked for.
ADDRESSES = [
    ("get", "/orders/export.csv"),
    ("get", "/catalog/export.xlsx"),
    ("get", "/history/export.csv"),
    ("post", "/bulk/new/"),
    ("post", "/panels/new/"),
    ("post", "/panels/{panel}/balance/"),
]


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(limits, "MOST", 2)
    # A minute that does not end within a test.
    monkeypatch.setattr(limits.time, "time", lambda: 1_000_000_010.0)


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_the_third_request_of_a_person_is_refused_with_words_and_that_of_another_is_not(as_manager, method, address):
    address = address.format(panel=make_panel().pk)
    answers = [getattr(as_manager, method)(address).status_code for _ in range(2)]
    assert 429 not in answers
    refused = getattr(as_manager, method)(address)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
    assert "2 times a minute. Nothing was changed." in " ".join(refused.content.decode().split())
    as_manager.force_login(make_user("Manager"))
    assert getattr(as_manager, method)(address).status_code != 429


def test_each_sort_has_its_own_limit_and_a_new_minute_its_own_count(as_manager, monkeypatch):
    make_service()
    for _ in range(3):
        last = as_manager.get("/orders/export.csv")
    assert (last.status_code, as_manager.post("/panels/new/").status_code) == (429, 422)
    monkeypatch.setattr(limits.time, "time", lambda: 1_000_000_041.0)
    assert as_manager.get("/orders/export.csv").status_code == 200


def test_a_form_that_is_only_shown_does_not_count(as_manager):
    assert [as_manager.get("/bulk/new/").status_code for _ in range(4)] == [200] * 4


def test_a_queue_that_is_down_refuses_nobody(as_manager, monkeypatch):
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    monkeypatch.setattr(bell.huey.storage, "incr", lambda *_: 1 / 0)
    assert [as_manager.get("/orders/export.csv").status_code for _ in range(4)] == [200] * 4
