"""One HTTP exchange: our connection class, deadlines, limits, address checks; knows whether the request was sent.

resolve ▸ check the addresses ▸ connect ▸ TLS handshake ▸ fence │ write ▸ read ▸ Answer
whatever goes wrong up to here: NotSent                         │ and from here: OutcomeUnknown
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import http.cookiejar
import os
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib import metadata
from typing import Any
from urllib.parse import quote_plus, urlsplit

import requests
import requests.adapters
import requests.utils
import urllib3
import urllib3.connection
import urllib3.exceptions

from panels.addresses import AddressRefused, allowed_addresses, check_url
from panels.errors import NotSent, OutcomeUnknown, PanelError
from panels.wire import Answer

BODY_CAP = 32 * 1024 * 1024  # bytes, as received and again after unpacking
LONGEST_RETRY_AFTER = 86_400.0  # seconds
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to send, and within which limits; times are seconds."""

    api_url: str
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    total_timeout: float = 90.0
    allow_private_hosts: bool = False
    allow_http: bool = False


class Transport:
    """Posts forms to one endpoint; may be used from several threads at once."""

    def __init__(self, endpoint: Endpoint, *, ca_file: str | None = None) -> None:
        self._endpoint = endpoint
        self._context = _tls_context(ca_file or requests.utils.DEFAULT_CA_BUNDLE_PATH)
        self._pooled = self._new_session(keeps=True)
        self._fresh = self._new_session(keeps=False)

    def post(self, fields: Mapping[str, str], *, fresh: bool = False, not_after: float | None = None) -> Answer:
        """Send one form and return the answer, whatever its HTTP status; nothing is retried or followed.

        fresh takes a connection of its own, closed afterwards. After not_after (as time.time() counts) nothing is
        written any more. Raises NotSent only where no byte of the request was written, else OutcomeUnknown.
        """
        if problem := check_url(self._endpoint.api_url, allow_http=self._endpoint.allow_http):
            raise AddressRefused(problem)
        exchange = _Exchange(self._endpoint, not_after)
        try:
            with exchange:
                return self._answer(exchange, fields, fresh=fresh)
        except PanelError:
            raise
        except Exception as exc:  # noqa: BLE001  what it was does not matter, only whether the request had left
            failure = exc
        # Outside of the handler: a failure that quotes the key must not come along as context either.
        raise exchange.failed(failure) from (None if _quotes(failure, fields.get("key", "")) else failure)

    def close(self) -> None:
        """Close the idle connections."""
        self._pooled.close()
        self._fresh.close()

    def _answer(self, exchange: _Exchange, fields: Mapping[str, str], *, fresh: bool) -> Answer:
        session = self._fresh if fresh else self._pooled
        request = requests.Request("POST", self._endpoint.api_url, data=dict(fields))
        response = session.send(
            session.prepare_request(request),
            stream=True,
            allow_redirects=False,
            timeout=(self._endpoint.connect_timeout, self._endpoint.read_timeout),
        )
        with contextlib.closing(response):
            return _read(response, exchange)

    def _new_session(self, *, keeps: bool) -> _Session:
        session = _Session()
        session.trust_env = False
        session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        session.headers.clear()
        session.headers.update({"User-Agent": _user_agent(), "Accept": "application/json, */*;q=0.5"})
        session.headers["Accept-Encoding"] = "gzip"
        if not keeps:
            session.headers["Connection"] = "close"
        adapter = _Adapter(self._context, keeps=keeps)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session


class _Exchange:
    """One request and its answer: when it must end, until when it may begin, and whether it was sent.

    A watchdog shuts the connection down at the deadline, because time-outs of single reads never fire while bytes
    trickle. It holds a duplicate of the socket's descriptor: that one works after the connection has closed its own,
    and never comes to mean another connection.
    """

    def __init__(self, endpoint: Endpoint, not_after: float | None) -> None:
        now = time.monotonic()
        self.endpoint = endpoint
        self.is_sent = False
        self.is_cut = False
        self._deadline = now + endpoint.total_timeout
        self._not_after = not_after
        # A wall clock that is set back must not open the fence again.
        self._not_after_monotonic = None if not_after is None else now + not_after - time.time()
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._watchdog = threading.Timer(endpoint.total_timeout, self._cut)
        self._watchdog.daemon = True

    def __enter__(self) -> None:
        self._watchdog.start()
        self._token = _current.set(self)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        _current.reset(self._token)
        self._watchdog.cancel()
        self.let_go(is_given_up=kind is not None)

    def watch(self, sock: socket.socket) -> None:
        """Make sock the connection that is shut down at the deadline."""
        self.let_go()
        with self._lock:
            if self.is_cut:
                raise TimeoutError
            self._handle = socket.socket(fileno=os.dup(sock.fileno()))

    def let_go(self, *, is_given_up: bool = False) -> None:
        """Leave the connection alone from now on; given up, it also takes back what has not reached the panel yet."""
        with self._lock:
            handle, self._handle = self._handle, None
        if handle is None:
            return
        if is_given_up:
            # The kernel would go on delivering for minutes, past any deadline.
            with contextlib.suppress(OSError):
                handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        handle.close()

    def time_left(self) -> float:
        """Return the seconds that connecting may still take; raises TimeoutError when none are left."""
        left = min(self.endpoint.connect_timeout, self._deadline - time.monotonic())
        if left <= 0:
            raise TimeoutError
        return left

    def begin(self) -> None:
        """Let a part of the request go, unless it is too late; from the first one on the panel may have acted."""
        self.time_left()
        if self._is_too_late():
            if self.is_sent:
                raise TimeoutError
            raise NotSent("It had become too late to send this request, so it was not sent.")
        self.is_sent = True

    def _is_too_late(self) -> bool:
        return (self._not_after is not None and time.time() >= self._not_after) or (
            self._not_after_monotonic is not None and time.monotonic() >= self._not_after_monotonic
        )

    def failed(self, failure: Exception) -> PanelError:
        """Return our own error for whatever ended the exchange."""
        host = urlsplit(self.endpoint.api_url).netloc
        words = f"no end within {self.endpoint.total_timeout:g} seconds" if self.is_cut else _words(failure)
        if self.is_sent:
            return OutcomeUnknown(f"No complete answer from {host}: {words}. The request may have arrived.")
        return NotSent(f"No connection to {host}: {words}. Nothing was sent.")

    def _cut(self) -> None:
        with self._lock:
            self.is_cut = True
            if self._handle is not None:
                with contextlib.suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)


_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
# The connection classes are created deep inside urllib3, which hands nothing of ours down to them.
_current: ContextVar[_Exchange] = ContextVar("_current")


class _Response(http.client.HTTPResponse):
    def _safe_read(self, amt: int) -> bytes:
        # A chunk that says its size is -1 would be read to the end of the connection, past every cap.
        if amt < 0:
            raise http.client.HTTPException("negative chunk size")
        return super()._safe_read(amt)  # type: ignore[misc]


class _Connection(urllib3.connection.HTTPConnection):
    """Connects to checked addresses only, and marks the exchange as sent before its first byte is written."""

    response_class = _Response
    _exchange: _Exchange | None = None

    def _new_conn(self) -> socket.socket:
        exchange = _current.get()
        failure: OSError | None = None
        allow_private = exchange.endpoint.allow_private_hosts
        for address in allowed_addresses(self._dns_host, self.port, exchange.time_left(), allow_private=allow_private):
            try:
                return _connect(address, exchange)
            except OSError as exc:
                failure = exc
        raise failure or OSError("no address")

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002  see below
        # requests and urllib3 tidy addresses up; a panel gets its own exactly as it was written down.
        super().putrequest(method, _target(_current.get().endpoint.api_url), *args, **kwargs)

    def send(self, data: Any) -> None:
        exchange = _current.get()
        if not exchange.is_sent:
            self._take_over(exchange)
        # Before each part: a panel acts only on the last one, and this process may stand still between two.
        exchange.begin()
        super().send(data)

    def _take_over(self, exchange: _Exchange) -> None:
        if self.sock is None:
            self.connect()
        # Who used this connection before may still be about to let it go.
        if self._exchange is not None:
            self._exchange.let_go()
        self._exchange = exchange
        exchange.watch(self.sock)


class _SecureConnection(_Connection, urllib3.connection.HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _KeepsNone(urllib3.HTTPConnectionPool):
    """Every connection is used once, even where the server would keep it open."""

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.close()
        super()._put_conn(None)


class _FreshPool(_KeepsNone, _Pool):
    pass


class _SecureFreshPool(_KeepsNone, _SecurePool):
    pass


class _Adapter(requests.adapters.HTTPAdapter):
    def __init__(self, context: ssl.SSLContext, *, keeps: bool) -> None:
        self._context, self._keeps = context, keeps
        super().__init__(pool_maxsize=64)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        http, https = (_Pool, _SecurePool) if self._keeps else (_FreshPool, _SecureFreshPool)
        self.poolmanager.pool_classes_by_scheme = {"http": http, "https": https}

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Leave verifying to the context: loading the certificates again costs each connection milliseconds."""


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """See no redirect in any answer: even to prepare the next request, requests would read its body uncapped."""


@functools.lru_cache(maxsize=8)
def _tls_context(ca_file: str) -> ssl.SSLContext:
    # Not ssl.create_default_context: that one follows SSLKEYLOGFILE from the environment.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(ca_file)
    return context


@functools.cache
def _user_agent() -> str:
    try:
        return f"panel-dashboard/{metadata.version('panel-dashboard')}"
    except metadata.PackageNotFoundError:
        return "panel-dashboard"


def _target(url: str) -> str:
    rest = url.partition("//")[2].removeprefix(urlsplit(url).netloc)
    return rest if rest.startswith("/") else f"/{rest}"


def _connect(address: Any, exchange: _Exchange) -> socket.socket:
    family, kind, protocol, _, where = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(exchange.time_left())
        sock.connect(where)
        # A TLS handshake as a whole ends with this, however slowly it trickles.
        sock.settimeout(exchange.time_left())
    except BaseException:
        sock.close()
        raise
    return sock


def _read(response: requests.Response, exchange: _Exchange) -> Answer:
    raw: urllib3.HTTPResponse = response.raw
    # Only the end of the connection ends a body without a length, and the watchdog makes such an end too.
    is_open_ended = not getattr(raw, "chunked", False) and raw.length_remaining is None
    body = _body(raw)
    if is_open_ended and exchange.is_cut:
        raise TimeoutError
    return Answer(
        http_status=response.status_code,
        body=_unpacked(body, raw.headers.get("Content-Encoding", "")),
        location=raw.headers.get("Location", "")[:2000] if 300 <= response.status_code < 400 else "",
        retry_after=_seconds(raw.headers.get("Retry-After", "")),
    )


def _body(raw: urllib3.HTTPResponse) -> bytes:
    body = bytearray()
    for chunk in raw.stream(_CHUNK, decode_content=False):
        body += chunk
        if len(body) > BODY_CAP:
            raise OutcomeUnknown(f"The panel's answer is larger than {BODY_CAP // 1024**2} MiB.")
    return bytes(body)


def _unpacked(body: bytes, coding: str) -> bytes:
    coding = coding.strip().lower()
    if coding in {"", "identity"} or not body:
        return body
    if coding not in {"gzip", "x-gzip", "deflate"}:
        raise OutcomeUnknown("The panel's answer is packed in a way that we did not ask for.")
    # 32 lets zlib tell gzip and zlib headers apart by itself.
    unpacker = zlib.decompressobj(zlib.MAX_WBITS + 32)
    unpacked = unpacker.decompress(body, BODY_CAP + 1)
    if len(unpacked) > BODY_CAP:
        raise OutcomeUnknown(f"The panel's answer unpacks to more than {BODY_CAP // 1024**2} MiB.")
    if not unpacker.eof:
        raise OutcomeUnknown("The panel's answer was cut short.")
    return unpacked


def _seconds(retry_after: str) -> float | None:
    """Read a Retry-After header: seconds, or a date to count from now."""
    text = retry_after.strip()
    if text.isdecimal() and text.isascii():
        return min(float(text[:20]), LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_RETRY_AFTER)


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
    """Say what went wrong, for people to read: nothing is ever decided by the class of an exception."""
    for kinds, words in _WORDS:
        for exc in _chain(failure):
            if isinstance(exc, kinds):
                detail = getattr(exc, "verify_message", "")
                return f"{words} ({detail})" if detail else words
    return "it failed"


def _chain(failure: BaseException) -> Iterator[BaseException]:
    """Give an exception and all that led to it; the libraries also pack causes into the arguments."""
    seen: list[BaseException] = []
    waiting: list[object] = [failure]
    while waiting:
        exc = waiting.pop(0)
        if isinstance(exc, BaseException) and exc not in seen:
            seen.append(exc)
            waiting += [exc.__cause__, exc.__context__, *exc.args]
            yield exc


def _quotes(failure: Exception, key: str) -> bool:
    """Say whether an exception or what led to it repeats the key, as when a server sends the request back."""
    texts = [f"{exc!r} {exc}" for exc in _chain(failure)]
    return bool(key) and any(key in text or quote_plus(key, errors="replace") in text for text in texts)
