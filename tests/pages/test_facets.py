"""The values of filters as links with numbers."""

import django_filters
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from panels.models import Service
from panels.pages.facets import MOST, facets_of
from panels.pages.filter_bar import FilterBar


class Found(django_filters.FilterSet):
    colour = django_filters.CharFilter(label="Colour")


def bar_of(query):
    request = RequestFactory().get(f"/things/?{query}")
    request.user = AnonymousUser()
    return FilterBar(Found(request.GET, queryset=Service.objects.none()), request, list_name="", target="things")


def test_a_value_leads_to_the_list_with_it_and_a_chosen_one_to_the_list_without_it():
    (facet,) = facets_of(bar_of("colour=red"), {"colour": [("red", 3), ("blue", 2)]})
    red, blue = facet.values
    assert (facet.label, red.label, red.number, red.is_chosen, red.address) == ("Colour", "red", 3, True, "/things/")
    assert (blue.is_chosen, blue.address) == (False, "/things/?colour=blue")


def test_of_many_values_the_first_and_the_chosen_one_are_shown():
    values = [(str(number), 100 - number) for number in range(MOST + 5)]
    (facet,) = facets_of(bar_of(f"colour={MOST + 4}"), {"colour": values})
    assert len(facet.values) == MOST + 1
    assert facet.values[-1].is_chosen
    assert facet.rest == 4
