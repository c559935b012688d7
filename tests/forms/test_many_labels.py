"""New labels of many orders: a label that is not named stays, and a campaign comes with its client."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from panels.forms.many_labels import NOTHING, ManyLabelsForm
from panels.models import Client
from tests.factories import make_campaign, make_client, make_user

pytestmark = pytest.mark.django_db


def form_of(query):
    return ManyLabelsForm(make_user("Operator"), QueryDict(query))


def values_of(query):
    form = form_of(query)
    assert form.is_valid(), form.errors
    return form.values()


def test_what_is_not_named_stays():
    nova = make_client("Nova")
    spring = make_campaign("Spring", nova)
    assert values_of("client=nova") == {"client": nova.pk}
    assert values_of("client=nova&campaign=spring") == {"client": nova.pk, "campaign": spring.pk}
    assert values_of("reference=PO-1&note=Soon") == {"reference": "PO-1", "note": "Soon"}
    assert values_of("remove=client&remove=note") == {"client": None, "note": ""}
    assert values_of("client=nova&remove=campaign") == {"client": nova.pk, "campaign": None}


def test_a_campaign_without_a_client_removes_the_client():
    free = make_campaign("Free")
    assert values_of("campaign=free") == {"client": None, "campaign": free.pk}


@pytest.mark.parametrize(
    ("query", "name", "words"),
    [
        ("", "__all__", NOTHING),
        ("client=Nova&remove=client", "client", "is to be removed"),
        ("campaign=Free&remove=client", "remove", "Remove both"),
        ("campaign=Spring", "campaign", "Name the client too"),
        ("client=Unknown", "client", "There is no client"),
        ("remove=cost", "remove", "not one of the available choices"),
    ],
)
def test_what_cannot_be_meant_is_refused(query, name, words):
    make_campaign("Spring", make_client("Nova"))
    make_campaign("Free")
    assert words in str(form_of(query).errors[name])


def test_a_new_name_is_created_after_a_tick():
    assert values_of("client=Nova&create=Nova") == {"client": Client.objects.get().pk}
