"""The template file can be read, and every example in it is a valid order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.protocol.order_types import ALL_FIELDS, ORDER_TYPES, Offer, check
from panels.tables.reading import COLUMNS, read_file
from panels.tables.template import _EXAMPLES, template_csv, template_xlsx


@pytest.mark.parametrize(("name", "make"), [("a.csv", template_csv), ("a.xlsx", template_xlsx)])
def test_a_template_is_a_file_whose_examples_are_orders_of_their_types(name, make):
    sheet = read_file(name, make())
    assert sheet.columns == COLUMNS
    kinds = [kind for kind, _ in _EXAMPLES]
    assert set(kinds) <= {*ORDER_TYPES, ""}
    for kind, line in zip(kinds, sheet.lines, strict=True):
        values = {name: text for name, text in line.cells.items() if name in ALL_FIELDS}
        offer = Offer(kind, rate_per_1000=Decimal(1), min_quantity=None, max_quantity=None)
        assert not check(offer, values).errors
