"""The decimal points of a column stand under each other."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.pages.numbers import money

pytestmark = pytest.mark.django_db(transaction=True)

SHOW_COLUMN = """(cells) => {
  const rows = cells.map((cell) => `<tr><td class="num">${cell}</td></tr>`).join("");
  document.querySelector("main").innerHTML = `<table class="table">${rows}</table>`;
}"""
# Where each number has its point, or where a whole number ends.
POINTS = """() => [...document.querySelectorAll("td")].map((cell) => {
  const text = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT).nextNode();
  const range = document.createRange();
  const point = text.data.indexOf(".");
  const end = point < 0 ? text.data.length : point;
  range.setStart(text, 0);
  range.setEnd(text, end);
  return range.getBoundingClientRect().right;
})"""


@pytest.mark.parametrize("with_currency", [True, False])
def test_the_decimal_points_of_a_column_stand_under_each_other(page, sign_in, with_currency):
    sign_in(page)
    amounts = [("12.5", "USD"), ("1234.56789", "EUR"), ("0.004213", "USD"), ("1.5", "KWD"), ("1200", "JPY")]
    cells = [money(Decimal(each), code, is_aligned=True, with_currency=with_currency) for each, code in amounts]
    page.evaluate(SHOW_COLUMN, cells)
    points = page.evaluate(POINTS)
    # Letters of a currency differ in their width, so each currency may move its number.
    assert len(points) == len(amounts)
    if not with_currency:
        assert max(points) - min(points) < 0.6
    assert abs(points[0] - points[2]) < 0.6
