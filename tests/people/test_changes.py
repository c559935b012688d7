"""What a manager changes about people: only with the right to it, never themselves, and one manager always stays."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connections, transaction
from django.test import Client

from panels.models import Mail, Session
from panels.people import changes, links, mails
from tests.factories import make_user
from tests.processes import PATIENCE

pytestmark = pytest.mark.django_db


def role(name):
    return Group.objects.get(name=name)


def roles_of(user):
    return sorted(group.name for group in user.groups.all())


def code_of(path):
    return path.partition("#")[2]


def test_an_invited_person_has_a_role_no_password_and_a_mail(manager, mail_server, rung):
    person = changes.invite("ann", "ann@example.com", role("Operator"))
    assert (roles_of(person), person.has_usable_password(), person.is_active) == (["Operator"], False, True)
    mail = Mail.objects.get()
    assert (mail.kind, mail.person) == ("invitation", person)
    assert rung == [("mail", 0)]


@pytest.mark.parametrize("email", ["", "ann@example.com"])
def test_without_a_server_or_an_address_no_mail_is_written(manager, email, request):
    if not email:
        request.getfixturevalue("mail_server")
    person = changes.invite("ann", email, role("Viewer"))
    assert not mails.can_mail(person)
    assert not Mail.objects.exists()


def test_a_name_is_given_once(manager):
    changes.invite("ann", "", role("Viewer"))
    with pytest.raises(IntegrityError), transaction.atomic():
        changes.invite("ann", "", role("Manager"))
    assert roles_of(User.objects.get(username="ann")) == ["Viewer"]


def test_a_link_of_an_invitation_lasts_longer_than_another(monkeypatch, manager):
    made = []
    monkeypatch.setattr(links, "make_path", lambda _, lasts: made.append(lasts))
    changes.make_link(changes.invite("ann", "", role("Viewer")))
    changes.make_link(make_user(password="correct horse battery"))
    assert made == [links.INVITES, links.BY_MANAGER]


def test_who_has_a_password_gets_a_mail_about_a_new_one(mail_server):
    changes.send_link(make_user(password="correct horse battery", email="ann@example.com"))
    assert Mail.objects.get().kind == "reset"


def test_a_role_takes_the_place_of_the_roles_of_before(manager):
    person = make_user("Viewer")
    person.groups.add(role("Operator"))
    assert changes.change_role(manager, person.pk, role("Manager"))
    assert roles_of(person) == ["Manager"]
    assert not changes.change_role(manager, person.pk, role("Manager"))


def test_a_group_of_others_stays(manager):
    root, person = make_user(is_superuser=True), make_user("Viewer")
    person.groups.add(Group.objects.create(name="Accounting"))
    changes.change_role(root, person.pk, role("Operator"))
    assert roles_of(person) == ["Accounting", "Operator"]


def test_all_sessions_of_a_person_end(manager):
    person, clients = make_user("Viewer"), [Client(), Client()]
    for client in (*clients, other := Client()):
        client.force_login(person if client in clients else manager)
    assert changes.end_sessions(manager, person.pk) == 2
    assert Session.objects.get().user == manager
    assert [client.get("/account/").status_code for client in (*clients, other)] == [302, 302, 200]


def test_access_is_taken_away_at_once_and_given_back(manager):
    person, client = make_user("Viewer", password="correct horse battery"), Client()
    client.force_login(person)
    code = code_of(changes.make_link(person))
    assert changes.set_access(manager, person.pk, is_active=False)
    assert not changes.set_access(manager, person.pk, is_active=False)
    assert client.get("/account/").status_code == 302
    assert links.find_person(code) is None
    assert changes.set_access(manager, person.pk, is_active=True)
    person.refresh_from_db()
    assert person.is_active
    assert person.check_password("correct horse battery")


def test_the_link_of_an_invitation_stays_dead_when_access_is_given_back(manager):
    person = changes.invite("ann", "", role("Viewer"))
    code = code_of(changes.make_link(person))
    assert links.find_person(code) == person
    for is_active in (False, True):
        changes.set_access(manager, person.pk, is_active=is_active)
        assert links.find_person(code) is None


EACH = {
    "role": lambda actor, pk: changes.change_role(actor, pk, role("Manager")),
    "sessions": changes.end_sessions,
    "access": lambda actor, pk: changes.set_access(actor, pk, is_active=False),
}
by_change = pytest.mark.parametrize("change", EACH.values(), ids=EACH)


@by_change
def test_nobody_changes_themselves(manager, change):
    with pytest.raises(changes.KeptError, match="your own"):
        change(manager, manager.pk)


@by_change
@pytest.mark.parametrize("fields", [{"is_superuser": True}, {"is_staff": True}], ids=["superuser", "staff"])
def test_nobody_changes_who_may_do_more(manager, change, fields):
    person = make_user("Viewer", **fields)
    with pytest.raises(changes.KeptError, match="may do more"):
        change(manager, person.pk)
    person.refresh_from_db()
    assert (roles_of(person), person.is_active) == (["Viewer"], True)


@by_change
@pytest.mark.parametrize("lost", ["access", "role"])
def test_who_lost_the_right_meanwhile_changes_nothing(manager, change, lost):
    person = make_user("Viewer")
    assert manager.has_perm(changes.MAY_CHANGE)
    if lost == "access":
        User.objects.filter(pk=manager.pk).update(is_active=False)
    else:
        manager.groups.clear()
    with pytest.raises(changes.KeptError, match="no longer"):
        change(manager, person.pk)


def test_only_a_role_whose_rights_one_has_is_given():
    actor, person = make_user(), make_user()
    actor.user_permissions.add(*role_permissions("Viewer"), *role_permissions("Manager").filter(codename="change_user"))
    assert changes.change_role(actor, person.pk, role("Viewer"))
    with pytest.raises(changes.KeptError, match="whose rights"):
        changes.change_role(actor, make_user().pk, role("Operator"))


def role_permissions(name):
    make_user(name)
    return role(name).permissions.all()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["access", "role"])
def test_of_two_managers_who_remove_each_other_at_once_one_stays(how):
    pair, together = [make_user("Manager"), make_user("Manager")], threading.Barrier(2, timeout=PATIENCE)
    for each in pair:
        assert each.has_perm(changes.MAY_CHANGE)

    def remove(actor, person):
        try:
            together.wait()
            if how == "access":
                return changes.set_access(actor, person.pk, is_active=False)
            return changes.change_role(actor, person.pk, role("Viewer"))
        except changes.KeptError:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(remove, pair, pair[::-1]))
    assert sorted(outcomes) == [False, True]
    left = [User.objects.get(pk=each.pk) for each in pair]
    assert sum(each.is_active and each.has_perm(changes.MAY_CHANGE) for each in left) == 1
