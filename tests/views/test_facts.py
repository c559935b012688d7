"""Facts and marks of a service are set on its page."""

import pytest

from panels.models import ServiceFacts, ServiceMark
from tests.factories import make_offer, read_offers

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    made = make_offer("Instagram Likes | 30D LTG", refill=True)
    read_offers()
    return made


def typed(client, service, **changes):
    shown = client.get(f"/catalog/{service.pk}/facts/").context["form"]
    return {name: value for name in shown.fields if (value := shown[name].value())} | changes


def test_the_page_of_a_service_says_what_its_name_says(as_operator, service):
    page = as_operator.get(service.get_absolute_url()).text
    assert "d refill" in page or "lifetime refill" in page
    assert f"/catalog/{service.pk}/facts/" in page
    assert "Instagram likes" in page


def test_a_correction_is_stored_and_offered_for_the_same_wording(as_operator, operator, service):
    other = make_offer("TikTok Likes | 30D LTG", refill=True)
    at = f"/catalog/{service.pk}/facts/"
    answer = as_operator.post(at, typed(as_operator, service, refill_days="77"))
    assert answer.url == f"{at}alike/"
    assert ServiceFacts.objects.get(pk=service.pk).corrected_by == operator
    assert other.name in as_operator.get(f"{at}alike/").text
    as_operator.post(f"{at}alike/", {"service": other.pk})
    read_offers()
    assert set(ServiceFacts.objects.values_list("refill_days", flat=True)) == {77}


def test_a_service_that_was_not_offered_cannot_be_corrected_along(as_operator, service):
    other = make_offer("TikTok Likes | R30")
    at = f"/catalog/{service.pk}/facts/"
    as_operator.post(at, typed(as_operator, service, refill_days="77"))
    as_operator.post(f"{at}alike/", {"service": other.pk})
    assert ServiceFacts.objects.get(pk=other.pk).corrections == {}


def test_what_cannot_be_read_is_shown_again(as_operator, service):
    answer = as_operator.post(f"/catalog/{service.pk}/facts/", typed(as_operator, service, refill_days="soon"))
    assert answer.status_code == 422
    assert 'value="soon"' in answer.text


def test_marks_show_in_the_catalog_and_can_be_filtered(as_operator, service):
    other = make_offer("TikTok Likes")
    as_operator.post(f"/catalog/{service.pk}/mark/", {"mark": "favourite", "note": "fast"})
    assert ServiceMark.objects.get().note == "fast"
    assert [row.pk for row in as_operator.get("/catalog/", {"mark": "favourite"}).context["page"]] == [service.pk]
    as_operator.post(f"/catalog/{other.pk}/mark/", {"mark": "blocked", "note": "drops"})
    # No list offers what nobody can order.
    address = "/orders/new/?service={}"
    assert address.format(service.pk) in as_operator.get("/catalog/").text
    assert address.format(other.pk) not in as_operator.get("/catalog/").text
    page = as_operator.get(other.get_absolute_url()).text
    assert "Blocked by the team" in page
    assert "drops" in page


@pytest.mark.parametrize("sent", [{"mark": "other"}, {"mark": "blocked", "note": "x" * 501}, {"note": "\0"}])
def test_an_odd_mark_changes_nothing(as_operator, service, sent):
    page = as_operator.post(f"/catalog/{service.pk}/mark/", sent, follow=True).text
    assert "Nothing was changed" in page
    assert not ServiceMark.objects.exists()
