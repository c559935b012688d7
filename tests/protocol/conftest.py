"""Shared by the tests of the protocol: transports to loopback, clients of tiny panels, recorded answers and orders."""

import json
import socket
import ssl
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import trustme
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from panels.protocol import addresses
from panels.protocol.account import Account
from panels.protocol.client import PanelClient
from panels.protocol.errors import Refused
from panels.protocol.exchange import Endpoint
from panels.protocol.order_types import Checked, Offer
from panels.protocol.transport import Transport
from panels.protocol.wire import Answer
from tests.factories import make_service
from tests.servers import Server, http

KEY = "s3cret+key/=="
FORM = {"key": KEY, "action": "balance"}
GOOD = http(b'{"balance": "1"}')
BUSY = http(b"<h1>busy</h1>", status="503 Service Unavailable")
NOT_FOUND = {"error": "Incorrect order ID"}
ANSWERS = Path(__file__).parents[1] / "answers"
MODESTLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LINK = "https://example.com/p/1"
RATE = Decimal("1.5")
QUANTITY = {"link": LINK, "quantity": "20"}
TRAFFIC = {**QUANTITY, "country": "US", "device": "5"}


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture(scope="module")
def tls(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "panel.example").configure_cert(context)
    return context


@pytest.fixture
def connect(ca_file):
    """Make transports that may call loopback, and close them."""
    made = []

    def make(url, **options):
        options = {"allow_private_hosts": True, "allow_http": True, **options}
        made.append(Transport(Endpoint(url, **options), ca_file=ca_file))
        return made[-1]

    yield make
    for each in made:
        each.close()


def unused_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def resolve_to(monkeypatch, *hosts, port=None):
    """Make every name resolve to these addresses, and return the list of the names that are looked up."""
    asked = []
    real = socket.getaddrinfo

    def fake(host, wanted, *args, **kwargs):
        asked.append(host)
        return [entry for each in hosts for entry in real(each, port or wanted, *args, **kwargs)]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", fake)
    return asked


class Key:
    def reveal(self):
        return KEY


class Clock:
    """Records the waits instead of waiting."""

    def __init__(self):
        self.waits = []

    def __call__(self, seconds):
        self.waits.append(seconds)


def replying(reply):
    """Answer every form with the value of `reply(form)`: bytes as they are, other values as JSON, None by closing."""

    def behave(connection, server):
        while server.receive(connection):
            answer = reply(server.forms[-1])
            if answer is None:
                return
            connection.sendall(answer if isinstance(answer, bytes) else http(json.dumps(answer).encode()))

    return behave


def in_turn(*answers):
    """Give one answer after the other to any form."""
    waiting = list(answers)
    return lambda form: waiting.pop(0)


@contextmanager
def client_of(reply, **options):
    """Run a panel and a client of it. The client has the panel as `server` and its waits in `clock`."""
    names = ("pace", "sleep")
    hooks = {name: options.pop(name) for name in names if name in options}
    clock = Clock()
    with Server(replying(reply)) as server:
        options = {"api_url": server.url, "allow_private_hosts": True, "allow_http": True, **options}
        with PanelClient(Account(api_key=Key(), **options), **{"sleep": clock, **hooks}) as api:
            api.clock = clock
            api.server = server
            yield api


def forms_of(api):
    forms = api.server.forms
    assert all(form.pop("key") == KEY for form in forms)
    return forms


def status(word="In progress", **more):
    return {"charge": "0.5", "start_count": "1", "status": word, "remains": "7", "currency": "USD", **more}


def refusing_the_plural(objection, singles=None):
    """Answer like a panel that knows only the single form: `objection` to the plural, and `singles` to single ids."""

    def reply(form):
        one = form.get("order") or form.get("refill")
        if not one:
            return objection
        usual = {"status": status(), "refill": {"refill": f"9{one}"}, "cancel": {"success": "ok"}}
        usual["refill_status"] = {"status": "Completed"}
        return (singles or {}).get(one, usual[form["action"]])

    return reply


def only_ipv4():
    real = socket.getaddrinfo
    return lambda host, port, **kwargs: real("127.0.0.1", port, **kwargs)


def recorded(name, http_status=200, **extra):
    """Return an answer with a recorded body. `extra` has its other fields."""
    return Answer(http_status, (ANSWERS / name).read_bytes(), **extra)


def saying(value, http_status=200):
    return Answer(http_status, json.dumps(value).encode())


def told(outcomes):
    """Return outcomes with the text and reason of each Refused, so that they can be compared."""
    return {key: (value.text, value.reason) if isinstance(value, Refused) else value for key, value in outcomes.items()}


@pytest.fixture
def service(db):
    # No panel uses such an id.
    return make_service(remote_id="the first")


def offer(type_="default", **changes) -> Offer:
    return replace(Offer(type_, RATE, 10, 100), **changes)


def errors_of(checked: Checked) -> dict[str, str]:
    return {name: " ".join(messages) for name, messages in checked.errors.items()}


any_text = st.one_of(
    st.text(st.characters(), max_size=30),
    st.sampled_from(["0", "1", "20", "1,000", "31/12/2030", "https://e.com/x", "a\r\nb\n\n c", "\x00", "9" * 5_000]),
    st.integers(-5, 200).map(str),
)
