"""Middleware that runs before Django's own: the health check, and the address of the visitor behind a proxy."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from dashboard.health import healthz

GetResponse = Callable[[HttpRequest], HttpResponse]


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

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._is_trusted(request.META.get("REMOTE_ADDR", "")):
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
            if not _is_address(hop):
                break
            nearest = hop
            if not self._is_trusted(hop):
                break
        return nearest

    def _is_trusted(self, text: str) -> bool:
        return _is_address(text) and any(ipaddress.ip_address(text) in network for network in self.networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
