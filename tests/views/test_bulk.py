"""The pages of bulk orders: everything is checked and shown before it is confirmed, and then followed."""

from __future__ import annotations

import io
import re
import uuid
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from panels.bulk.adoption import create_adoption
from panels.bulk.confirming import summary
from panels.models import Batch, Controls, Order, Panel
from panels.tables import reading
from panels.tables.columns import COLUMNS
from tests.factories import make_batch, make_order, make_panel, make_placed, make_service, make_sheet, row_of
from tests.views.pages import at, order_all, text_of

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


def upload(client, content="", name="orders.csv", *, address="bulk_new", **fields):
    """Send the form as a browser does; content is the file's, none if it is empty."""
    fields = {"token": uuid.uuid4(), "panel": "", "text": "", **fields}
    if content is not None:
        fields["file"] = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    return client.post(reverse(address), fields)


def paste(client, text, **fields):
    return upload(client, None, text=text, **fields)


# -- a new table


def test_a_file_becomes_a_draft_and_orders_nothing(as_operator, operator, rung):
    service = make_service()
    response = upload(
        as_operator,
        f"panel,service,link,quantity\n{service.panel},{service.remote_id},https://example.com/a,1000\n{service.panel},nope,https://example.com/b,5\n",
    )
    batch = Batch.objects.get()
    assert response.url == at("bulk_detail", batch)
    assert (batch.source, batch.filename, batch.created_by) == ("file", "orders.csv", operator)
    assert list(batch.lines.values_list("number", "has_errors")) == [(2, False), (3, True)]
    assert not Order.objects.exists()
    assert rung == []


def test_pasted_lines_take_the_panel_that_is_chosen(as_operator):
    service = make_service()
    paste(as_operator, f"{service.remote_id} | https://example.com/a | 1000", panel=service.panel_id)
    batch = Batch.objects.get()
    assert (batch.source, batch.panel) == ("paste", service.panel)
    assert not batch.lines.get().has_errors


def test_pasted_lines_name_their_panel_where_none_is_chosen(as_operator):
    service = make_service()
    paste(as_operator, f"{service.panel} | {service.remote_id} | https://example.com/a | 1000")
    assert not Batch.objects.get().lines.get().has_errors


@pytest.mark.parametrize("address", ["bulk_new", "bulk_adopt"])
def test_a_form_that_a_browser_went_back_to_takes_other_lines_as_another_batch(as_operator, rung, address):
    token, panel = uuid.uuid4(), make_panel().pk
    for text in ("1", "2", "1"):
        upload(as_operator, None, text=text, address=address, token=token, panel=panel)
    assert Batch.objects.count() == 2


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("bulk_new", "196 | https://example.com/a | 1000\n197 | https://example.com/b"),
        ("bulk_new", "service,link,quantity\n196,https://example.com/a,1000"),
        ("bulk_adopt", "23501\n23502 | 196 | https://example.com/a"),
    ],
)
def test_pasted_lines_that_all_lack_their_panel_make_no_batch_and_are_kept(as_operator, address, text):
    make_panel()
    response = paste(as_operator, text, address=address)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["panel"]
    assert "Choose a panel, or name the panel in each line" in text_of(response)
    assert text in response.content.decode()
    assert not Batch.objects.exists()


@pytest.mark.parametrize(("address", "column"), [("bulk_new", "service"), ("bulk_adopt", "order")])
def test_a_file_without_any_panel_makes_no_batch(as_operator, address, column):
    make_panel()
    response = upload(as_operator, f"{column},link\n23501,https://example.com/a\n", address=address)
    assert list(response.context["form"].errors) == ["panel"]
    assert not Batch.objects.exists()


def test_pasted_lines_make_a_draft_if_one_names_a_panel_or_a_name_is_misspelled(as_operator):
    panel = make_panel(name="Brightline")
    for text in (
        "brightline | 196 | https://example.com/a\n196 | https://example.com/b",
        "Brihgtline | 196 | x | 1000",
    ):
        assert paste(as_operator, text).status_code == 302
    assert paste(as_operator, f"{panel} | 23501\n23502", address="bulk_adopt").status_code == 302


def test_a_form_that_is_sent_twice_makes_one_batch(as_operator):
    token = uuid.uuid4()
    first = paste(as_operator, "a | b | c | 1", token=token)
    second = paste(as_operator, "a | b | c | 1", token=token)
    assert first.url == second.url
    assert Batch.objects.count() == 1


def test_what_cannot_be_read_is_said_at_the_form_and_what_was_pasted_is_kept(as_operator):
    response = paste(as_operator, "one | two | three | four | five")
    assert response.status_code == 422
    assert "one | two | three | four | five" in response.content.decode()
    assert "longer than its columns" in text_of(response)
    assert "The lines are kept. Nothing was ordered." in text_of(response)
    response = upload(as_operator, "what,ever\n")
    assert response.status_code == 422
    assert "There is no order in it" in text_of(response)
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("content", "text", "words"),
    [
        (None, "", "Paste lines, or choose a file."),
        ("service\n1", "1 | 2 | 3", "not both. The lines are kept. To use the file, choose it again."),
        ("", "", "upload that file. Nothing was saved."),
    ],
)
def test_either_lines_or_a_file_are_taken(as_operator, content, text, words):
    response = upload(as_operator, content, text=text)
    assert response.status_code == 422
    assert words in text_of(response)
    assert text_of(response).count("kept") == words.count("kept")


def test_a_form_that_lost_its_token_gets_a_new_one(as_operator):
    response = paste(as_operator, "a | b | c | 1", token="")
    assert response.status_code == 422
    assert re.search(r'name="token" value="[0-9a-f-]{36}"', response.content.decode())


def test_a_file_that_is_too_large_is_refused_before_it_is_read(as_operator, monkeypatch):
    monkeypatch.setattr("panels.forms.bulk.MAX_BYTES", 1024 * 1024)
    monkeypatch.setattr("panels.forms.bulk.read_table", lambda *_, **__: pytest.fail("it was read"))
    response = upload(as_operator, b"x" * (1024 * 1024 + 1))
    assert response.status_code == 422
    assert "The file has more than 1 MB" in text_of(response)


def test_ten_thousand_pasted_orders_fit_into_the_form(as_operator):
    # One cell is wrong for a whole table: it is read, without the cost of the check of all lines.
    lines = "\n".join(f"1 | https://example.com/{'x' * 400}{number} | 1000" for number in range(10_000))
    assert len(lines) > 4_000_000
    response = paste(as_operator, f"{lines}\n1 | 2 | 3")
    assert response.status_code == 422
    assert "There are more than 10,000 orders" in text_of(response)


def test_a_note_about_what_was_read_is_passed_on(as_operator):
    service = make_service(make_panel(name="Caf\u00e9"))
    content = f"panel,service,link,quantity\nCaf\u00e9,{service.remote_id},https://example.com/a,1000\n".encode(
        "cp1252"
    )
    response = as_operator.get(upload(as_operator, content).url)
    assert "Windows-1252" in text_of(response)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_template_can_be_read_again(as_operator, suffix):
    response = as_operator.get(f"/bulk/template.{suffix}")
    assert response["Content-Disposition"] == f'attachment; filename="orders-template.{suffix}"'
    assert reading.read_file(f"x.{suffix}", response.content).columns == COLUMNS


def test_there_are_no_other_templates(as_operator):
    assert as_operator.get("/bulk/template.exe").status_code == 404


# -- a draft


def test_a_draft_shows_its_cost_by_panel_and_currency_against_the_balance(as_operator):
    euro = make_service(make_panel(name="Euros", reported_currency="EUR", balance=Decimal("0.5")))
    dollar = make_service(make_panel(name="Dollars", balance=Decimal(5)))
    batch = make_batch(row_of(euro), row_of(dollar), row_of(dollar, quantity=2000), row_of(dollar, quantity=1))
    text = text_of(as_operator.get(at("bulk_detail", batch)))
    assert "3 lines to order" in text
    assert "Order 3 lines · 0.90 EUR + 2.70 USD" in text
    assert "Balance 0.50 EUR" in text
    assert "Not enough balance (0.40 EUR short)." in text
    assert "1 line has errors." in text
    assert "at least 100" in text.lower() or "minimum" in text.lower(), text


def test_a_draft_names_each_paused_panel_of_its_lines_to_order_once(as_operator):
    silent, running = make_service(make_panel(name="Silent")), make_service(make_panel(name="Running"))
    skipped = make_service(make_panel(name="Skipped"))
    batch = make_batch(row_of(silent), row_of(silent), row_of(running), row_of(skipped))
    batch.lines.filter(panel=skipped.panel).update(is_left_out=True)
    batch.lines.filter(number=batch.lines.first().number).update(currency="EUR")
    assert "is paused" not in text_of(as_operator.get(at("bulk_detail", batch)))
    Panel.objects.exclude(pk=running.panel_id).update(paused_reason="by_hand")
    text = text_of(as_operator.get(at("bulk_detail", batch)))
    assert "Silent is paused by hand. You can order anyway. Its orders wait until the pause is ended." in text
    assert text.count("is paused") == 1


def test_the_lines_of_a_draft_can_be_downloaded_and_uploaded_again(as_operator):
    batch = make_batch(row_of(make_service()), row_of(make_service(), quantity=1))
    content = b"".join(as_operator.get(at("bulk_results", batch, "csv")).streaming_content)
    upload(as_operator, content)
    again = Batch.objects.first()
    assert again != batch
    assert list(again.lines.values_list("number", "cells")) == list(batch.lines.values_list("number", "cells"))


def test_a_viewer_is_shown_nothing_to_press_and_told_to_do_nothing(as_viewer):
    batch = make_batch(row_of(make_service(), quantity=1))
    page = as_viewer.get(at("bulk_detail", batch))
    assert "<form" not in page.content.decode().partition("<main")[2]
    assert "1 line has errors. The rest cannot be ordered until it is corrected or skipped." in text_of(page)


@pytest.mark.parametrize("rows", [2, 30])
def test_the_queries_of_a_draft_do_not_grow_with_its_lines(as_operator, django_assert_max_num_queries, rows):
    batch = make_batch(*(row_of(make_service(), quantity=1) for _ in range(rows)))
    with django_assert_max_num_queries(21):
        as_operator.get(at("bulk_detail", batch))


def test_a_draft_is_discarded(as_operator):
    batch = make_batch(row_of(make_service()))
    assert "was discarded" in text_of(as_operator.post(at("bulk_discard", batch), follow=True))
    page = text_of(as_operator.get(at("bulk_detail", batch)))
    assert "Nothing was ordered" in page
    assert "Order 1 line" not in page
    assert "no longer a draft" in text_of(as_operator.post(at("bulk_discard", batch), follow=True))


def test_a_discarded_draft_is_restored_by_the_undo_or_on_its_page(as_operator):
    batch = make_batch(row_of(make_service()))
    for _ in range(2):
        response = as_operator.post(at("bulk_discard", batch), follow=True)
        assert f'action="{at("bulk_restore", batch)}"' in response.content.decode()
        assert f'action="{at("bulk_restore", batch)}"' in as_operator.get(at("bulk_detail", batch)).content.decode()
        response = as_operator.post(at("bulk_restore", batch), follow=True)
        assert "is a draft again" in text_of(response)
        assert "Order 1 line" in text_of(response)
    assert "is not discarded" in text_of(as_operator.post(at("bulk_restore", batch), follow=True))


# -- confirming


def test_confirming_orders_every_line_once_and_rings(as_operator, operator, rung, django_capture_on_commit_callbacks):
    one, other = make_service(), make_service()
    batch = make_batch(row_of(one), row_of(other), row_of(other))
    page = as_operator.get(at("bulk_detail", batch)).content.decode()
    shown = re.search(r'name="fingerprint" value="(\w+)"', page)[1]
    with django_capture_on_commit_callbacks(execute=True):
        first = as_operator.post(at("bulk_confirm", batch), {"fingerprint": shown})
    with django_capture_on_commit_callbacks(execute=True):
        second = as_operator.post(at("bulk_confirm", batch), {"fingerprint": shown})
    assert first.url == second.url == at("bulk_detail", batch)
    assert list(Order.objects.values_list("batch", "placed_by")) == [(batch.pk, operator.pk)] * 3
    assert sorted(rung) == sorted(("submit", service.panel_id) for service in (one, other))


def test_a_price_that_has_changed_stops_the_confirmation_and_shows_the_difference(as_operator):
    service = make_service()
    batch = make_batch(row_of(service))
    shown = summary(batch).fingerprint
    service.rate_per_1000 = Decimal("1.25")
    service.save()
    response = as_operator.post(at("bulk_confirm", batch), {"fingerprint": shown})
    assert response.status_code == 422
    assert "0.90 USD per 1000 → 1.25 USD per 1000" in text_of(response)
    assert "Nothing was ordered" in text_of(response)
    assert "Order 1 line · 1.25 USD" in text_of(response)
    assert not Order.objects.exists()
    shown = re.search(r'name="fingerprint" value="(\w+)"', response.content.decode())[1]
    as_operator.post(at("bulk_confirm", batch), {"fingerprint": shown})
    assert Order.objects.get().expected_cost == Decimal("1.25")


def test_the_page_of_a_refused_confirmation_leads_to_all_lines(as_operator):
    service = make_service()
    batch = make_batch(*(row_of(service) for _ in range(60)))
    page = as_operator.post(at("bulk_confirm", batch), {"fingerprint": "old"}).content.decode()
    draft = at("bulk_detail", batch)
    for address in (f"{draft}?show=all", f"{draft}?show=out"):
        assert f'href="{address}"' in page
    following = re.search(r'hx-get="([^"]*after=[^"]*)"', page)[1].replace("&amp;", "&")
    assert following.startswith(f"{draft}?")
    assert as_operator.get(following, headers=HX).content.decode().count('id="line-') == 10
    # Whoever loads the page again gets there, too.
    assert as_operator.get(at("bulk_confirm", batch)).url == draft


def test_a_discarded_batch_cannot_be_confirmed(as_operator):
    batch = make_batch(row_of(make_service()))
    shown = summary(batch).fingerprint
    as_operator.post(at("bulk_discard", batch))
    response = as_operator.post(at("bulk_confirm", batch), {"fingerprint": shown}, follow=True)
    assert "This batch was discarded" in text_of(response)
    assert not Order.objects.exists()


# -- following


def test_the_page_of_a_confirmed_batch_polls_while_something_is_open(as_viewer):
    batch = order_all(make_batch(row_of(make_service()), row_of(make_service())))
    page = as_viewer.get(at("bulk_detail", batch)).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert '<progress value="0" max="2"' in page
    Order.objects.update(state="placed", progress="in_progress", charge=Decimal("0.80"))
    page = as_viewer.get(at("bulk_detail", batch), headers=HX)
    assert 'hx-trigger="every 10s"' in page.content.decode()
    assert '<progress value="2" max="2"' in page.content.decode()
    assert "1.60 USD" in text_of(page)
    assert "Cost 1.60 USD charged" in text_of(page)
    Order.objects.filter(pk=batch.orders.first().pk).update(charge=0)
    assert "Cost ≈ 1.70 USD charged" in text_of(as_viewer.get(at("bulk_detail", batch)))
    assert "≈ 1.70 USD" in text_of(as_viewer.get(reverse("bulk_list")))
    Order.objects.update(progress="completed")
    page = as_viewer.get(at("bulk_detail", batch), headers=HX).content.decode()
    assert "hx-trigger" not in page


def test_a_batch_whose_panels_are_all_paused_says_what_it_waits_for(as_viewer):
    poor, well = make_panel(name="Brightline"), make_panel()
    batch = order_all(make_batch(row_of(make_service(poor)), row_of(make_service(well))))
    Panel.objects.filter(pk=poor.pk).update(paused_reason="funds")
    page = as_viewer.get(at("bulk_detail", batch))
    assert "Waiting for Brightline : not enough funds. Sending… 0 of 2 sent" in text_of(page)
    Order.objects.filter(panel=well).update(state="placed", progress="completed")
    page = as_viewer.get(at("bulk_detail", batch))
    assert "Waiting for Brightline : not enough funds. 1 of 2 sent" in text_of(page)
    assert 'class="spinner"' not in page.content.decode()
    assert 'hx-trigger="every 10s"' in page.content.decode()
    Panel.objects.filter(pk=poor.pk).update(paused_reason="", is_active=False)
    assert "Waiting for Brightline : the panel is inactive." in text_of(as_viewer.get(at("bulk_detail", batch)))


def test_a_batch_says_nothing_of_sending_while_that_is_stopped(as_viewer):
    batch = order_all(make_batch(row_of(make_service())))
    Controls.objects.create(pk=1, sending_stopped_at=timezone.now())
    for headers in ({}, HX):
        assert "Sending…" not in text_of(as_viewer.get(at("bulk_detail", batch), headers=headers))


def test_ids_that_wait_for_a_panel_that_is_not_asked_say_so(as_viewer):
    panel = make_panel(name="Brightline", paused_reason="auth")
    batch, _ = create_adoption(make_sheet({"order": "123"}), created_by=None, panel=panel)
    page = as_viewer.get(at("bulk_detail", batch))
    assert "Waiting for Brightline : the panel does not accept the key. 1 of 1 is waiting" in text_of(page)
    assert 'class="spinner"' not in page.content.decode()
    # A panel without funds is asked all the same.
    Panel.objects.update(paused_reason="funds")
    assert "Waiting for" not in text_of(as_viewer.get(at("bulk_detail", batch)))


def test_the_counts_lead_to_the_orders_that_they_count(as_viewer):
    service = make_service()
    batch = order_all(make_batch(*(row_of(service) for _ in range(9))))
    pks = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    for pk, progress in zip(pks[:6], ("", "in_progress", "completed", "partial", "canceled", "failed"), strict=True):
        Order.objects.filter(pk=pk).update(state="placed", progress=progress, remote_id=str(pk))
    Order.objects.filter(pk=pks[6]).update(state="refused")
    Order.objects.filter(pk=pks[7]).update(held_reason="The price has risen.")
    stages = as_viewer.get(at("bulk_detail", batch)).context["stages"]
    assert {state: number for state, number, _ in stages} == {
        "running": 2, "finished": 4, "refused": 1, "held": 1, "queued": 1
    }  # fmt: skip
    for _, number, query in stages:
        assert as_viewer.get(f"/orders/?batch={batch.pk}&{query}").context["total"] == number, query


def test_the_progress_is_a_fragment_of_its_own(as_viewer):
    batch = order_all(make_batch(row_of(make_service())))
    page = as_viewer.get(at("bulk_detail", batch)).content.decode()
    part = as_viewer.get(at("bulk_detail", batch), headers=HX).content.decode()
    assert part.strip() in page
    assert "<main" not in part


def test_what_was_refused_says_why_and_can_be_downloaded(as_viewer):
    service = make_service()
    batch = order_all(make_batch(row_of(service, link="https://example.com/refused"), row_of(service)))
    refused = Order.objects.order_by("pk").first()
    Order.objects.filter(pk=refused.pk).update(state="refused", error_text="Bad link, says the panel")
    page = as_viewer.get(at("bulk_detail", batch) + "?show=failed")
    assert "Bad link, says the panel" in text_of(page)
    assert page.content.decode().count('id="line-') == 1
    assert f"?batch={batch.pk}&amp;state=refused" in page.content.decode()
    file = as_viewer.get(at("bulk_refused", batch))
    content = b"".join(file.streaming_content)
    assert b"Bad link, says the panel" in content
    assert reading.read_file("again.csv", content).lines[0].cells["link"] == "https://example.com/refused"


def test_results_are_downloaded_as_csv_and_as_a_workbook(as_viewer):
    batch = order_all(make_batch(row_of(make_service()), row_of(make_service())))
    rows = b"".join(as_viewer.get(at("bulk_results", batch, "csv")).streaming_content).decode().splitlines()
    assert rows[0].endswith("state,remote_id,progress,charge,given_back,currency,start_count,remains,error")
    assert len(rows) == 3
    book = load_workbook(io.BytesIO(as_viewer.get(at("bulk_results", batch, "xlsx")).content))
    assert book.active.max_row == 3


def test_a_batch_is_paused_and_goes_on(as_operator, rung, django_capture_on_commit_callbacks):
    service = make_service()
    batch = order_all(make_batch(row_of(service)))
    response = as_operator.post(at("bulk_pause", batch), follow=True)
    assert "is paused" in text_of(response)
    assert "Undo" in text_of(response)
    assert "Resume" in text_of(as_operator.get(at("bulk_detail", batch)))
    with django_capture_on_commit_callbacks(execute=True):
        as_operator.post(at("bulk_resume", batch))
    assert rung == [("submit", service.panel_id)]
    batch.refresh_from_db()
    assert batch.state == Batch.State.CONFIRMED
    assert "is not paused" in text_of(as_operator.post(at("bulk_resume", batch), follow=True))


def test_what_was_not_sent_is_withdrawn(as_operator):
    batch = order_all(make_batch(row_of(make_service()), row_of(make_service())))
    Order.objects.filter(pk=Order.objects.order_by("pk").first().pk).update(state="placed")
    assert "1 order was withdrawn" in text_of(as_operator.post(at("bulk_withdraw", batch), follow=True))
    assert sorted(Order.objects.values_list("state", flat=True)) == ["placed", "withdrawn"]
    assert "nothing was withdrawn" in text_of(as_operator.post(at("bulk_withdraw", batch), follow=True))


def test_what_was_withdrawn_was_not_sent(as_operator):
    batch = order_all(make_batch(*(row_of(make_service()) for _ in range(3))))
    Order.objects.filter(pk=Order.objects.order_by("pk").first().pk).update(state="placed", progress="completed")
    as_operator.post(at("bulk_pause", batch))
    as_operator.post(at("bulk_withdraw", batch))
    page = as_operator.get(at("bulk_detail", batch))
    assert "1 of 3 sent, 1 finished, 2 withdrawn." in text_of(page)
    assert "Resume" not in text_of(page)
    assert '<progress value="3" max="3"' in page.content.decode()
    listed = text_of(as_operator.get(reverse("bulk_list")))
    assert "1 sent, 1 finished, 2 withdrawn" in listed
    assert "Done" in listed


def test_the_order_links_to_its_batch(as_viewer):
    batch = order_all(make_batch(row_of(make_service())))
    assert at("bulk_detail", batch) in as_viewer.get(Order.objects.get().get_absolute_url()).content.decode()


def test_the_queries_of_a_confirmed_batch_do_not_grow_with_its_lines(as_viewer):
    def count(rows):
        batch = order_all(make_batch(*(row_of(make_service()) for _ in range(rows))))
        as_viewer.get(at("bulk_detail", batch))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            as_viewer.get(at("bulk_detail", batch))
        return len(queries)

    assert count(2) == count(20)


# -- orders from elsewhere


def test_ids_from_elsewhere_are_noted_and_their_panels_asked(as_operator, rung, django_capture_on_commit_callbacks):
    panel = make_panel()
    ours = make_placed(make_service(panel), remote_id="777")
    with django_capture_on_commit_callbacks(execute=True):
        response = paste(as_operator, "123\n777\n", address="bulk_adopt", panel=panel.pk)
    batch = Batch.objects.get()
    assert batch.is_adoption
    assert rung == [("adopt", panel.pk)]
    page = text_of(as_operator.get(response.url))
    assert "1 of 2 is waiting for an answer from the panel" in page
    assert f"This order is already here as order {ours.pk}." in page
    batch.lines.filter(remote_id="123").update(order=make_order(make_service(panel), state="placed", batch=batch))
    page = as_operator.get(response.url)
    assert "All 2 orders were checked" in text_of(page)
    assert "1 order" in text_of(page)


@pytest.mark.parametrize(
    ("number", "before", "after"),
    [
        (1, "1 of 1 is waiting for an answer from the panel.", "1 order was checked."),
        (2, "2 of 2 are waiting for an answer from the panel.", "All 2 orders were checked."),
    ],
)
def test_one_id_is_spoken_of_as_one(as_viewer, number, before, after):
    ids = make_sheet(*({"order": str(100 + each)} for each in range(number)))
    batch, _ = create_adoption(ids, created_by=None, panel=make_panel())
    assert before in text_of(as_viewer.get(at("bulk_detail", batch)))
    batch.lines.update(has_errors=True)
    assert after in text_of(as_viewer.get(at("bulk_detail", batch)))


def test_only_a_line_that_can_be_adopted_is_said_to_be_followed_without_its_service(as_viewer):
    lines = make_sheet({"order": "1", "service": "9"}, {"order": "2", "service": "9", "quantity": "lots"})
    batch, _ = create_adoption(lines, created_by=None, panel=make_panel())
    assert text_of(as_viewer.get(at("bulk_detail", batch))).count("imported without it") == 1
    assert "imported without it" not in text_of(as_viewer.get(at("bulk_detail", batch) + "?show=failed"))


def test_a_file_of_ids_needs_the_column_order(as_operator):
    response = upload(as_operator, "panel,service\nx,1\n", address="bulk_adopt")
    assert response.url == at("bulk_detail", Batch.objects.get())
    assert "The column order is missing" in text_of(as_operator.get(response.url, follow=True))


@pytest.mark.parametrize(("filename", "words"), [("ad.csv", "Existing orders from ad.csv"), ("", "Existing orders")])
def test_followed_orders_are_called_that_in_the_list_and_at_their_head(as_viewer, filename, words):
    sheet, panel = make_sheet({"order": "123"}), make_panel()
    batch, _ = create_adoption(sheet, created_by=None, panel=panel, source_name=filename)
    assert f"#{batch.pk} {batch.name} {words} {panel}" in text_of(as_viewer.get(reverse("bulk_list")))
    assert f"{words}, imported just now" in text_of(as_viewer.get(at("bulk_detail", batch)))
