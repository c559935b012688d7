"""A bulk order in a real browser: from the file with mistakes to the results."""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import expect

from panels.bulk.confirming import confirm, summary
from panels.calls.balances import check_balance
from panels.calls.catalog import sync_catalog
from panels.models import Batch, Order, Panel
from tests.browser.conftest import eventually
from tests.factories import make_batch, make_client, make_panel, make_service, row_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def synced(transactional_db, sandbox):
    """Our account at the sandbox, and a service of it."""
    panel = make_panel(name="Sandbox", api_url=sandbox.api_url, key=sandbox.key)
    sync_catalog(panel.pk, threading.Event())
    check_balance(panel.pk, threading.Event())
    return sandbox.pick("Default")


def table(service, *quantities):
    rows = [f"{service.id},https://example.com/p/{number},{text}" for number, text in enumerate(quantities)]
    return "\n".join(["service,link,quantity", *rows]).encode()


def upload(page, content):
    page.goto("/bulk/")
    page.get_by_role("link", name="New bulk order").first.click()
    page.get_by_label("Panel", exact=True).select_option(label="Sandbox")
    page.get_by_label("Or a file").set_input_files({"name": "orders.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Check lines").click()


def test_a_file_with_mistakes_becomes_orders(page, sign_in, worker, synced, sandbox):
    least = synced.min
    sign_in(page, "Operator")
    upload(page, table(synced, least, "lots", least, 0, least))
    expect(page.get_by_text("2 lines have errors.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Order 3 lines"))).to_be_disabled()
    assert not Order.objects.exists()

    page.get_by_role("link", name="Correct line 3").click()
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.get_by_label("Quantity").fill("none")
    page.get_by_role("button", name="Save line 3").click()
    # It is still wrong: the form stays, with what was typed.
    expect(page.locator("#line-3 .errorlist")).to_contain_text("none")
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.get_by_label("Quantity").fill(str(least))
    page.get_by_role("button", name="Save line 3").click()
    expect(page.locator("#line-3").get_by_text("OK", exact=True)).to_be_visible()
    expect(page.get_by_text("1 line has errors.")).to_be_visible()
    expect(page.get_by_role("link", name="Errors 1")).to_be_visible()

    page.get_by_role("button", name="Skip line 5").click()
    expect(page.locator("#line-5").get_by_text("Skipped", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile(r"^Order 4 lines · .* USD$")).dblclick()

    expect(page.get_by_text("4 of 4 sent")).to_be_visible()
    assert page.locator("progress").evaluate("bar => bar.value === bar.max")
    eventually(lambda: Order.objects.filter(state="placed").count() == 4)
    assert len(sandbox.ledger) == 4
    with page.expect_download() as download:
        page.locator("summary", has_text="Download").click()
        page.get_by_role("link", name="Results (CSV)").click()
    rows = download.value.path().read_text().splitlines()
    assert len(rows) == 6
    assert sum(",placed," in row for row in rows) == 4
    assert sum(",skipped," in row for row in rows) == 1


def test_what_is_typed_and_not_saved_is_neither_lost_nor_left_out_of_the_order(page, sign_in, worker, synced):
    sign_in(page, "Operator")
    upload(page, table(synced, synced.min, synced.min))
    page.get_by_role("link", name="Edit line 2").click()
    expect(page.get_by_label("Service")).to_be_focused()
    page.get_by_label("Quantity").fill(str(synced.min + 1))
    order = page.get_by_role("button", name=re.compile("^Order 2 lines"))
    order.click()
    expect(page.get_by_text("Line 2 has unsaved changes")).to_be_visible()
    expect(page.get_by_label("Quantity")).to_be_focused()
    assert not Order.objects.exists()
    page.get_by_role("button", name="Save line 2").click()
    expect(page.locator("#line-2").get_by_text("OK", exact=True)).to_be_visible()
    order.click()
    expect(page.get_by_text("2 of 2 sent")).to_be_visible()
    assert sorted(Order.objects.values_list("quantity", flat=True)) == [synced.min, synced.min + 1]


def test_two_tabs_on_one_draft_show_the_present_lines_and_overwrite_nothing(open_page, sign_in, transactional_db):
    service = make_service()
    batch = make_batch(*[row_of(service, quantity=1) for _ in range(3)])
    first = open_page()
    sign_in(first, "Operator")
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"/bulk/{batch.pk}/")
        page.get_by_role("link", name="Correct line 2").click()
        expect(page.get_by_role("button", name="Save line 2")).to_be_visible()
    first.locator("#id_2_quantity").fill("700")
    first.get_by_role("button", name="Save line 2").click()
    expect(first.locator("#line-2").get_by_text("OK", exact=True)).to_be_visible()
    second.locator("#id_2_quantity").fill("800")
    second.get_by_role("button", name="Save line 2").click()
    expect(second.get_by_text("You had typed quantity “800”.")).to_be_visible()
    expect(second.locator("#id_2_quantity")).to_have_value("700")
    assert batch.lines.get(number=2).cells["quantity"] == "700"
    # A change in one tab, then one of another line in the other: its rows are those of now.
    second.get_by_role("link", name="Cancel").click()
    first.get_by_role("button", name="Skip line 3").click()
    expect(first.locator("#line-3").get_by_text("Skipped", exact=True)).to_be_visible()
    second.get_by_role("button", name="Skip line 4").click()
    expect(second.locator("#line-3")).to_have_count(0)
    expect(second.get_by_role("link", name="Errors 0")).to_be_visible()


def test_a_repeat_is_settled_in_its_row(page, sign_in, worker, synced):
    sign_in(page, "Operator")
    row = f"{synced.id},https://example.com/same,{synced.min}\n"
    upload(page, f"service,link,quantity\n{row}{row}".encode())
    expect(page.get_by_text("1 line has errors.")).to_be_visible()
    page.get_by_role("button", name="Order anyway line 3").click()
    expect(page.locator("#line-3").get_by_text("Repeat", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Order 2 lines"))).to_be_enabled()


def test_a_batch_is_withdrawn_after_one_question(page, sign_in, worker, synced):
    Panel.objects.update(paused_reason="by_hand")
    sign_in(page, "Operator")
    upload(page, table(synced, synced.min, synced.min))
    page.get_by_role("button", name=re.compile("^Order 2 lines")).click()
    page.get_by_role("button", name="Withdraw unsent").click()
    page.get_by_role("button", name="Withdraw unsent orders").click()
    expect(page.get_by_text("2 orders were withdrawn")).to_be_visible()
    assert set(Order.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert Batch.objects.get().state == Batch.State.CONFIRMED


@pytest.mark.parametrize("group", ["Operator", "Viewer"])
def test_all_downloads_can_be_seen_on_a_phone(open_page, sign_in, group):
    page = open_page(viewport={"width": 360, "height": 800})
    sign_in(page, group)
    batch = make_batch(row_of(make_service()))
    confirm(batch, None, summary(batch).fingerprint)
    page.goto(batch.get_absolute_url())
    page.locator("summary", has_text="Download").click()
    expect(page.get_by_role("link", name="Results (XLSX)")).to_be_in_viewport(ratio=1)


def test_a_file_just_under_the_limit_is_read_and_one_above_it_gets_one_message(page, sign_in, synced, tmp_path):
    sign_in(page, "Operator")
    file = tmp_path / "orders.csv"
    for number, answer in (
        (9_900, "9,900 lines"),
        (10_500, "The file has more than 20 MB"),
    ):
        row = f"{synced.id},https://example.com/%05d{'x' * 1975},{synced.min}"
        file.write_text("\n".join(["service,link,quantity", *(row % each for each in range(number))]))
        page.goto("/bulk/new/")
        page.get_by_label("Panel", exact=True).select_option(label="Sandbox")
        page.get_by_label("Or a file").set_input_files(file)
        page.get_by_role("button", name="Check lines").click()
        expect(page.get_by_text(answer).first).to_be_visible()
    expect(page.locator(".errorlist, .alert")).to_have_count(1)
    assert Batch.objects.count() == 1


def paste(page, *lines):
    """Check lines without a file, with the panel named in each line."""
    page.goto("/bulk/new/")
    page.get_by_label("Lines").fill("\n".join(lines))
    page.get_by_role("button", name="Check lines").click()


def test_thirty_lines_with_one_mistake_are_corrected_at_once_and_ordered(page, sign_in, worker, synced):
    sign_in(page, "Operator")
    least = synced.min
    paste(page, *[f"Sandbox | no-such | https://example.com/p/{number} | {least}" for number in range(30)])
    mistake = page.locator("#mistakes form")
    expect(mistake.get_by_role("heading")).to_have_text("30 lines: Service")
    # The service is chosen from a list, as in the order form.
    mistake.get_by_label("Service").fill(str(synced.name))
    mistake.locator(f"[data-service='{synced.id}']").click()
    expect(mistake.get_by_label("Service")).to_have_value(str(synced.id))
    expect(mistake.get_by_label("Service")).to_be_focused()
    mistake.get_by_role("button", name="Set for all 30 lines").click()
    expect(page.get_by_text("30 lines were corrected. None has errors.")).to_be_visible()
    order = page.get_by_role("button", name=re.compile("^Order 30 lines"))
    expect(order).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("30 of 30 sent")).to_be_visible()
    assert set(Order.objects.values_list("service__remote_id", flat=True)) == {str(synced.id)}


def correct(page, quantity):
    """Correct the quantity as a person does, who types where the focus is. htmx sets it once it knows the form."""
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.get_by_label("Quantity").fill(str(quantity))
    page.keyboard.press("Enter")


def test_the_focus_goes_from_one_mistake_to_the_next_and_then_to_the_confirmation(page, sign_in, worker, synced):
    sign_in(page, "Operator")
    least, many = synced.min, 55
    # The second mistake is not on the first page of the lines.
    quantities = ["one", *[least] * many, "two"]
    upload(page, table(synced, *quantities))
    page.get_by_role("link", name="All", exact=False).filter(has_text=str(many + 2)).click()
    page.get_by_role("link", name="Correct line 2").click()
    correct(page, least)
    following = page.get_by_role("link", name=f"Correct line {many + 3}")
    expect(following).to_be_focused()
    expect(page.locator("#told")).to_have_text(f"Line 2 has no errors any more. Next: line {many + 3}.")
    page.keyboard.press("Enter")
    correct(page, least)
    expect(page.get_by_role("button", name=re.compile(f"^Order {many + 2} lines"))).to_be_focused()
    expect(page.locator("#told")).to_contain_text("No line has errors.")


def test_panel_and_service_of_a_line_are_chosen_from_lists(page, sign_in, worker, synced):
    make_service(make_panel(name="Elsewhere"), remote_id="77", name="Golden Hearts")
    sign_in(page, "Operator")
    paste(page, f"Sandbix | 5 | https://example.com/p/1 | {synced.min}")
    page.get_by_role("link", name="Correct line 1").click()
    row = page.locator("#line-1")
    expect(row.get_by_label("Panel")).to_be_focused()
    # No panel has this name, so the services of all panels are searched.
    row.get_by_label("Service").fill("golden")
    expect(row.get_by_role("option", name=re.compile("Golden Hearts"))).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(row.get_by_label("Panel")).to_have_value("Elsewhere")
    expect(row.get_by_label("Service")).to_have_value("77")
    row.get_by_label("Panel").select_option("Sandbox")
    row.get_by_label("Service").fill("golden")
    expect(row.get_by_text("No listed service of Sandbox matches “golden”.")).to_be_visible()


def test_a_sheet_with_titles_of_its_own_is_ordered_with_its_clients_and_notes(
    page, sign_in, worker, synced, looks_right
):
    make_client("Nova")
    sign_in(page, "Operator")
    rows = ["Orders for November,,,,", "Nr,Wohin,Umfang,Kunde,Bemerkung,Preis"]
    rows += [f"{synced.id},https://example.com/p/{number},{synced.min},Nova,Call first,3.20" for number in range(2)]
    upload(page, "\n".join(rows).encode())

    expect(page.get_by_role("heading", name="Which column is which?")).to_be_visible()
    expect(page.get_by_label("Read Wohin as")).to_have_value("link")
    expect(page.get_by_label("Read Kunde as")).to_have_value("client")
    looks_right(page)
    page.reload()
    page.set_viewport_size({"width": 360, "height": 800})
    looks_right(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_label("Read Nr as").select_option(label="Service ID")
    page.get_by_role("button", name="Check lines").click()
    expect(page.get_by_text("Quantity is missing").first).to_be_visible()

    page.get_by_role("link", name="Change the columns").click()
    page.get_by_label("Read Umfang as").select_option(label="Quantity")
    page.get_by_role("button", name="Check lines").click()
    expect(page.get_by_text("Not read: “Preis”")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Order 2 lines")).click()
    expect(page.get_by_text("2 of 2 sent")).to_be_visible()
    assert set(Order.objects.values_list("client__name", "note", "quantity")) == {("Nova", "Call first", synced.min)}

    upload(page, "\n".join(rows).replace("/p/", "/q/").encode())
    expect(page.get_by_text("2 lines to order")).to_be_visible()


def test_several_drafts_are_discarded_at_once_and_restored_by_the_undo(page, sign_in, worker, synced):
    rows = [row_of(make_service()) for _ in range(3)]
    drafts = [make_batch(row, filename=f"draft-{number}.csv") for number, row in enumerate(rows)]
    sign_in(page, "Operator")
    page.goto("/bulk/")
    for batch in drafts[:2]:
        page.get_by_label(f"Select batch {batch.pk}").check()
    page.get_by_role("button", name="Discard drafts", exact=False).click()
    expect(page.get_by_text("2 drafts were discarded. Nothing was ordered.")).to_be_visible()
    assert list(Batch.objects.filter(state="discarded").order_by("pk")) == drafts[:2]
    expect(page.locator("[data-select-row]:checked")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 discarded batches were restored.")).to_be_visible()
    assert set(Batch.objects.values_list("state", flat=True)) == {"draft"}


def test_a_paused_batch_is_resumed_from_one_of_its_orders(page, sign_in, worker, synced):
    Panel.objects.update(paused_reason="by_hand")
    sign_in(page, "Operator")
    upload(page, table(synced, synced.min, synced.min))
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Name", exact=True).fill("Spring launch")
    page.locator("#rename").get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", name="Spring launch")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Order 2 lines")).click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("is paused.").first).to_be_visible()
    page.goto("/orders/")
    expect(page.get_by_text("paused: Spring launch").first).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    remark = page.locator(".table__lasting").first
    expect(remark).to_be_visible()
    assert remark.inner_text() == "paused"
    page.set_viewport_size({"width": 1280, "height": 844})
    Panel.objects.update(paused_reason="")
    page.locator("a.table__open").first.click()
    page.get_by_role("button", name="Resume batch").click()
    expect(page.get_by_text("“Spring launch” was resumed.")).to_be_visible()
    expect(page).to_have_url(re.compile("/orders/"))
    eventually(lambda: Order.objects.filter(state="placed").count() == 2)
