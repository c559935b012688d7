"""The transport over real sockets: what counts as sent, what ends an exchange, and where it may go."""

import gc
import gzip
import logging
import os
import socket
import ssl
import threading
import time
import traceback
import tracemalloc
import zlib
from urllib.parse import urlencode

import pytest
import requests
import trustme

from panels.protocol import addresses, exchange, transport
from panels.protocol.addresses import AddressRefused, check_url, is_public
from panels.protocol.errors import NotSent, OutcomeUnknown
from panels.protocol.exchange import Endpoint
from panels.protocol.transport import Transport
from tests.servers import Server, answering, http, once, reset, trickling

KEY = "k3y+with/odd=signs"
FORM = {"key": KEY, "action": "balance"}
GOOD = http(b'{"balance": "1"}')


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
    """Make transports that talk to loopback, and close them."""
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
    """Make every name resolve to these addresses, and return the list of names that were asked for."""
    asked = []
    real = socket.getaddrinfo

    def fake(host, wanted, *args, **kwargs):
        asked.append(host)
        return [entry for each in hosts for entry in real(each, port or wanted, *args, **kwargs)]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", fake)
    return asked


def trickled_handshake(connection, server):
    """Begin a TLS record and never come to its end."""
    connection.recv(100)
    connection.sendall(b"\x16\x03\x03\x3f\x00\x02\x00\x3e\xfc\x03\x03")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


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

    @pytest.mark.parametrize(("tail", "target"), [("", "/"), ("?a=1", "/?a=1"), ("/s", "/s"), ("/api/v2/", "/api/v2/")])
    def test_the_request_line_holds_the_rest_of_the_address(self, connect, tail, target):
        with Server(answering(GOOD)) as server:
            connect(f"http://localhost:{server.port}{tail}").post(FORM)
        assert server.requests[0].startswith(f"POST {target} HTTP/1.1\r\n".encode())

    def test_the_user_agent_names_this_product(self, connect):
        with Server(answering(GOOD)) as server:
            connect(server.url).post(FORM)
        assert b"\r\nUser-Agent: panel-dashboard" in server.requests[0]

    def test_cookies_are_not_kept(self, connect):
        with Server(answering(http(b"{}", "Set-Cookie: a=b"))) as server:
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
                connection.sendall(http(data.partition(b"\r\n\r\n")[2]))

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
            # The record must reach the client as it is, past the encryption.
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
            http(b"zz\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False),
            http(b"-1\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False),
            http(b"5\r\nhel", "Transfer-Encoding: chunked", length=False),
            http(b"5\r\nhello\r\n", "Transfer-Encoding: chunked", length=False),
            http(b"{}", "Content-Length: 3", length=False),
            http(b"no gzip", "Content-Encoding: gzip"),
            http(gzip.compress(b'{"order": 1}' * 50)[:-12], "Content-Encoding: gzip"),
            http(b"{}", "Content-Encoding: br"),
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

    # urllib3 leaves such an answer to the garbage collector.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_an_answer_of_two_lengths_is_unknown(self, connect):
        with Server(once(b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nab")) as server:
            with pytest.raises(OutcomeUnknown):
                connect(server.url).post(FORM)
            gc.collect()

    def test_any_bug_after_the_first_byte_is_unknown(self, connect, monkeypatch):
        def fail(*_):
            raise KeyError("a bug in some library")

        monkeypatch.setattr(transport, "_read", fail)
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
        with Server(once(http(b'{"a": 1}', length=False))) as server:
            assert connect(server.url).post(FORM).body == b'{"a": 1}'

    def test_such_a_body_is_not_whole_when_the_connection_is_reset(self, connect):
        def behave(connection, server):
            server.receive(connection)
            connection.sendall(http(b'{"a": 1}', length=False))
            time.sleep(0.1)
            reset(connection)

        with Server(behave) as server, pytest.raises(OutcomeUnknown):
            connect(server.url).post(FORM)

    def test_chunks_are_joined(self, connect):
        body = b"4\r\n[1, \r\n2;x=y\r\n2]\r\n0\r\nT: 1\r\n\r\n"
        with Server(answering(http(body, "Transfer-Encoding: chunked", length=False))) as server:
            client = connect(server.url)
            assert client.post(FORM).body == b"[1, 2]"
            assert client.post(FORM).body == b"[1, 2]"
        assert server.connections == 1

    @pytest.mark.parametrize(
        ("coding", "pack"), [("gzip", gzip.compress), ("GZip ", gzip.compress), ("deflate", zlib.compress)]
    )
    def test_packed_bodies_are_unpacked(self, connect, coding, pack):
        with Server(answering(http(pack(b"[1]"), f"Content-Encoding: {coding}"))) as server:
            assert connect(server.url).post(FORM).body == b"[1]"

    def test_a_chunk_of_negative_size_is_not_read_to_the_end_of_the_connection(self, connect):
        start = http(b"-1\r\n", "Transfer-Encoding: chunked", length=False)
        with Server(trickling(start)) as server:
            started = time.monotonic()
            with pytest.raises(OutcomeUnknown):
                connect(server.url, total_timeout=2).post(FORM)
            assert time.monotonic() - started < 1

    @pytest.mark.parametrize("is_chunked", [False, True])
    def test_a_body_above_the_cap_is_refused(self, connect, monkeypatch, is_chunked):
        monkeypatch.setattr(transport, "BODY_CAP", 1024 * 1024)
        body = b"x" * (2 * 1024 * 1024)
        if is_chunked:
            answer = http(b"200000\r\n" + body + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False)
        else:
            answer = http(body)
        with Server(once(answer)) as server, pytest.raises(OutcomeUnknown, match="larger than 1 MiB"):
            connect(server.url).post(FORM)

    def test_a_small_body_that_unpacks_to_a_huge_one_is_refused(self, connect):
        packer = zlib.compressobj(wbits=zlib.MAX_WBITS + 16)
        bomb = b"".join(packer.compress(b"\0" * 1024 * 1024) for _ in range(256)) + packer.flush()
        assert len(bomb) < 1024 * 1024
        with Server(answering(http(bomb, "Content-Encoding: gzip"))) as server:
            tracemalloc.start()
            try:
                with pytest.raises(OutcomeUnknown, match="unpacks"):
                    connect(server.url).post(FORM)
                assert tracemalloc.get_traced_memory()[1] < 128 * 1024 * 1024
            finally:
                tracemalloc.stop()

    def test_a_redirects_body_is_capped_too(self, connect, monkeypatch):
        monkeypatch.setattr(transport, "BODY_CAP", 1024)
        answer = http(b"x" * 4096, "Location: https://other.example/", status="302 Found")
        with Server(once(answer)) as server, pytest.raises(OutcomeUnknown, match="larger"):
            connect(server.url).post(FORM)

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [("7", 7), ("999999999", 86_400), ("9" * 5000, 86_400), ("soon", None), ("", None), ("-1", None), ("²", None)],
    )
    def test_retry_after_is_read_in_seconds(self, connect, value, seconds):
        with Server(
            answering(http(b"{}", f"Retry-After: {value}".encode().decode("latin-1"), status="429 Slow"))
        ) as server:
            answer = connect(server.url).post(FORM)
        assert (answer.http_status, answer.retry_after) == (429, seconds)

    def test_retry_after_is_read_as_a_date(self, connect):
        past = "Wed, 21 Oct 2015 07:28:00 GMT"
        future = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60))
        answers = [http(b"", f"Retry-After: {value}", status="503 Busy") for value in (past, future)]
        with Server(answering(*answers)) as server:
            client = connect(server.url)
            assert client.post(FORM).retry_after == 0
            assert 50 < client.post(FORM).retry_after <= 60


class TestTime:
    @pytest.mark.parametrize("is_secure", [False, True])
    @pytest.mark.parametrize(
        "start",
        [b"", b"HTTP/1.1 200 OK\r\nX: ", http(b"", "Content-Length: 1000", length=False), http(b"", length=False)],
        ids=["status line", "headers", "body", "body without a length"],
    )
    def test_a_trickled_answer_ends_at_the_deadline(self, connect, tls, start, is_secure):
        with Server(trickling(start), context=tls if is_secure else None) as server:
            started = time.monotonic()
            with pytest.raises(OutcomeUnknown, match=r"within 0\.6 seconds"):
                connect(server.url, total_timeout=0.6, read_timeout=5).post(FORM)
            assert 0.5 < time.monotonic() - started < 2

    @pytest.mark.parametrize("fresh", [False, True])
    def test_it_ends_where_the_server_announced_to_close(self, connect, fresh):
        start = http(b"", "Connection: close", "Content-Length: 1000", length=False)
        with Server(trickling(start)) as server, pytest.raises(OutcomeUnknown, match=r"within 0\.4 seconds"):
            connect(server.url, total_timeout=0.4, read_timeout=5).post(FORM, fresh=fresh)

    def test_it_ends_on_a_connection_that_was_idle_before(self, connect, tls):
        def behave(connection, server):
            server.receive(connection)
            connection.sendall(GOOD)
            trickling(b"HTTP/1.1 200 OK\r\n")(connection, server)

        with Server(behave, context=tls) as server:
            client = connect(server.url, total_timeout=0.5)
            client.post(FORM)
            with pytest.raises(OutcomeUnknown, match=r"within 0\.5 seconds"):
                client.post(FORM)
        assert server.connections == 1

    def test_silence_ends_with_the_read_time_out(self, connect):
        def behave(connection, server):
            server.receive(connection)
            connection.recv(1)

        with Server(behave) as server, pytest.raises(OutcomeUnknown, match="too long"):
            connect(server.url, read_timeout=0.2).post(FORM)

    @pytest.mark.parametrize("options", [{"total_timeout": 0.4}, {"connect_timeout": 0.3}])
    def test_a_handshake_that_hangs_is_not_sent(self, connect, options):
        with Server(lambda connection, server: connection.recv(1) and time.sleep(1)) as server:
            started = time.monotonic()
            with pytest.raises(NotSent):
                connect(f"https://localhost:{server.port}/", **options).post(FORM)
            assert time.monotonic() - started < 0.9

    @pytest.mark.parametrize("options", [{"total_timeout": 0.4}, {"connect_timeout": 0.4}])
    def test_a_trickled_handshake_is_not_sent(self, connect, options):
        with Server(trickled_handshake) as server:
            started = time.monotonic()
            with pytest.raises(NotSent):
                connect(f"https://localhost:{server.port}/", **options).post(FORM)
            assert 0.3 < time.monotonic() - started < 0.9

    def test_a_deadline_ends_only_its_own_exchange(self, connect, monkeypatch):
        """A connection may carry the next exchange before the last one has let go of it."""
        real, later = transport._read, threading.Event()

        def read(response, exchange):
            answer = real(response, exchange)
            if answer.body == b"first":
                later.wait(5)
            return answer

        def behave(connection, server):
            server.receive(connection)
            connection.sendall(http(b"first"))
            server.receive(connection)
            time.sleep(0.5)
            connection.sendall(http(b"second"))

        monkeypatch.setattr(transport, "_read", read)
        with Server(behave) as server:
            client = connect(server.url, total_timeout=0.6)
            first = threading.Thread(target=client.post, args=(FORM,))
            first.start()
            time.sleep(0.3)
            try:
                assert client.post(FORM).body == b"second"
            finally:
                later.set()
                first.join()
        assert server.connections == 1

    def test_a_name_lookup_that_hangs_is_not_sent(self, connect, monkeypatch):
        woken = threading.Event()
        monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: woken.wait(5))
        started = time.monotonic()
        with pytest.raises(NotSent):
            connect("http://panel.example/", total_timeout=0.3).post(FORM)
        assert time.monotonic() - started < 1
        woken.set()

    def test_an_answer_that_came_whole_survives_a_late_watchdog(self, connect, monkeypatch):
        read = transport._body

        def slowly(raw):
            body = read(raw)
            time.sleep(0.4)
            return body

        monkeypatch.setattr(transport, "_body", slowly)
        with Server(answering(GOOD)) as server:
            assert connect(server.url, total_timeout=0.2).post(FORM).body == b'{"balance": "1"}'

    def test_an_exchange_that_is_given_up_takes_back_what_has_not_arrived(self, connect):
        ends = []

        def listen(connection, server):
            try:
                while connection.recv(65536):
                    pass
                ends.append("closed")
            except ConnectionResetError:
                ends.append("reset")

        with Server(listen) as server:
            with pytest.raises(OutcomeUnknown, match="too long"):
                connect(server.url, read_timeout=0.2).post(FORM, fresh=True)
            give_up_at = time.monotonic() + 2
            while not ends and time.monotonic() < give_up_at:
                time.sleep(0.01)
        assert ends == ["reset"]

    def test_nothing_is_left_of_an_exchange(self, connect):
        with Server(answering(GOOD)) as server:
            client = connect(server.url)
            client.post(FORM)
            threads = threading.active_count()
            for _ in range(20):
                client.post(FORM)
            time.sleep(0.1)
            assert threading.active_count() <= threads
            assert not client._watchdog._deadlines

    def test_the_watchdog_goes_with_the_last_exchange_of_a_closed_transport(self, connect):
        began, end = threading.Event(), threading.Event()

        def behave(connection, server):
            server.receive(connection)
            began.set()
            end.wait(5)

        with Server(behave) as server:
            client = connect(server.url, total_timeout=0.4)
            watchdog = client._watchdog
            errors = []

            def post():
                try:
                    client.post(FORM)
                except OutcomeUnknown as error:
                    errors.append(error)

            thread = threading.Thread(target=post)
            thread.start()
            began.wait(5)
            client.close()
            assert watchdog._thread is not None
            thread.join(2)
            end.set()
        assert len(errors) == 1
        give_up_at = time.monotonic() + 2
        while watchdog._thread is not None and time.monotonic() < give_up_at:
            time.sleep(0.01)
        assert watchdog._thread is None

    def test_a_shorter_deadline_is_kept_beside_a_longer_one(self):
        cut = []

        class Watched:
            def __init__(self, name):
                self.name = name

            def cut(self):
                cut.append(self.name)

        watchdog, now = exchange.Watchdog(), time.monotonic()
        late, early, done = Watched("late"), Watched("early"), Watched("done")
        watchdog.watch(late, now + 60)
        while watchdog._looks_at > now + 60:
            time.sleep(0.01)
        watchdog.watch(early, now + 0.1)
        watchdog.watch(done, now + 0.1)
        watchdog.leave_alone(done)
        while not cut and time.monotonic() < now + 5:
            time.sleep(0.01)
        assert cut == ["early"]
        watchdog.leave_alone(late)
        watchdog.close()


class TestFence:
    def test_nothing_is_written_after_the_fence(self, connect):
        with Server(answering(GOOD)) as server, pytest.raises(NotSent, match="too late"):
            connect(server.url).post(FORM, not_after=time.time() - 0.01)
        assert server.requests == []

    def test_nor_on_a_connection_that_was_idle(self, connect, tls):
        with Server(answering(GOOD), context=tls) as server:
            client = connect(server.url)
            client.post(FORM, not_after=time.time() + 10)
            with pytest.raises(NotSent, match="too late"):
                client.post(FORM, not_after=time.time())
        assert len(server.requests) == 1
        assert server.connections == 1

    def test_a_connection_that_took_too_long_is_not_written_to(self, connect, monkeypatch):
        real = transport._connect

        def slowly(*args):
            time.sleep(0.3)
            return real(*args)

        monkeypatch.setattr(transport, "_connect", slowly)
        with Server(answering(GOOD)) as server, pytest.raises(NotSent, match="too late"):
            connect(server.url).post(FORM, fresh=True, not_after=time.time() + 0.2)
        assert server.requests == []

    def test_what_was_begun_in_time_is_not_completed_after_the_fence(self, connect, monkeypatch):
        end_headers, heard = transport._Connection.endheaders, []

        def stand_still(*args, **kwargs):
            end_headers(*args, **kwargs)
            time.sleep(0.6)

        def listen(connection, server):
            while data := connection.recv(65536):
                heard.append(data)

        monkeypatch.setattr(transport._Connection, "endheaders", stand_still)
        with Server(listen) as server, pytest.raises(OutcomeUnknown):
            connect(server.url).post(FORM, fresh=True, not_after=time.time() + 0.3)
        assert b"POST" in b"".join(heard)
        assert urlencode(FORM).encode() not in b"".join(heard)

    def test_a_wall_clock_set_back_does_not_open_the_fence(self, connect, monkeypatch):
        real_connect, real_time = transport._connect, time.time

        def slowly(*args):
            monkeypatch.setattr(exchange.time, "time", lambda: real_time() - 3600)
            time.sleep(0.3)
            return real_connect(*args)

        monkeypatch.setattr(transport, "_connect", slowly)
        with Server(answering(GOOD)) as server, pytest.raises(NotSent, match="too late"):
            connect(server.url).post(FORM, fresh=True, not_after=time.time() + 0.2)
        assert server.requests == []

    def test_a_wall_clock_that_jumped_ahead_closes_the_fence(self, connect, monkeypatch):
        real_connect, real_time = transport._connect, time.time

        def jump(*args):
            monkeypatch.setattr(exchange.time, "time", lambda: real_time() + 3600)
            return real_connect(*args)

        monkeypatch.setattr(transport, "_connect", jump)
        with Server(answering(GOOD)) as server, pytest.raises(NotSent, match="too late"):
            connect(server.url).post(FORM, fresh=True, not_after=time.time() + 60)
        assert server.requests == []


class TestWhere:
    def test_a_redirect_is_reported_and_not_followed(self, connect):
        with Server(answering(GOOD)) as other:
            moved = http(b"", f"Location: {other.url}", status="302 Found")
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

    def test_a_private_address_is_refused_unless_allowed(self, connect):
        with Server(answering(GOOD)) as server:
            with pytest.raises(AddressRefused, match=r"127\.0\.0\.1.*not a public address"):
                connect(f"http://127.0.0.1:{server.port}/", allow_private_hosts=False).post(FORM)
            assert server.connections == 0
            assert connect(f"http://127.0.0.1:{server.port}/").post(FORM).http_status == 200

    def test_plain_http_is_refused_unless_allowed(self, connect):
        with Server(answering(GOOD)) as server, pytest.raises(AddressRefused, match="https://"):
            connect(server.url, allow_http=False).post(FORM)
        assert server.connections == 0

    def test_the_connection_goes_to_the_address_that_was_checked(self, connect, tls, monkeypatch):
        names = []
        tls.sni_callback = lambda sock, name, context: names.append(name)
        with Server(answering(GOOD), context=tls) as server:
            asked = resolve_to(monkeypatch, "127.0.0.1")
            monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
            url = f"https://panel.example:{server.port}/"
            assert connect(url, allow_private_hosts=False).post(FORM).http_status == 200
        tls.sni_callback = None
        assert asked == ["panel.example"]
        assert names == ["panel.example"]
        assert f"\r\nHost: panel.example:{server.port}\r\n".encode() in server.requests[0]

    def test_a_name_that_changes_its_address_is_checked_every_time(self, connect, monkeypatch):
        with Server(once(GOOD)) as server:
            monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
            monkeypatch.setattr(addresses, "REMEMBERED_FOR", 0.0)
            client = connect(f"http://panel.example:{server.port}/", allow_private_hosts=False)
            with monkeypatch.context() as patch:
                resolve_to(patch, "127.0.0.1")
                assert client.post(FORM, fresh=True).http_status == 200
            resolve_to(monkeypatch, "127.0.0.2")
            with pytest.raises(AddressRefused):
                client.post(FORM, fresh=True)
        assert server.connections == 1

    def test_a_remembered_address_is_checked_every_time(self, connect, monkeypatch):
        with Server(once(GOOD)) as server:
            client = connect(f"http://panel.example:{server.port}/", allow_private_hosts=False)
            resolve_to(monkeypatch, "127.0.0.1")
            with monkeypatch.context() as patch:
                patch.setattr(addresses, "is_public", lambda _: True)
                assert client.post(FORM, fresh=True).http_status == 200
            with pytest.raises(AddressRefused):
                client.post(FORM, fresh=True)
        assert server.connections == 1

    def test_a_name_is_looked_up_again_after_some_seconds(self, connect, monkeypatch):
        with Server(answering(GOOD)) as server:
            asked = resolve_to(monkeypatch, "127.0.0.1", port=server.port)
            client = connect("http://panel.example/")
            for _ in range(3):
                client.post(FORM, fresh=True)
            assert asked == ["panel.example"]
            monkeypatch.setattr(addresses, "REMEMBERED_FOR", 0.0)
            client.post(FORM, fresh=True)
            assert len(asked) == 2
        assert server.connections == 4

    def test_a_name_whose_addresses_do_not_answer_is_looked_up_again_at_once(self, connect, monkeypatch):
        client = connect("http://panel.example/")
        resolve_to(monkeypatch, "127.0.0.1", port=unused_port())
        with pytest.raises(NotSent):
            client.post(FORM)
        monkeypatch.undo()
        with Server(answering(GOOD)) as server:
            asked = resolve_to(monkeypatch, "127.0.0.1", port=server.port)
            assert client.post(FORM).http_status == 200
        assert asked == ["panel.example"]

    def test_only_the_allowed_addresses_of_a_name_are_tried(self, connect, monkeypatch):
        with Server(answering(GOOD)) as server:
            monkeypatch.setattr(addresses, "is_public", lambda address: address == "::1")
            resolve_to(monkeypatch, "127.0.0.1", "::1")
            with pytest.raises(NotSent):
                connect(f"http://panel.example:{server.port}/", allow_private_hosts=False).post(FORM)
        assert server.connections == 0

    def test_the_next_address_is_tried_when_one_does_not_answer(self, connect, monkeypatch):
        with Server(answering(GOOD)) as server:
            resolve_to(monkeypatch, "::1", "127.0.0.1")
            assert connect(f"http://panel.example:{server.port}/").post(FORM).http_status == 200

    def test_an_ipv6_address_may_be_written_out(self, connect):
        try:
            server = Server(answering(GOOD), host="::1")
        except OSError:
            pytest.skip("this machine has no IPv6 loopback")
        with server:
            assert connect(f"http://[::1]:{server.port}/").post(FORM).http_status == 200
        assert f"Host: [::1]:{server.port}".encode() in server.requests[0]

    @pytest.mark.parametrize(
        "address",
        [
            *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
            *("224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
            *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1", "fec0::1"),
            *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
            *("2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::", "64:ff9b:1::1"),
        ],
    )
    def test_what_is_not_public(self, address):
        assert not is_public(address)

    @pytest.mark.parametrize(
        "address",
        ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1"],
    )
    def test_what_is_public(self, address):
        assert is_public(address)

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("ftp://panel.example/", "https://"),
            ("panel.example/api", "https://"),
            ("", "https://"),
            ("http://panel.example/", "anybody"),
            ("https://user:secret@panel.example/", "password"),
            ("https://@panel.example/", "user name"),
            ("https://panel.example/#here", "#"),
            ("https://panel.example/#", "#"),
            ("https:///api/v2", "no host"),
            ("https://:443/", "no host"),
            ("https://panel.example:0/", "port"),
            ("https://panel.example:99999/", "valid"),
            ("https://panel.example:x/", "valid"),
            ("https://[::1/", "valid"),
            ("https://[fe80::1%25eth0]/", "%"),
            ("https://panel.example/a b", "spaces"),
            ("https://panel.example/\r\nX: y", "ASCII"),
            ("https://pänel.example/", "xn--"),
            ("https://panel.example\\@other.example/", "ASCII"),
        ],
    )
    def test_an_address_that_is_wrong_is_named_and_never_asked(self, connect, monkeypatch, url, words):
        asked = resolve_to(monkeypatch, "127.0.0.1")
        assert words in check_url(url, allow_http=False)
        with pytest.raises(AddressRefused, match=words.replace("%", ".")):
            connect(url, allow_http=False).post(FORM)
        assert asked == []

    def test_addresses_that_are_right(self):
        for url in ("https://panel.example/api/v2", "https://www.panel.example:8443/", "HTTPS://panel.example?x=[1]"):
            assert check_url(url, allow_http=False) is None
        assert check_url("http://localhost:8001/api/v2", allow_http=True) is None


class TestKey:
    def shown(self, error):
        chain = []
        exc = error
        while exc is not None:
            chain += [str(exc), repr(exc), repr(exc.args)]
            exc = exc.__cause__ or exc.__context__
        return "\n".join([*chain, *traceback.format_exception(error)])

    @pytest.mark.parametrize("is_echoing", [False, True])
    def test_the_key_is_in_no_error_and_no_log(self, connect, caplog, is_echoing):
        def echo(connection, server):
            form = server.receive(connection).partition(b"\r\n\r\n")[2]
            connection.sendall(form + b"\r\n\r\n" if is_echoing else b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}")

        caplog.set_level(logging.DEBUG)
        errors = []
        with Server(echo) as server:
            client = connect(server.url)
            for _ in range(2):
                with pytest.raises(OutcomeUnknown) as caught:
                    client.post(FORM)
                errors.append(caught.value)
        with pytest.raises(NotSent) as caught:
            client.post(FORM)
        errors.append(caught.value)
        for error in errors:
            for secret in (KEY, "k3y%2Bwith"):
                assert secret not in self.shown(error)
                assert secret not in caplog.text
        assert KEY not in repr(client)
        assert (errors[0].__cause__ is None) == is_echoing
