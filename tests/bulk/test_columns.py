"""A table waits for its columns, becomes lines as a whole, and its titles are remembered for the team."""

from __future__ import annotations

import uuid

import pytest

from panels.bulk.adoption import EXISTING
from panels.bulk.columns import (
    DraftChangedError,
    choose_columns,
    create_from_table,
    find_table,
    known_services,
    layout_of,
    learned_titles,
)
from panels.bulk.confirming import confirm, fingerprint, summary
from panels.bulk.drafts import NotADraftError, change_line, delete_old_drafts, discard
from panels.bulk.naming import rename
from panels.models import Batch, BatchLine, ColumnTitle, Order, SourceTable
from panels.tables.columns import ORDERS
from panels.tables.layout import Layout
from panels.tables.reading import Source, UnclearError, UnreadableError, read_table
from tests.factories import make_panel, make_service, make_user

pytestmark = pytest.mark.django_db
CONTENT = b"Was,Wohin,Viel,Chef\n12,https://example.com/1,1000,Al\n12,https://example.com/2,500,Bo\n"
LAYOUT = Layout(1, {0: "service", 1: "link", 2: "quantity", 3: ""})
OTHER = Layout(1, {0: "service", 1: "link", 2: "quantity", 3: "note"})


@pytest.fixture
def service():
    return make_service(make_panel(name="North"), remote_id="12")


def store(panel, content=CONTENT, *, kind=ORDERS, token=None, layout=None):
    source = Source("orders.csv", content, kind, has_panel=panel is None)
    sheet = read_table(source, layout=layout) if layout else None
    return create_from_table(source, sheet, panel=panel, created_by=None, token=token)[0]


def choose(batch, layout=LAYOUT, *, user=None, shown=None):
    batch.refresh_from_db()
    return choose_columns(batch, layout, panel=batch.panel, user=user, shown=shown or fingerprint(batch))


def test_a_table_waits_for_its_columns_and_orders_nothing(service):
    batch = store(service.panel)
    assert (batch.state, batch.source, batch.filename) == ("draft", "file", "orders.csv")
    assert not batch.lines.exists()
    assert layout_of(find_table(batch)) is None
    assert confirm(batch, None, summary(batch).fingerprint).problem
    assert not Order.objects.exists()


def test_one_form_stores_one_table_however_often_it_is_sent(service):
    token = uuid.uuid4()
    assert store(service.panel, token=token) == store(service.panel, token=token)
    store(service.panel, CONTENT + b"\n", token=token)
    assert (Batch.objects.count(), SourceTable.objects.count()) == (2, 2)


def test_the_chosen_columns_become_lines_that_can_be_confirmed(service):
    batch = store(service.panel)
    assert choose(batch)
    lines = list(batch.lines.order_by("number"))
    assert [line.number for line in lines] == [2, 3]
    assert lines[0].cells == {"service": "12", "link": "https://example.com/1", "quantity": "1000"}
    assert not any(line.has_errors for line in lines)
    batch.refresh_from_db()
    assert batch.columns == ["service", "link", "quantity"]
    assert confirm(batch, None, summary(batch).fingerprint).problem == ""
    assert Order.objects.count() == 2


def test_a_pasted_table_is_named_after_its_first_line_until_a_person_names_it(service):
    batch = create_from_table(Source(None, CONTENT), None, panel=service.panel, created_by=None)[0]
    without_link = Layout(1, {0: "service", 1: "", 2: "quantity", 3: "note"})

    def name(layout):
        choose(batch, layout)
        batch.refresh_from_db()
        return batch.name

    assert batch.name == ""
    assert name(LAYOUT) == "example.com/1 and 1 more"
    assert (batch.search_text[:24], batch.is_name_proposed) == (batch.name, True)
    assert name(without_link) == "Service 12 and 1 more"
    rename(batch, "")
    assert name(LAYOUT) == ""
    rename(batch, "Mine")
    assert name(OTHER) == "Mine"


def test_the_same_choice_again_changes_nothing_and_keeps_corrections(service):
    batch = store(service.panel)
    choose(batch)
    change_line(batch.lines.get(number=2), cells={**batch.lines.get(number=2).cells, "quantity": "300"})
    assert not choose(batch, shown="what another tab showed")
    assert batch.lines.get(number=2).cells["quantity"] == "300"


def test_another_choice_replaces_the_lines_only_if_the_person_saw_the_draft_as_it_is(service):
    batch = store(service.panel)
    batch.refresh_from_db()
    shown = fingerprint(batch)
    choose(batch)
    tokens = set(batch.lines.values_list("token", flat=True))
    with pytest.raises(DraftChangedError, match="Nothing was changed"):
        choose(batch, OTHER, shown=shown)
    assert batch.lines.filter(cells__has_key="note").count() == 0
    assert choose(batch, OTHER)
    assert batch.lines.filter(cells__has_key="note").count() == 2
    # An order is made of a line once, so the line of a row keeps its token.
    assert set(batch.lines.values_list("token", flat=True)) == tokens


def test_a_confirmed_or_discarded_batch_keeps_its_lines(service):
    batch = store(service.panel)
    choose(batch)
    batch.refresh_from_db()
    confirm(batch, None, summary(batch).fingerprint)
    with pytest.raises(NotADraftError):
        choose(batch, OTHER)
    assert Order.objects.count() == 2
    other = store(service.panel, CONTENT + b"\n")
    discard(other)
    with pytest.raises(NotADraftError):
        choose(other)
    assert not other.lines.exists()


def test_a_table_that_cannot_be_read_like_this_changes_nothing(service):
    batch = store(service.panel, CONTENT + b"12,https://example.com/3,5,Al,too long\n")
    with pytest.raises(UnreadableError, match="longer than its columns"):
        choose(batch)
    assert not batch.lines.exists()
    assert not ColumnTitle.objects.exists()


def test_the_titles_are_remembered_for_the_next_table(service):
    source = Source("next.csv", CONTENT, has_panel=False)
    with pytest.raises(UnclearError):
        read_table(source, learned_titles(ORDERS))
    user = make_user("Operator")
    choose(store(service.panel), user=user)
    assert learned_titles(ORDERS) == {"was": "service", "wohin": "link", "viel": "quantity", "chef": ""}
    assert set(ColumnTitle.objects.values_list("chosen_by", flat=True)) == {user.pk}
    assert len(read_table(source, learned_titles(ORDERS)).lines) == 2
    # Another table gives other meanings to them.
    assert learned_titles(EXISTING) == {}
    choose(store(service.panel, CONTENT + b"\n"), OTHER)
    assert learned_titles(ORDERS)["chef"] == "note"


def test_usual_titles_and_titles_that_stand_twice_are_not_remembered(service):
    content = CONTENT.replace(b"Was,Wohin,Viel,Chef", b"Service,Link,X,X")
    choose(store(service.panel, content), OTHER)
    assert learned_titles(ORDERS) == {}


def test_a_readable_table_is_kept_too_so_that_its_columns_can_be_changed(service):
    batch = store(service.panel, layout=LAYOUT)
    assert batch.lines.count() == 2
    assert layout_of(find_table(batch)) == LAYOUT
    assert choose(batch, OTHER)
    assert batch.lines.filter(cells__has_key="note").count() == 2


def test_an_import_begins_when_its_columns_are_chosen():
    panel = make_panel()
    content = b"Nummer,Viel\n23501,100\n"
    batch = store(panel, content, kind=EXISTING)
    assert (batch.is_draft, batch.is_adoption) == (True, True)
    assert not BatchLine.objects.filter(remote_id__gt="").exists()
    choose(batch, Layout(1, {0: "order", 1: "quantity"}))
    batch.refresh_from_db()
    assert batch.state == "confirmed"
    assert batch.lines.get().remote_id == "23501"


def test_the_table_goes_with_its_draft_and_after_the_confirmation(service):
    batch = store(service.panel)
    choose(batch)
    batch.refresh_from_db()
    confirm(batch, None, summary(batch).fingerprint)
    waiting = store(service.panel, CONTENT + b"\n")
    delete_old_drafts()
    assert SourceTable.objects.get().batch == waiting
    Batch.objects.filter(pk=waiting.pk).update(checked_at="2020-01-01T00:00Z")
    delete_old_drafts()
    assert not SourceTable.objects.exists()


def test_services_are_known_by_panel(service, django_assert_num_queries):
    other = make_service(remote_id="77")
    make_service(service.panel, remote_id="78", is_listed=False)
    texts = {"12", "77", "78", *map(str, range(1000, 1500))}
    with django_assert_num_queries(1):
        assert known_services(service.panel)(texts) == {"12"}
    assert known_services(None)(texts) == {"12", "77"}
    assert known_services(other.panel)(set()) == set()
