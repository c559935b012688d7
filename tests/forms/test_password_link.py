"""The form with which a person sets a password by a link."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import RequestFactory

from panels.forms.password_link import PasswordLinkForm
from panels.people import links
from tests.factories import make_user
from tests.processes import PATIENCE

PASSWORDS = ("a-long-enough-passphrase", "another-long-passphrase")


def form_for(user, password=PASSWORDS[0]):
    code = links.make_path(user, links.BY_MAIL).partition("#")[2]
    data = {"code": f" {code} ", "new_password1": password, "new_password2": password}
    return PasswordLinkForm(RequestFactory().post("/"), data)


@pytest.mark.django_db
def test_it_sets_the_password_of_the_person_of_the_link():
    user = make_user()
    form = form_for(user)
    assert form.is_valid()
    assert form.store()
    user.refresh_from_db()
    assert user.check_password(PASSWORDS[0])


@pytest.mark.django_db
def test_a_link_that_stopped_working_meanwhile_sets_nothing():
    user = make_user()
    form = form_for(user)
    assert form.is_valid()
    type(user).objects.update(is_active=False)
    assert not form.store()
    assert "A link works once" in str(form.errors["code"])
    user.refresh_from_db()
    assert not user.has_usable_password()


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_sets_the_password():
    user, together = make_user(), threading.Barrier(2, timeout=PATIENCE)

    def use(form):
        try:
            assert form.is_valid()
            together.wait()
            return form.store()
        finally:
            connections.close_all()

    forms = [form_for(user, password) for password in PASSWORDS]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(use, forms))
    assert sorted(outcomes) == [False, True]
    user.refresh_from_db()
    assert user.check_password(PASSWORDS[outcomes.index(True)])
