"""The admin of users: a Manager manages Viewers, Operators and Managers, and nobody grants more than they have."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from panels.people.roles import grantable_groups, reachable_people
from tests.factories import make_user
from tests.factors import make_app

PEOPLE = "/admin/auth/user/"
PASSWORD = "a-long-enough-passphrase"


def permission(codename):
    return Permission.objects.get(codename=codename)


def make_superuser():
    return make_user(username="root", is_superuser=True, is_staff=True)


def make_staff():
    return make_user("Viewer", username="staff-somebody", is_staff=True)


def make_extra():
    user = make_user("Viewer", username="extra-somebody")
    user.user_permissions.add(permission("delete_order"))
    return user


def make_outsider():
    group = Group.objects.create(name="Accounting")
    user = make_user("Viewer", username="accounting-somebody")
    user.groups.add(group)
    return user


def make_gone_superuser():
    return make_user(username="former-root", is_superuser=True, is_active=False)


BEYOND = (make_superuser, make_staff, make_extra, make_outsider, make_gone_superuser)


def group_pks(*names):
    return [Group.objects.get(name=name).pk for name in names]


def posted(user, **fields):
    return {"username": user.username, "first_name": "", "last_name": "", "email": "", "is_active": "on"} | fields


def rights(user):
    user = User.objects.get(pk=user.pk)
    return user.is_superuser, user.is_staff, user.is_active, user.password, user.get_all_permissions()


@pytest.mark.parametrize("make", BEYOND)
def test_a_manager_neither_sees_nor_reaches_who_may_do_more(as_manager, make):
    user = make()
    before = rights(user)
    for query in ({}, {"q": user.username}):
        assert f"{user.username}</a>" not in as_manager.get(PEOPLE, query).content.decode()
    attempts = {
        f"{PEOPLE}{user.pk}/change/": posted(user, groups=group_pks("Manager"), first_name="Taken"),
        f"{PEOPLE}{user.pk}/password/": {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"},
        f"{PEOPLE}{user.pk}/delete/": {"post": "yes"},
        f"{PEOPLE}{user.pk}/history/": {},
    }
    for address, data in attempts.items():
        for response in (as_manager.get(address), as_manager.post(address, data)):
            # Django gives the same answer about a user that does not exist.
            assert response.status_code in (302, 403, 404), address
            assert response.status_code != 302 or response.url == "/admin/", address
    assert rights(user) == before
    assert User.objects.get(pk=user.pk).first_name == ""


def test_filters_reveal_no_user_out_of_reach(as_manager):
    make_superuser()
    for query in ("is_superuser__exact=1", "is_staff__exact=1", "password__startswith=pbkdf2"):
        response = as_manager.get(f"{PEOPLE}?{query}", follow=True)
        assert "root" not in response.content.decode()


@pytest.mark.parametrize("address", ["/admin/auth/group/", "/admin/auth/group/add/", "/admin/auth/permission/"])
def test_a_manager_sees_no_groups_and_permissions(as_manager, address):
    assert as_manager.get(address).status_code in (403, 404)
    assert as_manager.post(address, {"name": "New"}).status_code in (403, 404)


@pytest.mark.parametrize("model", ["accessattempt", "accesslog", "accessfailurelog"])
def test_only_superusers_read_the_log_of_logins(as_manager, client, model):
    assert as_manager.get(f"/admin/axes/{model}/").status_code == 403
    client.force_login(make_superuser())
    assert client.get(f"/admin/axes/{model}/").status_code == 200


def test_a_manager_sees_the_second_factors_of_reachable_people_alone(as_manager, manager):
    make_app(manager)
    make_app(make_superuser())
    page = as_manager.get("/admin/mfa/authenticator/").text
    assert manager.username in page
    assert ">root<" not in page


def test_even_staff_with_rights_on_groups_cannot_touch_them(client, db):
    user = make_user(is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(content_type__model="group"))
    client.force_login(user)
    (pk,) = group_pks("Viewer")
    assert client.get("/admin/auth/group/").status_code == 403
    assert client.post(f"/admin/auth/group/{pk}/change/", {"name": "Viewer"}).status_code == 403


def test_a_manager_adds_somebody_with_a_group(as_manager, client):
    form = {"username": "newcomer", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    forged = {"is_superuser": "on", "is_staff": "on", "user_permissions": [permission("delete_order").pk]}
    as_manager.post(f"{PEOPLE}add/", form | forged)
    user = User.objects.get(username="newcomer")
    assert rights(user)[:3] == (False, False, True)
    assert not user.get_all_permissions()
    as_manager.post(f"{PEOPLE}{user.pk}/change/", posted(user, groups=group_pks("Operator")))
    assert [group.name for group in user.groups.all()] == ["Operator"]
    client.logout()
    assert client.post("/login/", {"username": "newcomer", "password": PASSWORD}).url == "/"


def test_a_forged_form_gives_nothing_beyond_the_groups(as_manager, viewer):
    forged = {
        "is_superuser": "on",
        "is_staff": "on",
        "user_permissions": [permission("delete_order").pk, permission("change_group").pk],
        "password": "pbkdf2_sha256$1$a$b",
    }
    password = viewer.password
    response = as_manager.post(f"{PEOPLE}{viewer.pk}/change/", posted(viewer, groups=group_pks("Manager"), **forged))
    assert response.status_code == 302
    viewer = User.objects.get(pk=viewer.pk)
    assert (viewer.is_superuser, viewer.is_staff, viewer.user_permissions.count()) == (False, False, 0)
    assert viewer.password == password
    assert [group.name for group in viewer.groups.all()] == ["Manager"]


def test_a_manager_cannot_lift_himself_either(as_manager, manager):
    forged = {"is_superuser": "on", "is_staff": "on", "user_permissions": [permission("delete_order").pk]}
    as_manager.post(f"{PEOPLE}{manager.pk}/change/", posted(manager, groups=group_pks("Manager"), **forged))
    assert not User.objects.filter(is_superuser=True).exists()
    assert not User.objects.filter(is_staff=True).exists()
    assert not User.objects.filter(user_permissions__isnull=False).exists()


def test_other_groups_are_neither_offered_nor_taken(as_manager, viewer):
    other = Group.objects.create(name="Accounting")
    address = f"{PEOPLE}{viewer.pk}/change/"
    page = as_manager.get(address).content.decode()
    assert "Accounting" not in page
    assert not any(f'name="{name}"' in page for name in ("is_superuser", "is_staff", "user_permissions"))
    response = as_manager.post(address, posted(viewer, groups=[*group_pks("Viewer"), other.pk]))
    assert response.status_code == 200
    assert "Select a valid choice" in response.content.decode()
    assert [group.name for group in viewer.groups.all()] == ["Viewer"]


def test_a_manager_puts_somebody_out_and_gives_a_new_password(as_manager, client, operator):
    form = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert as_manager.post(f"{PEOPLE}{operator.pk}/password/", form).status_code == 302
    operator.refresh_from_db()
    assert operator.check_password(PASSWORD)
    fields = posted(operator, groups=group_pks("Operator"))
    del fields["is_active"]
    as_manager.post(f"{PEOPLE}{operator.pk}/change/", fields)
    assert not User.objects.get(pk=operator.pk).is_active
    client.force_login(operator)
    assert client.get("/").status_code == 302


def test_users_cannot_be_deleted_because_the_history_names_them(client, db):
    client.force_login(make_superuser())
    user = make_user("Viewer")
    assert client.post(f"{PEOPLE}{user.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(PEOPLE, {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"})
    assert User.objects.filter(pk=user.pk).exists()


def test_a_superuser_sees_and_grants_everything(client, viewer):
    client.force_login(make_superuser())
    address = f"{PEOPLE}{viewer.pk}/change/"
    page = client.get(address).content.decode()
    assert all(f'name="{name}"' in page for name in ("is_superuser", "is_staff", "user_permissions"))
    client.post(address, posted(viewer, groups=group_pks("Viewer"), is_staff="on"))
    assert User.objects.get(pk=viewer.pk).is_staff


def test_a_group_with_more_permissions_than_ones_own_cannot_be_granted(manager, operator):
    Group.objects.get(name="Operator").permissions.add(permission("delete_order"))
    assert [group.name for group in grantable_groups(manager).order_by("name")] == ["Manager", "Viewer"]
    assert operator not in reachable_people(manager)


def test_who_only_looks_after_people_cannot_make_managers(db, manager, viewer):
    user = make_user()
    user.user_permissions.add(permission("change_user"), permission("view_user"))
    assert list(grantable_groups(user)) == []
    assert not reachable_people(user).filter(pk__in=(manager.pk, viewer.pk)).exists()
    assert reachable_people(user).filter(pk=make_user().pk).exists()


def test_the_button_for_a_link_leads_to_the_page_of_the_dashboard(as_manager, operator, manager):
    change = as_manager.get(f"{PEOPLE}{operator.pk}/change/").text
    assert change.index(f'formaction="/people/{operator.pk}/link/"') < change.index('id="user_form"')
    assert "Make a link to set a password" not in as_manager.get(f"{PEOPLE}{manager.pk}/change/").text
    # The admin has no such page of its own: Django takes the rest of the address for a part of the key.
    assert as_manager.post(f"{PEOPLE}{operator.pk}/link/").url == f"{PEOPLE}{operator.pk}/link/change/"


def test_a_manager_sees_no_session_of_who_may_do_more(as_manager, client):
    root = make_superuser()
    Client().force_login(root)
    assert ">root<" not in as_manager.get("/admin/panels/session/").text
    client.force_login(root)
    assert ">root<" in client.get("/admin/panels/session/").text


@pytest.mark.parametrize("fields", [{}, {"is_superuser": True, "is_staff": True}], ids=["manager", "superuser"])
def test_nobody_takes_their_own_rights_or_access_away(client, db, fields):
    user = make_user("Manager", **fields)
    client.force_login(user)
    before = rights(user)
    form = posted(user, first_name="Ann", groups=group_pks("Viewer"))
    del form["is_active"]
    assert client.post(f"{PEOPLE}{user.pk}/change/", form).status_code == 302
    assert rights(user) == before
    assert User.objects.get(pk=user.pk).first_name == "Ann"
