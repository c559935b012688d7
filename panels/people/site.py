"""The address of this site, for links in mails. It needs no database, so a check can ask before the start."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

# What the usual /etc/hosts names loopback, beside the names that end with ".localhost".
NAMES_OF_HERE = ("localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback")


def site_address() -> str:
    """Return the address of this site as the settings name it, such as "https://orders.example.com", or "".

    A mail must not believe the Host header of a request, because a visitor chooses it.
    """
    scheme = "https" if settings.HTTPS else "http"
    hosts = [f"{scheme}://{host}" for host in settings.ALLOWED_HOSTS if not host.startswith(".")]
    named = [address for address in (*settings.CSRF_TRUSTED_ORIGINS, *hosts) if "*" not in address]
    return next((str(address) for address in named if not _is_here(urlsplit(address).hostname or "")), "")


def _is_here(host: str) -> bool:
    """Return whether a name leads each reader of a mail to their own machine, or to none."""
    # A name may end with a dot.
    name = host.removesuffix(".")
    if name in NAMES_OF_HERE or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return not name
    # An IPv4 address in the form of an IPv6 address.
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified
