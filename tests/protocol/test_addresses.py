"""Which addresses may be called: their form, their IP addresses, and the lookup of names."""

import socket
import threading

import pytest

from panels.protocol import addresses
from panels.protocol.addresses import AddressRefused, allowed, check_url, is_never_called, is_public
from panels.protocol.errors import NotSent
from tests.processes import PATIENCE
from tests.protocol.conftest import FORM, GOOD, resolve_to, unused_port
from tests.servers import Server, answering, once


class TestLookup:
    def test_a_name_lookup_that_hangs_is_not_sent(self, connect, monkeypatch):
        woken = threading.Event()
        monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: woken.wait(PATIENCE))
        with pytest.raises(NotSent):
            connect("http://panel.example/", total_timeout=0.3).post(FORM)
        # The lookup has not ended.
        assert not woken.is_set()
        woken.set()


class TestWhere:
    def test_a_private_address_is_refused_unless_allowed(self, connect):
        with Server(answering(GOOD)) as server:
            with pytest.raises(AddressRefused, match=r"127\.0\.0\.1.*not a public address"):
                connect(f"http://127.0.0.1:{server.port}/", allow_private_hosts=False).post(FORM)
            assert server.connections == 0
            assert connect(f"http://127.0.0.1:{server.port}/").post(FORM).http_status == 200

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
        "address",
        [
            *("169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "192.0.0.192", "192.0.0.1"),
            *("fd00:ec2::254", "fd20:ce::254", "fe80::a9fe:a9fe", "fe80::1%eth0"),
            *("::ffff:169.254.169.254", "::ffff:0:168.63.129.16", "::100.100.100.200", "::ffff:192.0.0.192"),
            *("64:ff9b::a9fe:a9fe", "64:ff9b:1::a83f:8110", "2002:a9fe:a9fe::1", "2002:c000:c0::"),
            "2001:0:a9fe:a9fe::1",
        ],
    )
    def test_an_address_of_the_hosting_provider_is_refused_also_where_private_ones_are_allowed(self, address):
        assert is_never_called(address)
        # The port is in the place where getaddrinfo has it.
        found = [(0, 0, 0, "", (address, 443))]
        for allow_private in (True, False):
            with pytest.raises(AddressRefused, match="hosting provider"):
                allowed(found, "panel.example", allow_private=allow_private)

    @pytest.mark.parametrize(
        "address",
        ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.1", "fd00::1", "168.63.129.17", "192.0.1.1", "::ffff:10.0.0.1"],
    )
    def test_other_private_addresses_can_be_allowed(self, address):
        assert not is_never_called(address)

    def test_a_name_that_is_bound_to_another_address_meanwhile_is_not_called(
        self, connect, monkeypatch, closed_network
    ):
        names = iter([["127.0.0.1"], ["169.254.169.254"], ["fd00:ec2::254", "::ffff:168.63.129.16"], ["127.0.0.1"]])

        def resolve(host, port, **_):
            return [(socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 0, "", (each, port))
                    for each in next(names)]  # fmt: skip

        monkeypatch.setattr(addresses.socket, "getaddrinfo", resolve)
        monkeypatch.setattr(addresses, "REMEMBERED_FOR", 0.0)
        with Server(answering(GOOD)) as server:
            client = connect(f"http://panel.example:{server.port}/")
            assert client.post(FORM, fresh=True).http_status == 200
            for _ in range(2):
                with pytest.raises(AddressRefused, match="hosting provider"):
                    client.post(FORM, fresh=True)
            assert client.post(FORM, fresh=True).http_status == 200
            assert server.connections == 2
        assert closed_network == []

    def test_of_several_addresses_those_of_the_hosting_provider_are_left_out(self, connect, monkeypatch):
        with Server(answering(GOOD)) as server:
            resolve_to(monkeypatch, "169.254.169.254", "127.0.0.1")
            assert connect(f"http://panel.example:{server.port}/").post(FORM).http_status == 200

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
