"""The transport over real sockets: the request, when it counts as sent, the answer, and the libraries below."""

import gc
import gzip
import http.client
import inspect
import json
import logging
import os
import re
import socket
import ssl
import threading
import time
import traceback
import tracemalloc
import zlib
from pkgutil import resolve_name
from typing import NamedTuple

import pytest
import requests
import trustme
import urllib3

from panels.protocol import addresses, transport
from panels.protocol.addresses import AddressRefused
from panels.protocol.body import KEPT, Bounds
from panels.protocol.errors import NotSent, OutcomeUnknown
from panels.protocol.exchange import Endpoint
from panels.protocol.transport import Transport
from tests import servers
from tests.protocol.conftest import FORM, GOOD, KEY, unused_port
from tests.servers import Server, answering, once, reset, trickling


class TestForm:
    def test_the_form_is_in_the_body_and_the_address_is_kept_verbatim(self, connect):
        with Server(answering(GOOD)) as server:
            url = f"http://localhost:{server.port}//api/%7e/../v2/?a=%2f&b=[1]"
            answer = connect(url).post({"key": KEY, "action": "add", "comments": "ä\nb&c"})
        assert answer.http_status == 200
        assert answer.body == b'{"balance": "1"}'
        head = server.requests[0].partition(b"\r\n\r\n")[0].decode()
        assert head.startswith("POST //api/%7e/../v2/?a=%2f&b=[1] HTTP/1.1\r\n")
        assert f"Host: localhost:{server.port}\r\n" in head
        assert "Content-Type: application/x-www-form-urlencoded" in head
        assert KEY not in head
        assert server.forms == [{"key": KEY, "action": "add", "comments": "ä\nb&c"}]

    def test_a_file_is_fetched_without_a_body_over_a_connection_of_its_own(self, connect):
        with Server(answering(GOOD)) as server:
            transport = connect(f"http://localhost:{server.port}/a.xml?b=1")
            for _ in range(2):
                assert transport.get(bounds=Bounds(100, 10)).body == b'{"balance": "1"}'
            assert transport.get(bounds=Bounds(5, 10)).excess
            assert server.connections == 3
        assert all(request.startswith(b"GET /a.xml?b=1 HTTP/1.1\r\n") for request in server.requests)
        assert all(request.endswith(b"\r\n\r\n") for request in server.requests)

    @pytest.mark.parametrize(("tail", "target"), [("", "/"), ("?a=1", "/?a=1"), ("/s", "/s"), ("/api/v2/", "/api/v2/")])
    def test_the_request_line_holds_the_rest_of_the_address(self, connect, tail, target):
        with Server(answering(GOOD)) as server:
            connect(f"http://localhost:{server.port}{tail}").post(FORM)
        assert server.requests[0].startswith(f"POST {target} HTTP/1.1\r\n".encode())

    def test_the_user_agent_names_this_product(self, connect):
        with Server(answering(GOOD)) as server:
            connect(server.url).post(FORM)
        assert b"\r\nUser-Agent: panel-dashboard" in server.requests[0]

    def test_another_user_agent_replaces_it_on_every_connection(self, connect):
        with Server(answering(GOOD)) as server:
            transport = connect(server.url, user_agent="Mozilla/5.0 (X11; rv:140.0)")
            transport.post(FORM)
            transport.post(FORM, fresh=True)
        for request in server.requests:
            assert request.count(b"\r\nUser-Agent: ") == 1
            assert b"\r\nUser-Agent: Mozilla/5.0 (X11; rv:140.0)\r\n" in request

    @pytest.mark.parametrize("name", ["Mozilla\r\nX-Key: 1", "Mozilla\nX", "Mozilla\r", "Möz\u2028illa"])
    def test_a_user_agent_never_adds_a_header(self, connect, name):
        with Server(answering(GOOD)) as server, pytest.raises(NotSent):
            connect(server.url, user_agent=name).post(FORM)
        assert server.requests == []

    def test_a_json_body_has_the_same_names_and_texts_as_the_form(self, connect):
        fields = {"key": KEY, "action": "add", "quantity": "0100", "comments": 'ä\nb&c "d" \\'}
        with Server(answering(GOOD)) as server:
            assert connect(server.url, sends_json=True).post(fields, fresh=True).body == b'{"balance": "1"}'
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert json.loads(body) == fields
        assert b"\r\nContent-Type: application/json\r\n" in head
        assert f"\r\nContent-Length: {len(body)}".encode() in head
        assert KEY.encode() not in head

    def test_cookies_are_not_kept(self, connect):
        with Server(answering(servers.http(b"{}", "Set-Cookie: a=b"))) as server:
            client = connect(server.url)
            client.post(FORM)
            client.post(FORM)
        assert b"ookie" not in server.requests[1]

    def test_idle_connections_are_used_again_but_not_by_a_fresh_call(self, connect, tls):
        with Server(answering(GOOD), context=tls) as server:
            client = connect(server.url)
            client.post(FORM)
            client.post(FORM)
            assert server.connections == 1
            client.post(FORM, fresh=True)
            client.post(FORM)
            assert server.connections == 2
        assert b"\r\nConnection: close" in server.requests[2]

    def test_several_threads_may_share_a_transport(self, connect):
        def echo(connection, server):
            while data := server.receive(connection):
                time.sleep(0.01)
                connection.sendall(servers.http(data.partition(b"\r\n\r\n")[2]))

        with Server(echo) as server:
            client = connect(server.url)
            seen = {}

            def ask(number):
                for turn in range(5):
                    seen[number, turn] = client.post({"n": f"{number}.{turn}"}).body

            threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert seen == {(number, turn): f"n={number}.{turn}".encode() for number in range(8) for turn in range(5)}


class TestSent:
    def test_a_refused_connection_is_not_sent(self, connect):
        with pytest.raises(NotSent, match="refused"):
            connect(f"http://127.0.0.1:{unused_port()}/").post(FORM)

    def test_a_name_that_does_not_resolve_is_not_sent(self, connect, monkeypatch):
        def fail(*_, **__):
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(addresses.socket, "getaddrinfo", fail)
        with pytest.raises(NotSent, match="name could not be resolved"):
            connect("http://panel.example/").post(FORM)

    def test_an_untrusted_certificate_is_not_sent(self, connect, tls, authority):
        stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("localhost").configure_cert(stranger)
        with Server(answering(GOOD), context=stranger) as server, pytest.raises(NotSent, match="certificate"):
            connect(server.url).post(FORM)
        assert server.requests == []

    def test_a_certificate_for_another_name_is_not_sent(self, connect, tls):
        with Server(answering(GOOD), context=tls) as server, pytest.raises(NotSent, match="certificate"):
            connect(f"https://127.0.0.1:{server.port}/").post(FORM)
        assert server.requests == []

    def test_the_usual_authorities_do_not_vouch_for_a_private_one(self, tls):
        with Server(answering(GOOD), context=tls) as server:
            client = Transport(Endpoint(server.url, allow_private_hosts=True))
            with pytest.raises(NotSent, match="certificate"):
                client.post(FORM)

    def test_a_handshake_that_fails_is_not_sent(self, connect):
        def babble(connection, server):
            connection.recv(100)
            connection.sendall(b"this is no TLS at all, not even nearly")

        with Server(babble) as server, pytest.raises(NotSent):
            connect(f"https://localhost:{server.port}/").post(FORM)

    def test_a_server_that_closes_during_the_handshake_is_not_sent(self, connect):
        with Server(lambda connection, server: connection.recv(10)) as server, pytest.raises(NotSent):
            connect(f"https://localhost:{server.port}/").post(FORM)

    @pytest.mark.parametrize("is_secure", [False, True])
    def test_a_server_that_closes_before_the_request_may_have_it(self, connect, tls, is_secure):
        behave = lambda connection, server: time.sleep(0.05)  # noqa: E731
        with Server(behave, context=tls if is_secure else None) as server, pytest.raises(OutcomeUnknown):
            connect(server.url).post(FORM)

    @pytest.mark.parametrize("is_secure", [False, True])
    def test_a_server_that_closes_after_the_request_may_have_it(self, connect, tls, is_secure):
        with Server(once(b""), context=tls if is_secure else None) as server, pytest.raises(OutcomeUnknown):
            connect(server.url).post(FORM)
        assert len(server.requests) == 1

    def test_a_reset_after_the_request_is_unknown(self, connect):
        def behave(connection, server):
            server.receive(connection)
            reset(connection)

        with Server(behave) as server, pytest.raises(OutcomeUnknown, match="connection broke"):
            connect(server.url).post(FORM)

    def test_a_bad_tls_record_after_the_request_is_unknown(self, connect, tls):
        def behave(connection, server):
            server.receive(connection)
            # These bytes must reach the client without encryption.
            os.write(connection.fileno(), b"\x17\x03\x03\x00\x20" + b"z" * 32)
            time.sleep(0.2)

        with Server(behave, context=tls) as server, pytest.raises(OutcomeUnknown, match="encryption failed"):
            connect(server.url).post(FORM)
        assert server.forms == [FORM]

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"HTTP/1.1 200 OK\r\n",
            b"no http at all\r\n\r\n",
            servers.http(b"zz\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False),
            servers.http(b"-1\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False),
            servers.http(b"5\r\nhel", "Transfer-Encoding: chunked", length=False),
            servers.http(b"5\r\nhello\r\n", "Transfer-Encoding: chunked", length=False),
            servers.http(b"{}", "Content-Length: 3", length=False),
            servers.http(b"no gzip", "Content-Encoding: gzip"),
            servers.http(gzip.compress(b'{"order": 1}' * 50)[:-12], "Content-Encoding: gzip"),
            servers.http(b"{}", "Content-Encoding: br"),
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        ],
    )
    def test_a_broken_answer_is_unknown_or_empty(self, connect, data):
        with Server(once(data)) as server:
            try:
                answer = connect(server.url).post(FORM)
            except OutcomeUnknown:
                return
            assert answer.body == b""

    # urllib3 does not close such an answer, so the garbage collector does.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_an_answer_of_two_lengths_is_unknown(self, connect):
        with Server(once(b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nab")) as server:
            with pytest.raises(OutcomeUnknown):
                connect(server.url).post(FORM)
            gc.collect()

    def test_any_bug_after_the_first_byte_is_unknown(self, connect, monkeypatch):
        def fail(*_):
            raise KeyError("a bug in some library")

        monkeypatch.setattr(transport, "_read_answer", fail)
        with Server(answering(GOOD)) as server, pytest.raises(OutcomeUnknown, match="may have arrived"):
            connect(server.url).post(FORM)

    def test_any_bug_before_the_first_byte_is_not_sent(self, connect, monkeypatch):
        def fail(*_, **__):
            raise KeyError("a bug in some library")

        monkeypatch.setattr(transport._Connection, "putrequest", fail)
        with Server(answering(GOOD)) as server:
            with pytest.raises(NotSent, match="Nothing was sent"):
                connect(server.url).post(FORM)
            with pytest.raises(NotSent):
                connect(server.url).post({"key": "\ud800"})
        assert server.requests == []


class TestBody:
    def test_a_body_ends_with_its_connection_when_nothing_else_says_so(self, connect):
        with Server(once(servers.http(b'{"a": 1}', length=False))) as server:
            assert connect(server.url).post(FORM).body == b'{"a": 1}'

    def test_such_a_body_is_not_whole_when_the_connection_is_reset(self, connect):
        def behave(connection, server):
            server.receive(connection)
            connection.sendall(servers.http(b'{"a": 1}', length=False))
            time.sleep(0.1)
            reset(connection)

        with Server(behave) as server, pytest.raises(OutcomeUnknown):
            connect(server.url).post(FORM)

    def test_chunks_are_joined(self, connect):
        body = b"4\r\n[1, \r\n2;x=y\r\n2]\r\n0\r\nT: 1\r\n\r\n"
        with Server(answering(servers.http(body, "Transfer-Encoding: chunked", length=False))) as server:
            client = connect(server.url)
            assert client.post(FORM).body == b"[1, 2]"
            assert client.post(FORM).body == b"[1, 2]"
        assert server.connections == 1

    @pytest.mark.parametrize(
        ("coding", "pack"), [("gzip", gzip.compress), ("GZip ", gzip.compress), ("deflate", zlib.compress)]
    )
    def test_packed_bodies_are_unpacked(self, connect, coding, pack):
        with Server(answering(servers.http(pack(b"[1]"), f"Content-Encoding: {coding}"))) as server:
            assert connect(server.url).post(FORM).body == b"[1]"

    def test_a_chunk_of_negative_size_is_not_read_to_the_end_of_the_connection(self, connect):
        start = servers.http(b"-1\r\n", "Transfer-Encoding: chunked", length=False)
        with Server(trickling(start)) as server:
            started = time.monotonic()
            with pytest.raises(OutcomeUnknown):
                connect(server.url, total_timeout=60).post(FORM)
            assert time.monotonic() - started < 50

    @pytest.mark.parametrize("is_chunked", [False, True])
    def test_of_a_body_above_the_cap_only_the_beginning_is_read(self, connect, is_chunked):
        body = b"x" * (2 * 1024 * 1024)
        if is_chunked:
            answer = servers.http(b"200000\r\n" + body + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False)
        else:
            answer = servers.http(body)
        with Server(once(answer)) as server:
            read = connect(server.url).post(FORM)
        assert (read.body, read.excess) == (b"x" * KEPT, "The panel's answer is larger than 1 MiB.")

    def test_of_a_small_body_that_unpacks_to_a_huge_one_only_the_beginning_is_read(self, connect):
        packer = zlib.compressobj(wbits=zlib.MAX_WBITS + 16)
        bomb = b"".join(packer.compress(b"\0" * 1024 * 1024) for _ in range(256)) + packer.flush()
        assert len(bomb) < 1024 * 1024
        with Server(answering(servers.http(bomb, "Content-Encoding: gzip"))) as server:
            tracemalloc.start()
            try:
                assert "larger" in connect(server.url).post(FORM).excess
                assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
            finally:
                tracemalloc.stop()

    def test_a_connection_with_an_answer_that_was_not_read_to_its_end_is_not_used_again(self, connect):
        huge = servers.http(b"x" * 4_000_000, "Location: https://other.example/", status="302 Found")
        with Server(answering(huge, GOOD)) as server:
            client = connect(server.url)
            read = client.post(FORM, bounds=Bounds(1024, 10))
            assert (read.http_status, read.location, "larger" in read.excess) == (302, "https://other.example/", True)
            assert client.post(FORM).body == b'{"balance": "1"}'
            assert server.connections == 2

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [("7", 7), ("999999999", 86_400), ("9" * 5000, 86_400), ("soon", None), ("", None), ("-1", None), ("²", None)],
    )
    def test_retry_after_is_read_in_seconds(self, connect, value, seconds):
        with Server(
            answering(servers.http(b"{}", f"Retry-After: {value}".encode().decode("latin-1"), status="429 Slow"))
        ) as server:
            answer = connect(server.url).post(FORM)
        assert (answer.http_status, answer.retry_after) == (429, seconds)

    def test_retry_after_is_read_as_a_date(self, connect):
        past = "Wed, 21 Oct 2015 07:28:00 GMT"
        future = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60))
        answers = [servers.http(b"", f"Retry-After: {value}", status="503 Busy") for value in (past, future)]
        with Server(answering(*answers)) as server:
            client = connect(server.url)
            assert client.post(FORM).retry_after == 0
            assert 50 < client.post(FORM).retry_after <= 60


class TestWhere:
    def test_a_redirect_is_reported_and_not_followed(self, connect):
        with Server(answering(GOOD)) as other:
            moved = servers.http(b"", f"Location: {other.url}", status="302 Found")
            with Server(answering(moved)) as server:
                answer = connect(server.url).post(FORM)
        assert (answer.http_status, answer.location) == (302, other.url)
        assert other.connections == 0

    def test_the_environments_proxies_and_certificates_are_ignored(self, connect, tls, monkeypatch):
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port()}")
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
            monkeypatch.setenv(name, "/nowhere.pem")
        with Server(answering(GOOD)) as server:
            assert connect(server.url).post(FORM).http_status == 200
        with Server(answering(GOOD), context=tls) as server:
            assert connect(server.url).post(FORM).http_status == 200

    def test_netrc_is_ignored(self, connect, monkeypatch, tmp_path):
        (tmp_path / ".netrc").write_text("machine localhost login somebody password secret\n")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        assert requests.utils.get_netrc_auth("http://localhost/") == ("somebody", "secret")
        with Server(answering(GOOD)) as server:
            connect(server.url).post(FORM)
        assert b"uthorization" not in server.requests[0]

    def test_plain_http_is_refused_unless_allowed(self, connect):
        with Server(answering(GOOD)) as server, pytest.raises(AddressRefused, match="https://"):
            connect(server.url, allow_http=False).post(FORM)
        assert server.connections == 0


class TestKey:
    def shown(self, error):
        chain = []
        exc = error
        while exc is not None:
            chain += [str(exc), repr(exc), repr(exc.args)]
            exc = exc.__cause__ or exc.__context__
        return "\n".join([*chain, *traceback.format_exception(error)])

    @pytest.mark.parametrize("sends_json", [False, True])
    @pytest.mark.parametrize("is_echoing", [False, True])
    def test_the_key_is_in_no_error_and_no_log(self, connect, caplog, is_echoing, sends_json):
        def echo(connection, server):
            form = server.receive(connection).partition(b"\r\n\r\n")[2]
            connection.sendall(form + b"\r\n\r\n" if is_echoing else b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}")

        caplog.set_level(logging.DEBUG)
        errors = []
        with Server(echo) as server:
            client = connect(server.url, sends_json=sends_json)
            for _ in range(2):
                with pytest.raises(OutcomeUnknown) as caught:
                    client.post(FORM)
                errors.append(caught.value)
        with pytest.raises(NotSent) as caught:
            client.post(FORM)
        errors.append(caught.value)
        for error in errors:
            for secret in (KEY, "s3cret%2Bkey"):
                assert secret not in self.shown(error)
                assert secret not in caplog.text
        assert KEY not in repr(client)
        assert (errors[0].__cause__ is None) == is_echoing

    def test_a_key_that_json_writes_otherwise_is_in_no_error(self, connect):
        key = 'se"cret/ä'

        def echo(connection, server):
            connection.sendall(server.receive(connection).partition(b"\r\n\r\n")[2] + b"\r\n\r\n")

        with Server(echo) as server, pytest.raises(OutcomeUnknown) as caught:
            connect(server.url, sends_json=True).post({"key": key, "action": "balance"})
        for secret in (key, 'se\\"cret'):
            assert secret not in self.shown(caught.value)


class Part(NamedTuple):
    """A part of a library that is not documented for this use, and the reason why the transport needs it."""

    owner: str
    name: str
    # The function of the library that uses it, of the same owner or with its module. "" if the transport uses it.
    used_in: str
    reason: str
    # The arguments of a call, by the library or by the transport. "" for an attribute.
    arguments: str = ""


CONNECTION, TLS_CONNECTION = "urllib3.connection:HTTPConnection", "urllib3.connection:HTTPSConnection"
POOL, MANAGER = "urllib3.connectionpool:HTTPConnectionPool", "urllib3.poolmanager:PoolManager"
RESPONSE, RAW_RESPONSE = "urllib3.response:HTTPResponse", "http.client:HTTPResponse"
SESSION, ADAPTER = "requests.sessions:Session", "requests.adapters:HTTPAdapter"
PARTS = (
    Part(CONNECTION, "_new_conn", "connect", "every connection goes to a checked address", "self"),
    Part(TLS_CONNECTION, "_new_conn", "connect", "every TLS connection goes to a checked address", "self"),
    Part(CONNECTION, "_dns_host", "", "the host name is looked up as it was typed"),
    Part(CONNECTION, "putrequest", "request", "the path is sent as it was typed", "self method url"),
    Part(CONNECTION, "send", "request", "no byte is written when it is too late", "self data"),
    Part(CONNECTION, "sock", "", "the watchdog can shut the connection down"),
    Part(CONNECTION, "response_class", "http.client:HTTPConnection.getresponse", "the sizes of chunks are checked"),
    Part(RAW_RESPONSE, "_safe_read", f"{RESPONSE}._handle_chunk", "the sizes of chunks are checked", "self amt"),
    Part(RESPONSE, "length_remaining", "", "a body that was cut short is noticed"),
    Part(RESPONSE, "chunked", "", "a body that was cut short is noticed"),
    Part(RESPONSE, "stream", "", "a body is limited before it is unpacked", "self amt decode_content"),
    Part(POOL, "ConnectionCls", "_new_conn", "all connections are of its own class"),
    Part(POOL, "_put_conn", "urlopen", "an add never uses an old connection", "self conn"),
    Part(MANAGER, "pool_classes_by_scheme", "_new_pool", "all connections are of its own class"),
    Part(ADAPTER, "init_poolmanager", "__init__", "all connections are of its own class", "self connections maxsize"),
    Part(ADAPTER, "poolmanager", "", "all connections are of its own class"),
    Part(ADAPTER, "cert_verify", "send", "the certificates are loaded once", "self conn url verify cert"),
    Part(SESSION, "get_redirect_target", "resolve_redirects", "no redirect is followed", "self resp"),
    Part(SESSION, "trust_env", "merge_environment_settings", "no proxy of the environment is used"),
)


def example_of(owner):
    """Return an object of a class of the libraries, because some attributes are set when it is made."""
    if issubclass(owner, urllib3.connection.HTTPConnection | urllib3.HTTPConnectionPool):
        return owner("localhost")
    if owner is urllib3.HTTPResponse:
        return owner(b"", preload_content=False)
    return owner if owner is http.client.HTTPResponse else owner()


def overrides_of(ours):
    """Return the names that a class of the transport defines again although a library has defined them."""
    libraries = [base for base in ours.__mro__[1:] if base.__module__ != transport.__name__]
    defined = {name for base in libraries for name in vars(base)}
    return {name for name in vars(ours) if name in defined and not name.startswith(("__", "_abc"))}


def problem_of(part):
    """Return a sentence if a library does not have a part any more, or uses it in another way, else ""."""
    owner, used_in = part.owner, part.used_in if ":" in part.used_in else f"{part.owner}.{part.used_in}"
    versions = f"urllib3 {urllib3.__version__} and requests {requests.__version__}"
    need = f"panels/protocol/transport.py needs it so that {part.reason}."
    try:
        getattr(example_of(resolve_name(owner)), part.name)
        user = resolve_name(used_in) if part.used_in else None
        if part.arguments:
            inspect.signature(getattr(resolve_name(owner), part.name)).bind(*part.arguments.split())
    except AttributeError as error:
        return f"In {versions}, {owner}.{part.name} or {used_in} is missing: {error}. {need}"
    except TypeError as error:
        return f"In {versions}, {owner}.{part.name} does not take ({part.arguments}): {error}. {need}"
    if user is not None and part.name not in inspect.getsource(user):
        return f"In {versions}, {used_in} does not use {part.name} any more. {need}"
    return ""


class TestPrivateParts:
    """urllib3, requests and http.client may change these in any release, so an upgrade must fail here."""

    @pytest.mark.parametrize("part", PARTS, ids=lambda part: f"{part.owner}.{part.name}")
    def test_every_private_part_that_the_transport_uses_is_still_there(self, part):
        assert problem_of(part) == ""

    def test_everything_that_the_transport_overrides_is_named(self):
        ours = [each for each in vars(transport).values() if getattr(each, "__module__", "") == transport.__name__]
        overridden = set().union(*(overrides_of(each) for each in ours if isinstance(each, type)))
        assert len(overridden) == 10
        assert overridden <= {part.name for part in PARTS}

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"name": "_old_conn"}, "HTTPConnection._old_conn or .* is missing: .*. panels/protocol"),
            ({"used_in": "gone"}, "HTTPConnection._new_conn or .*HTTPConnection.gone is missing: .*. panels/protocol"),
            ({"arguments": "self host"}, r"HTTPConnection._new_conn does not take \(self host\): .*. panels/protocol"),
            ({"used_in": "close"}, "HTTPConnection.close does not use _new_conn any more. panels/protocol"),
        ],
    )
    def test_an_upgrade_fails_with_a_sentence(self, changed, sentence):
        assert problem_of(PARTS[0]) == ""
        assert re.search(sentence, problem_of(PARTS[0]._replace(**changed)))
