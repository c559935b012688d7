"""The web worker: the health check beside busy threads, silent clients, and the end with idle connections."""

import contextlib
import http.client
import signal
import socket
import threading

import pytest

from dashboard import web_worker
from tests.processes import PATIENCE, eventually, get, own_port

# Every wait lasts far longer than a test. So a test that does not end shows a wait that should not be.
CONFIG = """
from gunicorn.workers import gthread
from dashboard import web_worker

gthread.DEFAULT_WORKER_DATA_TIMEOUT = web_worker.SILENT_FOR = 1e6
worker_class = "dashboard.web_worker.Worker"
workers = threads = 1
keepalive = graceful_timeout = 10**6
control_socket_disable = True
"""
SITE = """
import time
from pathlib import Path

def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow/":
        Path("began").touch()
        while not Path("go").exists():
            time.sleep(0.01)
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""


@pytest.fixture
def server(start, tmp_path):
    """Start a server with one thread, and yield it with its port."""
    (tmp_path / "config.py").write_text(CONFIG)
    (tmp_path / "site_of_test.py").write_text(SITE)
    port = own_port()
    bind = f"127.0.0.1:{port}"
    server = start("-m", "gunicorn", "-c", "config.py", "--bind", bind, "site_of_test:application", cwd=tmp_path)
    assert eventually(lambda: get(port, "/") == 200), server.output
    return server, port


def test_the_health_check_is_answered_while_all_threads_are_busy(server, tmp_path):
    _, port = server
    slow = threading.Thread(target=lambda: get(port, "/slow/"))
    slow.start()
    assert eventually((tmp_path / "began").exists)
    assert [get(port, "/healthz/"), get(port, "/healthz/?worker")] == [200, 200]
    (tmp_path / "go").touch()
    slow.join()


def test_silent_clients_and_half_a_health_check_keep_no_page_waiting(server):
    _, port = server
    with contextlib.ExitStack() as opened:
        for _ in range(3):
            opened.enter_context(socket.create_connection(("127.0.0.1", port)))
        assert get(port, "/") == 200
        half = opened.enter_context(socket.create_connection(("127.0.0.1", port)))
        half.sendall(b"GET /healthz/ HTTP/1.1\r\nHost: here\r\n")
        assert get(port, "/healthz/") == 200


@pytest.mark.parametrize("header", ["Content-Length: 5", "content-length:5", "Transfer-Encoding: chunked"])
def test_a_health_check_whose_body_may_not_come_does_not_take_the_thread_for_health_checks(header):
    assert not web_worker._is_health_check(f"GET /healthz/ HTTP/1.1\r\nHost: here\r\n{header}\r\n\r\n".encode())
    whole = b"GET /healthz/ HTTP/1.1\r\nHost: here\r\n\r\n"
    assert web_worker._is_health_check(whole)
    assert web_worker._is_health_check(whole + b"content-length: 5")


def test_a_connection_is_used_again_and_idle_connections_do_not_hold_up_the_end(server):
    running, port = server
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(kept), socket.create_connection(("127.0.0.1", port)):
        for _ in range(2):
            kept.request("GET", "/")
            answer = kept.getresponse()
            assert (answer.read(), answer.will_close) == (b"ok", False)
        # The server accepts connections in their order, so it knows the silent one by now.
        assert get(port, "/") == 200
        running.signal(signal.SIGTERM)
        assert running.wait() == 0
