"""Equal mistakes of a draft are one group, and a group is settled at once, in pieces that lock nobody out for long."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.bulk import mistakes
from panels.bulk.checking import recheck_lines, save_changed_lines
from panels.bulk.confirming import summary
from panels.bulk.drafts import NotADraftError, change_line, discard, touch
from panels.bulk.mistakes import Change, find_groups, settle, take_back
from panels.models import Batch, Order
from tests.bulk.batches import confirm_batch, line_of
from tests.factories import make_batch, make_panel, make_service, row_of

pytestmark = pytest.mark.django_db


def set_to(**cells):
    return Change(cells=cells)


def groups_of(batch):
    return [(group.mistake.column, group.mistake.value, group.numbers) for group in find_groups(batch)]


def test_equal_values_with_equal_errors_in_one_column_are_one_group():
    service, other = make_service(), make_service(make_panel())
    batch = make_batch(
        *[row_of(service, service="999") for _ in range(3)],
        row_of(other, service="999"),
        row_of(service, quantity="lots"),
        row_of(service, quantity="lots", link=""),
        row_of(service, quantity="many"),
        row_of(service),
    )
    assert groups_of(batch) == [("service", "999", [2, 3, 4]), ("quantity", "lots", [6, 7])]
    assert find_groups(batch)[0].panels == {service.panel_id}
    change_line(line_of(batch, 7), is_left_out=True)
    assert groups_of(batch) == [("service", "999", [2, 3, 4])]


def test_lines_that_are_equal_in_their_mistakes_are_grouped_by_the_database(django_assert_num_queries, monkeypatch):
    service = make_service()
    read = []
    monkeypatch.setattr(mistakes, "_mistakes", lambda *found, **_: read.append(found) or iter(()))
    batch = make_batch(*[row_of(service, quantity="lots") for _ in range(50)], row_of(service, quantity="x", link=""))
    with django_assert_num_queries(2):
        find_groups(batch)
    assert len(read) == 2


def test_all_lines_of_a_group_are_corrected_checked_and_priced_at_once():
    service = make_service()
    batch = make_batch(*[row_of(service, service="999") for _ in range(30)], row_of(service, quantity="lots"))
    before = summary(batch).fingerprint
    (group,) = find_groups(batch)
    settled = settle(batch, group.mistake.key, set_to(service=service.remote_id))
    assert (len(settled.numbers), settled.wrong, settled.is_whole) == (30, 0, True)
    assert {(line.has_errors, line.cost) for line in batch.lines.filter(number__lt=32)} == {(False, Decimal("0.9"))}
    assert line_of(batch, 32).cells["quantity"] == "lots"
    assert summary(batch).fingerprint != before
    change_line(line_of(batch, 32), cells=row_of(service))
    confirm_batch(batch)
    assert Order.objects.count() == 31


def test_a_wrong_correction_is_a_group_again():
    service = make_service()
    batch = make_batch(row_of(service, quantity="x"), row_of(service, quantity="x"))
    (group,) = find_groups(batch)
    settled = settle(batch, group.mistake.key, set_to(quantity="y"))
    assert (settled.numbers, settled.wrong) == ((2, 3), 2)
    assert groups_of(batch) == [("quantity", "y", [2, 3])]
    # The form of before is out of date.
    assert settle(batch, group.mistake.key, set_to(quantity="500")).numbers == ()


def test_an_empty_correction_empties_the_cells_and_a_new_column_is_kept():
    service = make_service()
    batch = make_batch(*[row_of(service, comments="Nice", panel="") for _ in range(2)])
    by_column = {group.mistake.column: group.mistake.key for group in find_groups(batch)}
    settle(batch, by_column["panel"], set_to(panel=service.panel.name))
    by_column = {group.mistake.column: group.mistake.key for group in find_groups(batch)}
    assert settle(batch, by_column["comments"], set_to(comments="")).wrong == 0
    assert "comments" not in line_of(batch, 2).cells
    batch.refresh_from_db()
    assert "panel" in batch.columns


def test_corrected_lines_that_repeat_another_line_are_marked_and_lines_that_they_repeated_are_free():
    service = make_service()
    other = make_service(service.panel)
    link, away = "https://example.com/p/1", "https://example.com/p/2"
    batch = make_batch(
        row_of(service, link=link),
        row_of(service, link=link, quantity="x"),
        row_of(service, link=away, quantity="x"),
        row_of(other, link=link),
    )
    quantity = next(group for group in find_groups(batch) if group.mistake.column == "quantity")
    settle(batch, quantity.mistake.key, set_to(quantity="500", service=other.remote_id))
    assert {line.number: line.messages for line in batch.lines.filter(has_errors=True)} == {
        5: ["Line 3 orders the same service for the same link."]
    }


def test_a_link_that_many_lines_repeat_is_accepted_or_skipped_for_all_of_them():
    service = make_service()
    row = row_of(service)
    batch = make_batch(*[row] * 5)
    (group,) = find_groups(batch)
    assert (group.numbers, group.mistake.is_repeat) == ([3, 4, 5, 6], True)
    assert settle(batch, group.mistake.key, Change(is_repeat_ok=True)).wrong == 0
    assert batch.lines.filter(is_repeat_ok=True).count() == 4
    other = make_batch(*[row] * 5)
    (group,) = find_groups(other)
    assert settle(other, group.mistake.key, Change(is_left_out=True)).wrong == 0
    assert summary(other).count == 1


def test_an_accepted_repeat_does_not_hold_for_another_service():
    service = make_service()
    other = make_service(service.panel)
    row = row_of(service, quantity="x")
    batch = make_batch(row, row, row_of(other, link=row["link"]))
    change_line(line_of(batch, 3), is_repeat_ok=True)
    quantity = next(group for group in find_groups(batch) if group.mistake.column == "quantity")
    settle(batch, quantity.mistake.key, set_to(quantity="500", service=other.remote_id))
    assert line_of(batch, 3).has_errors
    assert not line_of(batch, 3).is_repeat_ok


def test_a_correction_is_taken_back_where_nobody_has_changed_the_line_since():
    service = make_service()
    batch = make_batch(*[row_of(service, quantity="x", panel="") for _ in range(4)], panel=service.panel)
    (group,) = find_groups(batch)
    settled = settle(batch, group.mistake.key, set_to(quantity=" 500 "))
    assert (settled.before, settled.now) == ({"quantity": "x"}, {"quantity": "500"})
    change_line(line_of(batch, 3), cells=row_of(service, quantity="700"))
    taken = take_back(batch, settled.numbers, Change(cells=settled.before), now=settled.now)
    assert (taken.numbers, taken.wrong) == ((2, 4, 5), 3)
    assert [line.cells["quantity"] for line in batch.lines.all()] == ["x", "700", "x", "x"]
    assert groups_of(batch) == [("quantity", "x", [2, 4, 5])]


def test_lines_with_several_former_values_have_no_undo():
    service, other = make_service(), make_panel()
    batch = make_batch(*[row_of(service, service="", panel=name) for name in (service.panel.name, "")], panel=other)
    (group,) = find_groups(batch)
    settled = settle(batch, group.mistake.key, set_to(service=service.remote_id, panel=service.panel.name))
    assert (settled.numbers, settled.before) == ((2, 3), None)


def test_accepted_repeats_are_doubted_again():
    row = row_of(make_service())
    batch = make_batch(*[row] * 3)
    (group,) = find_groups(batch)
    settled = settle(batch, group.mistake.key, Change(is_repeat_ok=True))
    assert settled.wrong == 0
    assert take_back(batch, settled.numbers, Change(is_repeat_ok=False), now=settled.now or {}).wrong == 2


def test_many_lines_are_saved_in_pieces(monkeypatch):
    monkeypatch.setattr(mistakes, "PIECE", 4)
    saved = []
    save = mistakes.save_lines
    monkeypatch.setattr(mistakes, "save_lines", lambda lines: saved.append(len(lines)) or save(lines))
    service = make_service()
    batch = make_batch(*[row_of(service, quantity="x") for _ in range(10)])
    (group,) = find_groups(batch)
    assert settle(batch, group.mistake.key, set_to(quantity="500")).numbers == tuple(range(2, 12))
    assert saved == [4, 4, 2]
    assert not batch.lines.filter(has_errors=True).exists()


def test_what_somebody_else_changes_between_two_pieces_is_kept(monkeypatch):
    monkeypatch.setattr(mistakes, "PIECE", 2)
    service = make_service()
    batch = make_batch(*[row_of(service, quantity="x") for _ in range(6)])
    (group,) = find_groups(batch)
    save, others = mistakes._save, [row_of(service, quantity="700")]

    def save_and_wait(*piece):
        at = save(*piece)
        if others:
            change_line(line_of(batch, 6), cells=others.pop())
        return at

    monkeypatch.setattr(mistakes, "_save", save_and_wait)
    settled = settle(batch, group.mistake.key, set_to(quantity="500"))
    assert (settled.numbers, settled.is_whole) == ((2, 3, 4, 5, 7), True)
    assert [line.cells["quantity"] for line in batch.lines.all()] == ["500", "500", "500", "500", "700", "500"]


def test_a_panel_that_somebody_chose_meanwhile_is_the_panel_of_the_next_try(monkeypatch):
    cheap, dear = (make_service(make_panel(), remote_id="7", rate_per_1000=rate) for rate in (1, 9))
    row = row_of(cheap, panel="", quantity="x")
    batch = make_batch(row, row | {"link": "https://example.com/other"}, panel=cheap.panel)
    (group,) = find_groups(batch)
    save, panels = mistakes._save, [dear.panel]

    def change_panel_and_save(*piece):
        if panels:
            current = Batch.objects.get(pk=batch.pk)
            current.panel = panels.pop()
            current.save()
            lines, before, _ = recheck_lines(current)
            save_changed_lines(lines, before)
            touch(current)
        return save(*piece)

    monkeypatch.setattr(mistakes, "_save", change_panel_and_save)
    settle(batch, group.mistake.key, set_to(quantity="500"))
    assert {(line.panel, line.service, line.cost) for line in batch.lines.all()} == {(dear.panel, dear, Decimal("4.5"))}


def test_a_draft_that_never_stays_as_it_was_read_is_settled_in_part(monkeypatch):
    service = make_service()
    batch = make_batch(*[row_of(service, quantity="x") for _ in range(2)])
    (group,) = find_groups(batch)
    monkeypatch.setattr(mistakes, "_save", lambda *_: None)
    settled = settle(batch, group.mistake.key, set_to(quantity="500"))
    assert (settled.numbers, settled.is_whole) == ((), False)


def test_only_a_draft_is_settled():
    service = make_service()
    batch = make_batch(*[row_of(service, quantity="x") for _ in range(2)])
    (group,) = find_groups(batch)
    discard(batch)
    with pytest.raises(NotADraftError):
        settle(batch, group.mistake.key, set_to(quantity="500"))
    assert line_of(batch, 2).cells["quantity"] == "x"
