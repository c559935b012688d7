"""The processes of a running dashboard: their command lines with this interpreter, and where the web server answers."""

from __future__ import annotations

import ipaddress
import socket
import sys
from contextlib import suppress

from django.conf import settings
from gunicorn.util import parse_address  # type: ignore[import-untyped]

# A server that listens on every address also listens on loopback.
LOOPBACK = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104


def web(bind: str, *, workers: int = 2) -> list[str]:
    """Return the command line of the web server."""
    server = [sys.executable, "-m", "gunicorn", "--chdir", str(settings.BASE_DIR), "-c", "python:dashboard.serving"]
    return [*server, "--bind", bind, "--workers", str(workers), "dashboard.wsgi:application"]


def command(name: str, *arguments: str) -> list[str]:
    """Return the command line of a management command."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), name, *arguments]


def link(bind: str) -> str:
    """Return the address of the web server as a link, or as it was given if that is no link, such as a socket file."""
    address = parse_address(bind, default_port="8000")
    if not isinstance(address, tuple):
        return bind
    host, port = address
    if _reachable(host, port)[0] in LOOPBACK.values():
        # Passkeys need a host name.
        host = "localhost"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def is_local(bind: str) -> bool:
    """Return whether only this machine reaches the web server: a loopback address, or a socket file."""
    address = parse_address(bind, default_port="8000")
    if not isinstance(address, tuple):
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(address[0]).is_loopback
    return bool(address[0] == "localhost")


def is_healthy(bind: str) -> bool:
    """Ask the web server over a plain socket, because only code that calls panels may use an HTTP client."""
    with suppress(OSError), _connect(parse_address(bind, default_port="8000")) as connection:
        connection.settimeout(5)
        connection.sendall(b"GET /healthz/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
        with connection.makefile("rb") as answer:
            return answer.readline().split()[1:2] == [b"200"]
    return False


def _connect(address: tuple[str, int] | str) -> socket.socket:
    if isinstance(address, tuple):
        return socket.create_connection(_reachable(*address), timeout=5)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address)
    return connection


def _reachable(host: str, port: int) -> tuple[str, int]:
    return LOOPBACK.get(host, host), port
