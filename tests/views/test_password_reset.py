"""The page on which a person asks for a mail with a link: it tells nobody who exists, and waits for no server."""

from __future__ import annotations

import re
import threading

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from panels.calls.mails import send_due
from panels.models import Mail
from tests.factories import make_user
from tests.factors import PASSWORD, is_in, make_app, sign_in

pytestmark = pytest.mark.django_db

URL = "/password/reset/"
FRESH = "a-long-enough-passphrase"


@pytest.fixture
def ann():
    return make_user("Viewer", username="ann", email="ann@example.com", password=PASSWORD)


def ask(client, who="ann", **headers):
    return client.post(URL, {"who": who}, headers=headers)


def code_in(mail_server):
    send_due(threading.Event())
    return re.search(r"#(\S+)", mail_server.taken[-1].get_content())[1]


def use(client, code, password=FRESH):
    return client.post("/password/link/", {"code": code, "new_password1": password, "new_password2": password})


def test_a_person_who_forgot_the_password_gets_a_new_one_and_all_sessions_end(client, ann, mail_server):
    here = Client()
    sign_in(here, ann)
    assert is_in(here)
    assert URL in client.get("/login/").text
    assert ask(client).url == "/login/"
    assert "a mail with a link is on its way" in client.get("/login/").text
    assert not mail_server.taken
    code = code_in(mail_server)
    assert use(client, code).url == "/login/"
    assert not is_in(here)
    assert use(client, code, "another-long-passphrase").status_code == 422
    assert client.post("/login/", {"username": "ann", "password": FRESH}).url == "/"


def test_the_second_factor_is_still_asked_for(client, ann, mail_server):
    make_app(ann)
    ask(client)
    use(client, code_in(mail_server))
    assert client.post("/login/", {"username": "ann", "password": FRESH}).url == "/login/factor/"
    assert not is_in(client)


def test_known_and_unknown_names_get_the_same_answer(ann, mail_server):
    make_user(username="gone", email="gone@example.com", is_active=False)
    answers = set()
    for who in ("ann", "ann@example.com", "nobody", "nobody@example.com", "gone"):
        client = Client(REMOTE_ADDR=f"192.0.2.{len(who)}")
        response = ask(client, who)
        texts = tuple(str(each) for each in get_messages(response.wsgi_request))
        answers.add((response.status_code, response.url, response.content, texts))
    assert len(answers) == 1


def test_the_host_of_the_request_is_not_in_the_mail(client, ann, mail_server, settings):
    settings.ALLOWED_HOSTS = ["orders.example.com", "*"]
    ask(client, Host="evil.example.net", X_Forwarded_Host="evil.example.net")
    send_due(threading.Event())
    text = mail_server.taken[0].get_content()
    assert "evil" not in text
    assert "http://orders.example.com/password/link/#" in text


def test_asking_is_limited_like_wrong_passwords(client, ann, mail_server):
    assert [ask(client, who).status_code for who in ("a", "b", "c", "d", "e", "ann")] == [302] * 4 + [429] * 2
    page = client.get(URL)
    assert page.status_code == 429
    assert "You can still sign in" in page.text
    assert "wrong passwords" not in page.text
    assert Mail.objects.count() == 4
    # The other tries from this network say what is locked there, and that is nothing.
    assert client.post("/password/link/", {"code": "1-wrong-code"}).status_code == 422
    # Ann signs in elsewhere as before.
    assert sign_in(Client(REMOTE_ADDR="192.0.2.8"), ann).url == "/"


def test_without_a_mail_server_the_page_says_who_can_help(client, ann):
    assert "Ask a manager for a link" in client.get(URL).text
    assert ask(client).status_code == 200
    assert not Mail.objects.exists()


def test_an_empty_form_is_shown_again(client, mail_server, db):
    assert ask(client, "").status_code == 422
    assert not Mail.objects.exists()


def test_a_link_ends_with_access(client, ann, mail_server):
    ask(client)
    code = code_in(mail_server)
    ann.is_active = False
    ann.save()
    assert use(client, code).status_code == 422
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)
