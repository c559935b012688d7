"""The settings of gunicorn, and the server behind the proxy that the documentation shows."""

import contextlib
import ipaddress
import itertools
import os
import re
import shutil
import socket
import subprocess
import threading

import pytest
from django.db import connection
from gunicorn.config import Config

from dashboard import serving
from tests.bench.surroundings import database_url
from tests.processes import PATIENCE, ROOT, eventually, get, own_port

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
# What nginx needs outside of a site. One process, and nothing is written outside of the folder.
AROUND = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""
# Django reads the body of the second one, because it compares the cookie with a field of the form.
HALF = (
    b"GET /login/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    (
        b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\n"
    ),
    b"GET /healthz/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
)


def test_gunicorn_accepts_every_setting():
    config = Config()
    for name, value in vars(serving).items():
        if not name.startswith("__"):
            config.set(name, value)
    assert config.worker_class.__module__ == "dashboard.web_worker"


def test_the_server_listens_on_loopback_only():
    host, _, _ = serving.bind.partition(":")
    assert ipaddress.ip_address(host).is_loopback


def test_the_server_keeps_idle_connections_longer_than_nginx_and_caddy():
    assert serving.keepalive > 120


@pytest.fixture
def proxied(tmp_path, transactional_db, start):
    """Start the dashboard behind nginx with the site of the documentation. Yield the port of nginx."""
    if not NGINX and not os.environ.get("REQUIRE_ALL"):
        pytest.skip("no nginx here: apt-get install nginx")
    port, behind = own_port(), own_port()
    given = {"DATABASE_URL": database_url(connection.settings_dict["NAME"]), "QUEUE_URL": "memory://"}
    # One process, because another one might be the lucky one that answers.
    options = ("-c", "python:dashboard.serving", f"--bind=127.0.0.1:{behind}", "--workers=1", "dashboard.wsgi")
    web = start("-m", "gunicorn", *options, cwd=ROOT, DEBUG="on", ENV_FILE=os.devnull, **given)
    (tmp_path / "nginx.conf").write_text(AROUND.format(folder=tmp_path, site=shown_site(port, behind)))
    with (
        (tmp_path / "nginx.log").open("w") as log,
        subprocess.Popen([NGINX, "-e", "stderr", "-c", tmp_path / "nginx.conf"], stderr=log) as nginx,
    ):
        try:
            assert eventually(lambda: get(port) == 200), web.output + (tmp_path / "nginx.log").read_text()
            yield port
        finally:
            nginx.terminate()


def shown_site(port, behind):
    """Return the site of docs/operate.md with other ports, and without TLS."""
    (site,) = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs/operate.md").read_text(), re.DOTALL)
    changes = (
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        (r"server 127\.0\.0\.1:8000;", f"server 127.0.0.1:{behind};"),
        (r"ssl_certificate(_key)? \S+;", ""),
    )
    for shown, changed in changes:
        site, number = re.subn(shown, changed, site)
        assert number, shown
    return site


def test_three_hundred_half_sent_requests_stop_neither_pages_nor_the_health_check(proxied):
    went_on, end = threading.Semaphore(0), threading.Event()
    with contextlib.ExitStack() as opened:
        slow = [opened.enter_context(socket.create_connection(("127.0.0.1", proxied))) for _ in range(300)]
        for client, half in zip(slow, itertools.cycle(HALF), strict=False):
            client.sendall(half)

        def go_on():
            """Send one byte more of each request, again and again."""
            while not end.wait(0.05):
                for client in slow:
                    client.sendall(b"x")
                went_on.release()

        sender = threading.Thread(target=go_on)
        sender.start()
        opened.callback(sender.join)
        opened.callback(end.set)
        assert all(went_on.acquire(timeout=PATIENCE) for _ in range(3))
        assert all(get(proxied, path) == 200 for path in ("/healthz/", "/login/") * 5)
        assert sender.is_alive()
