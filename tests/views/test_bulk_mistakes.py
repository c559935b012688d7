"""A mistake of several lines is corrected, skipped or accepted by one press of a button."""

from __future__ import annotations

import html
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from panels.bulk import mistakes
from panels.bulk.drafts import discard
from panels.bulk.mistakes import find_groups
from tests.factories import make_batch, make_panel, make_service, row_of
from tests.views.pages import at, count_queries, text_of

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


def settle(client, batch, **data):
    """Send the form of the first mistake."""
    key = find_groups(batch)[0].mistake.key
    return client.post(at("bulk_settle", batch), {"mistake": key, **data}, follow=True)


def test_thirty_lines_with_one_mistake_are_one_correction(as_operator):
    service = make_service()
    batch = make_batch(*[row_of(service, service="999") for _ in range(30)], row_of(service))
    page = as_operator.get(at("bulk_detail", batch))
    assert "30 lines: Service" in text_of(page)
    assert "Lines 2–31" in text_of(page)
    assert "Set for all 30 lines" in text_of(page)
    response = settle(as_operator, batch, panel=service.panel.name, service=service.remote_id)
    assert response.redirect_chain == [(at("bulk_detail", batch) + "#confirm", 302)]
    assert "30 lines were corrected. None has errors." in text_of(response)
    assert "Order 31 lines" in text_of(response)


def test_the_focus_goes_to_the_first_line_that_is_still_wrong(as_operator):
    service = make_service()
    batch = make_batch(row_of(service, quantity="x"), row_of(service, quantity="x", link=""))
    response = settle(as_operator, batch, quantity="500")
    assert response.redirect_chain[0][0].endswith("#change-3")
    assert "2 lines were corrected. 1 still has errors." in text_of(response)


def test_lines_keep_their_panels_if_none_is_chosen(as_operator):
    panels = [make_panel(), make_panel()]
    for panel in panels:
        make_service(panel, remote_id="7")
    batch = make_batch(*[row_of(make_service(panel), service="") for panel in panels])
    settle(as_operator, batch, panel="", service="7")
    assert [line.panel for line in batch.lines.all()] == panels
    assert not batch.lines.filter(has_errors=True).exists()


def test_all_lines_with_a_mistake_are_skipped_and_the_undo_includes_them(as_operator):
    batch = make_batch(*[row_of(make_service(), quantity="x") for _ in range(2)])
    response = settle(as_operator, batch, do="leave_out")
    assert "2 lines were skipped" in text_of(response)
    assert f"{at('bulk_include', batch)}?lines=2-3" in response.content.decode()
    assert batch.lines.filter(is_left_out=True).count() == 2


def undo_of(response):
    """Return the address of the undo that a page offers."""
    return html.unescape(re.search(r'action="([^"]*take-back[^"]*)"', response.text)[1])


def test_a_correction_of_many_lines_has_an_undo(as_operator):
    batch = make_batch(*[row_of(make_service(), quantity="x & y") for _ in range(300)])
    response = settle(as_operator, batch, quantity="500")
    assert "300 lines were corrected. None has errors." in text_of(response)
    page = as_operator.post(undo_of(response), follow=True)
    assert "300 lines are as before." in text_of(page)
    assert "changed since" not in text_of(page)
    assert batch.lines.filter(cells__quantity="x & y", has_errors=True).count() == 300


def test_an_undo_names_the_lines_that_were_changed_since(as_operator):
    batch = make_batch(*[row_of(make_service(), quantity="x") for _ in range(3)])
    response = settle(as_operator, batch, quantity="500")
    changed = batch.lines.first()
    changed.cells |= {"quantity": "700"}
    changed.save()
    page = as_operator.post(undo_of(response), follow=True)
    assert "2 lines are as before. 1 line was changed since and kept." in text_of(page)


def test_accepted_repeats_have_an_undo(as_operator):
    batch = make_batch(*[row_of(make_service())] * 3)
    page = as_operator.post(undo_of(settle(as_operator, batch, do="repeat")), follow=True)
    assert "2 lines are as before." in text_of(page)
    assert batch.lines.filter(has_errors=True, is_repeat_ok=False).count() == 2


@pytest.mark.parametrize("query", ["", "?lines=x", "?lines=2-9&before.quantity=1&now.quantity=9"])
def test_an_undo_of_something_else_changes_nothing(as_operator, query):
    batch = make_batch(row_of(make_service()))
    as_operator.post(at("bulk_take_back", batch) + query)
    assert batch.lines.get().cells["quantity"] == "1000"


def test_repeats_of_one_link_are_accepted_together(as_operator):
    row = row_of(make_service())
    batch = make_batch(*[row] * 4)
    page = as_operator.get(at("bulk_detail", batch))
    assert "Order all 3 anyway" in text_of(page)
    assert "Set for all" not in text_of(page)
    assert "3 lines were accepted as repeats. None has errors." in text_of(settle(as_operator, batch, do="repeat"))


def test_the_examples_of_a_template_that_is_uploaded_as_it_is_are_skipped_together(as_operator):
    for slug in ("package", "subscriptions"):
        make_service(type=slug)
    file = SimpleUploadedFile("orders-template.csv", as_operator.get("/bulk/template.csv").content)
    page = as_operator.post(reverse("bulk_new"), {"token": uuid.uuid4(), "file": file}, follow=True)
    text = text_of(page)
    assert "2 lines This line is an example of the template." in text
    assert "Skip all 2" in text
    assert "Set for all" not in text
    assert "0 lines" in re.search(r"Order [^<]*", text)[0]


def test_a_form_of_before_changes_nothing(as_operator):
    service = make_service()
    batch = make_batch(*[row_of(service, quantity="x") for _ in range(2)])
    old = find_groups(batch)[0].mistake.key
    settle(as_operator, batch, quantity="y")
    page = as_operator.post(at("bulk_settle", batch), {"mistake": old, "quantity": "500"}, follow=True)
    assert "No line has this mistake any more. Nothing was changed." in text_of(page)
    assert batch.lines.filter(cells__quantity="y").count() == 2


def test_what_was_changed_is_said_if_somebody_else_is_quicker(as_operator, monkeypatch):
    batch = make_batch(*[row_of(make_service(), quantity="x") for _ in range(2)])
    monkeypatch.setattr(mistakes, "_save", lambda *_: None)
    text = text_of(settle(as_operator, batch, quantity="500"))
    assert "0 lines were corrected. Somebody else is changing this draft" in text


def test_a_batch_that_is_no_draft_any_more_is_not_changed(as_operator):
    batch = make_batch(*[row_of(make_service(), quantity="x") for _ in range(2)])
    key = find_groups(batch)[0].mistake.key
    discard(batch)
    page = as_operator.post(at("bulk_settle", batch), {"mistake": key, "quantity": "500"}, follow=True)
    assert "is discarded. Its lines can no longer be changed." in text_of(page)


def test_a_viewer_sees_no_corrections(as_viewer):
    batch = make_batch(*[row_of(make_service(), quantity="x") for _ in range(2)])
    assert "Set for all" not in text_of(as_viewer.get(at("bulk_detail", batch)))


def test_the_mistakes_of_most_lines_come_first_and_follow_each_change_of_a_line(as_operator):
    service = make_service()
    rows = [row_of(service, quantity=text) for text in ("a", "a", "a", *"bbccddeeffgg")]
    batch = make_batch(*rows)
    text = text_of(as_operator.get(at("bulk_detail", batch)))
    assert re.findall(r"Set for all (\d+) lines", text) == ["3", "2", "2", "2", "2"]
    assert "2 more mistakes are in several lines." in text
    response = as_operator.post(at("bulk_line", batch, 2), row_of(service), headers=HX)
    assert "Set for all 2 lines" in text_of(response)
    assert "Set for all 3 lines" not in text_of(response)


@pytest.mark.parametrize("mistakes", [1, 5])
def test_the_queries_do_not_grow_with_the_mistakes(as_operator, mistakes):
    service = make_service()
    batch = make_batch(*[row_of(service, service=f"x{each}") for each in range(mistakes) for _ in range(2)])
    assert count_queries(as_operator, at("bulk_detail", batch)) <= 21
