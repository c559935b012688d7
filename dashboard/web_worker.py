"""The web worker: gunicorn's threads, with one more thread that answers the health check.

```
 connection ──▶ waits for its first bytes, without a thread ─┬─▶ a whole GET /healthz/ ──▶ the thread for health checks
                                                             └─▶ anything else ──────────▶ one of the other threads
```
"""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from selectors import EVENT_READ

from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

HEALTH = (b"GET /healthz/", b"HEAD /healthz/")
# A request with one of these has a body. A thread would wait for it, and there is only one for health checks.
BODY = (b"\ncontent-length", b"\ntransfer-encoding")
# A health check is shorter than this. A longer or unfinished one takes one of the other threads.
PEEK = 4096
# A connection without a byte is closed after so many seconds.
SILENT_FOR = 10.0


class Worker(ThreadWorker):  # type: ignore[misc]
    """Answers the health check although all other threads are busy."""

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """Create both pools. The pool for health checks has one thread, because a check takes milliseconds."""
        self._health = ThreadPoolExecutor(max_workers=1)
        pool: ThreadPoolExecutor = super().get_thread_pool()
        return pool

    def enqueue_req(self, conn: TConn) -> None:
        """Have a thread answer the next request of a connection, after its first bytes have come."""
        first = _first_bytes(conn.sock)
        if first is None and not conn.initialized and self.alive:
            self._wait_for_bytes(conn)
            return
        pool = self._health if _is_health_check(first) else self.tpool
        pool.submit(self.handle, conn).add_done_callback(
            lambda done: self.method_queue.defer(self.finish_request, conn, done)
        )

    def _wait_for_bytes(self, conn: TConn) -> None:
        conn.sock.setblocking(False)  # noqa: FBT003
        conn.timeout = time.monotonic() + SILENT_FOR
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _cap_keepalive(self, deadline: float) -> None:
        """Close idle connections when the server ends: those without a byte at once, others by `deadline`."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = 0.0
        self.murder_pending()


def _first_bytes(connection: socket.socket) -> bytes | None:
    """Return the bytes that a client has sent and leave them there. Return None if there are none yet."""
    try:
        return connection.recv(PEEK, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _is_health_check(first: bytes | None) -> bool:
    """Say whether the first bytes of a request are a whole health check without a body."""
    if first is None or not first.startswith(HEALTH):
        return False
    head, end, _ = first.partition(b"\r\n\r\n")
    return bool(end) and not any(name in head.lower() for name in BODY)
