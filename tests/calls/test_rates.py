"""The file of the bank over real HTTP: what is stored, and which files and servers are refused."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from panels.calls.rates import MOST_RATES, UnreadableRatesError, fetch_rates, read_rates
from panels.models import ExchangeRate
from panels.money.totals import today
from tests.servers import Server, answering, http, once

TODAY = date(2026, 11, 27)
HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
    xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
"""


def xml(*given, day=TODAY, head=HEAD):
    cubes = "".join(f"<Cube currency='{currency}' rate='{rate}'/>\n" for currency, rate in given)
    return f"{head}<Cube><Cube time='{day}'>\n{cubes}</Cube></Cube></gesmes:Envelope>".encode()


RATES = (("USD", "1.0876"), ("JPY", "162.30"), ("IDR", "17203.55"))


def fetch(settings, *answers):
    with Server(answering(*answers)) as server:
        settings.EXCHANGE_RATES_URL = f"http://localhost:{server.port}/stats/eurofxref-daily.xml"
        return fetch_rates(), server.requests


# -- over HTTP


@pytest.mark.django_db
def test_the_rates_of_the_bank_are_stored_with_its_day(settings):
    day = today() - timedelta(days=2)
    problem, (request,) = fetch(settings, http(xml(*RATES, day=day)))
    assert problem == ""
    assert request.startswith(b"GET /stats/eurofxref-daily.xml HTTP/1.1\r\n")
    found = {rate.currency: (rate.per_euro, rate.day, rate.source) for rate in ExchangeRate.objects.all()}
    assert found == {currency: (Decimal(rate), day, "ecb") for currency, rate in RATES}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http(b"", status="503 Unavailable"), "answered with HTTP 503"),
        (http(b"", "Location: http://169.254.169.254/", status="302 Found"), "answered with HTTP 302"),
        (http(b"<html>Wait</html>"), "It does not have the rates of one day."),
        (http(b"x" * (256 * 1024 + 1)), "It is too large."),
        (http(xml(*RATES))[:-9], "No complete answer"),
    ],
)
def test_a_server_without_the_file_changes_nothing_and_is_said_in_words(settings, answer, words):
    with Server(once(answer)) as server:
        settings.EXCHANGE_RATES_URL = server.url
        assert words in fetch_rates()
        assert server.connections == 1
    assert not ExchangeRate.objects.exists()


@pytest.mark.parametrize(
    ("names", "words"),
    [(("PANEL_ALLOW_HTTP",), "https://"), (("PANEL_ALLOW_PRIVATE_HOSTS",), "is not a public address")],
)
def test_only_https_and_public_addresses_are_asked(settings, names, words):
    for name in names:
        setattr(settings, name, False)
    problem, requests = fetch(settings, http(xml(*RATES)))
    assert words in problem
    assert requests == []


def test_a_server_that_is_gone_is_said_in_words(settings):
    with Server(answering(b"")) as server:
        settings.EXCHANGE_RATES_URL = server.url
    assert "No connection to localhost" in fetch_rates()


# -- the file


def test_a_file_is_read_as_the_bank_writes_it():
    lines = read_rates(xml(*RATES), TODAY)
    assert [(line.currency, line.per_euro, line.day) for line in lines] == [
        (currency, Decimal(rate), TODAY) for currency, rate in RATES
    ]


def encoded(name):
    """Return a file that names an encoding, in which Python cannot read it."""
    return f'<?xml version="1.0" encoding="{name}"?><Envelope/>'.encode()


BOMB = """<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<gesmes:Envelope xmlns:gesmes="x" note="&b;">"""
OUTSIDE = """<!DOCTYPE x SYSTEM "file:///etc/passwd"><gesmes:Envelope xmlns:gesmes="x">"""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no XML"),
        (b"<Cube", "no XML"),
        (xml(*RATES)[:-20], "no XML"),
        *((encoded(name), "no XML") for name in ("utf-7", "big5", "idna", "base64", "no-such-one")),
        (xml(*RATES, head=BOMB), "document type"),
        (xml(*RATES, head=OUTSIDE), "document type"),
        (xml(), "rates of one day"),
        (xml(*RATES, day=""), "rates of one day"),
        (xml(*RATES).replace(b"<Cube>", b"<Cube time='2026-11-26'>"), "rates of one day"),
        (xml(*RATES, day="27.11.2026"), "is no day"),
        (xml(*RATES, day="2026-11-28"), "in the future"),
        (xml(("USD", "1,0876")), "is no rate"),
        (xml(("USD", "0")), "must be between"),
        (xml(("USD", "")), "is no rate"),
        (xml(("$", "1")), "no code"),
        (xml(*RATES, *RATES), "twice"),
        (xml(("EUR", "1")), "the euro is"),
        (xml(*RATES * MOST_RATES), "too many"),
    ],
)
def test_a_file_with_anything_wrong_is_refused_as_a_whole(content, words):
    with pytest.raises(UnreadableRatesError, match=words):
        read_rates(content, TODAY)
