"""The settings of gunicorn."""

import ipaddress

from gunicorn.config import Config

from dashboard import serving


def test_gunicorn_accepts_every_setting():
    config = Config()
    for name, value in vars(serving).items():
        if not name.startswith("__"):
            config.set(name, value)


def test_the_server_listens_on_loopback_only():
    host, _, _ = serving.bind.partition(":")
    assert ipaddress.ip_address(host).is_loopback
