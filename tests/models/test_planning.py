"""An expression that hides a column from an index has the same value as the column."""

from __future__ import annotations

import pytest
from django.db import connection

from panels.models import Order
from panels.models.order_states import STAGE, Stage
from panels.models.planning import Literal, unindexed, unindexed_text
from tests.factories import make_order, make_placed

pytestmark = pytest.mark.django_db


def plan_of(orders):
    return orders.order_by().explain()


def test_the_values_and_the_found_rows_are_the_same():
    order = make_order()
    make_placed()
    hidden = Order.objects.annotate(at=unindexed("panel_id"), now=unindexed_text("state"))
    assert all((row.at, row.now) == (row.panel_id, row.state) for row in hidden)
    assert hidden.filter(at=order.panel_id, now="queued").get() == order


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has statistics and chooses by them")
@pytest.mark.parametrize(
    ("indexed", "hidden", "index"),
    [
        (
            Order.objects.filter(state="placed"),
            Order.objects.alias(now=unindexed_text("state")).filter(now="placed"),
            "order_in_state",
        ),
        (
            Order.objects.filter(panel=1),
            Order.objects.alias(at=unindexed("panel_id")).filter(at=1),
            "(panel_id=?)",
        ),
        (
            Order.objects.alias(stage=STAGE).filter(stage=Stage.PROBLEM),
            Order.objects.alias(stage=unindexed_text(STAGE)).filter(stage=Stage.PROBLEM),
            "order_by_stage",
        ),
    ],
)
def test_sqlite_uses_no_index_of_a_hidden_column(indexed, hidden, index):
    assert index in plan_of(indexed)
    assert index not in plan_of(hidden)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no statistics and needs the expressions")
def test_postgresql_sees_the_columns_themselves():
    hidden = Order.objects.alias(at=unindexed("panel_id"), now=unindexed_text("state")).filter(at=1, now="placed")
    shown = Order.objects.filter(panel_id=1, state="placed")
    assert "+ 0" not in str(hidden.query.sql_with_params())
    assert plan_of(hidden) == plan_of(shown)


@pytest.mark.parametrize("text", ["", "placed", "it's", "100 % of %s"])
def test_a_literal_has_its_text_without_a_parameter(text):
    make_order()
    rows = Order.objects.annotate(found=Literal(text)).values_list("found", flat=True)
    assert list(rows) == [text]
    assert rows.query.sql_with_params()[1] == ()
