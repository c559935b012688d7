"""The filter of refills."""

import pytest

from panels.filters import RefillFilter
from panels.models import Refill
from tests.factories import make_campaign, make_client, make_placed, make_refill

pytestmark = pytest.mark.django_db


def test_refills_are_kept_by_request_progress_and_panel():
    refill, other = make_refill(), make_refill(state="sent", progress=Refill.Progress.COMPLETED)
    for query, kept in (
        ({"state": "queued"}, refill),
        ({"progress": "completed"}, other),
        ({"panel": str(other.order.panel_id)}, other),
    ):
        assert set(RefillFilter(query).qs) == {kept}, query


@pytest.mark.django_db
def test_the_refills_of_a_service_are_kept():
    refill = make_refill()
    make_refill()
    assert list(RefillFilter({"service": str(refill.order.service_id)}).rows) == [refill]


def test_the_refills_of_a_client_and_of_a_campaign_are_kept():
    nova = make_client()
    spring = make_campaign("Spring", nova)
    first = make_refill(make_placed(client=nova, campaign=spring))
    second = make_refill(make_placed(client=nova))
    make_refill()
    assert set(RefillFilter({"client": str(nova.pk)}).rows) == {first, second}
    assert list(RefillFilter({"campaign": str(spring.pk)}).rows) == [first]
