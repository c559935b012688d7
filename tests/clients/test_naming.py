"""Clients and campaigns are found by their names, and created only when a person asked for it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from panels.clients.naming import (
    MOST_CREATED,
    NO_LABELS,
    Labels,
    Missing,
    NameLookup,
    create_missing,
    find_unfit_labels,
    known_names,
)
from panels.models import Campaign, Client
from tests.factories import make_campaign, make_client, make_user

pytestmark = pytest.mark.django_db


def find(client="", campaign="", defaults=()):
    cells = {"client": client, "campaign": campaign}
    return NameLookup([cells], *defaults).find(cells)


# -- what is found


@pytest.mark.parametrize("spelling", ["Éclair & Co", " éclair  & CO ", "E\u0301CLAIR & co"])
def test_a_client_is_found_in_every_spelling_of_its_name(spelling):
    client = make_client("Éclair & Co")
    assert (find(spelling).client, find(spelling).errors) == (client, {})


def test_a_campaign_is_looked_for_among_those_of_its_client():
    nova, orbit = make_client("Nova"), make_client("Orbit")
    spring, other, nobody = make_campaign("Spring", nova), make_campaign("Spring", orbit), make_campaign("Launch")
    assert find("nova", "spring").campaign == spring
    assert find("Orbit", "Spring").campaign == other
    assert find("", "launch").campaign == nobody
    # A campaign without a client is no campaign of Nova.
    assert find("Nova", "Launch").errors == {
        "campaign": ["“Nova” has no campaign “Launch”. Create it, or correct the name."]
    }


def test_the_defaults_count_where_a_line_has_no_own_name():
    nova, orbit = make_client("Nova"), make_client("Orbit")
    spring, autumn = make_campaign("Spring", nova), make_campaign("Autumn", nova)
    defaults = (nova, spring)
    assert (find(defaults=defaults).client, find(defaults=defaults).campaign) == (nova, spring)
    assert find(campaign="autumn", defaults=defaults).campaign == autumn
    assert find("NOVA", defaults=defaults).campaign == spring
    # The campaign belongs to Nova.
    other = find("Orbit", defaults=defaults)
    assert (other.client, other.campaign) == (orbit, None)


def test_a_missing_client_and_its_campaign_are_errors_and_nothing_is_created():
    found = find("Nova ", "Spring")
    assert found.errors == {"client": ["There is no client “Nova”. Create it, or correct the name."]}
    assert list(found.missing) == ["Nova", "Nova · Spring"]
    assert found.missing.words == "1 client and 1 campaign"
    assert not Client.objects.exists()
    assert not Campaign.objects.exists()


def test_a_campaign_of_another_client_is_no_new_campaign_of_nobody():
    make_campaign("Spring", make_client("Nova"))
    found = find("", "spring")
    assert found.errors == {"campaign": ["“spring” is a campaign of “Nova”. Name the client too."]}
    assert not found.missing
    assert list(find("", "Launch").missing) == ["Launch"]


@pytest.mark.parametrize("name", ["x" * 101, "No\u200bva", "No\x1ava", "\u202eavoN", "No\u2067va"])
def test_a_name_that_cannot_be_is_not_offered_for_creation(name):
    for cells in ({"client": name}, {"campaign": name}, {"client": name, "campaign": "Spring"}):
        found = find(**cells)
        assert found.errors
        assert not found.missing


def test_the_number_of_queries_does_not_depend_on_the_number_of_lines():
    make_campaign("Spring", make_client("Nova"))
    lines = [{"client": f"Nova{number % 3 or ''}", "campaign": "Spring"} for number in range(5000)]
    with CaptureQueriesContext(connection) as captured:
        names = NameLookup(lines)
        found = [names.find(line) for line in lines]
    assert len(captured) == 2
    assert len({id(each) for each in found}) == 3
    with CaptureQueriesContext(connection) as captured:
        NameLookup([{}] * 5000).find({})
    assert len(captured) == 0


# -- what is created


def test_all_missing_names_are_created_once_as_they_were_written_first():
    make_client("Orbit")
    user = make_user()
    lines = [
        {"client": "Nova", "campaign": "Spring"},
        {"client": "NOVA", "campaign": "spring"},
        {"client": "orbit", "campaign": "Spring"},
        {"campaign": "Launch"},
    ]
    names, missing = NameLookup(lines), Missing()
    for line in lines:
        missing.add(names.find(line).missing)
    assert missing.words == "1 client and 3 campaigns"
    create_missing(missing, user)
    assert [(each.name, each.created_by) for each in Client.objects.filter(created_by=user)] == [("Nova", user)]
    assert {str(each) for each in Campaign.objects.all()} == {"Nova · Spring", "Orbit · Spring", "Launch"}
    assert all(not NameLookup(lines).find(line).errors for line in lines)
    # Another person may have created them meanwhile.
    create_missing(missing, None)
    assert (Client.objects.count(), Campaign.objects.count()) == (2, 3)


def test_so_many_names_are_a_wrong_column():
    missing = Missing({str(number): str(number) for number in range(MOST_CREATED)})
    assert not missing.is_too_much
    missing.add(Missing(campaigns={("", "launch"): ("", "Launch")}))
    assert missing.is_too_much


# -- the labels of an order


def test_a_reference_is_one_line_and_a_note_may_have_several():
    assert find_unfit_labels({"reference": "PO-17 / März", "note": "Second wave\nof three"}) == {}
    assert find_unfit_labels({"reference": "a\nb", "note": "a\x1ab"}).keys() == {"reference", "note"}
    errors = find_unfit_labels({"reference": "x" * 201, "note": "x" * 2001})
    assert errors["reference"] == ["Reference has 201 characters, the limit is 200."]
    assert errors["note"] == ["Note has 2,001 characters, the limit is 2,000."]


def test_labels_are_the_same_for_an_order_and_for_a_batch():
    nova = make_client("Nova")
    labels = Labels(nova, make_campaign("Spring", nova), "PO-17", "Soon")
    assert labels.of_order["client_id"] == labels.of_batch["client"].pk == nova.pk
    assert labels.of_order["reference_key"] == "po-17"
    assert NO_LABELS.of_order == {
        "client_id": None,
        "campaign_id": None,
        "reference": "",
        "reference_key": "",
        "note": "",
    }


def test_a_form_offers_the_known_names_in_their_order():
    orbit = make_client("orbit")
    make_client("Nova")
    make_campaign("Spring", orbit)
    assert known_names() == {"clients": ["Nova", "orbit"], "campaigns": [("Spring", "orbit")]}


def test_a_text_that_is_too_long_for_a_name_is_refused_without_looking_for_it(django_assert_num_queries):
    with django_assert_num_queries(0):
        found = find("x " * 100_000, "y" * 101)
    assert "the limit is 100" in found.errors["client"][0]
    assert "the limit is 100" in found.errors["campaign"][0]
