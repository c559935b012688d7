"""The end of a statement in words: what may explain a difference, and no more than that."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from panels.lists.statements import STATEMENT, say_closing
from panels.money.closing import Closing
from panels.money.standing import Promised

NONE = Promised()
LESS = "The panel has 7.00\xa0USD less than the books."
ONE = "1 order has no charge yet: about {} expected."
UNKNOWN = (
    "2 orders are unknown or being sent. The panel may have all, some or none of them: about 7.00\xa0USD expected, "
    "and 1 without a known price."
)
NO_ENTRY = "Purchases outside this dashboard and fees of the panel are in no entry."
RISE = "A deposit that is not booked may explain it, or money given back that the panel has not told yet."


def said(read, uncharged=NONE, unknown=NONE, later=0):
    closing = Closing("USD", timezone.now(), Decimal(read), Decimal(50), later, uncharged, unknown, Decimal("0.01"))
    return list(say_closing(closing))


def promised(amount, number=1, unpriced=0):
    return Promised(Decimal(amount), number, unpriced)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (said(50), ["The books and the balance of the panel are equal."]),
        (
            said(50, later=2),
            [
                "The books and the balance of the panel are equal.",
                "2 entries are later than this balance, and not in the comparison.",
            ],
        ),
        (said(43), [LESS, NO_ENTRY]),
        (said(43, promised(7)), [LESS, ONE.format("7.00\xa0USD"), "That is the whole difference."]),
        (
            said(43, promised(4)),
            [LESS, ONE.format("4.00\xa0USD"), "That leaves 3.00\xa0USD that is not explained.", NO_ENTRY],
        ),
        (
            said(43, promised(9)),
            [LESS, ONE.format("9.00\xa0USD"), "That is more than the difference, so some of it may not be charged."],
        ),
        (
            said(43, unknown=promised(7, 2, 1)),
            [
                LESS,
                UNKNOWN,
                NO_ENTRY,
            ],
        ),
        (said(150), ["The panel has 100.00\xa0USD more than the books.", RISE]),
    ],
)
def test_the_difference_is_said_in_words(found, expected):
    assert found == expected


def test_the_export_names_what_the_page_shows():
    assert {"Time", "Kind", "Order", "Amount", "Balance", "Currency", "Note"} <= set(STATEMENT.exported)
