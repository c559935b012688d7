"""The sorts of rows that can need a person."""

from types import SimpleNamespace

import pytest

from panels.attention.needs import NEEDS
from panels.attention.subjects import BATCHES, ORDERS, SERVICES, SUBJECTS, WORDS
from tests.factories import make_batch, make_order, make_service, row_of


def test_each_subject_is_looked_through_and_has_a_kind():
    assert {kind.subject for kind in NEEDS} == set(SUBJECTS)
    assert len({subject.name for subject in SUBJECTS}) == len(SUBJECTS)


@pytest.mark.django_db
def test_a_long_name_is_cut_in_a_title_and_the_row_keeps_its_page():
    service = make_service(name="Followers " * 40)
    order, batch = make_order(service), make_batch(row_of(service), filename="f" * 200 + ".csv")
    for subject, row in ((ORDERS, order), (SERVICES, service), (BATCHES, batch)):
        assert len(subject.title(row)) <= 110
        assert subject.address(row) == row.get_absolute_url()


def test_a_word_leads_to_its_newest_order():
    word = SimpleNamespace(newest=7, remote_status="w" * 200, panel__name="Sandbox")
    assert WORDS.address(word) == "/orders/7/"
    assert WORDS.title(word).endswith("…” at Sandbox")
