"""Files and texts: which is which, and in which encoding."""

from __future__ import annotations

import pytest

from panels.tables.decoding import MAX_BYTES, decode, is_workbook, refuse_large
from panels.tables.workbook import UnreadableError
from tests.tables.conftest import workbook


def test_a_workbook_and_a_text_are_told_by_their_content():
    assert is_workbook("a.xlsx", workbook([["service"]]))
    assert not is_workbook("a.csv", b"service\n1\n")
    with pytest.raises(UnreadableError, match="but it is plain text"):
        is_workbook("a.xlsx", b"service\n1\n")


def test_a_text_is_decoded_with_a_note_if_its_encoding_was_guessed():
    for content in ("ö".encode(), "\ufeffö".encode(), "ö".encode("utf-16"), "ab".encode("utf-16-be")):
        assert decode(content).open().read() in ("ö", "ab")
        assert decode(content).note == ""
    guessed = decode("ö".encode("cp1252"))
    assert guessed.open().read() == "ö"
    assert "Windows-1252" in guessed.note


def test_too_much_is_refused():
    refuse_large(MAX_BYTES)
    with pytest.raises(UnreadableError, match="at most 20 MB"):
        refuse_large(MAX_BYTES + 1)
