"""Taking over a catalog: the first time, when nothing has changed, and when a hundredth has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.bench.report import Row, Stopwatch

CHANGED_SHARE = 100
NAIVE_SHARE = 20


def measure(count: int, database: str) -> Iterator[Row]:
    """Read and store a catalog of so many services three times, and look up and save a part of it one by one."""
    from tests.factories import make_panel

    panel = make_panel()
    listed = [_service(number) for number in range(count)]
    naive = _one_by_one(make_panel(), listed[: count // NAIVE_SHARE]).cpu * NAIVE_SHARE
    floor = f"one by one: {naive:.1f} s CPU (scaled from {count // NAIVE_SHARE:,})"
    first = _sync(panel, listed, new=count, changed=0)
    yield Row(f"first catalog of {count:,} services", str(first), floor, f"{first.cpu / naive:.1%}")
    same = _sync(panel, listed, new=0, changed=0)
    yield Row("  the same again", str(same), f"first: {first.cpu:.2f} s CPU", f"{same.cpu / first.cpu:.0%}")
    for service in listed[::CHANGED_SHARE]:
        service["rate"] = "1.25"
    some = _sync(panel, listed, new=0, changed=len(listed[::CHANGED_SHARE]))
    yield Row("  with 1 % changed", str(some), f"first: {first.cpu:.2f} s CPU", f"{some.cpu / first.cpu:.0%}")


def _service(number: int) -> dict[str, Any]:
    return {
        "service": number + 1,
        "name": f"Instagram Followers {number} [refill 30 days]",
        "type": "Default",
        "category": f"Instagram {number % 40}",
        "rate": "0.90",
        "min": "100",
        "max": "10000",
        "refill": True,
        "cancel": False,
        "desc": "Start: 0-1 h. Speed: 5,000 a day. " * 5,
    }


def _read(listed: list[dict[str, Any]]) -> Any:
    from panels.wire import Answer, read_catalog

    return read_catalog(Answer(200, json.dumps(listed).encode()))


def _sync(panel: Any, listed: list[dict[str, Any]], **expected: int) -> Stopwatch:
    from panels.catalog import store_catalog

    with Stopwatch() as watch:
        counts = store_catalog(panel, _read(listed))
    found = {name: counts[name] for name in expected}
    assert found == expected, counts
    return watch


def _one_by_one(panel: Any, listed: list[dict[str, Any]]) -> Stopwatch:
    from django.utils import timezone

    from panels.catalog import TOLD
    from panels.models import Service

    now = timezone.now()
    with Stopwatch() as watch:
        for row in _read(listed).rows:
            told = {name: getattr(row, name) for name in TOLD} | {"first_seen_at": now, "last_seen_at": now}
            Service.objects.update_or_create(panel=panel, remote_id=row.remote_id, defaults=told)
    return watch
