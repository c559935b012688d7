"""Where a visitor comes from: the network, and the device in words."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from panels.people.visitors import device_of, network_of

WINDOWS, MAC = "Mozilla/5.0 (Windows NT 10.0; Win64; x64", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
ANDROID, IPHONE = "Mozilla/5.0 (Linux; Android 10; K", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("", None),
        ("unknown", None),
    ],
)
def test_a_network_is_an_ipv4_address_or_an_ipv6_network(address, network):
    assert network_of(RequestFactory().get("/", REMOTE_ADDR=address)) == network


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"{WINDOWS}; rv:139.0) Gecko/20100101 Firefox/139.0", "Firefox on Windows"),
        (f"{WINDOWS}) {WEBKIT} Chrome/136.0.0.0 Safari/537.36 Edg/136.0.0.0", "Edge on Windows"),
        (f"{MAC}) {WEBKIT} Chrome/136.0.0.0 Safari/537.36", "Chrome on Mac"),
        (f"{MAC}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15", "Safari on Mac"),
        (f"{ANDROID}) {WEBKIT} Chrome/136.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (
            f"{IPHONE}) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/136.0 Mobile Safari/604.1",
            "Chrome on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0", "Firefox on Linux"),
        ("curl/8.5.0", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_device_is_its_browser_and_its_system(agent, words):
    assert device_of(RequestFactory().get("/", headers={"User-Agent": agent})) == words
