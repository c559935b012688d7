"""Refusals are the same if only numbers, ids and addresses in them differ."""

from __future__ import annotations

import pytest

from panels.protocol.folding import fold

LINK = "https://example.com/p/1"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Panel kapalı", "  PANEL   KAPALI."),
        ("Order 4711 cannot be taken", "order 4712 cannot be taken!"),
        ("Ref: ab12-99f, try later", "Ref: 77c, try later"),
        ("No for https://example.com/p/1 now", "No for https://example.com/reel/2?x=y now"),
        ("Заказы временно не принимаются (23:15)", "Заказы временно не принимаются (23:16)"),
        ("error #12", "Error #13"),
    ],
)
def test_what_differs_between_orders_is_left_out(first, second):
    assert fold(first) == fold(second) != ""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Panel kapalı", "Panel açık"),
        # A code alone is the whole reason.
        ("113", "114"),
        ("E-113", "E-114"),
        ("🚫", "⛔"),
        ("No 5 today", "No today"),
    ],
)
def test_other_words_stay_other_words(first, second):
    assert fold(first) != fold(second)


def test_the_values_of_the_order_are_left_out_where_the_panel_repeats_them():
    assert fold("anna.smith is not welcome", ["anna.smith"]) == fold("bert.jones is not welcome", ["Bert.Jones"])
    # A short value may stand in the words by chance.
    assert fold("we are out", ["we"]) == "we are out"


@pytest.mark.parametrize("text", ["", " ", "x" * 5000, "\x00", "9" * 400])
def test_every_text_fits_its_column(text):
    assert len(fold(text)) <= 300
    assert "\x00" not in fold(text)
