"""Reads from a request where a visitor comes from: the network, and the device in words."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest

# A person with an IPv6 connection has at least this many bits to choose from.
IPV6_NETWORK = 64
# The first word that the User-Agent has counts, because most browsers also name others.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def network_of(request: HttpRequest) -> str | None:
    """Return the network of the visitor: an IPv4 address, or the first address of an IPv6 /64. None if it is not known.

    dashboard.middleware.TrustedProxies has set REMOTE_ADDR to the address of the visitor.
    """
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address.packed, IPV6_NETWORK), strict=False).network_address)


def device_of(request: HttpRequest) -> str:
    """Return the browser and the system of the visitor: "Firefox on Windows"."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    browser = next((name for word, name in BROWSERS if word in agent), "")
    system = next((name for word, name in SYSTEMS if word in agent), "")
    return " on ".join(filter(None, (browser, system))) or "Unknown device"
