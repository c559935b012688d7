"""A person corrects facts, and the same correction is offered where the wording is the same."""

import pytest

from panels.catalog import corrections
from panels.catalog.corrections import alike, apply, correct, texts_of, wordings
from panels.catalog.facts import read_service
from panels.models import Product, ServiceFacts
from tests.factories import make_offer, make_user, read_offers

pytestmark = pytest.mark.django_db
NAME = "Instagram Followers | 30D LTG | Real"


def said(service):
    return texts_of(read_service(service))


def test_only_what_differs_from_the_name_is_a_correction():
    service, person = make_offer(NAME), make_user()
    wanted = said(service) | {"refill_days": "60"}
    assert correct(service, wanted, person) == {"refill_days": "60"}
    facts = ServiceFacts.objects.get()
    assert (facts.corrections, facts.corrected_by, facts.version) == ({"refill_days": "60"}, person, ServiceFacts.STALE)
    assert correct(service, said(service), person) == {}
    facts.refresh_from_db()
    assert (facts.corrections, facts.corrected_at) == ({}, None)


def test_a_corrected_fact_moves_the_service_to_its_product():
    service, other = make_offer(NAME), make_offer("Instagram Followers Turkey")
    read_offers()
    assert Product.objects.count() == 2
    correct(service, said(service) | {"geo": "TR"}, make_user())
    read_offers()
    assert ServiceFacts.objects.get(pk=service.pk).product == ServiceFacts.objects.get(pk=other.pk).product
    assert Product.objects.count() == 1


def test_the_wording_is_the_attribute_that_states_the_fact():
    service = make_offer(NAME)
    assert wordings(service, ["refill_days"]) == ["30d ltg"]
    assert wordings(service, ["quality"]) == ["real"]
    assert wordings(service, ["geo"]) == []


def test_services_with_the_same_wording_are_offered_and_only_the_chosen_are_corrected():
    service = make_offer(NAME)
    same, chosen = make_offer("TikTok Likes | 30D LTG"), make_offer("X Likes | 30D LTG")
    other = make_offer("X Likes | R30")
    gone = make_offer("VK Likes | 30D LTG", is_listed=False)
    found = correct(service, said(service) | {"refill_days": "60"}, None)
    assert {each.pk for each in alike(service, found)} == {same.pk, chosen.pk}
    assert apply(found, [chosen.pk], None) == 1
    assert ServiceFacts.objects.get(pk=chosen.pk).corrections == found
    untouched = ServiceFacts.objects.filter(pk__in=[same.pk, other.pk, gone.pk])
    assert all(facts.corrections == {} for facts in untouched)
    assert [each.pk for each in alike(service, found)] == [same.pk]


def test_what_no_name_says_is_offered_only_for_equal_names():
    service, same = make_offer(NAME), make_offer(NAME)
    make_offer("TikTok Likes")
    found = correct(service, said(service) | {"geo": "TR"}, None)
    assert [each.pk for each in alike(service, found)] == [same.pk]


def test_other_corrections_of_a_service_stay():
    service = make_offer(NAME)
    correct(service, said(service) | {"geo": "TR"}, None)
    apply({"quality": "bot"}, [service.pk], None)
    assert ServiceFacts.objects.get().corrections == {"geo": "TR", "quality": "bot"}
    assert apply({"quality": "bot"}, [service.pk], None) == 0


def test_every_fact_that_can_be_corrected_has_a_text():
    assert set(said(make_offer(NAME))) == set(corrections.CORRECTABLE)
