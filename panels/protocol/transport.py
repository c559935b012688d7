"""Posts the fields of a call and reads the answer. Its own connection class connects to checked addresses only.

resolve ▸ check the addresses ▸ connect ▸ TLS handshake ▸ is it too late? │ write ▸ read ▸ Answer
every failure up to here is NotSent                                       │ every failure from here on is OutcomeUnknown
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import http.cookiejar
import json
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib import metadata
from typing import Any
from urllib.parse import urlsplit

import requests
import requests.adapters
import requests.utils
import urllib3
import urllib3.connection

from panels.protocol.addresses import AddressRefused, Resolver, allowed, check_url
from panels.protocol.body import Bounds, bounds_of, read_body
from panels.protocol.errors import PanelError
from panels.protocol.exchange import Endpoint, Exchange, Latest, Watchdog, current, quotes
from panels.protocol.redaction import Redaction
from panels.protocol.wire import Answer

# Seconds.
LONGEST_RETRY_AFTER = 86_400.0
_CHUNK = 65_536


class Transport:
    """Posts calls to one endpoint, as forms or as JSON. Several threads may use one transport."""

    def __init__(self, endpoint: Endpoint, *, ca_file: str | None = None) -> None:
        self._endpoint = endpoint
        self._resolver, self._watchdog = Resolver(), Watchdog()
        self._context = _tls_context(ca_file or requests.utils.DEFAULT_CA_BUNDLE_PATH)
        self._pooled = self._new_session(keeps=True)
        self._fresh = self._new_session(keeps=False)

    def post(
        self,
        fields: Mapping[str, str],
        *,
        fresh: bool = False,
        not_after: Latest | None = None,
        bounds: Bounds | None = None,
    ) -> Answer:
        """Send one call and return the answer of any HTTP status. Nothing is retried, and no redirect is followed.

        With fresh, the connection is new and is closed afterwards. After not_after, nothing is written any
        more. Of an answer beyond its bounds, only the beginning is read. Raises NotSent only if no byte of
        the request was written, else OutcomeUnknown (docs/protocol.md, 1 and 5).
        """
        body, headers = self._body(fields)
        request = requests.Request("POST", self._endpoint.api_url, data=body, headers=headers)
        redaction = Redaction(fields.get("key", ""))
        exchange = self._new_exchange(not_after)
        return self._send(request, exchange, bounds or bounds_of(fields), redaction, fresh=fresh)

    def get(self, *, bounds: Bounds) -> Answer:
        """Fetch what is at the address, over a new connection, with the same checks and limits as a call."""
        request = requests.Request("GET", self._endpoint.api_url)
        return self._send(request, self._new_exchange(), bounds, Redaction(""), fresh=True)

    def close(self) -> None:
        """Close the idle connections."""
        self._pooled.close()
        self._fresh.close()
        self._watchdog.close()

    def _new_exchange(self, not_after: Latest | None = None) -> Exchange:
        if problem := check_url(self._endpoint.api_url, allow_http=self._endpoint.allow_http):
            raise AddressRefused(problem)
        return Exchange(self._endpoint, self._resolver, self._watchdog, not_after=not_after)

    def _send(
        self, request: requests.Request, exchange: Exchange, bounds: Bounds, redaction: Redaction, *, fresh: bool
    ) -> Answer:
        session = self._fresh if fresh else self._pooled
        try:
            with exchange:
                response = session.send(
                    session.prepare_request(request),
                    stream=True,
                    allow_redirects=False,
                    timeout=(self._endpoint.connect_timeout, self._endpoint.read_timeout),
                )
                with contextlib.closing(response):
                    return _read_answer(response, exchange, bounds, redaction)
        except PanelError:
            raise
        except Exception as exc:  # noqa: BLE001  only whether the request was sent matters
            failure = exc
        # Outside of the handler, because a failure that quotes the key must not become the context either.
        raise exchange.failed(failure) from (None if quotes(failure, redaction) else failure)

    def _body(self, fields: Mapping[str, str]) -> tuple[dict[str, str] | bytes, dict[str, str]]:
        """Return the body of a call and its own headers. JSON has the same names and texts as the form."""
        if self._endpoint.sends_json:
            return json.dumps(dict(fields)).encode(), {"Content-Type": "application/json"}
        return dict(fields), {}

    def _new_session(self, *, keeps: bool) -> _Session:
        session = _Session()
        session.trust_env = False
        session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        session.headers.clear()
        user_agent = self._endpoint.user_agent or _user_agent()
        session.headers.update({"User-Agent": user_agent, "Accept": "application/json, */*;q=0.5"})
        session.headers["Accept-Encoding"] = "gzip"
        if not keeps:
            session.headers["Connection"] = "close"
        adapter = _Adapter(self._context, keeps=keeps)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session


class _Response(http.client.HTTPResponse):
    def _safe_read(self, amt: int) -> bytes:
        # A chunk of size -1 would be read to the end of the connection, without any limit.
        if amt < 0:
            raise http.client.HTTPException("negative chunk size")
        return super()._safe_read(amt)  # type: ignore[misc, no-any-return]


class _Connection(urllib3.connection.HTTPConnection):
    """Connects to checked addresses only, and marks the exchange as sent before the first byte is written."""

    response_class = _Response
    _exchange: Exchange | None = None

    def _new_conn(self) -> socket.socket:
        exchange = current.get()
        failure: OSError | None = None
        found = exchange.resolver.addresses(self._dns_host, self.port, exchange.time_left())
        for address in allowed(found, self._dns_host, allow_private=exchange.endpoint.allow_private_hosts):
            try:
                return _connect(address, exchange)
            except OSError as exc:
                failure = exc
        exchange.resolver.forget()
        raise failure or OSError("no address")

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002  see below
        # requests and urllib3 normalise addresses, but a panel must get its address exactly as it was typed.
        super().putrequest(method, _target(current.get().endpoint.api_url), *args, **kwargs)

    def send(self, data: Any) -> None:
        exchange = current.get()
        if not exchange.is_sent:
            self._take_over(exchange)
        # Before each part, because a panel acts only on the last one, and this process may stand still between two
        # parts.
        exchange.begin()
        super().send(data)

    def _take_over(self, exchange: Exchange) -> None:
        if self.sock is None:
            self.connect()
        # The previous exchange on this connection may not have let it go yet.
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
    """Uses every connection once, even if the server keeps it open."""

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
        """Do nothing, because the context verifies.

        Loading the certificates again costs milliseconds for each connection.
        """


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Ignore every redirect. To prepare the next request, requests would read the body without a limit."""


@functools.lru_cache(maxsize=8)
def _tls_context(ca_file: str) -> ssl.SSLContext:
    # Not ssl.create_default_context, because it obeys SSLKEYLOGFILE of the environment.
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


def _connect(address: Any, exchange: Exchange) -> socket.socket:
    family, kind, protocol, _, where = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(exchange.time_left())
        sock.connect(where)
        # This limit is for the TLS handshake as a whole, also if its bytes trickle in.
        sock.settimeout(exchange.time_left())
    except BaseException:
        sock.close()
        raise
    return sock


def _read_answer(response: requests.Response, exchange: Exchange, bounds: Bounds, redaction: Redaction) -> Answer:
    raw: urllib3.HTTPResponse = response.raw
    # A body without a length ends with the connection, and the watchdog ends connections too.
    is_open_ended = not getattr(raw, "chunked", False) and raw.length_remaining is None
    chunks = raw.stream(_CHUNK, decode_content=False)
    body, excess = read_body(chunks, raw.headers.get("Content-Encoding", ""), bounds)
    if is_open_ended and exchange.is_cut:
        raise TimeoutError
    return Answer(
        http_status=response.status_code,
        body=body,
        location=raw.headers.get("Location", "")[:2000] if 300 <= response.status_code < 400 else "",
        retry_after=_seconds(raw.headers.get("Retry-After", "")),
        excess=excess,
        redaction=redaction,
    )


def _seconds(retry_after: str) -> float | None:
    """Read a Retry-After header, which has seconds or a date, as seconds from now."""
    text = retry_after.strip()
    if text.isdecimal() and text.isascii():
        return min(float(text[:20]), LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_RETRY_AFTER)
