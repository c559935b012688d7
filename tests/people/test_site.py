"""The address of this site, for links in mails."""

from __future__ import annotations

import subprocess
import sys

import pytest

from panels.people.site import site_address


@pytest.mark.parametrize(
    ("origins", "hosts", "address"),
    [
        (["https://orders.example.com"], ["other.example.com"], "https://orders.example.com"),
        (["https://*.example.com"], ["orders.example.com"], "http://orders.example.com"),
        ([], [".example.com", "*", "orders.example.com"], "http://orders.example.com"),
        ([], ["*"], ""),
        ([], ["localhost", "127.0.0.1", "[::1]", "demo.localhost", "0.0.0.0"], ""),
        ([], ["localhost.", "localhost.localdomain", "ip6-localhost", "127.0.0.1.", "[::ffff:127.0.0.1]", ""], ""),
        (["http://LOCALHOST:8000", "http://127.0.0.2"], ["Orders.example.com."], "http://Orders.example.com."),
        (["http://localhost:8000"], ["localhost", "orders.example.com"], "http://orders.example.com"),
        ([], [], ""),
    ],
)
def test_the_address_of_the_site_is_the_one_of_the_settings(settings, origins, hosts, address):
    settings.CSRF_TRUSTED_ORIGINS, settings.ALLOWED_HOSTS, settings.HTTPS = origins, hosts, False
    assert site_address() == address
    settings.HTTPS = True
    assert site_address() == address.replace("http://", "https://")


def test_the_checks_of_the_web_server_are_loaded_before_any_model():
    subprocess.run([sys.executable, "-c", "import dashboard.checks"], check=True)
