"""The form of the columns: a field for each column, and what a choice must have."""

from __future__ import annotations

import pytest

from panels.bulk.adoption import EXISTING
from panels.forms.columns import ColumnsForm, label_of
from panels.tables.columns import COLUMNS, ORDERS
from panels.tables.layout import Layout
from panels.tables.reading import Source, find_proposal
from tests.factories import make_panel

pytestmark = pytest.mark.django_db
CONTENT = b"Was,Wohin,Viel,remote_id\n12,https://example.com/1,1000,\n"


def form_of(kind=ORDERS, **data):
    proposal = find_proposal(Source("a.csv", CONTENT, kind), {})
    return ColumnsForm(proposal, kind, None, data)


def test_each_column_has_its_title_its_values_and_a_proposal():
    rows = list(form_of().rows)
    assert [row.title for row in rows] == ["Was", "Wohin", "Viel", "remote_id"]
    assert rows[1].samples == ["https://example.com/1"]
    assert [row.field and row.field.initial for row in rows] == ["", "link", "", None]
    assert rows[0].field.label == "Read Was as"


def test_the_choice_becomes_a_layout_and_results_stay_results():
    panel = make_panel()
    form = form_of(column_0="service", column_1="link", column_2="quantity", panel=str(panel.pk))
    assert form.is_valid()
    assert form.layout == Layout(1, {0: "service", 1: "link", 2: "quantity", 3: "remote_id"})


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"column_1": "link"}, "__all__", "Choose which column is Service ID."),
        ({"column_0": "service", "column_1": "service"}, "column_1", "Service ID is chosen for two columns."),
        ({"column_0": "service", "column_1": "link"}, "panel", "Choose a panel"),
        ({"column_0": "order"}, "column_0", "Select a valid choice"),
    ],
)
def test_a_choice_that_cannot_be_read_is_refused(data, field, words):
    form = form_of(**data)
    assert not form.is_valid()
    assert words in str(form.errors[field])


def test_every_column_of_a_table_can_be_chosen():
    choices = form_of().fields["column_0"].choices
    names = [name for _, group in choices[1:] for name, _ in group]
    assert choices[0] == ("", "Not read")
    assert sorted(names) == sorted(COLUMNS)
    assert label_of("again_of") == "Order again of"
    existing = form_of(EXISTING).fields["column_0"].choices
    assert [name for _, group in existing[1:] for name, _ in group] == list(EXISTING.columns)


def test_of_a_wide_table_the_columns_that_are_not_read_are_folded_away_unless_they_are_chosen():
    titles = ",".join(f"Crm {number}" for number in range(60))
    content = f"Service,{titles},Link\n12,{','.join('x' * 60)},https://example.com/1\n".encode()
    proposal = find_proposal(Source("a.csv", content), {})
    form = ColumnsForm(proposal, ORDERS, None)
    assert [row.title for row in form.first_rows] == ["Service", "Link", *(f"Crm {number}" for number in range(20))]
    assert len(form.further_rows) == 40
    chosen = ColumnsForm(proposal, ORDERS, None, {"column_0": "service", "column_50": "quantity", "column_51": "x"})
    assert not chosen.is_valid()
    assert {"Crm 49", "Crm 50"} <= {row.title for row in chosen.first_rows}
