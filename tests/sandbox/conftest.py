"""A caller that uses only HTTP, and panels that are started and stopped for a test."""

import http.client
import json
from urllib.parse import urlencode, urlsplit

import pytest

from panels.sandbox import SandboxPanel
from tests.processes import PATIENCE

LINK = "https://www.instagram.com/p/abc"
# Seconds, longer than any order takes.
LONG = 1_000
EXAMPLES = {
    "link": LINK,
    "comments": "Nice!\nSo good\nWow\nGreat\nMore\nof\nthis",
    "usernames": "\n".join(f"user{number}" for number in range(30)),
    "hashtags": "#one\n#two",
    "hashtag": "summer",
    "username": "somebody",
    "media": "https://www.instagram.com/p/xyz",
    "answer_number": "2",
    "groups": "https://t.me/one\nhttps://t.me/two",
    "keywords": "shoes\nboots",
    "country": "US",
    "device": "1",
    "type_of_traffic": "1",
    "google_keyword": "shoes",
    "delay": "0",
}


class Caller:
    """A client that uses only HTTP."""

    def __init__(self, panel):
        self.panel = panel
        address = urlsplit(panel.api_url)
        self.path = address.path
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)

    def answer(self, **fields):
        body = urlencode({"key": self.panel.key, **fields})
        try:
            self.connection.request("POST", self.path, body, {"Content-Type": "application/x-www-form-urlencoded"})
            response = self.connection.getresponse()
            return response, response.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise

    def __call__(self, action, **fields):
        response, body = self.answer(action=action, **fields)
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/json"
        return json.loads(body)

    def add(self, service=None, **fields):
        service = service or self.panel.pick()
        fields = {"link": LINK, "quantity": service.min, **fields}
        return self("add", service=service.id, **fields)

    def control(self, method, name, **wishes):
        self.connection.request(method, f"/_sandbox/{name}", json.dumps(wishes))
        response = self.connection.getresponse()
        return response.status, json.loads(response.read())


@pytest.fixture
def start():
    """Start panels, and stop them with their callers afterwards."""
    callers = []

    def start(dialect="003", **options):
        panel = SandboxPanel(dialect, "right-key", **options)
        panel.start()
        callers.append(Caller(panel))
        return callers[-1]

    yield start
    for call in callers:
        call.connection.close()
        call.panel.stop()


@pytest.fixture
def call(start):
    return start()


@pytest.fixture
def timers(monkeypatch):
    """The timers that a panel starts, each as (seconds, function). They never run by themselves."""
    started = []

    class Timer:
        def __init__(self, *wanted):
            self.wanted = wanted

        def start(self):
            started.append(self.wanted)

        def cancel(self):
            pass

    monkeypatch.setattr("panels.sandbox.panel.threading.Timer", Timer)
    return started


@pytest.fixture(params=["000", "003"])
def either(request, start):
    return start(request.param)


def refillable_order(call):
    order_id = str(call.add(call.panel.pick(refill=True))["order"])
    call.panel.finish(order_id, "Completed")
    return order_id


def bytes_until_end(panel, **fields):
    """Call the panel on a bare socket, and return all bytes that it sends before it closes."""
    call = Caller(panel)
    call.connection.connect()
    body = urlencode({"key": panel.key, **fields})
    call.connection.sock.sendall(
        f"POST {call.path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    got = b""
    try:
        while piece := call.connection.sock.recv(4096):
            got += piece
    finally:
        call.connection.close()
    return got


def add_fields(panel):
    service = panel.pick()
    return {"action": "add", "service": service.id, "link": LINK, "quantity": service.min}
