"""A batch is a draft until it is confirmed, and a wrong line prevents that unless it is skipped."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from panels.models import Batch, BatchLine
from tests.factories import make_batch, make_service, make_user, row_of


@pytest.mark.parametrize("state", Batch.State.values)
def test_only_a_draft_is_a_draft_and_only_a_confirmed_batch_has_orders(state):
    assert Batch(state=state).is_draft == (state == "draft")
    assert Batch(state=state).is_unconfirmed == (state in ("draft", "discarded"))


@pytest.mark.parametrize("source", Batch.Source.values)
def test_only_an_import_of_orders_placed_elsewhere_is_an_adoption(source):
    assert Batch(source=source).is_adoption == (source == "adopted")


@pytest.mark.parametrize("has_errors", [True, False])
@pytest.mark.parametrize("is_left_out", [True, False])
def test_a_line_is_wrong_if_it_has_errors_and_is_not_skipped(has_errors, is_left_out):
    line = BatchLine(has_errors=has_errors, is_left_out=is_left_out)
    assert line.is_wrong == (has_errors and not is_left_out)


def test_the_messages_of_a_line_are_the_errors_of_all_columns():
    line = BatchLine(errors={"link": ["Too long.", "Has spaces."], "": ["Empty."]})
    assert line.messages == ["Too long.", "Has spaces.", "Empty."]
    assert BatchLine().messages == []


@pytest.mark.parametrize(
    ("cells", "errors", "link_key", "is_it"),
    [
        ({"link": "x"}, {"link": ["This link is ordered already."]}, "example.com/p/1", True),
        ({"link": "x"}, {"link": ["Link is missing."]}, "", False),
        ({"link": "x"}, {"link": ["This link is ordered already."], "quantity": ["x"]}, "example.com/p/1", False),
        ({"link": "x"}, {}, "example.com/p/1", False),
        ({"username": "ann"}, {"username": ["This account is ordered already."]}, "@ann", True),
        ({"username": "ann", "link": "x"}, {"username": ["Too long."]}, "example.com/p/1", False),
    ],
)
def test_a_line_is_doubtful_if_nothing_but_its_target_is_in_doubt(cells, errors, link_key, is_it):
    assert BatchLine(cells=cells, errors=errors, link_key=link_key).is_doubtful is is_it


def test_a_batch_has_one_line_per_number(db):
    batch = make_batch(row_of(make_service()))
    with pytest.raises(IntegrityError):
        BatchLine.objects.create(batch=batch, number=batch.lines.get().number, token="0" * 32)


def test_two_batches_cannot_have_the_same_token(db):
    batch = make_batch()
    with pytest.raises(IntegrityError):
        Batch.objects.create(token=batch.token, source=Batch.Source.FILE)


@pytest.mark.django_db
@pytest.mark.parametrize("group", ["Viewer", "Operator", "Manager"])
def test_every_role_sees_lines_and_only_roles_that_order_change_batches(group):
    user = make_user(group)
    assert user.has_perms(["panels.view_batch", "panels.view_batchline"])
    assert user.has_perms(["panels.add_batch", "panels.change_batch"]) == (group != "Viewer")
