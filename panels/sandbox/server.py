"""The HTTP side: a threaded HTTP/1.1 server with keep-alive, and one call on it as a fault gets to handle it."""

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

from panels.sandbox.faults import HTML, JSON, PlannedFault, strike

API_PATH = "/api/v2"
CONTROL_PATH = "/_sandbox/"
BIGGEST_BODY = 16 * 1024 * 1024
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Desk(Protocol):
    """What the server needs of the panel behind it."""

    latency: float

    def receive(self, fields: Mapping[str, str], caller: str) -> tuple[int, PlannedFault | None]:
        """Count a call; return its number and the fault that it meets."""

    def release(self, action: str) -> None:
        """Note that a call is no longer under way."""

    def note_answered(self, request_number: int) -> None:
        """Note that the whole answer to a call has been handed over for delivery."""

    def answer(self, fields: Mapping[str, str], request_number: int) -> bytes:
        """Carry a call out and return the body of its answer."""

    def last_order_id(self) -> str:
        """Name the last accepted order, "" if there is none."""

    def control(self, method: str, name: str, body: bytes) -> tuple[int, Any]:
        """Carry out what a test harness asks for; return the HTTP status and the JSON value."""


class PanelServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Listens on loopback only; closing it cuts every connection, which is what a stopped panel looks like."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, desk: Desk) -> None:
        self.desk = desk
        self.stopping = threading.Event()
        self._open: dict[Any, threading.Thread] = {}
        super().__init__(("127.0.0.1", port), Handler)
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def close(self) -> None:
        """Stop listening, end what waits and cut all connections but the caller's own."""
        self.stopping.set()
        # Whoever waits for a connection gets one, and then sees that it shall stop.
        socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        self._accepting.join()
        self.server_close()
        others = [entry for entry in list(self._open.items()) if entry[1] is not threading.current_thread()]
        for connection, _ in others:
            _ignoring_errors(connection.shutdown, socket.SHUT_RDWR)
        for _, thread in others:
            thread.join(timeout=1)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, and remember both."""
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
        """Stay silent about clients that went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Reads requests off one connection and hands the calls on."""

    server: PanelServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Buffered, so that a whole answer leaves in one packet.
    wbufsize = -1
    # Seconds after which an idle connection is closed.
    timeout = 75

    def parse_request(self) -> bool:
        """Note when a request has begun: reading it is part of the time that an answer takes."""
        self._began = time.monotonic()
        return super().parse_request()

    def do_GET(self) -> None:
        """Answer the control door; the API has no GET."""
        self._answer()

    def do_POST(self) -> None:
        """Hand the call to the API or to the control door."""
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
        """Keep quiet: the ledger and the counters are the log."""

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
        """Read what Content-Length announces; None if that is no length or too much."""
        text = self.headers.get("Content-Length", "0")
        if not text.isdigit() or int(text) > BIGGEST_BODY:
            return None
        return self.rfile.read(int(text))

    def _call(self, body: bytes) -> None:
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        number, planned = self.server.desk.receive(fields, self.headers.get("User-Agent", ""))
        call = Call(self, fields, number)
        try:
            if planned is not None:
                strike(planned, call)
                return
            answer = call.process()
            call.wait(self.server.desk.latency - (time.monotonic() - self._began))
            call.send(answer)
        finally:
            call.release()

    def _control(self, body: bytes) -> None:
        status, value = self.server.desk.control(self.command, self.path.removeprefix(CONTROL_PATH), body)
        # A panel that was told to vanish still says that it will, and that was the last on this connection.
        self.close_connection = self.close_connection or self.server.stopping.is_set()
        self.write(json.dumps(value, default=str).encode(), status=status)


class Call:
    """One API call on a connection: the Exchange of the faults."""

    def __init__(self, handler: Handler, fields: Mapping[str, str], number: int) -> None:
        self._handler = handler
        self._fields = fields
        self._number = number
        self._is_released = False

    def release(self) -> None:
        """Note once that the call is over: before its answer leaves, which the next call may follow at once."""
        if not self._is_released:
            self._is_released = True
            self._handler.server.desk.release(self._fields.get("action", ""))

    def process(self) -> bytes:
        """Carry the call out and return the body of its right answer."""
        return self._handler.server.desk.answer(self._fields, self._number)

    def last_order_id(self) -> str:
        """Name the last accepted order, "" if there is none."""
        return self._handler.server.desk.last_order_id()

    def send(
        self, body: bytes, *, status: int = 200, content_type: str = JSON, extra: Mapping[str, str] | None = None
    ) -> None:
        """Send a whole answer and keep the connection."""
        self.release()
        self._handler.write(body, status=status, content_type=content_type, extra=extra)
        self._handler.server.desk.note_answered(self._number)

    def send_slowly(self, body: bytes, seconds: float, *, with_head: bool) -> None:
        """Send a whole answer, its body or all of it a byte each so many seconds."""
        head = self._handler.head(len(body))
        at_once, slowly = (b"", head + body) if with_head else (head, body)
        self._handler.wfile.write(at_once)
        for position in range(len(slowly)):
            self._handler.wfile.write(slowly[position : position + 1])
            self._handler.wfile.flush()
            self.wait(seconds)
        self._handler.server.desk.note_answered(self._number)

    def send_short(self, body: bytes, missing: int) -> None:
        """Send an answer that promises more bytes than it holds, and close the connection."""
        self.release()
        self._handler.wfile.write(self._handler.head(len(body) + missing) + body)
        self._handler.close_connection = True

    def reset(self) -> None:
        """Close the connection with an RST; detached, because a plain close sends what a polite server sends first."""
        self.release()
        self._handler.close_connection = True
        connection = self._handler.connection
        _ignoring_errors(connection.setsockopt, socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        os.close(connection.detach())

    def wait(self, seconds: float | None) -> None:
        """Wait so long (None = for ever), or until the panel stops."""
        if seconds is None or seconds > 0:
            self._handler.server.stopping.wait(seconds)


def _ignoring_errors(function: Any, *arguments: Any) -> None:
    """Do something to a socket that its other end may have closed already."""
    try:
        function(*arguments)
    except OSError:
        return
