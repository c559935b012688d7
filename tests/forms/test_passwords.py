"""No form reads a password that is longer than anybody's."""

from __future__ import annotations

import pytest

from panels.forms.passwords import MAX_PASSWORD
from panels.people import links
from tests.factories import make_user

pytestmark = pytest.mark.django_db
TOO_LONG = "correct horse " * 300


@pytest.fixture
def read(monkeypatch):
    """Return what the rules for passwords have read."""
    passwords = []
    monkeypatch.setattr(
        "django.contrib.auth.password_validation.validate_password", lambda given, *_: passwords.append(given)
    )
    return passwords


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/password/", ("old_password", "new_password1", "new_password2")),
        ("/password/link/", ("new_password1", "new_password2")),
        ("/admin/auth/user/add/", ("password1", "password2")),
        ("/admin/auth/user/{pk}/password/", ("password1", "password2")),
    ],
)
def test_a_password_that_is_too_long_is_refused_before_the_rules_read_it(client, read, address, names):
    root = make_user(is_superuser=True, is_staff=True)
    client.force_login(root)
    code = links.make_path(root, links.BY_MANAGER).partition("#")[2]
    fields = {"username": "ann", "code": code, "usable_password": "true"} | dict.fromkeys(names, TOO_LONG)
    answer = client.post(address.format(pk=root.pk), fields)
    assert answer.text.count(f"more than {MAX_PASSWORD:,} characters") == len(names)
    assert read == []


@pytest.mark.parametrize(
    "address", ["/password/", "/password/link/", "/admin/auth/user/add/", "/admin/auth/user/{pk}/password/"]
)
def test_a_weak_password_is_refused_at_the_field_where_it_was_typed_first(client, address):
    root = make_user(is_superuser=True, is_staff=True, password="correct horse battery")
    client.force_login(root)
    prefix = "" if "admin" in address else "new_"
    code = links.make_path(root, links.BY_MANAGER).partition("#")[2]
    fields = {"username": "ann", "code": code, "usable_password": "true", "old_password": "correct horse battery"}
    fields |= {f"{prefix}password{number}": "password2024!" for number in (1, 2)}
    response = client.post(address.format(pk=root.pk), fields)
    context = response.context
    form = context["adminform"].form if "adminform" in context else context["form"]
    assert "common one" in str(form.errors[f"{prefix}password1"])
    assert f"{prefix}password2" not in form.errors
