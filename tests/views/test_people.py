"""The list of people and the invitation."""

from __future__ import annotations

import csv
import re
import threading

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from panels.calls.mails import send_due
from panels.forms.people import InvitationForm
from panels.models import Mail
from panels.pages.confirmation import CONFIRMED_AT
from tests.factories import make_user
from tests.views.pages import count_queries

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
URL, INVITE = "/people/", "/people/invite/"
PASSWORD = "a-long-enough-passphrase"


def invite(client, **fields):
    role = Group.objects.get(name="Operator")
    return client.post(INVITE, {"username": "ann", "email": "", "role": role.pk} | fields)


def use(code):
    form = {"code": code, "new_password1": PASSWORD, "new_password2": PASSWORD}
    return Client().post("/password/link/", form).status_code


def code_on(response):
    return re.search(r'value="http://testserver/password/link/#([^"]+)"', response.text)[1]


def test_the_page_holds_the_results_and_htmx_gets_only_them(as_manager):
    make_user("Viewer", username="lea")
    page, part = as_manager.get(URL).text, as_manager.get(URL, headers=HTMX).text
    assert "<html" in page
    assert f'href="{INVITE}"' in page
    assert part.strip().startswith('<div id="people"')
    assert all("lea" in text for text in (page, part))


def test_people_with_more_rights_are_not_listed(as_manager, client):
    make_user("Viewer", username="chief", is_superuser=True)
    assert ">chief<" not in as_manager.get(URL).text
    assert ">chief<" not in as_manager.get(URL, {"role": "Superuser"}).text
    client.force_login(User.objects.get(username="chief"))
    assert ">chief<" in client.get(URL).text


def test_it_says_when_nobody_matches(as_manager):
    assert "No person matches" in as_manager.get(URL, {"q": "nobody has this"}).text
    assert "This filter is not valid" in as_manager.get(URL, {"role": "x"}).text


def test_the_page_takes_as_many_queries_for_many_people(as_manager):
    few = count_queries(as_manager, URL)
    for _ in range(60):
        make_user("Viewer")
    # One counts the people, because they fill more than a page.
    assert count_queries(as_manager, URL) <= min(few + 1, 19)
    page = as_manager.get(URL, {"last": "1"})
    assert len(page.context["page"]) == 50
    assert page.context["total"] == 61


def test_the_export_has_all_people_and_no_secret(as_manager):
    user = make_user("Viewer", username="lea", password=PASSWORD)
    text = as_manager.get("/people/export.csv").getvalue().decode("utf-8-sig")
    rows = {row["Name"]: row for row in csv.DictReader(text.splitlines())}
    assert (rows["lea"]["Role"], rows["lea"]["Access"]) == ("Viewer", "Active")
    assert user.password not in text


def test_an_invited_person_sets_a_password_by_the_mail_and_signs_in(as_manager, mail_server):
    response = invite(as_manager, email="ann@example.com")
    person = User.objects.get(username="ann")
    assert response.url == f"/people/{person.pk}/"
    page = as_manager.get(response.url).text
    assert "A mail with the link is on its way." in page
    assert "#" not in re.sub(r'href="#\w+"|&#\w+;', "", page.split("<main")[1].split("</main>")[0])
    send_due(threading.Event())
    code = re.search(r"#(\S+)", mail_server.taken[0].get_content())[1]
    assert [use(code), use(code)] == [302, 422]
    client = Client()
    assert client.post("/login/", {"username": "ann", "password": PASSWORD}).url == "/"
    assert client.get("/orders/new/").status_code == 200


def test_an_invited_person_must_set_up_a_factor_where_it_is_a_must(as_manager, settings):
    assert use(code_on(invite(as_manager))) == 302
    settings.FACTOR_REQUIRED_FOR = "everybody"
    client = Client()
    client.post("/login/", {"username": "ann", "password": PASSWORD})
    assert client.get("/orders/").url == "/account/factors/"


def test_without_a_mail_the_link_is_shown_once_and_works_once(as_manager):
    response = invite(as_manager)
    assert response.status_code == 200
    code = code_on(response)
    assert not Mail.objects.exists()
    assert code not in as_manager.get(f"/people/{User.objects.get(username='ann').pk}/").text
    assert [use(code), use(code)] == [302, 422]


def test_a_wrong_form_is_shown_again_and_makes_nobody(as_manager):
    response = invite(as_manager, username="not a name")
    assert response.status_code == 422
    assert not User.objects.filter(groups__name="Operator").exists()
    assert invite(as_manager).status_code == 200
    assert "There is a person with this name." in invite(as_manager).text


def test_the_second_of_two_clicks_at_once_is_told_that_the_name_exists(as_manager, monkeypatch):
    invite(as_manager)
    # Both forms were checked before one of them was saved.
    monkeypatch.setattr(InvitationForm, "clean_username", lambda form: form.cleaned_data["username"])
    monkeypatch.setattr(InvitationForm, "validate_unique", lambda _: None)
    response = invite(as_manager, role=Group.objects.get(name="Manager").pk)
    assert response.status_code == 422
    assert "There is a person with this name." in response.text
    assert [group.name for group in User.objects.get(username="ann").groups.all()] == ["Operator"]


def test_nobody_is_invited_without_a_confirmation(as_manager):
    session = as_manager.session
    session[CONFIRMED_AT] = 0
    session.save()
    assert invite(as_manager).url.startswith("/confirm/")
    assert as_manager.get(INVITE).url == "/confirm/?next=%2Fpeople%2Finvite%2F"
    assert not User.objects.filter(username="ann").exists()
