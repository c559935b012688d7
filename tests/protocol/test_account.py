"""The settings of an account: their defaults, and a key that is not shown."""

import dataclasses

import pytest

from panels.models.encryption import Secret
from panels.protocol.account import Account
from panels.protocol.exchange import Endpoint
from tests.factories import make_panel

URL = "https://panel.example/api/v2"


def test_an_account_does_not_show_its_key():
    account = Account(URL, Secret.conceal("s3cret-key"))
    assert account.api_key.reveal() == "s3cret-key"
    assert "s3cret-key" not in repr(account)
    assert "s3cret-key" not in str(account)


def test_the_safe_settings_are_the_defaults():
    account = Account(URL, Secret.conceal("key"))
    assert not account.allow_http
    assert not account.allow_private_hosts
    assert not account.always_send_quantity


def test_the_time_limits_are_those_of_the_transport():
    account, endpoint = Account(URL, Secret.conceal("key")), Endpoint(URL)
    names = [field.name for field in dataclasses.fields(Endpoint)]
    assert len(names) == 8
    assert [getattr(account, name) for name in names] == [getattr(endpoint, name) for name in names]


def test_an_account_cannot_be_changed():
    account = Account(URL, Secret.conceal("key"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        account.allow_http = True


def test_a_panel_gives_all_its_settings_to_its_account(db):
    panel = make_panel(
        api_url=URL, key="k3y-of-the-panel", always_send_quantity=True, multi_status=False, multi_refill=False,
        cancel_parameter="order", connect_timeout=3, read_timeout=7, user_agent="Mozilla/5.0", body="json",
    )  # fmt: skip
    account = panel.account()
    assert account.api_key.reveal() == "k3y-of-the-panel"
    given = {
        "api_url": URL, "always_send_quantity": True, "multi_status": False, "multi_refill": False,
        "cancel_parameter": "order", "connect_timeout": 3, "read_timeout": 7, "total_timeout": panel.total_timeout,
        "user_agent": "Mozilla/5.0", "sends_json": True,
    }  # fmt: skip
    assert {name: getattr(account, name) for name in given} == given
