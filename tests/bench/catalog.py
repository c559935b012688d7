"""The sync of a catalog, against fetching and reading it only, and against a look-up and a save of each service."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

from tests.bench.meters import Stopwatch
from tests.bench.report import Row, times
from tests.servers import Server, answering, http

CHANGED_SHARE = 100
NAIVE_SHARE = 20
# The quickest of so many runs is the floor.
BARE = 3


def measure(count: int, database: str) -> Iterator[Row]:
    """Sync so many services three times: the first time, without changes, and with 1 % of the services changed."""
    from tests.factories import make_panel

    listed = [_service(number) for number in range(count)]
    before = _body(listed)
    for service in listed[::CHANGED_SHARE]:
        service["rate"] = "1.25"
    changed = len(listed[::CHANGED_SHARE])
    first_naive, again_naive = _one_by_one(make_panel(), listed[: count // NAIVE_SHARE])
    # The catalog is fetched several times without storing it, and once to store it.
    with Server(answering(*[before] * 2 * (BARE + 1), _body(listed))) as server:
        # A panel that is known to have no pages, so that each catalog is fetched by one call.
        panel = make_panel(api_url=server.url, unpaged_rows=count)
        yield _row(f"catalog sync: {count:,} services, first", panel, first_naive, new=count, changed=0)
        yield _row("  unchanged", panel, again_naive, new=0, changed=0)
        yield _row("  1 % changed", panel, again_naive, new=0, changed=changed)


def _row(what: str, panel: Any, naive: float, **expected: int) -> Row:
    from panels.calls.catalog import sync_catalog

    floor = min(_fetch(panel) for _ in range(BARE))
    with Stopwatch() as ours:
        counts, problem = sync_catalog(panel.pk, threading.Event())
    found = {name: counts[name] for name in expected}
    assert found == expected, problem or counts
    return Row(
        what, str(ours), f"{floor:.2f} s: fetch, read", times(ours.wall, floor), f"≈ {naive * NAIVE_SHARE:.1f} s"
    )


def _fetch(panel: Any) -> float:
    """Fetch and read a catalog without storing it. Return the seconds."""
    from panels.protocol.client import PanelClient

    with PanelClient(panel.account()) as client, Stopwatch() as watch:
        client.services()
    return watch.wall


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


def _body(listed: list[dict[str, Any]]) -> bytes:
    return http(json.dumps(listed).encode())


def _one_by_one(panel: Any, listed: list[dict[str, Any]]) -> tuple[float, float]:
    """Look up and save each service, in an empty table and with all services there. Return the seconds of both."""
    from django.utils import timezone

    from panels.calls.catalog import TOLD
    from panels.models import Service
    from panels.protocol.wire import Answer, read_catalog

    now = timezone.now()
    rows = read_catalog(Answer(200, json.dumps(listed).encode())).rows
    watches = Stopwatch(), Stopwatch()
    for watch in watches:
        with watch:
            for row in rows:
                told = {name: getattr(row, name) for name in TOLD} | {"first_seen_at": now, "last_seen_at": now}
                Service.objects.update_or_create(panel=panel, remote_id=row.remote_id, defaults=told)
    return watches[0].wall, watches[1].wall
