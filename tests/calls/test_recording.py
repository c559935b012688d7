"""An answer of a panel is written with retries until the database takes it, and it is in the log."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import DatabaseError, InterfaceError, transaction

from panels.calls.outcomes import record_placed
from panels.calls.recording import record, records_under_way, tried
from panels.models import Order
from tests.factories import make_order

State = Order.State


@pytest.mark.django_db(transaction=True)
def test_the_id_is_written_again_until_the_database_takes_it(monkeypatch):
    order = make_order(state=State.SENDING, attempt=1)
    real, failures = Order.advance, iter([DatabaseError("gone"), InterfaceError("closed")])

    def advance(self, *args, **fields):
        if error := next(failures, None):
            raise error
        return real(self, *args, **fields)

    monkeypatch.setattr(Order, "advance", advance)
    assert record_placed(order, "900") == "placed"
    order.refresh_from_db()
    assert order.remote_id == "900"


@pytest.mark.django_db(transaction=True)
def test_an_id_that_cannot_be_recorded_is_logged(monkeypatch, caplog):
    order = make_order(state=State.SENDING, attempt=1)
    monkeypatch.setattr("panels.calls.recording.RECORD_FOR", 0)
    monkeypatch.setattr(Order, "advance", lambda *_, **__: (_ for _ in ()).throw(DatabaseError("gone")))
    with pytest.raises(DatabaseError):
        record_placed(order, "900")
    assert "900" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_is_tried_again_and_the_id_is_in_the_log(monkeypatch, caplog):
    order = make_order(state=State.SENDING, attempt=1)
    atomic, failures = transaction.atomic, iter([DatabaseError("the commit failed")])

    @contextmanager
    def failing_once():
        with atomic():
            yield
            if failure := next(failures, None):
                raise failure

    monkeypatch.setattr(transaction, "atomic", failing_once)
    assert record_placed(order, "900") == "placed"
    monkeypatch.undo()
    order.refresh_from_db()
    assert (order.state, order.remote_id) == (State.PLACED, "900")
    assert "placed as '900'" in caplog.text


@pytest.mark.django_db
def test_inside_a_transaction_a_write_is_not_repeated():
    writes = []

    def fail():
        writes.append(1)
        raise DatabaseError("gone")

    with pytest.raises(DatabaseError):
        record("an outcome", fail)
    assert len(writes) == 1


@pytest.mark.django_db(transaction=True)
def test_only_errors_of_the_database_are_tried_again():
    writes = []

    def fail():
        writes.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        record("an outcome", fail)
    assert len(writes) == 1


def test_a_write_that_fails_gives_none_and_is_in_the_log(caplog):
    assert tried(lambda: "written") == "written"
    assert tried(lambda: 1 / 0) is None
    assert "ZeroDivisionError" in caplog.text


def test_a_write_counts_as_under_way_until_it_ends():
    assert record("an outcome", lambda: bool(records_under_way))
    assert not records_under_way
