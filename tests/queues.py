"""Queues of each kind, for one process of the tests alone."""

from __future__ import annotations

import contextlib
import os
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tests.processes import own_redis

REDIS = own_redis(os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15"))
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")


@contextlib.contextmanager
def own_queue(kind: str, folder: Path) -> Iterator[str]:
    """Yield the address of an empty queue: sqlite in that folder, redis or postgres."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'queue.sqlite3'}"
    elif kind == "redis":
        needs(REDIS, "redis-server")
        yield REDIS
    else:
        needs(POSTGRES, "postgresql")
        address = urllib.parse.urlsplit(POSTGRES)
        server, name = f"{address.scheme}://{address.netloc}", f"queue_{os.getpid()}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            yield f"{server}/{name}"
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def needs(url: str, package: str) -> None:
    """Skip the test if there is no such server, unless no test may be skipped."""
    if not os.environ.get("REQUIRE_ALL") and not reachable(url):
        pytest.skip(f"nothing answers at {url}: install the Debian package {package} and start it, or see .ci/run")


def reachable(url: str) -> bool:
    """Return whether a server answers at this address."""
    try:
        if url.startswith("redis"):
            redis.Redis.from_url(url, socket_connect_timeout=1).ping()
        else:
            address = urllib.parse.urlsplit(url)
            psycopg.connect(f"{address.scheme}://{address.netloc}/postgres", connect_timeout=2).close()
    except (redis.RedisError, psycopg.Error):
        return False
    return True
