"""The forms of a table of orders and of a line of a draft."""

import uuid

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from panels.forms import bulk
from panels.forms.bulk import AdoptionForm, LineForm, TableForm
from panels.tables.reading import UnreadableError
from tests.factories import make_batch, make_panel, make_service, row_of

pytestmark = pytest.mark.django_db
LINK = "https://example.com/p/1"


def table(text="", content=None, *, form=TableForm, **fields):
    """Return a form as a browser sends it, with pasted text or with the content of a file."""
    files = {} if content is None else {"file": SimpleUploadedFile("orders.csv", content.encode())}
    return form({"token": str(uuid.uuid4()), "text": text, **fields}, files)


def test_pasted_lines_need_a_chosen_panel_or_a_known_name_in_a_line():
    panel = make_panel(name="Northwind")
    chosen = table(f"77 | {LINK} | 500", panel=panel.pk)
    assert chosen.is_valid()
    assert chosen.sheet.lines[0].cells == {"service": "77", "link": LINK, "quantity": "500"}
    assert table(f"Northwind | 77 | {LINK} | 500").is_valid()
    assert "panel" in table(f"77 | {LINK} | 500").errors


def test_a_file_is_read_with_its_name():
    make_panel(name="Northwind")
    form = table(content=f"panel,service,link,quantity\nNorthwind,77,{LINK},500\n")
    assert form.is_valid()
    assert (form.source.name, len(form.sheet.lines)) == ("orders.csv", 1)


@pytest.mark.parametrize(
    ("text", "content", "words"),
    [("", None, "Paste lines, or choose a file."), ("77", "service\n77\n", "either lines or a file, not both")],
)
def test_either_lines_or_a_file_are_needed(text, content, words):
    form = table(text, content)
    assert not form.is_valid()
    assert words in str(form.errors["text"])


def test_a_file_that_is_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(bulk, "MAX_BYTES", 10)
    monkeypatch.setattr(bulk, "read_table", lambda *_, **__: pytest.fail("the file was read"))
    assert "file" in table(content="service\n" + "7" * 20).errors


def test_pasted_lines_above_their_limit_belong_into_a_file(monkeypatch):
    monkeypatch.setattr(bulk, "MAX_PASTE", 20)
    monkeypatch.setattr(bulk, "read_table", lambda *_, **__: pytest.fail("the lines were read"))
    form = table("é" * 11, panel=make_panel().pk)
    assert "Upload them as a CSV file. The lines are kept." in str(form.errors["text"])


@pytest.mark.parametrize(("text", "is_kept"), [("a" * 60, True), ("é" * 60, False), ("'" * 11, False)])
def test_a_page_shows_pasted_lines_again_unless_that_needs_too_much_memory(monkeypatch, text, is_kept):
    def fail(*_, **__):
        raise UnreadableError("Unreadable", "Write it again")

    monkeypatch.setattr(bulk, "_MAX_SHOWN", 60)
    form = table(text, panel=make_panel().pk)
    monkeypatch.setattr(bulk, "read_table", fail)
    assert not form.is_valid()
    assert ("The lines are kept." in str(form.errors["text"])) == is_kept
    form.drop_long_lines()
    assert (text in form["text"].value()) == is_kept
    assert ("too long to be shown here again" in str(form.errors["text"])) == (not is_kept)


def test_inactive_panels_cannot_be_chosen():
    panel = make_panel(is_active=False)
    assert "panel" in table(f"77 | {LINK} | 500", panel=panel.pk).errors


def test_a_table_of_existing_orders_needs_their_ids():
    panel = make_panel()
    form = table("23501", form=AdoptionForm, panel=panel.pk)
    assert form.is_valid()
    assert form.sheet.lines[0].cells == {"order": "23501"}
    assert "file" in table(content="order\n", form=AdoptionForm).errors


def test_a_table_with_titles_of_its_own_is_valid_and_has_no_lines_yet():
    form = table(content="Wo,Was,Wie viel\nNorthwind,77,500\n", panel=make_panel().pk)
    assert form.is_valid()
    assert form.sheet is None
    assert form.source.content == b"Wo,Was,Wie viel\nNorthwind,77,500\n"


def test_a_line_has_the_fields_of_its_table_of_its_service_and_of_its_errors():
    batch = make_batch(row_of(make_service(type="custom_comments"), quantity="", comments=""))
    form = LineForm(batch.lines.get())
    assert list(form.fields) == ["panel", "service", "link", "quantity", "comments"]
    assert form.fields["comments"].widget.attrs["autofocus"]


def test_a_line_shows_the_errors_of_its_check():
    line = make_batch(row_of(make_service(), quantity="5")).lines.get()
    form = LineForm(line, line.cells)
    assert not form.is_valid()
    assert list(form.errors) == ["quantity"]


def test_line_ends_of_a_browser_become_plain_line_ends():
    line = make_batch(row_of(make_service(type="custom_comments"), quantity="", comments="One")).lines.get()
    assert LineForm(line, {"comments": "One\r\nTwo"}).cells["comments"] == "One\nTwo"


def test_the_number_of_the_order_that_a_line_repeats_has_a_name_that_people_read():
    line = make_batch(row_of(make_service(), again_of="7")).lines.get()
    assert LineForm(line).fields["again_of"].label == "Order again of"


def test_a_line_of_an_unknown_type_may_have_further_fields():
    batch = make_batch(row_of(make_service(type="")), row_of(make_service()))
    unknown, known = (LineForm(line) for line in batch.lines.order_by("number"))
    assert unknown.fields["extra_fields"].label == "Further fields"
    assert isinstance(unknown.fields["extra_fields"].widget, forms.Textarea)
    assert "extra_fields" not in known.fields
