"""The names of clients and campaigns are unique in every spelling, and a mark-up has sensible limits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.forms.clients import CampaignForm, ClientForm
from panels.models import Campaign, Client
from tests.factories import make_campaign, make_client

pytestmark = pytest.mark.django_db


def errors(form):
    return {name: list(texts) for name, texts in form.errors.items()}


def test_a_name_is_stored_with_its_key_and_single_spaces():
    form = ClientForm({"name": "  Éclair   & Co "})
    assert form.is_valid()
    client = form.save()
    assert (client.name, client.name_key, client.markup_percent) == ("Éclair & Co", "éclair & co", None)


def test_two_clients_have_different_names_in_every_spelling():
    nova = make_client("Nova")
    assert errors(ClientForm({"name": " NOVA"})) == {"name": ["There is a client with this name. Choose another one."]}
    # Its own name in another spelling is no other client.
    form = ClientForm({"name": "NOVA"}, instance=nova)
    assert form.is_valid()
    assert form.save().name == "NOVA"


@pytest.mark.parametrize("name", ["", "  ", "No\u202eva", "x" * 101])
def test_a_name_can_be_read(name):
    assert "name" in ClientForm({"name": name}).errors


@pytest.mark.parametrize(
    ("percent", "step", "wrong"),
    [
        ("25", "0.05", []),
        ("-20.5", "", []),
        ("0", "1", []),
        ("-100", "", ["markup_percent"]),
        ("1000.01", "", ["markup_percent"]),
        ("NaN", "", ["markup_percent"]),
        ("20", "0", ["markup_step"]),
        ("20", "-1", ["markup_step"]),
    ],
)
def test_a_mark_up_has_limits(percent, step, wrong):
    form = ClientForm({"name": "Nova", "markup_percent": percent, "markup_step": step})
    assert sorted(form.errors) == wrong
    if not wrong:
        client = form.save()
        client.refresh_from_db()
        assert client.markup_percent == Decimal(percent)


def test_campaigns_of_different_clients_may_have_the_same_name():
    nova, orbit = make_client("Nova"), make_client("Orbit")
    make_campaign("Spring", nova)
    make_campaign("Launch")
    assert CampaignForm({"name": "spring"}, instance=Campaign(client=orbit)).is_valid()
    for client, name in ((nova, "SPRING"), (None, "launch")):
        form = CampaignForm({"name": name}, instance=Campaign(client=client))
        assert errors(form) == {"name": ["There is a campaign with this name. Choose another one."]}
    assert Client.objects.count() == 2
