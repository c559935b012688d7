"""A file that is larger than a form reads does not reach the disk as a whole."""

from __future__ import annotations

import pytest
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from dashboard import uploads


def sent(*sizes):
    files = {f"file{number}": SimpleUploadedFile("a.csv", b"x" * size) for number, size in enumerate(sizes)}
    found = RequestFactory().post("/bulk/new/", files).FILES
    for each in found.values():
        each.close()
    return [each.size for each in found.values()]


def test_only_the_beginning_of_a_large_file_is_kept(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_BYTES", 100_000)
    assert sent(100_000) == [100_000]
    assert 100_000 < sent(3_000_000)[0] < 300_000


def test_a_request_has_at_most_one_file():
    with pytest.raises(TooManyFilesSent):
        sent(1, 1)
