"""The page between a table with its own titles and its draft: nothing is lost there, and nothing is ordered."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from panels.bulk.confirming import confirm, summary
from panels.models import Batch, ColumnTitle, Order
from tests.factories import make_batch, make_panel, make_service, make_user, row_of
from tests.views.pages import at, text_of

pytestmark = pytest.mark.django_db
CONTENT = "Was,Wohin,Viel,Kunde,<b>Chef\n12,https://example.com/1,1000,,<i>Al\n"
COLUMNS = {f"column_{place}": name for place, name in enumerate(("service", "link", "quantity", "client", ""))}


@pytest.fixture
def panel():
    return make_service(make_panel(name="North"), remote_id="12").panel


def upload(client, panel, content=CONTENT, *, address="bulk_new", **fields):
    file = {} if content is None else {"file": SimpleUploadedFile("orders.csv", content.encode())}
    given = {"token": uuid.uuid4(), "panel": panel.pk if panel else "", "text": "", **file, **fields}
    return client.post(reverse(address), given, follow=True)


def choose(client, response, **changes):
    """Send the form of a page as a browser does."""
    sent = {
        "fingerprint": response.context["fingerprint"],
        "titles": response.context["proposal"].layout.titles_at,
        "panel": Batch.objects.get().panel_id or "",
        **COLUMNS,
    }
    return client.post(at("bulk_columns", Batch.objects.get()), sent | changes, follow=True)


def test_a_table_with_its_own_titles_leads_to_the_choice_of_its_columns(as_operator, panel):
    response = upload(as_operator, panel)
    batch = Batch.objects.get()
    assert response.redirect_chain[-1][0] == at("bulk_columns", batch)
    text = text_of(response)
    assert "orders.csv" in text
    assert "Row 1 has unknown columns" in text
    # Titles and values of the table are only shown, never run.
    assert "&lt;b&gt;Chef" in response.content.decode()
    assert "<b>Chef" not in response.content.decode()
    assert "&lt;i&gt;Al" in response.content.decode()
    assert not Order.objects.exists()


def test_the_choice_makes_a_draft_that_names_its_columns(as_operator, panel):
    response = choose(as_operator, upload(as_operator, panel))
    assert "1 line to order" in text_of(response)
    assert "“Was” is service, “Wohin” is link, “Viel” is quantity, “Kunde” is client" in text_of(response)
    assert f'href="{at("bulk_columns", Batch.objects.get())}"' in response.content.decode()
    assert ColumnTitle.objects.count() == 4


def test_a_column_that_is_chosen_twice_is_said_at_the_top_of_the_page_and_beside_both(as_operator, panel):
    page = choose(as_operator, upload(as_operator, panel), column_3="link").text
    assert page.count('role="alert"') == 1
    assert "Nothing was saved. The choices with a mistake are marked." in page
    assert "is chosen for two columns" in page
    assert page.index("Nothing was saved") < page.index("is chosen for two columns")


def test_lines_without_titles_are_not_said_to_have_usual_ones(as_operator, panel):
    text = text_of(upload(as_operator, panel, None, text="12 | https://example.com/1 | 1000"))
    assert "The lines have no titles, so their order says which column is which." in text
    titles = "Service,Link,Quantity\n12,https://example.com/1,1000\n"
    assert "The columns have their usual titles." in text_of(upload(as_operator, panel, titles))


def test_the_next_table_with_these_titles_needs_no_choice(as_operator, panel):
    choose(as_operator, upload(as_operator, panel))
    response = upload(as_operator, panel, CONTENT.replace("/1", "/2"))
    assert response.redirect_chain[-1][0] == at("bulk_detail", Batch.objects.first())
    assert "Not read: “&lt;b&gt;Chef”" in text_of(response)


def test_the_table_is_still_there_after_a_reload_and_for_another_person(as_operator, panel):
    upload(as_operator, panel)
    address = at("bulk_columns", Batch.objects.get())
    for user in (None, None, make_user("Manager")):
        if user:
            as_operator.force_login(user)
        response = as_operator.get(at("bulk_detail", Batch.objects.get()), follow=True)
        assert response.redirect_chain[-1][0] == address
        assert "Wohin" in text_of(response)
    assert "1 line to order" in text_of(choose(as_operator, response))


def test_a_second_click_and_a_second_tab_change_nothing(as_operator, panel):
    page = upload(as_operator, panel)
    choose(as_operator, page)
    assert "1 line to order" in text_of(choose(as_operator, page))
    response = choose(as_operator, page, column_4="note")
    assert response.status_code == 422
    assert "The draft has changed since this page was shown." in text_of(response)
    assert "note" not in Batch.objects.get().lines.get().cells
    # The page that says so has the draft as it is now.
    assert "1 line to order" in text_of(choose(as_operator, response, column_4="note"))
    assert Batch.objects.get().lines.get().cells["note"] == "<i>Al"


def test_the_columns_of_a_draft_can_be_changed_until_it_is_confirmed(as_operator, panel):
    choose(as_operator, upload(as_operator, panel), column_3="")
    batch = Batch.objects.get()
    response = as_operator.get(at("bulk_columns", batch))
    assert "Corrections that were made in the draft are lost." in text_of(response)
    assert 'value="quantity" selected' in response.content.decode()
    assert confirm(batch, None, summary(batch).fingerprint).problem == ""
    response = as_operator.get(at("bulk_columns", batch), follow=True)
    assert "can no longer be changed" in text_of(response)
    assert Order.objects.count() == 1


def test_a_choice_without_a_service_is_shown_again(as_operator, panel):
    response = choose(as_operator, upload(as_operator, panel), column_0="")
    assert response.status_code == 422
    assert "Choose which column is Service ID." in text_of(response)
    assert not Batch.objects.get().lines.exists()


def test_a_person_may_say_which_row_has_the_titles(as_operator, panel):
    upload(as_operator, panel, "Was,Wohin\nWer,Wieviel\n12,https://example.com/1\n")
    batch = Batch.objects.get()
    response = as_operator.get(at("bulk_columns", batch), {"titles": "1"})
    assert dict(response.context["proposal"].titles) == {0: "Was", 1: "Wohin"}
    for odd in ("9999", "x", "-1", "0"):
        assert as_operator.get(at("bulk_columns", batch), {"titles": odd}, follow=True).status_code == 200


def test_an_order_above_the_titles_is_shown_and_never_dropped_in_silence(as_operator, panel):
    below = "Service,Link,Quantity\n12,https://example.com/2,5\n"
    page = upload(as_operator, panel, f"12,https://example.com/1,5\n{below}")
    assert "Row 1 is above the titles in row 2 and may be an order." in text_of(page)
    assert "Row 1 above the titles was not read." in text_of(choose(as_operator, page))


def test_the_draft_says_which_rows_above_the_titles_were_not_read(as_operator, panel):
    page = upload(as_operator, panel, "Nova\n\nservice,link,quantity\n12,https://example.com/2,5\n")
    assert "Rows 1–2 above the titles were not read." in text_of(page)


def test_a_panel_can_be_chosen_with_the_columns(as_operator, panel):
    page = upload(as_operator, None)
    assert choose(as_operator, page).status_code == 422
    response = choose(as_operator, page, panel=panel.pk)
    assert "1 line to order" in text_of(response)
    assert Batch.objects.get().panel == panel


def test_pasted_lines_with_an_unclear_order_lead_there_too(as_operator, panel):
    response = upload(as_operator, panel, None, text="https://example.com/1 7 8")
    assert "It is not clear which number is the service" in text_of(response)
    response = as_operator.post(
        at("bulk_columns", Batch.objects.get()),
        {
            "fingerprint": response.context["fingerprint"],
            "titles": "0",
            "panel": panel.pk,
            "column_0": "link",
            "column_1": "quantity",
            "column_2": "service",
        },
        follow=True,
    )
    assert Batch.objects.get().lines.get().cells == {"link": "https://example.com/1", "quantity": "7", "service": "8"}


def test_the_ids_of_an_import_are_asked_for_after_the_choice(as_operator, panel, rung):
    response = upload(as_operator, panel, "Nummer,Viel\n23501,100\n", address="bulk_adopt")
    assert rung == []
    assert "Import orders" in text_of(response)
    sent = {"fingerprint": response.context["fingerprint"], "titles": "1", "panel": panel.pk, "column_0": "order"}
    for _ in range(2):
        response = as_operator.post(at("bulk_columns", Batch.objects.get()), sent, follow=True)
        assert response.status_code == 200
    assert Batch.objects.get().state == "confirmed"
    assert rung == [("adopt", panel.pk)]


def test_a_viewer_sees_that_the_columns_are_not_chosen(as_operator, panel):
    upload(as_operator, panel)
    as_operator.force_login(make_user("Viewer"))
    response = as_operator.get(at("bulk_detail", Batch.objects.get()))
    assert "Nobody has chosen the columns of this table yet." in text_of(response)
    assert "Change the columns" not in text_of(response)


def test_a_draft_without_a_table_has_no_columns_to_choose(as_operator, panel):
    batch = make_batch(row_of(make_service()))
    assert "can no longer be changed" in text_of(as_operator.get(at("bulk_columns", batch), follow=True))
    assert "Change the columns" not in text_of(as_operator.get(at("bulk_detail", batch)))


# -- tables as people have them

NOTES = "Service ID,Link,Quantity,Notes\n102,https://example.com/p/1,100,client A\n"
REPEATS = """\
102|https://www.tiktok.com/@n/video/1?_r=1&_t=8abc|100
102|https://www.tiktok.com/@n/video/1?is_from_webapp=1&sender_device=pc|100
102|https://www.facebook.com/n/posts/1?mibextid=x|100
102|https://www.facebook.com/n/posts/1|100
102|https://www.instagram.com/reel/AbC/|100
102|https://www.instagram.com/p/AbC/|100
102|https://www.instagram.com/Name|100
102|https://www.instagram.com/name|100
"""


@pytest.mark.parametrize("is_file", [True, False])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (NOTES, "default"),
        ("102,https://example.com/p/1,1000\n", "default"),
        ("service_id|link|quantity\n102|https://example.com/p/1|1000\n", "default"),
        ("102|https://example.com/p/1|1\n", "package"),
    ],
)
def test_a_common_table_becomes_a_draft_without_errors_and_without_a_choice(as_operator, text, kind, is_file):
    panel = make_service(remote_id="102", type=kind).panel
    response = upload(as_operator, panel, text) if is_file else upload(as_operator, panel, None, text=text)
    batch = Batch.objects.get()
    assert response.redirect_chain[-1][0] == at("bulk_detail", batch)
    line = batch.lines.get()
    assert (line.errors, line.cells["service"], line.cells["link"]) == ({}, "102", "https://example.com/p/1")
    assert line.cells.get("note", "") == ("client A" if text == NOTES else "")


def test_links_in_different_spellings_are_the_same_target(as_operator):
    panel = make_service(remote_id="102").panel
    upload(as_operator, panel, None, text=REPEATS)
    keys = [line.link_key for line in Batch.objects.get().lines.order_by("number")]
    assert len(set(keys)) == 4
    assert keys[::2] == keys[1::2]
    repeated = [line.number for line in Batch.objects.get().lines.order_by("number") if "link" in line.errors]
    assert set(repeated) >= {2, 4, 6, 8}


def test_the_export_of_a_panel_is_imported_as_it_is(as_operator, rung):
    service = make_service(remote_id="102")
    export = (
        "ID,Date,Link,Charge,Start count,Quantity,Service,Status,Remains\n"
        "23501,2026-01-03 14:30:22,https://example.com/p/1,0.9,12,1000,102 - Likes,Completed,0\n"
    )
    upload(as_operator, service.panel, export, address="bulk_adopt")
    line = Batch.objects.get().lines.get()
    assert (line.errors, line.warnings) == ({}, [])
    assert (line.remote_id, line.service, line.cells["placed"]) == ("23501", service, "2026-01-03 14:30:22")
    assert rung == [("adopt", service.panel_id)]


@pytest.mark.parametrize(("quantity", "error"), [("1.000", "may mean 1 or 1000"), ("10k", "")])
def test_a_quantity_is_read_or_its_two_meanings_are_told(as_operator, quantity, error):
    panel = make_service(remote_id="102", max_quantity=20_000).panel
    upload(as_operator, panel, f"service,link,quantity\n102,https://example.com/p/1,{quantity}\n")
    errors = Batch.objects.get().lines.get().errors
    assert (error in errors["quantity"][0]) if error else errors == {}
