"""JSON is found between other bytes, and hostile bytes cost little."""

import time
from decimal import Decimal

import pytest

from panels.protocol.decoding import load_json
from panels.protocol.errors import OutcomeUnknown


@pytest.mark.parametrize(
    "body",
    [
        b'{"order": 1}',
        b'\xef\xbb\xbf{"order": 1}',
        b'\xef\xbb\xbf\r\n\xef\xbb\xbf{"order": 1}\n\0',
        '{"order": 1}'.encode("utf-16"),
        b"\xfe\xff" + '{"order": 1}'.encode("utf-16-be"),
        '{"order": 1}'.encode("utf-32"),
        b'<br />\n<b>Notice</b>: Undefined offset [0] on line <b>3</b><br />\n{"order": 1}',
        b'Notice: Undefined index {x} in api.php on line 3\n{"order": 1}',
        b'<br />on line <b>3</b><br />\xef\xbb\xbf{"order": 1}',
        b'{"order": 1}\n<br />\n<b>Warning</b>: late',
    ],
)
def test_json_is_found_in_what_surrounds_it(body):
    assert load_json(body) == {"order": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \r\n",
        b"\xef\xbb\xbf",
        b"<html><script>[1]</script></html>",
        b'<!DOCTYPE html><p>x</p>{"order": 1}',
        b"not json",
        b'{"order": 1',
        b'{"a": {"order": 1}',
        b'[{"order": 1}, {"order": 2}',
        b'<br />on line 3<br />{"a": {"order": 1}',
        b'{"order": 1} {"order": 2}',
        b"5<br />Fatal error",
        b'"text"<p>more</p>',
        b"502 Bad Gateway",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"x [" * 100_000,
    ],
)
def test_what_is_no_whole_json_is_an_unknown_outcome(body):
    with pytest.raises(OutcomeUnknown):
        load_json(body)


def test_numbers_are_never_floats():
    value = load_json(b'{"a": 0.12345678901, "b": 1e3, "c": 7}')
    assert value == {"a": Decimal("0.12345678901"), "b": Decimal(1000), "c": 7}
    assert isinstance(value["b"], Decimal)


@pytest.mark.parametrize(
    "number", [b"9" * 5000, b"0." + b"9" * 5000, b"NaN", b"Infinity", b"-Infinity", b"1e99999999999999999999999"]
)
def test_numbers_beyond_all_bounds_are_none(number):
    assert load_json(b'{"a": %s, "b": 1}' % number) == {"a": None, "b": 1}


def test_bytes_that_are_no_utf_8_lose_nothing_else():
    assert load_json(b'{"error": "cass\xe9", "order": 1}') == {"error": "cass\ufffd", "order": 1}


def test_raw_line_breaks_in_texts_are_read():
    assert load_json(b'{"desc": "one\ntwo"}') == {"desc": "one\ntwo"}


def test_the_last_of_doubled_keys_wins():
    assert load_json(b'{"a": 1, "a": 2}') == {"a": 2}


@pytest.mark.parametrize("body", [b'x {"a": ' * 500_000, b"<b" * 2_000_000, b"x" + b" " * 4_000_000 + b"x"])
def test_hostile_bodies_take_no_more_than_moments(body):
    start = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        load_json(body)
    assert time.monotonic() - start < 60
