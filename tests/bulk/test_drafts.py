"""A table becomes one draft. A person can correct it until it is confirmed, discarded or deleted."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.bulk import drafts
from panels.bulk.confirming import confirm, summary
from panels.bulk.drafts import (
    LineChangedError,
    NotADraftError,
    change_line,
    create_batch,
    delete_draft,
    delete_old_drafts,
    discard,
    include,
    leave_out_wrong,
    restore,
)
from panels.models import Batch, BatchLine, JobRun, Order
from panels.worker import tasks
from tests.bulk.batches import confirm_batch, line_of
from tests.factories import make_batch, make_order, make_panel, make_service, make_sheet, row_of

pytestmark = pytest.mark.django_db


def test_a_good_table_becomes_a_draft_with_prices_and_orders_nothing():
    service = make_service()
    batch = make_batch(row_of(service), row_of(service, quantity=2000), filename="June.csv")
    assert batch.state == Batch.State.DRAFT
    assert [(each.number, each.cost, each.currency) for each in batch.lines.all()] == [
        (2, Decimal("0.90"), "USD"),
        (3, Decimal("1.80"), "USD"),
    ]
    assert not batch.lines.filter(has_errors=True).exists()
    assert not Order.objects.exists()


def test_an_upload_sent_twice_makes_one_batch():
    token, sheet = uuid.uuid4(), make_sheet(row_of(make_service()))
    first, is_new = create_batch(sheet, source="paste", created_by=None, token=token)
    again, is_new_again = create_batch(sheet, source="paste", created_by=None, token=token)
    assert (again, is_new, is_new_again) == (first, True, False)
    assert BatchLine.objects.count() == 1


def test_a_file_name_that_turns_the_text_behind_it_shows_a_mark():
    batch = make_batch(row_of(make_service()), filename="invoice\u202excod.csv")
    assert (batch.filename, batch.name) == ("invoice\ufffdxcod.csv", "invoice\ufffdxcod")


def test_another_table_from_the_same_form_is_another_batch():
    # A browser that goes back shows the form with the token that it had.
    token, service = uuid.uuid4(), make_service()
    tables = [make_sheet(row_of(service, quantity=quantity)) for quantity in (1000, 2000)]
    first, second = (create_batch(each, source="paste", created_by=None, token=token)[0] for each in tables)
    elsewhere, _ = create_batch(tables[0], source="paste", created_by=None, token=token, panel=make_panel())
    assert len({first, second, elsewhere}) == 3
    assert line_of(second, 2).cells["quantity"] == "2000"


# -- corrections


def test_a_corrected_line_is_checked_again_with_the_lines_that_it_repeats_or_repeated():
    service = make_service()
    link, other = "https://example.com/p/1", "https://example.com/p/2"
    batch = make_batch(*[row_of(service, link=each) for each in (link, link, other)])
    touched = change_line(line_of(batch, 3), cells=row_of(service, link=other, quantity="2,000"))
    assert [each.number for each in touched] == [3, 4]
    assert not line_of(batch, 2).has_errors
    assert line_of(batch, 3).messages == []
    assert line_of(batch, 4).messages == ["Line 3 orders the same service for the same link."]
    assert line_of(batch, 3).cost == Decimal("1.8")


def test_a_correction_of_one_of_many_equal_lines_reads_and_saves_few_of_them():
    batch = make_batch(*[row_of(make_service(), quantity=1)] * 5)
    read = []

    def count_lines(batch, lines, check=drafts.check_lines):
        read.append([line.number for line in lines])
        return check(batch, lines)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drafts, "check_lines", count_lines)
        touched = change_line(line_of(batch, 4), is_left_out=True)
        assert [each.number for each in touched] == [4]
        assert read == [[4], [2, 4]]
        # The first one is named by all others.
        touched = change_line(line_of(batch, 2), is_left_out=True)
        assert [each.number for each in touched] == [2, 3, 5, 6]
    assert line_of(batch, 6).errors["link"] == ["Line 3 orders the same service for the same link."]


def test_an_accepted_repeat_is_a_warning_and_no_error_of_the_other_line():
    service = make_service()
    link = "https://example.com/p/1"
    batch = make_batch(row_of(service, link=link), row_of(service, link=link))
    touched = change_line(line_of(batch, 3), is_repeat_ok=True)
    assert [each.number for each in touched] == [3]
    assert not batch.lines.filter(has_errors=True).exists()
    assert line_of(batch, 3).warnings == ["Line 2 orders the same service for the same link."]
    assert line_of(batch, 2).warnings == []
    confirm_batch(batch)
    assert Order.objects.count() == 2


def test_an_accepted_repeat_does_not_cover_an_order_that_became_active_later():
    service = make_service()
    link = "https://example.com/p/1"
    batch = make_batch(row_of(service, link=link), row_of(service, link=link))
    change_line(line_of(batch, 3), is_repeat_ok=True)
    order = make_order(service, link=link)
    later = [f"Order {order.pk} is still active for the same service and link."]
    change_line(line_of(batch, 3), cells=row_of(service, link=link, quantity=2000))
    assert line_of(batch, 3).messages == later
    assert line_of(batch, 3).warnings == ["Line 2 orders the same service for the same link."]
    change_line(line_of(batch, 3), is_repeat_ok=True)
    assert line_of(batch, 3).messages == []
    assert line_of(batch, 2).messages == later


def test_a_repeat_is_accepted_for_one_link_only():
    service = make_service()
    link, other = "https://example.com/p/1", "https://example.com/p/2"
    batch = make_batch(*[row_of(service, link=each) for each in (link, link, other)])
    change_line(line_of(batch, 3), is_repeat_ok=True)
    change_line(line_of(batch, 3), cells=row_of(service, link=link, quantity=2000))
    assert not line_of(batch, 3).has_errors
    change_line(line_of(batch, 3), cells=row_of(service, link=other))
    assert [line_of(batch, number).has_errors for number in (2, 3, 4)] == [False, False, True]


def test_a_skipped_line_does_not_count_until_it_is_included_again():
    service = make_service()
    link = "https://example.com/p/1"
    batch = make_batch(row_of(service, link=link), row_of(service, link=link))
    change_line(line_of(batch, 3), is_left_out=True)
    assert not line_of(batch, 2).has_errors
    assert (summary(batch).count, summary(batch).left_out, summary(batch).wrong) == (1, 1, 0)
    change_line(line_of(batch, 3), is_left_out=False)
    assert batch.lines.get(has_errors=True).number == 3


def test_all_wrong_lines_can_be_skipped_at_once():
    service = make_service()
    batch = make_batch(row_of(service), row_of(service, quantity=1), row_of(service, link=""))
    assert leave_out_wrong(batch) == [3, 4]
    confirm_batch(batch)
    assert Order.objects.count() == 1


def test_skipped_lines_are_included_again_and_checked():
    service = make_service()
    batch = make_batch(row_of(service), row_of(service, quantity=1), row_of(service, quantity=2))
    change_line(line_of(batch, 4), is_left_out=True)
    assert leave_out_wrong(batch) == [3]
    service.min_quantity = 1
    service.save()
    before = summary(batch).fingerprint
    assert include(batch, [3]) == 1
    assert list(batch.lines.values_list("number", "is_left_out", "has_errors")) == [
        (2, False, False),
        (3, False, False),
        (4, True, False),
    ]
    # A summary of before no longer confirms the batch.
    assert summary(batch).fingerprint != before
    assert include(batch, [3]) == 0


def test_only_a_discarded_batch_is_restored_and_no_earlier_summary_confirms_it():
    batch = make_batch(row_of(make_service()))
    assert not restore(batch)
    shown = summary(batch).fingerprint
    assert discard(batch)
    assert restore(batch)
    assert "has changed since this page was shown" in confirm(batch, None, shown).problem
    assert not Order.objects.exists()
    confirm_batch(batch)
    assert Order.objects.count() == 1
    assert not restore(batch)
    assert not discard(batch)


def test_lines_of_a_confirmed_batch_cannot_be_changed():
    service = make_service()
    batch = make_batch(row_of(service))
    confirm_batch(batch)
    with pytest.raises(NotADraftError, match="confirmed"):
        change_line(line_of(batch, 2), is_left_out=True)
    with pytest.raises(NotADraftError):
        leave_out_wrong(batch)
    with pytest.raises(NotADraftError):
        include(batch, [2])


# -- deleted drafts


def test_only_a_draft_is_deleted_on_request():
    service = make_service()
    draft, ordered = make_batch(row_of(service)), make_batch(row_of(service))
    confirm_batch(ordered)
    assert (delete_draft(draft), delete_draft(ordered), delete_draft(draft)) == (True, False, False)
    assert Batch.objects.get() == ordered
    assert BatchLine.objects.get().batch == ordered


def age(batch, **ago):
    Batch.objects.filter(pk=batch.pk).update(checked_at=timezone.now() - timedelta(**ago))


def test_a_draft_without_a_change_for_a_week_is_deleted():
    service = make_service()
    old, discarded, young, ordered = (make_batch(row_of(service)) for _ in range(4))
    discard(discarded)
    confirm_batch(ordered)
    for batch in (old, discarded, ordered):
        age(batch, days=7, minutes=1)
    age(young, days=6, hours=23)
    assert delete_old_drafts() == 2
    assert set(Batch.objects.all()) == {young, ordered}
    assert BatchLine.objects.count() == 2


def test_the_sweep_deletes_old_drafts_once_a_day():
    batch = make_batch(row_of(make_service()))
    age(batch, days=8)
    tasks.run_sweep()
    assert not Batch.objects.exists()
    late = make_batch(row_of(make_service()))
    age(late, days=8)
    tasks.run_sweep(every=timedelta())
    assert Batch.objects.exists()
    JobRun.objects.filter(name="delete old drafts").update(started_at=timezone.now() - timedelta(days=1, minutes=1))
    tasks.run_sweep(every=timedelta())
    assert not Batch.objects.exists()


def test_a_line_is_changed_only_as_it_was_seen_and_its_doubts_are_accepted_only_in_those_words():
    service = make_service()
    row = row_of(service)
    batch = make_batch(row, row)
    second = line_of(batch, 3)
    seen = second.mark
    # Another line takes the doubt away. That does not prevent a correction of this line.
    change_line(line_of(batch, 2), is_left_out=True)
    with pytest.raises(LineChangedError):
        change_line(second, is_repeat_ok=True, seen=seen)
    change_line(second, cells=row | {"quantity": "500"}, seen=seen)
    with pytest.raises(LineChangedError):
        change_line(second, cells=row | {"quantity": "700"}, seen=seen)
    assert line_of(batch, 3).cells["quantity"] == "500"
    change_line(second, cells=row | {"quantity": "700"}, seen=line_of(batch, 3).mark)
    assert line_of(batch, 3).cells["quantity"] == "700"
