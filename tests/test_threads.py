"""Several threads that do the same work, and the count of threads in a part of the code."""

import threading
from collections import Counter

import pytest
from django.db import connection

from panels.threads import UnderWay, in_parallel
from tests.processes import PATIENCE


@pytest.mark.parametrize("threads", [0, 1])
def test_one_thread_is_the_caller_itself(threads):
    seen = []
    counts = in_parallel(threads, lambda: seen.append(threading.current_thread()) or Counter(done=1))
    assert (counts, seen) == (Counter(done=1), [threading.current_thread()])


def test_several_threads_work_at_the_same_time_and_their_counts_are_added():
    together = threading.Barrier(3)

    def work():
        together.wait(PATIENCE)
        return Counter(done=2)

    assert in_parallel(3, work) == Counter(done=6)


def test_an_error_is_raised_when_all_have_ended():
    together, ended = threading.Barrier(2), []

    def work():
        if together.wait(PATIENCE):
            raise ValueError("no")
        ended.append(True)
        return Counter()

    with pytest.raises(ValueError, match="no"):
        in_parallel(2, work)
    assert ended == [True]


@pytest.mark.django_db(transaction=True)
def test_each_thread_closes_its_own_connection():
    together, connections = threading.Barrier(2), []

    def work():
        connection.ensure_connection()
        connections.append(connection.connection and connection._connections[connection._alias])
        together.wait(PATIENCE)
        return Counter()

    connection.ensure_connection()
    in_parallel(2, work)
    assert len({id(each) for each in connections}) == 2
    assert [each.connection for each in connections] == [None, None]
    assert connection.connection is not None


def test_it_is_under_way_until_the_last_thread_has_ended():
    under_way = UnderWay()
    assert not under_way
    with under_way:
        with under_way:
            assert under_way
        assert under_way
    assert not under_way
