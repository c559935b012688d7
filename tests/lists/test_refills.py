"""The columns of the list of refills, and the fields that decide whether a poll has something new."""

from __future__ import annotations

import pytest
from django.utils import timezone

from panels.lists.refills import EXPORTED, REFILLS, RELATED, WATCHED
from panels.models import Refill
from tests.factories import make_placed, make_refill, make_service, make_user
from tests.lists import values

pytestmark = pytest.mark.django_db
BY_NAME = {"progress": "completed", "state": "sending"}
# A stored refill keeps these.
FIELDS = values.changeable(Refill, {"id", "order"})


def draw(refill, user):
    return values.draw(REFILLS, Refill.objects.select_related(*RELATED).filter(pk=refill.pk), user).body


@pytest.mark.parametrize("name", FIELDS)
def test_a_change_that_shows_in_a_row_is_seen_by_a_poll(name):
    user = values.with_all_columns(REFILLS)
    refill = make_refill(error="No refill yet", state="accepted", unreadable_since=timezone.now())
    value = values.other_value(FIELDS[name], BY_NAME, {})

    def look():
        row = Refill.objects.only(*WATCHED).get(pk=refill.pk)
        return draw(refill, user), REFILLS.watched(row)

    body, watched = look()
    Refill.objects.filter(pk=refill.pk).update(**{FIELDS[name].attname: value})
    other_body, other_watched = look()
    assert body == other_body or watched != other_watched


def test_the_watched_fields_are_read_without_further_queries(django_assert_num_queries):
    make_refill()
    with django_assert_num_queries(1):
        (refill,) = Refill.objects.only(*WATCHED)
        assert REFILLS.watched(refill)
        assert refill.is_open


def test_cells_and_export_of_a_refill_take_no_query(django_assert_num_queries):
    user = values.with_all_columns(REFILLS)
    make_refill(requested_by=make_user(), remote_id="R-1")
    (refill,) = Refill.objects.select_related(*RELATED)
    table = values.draw(REFILLS, [refill], user)
    assert table.columns
    with django_assert_num_queries(0):
        body = table.body
        row = {name: read(refill) for name, read in EXPORTED.items()}
    assert "R-1" in body
    assert (row["Refill"], row["Order"], row["Request"]) == (refill.pk, refill.order_id, "Waiting to be sent")


def test_a_row_opens_its_order_and_names_its_service_in_full():
    name = "Instagram Followers " + "very long " * 20
    refill = make_refill(make_placed(make_service(name=name), progress="completed"))
    body = draw(refill, make_user("Viewer"))
    assert f'<a class="table__open" href="{refill.order.get_absolute_url()}"' in body
    assert f">{name}</a>" in body
    assert f">#{refill.order_id}</td>" in body


def test_an_error_has_a_column_of_its_own_and_says_since_when_the_refill_is_not_followed():
    viewer = make_user("Viewer")
    assert "Refill period is over</span>" in draw(make_refill(error="Refill period is over"), viewer)
    lost = make_refill(error="No answer about it", unreadable_since=timezone.now())
    body = draw(lost, viewer)
    assert "not followed</span>" in body
    assert ">Not followed since <time" in body
    assert ": No answer about it</span>" in body
    assert "not followed" not in draw(make_refill(), viewer).lower()


def test_a_refill_that_nobody_requested_has_dashes():
    body = draw(make_refill(), values.with_all_columns(REFILLS))
    assert "None" not in body
    assert body.count(">–</td>") >= 4
