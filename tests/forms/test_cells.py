"""The fields of cells: a panel from a list, a service by a search, and one correction for several lines."""

from __future__ import annotations

import pytest
from django import forms

from panels.bulk.mistakes import find_groups
from panels.forms.cells import CellFields, MistakeForm
from panels.models import Batch
from tests.factories import make_batch, make_panel, make_service, row_of

pytestmark = pytest.mark.django_db


def choices_of(field):
    return [value for value, _ in field.widget.choices]


def test_a_panel_is_chosen_among_the_active_panels_and_a_wrong_name_is_kept():
    make_panel(name="B"), make_panel(name="A"), make_panel(name="Off", is_active=False)
    fields = CellFields(Batch(pk=1))
    assert choices_of(fields.make("panel", "")) == ["", "A", "B"]
    assert choices_of(fields.make("panel", "A")) == ["", "A", "B"]
    assert choices_of(fields.make("panel", "Of")) == ["", "Of", "A", "B"]
    assert dict(CellFields(Batch(pk=1, panel=make_panel(name="C"))).make("panel", "").widget.choices)[""] == (
        "C, as for all lines"
    )


def test_a_service_is_a_text_that_searches_and_long_texts_have_several_lines():
    fields = CellFields(Batch(pk=1))
    service = fields.make("service", "7")
    assert (type(service.widget), service.widget.attrs["hx-get"]) == (forms.TextInput, "/bulk/1/services/")
    for name, text in (("comments", ""), ("note", ""), ("link", "a\nb")):
        assert isinstance(fields.make(name, text).widget, forms.Textarea)
    assert fields.make("link", "").label == "Link"


def test_a_service_of_several_lines_is_corrected_together_with_their_panel():
    service = make_service(make_panel(name="Here"))
    batch = make_batch(*[row_of(service, service="999") for _ in range(2)])
    (form,) = [MistakeForm(group, CellFields(batch)) for group in find_groups(batch)]
    assert (list(form.fields), form.label) == (["panel", "service"], "Service")
    assert (form.initial["panel"], form.initial["service"]) == ("Here", "999")


def test_lines_of_several_panels_keep_their_panels():
    batch = make_batch(*[row_of(make_service(make_panel()), service="") for _ in range(2)])
    (form,) = [MistakeForm(group, CellFields(batch)) for group in find_groups(batch)]
    assert form.initial["panel"] == ""
    assert form.fields["panel"].widget.choices[0] == ("", "The panel of each line")


def test_two_mistakes_on_one_page_have_fields_of_their_own():
    service = make_service()
    batch = make_batch(*[row_of(service, quantity=quantity) for quantity in ("x", "x", "y", "y")])
    first, second = [MistakeForm(group, CellFields(batch)) for group in find_groups(batch)]
    assert first["quantity"].id_for_label != second["quantity"].id_for_label
