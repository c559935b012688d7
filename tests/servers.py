"""Small servers for tests. Each passes its connections to a function with the behaviour that the test needs."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from urllib.parse import parse_qsl


class Server:
    """Listens on loopback and runs `behave(connection, server)` in a thread for every connection."""

    def __init__(
        self,
        behave: Callable[[socket.socket, Server], None],
        *,
        context: ssl.SSLContext | None = None,
        host="127.0.0.1",
    ) -> None:
        self.behave = behave
        self.context = context
        self.connections = 0
        self.requests: list[bytes] = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Server:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://localhost:{self.port}/api/v2"

    @property
    def forms(self) -> list[dict[str, str]]:
        return [dict(parse_qsl(request.partition(b"\r\n\r\n")[2].decode())) for request in self.requests]

    def receive(self, connection: socket.socket) -> bytes:
        """Read and keep one whole request. Return b"" after the client has closed."""
        data = b""
        while b"\r\n\r\n" not in data:
            if not (more := connection.recv(65536)):
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += connection.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
                self._open.append(connection)
                stack.enter_context(connection)
            self.behave(connection, self)


def http(body: bytes, *headers: str, status: str = "200 OK", length: bool = True) -> bytes:
    """Build the bytes of an answer."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answering(*answers: bytes) -> Callable[[socket.socket, Server], None]:
    """Give these answers one after the other, over all connections, and repeat the last one."""
    waiting = list(answers)

    def behave(connection: socket.socket, server: Server) -> None:
        while server.receive(connection):
            connection.sendall(waiting.pop(0) if len(waiting) > 1 else waiting[0])

    return behave


def once(data: bytes) -> Callable[[socket.socket, Server], None]:
    """Send these bytes to the first request and close."""

    def behave(connection: socket.socket, server: Server) -> None:
        server.receive(connection)
        connection.sendall(data)

    return behave


def trickling(data: bytes, *, pause: float = 0.05) -> Callable[[socket.socket, Server], None]:
    """Send some bytes at once, and then one byte at a time without end."""

    def behave(connection: socket.socket, server: Server) -> None:
        server.receive(connection)
        connection.sendall(data)
        while True:
            connection.sendall(b"x")
            time.sleep(pause)

    return behave


def reset(connection: socket.socket) -> None:
    """Close with a reset instead of a proper end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()
