"""The form of a panel: the input that it accepts, and the input that it refuses."""

import pytest

from panels.forms.panels import PanelForm
from tests.factories import make_panel
from tests.views.test_panels import KEY, edited, new_panel

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "This field is required."),
        ("ftp://panel.example/", "must begin with https://"),
        ("https://user:pw@panel.example/", "must not contain a user name"),
        ("https://panel.example:99999/", "not a valid"),
        ("https://pänel.example/", "plain ASCII"),
        (f"https://panel.example/api?key={KEY}", "address must not contain the key"),
        ("https:///api/v2", "no host name"),
        ("https://panel.example/" + "a" * 500, "at most 500 characters"),
    ],
)
def test_an_address_that_cannot_be_called_is_refused_in_words(address, words):
    form = PanelForm(new_panel(api_url=address))
    assert not form.is_valid()
    assert words in str(form.errors["api_url"])


def test_plain_http_needs_the_setting(settings):
    assert PanelForm(new_panel(api_url="http://panel.example/")).is_valid()
    settings.PANEL_ALLOW_HTTP = False
    form = PanelForm(new_panel(api_url="http://panel.example/"))
    assert not form.is_valid()
    assert "PANEL_ALLOW_HTTP" in str(form.errors["api_url"])


def test_a_new_panel_needs_a_key():
    assert "api_key" in PanelForm(new_panel(api_key=" ")).errors


def test_a_key_that_was_typed_beside_a_mistake_must_be_typed_again():
    form = PanelForm(new_panel(name=""))
    assert "Enter the key again" in str(form.errors["api_key"])


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example/api/v2",
        "https://panel.example:8443/api/v2",
        "http://panel.example/api/v2",
        "https://panel.example.evil.example/api/v2",
        "https://sub.panel.example/api/v2",
    ],
)
def test_another_host_asks_for_the_key(address):
    panel = make_panel(api_url="https://panel.example/api/v2")
    assert "api_key" in PanelForm(edited(panel, api_url=address), instance=panel).errors


@pytest.mark.parametrize(
    "address",
    [
        "https://panel.example/api/v3",
        "https://PANEL.example:443/api/v2",
        "https://panel.example/api/v2?x=1",
    ],
)
def test_the_same_host_keeps_the_key(address):
    panel = make_panel(api_url="https://panel.example/api/v2")
    assert PanelForm(edited(panel, api_url=address), instance=panel).is_valid()


def test_names_are_unique():
    make_panel(name="Northwind")
    assert "name" in PanelForm(new_panel()).errors


@pytest.mark.parametrize(
    ("field", "value"),
    [("parallel_calls", "21"), ("calls_per_minute", "0"), ("read_timeout", "301"), ("low_balance", "-1")],
)
def test_limits_are_within_reason(field, value):
    assert field in PanelForm(new_panel(**{field: value})).errors


def test_calls_per_minute_may_be_unlimited():
    form = PanelForm(new_panel(calls_per_minute=""))
    assert form.is_valid()
    assert form.store().calls_per_minute is None
