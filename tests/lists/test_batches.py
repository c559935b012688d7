"""The columns of the list of batches, and the fields that decide whether a poll has something new."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from panels.bulk.adoption import create_adoption
from panels.lists.batches import BATCHES, EXPORTED, RELATED, rows_of
from panels.models import Batch, Order
from tests.factories import (
    make_batch,
    make_campaign,
    make_client,
    make_order,
    make_panel,
    make_service,
    make_sheet,
    make_user,
    row_of,
)
from tests.lists import values

pytestmark = pytest.mark.django_db
BY_NAME = {"state": "paused", "source": "adopted"}
ROWS = {"panel": make_panel, "client": make_client, "campaign": make_campaign}
# A stored batch keeps these, and no cell shows the columns of its table.
FIELDS = values.changeable(Batch, {"id", "token", "columns", "created_at"})


def row(batch):
    (found,) = rows_of(Batch.objects.select_related(*RELATED).filter(pk=batch.pk))
    return found


def draw(*batches, user=None):
    return values.draw(BATCHES, [row(batch) for batch in batches], user or make_user("Viewer")).body


def ordered(*currencies, **fields):
    batch = Batch.objects.create(state="confirmed", **{"source": "file"} | fields)
    for currency in currencies:
        make_order(make_service(make_panel(reported_currency=currency)), batch=batch, currency=currency)
    return batch


@pytest.mark.parametrize("name", FIELDS)
def test_a_change_that_shows_in_a_row_is_seen_by_a_poll(name):
    user = values.with_all_columns(BATCHES)
    batch = ordered("USD", confirmed_at=timezone.now())

    def look():
        return draw(batch, user=user), BATCHES.watched(row(batch))

    body, watched = look()
    value = values.other_value(FIELDS[name], BY_NAME, ROWS)
    Batch.objects.filter(pk=batch.pk).update(**{FIELDS[name].attname: value})
    other_body, other_watched = look()
    assert body == other_body or watched != other_watched


@pytest.mark.parametrize("change", [{"state": "refused"}, {"held_reason": "x"}, {"expected_cost": Decimal(7)}])
def test_a_change_of_its_orders_is_seen_by_a_poll(change):
    batch = ordered("USD")
    before = BATCHES.watched(row(batch))
    Order.objects.update(**change)
    assert BATCHES.watched(row(batch)) != before


def test_cells_and_export_of_a_batch_take_no_query(django_assert_num_queries):
    user = values.with_all_columns(BATCHES)
    batch = ordered("USD", panel=make_panel(), client=make_client("Acme"), created_by=user, confirmed_by=user)
    found = row(batch)
    table = values.draw(BATCHES, [found], user)
    assert table.columns
    # The permissions of a person are read once.
    assert table.is_selectable
    with django_assert_num_queries(0):
        assert "Acme" in table.body
        exported = {name: read(found) for name, read in EXPORTED.items()}
    assert (exported["Batch"], exported["Client"], exported["Queued"]) == (batch.pk, "Acme", 1)


def test_the_rows_of_many_batches_take_as_many_queries_as_those_of_one(django_assert_num_queries):
    for _ in range(3):
        make_batch(row_of(make_service()))
        ordered("USD")
    batches = list(Batch.objects.select_related(*RELATED))
    with django_assert_num_queries(4):
        assert len(rows_of(batches)) == 6


def test_a_draft_says_what_is_wrong_with_its_lines():
    service = make_service()
    batch = make_batch(row_of(service), row_of(service, quantity=1), row_of(service, quantity=2))
    batch.lines.filter(number=3).update(is_left_out=True)
    assert (row(batch).details, row(batch).line_count) == ("1 with errors · 1 skipped", 3)
    assert 'title="1 with errors · 1 skipped"' in draw(batch)
    assert row(make_batch(row_of(service))).details == "no errors"


def test_a_batch_says_the_stages_of_its_orders():
    batch = ordered(*["USD"] * 4)
    first, second, third, _ = Order.objects.order_by("pk")
    for order, fields in ((first, {"state": "placed", "progress": "completed"}), (second, {"state": "refused"})):
        Order.objects.filter(pk=order.pk).update(**fields)
    Order.objects.filter(pk=third.pk).update(state="withdrawn")
    assert row(batch).details == "2 sent, 1 finished, 1 refused, 1 withdrawn"
    assert '<progress class="" value="3" max="4"' in draw(batch)
    Order.objects.update(state="withdrawn")
    assert 'class="progress--good" value="4" max="4"' in draw(batch)
    assert "Done" in draw(batch)


def test_imported_orders_are_checked_and_not_sent():
    batch, _ = create_adoption(make_sheet({"order": "1"}, {"order": "2"}), created_by=None, panel=make_panel())
    batch.lines.filter(number=3).update(has_errors=True)
    assert (row(batch).source, row(batch).details) == ("Existing orders", "1 checked, 1 not imported")


def test_one_currency_stands_in_the_head_and_several_beside_the_amounts():
    def head(*batches):
        table = values.draw(BATCHES, [row(batch) for batch in batches], make_user("Viewer"))
        return next(each.title for each in table.heads if each.name == "cost"), table.body.replace("\xa0", " ")

    draft, dollars, both = make_batch(row_of(make_service())), ordered("USD"), ordered("USD", "EUR")
    assert head(draft, dollars)[0] == "Cost,\xa0USD"
    assert "≈ 0.90" in head(draft, dollars)[1]
    assert "USD" not in head(draft, dollars)[1]
    assert head(dollars, both)[0] == "Cost"
    assert "≈ 0.90 EUR + ≈ 0.90 USD" in head(dollars, both)[1]
    assert EXPORTED["Cost"](row(both)) == "0.9 EUR + 0.9 USD"
    assert (EXPORTED["Cost"](row(dollars)), EXPORTED["Currency"](row(dollars))) == (Decimal("0.9"), "USD")
    assert EXPORTED["Cost"](row(draft)) is None


def test_a_row_opens_its_batch_and_shows_its_labels():
    batch = ordered(
        name="a", filename="a.csv", client=make_client("Acme"), campaign=make_campaign("Fall"), reference="PO-1"
    )
    body = draw(batch)
    assert f'<a class="table__open" href="/bulk/{batch.pk}/" title="{batch} · a.csv">a</a>' in body
    for text in ("Acme", "Fall", "PO-1", f">#{batch.pk}</td>"):
        assert text in body
    assert ">Pasted</span>" in draw(ordered(source="paste"))
