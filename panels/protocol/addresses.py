"""Which addresses may be called: how the URL of a panel must look, and which IP addresses it may lead to."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import time
from typing import Any
from urllib.parse import SplitResult, urlsplit

from panels.protocol.errors import NotSent

# Seconds. A panel that moves to another address is found again after this time.
REMEMBERED_FOR = 10.0
_IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Never a panel: services of hosting providers that give out credentials of the machine to every process on it.
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        (
            # AWS, Google, Azure, Oracle, DigitalOcean, OpenStack and others, and all other link-local addresses.
            *("169.254.0.0/16", "fe80::/10"),
            # AWS, Google
            *("fd00:ec2::/32", "fd20:ce::/32"),
            # Azure, Alibaba, Oracle
            *("168.63.129.16/32", "100.100.100.200/32", "192.0.0.0/24"),
        ),
    )
)
# IPv6 addresses that end in an IPv4 address: compatible, mapped, translated, and two kinds of NAT64.
_ENDING_IN_IPV4 = tuple(
    map(ipaddress.ip_network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"))
)


class AddressRefused(NotSent):
    """The address itself is not allowed, so a retry changes nothing."""


def check_url(url: str, *, allow_http: bool) -> str | None:
    """Return the problem with the address of a panel as a sentence, or None if it is allowed.

    Does not look up the host name and sends nothing (docs/protocol.md, 1).
    """
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "The address must be plain ASCII without spaces. Write a name in another script as xn--…"
    try:
        parts = urlsplit(url)
        is_port_valid = parts.port != 0
    except ValueError:
        return "This is not a valid address."
    if parts.scheme not in {"https", "http"}:
        return "The address must begin with https://"
    if parts.scheme == "http" and not allow_http:
        return "With http://, anybody on the network can read the key. Use https:// (or set PANEL_ALLOW_HTTP)."
    return _check_parts(url, parts) if is_port_valid else "This is not a valid port."


def _check_parts(url: str, parts: SplitResult) -> str | None:
    if "@" in parts.netloc:
        return "The address must not contain a user name or a password."
    if "#" in url:
        return "The address must not contain a # part, because that part is never sent."
    if not parts.hostname:
        return "The address has no host name."
    if "%" in parts.hostname:
        return "The host name must not contain a % sign."
    return None


class Resolver:
    """Looks up the host of one client.

    Remembers the addresses for some seconds, because each order makes a new connection.
    """

    def __init__(self) -> None:
        self._found: list[Any] = []
        self._found_at = 0.0

    def addresses(self, host: str, port: int, timeout: float) -> list[Any]:
        """Return the addresses of the host as getaddrinfo gives them.

        `timeout` is in seconds. Raises TimeoutError after it, and OSError if the name cannot be resolved.
        """
        now, found = time.monotonic(), self._found
        if not found or now - self._found_at >= REMEMBERED_FOR:
            found = self._found = _resolve(host, port, timeout)
            self._found_at = now
        return found

    def forget(self) -> None:
        """Look the host up again next time, because its addresses did not answer."""
        self._found = []


def allowed(found: list[Any], host: str, *, allow_private: bool) -> list[Any]:
    """Return those addresses of a host that may be connected to.

    `found` is in the form of getaddrinfo. Raises AddressRefused if no address is allowed.
    """
    where = ", ".join(sorted({str(entry[4][0]) for entry in found}))
    panels = [entry for entry in found if not is_never_called(entry[4][0])]
    if not panels:
        raise AddressRefused(f"{host} is at {where}, which is an address of the hosting provider and never of a panel.")
    usable = panels if allow_private else [entry for entry in panels if is_public(entry[4][0])]
    if not usable:
        raise AddressRefused(f"{host} is at {where}, which is not a public address (see PANEL_ALLOW_PRIVATE_HOSTS).")
    return usable


def is_never_called(address: str) -> bool:
    """Say whether an IP address is refused with any settings. An address inside of an IPv6 address counts too."""
    ip: _IPAddress = ipaddress.ip_address(address.partition("%")[0])
    return any(each in network for each in (ip, *_ipv4_inside(ip)) for network in _NEVER)


def is_public(address: str) -> bool:
    """Say whether an IP address is public. Of an IPv6 address that contains an IPv4 address, the latter counts."""
    ip: _IPAddress = ipaddress.ip_address(address.partition("%")[0])
    inner = _embedded_ipv4(ip)
    if inner is not None:
        return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and (ip.version == 4 or ip in _GLOBAL_UNICAST)


def _ipv4_inside(ip: _IPAddress) -> list[ipaddress.IPv4Address]:
    """Return each IPv4 address that packets to an IPv6 address may reach."""
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    found = [*(ip.teredo or ())]
    if ip.sixtofour:
        found.append(ip.sixtofour)
    if any(ip in network for network in _ENDING_IN_IPV4):
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF))
    return found


def _embedded_ipv4(ip: _IPAddress) -> _IPAddress | None:
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour


def _resolve(host: str, port: int, timeout: float) -> list[Any]:
    """Look up a name within a time limit.

    The resolver of the system has no time limit, so it runs in a thread of its own.
    """
    outcome: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            outcome.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except Exception as exc:  # noqa: BLE001  raised again in the waiting thread
            outcome.put(exc)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        found = outcome.get(timeout=timeout)
    except queue.Empty:
        raise TimeoutError("name lookup") from None
    if isinstance(found, Exception):
        raise found
    return found
