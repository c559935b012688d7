"""The lines of a draft: they are shown in pages and tabs, corrected in place, skipped and included."""

from __future__ import annotations

import re

import pytest

from tests.factories import make_batch, make_service, row_of
from tests.views.pages import at, order_all, text_of

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


def test_wrong_lines_come_first_and_the_others_are_a_tab_away(as_viewer):
    service = make_service()
    batch = make_batch(
        row_of(service, link="https://example.com/good"), row_of(service, link="https://example.com/bad", quantity=1)
    )
    wrong = as_viewer.get(at("bulk_detail", batch)).content.decode()
    assert "example.com/bad" in wrong
    assert "example.com/good" not in wrong
    every = as_viewer.get(at("bulk_detail", batch) + "?show=all").content.decode()
    assert "example.com/bad" in every
    assert "example.com/good" in every


def test_lines_are_paged(as_viewer):
    service = make_service()
    batch = make_batch(*(row_of(service) for _ in range(60)))
    first = as_viewer.get(at("bulk_detail", batch))
    assert first.content.decode().count('id="line-') == 50
    following = re.search(r' href="([^"]*after=[^"]*)"', first.content.decode())[1].replace("&amp;", "&")
    assert as_viewer.get(following).content.decode().count('id="line-') == 10


def test_the_lines_are_a_fragment_of_their_own(as_viewer):
    batch = make_batch(row_of(make_service()))
    page = as_viewer.get(at("bulk_detail", batch)).content.decode()
    part = as_viewer.get(at("bulk_detail", batch), headers=HX).content.decode()
    assert part.strip() in page
    assert 'id="lines"' in part
    assert 'id="summary"' not in part


def test_a_line_is_corrected_in_place(as_operator):
    service = make_service()
    batch = make_batch(row_of(service, quantity=1), row_of(service))
    address = at("bulk_line", batch, 2)
    form = as_operator.get(address, headers=HX).content.decode()
    assert 'id="line-2"' in form
    assert 'name="quantity"' in form
    assert "at least 100" in form or "100" in form
    cells = {"panel": service.panel.name, "service": service.remote_id, "link": "https://example.com/x"}
    response = as_operator.post(address, {**cells, "quantity": "500"}, headers=HX)
    assert response.status_code == 200
    assert "<form" in response.content.decode()
    assert 'name="quantity"' not in response.content.decode()
    assert "Order 2 lines" in text_of(response)
    assert batch.lines.get(number=2).cells["quantity"] == "500"


def test_a_line_that_is_still_wrong_keeps_its_form_and_what_was_typed(as_operator):
    service = make_service()
    batch = make_batch(row_of(service, quantity=1))
    response = as_operator.post(at("bulk_line", batch, 2), row_of(service, quantity=2), headers=HX)
    assert response.status_code == 422
    assert 'value="2"' in response.content.decode()
    assert batch.lines.get().cells["quantity"] == "2"
    assert batch.lines.get().has_errors


def test_a_corrected_list_keeps_one_kind_of_line_ends(as_operator):
    service = make_service(type="custom_comments", raw_type="Custom Comments", min_quantity=1)
    batch = make_batch(row_of(service, quantity="", comments="one"))
    cells = row_of(service, quantity="", comments="one\r\ntwo")
    assert as_operator.post(at("bulk_line", batch, 2), cells, headers=HX).status_code == 200
    assert batch.lines.get().cells["comments"] == "one\ntwo"


def test_a_list_is_shown_with_as_many_lines_as_are_ordered(as_viewer):
    service = make_service(type="custom_comments", raw_type="Custom Comments", min_quantity=1)
    batch = make_batch(row_of(service, quantity="", comments="\none\n\ntwo\n \nthree\n"))
    assert batch.lines.get().cost == service.rate_per_1000 * 3 / 1000
    assert "comments: one (+ 2 more)" in text_of(as_viewer.get(at("bulk_detail", batch)))


def test_a_line_is_left_out_and_taken_back(as_operator):
    batch = make_batch(row_of(make_service()), row_of(make_service()))
    response = as_operator.post(at("bulk_line", batch, 3), {"do": "leave_out"}, headers=HX)
    assert "Skipped" in text_of(response)
    assert "Order 1 line ·" in text_of(response)
    assert batch.lines.get(number=3).cells
    as_operator.post(at("bulk_line", batch, 3), {"do": "take_back"}, headers=HX)
    assert not batch.lines.get(number=3).is_left_out


def test_a_repeat_is_ordered_all_the_same(as_operator):
    service = make_service()
    row = row_of(service)
    batch = make_batch(row, row)
    page = as_operator.get(at("bulk_detail", batch))
    assert text_of(page).count("Order anyway") == 1
    response = as_operator.post(at("bulk_line", batch, 3), {"do": "repeat"}, headers=HX)
    # The line that it repeated is fine by that, and its row is told.
    assert "line-2" in response["HX-Trigger"]
    assert batch.lines.filter(has_errors=True).count() == 0
    row = as_operator.get(at("bulk_line", batch, 2) + "?row=1", headers=HX)
    assert "OK" in text_of(row)


def test_a_line_whose_correction_repeats_another_can_be_ordered_all_the_same_from_its_form(as_operator):
    service = make_service()
    row = row_of(service)
    batch = make_batch(row, row_of(service, quantity=1))
    address = at("bulk_line", batch, 3)
    form = as_operator.post(address, row, headers=HX)
    assert form.status_code == 422
    assert "Order anyway" in text_of(form)
    response = as_operator.post(address, {**row, "quantity": "2000", "do": "repeat"}, headers=HX)
    assert response.status_code == 200
    line = batch.lines.get(number=3)
    assert (line.has_errors, line.is_repeat_ok, line.cells["quantity"]) == (False, True, "2000")


def test_a_wrong_value_is_no_repeat(as_operator):
    batch = make_batch(row_of(make_service(), link="no address at all, but words"))
    assert batch.lines.get().has_errors
    assert "Order anyway" not in text_of(as_operator.get(at("bulk_detail", batch)))


def test_lines_are_corrected_without_javascript_too(as_operator):
    service = make_service()
    batch = make_batch(row_of(service, quantity=1))
    page = as_operator.get(at("bulk_line", batch, 2)).content.decode()
    assert "<html" in page
    assert 'name="quantity"' in page
    response = as_operator.post(at("bulk_line", batch, 2), row_of(service, quantity=500))
    assert response.url == at("bulk_detail", batch)
    assert not batch.lines.get().has_errors


def test_all_wrong_lines_are_left_out_at_once(as_operator):
    service = make_service()
    batch = make_batch(row_of(service), row_of(service, quantity=1), row_of(service, quantity=2))
    response = as_operator.post(at("bulk_leave_out_wrong", batch), follow=True)
    assert "2 lines were skipped" in text_of(response)
    assert "Order 1 line ·" in text_of(response)
    undo = re.search(r'action="([^"]*include[^"]*)"', response.content.decode())[1]
    response = as_operator.post(undo, follow=True)
    assert "2 lines were included again" in text_of(response)
    assert batch.lines.filter(has_errors=True, is_left_out=False).count() == 2
    # Without an error, nothing was skipped, so there is nothing to undo.
    as_operator.post(at("bulk_leave_out_wrong", batch), follow=True)
    assert "Undo" not in text_of(as_operator.post(at("bulk_leave_out_wrong", batch), follow=True))


def test_an_undo_with_strange_numbers_includes_nothing(as_operator):
    batch = make_batch(row_of(make_service()))
    response = as_operator.post(f"{at('bulk_include', batch)}?lines=x,,-1,{'9' * 30}", follow=True)
    assert "0 lines were included again" in text_of(response)


def test_lines_of_a_confirmed_batch_stay_as_they_are(as_operator):
    service = make_service()
    batch = order_all(make_batch(row_of(service)))
    address = at("bulk_line", batch, 2)
    assert as_operator.post(address, {"do": "leave_out"}).url == at("bulk_detail", batch)
    assert as_operator.post(address, {"do": "leave_out"}, headers=HX)["HX-Refresh"] == "true"
    assert as_operator.get(address).url == at("bulk_detail", batch)
    assert as_operator.post(at("bulk_leave_out_wrong", batch)).url == at("bulk_detail", batch)
    assert "no longer" in text_of(as_operator.post(at("bulk_include", batch), follow=True))
    assert not batch.lines.get().is_left_out
