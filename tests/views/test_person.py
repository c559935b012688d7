"""The page about a person, and what a manager changes there."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from panels.models import Mail
from panels.pages.confirmation import CONFIRMED_AT
from tests.factories import make_mail, make_panel, make_user, set_limits
from tests.factors import make_app
from tests.views.pages import count_queries, text_of

pytestmark = pytest.mark.django_db

ACTIONS = ("role", "limits", "link", "sessions/end", "remove", "restore")


@pytest.fixture
def ann():
    return make_user("Viewer", username="ann", email="ann@example.com", password="correct horse battery")


def at(person, action=""):
    return f"/people/{person.pk}/{action}{'/' if action else ''}"


def press(client, person, action, **data):
    """Use a button, and return the words of the page after it."""
    return text_of(client.post(at(person, action), data, follow=True))


def test_the_page_says_who_it_is_and_where_they_are_signed_in(as_manager, ann):
    make_app(ann)
    Client(headers={"User-Agent": "Firefox on Linux"}).force_login(ann)
    words = text_of(as_manager.get(at(ann)))
    assert all(each in words for each in ("ann", "Active", "Viewer", "ann@example.com", "Second factor Yes"))
    assert "Unknown device" in words or "Firefox on Linux" in words
    assert count_queries(as_manager, at(ann)) <= 19


def test_a_factor_that_is_a_must_and_missing_is_said(as_manager, ann, settings):
    make_app(User.objects.get(groups__name="Manager"))
    settings.FACTOR_REQUIRED_FOR = "everybody"
    assert "No, but it is required" in text_of(as_manager.get(at(ann)))


def test_a_role_is_changed(as_manager, ann):
    operator = Group.objects.get(name="Operator").pk
    assert "ann is now Operator." in press(as_manager, ann, "role", role=operator)
    assert "ann is already Operator." in press(as_manager, ann, "role", role=operator)
    assert "Nothing was changed." in press(as_manager, ann, "role", role="x")
    assert [group.name for group in ann.groups.all()] == ["Operator"]


def test_sessions_end(as_manager, ann):
    client = Client()
    client.force_login(ann)
    assert "ann was signed out on 1 device." in press(as_manager, ann, "sessions/end")
    assert client.get("/account/").status_code == 302
    assert "ann is not signed in anywhere." in text_of(as_manager.get(at(ann)))


def test_access_is_taken_away_and_given_back_and_a_second_click_changes_nothing(as_manager, ann):
    assert "ann has no access any more" in press(as_manager, ann, "remove")
    assert "ann had no access before." in press(as_manager, ann, "remove")
    assert "a link would not work" in press(as_manager, ann, "link")
    assert "ann has access again." in press(as_manager, ann, "restore")
    assert "ann had access before." in press(as_manager, ann, "restore")


def test_a_link_is_shown_or_sent(as_manager, ann, mail_server):
    page = as_manager.post(at(ann, "link")).text
    assert re.search(r'value="http://testserver/password/link/#[^"]+"', page)
    assert not Mail.objects.exists()
    assert "A mail with a link is on its way to ann." in press(as_manager, ann, "link", by="mail")
    assert Mail.objects.get().person == ann


def test_the_page_of_a_link_says_the_one_lifetime_that_it_has(as_manager, ann):
    invited = User.objects.create_user("lea", password=None)
    for person, words, other in ((ann, "for a day.", "three days"), (invited, "for three days.", "a day.")):
        page = text_of(as_manager.post(at(person, "link")))
        assert f"It works once, and {words}" in page
        assert other not in page


def test_without_a_mail_server_no_mail_is_offered_or_sent(as_manager, ann):
    assert "Mail a link" not in as_manager.get(at(ann)).text
    assert "No mail can be sent to ann." in press(as_manager, ann, "link", by="mail")


def test_a_mail_that_was_given_up_is_said(as_manager, ann):
    make_mail(ann)
    assert "The last mail with a link was not sent. No answer." in text_of(as_manager.get(at(ann)))


@pytest.mark.parametrize(("error", "kind"), [("", "info"), ("The mail server was not reached.", "warning")])
def test_a_waiting_mail_warns_after_a_try_that_failed(as_manager, ann, error, kind):
    make_mail(ann, given_up_at=None, next_at=timezone.now(), error=error)
    page = as_manager.get(at(ann)).text
    (found,) = re.findall(r'<div class="alert alert--(\w+)">(?:(?!</div>).)*is waiting to be sent', page, re.DOTALL)
    assert found == kind


def test_a_mail_about_a_change_is_no_mail_with_a_link(as_manager, ann):
    make_mail(ann, kind=Mail.Kind.CHANGE)
    assert "The last mail with a link" not in text_of(as_manager.get(at(ann)))


def test_a_manager_finds_no_button_for_themselves_and_no_form_works(as_manager, manager):
    page = as_manager.get(at(manager))
    assert not any(f'action="{at(manager, action)}"' in page.text for action in ACTIONS)
    for action in ("remove", "sessions/end"):
        assert "You cannot change your own role, access or limits." in press(as_manager, manager, action)
    viewer = Group.objects.get(name="Viewer").pk
    assert "You cannot change your own role, access or limits." in press(as_manager, manager, "role", role=viewer)
    assert "on the page of your account" in press(as_manager, manager, "link")
    manager.refresh_from_db()
    assert manager.is_active
    assert [group.name for group in manager.groups.all()] == ["Manager"]


@pytest.mark.parametrize("action", ["", *ACTIONS])
def test_who_may_do_more_is_not_found(as_manager, action):
    root = make_user("Viewer", is_superuser=True)
    method = as_manager.post if action else as_manager.get
    assert method(at(root, action)).status_code == 404


def test_a_superuser_is_not_given_a_role_here(client):
    client.force_login(make_user(is_superuser=True))
    other = make_user(is_superuser=True)
    assert f'action="{at(other, "role")}"' not in client.get(at(other)).text


def test_who_may_only_see_people_finds_no_buttons(client, ann):
    user = make_user("Viewer")
    user.user_permissions.add(*Group.objects.get(name="Viewer").permissions.all(), permission("view_user"))
    client.force_login(user)
    page = client.get(at(ann)).text
    assert not any(f'action="{at(ann, action)}"' in page for action in ACTIONS)
    assert [client.post(at(ann, action)).status_code for action in ACTIONS] == [403] * len(ACTIONS)


def permission(codename):
    make_user("Manager")
    return Group.objects.get(name="Manager").permissions.get(codename=codename)


@pytest.mark.parametrize("action", ACTIONS)
def test_nothing_changes_without_a_confirmation(as_manager, ann, action):
    session = as_manager.session
    session[CONFIRMED_AT] = 0
    session.save()
    before = User.objects.filter(pk=ann.pk).values().get()
    response = as_manager.post(at(ann, action), {"role": Group.objects.get(name="Operator").pk})
    assert response.url.startswith("/confirm/")
    assert User.objects.filter(pk=ann.pk).values().get() == before
    assert [group.name for group in ann.groups.all()] == ["Viewer"]


def test_limits_are_set_per_currency_said_and_taken_away(as_manager, ann):
    make_panel()
    make_panel(reported_currency="EUR")
    assert "No order of ann needs approval." in text_of(as_manager.get(at(ann)))
    words = press(as_manager, ann, "limits", largest_USD="50", per_day_USD="200", largest_EUR="", per_day_EUR="9.5")
    assert "Without approval: at most 9.50 EUR a day, 50.00 USD an order, 200.00 USD a day." in words
    assert 'name="largest_USD" value="50"' in as_manager.get(at(ann)).text
    assert "The limits of ann were so before." in press(
        as_manager, ann, "limits", largest_USD="50", per_day_USD="200", per_day_EUR="9.5"
    )
    assert "No order of ann needs approval." in press(as_manager, ann, "limits")


def test_a_limit_that_is_no_amount_is_said_beside_its_field(as_manager, ann):
    set_limits(ann, largest=5)
    response = as_manager.post(at(ann, "limits"), {"largest_USD": "-1", "per_day_USD": "many"})
    assert response.status_code == 422
    assert "Ensure this value is greater than or equal to 0." in response.text
    assert "Enter a number." in response.text
    assert "at most 5.00 USD an order." in text_of(as_manager.get(at(ann)))


def test_a_currency_with_limits_stays_when_its_panels_have_another(as_manager, ann):
    set_limits(ann, "GBP", largest=5)
    assert "Largest order in GBP" in as_manager.get(at(ann)).text


def test_a_manager_sees_own_limits_and_cannot_change_them(as_manager, manager):
    set_limits(manager, largest=5)
    page = as_manager.get(at(manager)).text
    assert "at most 5.00" in page
    assert "Save limits" not in page
