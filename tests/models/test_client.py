"""Names of clients and campaigns are unique without regard to case and spaces, on both databases."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from panels.models import Campaign, Client
from panels.models.client import fold_name, label_columns
from tests.factories import make_campaign, make_client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Nova", " nova "),
        ("ÉCLAIR", "éclair"),
        ("Straße 9", "STRASSE\u00a09"),
        ("ΟΔΟΣ", "οδος"),
        ("Noël", "Noe\u0308l"),
        ("Northwind  Roasters", "northwind roasters"),
    ],
)
def test_one_name_in_two_spellings_is_one_client(name, other):
    assert fold_name(name) == fold_name(other)
    make_client(name)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_client(other)


def test_different_names_are_different_clients():
    assert len({fold_name(name) for name in ("Nova", "Novà", "No va", "Nova 2")}) == 4


def test_a_folded_name_fits_its_column():
    for letter in ("ΐ", "ﬃ", "İ", "ᾷ"):
        assert len(fold_name(letter * Client.MAX_NAME)) <= Client._meta.get_field("name_key").max_length


def test_a_campaign_is_unique_among_those_of_its_client_and_among_those_without_one():
    nova, orbit = make_client("Nova"), make_client("Orbit")
    for client in (nova, orbit, None):
        make_campaign("Spring", client)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_campaign("SPRING", client)
    assert [str(each) for each in Campaign.objects.filter(client__isnull=False)] == ["Nova · Spring", "Orbit · Spring"]
    assert str(Campaign.objects.get(client=None)) == "Spring"
    assert str(nova) == "Nova"


def test_labels_become_columns_with_the_key_of_the_reference():
    assert label_columns(1, None, "PO-17 É", "Soon") == {
        "client_id": 1,
        "campaign_id": None,
        "reference": "PO-17 É",
        "reference_key": "po-17 é",
        "note": "Soon",
    }
