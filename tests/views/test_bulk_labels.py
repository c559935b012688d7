"""A draft offers to create its missing names with one button, and its labels for all lines can be changed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from panels.bulk.adoption import create_adoption
from panels.bulk.confirming import summary
from panels.models import Batch, Client, Order
from tests.factories import make_batch, make_client, make_panel, make_service, make_sheet, row_of
from tests.views.pages import at, order_all, text_of

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}
TOKEN = "6f1c2f7e-8a53-4a3c-9d0c-3a9f1f6b1f11"
FILE = "Service ID,Link,Quantity,Client,Notes,Owner\n{},https://example.com/p/1,100,Nova,client A,Alma\n"


def create(client, batch, **data):
    data = {"fingerprint": summary(batch).fingerprint} | data
    return client.post(at("bulk_create_names", batch), data, follow=True)


def test_a_draft_names_what_is_missing_and_creates_it_with_one_button(as_operator):
    service = make_service()
    batch = make_batch(row_of(service, client="Nova", campaign="Spring"), row_of(service, client="Orbit"))
    page = text_of(as_operator.get(batch.get_absolute_url()))
    assert "There is no client “Nova”. Create it, or correct the name." in page
    assert "2 clients and 1 campaign do not exist: “Nova”, “Orbit”, “Nova · Spring”." in page
    assert "Create 2 clients and 1 campaign" in page
    done = text_of(create(as_operator, batch))
    assert "2 clients and 1 campaign were created. The lines were checked again." in done
    assert "Order 2 lines" in done
    assert not Order.objects.exists()


def test_a_viewer_sees_what_is_missing_and_no_button(as_viewer):
    batch = make_batch(row_of(make_service(), client="Nova"))
    page = as_viewer.get(batch.get_absolute_url())
    assert "1 client does not exist: “Nova”. A person with permission can create it" in text_of(page)
    assert at("bulk_create_names", batch) not in page.content.decode()


def test_a_button_of_an_older_page_creates_nothing(as_operator):
    batch = make_batch(row_of(make_service(), client="Nova"))
    assert "Nothing was created" in text_of(create(as_operator, batch, fingerprint="older"))
    assert not Client.objects.exists()


def test_a_corrected_line_takes_its_name_out_of_the_summary(as_operator):
    service = make_service()
    make_client("Orbit")
    batch = make_batch(row_of(service, client="Nova"))
    form = as_operator.get(at("bulk_line", batch, 2), headers=HX).content.decode()
    assert 'list="known-clients"' in form
    response = as_operator.post(at("bulk_line", batch, 2), row_of(service, client="orbit"), headers=HX)
    assert "does not exist" not in text_of(response)
    assert "Order 1 line" in text_of(response)


def test_the_labels_of_all_lines_are_set_with_the_table_and_changed_in_the_draft(as_operator):
    service = make_service()
    make_client("Nova")
    text = f"{service.remote_id} | https://example.com/p/1 | 1000"
    data = {"token": TOKEN, "panel": service.panel_id, "text": text, "client": "nova", "reference": "PO-1"}
    as_operator.post(reverse("bulk_new"), data)
    batch = Batch.objects.get()
    assert "Lines without own labels: Nova · PO-1" in text_of(as_operator.get(batch.get_absolute_url()))
    address = at("bulk_labels", batch)
    assert 'value="PO-1"' in as_operator.get(address).content.decode()
    assert as_operator.post(address, {"client": "Mars"}).status_code == 422
    page = text_of(as_operator.post(address, {"client": "Mars", "create": "Mars"}, follow=True))
    assert "Lines without own labels: Mars" in page
    batch.refresh_from_db()
    order_all(batch)
    assert Order.objects.get().client.name == "Mars"
    assert "no longer a draft" in text_of(as_operator.get(address, follow=True))


def test_a_table_for_an_unknown_client_is_kept_until_its_creation_is_ticked(as_operator):
    service = make_service()
    text = f"{service.remote_id} | https://example.com/p/1 | 1000"
    data = {"token": TOKEN, "panel": service.panel_id, "client": "Nova", "text": text}
    refused = as_operator.post(reverse("bulk_new"), data)
    assert refused.status_code == 422
    assert "Create the client “Nova”" in text_of(refused)
    assert text in refused.content.decode()
    assert not Batch.objects.exists()
    assert as_operator.post(reverse("bulk_new"), data | {"create": "Nova"}).status_code == 302
    assert Batch.objects.get().client.name == "Nova"


def test_a_table_of_ones_own_is_read_and_the_page_names_the_columns_that_were_not(as_operator):
    service = make_service()
    data = {"token": TOKEN, "panel": service.panel_id, "text": FILE.format(service.remote_id)}
    page = text_of(as_operator.post(reverse("bulk_new"), data, follow=True))
    assert "Not read: “Owner”." in page
    assert "client: Nova" in page
    assert "note: client A" in page


def test_lines_of_an_import_are_imported_after_their_client_was_created(as_operator, rung):
    panel = make_panel()
    rows = make_sheet({"panel": panel.name, "order": "71", "client": "Nova"})
    batch, _ = create_adoption(rows, created_by=None)
    page = text_of(as_operator.get(batch.get_absolute_url()))
    assert "1 client does not exist: “Nova”. The lines with it were not imported." in page
    assert "Create 1 client and import the lines" in page
    create(as_operator, batch)
    assert rung == [("adopt", panel.pk)]
    assert batch.lines.get().client.name == "Nova"


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_a_batch_is_renamed_in_any_state(as_operator, is_confirmed):
    batch = make_batch(row_of(make_service()), filename="June.csv")
    if is_confirmed:
        order_all(batch)
    page = as_operator.get(at("bulk_detail", batch)).content.decode()
    assert "June" in page
    assert at("bulk_rename", batch) in page
    assert f'maxlength="{Batch.MAX_NAME}"' in page
    response = as_operator.post(at("bulk_rename", batch), {"name": " <b>Spring</b>  plan "}, follow=True)
    assert f"Batch {batch.pk} was renamed." in text_of(response)
    assert "&lt;b&gt;Spring&lt;/b&gt; plan" in response.content.decode()


def test_a_name_that_is_too_long_changes_nothing(as_operator):
    batch = make_batch(row_of(make_service()), filename="June.csv")
    response = as_operator.post(at("bulk_rename", batch), {"name": "x" * 101}, follow=True)
    assert "The name was not changed." in text_of(response)
    batch.refresh_from_db()
    assert batch.name == "June"
