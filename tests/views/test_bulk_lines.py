"""The lines of a draft: they are shown in pages and tabs, corrected in place, skipped and included."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from panels.bulk.drafts import change_line
from tests.factories import (
    count_records,
    make_batch,
    make_delivered,
    make_offer,
    make_panel,
    make_placed,
    make_service,
    read_offers,
    row_of,
)
from tests.views.pages import at, order_all, text_of

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


def test_wrong_lines_come_first_and_the_others_are_a_tab_away(as_viewer):
    service = make_service()
    batch = make_batch(
        row_of(service, link="https://example.com/good"), row_of(service, link="https://example.com/bad", quantity=1)
    )
    wrong = as_viewer.get(at("bulk_detail", batch), headers=HX).content.decode()
    assert "example.com/bad" in wrong
    assert "example.com/good" not in wrong
    every = as_viewer.get(at("bulk_detail", batch) + "?show=all").content.decode()
    assert "example.com/bad" in every
    assert "example.com/good" in every


def test_lines_with_a_warning_are_marked_and_a_tab_away(as_viewer):
    service = make_service(name="TikTok Views", category="TikTok")
    batch = make_batch(row_of(service, link="https://example.com/good"), row_of(service, link="https://youtu.be/AbC"))
    page = text_of(as_viewer.get(at("bulk_detail", batch)))
    assert "1 line has warnings." in page
    assert "The link leads to YouTube, but the service is for TikTok." in page
    warned = as_viewer.get(at("bulk_detail", batch) + "?show=warned", headers=HX).content.decode()
    assert "youtu.be/AbC" in warned
    assert "example.com/good" not in warned


def test_lines_with_errors_are_counted_among_the_warnings_that_their_rows_show(as_operator):
    service = make_service(name="TikTok Views", category="TikTok")
    wrong = row_of(service, link="https://youtu.be/AbC", quantity=1)
    batch = make_batch(
        wrong, row_of(service, link="https://youtu.be/AbD"), row_of(service, link="https://example.com/a")
    )
    page = as_operator.get(at("bulk_detail", batch) + "?show=warned", headers=HX)
    assert page.text.count("The link leads to YouTube") == 2
    assert '<span id="number-warned">2</span>' in page.text
    page = text_of(as_operator.get(at("bulk_detail", batch)))
    # The summary is about the lines to order.
    assert "1 line has warnings." in page
    as_operator.post(at("bulk_leave_out_wrong", batch))
    assert '<span id="number-warned">1</span>' in as_operator.get(at("bulk_detail", batch)).text


def test_a_line_shows_what_the_orders_of_its_service_delivered(as_operator):
    service = make_service()
    make_delivered(service, timedelta(hours=1), remains=13)
    count_records()
    batch = make_batch(row_of(service))
    assert "98.7\xa0%" in as_operator.get(at("bulk_detail", batch)).text


@pytest.mark.parametrize(("milliseconds", "is_said"), [(20, False), (0, False), (400, True)])
def test_a_time_for_an_order_that_is_too_short_to_show_is_not_said(as_viewer, milliseconds, is_said):
    service, now = make_service(), timezone.now()
    make_placed(service, sent_at=now, placed_at=now + timedelta(milliseconds=milliseconds))
    page = text_of(as_viewer.get(at("bulk_detail", make_batch(row_of(service)))))
    assert "Sending takes about" in page
    assert ("; the panel needs 0.4" in page) is is_said
    assert "the panel needs 0" not in page or is_said


def test_the_number_of_warnings_follows_a_correction(as_operator):
    batch = make_batch(row_of(make_service(name="TikTok Views", category="TikTok"), link="https://youtu.be/AbC"))
    cells = {**batch.lines.get().cells, "link": "https://www.tiktok.com/@a/video/1"}
    part = as_operator.post(at("bulk_line", batch, 2), cells, headers=HX).content.decode()
    assert '<span id="number-warned" hx-swap-oob="true">0</span>' in part
    assert "warnings." not in part
    assert "No lines have warnings." in text_of(as_operator.get(at("bulk_detail", batch) + "?show=warned"))


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
    # The row of the line that it repeats stays as it is.
    assert "HX-Trigger" not in response
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
    # The address has the focus on what comes next.
    assert response.url == at("bulk_detail", batch) + "#confirm"
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


def test_all_skipped_lines_are_included_from_their_tab(as_operator):
    batch = make_batch(*[row_of(make_service(), quantity=1) for _ in range(3)])
    as_operator.post(at("bulk_leave_out_wrong", batch))
    assert "Include all" not in text_of(as_operator.get(at("bulk_detail", batch)))
    page = as_operator.get(at("bulk_detail", batch) + "?show=out").text
    address = re.search(r'action="([^"]*)"[^>]*>\s*<input[^>]*>\s*<button[^>]*>Include all skipped lines', page)[1]
    assert "3 lines were included again" in text_of(as_operator.post(address, follow=True))
    assert not batch.lines.filter(is_left_out=True).exists()


# -- two tabs


def carried(page):
    """Read what the first form of a line carries."""
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page.text)[1] for name in ("seen", "draft")}


def test_a_line_that_was_changed_in_another_tab_is_not_overwritten_and_is_shown(as_operator):
    service = make_service()
    batch = make_batch(row_of(service, quantity=1))
    old = carried(as_operator.get(at("bulk_detail", batch)))
    line = batch.lines.get()
    other = {**line.cells, "quantity": "700"}
    assert as_operator.post(at("bulk_line", batch, 2), other | old, headers=HX).status_code == 200
    answer = as_operator.post(at("bulk_line", batch, 2), line.cells | {"quantity": "800"} | old, headers=HX)
    assert answer.status_code == 422
    assert "changed meanwhile" in text_of(answer)
    assert "You had typed quantity “800”." in text_of(answer)
    assert 'value="700"' in answer.text
    assert batch.lines.get().cells["quantity"] == "700"
    # The form of the answer has the present state.
    seen = carried_seen(answer)
    as_operator.post(at("bulk_line", batch, 2), line.cells | {"quantity": "800", "seen": seen}, headers=HX)
    assert batch.lines.get().cells["quantity"] == "800"


def carried_seen(page):
    return re.search(r'name="seen" value="([^"]*)"', page.text)[1]


@pytest.mark.parametrize("headers", [HX, {}])
def test_a_doubt_is_accepted_only_in_the_words_that_were_shown(as_operator, headers):
    service = make_service()
    row = row_of(service)
    batch = make_batch(row, row)
    seen = carried_seen(as_operator.get(at("bulk_line", batch, 3)))
    order = make_placed(service, link=row["link"])
    change_line(batch.lines.get(number=3), cells=row)
    answer = as_operator.post(at("bulk_line", batch, 3), {"do": "repeat", "seen": seen}, headers=headers, follow=True)
    assert "was changed meanwhile" in answer.text + answer.headers.get("HX-Trigger", "")
    assert f"Order {order.pk} is still active" in text_of(answer)
    assert not batch.lines.get(number=3).is_repeat_ok


def test_outdated_rows_are_loaded_again_after_a_change_in_their_tab(as_operator):
    service = make_service()
    batch = make_batch(*[row_of(service, quantity=1) for _ in range(3)])
    old = carried(as_operator.get(at("bulk_detail", batch)))
    seen = carried_seen(as_operator.get(at("bulk_line", batch, 3)))
    first = as_operator.post(at("bulk_line", batch, 2), row_of(service) | old, headers=HX)
    assert "outdated" not in first.headers["HX-Trigger-After-Settle"]
    assert 'id="draft"' in first.text
    second = as_operator.post(at("bulk_line", batch, 3), row_of(service) | old | {"seen": seen}, headers=HX)
    assert json.loads(second.headers["HX-Trigger-After-Settle"]) == {"outdated": {}}
    assert 'id="draft"' not in second.text
    assert not batch.lines.get(number=3).has_errors


# -- the next line with errors


def go_on_of(response):
    """Return the part that gets the focus after a change, and the page that has it."""
    told = json.loads(response.headers.get("HX-Trigger-After-Settle", "{}"))
    return (told["go-on"]["to"], told["go-on"]["at"]) if told else None


def test_after_a_correction_the_focus_goes_to_the_next_line_with_errors_and_then_to_the_confirmation(as_operator):
    service = make_service()
    batch = make_batch(*(row_of(service, quantity=quantity) for quantity in (1, 500, 1, 1)))
    page = at("bulk_detail", batch)
    for number, following in ((4, "change-5"), (5, "change-2"), (2, "confirm")):
        response = as_operator.post(at("bulk_line", batch, number), row_of(service), headers=HX)
        to, address = go_on_of(response)
        assert to == following
        assert f"Line {number} has no errors any more." in text_of(response)
        assert (f'id="{to}"' in as_operator.get(address, headers=HX).content.decode()) is (to != "confirm")
    assert 'id="confirm"' in as_operator.get(page).content.decode()


def test_the_page_of_the_next_line_with_errors_is_found_among_many_pages(as_operator):
    service = make_service()
    batch = make_batch(*(row_of(service, quantity=1) for _ in range(120)))
    response = as_operator.post(at("bulk_line", batch, 101), row_of(service), headers=HX)
    to, address = go_on_of(response)
    assert to == "change-102"
    shown = re.findall(r'id="(change-\d+)"', as_operator.get(address, headers=HX).content.decode())
    assert (shown[0], len(shown)) == ("change-102", 20)


def test_the_focus_stays_where_no_mistake_was_settled(as_operator):
    service = make_service()
    batch = make_batch(row_of(service), row_of(service, quantity=1))
    assert go_on_of(as_operator.post(at("bulk_line", batch, 2), row_of(service), headers=HX)) is None
    assert go_on_of(as_operator.post(at("bulk_line", batch, 3), row_of(service, quantity=2), headers=HX)) is None
    assert go_on_of(as_operator.post(at("bulk_line", batch, 3), {"do": "leave_out"}, headers=HX)) is not None


# -- the search for a service


def choices_of(client, batch, **query):
    markup = client.get(at("bulk_services", batch), query, headers=HX).content.decode()
    return re.findall(r'data-panel="([^"]*)" data-service="([^"]*)"', markup), markup


def test_services_are_found_by_words_at_the_panel_of_the_line(as_operator):
    here, there = make_panel(name="Here"), make_panel(name="<There>")
    for panel in (here, there):
        make_service(panel, remote_id="7", name="Gold Likes")
    make_service(there, remote_id="8", name="Gold Likes", is_listed=False)
    batch = make_batch(row_of(make_service(here)), panel=here)
    both = [("&lt;There&gt;", "7"), ("Here", "7")]
    assert choices_of(as_operator, batch, service="gold", panel="<There>")[0] == both[:1]
    # The panel of the batch is that of the lines without a panel, and a wrong name keeps nothing away.
    assert choices_of(as_operator, batch, service="gold")[0] == both[1:]
    assert sorted(choices_of(as_operator, batch, service="gold", panel="Nowhere")[0]) == both
    assert "No listed service of Here matches" in choices_of(as_operator, batch, service="silver")[1]
    assert choices_of(as_operator, batch, service=" ")[1].strip() == ""


def test_a_line_says_what_the_same_costs_elsewhere(as_operator):
    here = make_offer("Instagram Followers", rate_per_1000=Decimal(2))
    make_offer("IG Followers", rate_per_1000=Decimal("0.43"))
    read_offers()
    batch = make_batch(row_of(here), row_of(make_service()))
    addresses = (batch.get_absolute_url(), reverse("bulk_line", args=[batch.pk, 2]) + "?row=1")
    for address in addresses:
        page = as_operator.get(address).content.decode().replace("\xa0", " ")
        assert page.count("The same elsewhere, from 0.43 USD per 1000") == 1
