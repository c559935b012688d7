"""Middleware: the health check, the visitor behind a proxy, the headers of pages, and the page about a wrong method."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from dashboard.health import healthz
from panels.pages.htmx import wants_fragment

logger = logging.getLogger(__name__)

# The features of browsers that a script could misuse.
DENIED = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
    "microphone", "midi", "payment", "usb",
)  # fmt: skip
# A page that sets one of these itself keeps its own.
PAGE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in DENIED),
}

GetResponse = Callable[[HttpRequest], HttpResponse]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class HealthCheck:
    """Answers /healthz/ for any Host header, without a login or a redirect to https."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz/":
            return healthz(request)
        return self.get_response(request)


class TrustedProxies:
    """Sets REMOTE_ADDR to the address of the visitor. Only TRUSTED_PROXIES may send forwarded headers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.networks = [ipaddress.ip_network(text, strict=False) for text in settings.TRUSTED_PROXIES]
        self.is_told = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._is_trusted(_address(request.META.get("REMOTE_ADDR", ""))):
            request.META["REMOTE_ADDR"] = self._visitor(request)
        else:
            for header in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"):
                request.META.pop(header, None)
        return self.get_response(request)

    def _visitor(self, request: HttpRequest) -> str:
        """Return the nearest address that is not a trusted proxy. Anybody can forge the addresses left of it."""
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        nearest: str = request.META["REMOTE_ADDR"]
        for hop in reversed(hops):
            address = _address(hop)
            if address is None:
                self._tell(nearest, hop)
                break
            nearest = str(address)
            if not self._is_trusted(address):
                break
        return nearest

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.networks)

    def _tell(self, proxy: str, hop: str) -> None:
        """Log once that a header cannot be read, because all visitors look like one then."""
        if not self.is_told:
            self.is_told = True
            logger.warning("X-Forwarded-For from %s has no address: %.100r. Its visitors look like one.", proxy, hop)


class PageHeaders:
    """Keeps pages and downloads out of caches, and denies browsers what no page needs.

    Static files are served before it, so they stay in caches.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in PAGE_HEADERS.items():
            response.setdefault(name, value)
        return response


class NotAllowedPage:
    """Shows a page where an address only takes forms. Django's own answer is empty, which looks like a broken site.

    A person comes there by a reload, or by a sign-in that leads back to the address.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or wants_fragment(request):
            return response
        page = render(request, "405.html", status=response.status_code)
        page["Allow"] = response["Allow"]
        return page


def _address(hop: str) -> Address | None:
    """Return the address of a hop, or None. Some proxies add a port: "192.0.2.1:443", "[2001:db8::1]:443"."""
    bare = hop.strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        return None
