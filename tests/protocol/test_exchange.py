"""The deadline of an exchange, and the time until which it may begin."""

import threading
import time
from urllib.parse import urlencode

import pytest

from panels.protocol import exchange, transport
from panels.protocol.errors import NotSent, OutcomeUnknown
from panels.protocol.exchange import Latest
from tests.processes import PATIENCE, eventually
from tests.protocol.conftest import FORM, GOOD
from tests.servers import Server, answering, http, trickling


def trickled_handshake(connection, server):
    """Begin a TLS record that never ends."""
    connection.recv(100)
    connection.sendall(b"\x16\x03\x03\x3f\x00\x02\x00\x3e\xfc\x03\x03")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


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
            with pytest.raises(OutcomeUnknown, match=r"within 1\.5 seconds"):
                connect(server.url, total_timeout=1.5, read_timeout=60).post(FORM)
            assert time.monotonic() - started > 1.4

    @pytest.mark.parametrize("fresh", [False, True])
    def test_it_ends_where_the_server_announced_to_close(self, connect, fresh):
        start = http(b"", "Connection: close", "Content-Length: 1000", length=False)
        with Server(trickling(start)) as server, pytest.raises(OutcomeUnknown, match=r"within 1\.5 seconds"):
            connect(server.url, total_timeout=1.5, read_timeout=60).post(FORM, fresh=fresh)

    def test_it_ends_on_a_connection_that_was_idle_before(self, connect, tls):
        def behave(connection, server):
            server.receive(connection)
            connection.sendall(GOOD)
            trickling(b"HTTP/1.1 200 OK\r\n")(connection, server)

        with Server(behave, context=tls) as server:
            client = connect(server.url, total_timeout=1.5)
            client.post(FORM)
            with pytest.raises(OutcomeUnknown, match=r"within 1\.5 seconds"):
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
        end = threading.Event()
        with Server(lambda connection, server: connection.recv(1) and end.wait(PATIENCE)) as server:
            with pytest.raises(NotSent):
                connect(f"https://localhost:{server.port}/", **options).post(FORM)
            end.set()

    @pytest.mark.parametrize("options", [{"total_timeout": 0.4}, {"connect_timeout": 0.4}])
    def test_a_trickled_handshake_is_not_sent(self, connect, options):
        with Server(trickled_handshake) as server:
            started = time.monotonic()
            with pytest.raises(NotSent):
                connect(f"https://localhost:{server.port}/", **options).post(FORM)
            assert time.monotonic() - started > 0.3

    def test_a_deadline_ends_only_its_own_exchange(self, connect, monkeypatch):
        """The next exchange may use a connection before the previous exchange has let it go."""
        real, later = transport._read_answer, threading.Event()

        def read(*given):
            answer = real(*given)
            if answer.body == b"first":
                later.wait(PATIENCE)
            return answer

        def behave(connection, server):
            server.receive(connection)
            connection.sendall(http(b"first"))
            server.receive(connection)
            time.sleep(2)
            connection.sendall(http(b"second"))

        monkeypatch.setattr(transport, "_read_answer", read)
        with Server(behave) as server:
            client = connect(server.url, total_timeout=3)
            first = threading.Thread(target=client.post, args=(FORM,))
            first.start()
            time.sleep(1.5)
            try:
                assert client.post(FORM).body == b"second"
            finally:
                later.set()
                first.join()
        assert server.connections == 1

    def test_an_answer_that_came_whole_survives_a_late_watchdog(self, connect, monkeypatch):
        read = transport.read_body

        def slowly(*given):
            body = read(*given)
            time.sleep(2)
            return body

        monkeypatch.setattr(transport, "read_body", slowly)
        with Server(answering(GOOD)) as server:
            assert connect(server.url, total_timeout=1).post(FORM).body == b'{"balance": "1"}'

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
            eventually(lambda: ends)
        assert ends == ["reset"]

    def test_nothing_is_left_of_an_exchange(self, connect):
        with Server(answering(GOOD)) as server:
            client = connect(server.url)
            client.post(FORM)
            threads = threading.active_count()
            for _ in range(20):
                client.post(FORM)
            assert eventually(lambda: threading.active_count() <= threads)
            assert eventually(lambda: not client._watchdog._deadlines)

    def test_the_watchdog_goes_with_the_last_exchange_of_a_closed_transport(self, connect):
        began, end = threading.Event(), threading.Event()

        def behave(connection, server):
            server.receive(connection)
            began.set()
            end.wait(PATIENCE)

        with Server(behave) as server:
            client = connect(server.url, total_timeout=3)
            watchdog = client._watchdog
            errors = []

            def post():
                try:
                    client.post(FORM)
                except OutcomeUnknown as error:
                    errors.append(error)

            thread = threading.Thread(target=post)
            thread.start()
            began.wait(PATIENCE)
            client.close()
            assert watchdog._thread is not None
            thread.join(PATIENCE)
            end.set()
        assert len(errors) == 1
        assert eventually(lambda: watchdog._thread is None)

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
        assert eventually(lambda: watchdog._looks_at <= now + 60)
        soon = time.monotonic() + 1
        watchdog.watch(early, soon)
        watchdog.watch(done, soon)
        watchdog.forget(done)
        eventually(lambda: cut)
        assert cut == ["early"]
        watchdog.forget(late)
        watchdog.close()


class TestFence:
    def test_nothing_is_written_after_the_fence(self, connect):
        with Server(answering(GOOD)) as server, pytest.raises(NotSent, match="too late"):
            connect(server.url).post(FORM, not_after=Latest.after(-0.01))
        assert server.requests == []

    def test_nor_on_a_connection_that_was_idle(self, connect, tls):
        with Server(answering(GOOD), context=tls) as server:
            client = connect(server.url)
            client.post(FORM, not_after=Latest.after(10))
            with pytest.raises(NotSent, match="too late"):
                client.post(FORM, not_after=Latest.after(0))
        assert len(server.requests) == 1
        assert server.connections == 1

    def test_a_connection_that_took_too_long_is_not_written_to(self, connect, monkeypatch):
        real = transport._connect

        def slowly(*args):
            time.sleep(0.3)
            return real(*args)

        monkeypatch.setattr(transport, "_connect", slowly)
        with Server(answering(GOOD)) as server, pytest.raises(NotSent, match="too late"):
            connect(server.url).post(FORM, fresh=True, not_after=Latest.after(0.2))
        assert server.requests == []

    def test_what_was_begun_in_time_is_not_completed_after_the_fence(self, connect, monkeypatch):
        end_headers, heard = transport._Connection.endheaders, []

        def stand_still(*args, **kwargs):
            end_headers(*args, **kwargs)
            time.sleep(2)

        def listen(connection, server):
            while data := connection.recv(65536):
                heard.append(data)

        monkeypatch.setattr(transport._Connection, "endheaders", stand_still)
        with Server(listen) as server, pytest.raises(OutcomeUnknown):
            connect(server.url).post(FORM, fresh=True, not_after=Latest.after(1.5))
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
            connect(server.url).post(FORM, fresh=True, not_after=Latest.after(0.2))
        assert server.requests == []

    def test_nor_one_that_was_set_back_before_the_request_began(self, connect, monkeypatch):
        not_after, real_time = Latest.after(0), time.time
        monkeypatch.setattr(exchange.time, "time", lambda: real_time() - 3600)
        with Server(answering(GOOD)) as server, pytest.raises(NotSent, match="too late"):
            connect(server.url).post(FORM, fresh=True, not_after=not_after)
        assert server.requests == []

    def test_a_wall_clock_that_jumped_ahead_closes_the_fence(self, connect, monkeypatch):
        real_connect, real_time = transport._connect, time.time

        def jump(*args):
            monkeypatch.setattr(exchange.time, "time", lambda: real_time() + 3600)
            return real_connect(*args)

        monkeypatch.setattr(transport, "_connect", jump)
        with Server(answering(GOOD)) as server, pytest.raises(NotSent, match="too late"):
            connect(server.url).post(FORM, fresh=True, not_after=Latest.after(60))
        assert server.requests == []
