"""The first and last page of the list of orders against a bare read and the naive list, and a poll of the first."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from tests.bench import naive
from tests.bench.meters import Stopwatch
from tests.bench.report import Row, times

ADDRESS = "/orders/"
ROUNDS = 7
# The order of the query that finds the rows of a page, by the rest of its address.
PAGES = {"": ("-created_at", "-pk"), "?last=1": ("created_at", "pk")}


def measure(count: int, database: str) -> Iterator[Row]:
    """Request both pages of the list, then of the naive list, and read their rows alone."""
    client = signed_in()
    for rest, order in PAGES.items():
        ours, ours_ms, queries = _call(client, rest)
        with mock.patch("panels.views.order_list.find_page", naive.find_page):
            theirs, naive_ms, naive_queries = _call(client, rest)
        assert len(ours) == 50, f"{len(ours)} orders on a page"
        assert ours == theirs, "the naive list shows other orders"
        assert naive_queries > queries, "that is not the naive list"
        floor = _ms(lambda order=order: read_bare(*order))
        yield Row(
            f"order list of {count:,}, {'last' if rest else 'first'} page",
            f"{ours_ms:.0f} ms, {queries} queries",
            f"{floor:.1f} ms: its rows",
            times(ours_ms, floor),
            f"{naive_ms:.0f} ms, {naive_queries} queries",
        )
    yield _poll(client, count)


def _poll(client: Any, count: int) -> Row:
    """Poll the first page, which has not changed. The floor is the page that the poll does not build."""
    rest, asked = f"?tag={find_tag(client.get(ADDRESS).content)}", {"HTTP_HX_REQUEST": "true"}
    assert client.get(f"{ADDRESS}{rest}", **asked).status_code == 204, "the list has changed"
    queries = _count_queries(lambda: client.get(f"{ADDRESS}{rest}", **asked))
    page, poll = (_cpu_ms(lambda address=each: client.get(address, **asked)) for each in (ADDRESS, ADDRESS + rest))
    return Row(
        f"unchanged poll of {count:,} orders",
        f"{poll:.1f} ms CPU, {queries} queries",
        f"{page:.1f} ms CPU: the page",
        times(poll, page),
    )


def find_tag(page: bytes) -> str:
    """Return the tag of a list, which its polls send."""
    found = re.search(rb'"tag": "(\w+)"', page)
    assert found, "the list has no tag"
    return found[1].decode()


def signed_in() -> Any:
    """Return a client of a user who may see everything."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(pk=1))
    return client


def read_bare(*order: str) -> None:
    """Read the rows of a page and the rows that they refer to, without objects."""
    from django.db import connection

    from panels.models import Order

    rows = Order.objects.select_related("panel", "service", "placed_by").order_by(*order)[:51]
    with connection.cursor() as cursor:
        cursor.execute(*rows.query.sql_with_params())
        assert len(cursor.fetchall()) == 51


def _call(client: Any, rest: str) -> tuple[list[bytes], float, int]:
    """Return the orders on a page, its milliseconds once it is warm, and its queries."""
    found = re.findall(rb'id="order-(\d+)"', client.get(f"{ADDRESS}{rest}").content)
    count = _count_queries(lambda: client.get(f"{ADDRESS}{rest}"))
    return found, _ms(lambda: client.get(f"{ADDRESS}{rest}")), count


def _count_queries(call: Callable[[], object]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        call()
        # Counted now, because the end of a further request empties the log.
        return len(queries)


def _ms(call: Callable[[], object]) -> float:
    return statistics.median(_seconds(call) for _ in range(ROUNDS)) * 1000


def _seconds(call: Callable[[], object]) -> float:
    with Stopwatch() as watch:
        call()
    return watch.wall


def _cpu_ms(call: Callable[[], object]) -> float:
    def measured() -> float:
        with Stopwatch() as watch:
            call()
        return watch.cpu

    return statistics.median(measured() for _ in range(3 * ROUNDS)) * 1000
