"""Tables as files."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from panels.pages.downloads import send_table


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_table_is_sent_as_a_file_of_its_name(suffix):
    response = send_table("orders", suffix, ["Link"], [["x"], ["=1+1"]])
    assert response["Content-Disposition"] == f'attachment; filename="orders.{suffix}"'
    if suffix == "csv":
        assert b"".join(response).decode().removeprefix("\ufeff").split() == ["Link", "x", "'=1+1"]
    else:
        rows = load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)
        assert list(rows) == [("Link",), ("x",), ("'=1+1",)]
