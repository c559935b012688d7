"""One exchange with a panel: its deadline, until when it may begin, and what a failure means (docs/protocol.md, 5)."""

from __future__ import annotations

import contextlib
import http.client
import math
import os
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3.exceptions

from panels.protocol.addresses import Resolver
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, PanelError
from panels.protocol.redaction import Redaction


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address to send to, and the limits. Times are in seconds."""

    api_url: str
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    total_timeout: float = 90.0
    allow_private_hosts: bool = False
    allow_http: bool = False
    # "" for the name of this program.
    user_agent: str = ""
    # False: the fields are sent as a form.
    sends_json: bool = False


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest moment to begin a request, by the wall clock and by the monotonic clock.

    The first of them counts. So neither a wall clock that is set back, nor a machine that was suspended and so stopped
    its monotonic clock, allows a request for longer.
    """

    wall: float
    monotonic: float

    @classmethod
    def after(cls, seconds: float) -> Latest:
        """Return the moment that is so many seconds from now."""
        return cls(time.time() + seconds, time.monotonic() + seconds)

    def has_passed(self) -> bool:
        """Say whether it is too late."""
        return time.time() >= self.wall or time.monotonic() >= self.monotonic


class Watchdog:
    """Ends exchanges at their deadlines, with one thread for all exchanges of a transport."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._deadlines: dict[Exchange, float] = {}
        self._looks_at = math.inf
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def watch(self, exchange: Exchange, deadline: float) -> None:
        """Cut an exchange at its deadline, a time of time.monotonic(), unless it is forgotten before."""
        with self._changed:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                thread.start()
                self._thread = thread
            self._deadlines[exchange] = deadline
            if deadline < self._looks_at:
                self._changed.notify()

    def forget(self, exchange: Exchange) -> None:
        """Stop watching an exchange."""
        with self._changed:
            self._deadlines.pop(exchange, None)
            if self._is_closed:
                self._changed.notify()

    def close(self) -> None:
        """End the thread when no exchange is left to watch."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            try:
                while True:
                    self._looks_at = self._cut_what_is_due()
                    if self._is_closed and not self._deadlines:
                        return
                    # An exchange that ends in time does not wake this thread. That costs one needless look in a time-
                    # out.
                    self._changed.wait(None if self._looks_at == math.inf else self._looks_at - time.monotonic())
            finally:
                self._thread = None

    def _cut_what_is_due(self) -> float:
        now = time.monotonic()
        for exchange in [each for each, deadline in self._deadlines.items() if deadline <= now]:
            del self._deadlines[exchange]
            exchange.cut()
        return min(self._deadlines.values(), default=math.inf)


class Exchange:
    """One request and its answer: when it must end, until when it may begin, and whether it was sent.

    The watchdog shuts the connection down at the deadline, because the time-out of a single read never fires while
    bytes trickle in. It uses a duplicate of the socket's descriptor. The duplicate still works when the connection has
    closed its own descriptor, and it never refers to another connection.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        resolver: Resolver,
        watchdog: Watchdog,
        *,
        not_after: Latest | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.resolver = resolver
        self.is_sent = False
        self.is_cut = False
        self._deadline = time.monotonic() + endpoint.total_timeout
        self._not_after = not_after
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._watchdog = watchdog

    def __enter__(self) -> None:
        self._watchdog.watch(self, self._deadline)
        self._token = current.set(self)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        current.reset(self._token)
        self._watchdog.forget(self)
        self.let_go(is_given_up=kind is not None)

    def watch(self, sock: socket.socket) -> None:
        """Make this the connection that is shut down at the deadline. Raises TimeoutError after it."""
        self.let_go()
        with self._lock:
            if self.is_cut:
                raise TimeoutError
            self._handle = socket.socket(fileno=os.dup(sock.fileno()))

    def let_go(self, *, is_given_up: bool = False) -> None:
        """Stop controlling the connection.

        With is_given_up, the bytes that have not reached the panel yet are dropped.
        """
        with self._lock:
            handle, self._handle = self._handle, None
        if handle is None:
            return
        if is_given_up:
            # Otherwise the kernel goes on sending for minutes after the deadline.
            with contextlib.suppress(OSError):
                handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        handle.close()

    def time_left(self) -> float:
        """Return the seconds that are left for connecting. Raises TimeoutError when no time is left."""
        left = min(self.endpoint.connect_timeout, self._deadline - time.monotonic())
        if left <= 0:
            raise TimeoutError
        return left

    def begin(self) -> None:
        """Allow the next part of the request to be sent. After the first part, the panel may have acted.

        Raises Deferred if it is too late and nothing was sent, and TimeoutError if a part was sent before.
        """
        self.time_left()
        if self._not_after and self._not_after.has_passed():
            if self.is_sent:
                raise TimeoutError
            raise Deferred("It was too late to send this request, so it was not sent.")
        self.is_sent = True

    def failed(self, failure: Exception) -> PanelError:
        """Return NotSent or OutcomeUnknown for the exception that ended the exchange."""
        host = urlsplit(self.endpoint.api_url).netloc
        words = f"no end within {self.endpoint.total_timeout:g} seconds" if self.is_cut else _words(failure)
        if self.is_sent:
            return OutcomeUnknown(f"No complete answer from {host}: {words}. The request may have arrived.")
        return NotSent(f"No connection to {host}: {words}. Nothing was sent.")

    def cut(self) -> None:
        """End the exchange at its deadline. The thread that reads or writes sees a broken connection."""
        with self._lock:
            self.is_cut = True
            if self._handle is not None:
                with contextlib.suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)


_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
# urllib3 creates the connections and passes no argument of ours to them, so they find their exchange here.
current: ContextVar[Exchange] = ContextVar("current")
_WORDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((ssl.SSLCertVerificationError,), "its certificate could not be verified"),
    ((ssl.SSLError,), "the encryption failed"),
    ((socket.gaierror,), "its name could not be resolved"),
    ((ConnectionRefusedError,), "it refused the connection"),
    ((TimeoutError, urllib3.exceptions.TimeoutError), "it took too long"),
    ((http.client.IncompleteRead, zlib.error), "the answer was cut short"),
    ((ConnectionError,), "the connection broke"),
)


def _words(failure: Exception) -> str:
    """Return the words for a failure. They are only shown: no decision depends on the class of an exception."""
    for kinds, words in _WORDS:
        for exc in _chain(failure):
            if isinstance(exc, kinds):
                detail = getattr(exc, "verify_message", "")
                return f"{words} ({detail})" if detail else words
    return "it failed"


def _chain(failure: BaseException) -> Iterator[BaseException]:
    """Yield an exception and its causes. The libraries also put causes into the arguments."""
    seen: list[BaseException] = []
    waiting: list[object] = [failure]
    while waiting:
        exc = waiting.pop(0)
        if isinstance(exc, BaseException) and exc not in seen:
            seen.append(exc)
            waiting += [exc.__cause__, exc.__context__, *exc.args]
            yield exc


def quotes(failure: Exception, redaction: Redaction) -> bool:
    """Say whether an exception or one of its causes contains the key. A server may have sent the request back."""
    return any(redaction.finds(f"{exc!r} {exc}") for exc in _chain(failure))
