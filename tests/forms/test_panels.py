"""The form of a panel: the input that it accepts, and the input that it refuses."""

import time

import pytest

from panels.forms.panels import BROWSER, KEPT_SECONDS, PanelForm
from panels.models import Panel
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


def test_a_key_that_was_typed_beside_a_mistake_is_kept_unreadable(manager):
    form = PanelForm(new_panel(name=""), user=manager)
    assert "api_key" not in form.errors
    assert form.kept_key
    assert KEY not in str(form)
    assert KEY not in form.kept_key
    again = PanelForm(new_panel(api_key="", kept_key=form.kept_key), user=manager)
    assert again.is_valid(), again.errors
    assert again.store().api_key.reveal() == KEY
    assert not again.kept_key


def test_a_kept_key_is_kept_over_several_mistakes_and_a_newly_typed_one_replaces_it(manager):
    first = PanelForm(new_panel(name=""), user=manager)
    assert not first.is_valid()
    second = PanelForm(new_panel(api_key="", api_url="x", kept_key=first.kept_key), user=manager)
    assert list(second.errors) == ["api_url"]
    third = PanelForm(new_panel(api_key="another-key-012345", kept_key=second.kept_key), user=manager)
    assert third.is_valid()
    assert third.store().api_key.reveal() == "another-key-012345"


def test_a_name_that_is_taken_keeps_the_key_too(manager):
    make_panel(name="Northwind")
    form = PanelForm(new_panel(), user=manager)
    assert not form.is_valid()
    assert form.kept_key


def test_a_kept_key_is_of_one_person_one_panel_and_fifteen_minutes(manager, operator, monkeypatch):
    form = PanelForm(new_panel(name=""), user=manager)
    assert not form.is_valid()
    posted = new_panel(api_key="", kept_key=form.kept_key)
    panel = make_panel(api_url="https://elsewhere.example/")
    assert "api_key" in PanelForm(posted, user=operator).errors
    assert "api_key" in PanelForm(edited(panel, **posted), instance=panel, user=manager).errors
    assert "api_key" in PanelForm(new_panel(api_key="", kept_key=panel.api_key.token), user=manager).errors
    assert "api_key" in PanelForm(new_panel(api_key="", kept_key="not a token"), user=manager).errors
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + KEPT_SECONDS + 1)
    assert "api_key" in PanelForm(posted, user=manager).errors


def test_a_key_for_another_host_is_kept_beside_a_mistake(manager):
    panel = make_panel(api_url="https://panel.example/api/v2")
    address = "https://other.example/api/v2"
    form = PanelForm(edited(panel, api_url=address, api_key=KEY, name=""), instance=panel, user=manager)
    assert not form.is_valid()
    again = PanelForm(edited(panel, api_url=address, kept_key=form.kept_key), instance=panel, user=manager)
    assert again.is_valid(), again.errors
    assert again.has_new_key


@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize("address", ["https://evil.example/api/v2", "http://panel.example/api/v2"])
def test_a_kept_key_goes_only_to_the_host_that_it_was_typed_for(manager, is_new, address):
    panel = make_panel(api_url="https://panel.example/api/v2")

    def send(**fields):
        instance = None if is_new else Panel.objects.get()
        posted = new_panel(**{"api_url": panel.api_url} | fields) if is_new else edited(panel, **fields)
        form = PanelForm(posted, instance=instance, user=manager)
        form.is_valid()
        return form

    kept = send(name="", api_key=KEY).kept_key
    other = send(api_key="", kept_key=kept, api_url=address)
    assert str(other.errors).count("The address has another host.") == 1
    assert not other.kept_key
    assert not send(api_key="", kept_key=kept, name="Alpha").errors
    assert not send(api_key=KEY, kept_key=kept, name="Alpha", api_url=address).errors


def test_a_kept_key_remembers_its_host_over_an_address_that_is_refused(manager):
    first = PanelForm(new_panel(name=""), user=manager)
    assert not first.is_valid()
    second = PanelForm(new_panel(api_key="", api_url="x", kept_key=first.kept_key), user=manager)
    assert not second.is_valid()
    kept = {"api_key": "", "kept_key": second.kept_key}
    assert PanelForm(new_panel(**kept), user=manager).is_valid()
    assert "api_key" in PanelForm(new_panel(api_url="https://evil.example/", **kept), user=manager).errors


def test_a_key_that_was_typed_beside_a_refused_address_is_for_the_corrected_one(manager):
    first = PanelForm(new_panel(api_url="northwind.example/api/v2"), user=manager)
    assert not first.is_valid()
    again = PanelForm(new_panel(api_key="", kept_key=first.kept_key), user=manager)
    assert again.is_valid(), again.errors


def test_a_key_that_was_kept_for_another_host_does_not_go_in_silence(manager):
    panel = make_panel(api_url="https://panel.example/api/v2")
    address = "https://other.example/api/v2"
    first = PanelForm(edited(panel, api_url=address, api_key=KEY, name=""), instance=panel, user=manager)
    assert not first.is_valid()
    panel.refresh_from_db()
    back = edited(panel, kept_key=first.kept_key)
    assert "api_key" in PanelForm(back, instance=panel, user=manager).errors


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


# Zero-width and bidi marks, a soft hyphen, a byte-order mark, spaces that do not break, fillers and line ends.
UNSEEN = "\u200b\u200d\u2060\ufeff\u00ad\u00a0\u202f\u2007\u3000\u200e\u202e\u2066\u2069"
UNSEEN += "\u034f\u3164\u2800\ufe0f\U000e0041\r\n\t\x7f"


def test_a_pasted_key_loses_everything_that_nobody_can_see():
    spoiled = UNSEEN + UNSEEN.join(KEY) + "  " + UNSEEN
    form = PanelForm(new_panel(api_key=spoiled))
    assert form.is_valid(), form.errors
    panel = form.store()
    assert (panel.api_key.reveal(), panel.key_hint) == (KEY, KEY[-4:])


@pytest.mark.parametrize("mark", UNSEEN)
def test_no_mark_of_a_pasted_key_or_address_is_kept(mark):
    form = PanelForm(
        new_panel(api_key=f"{mark}{KEY[:5]}{mark}{KEY[5:]}{mark}", api_url=f"{mark}https://a.example/{mark}x")
    )
    assert form.is_valid(), form.errors
    assert form.cleaned_data["api_key"] == KEY
    assert form.cleaned_data["api_url"] == "https://a.example/x"


def test_everything_that_can_be_seen_of_a_key_stays():
    form = PanelForm(new_panel(api_key=" a b-ä/+=_é日 "))
    assert form.is_valid()
    assert form.cleaned_data["api_key"] == "a b-ä/+=_é日"


def test_a_key_of_marks_alone_is_no_key():
    assert "api_key" in PanelForm(new_panel(api_key=UNSEEN)).errors
    panel = make_panel(key=KEY)
    form = PanelForm(edited(panel, api_key=UNSEEN), instance=panel)
    assert form.is_valid()
    assert not form.has_new_key


def test_an_address_that_only_gained_marks_is_the_same_address():
    panel = make_panel(api_url="https://panel.example/api/v2")
    form = PanelForm(edited(panel, api_url="\u200bhttps://panel.example/api/v2\ufeff"), instance=panel)
    assert form.is_valid()
    assert not {"api_url", "api_key"} & set(form.changed_data)


@pytest.mark.parametrize(
    "name",
    ["Mozilla\r\nX-Key: 1", "Mozilla\nX", "a\x00b", "Möz", "Mozilla\u2028X", "Moz\tilla", "x" * 301, "a\u200bb"],
)
def test_a_user_agent_is_one_line_of_plain_characters(name):
    assert "user_agent" in PanelForm(new_panel(user_agent=name)).errors


@pytest.mark.parametrize("name", ["", "a", BROWSER, "  curl/8.5.0 "])
def test_a_user_agent_may_be_any_name_or_empty(name):
    form = PanelForm(new_panel(user_agent=name))
    assert form.is_valid(), form.errors
    assert form.store().user_agent == name.strip()


def test_the_body_is_a_form_or_json():
    assert PanelForm(new_panel()).is_valid()
    assert "body" in PanelForm(new_panel(body="xml")).errors


@pytest.mark.parametrize(
    ("change", "needs_test"),
    [({"body": "json"}, True), ({"user_agent": "Mozilla/5.0"}, True), ({"read_timeout": "9"}, False)],
)
def test_another_way_of_calling_needs_a_test(change, needs_test):
    panel = make_panel()
    form = PanelForm(edited(panel, **change), instance=panel)
    assert form.is_valid()
    assert (form.needs_test, form.is_called_otherwise) == (needs_test, needs_test)
