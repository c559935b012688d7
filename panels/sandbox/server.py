"""The HTTP server of the panel: HTTP/1.1 with threads and keep-alive, and the calls that faults can handle."""

from __future__ import annotations

import json
import os
import socket
import socketserver
import struct
import sys
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol
from urllib.parse import parse_qsl

from panels.sandbox.faults import PlannedFault
from panels.sandbox.striking import HTML, JSON, strike

API_PATH = "/api/v2"
CONTROL_PATH = "/_sandbox/"
BIGGEST_BODY = 16 * 1024 * 1024
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


CHALLENGE = b"<!DOCTYPE html><title>Just a moment...</title><p>Checking your browser before you enter.</p>"


class ServedPanel(Protocol):
    """The methods of the panel that the server needs."""

    latency: float
    takes_only_json: bool
    lets_only_browsers: bool

    def receive(self, fields: Mapping[str, str], caller: str) -> tuple[int, PlannedFault | None]:
        """Count a call, and return its number and the fault that it meets."""

    def release(self, action: str) -> None:
        """Record that a call has ended."""

    def note_answered(self, request_number: int) -> None:
        """Record that the whole answer to a call was given to the network."""

    def answer(self, fields: Mapping[str, str], request_number: int) -> bytes:
        """Carry a call out and return the body of its answer."""

    def write_answer(self, answer: Any, fields: Mapping[str, str]) -> bytes:
        """Return the body of an answer to a call with these fields, as this panel writes it."""

    def last_order_id(self) -> str:
        """Return the id of the last accepted order, or ""."""

    def under_way_now(self, action: str) -> int:
        """Return the number of calls of an action that are under way."""

    def control(self, method: str, name: str, body: bytes) -> tuple[int, Any]:
        """Carry out a request of a test harness, and return the HTTP status and the JSON value."""


class PanelServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Listens on loopback only. Closing it cuts every connection, as a stopped panel does."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, panel: ServedPanel) -> None:
        self.panel = panel
        self.stopping = threading.Event()
        self._open: dict[Any, threading.Thread] = {}
        super().__init__(("127.0.0.1", port), Handler)
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    @property
    def port(self) -> int:
        """The port of the server."""
        return int(self.server_address[1])

    def close(self) -> None:
        """Stop listening, end all waiting calls and cut all connections except that of the calling thread."""
        self.stopping.set()
        # Wakes the accepting thread with a connection, so that it sees the event and stops.
        socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        self._accepting.join()
        self.server_close()
        others = [entry for entry in list(self._open.items()) if entry[1] is not threading.current_thread()]
        for connection, _ in others:
            _ignoring_errors(connection.shutdown, socket.SHUT_RDWR)
        for _, thread in others:
            thread.join(timeout=1)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in its own thread, and remember both."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._open[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection and forget it."""
        super().shutdown_request(request)
        self._open.pop(request, None)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            self.handle_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing about clients that have closed the connection."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Reads the requests of one connection and answers them."""

    server: PanelServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Buffered, so that a whole answer is sent in one packet.
    wbufsize = -1
    # Seconds after which an idle connection is closed.
    timeout = 75

    def parse_request(self) -> bool:
        """Record the beginning of a request, because reading it is part of the latency."""
        self._began = time.monotonic()
        return super().parse_request()

    def do_GET(self) -> None:
        """Answer a control request, because the API has no GET."""
        self._answer()

    def do_POST(self) -> None:
        """Answer an API call or a control request."""
        self._answer()

    def _answer(self) -> None:
        body = self._read_body()
        if body is None:
            self.close_connection = True
            self.write(b"", status=413, content_type=HTML)
        elif self.path.startswith(CONTROL_PATH):
            self._control(body)
        elif self.path == API_PATH and self.command == "POST":
            self._call(body)
        else:
            self.write(b"<h1>Not Found</h1>", status=404, content_type=HTML)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Print nothing, because the ledger and the counters are the log."""

    def write(
        self, body: bytes, *, status: int = 200, content_type: str = JSON, extra: Mapping[str, str] | None = None
    ) -> None:
        """Send a whole answer."""
        self.wfile.write(self.head(len(body), status, content_type, extra) + body)
        self.wfile.flush()

    def head(
        self, length: int, status: int = 200, content_type: str = JSON, extra: Mapping[str, str] | None = None
    ) -> bytes:
        """Write the status line and the header fields."""
        fields = {"Server": "nginx", "Content-Type": content_type, "Content-Length": str(length), **(extra or {})}
        if self.close_connection:
            fields["Connection"] = "close"
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            *(f"{name}: {text}" for name, text in fields.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _read_body(self) -> bytes | None:
        """Read the body of the announced length. Return None if the length is invalid or too large."""
        text = self.headers.get("Content-Length", "0")
        if not text.isdigit() or int(text) > BIGGEST_BODY:
            return None
        return self.rfile.read(int(text))

    def _call(self, body: bytes) -> None:
        if self.server.panel.lets_only_browsers and not self.headers.get("User-Agent", "").startswith("Mozilla/"):
            self.write(CHALLENGE, status=403, content_type=HTML)
            return
        if self.server.panel.takes_only_json and self.headers.get_content_type() != "application/json":
            self.write(b'{"error": "Unsupported Media Type"}', status=415)
            return
        fields = read_json(body) if self.server.panel.takes_only_json else read_form(body)
        number, planned = self.server.panel.receive(fields, self.headers.get("User-Agent", ""))
        call = Call(self, fields, number)
        try:
            if planned is not None:
                strike(planned, call)
                return
            answer = call.process()
            call.wait(self.server.panel.latency - (time.monotonic() - self._began))
            call.send(answer)
        finally:
            call.release()

    def _control(self, body: bytes) -> None:
        status, value = self.server.panel.control(self.command, self.path.removeprefix(CONTROL_PATH), body)
        # A request that makes the panel vanish is still answered, and then its connection is closed.
        self.close_connection = self.close_connection or self.server.stopping.is_set()
        self.write(json.dumps(value, default=str).encode(), status=status)


class Call:
    """One API call on a connection, as faults handle it."""

    def __init__(self, handler: Handler, fields: Mapping[str, str], number: int) -> None:
        self._handler = handler
        self._fields = fields
        self._number = number
        self._is_released = False

    def release(self) -> None:
        """Record once that the call has ended.

        This comes before its answer, because the next call may follow at once.
        """
        if not self._is_released:
            self._is_released = True
            self._handler.server.panel.release(self._fields.get("action", ""))

    def process(self) -> bytes:
        """Carry the call out and return the body of its right answer."""
        return self._handler.server.panel.answer(self._fields, self._number)

    def error(self, text: str) -> bytes:
        """Return the body of an error as this panel writes it."""
        return self._handler.server.panel.write_answer({"error": text}, self._fields)

    def last_order_id(self) -> str:
        """Return the id of the last accepted order, or ""."""
        return self._handler.server.panel.last_order_id()

    def is_beside_others(self) -> bool:
        """Return whether other calls of the same action are under way."""
        return self._handler.server.panel.under_way_now(self._fields.get("action", "")) > 1

    def is_second(self) -> bool:
        """Return whether this is every second call."""
        return self._number % 2 == 0

    def send(
        self, body: bytes, *, status: int = 200, content_type: str = JSON, extra: Mapping[str, str] | None = None
    ) -> None:
        """Send a whole answer and keep the connection."""
        self.release()
        self._handler.write(body, status=status, content_type=content_type, extra=extra)
        self._handler.server.panel.note_answered(self._number)

    def send_slowly(self, body: bytes, seconds: float, *, with_head: bool) -> None:
        """Send a whole answer slowly: a byte each `seconds`, of the body or of the whole answer."""
        head = self._handler.head(len(body))
        at_once, slowly = (b"", head + body) if with_head else (head, body)
        self._handler.wfile.write(at_once)
        for position in range(len(slowly)):
            self._handler.wfile.write(slowly[position : position + 1])
            self._handler.wfile.flush()
            self.wait(seconds)
        self._handler.server.panel.note_answered(self._number)

    def send_short(self, body: bytes, missing: int) -> None:
        """Send an answer that announces more bytes than it has, and close the connection."""
        self.release()
        self._handler.wfile.write(self._handler.head(len(body) + missing) + body)
        self._handler.close_connection = True

    def reset(self) -> None:
        """Close the connection with an RST.

        It is detached first, because a plain close ends the connection properly.
        """
        self.release()
        self._handler.close_connection = True
        connection = self._handler.connection
        _ignoring_errors(connection.setsockopt, socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        os.close(connection.detach())

    def wait(self, seconds: float | None) -> None:
        """Wait for some seconds (None: for ever), or until the panel stops."""
        if seconds is None or seconds > 0:
            self._handler.server.stopping.wait(seconds)


def read_form(body: bytes) -> dict[str, str]:
    """Return the fields of a form."""
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def read_json(body: bytes) -> dict[str, str]:
    """Return the texts of a JSON object, without anything else that it has."""
    try:
        fields = json.loads(body)
    except ValueError:
        return {}
    return {name: text for name, text in fields.items() if isinstance(text, str)} if isinstance(fields, dict) else {}


def _ignoring_errors(function: Any, *arguments: Any) -> None:
    """Call a function of a socket that the other side may have closed already."""
    try:
        function(*arguments)
    except OSError:
        return
