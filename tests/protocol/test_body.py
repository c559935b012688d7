"""A body is unpacked piece by piece, and reading stops at the bounds of the call."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from panels.protocol.body import CATALOG, KEPT, MIB, Bounds, bounds_of, read_body
from panels.protocol.decoding import load_json
from panels.protocol.errors import OutcomeUnknown

SMALL = bounds_of({"action": "balance"})


def chunks_of(data, size=65_536, taken=None):
    for start in range(0, len(data), size):
        if taken is not None:
            taken.append(start)
        yield data[start : start + size]


@pytest.mark.parametrize("size", [1, 7, 65_536])
@pytest.mark.parametrize(("coding", "pack"), [("", bytes), (" GZip", gzip.compress), ("deflate", zlib.compress)])
def test_a_body_within_its_bounds_is_whole(coding, pack, size):
    body = json.dumps({"order": 23501, "text": "ab" * 500}).encode()
    assert read_body(chunks_of(pack(body), size), coding, SMALL) == (body, "")
    assert read_body(chunks_of(b"", size), coding, SMALL) == (b"", "")


@pytest.mark.parametrize("unit", [b"0.1,", b"[],", b'{"":0.1},', b"[", b'"",'])
@pytest.mark.parametrize("fields", [{"action": "services"}, {"action": "add"}, {"action": "status", "orders": "1,2,3"}])
@pytest.mark.parametrize("is_packed", [True, False])
def test_values_without_end_are_given_up_after_a_part(unit, fields, is_packed):
    body = b"[" + unit * (32 * MIB // len(unit))
    taken = []
    data = chunks_of(gzip.compress(body, 1), 1_000, taken) if is_packed else chunks_of(body, taken=taken)
    kept, excess = read_body(data, "gzip" if is_packed else "", bounds_of(fields))
    assert (kept, "values" in excess) == (body[:KEPT], True)
    assert is_packed or taken[-1] < len(body) / 2


@pytest.mark.parametrize(
    ("value", "is_too_much"),
    [
        ([",[{\\" * 2, ',[{"' * 2], False),
        (list(range(13)), True),
        (list(range(12)), False),
        ([",", *range(12)], True),
        ([[], []], False),
        ([{}, [], {}], True),
        ([{"a": ",[,"}, {"b": ",,{"}], False),
    ],
)
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf\r\n"])
def test_marks_in_texts_are_no_values(value, before, is_too_much):
    excess = read_body([before + json.dumps(value).encode()], "", Bounds(MIB, 15))[1]
    assert bool(excess) is is_too_much


def test_a_quotation_mark_before_the_json_hides_no_values():
    assert read_body([b'Notice: "' + json.dumps(list(range(13))).encode()], "", Bounds(MIB, 15))[1]


def test_texts_without_an_end_are_looked_at_once():
    assert read_body([b'["' + b'\\"' * 1_000_000 + b"," * 20], "", Bounds(4 * MIB, 15))[1] == ""


def test_a_text_without_end_is_given_up_at_the_most_bytes():
    taken = []
    kept, excess = read_body(chunks_of(b"x" * 32 * MIB, taken=taken), "", SMALL)
    assert (len(kept), excess) == (KEPT, "The panel's answer is larger than 1 MiB.")
    assert len(taken) == 17
    assert read_body([b"x" * 101], "", Bounds(100, 10))[1] == "The panel's answer is larger than 100 bytes."


def test_the_bounds_grow_with_the_ids_that_are_asked():
    hundred = bounds_of({"action": "status", "orders": ",".join(map(str, range(100)))})
    assert SMALL == bounds_of({"action": "add", "comments": "a,b,c"}) == bounds_of({"action": "status", "order": "1"})
    assert SMALL.bytes == MIB < hundred.bytes < 3 * MIB
    assert SMALL.values < hundred.values < 50_000


def test_a_catalog_of_twenty_thousand_services_is_within_its_bounds():
    row = {
        "service": 12345, "name": "Instagram Followers [Refill: 30 days] [Max 1M], real", "type": "Default",
        "category": "Instagram | Followers", "rate": "0.9012", "min": "100", "max": "1000000", "dripfeed": True,
        "refill": True, "cancel": False, "average_time": "1 hour, 3 minutes", "desc": "Start: 0-1 h, 5,000 a day. " * 9,
    }  # fmt: skip
    # A tenth of the services within a tenth of the bounds.
    body = json.dumps([row] * 2_000).encode()
    tenth = Bounds(CATALOG.bytes // 10, CATALOG.values // 10)
    assert read_body(chunks_of(gzip.compress(body, 1)), "gzip", tenth) == (body, "")


def test_what_follows_a_packed_body_is_not_kept():
    packed = gzip.compress(b"[1]")
    assert read_body([packed, b"x" * 10, b"x" * 10], "gzip", SMALL) == (b"[1]", "")


@pytest.mark.parametrize(("coding", "data"), [("br", b"x"), ("gzip", gzip.compress(b"[1]" * 99, mtime=0)[:-9])])
def test_another_coding_and_a_body_that_is_cut_short_are_unknown(coding, data):
    with pytest.raises(OutcomeUnknown):
        read_body([data], coding, SMALL)


def test_a_piece_that_needs_no_more_bytes_is_not_forgotten():
    body = b"a" * 65_536 * 3
    assert read_body([gzip.compress(body)], "gzip", SMALL) == (body, "")
    assert load_json(read_body([gzip.compress(b"1")], "gzip", SMALL)[0]) == 1
