"""Every address, for everybody: what each may do there is written down here, and nothing is left out."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from functools import cache
from http.cookies import SimpleCookie

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from panels.models import OrderAction, Product, ServiceFacts
from tests.factories import (
    make_batch,
    make_campaign,
    make_client,
    make_mail,
    make_placed,
    make_refusal,
    make_user,
    make_view,
    read_offers,
    row_of,
)
from tests.factors import make_app, make_codes, make_passkey

LOGIN, FACTORS = "login", "factors"
PEOPLE = ("anonymous", "nobody", "Viewer", "Operator", "Manager")
# Who else there is, and whose answers they get: staff without a group opens the admin, and no other page.
OTHERS = {"staff": "nobody", "superuser": "Manager"}
SIGNED_IN = (*PEOPLE[1:], *OTHERS)
# Of whom FACTOR_REQUIRED_FOR=managers asks a second factor.
MANAGES = ("Manager", "staff", "superuser")
# An address that is not here fails a test: write down who may do what there.
TABLE = {
    # address and method: what becomes of anonymous, somebody without a group, Viewer, Operator, Manager
    ("overview", "GET"): (LOGIN, 403, 200, 200, 200),
    ("start", "GET"): (LOGIN, 302, 302, 302, 302),
    ("sending", "POST"): (LOGIN, 403, 403, 302, 302),
    ("status", "GET"): (LOGIN, 200, 200, 200, 200),
    ("account", "GET"): (LOGIN, 200, 200, 200, 200),
    ("account", "POST"): (LOGIN, 302, 302, 302, 302),
    # The session that is named has ended, or is somebody else's.
    ("session_end", "POST"): (LOGIN, 302, 302, 302, 302),
    ("history_list", "GET"): (LOGIN, 403, 403, 403, 200),
    ("history_export", "GET"): (LOGIN, 403, 403, 403, 200),
    ("operations", "GET"): (LOGIN, 403, 403, 403, 200),
    ("rates", "GET"): (LOGIN, 403, 403, 403, 200),
    ("rates_currency", "POST"): (LOGIN, 403, 403, 403, 302),
    ("rates_type", "POST"): (LOGIN, 403, 403, 403, 422),
    ("rates_file", "POST"): (LOGIN, 403, 403, 403, 422),
    ("healthz", "GET"): (200, 200, 200, 200, 200),
    # a person's own settings
    ("list_columns", "POST"): (LOGIN, 302, 302, 302, 302),
    # panels
    ("panel_list", "GET"): (LOGIN, 403, 200, 200, 200),
    ("panel_export", "GET"): (LOGIN, 403, 200, 200, 200),
    ("panel_new", "GET"): (LOGIN, 403, 403, 403, 200),
    ("panel_new", "POST"): (LOGIN, 403, 403, 403, 422),
    ("panel_detail", "GET"): (LOGIN, 403, 200, 200, 200),
    ("panel_edit", "GET"): (LOGIN, 403, 403, 403, 200),
    ("panel_edit", "POST"): (LOGIN, 403, 403, 403, 422),
    ("panel_sync", "POST"): (LOGIN, 403, 403, 403, 302),
    # Who orders may also look for the money.
    ("panel_balance", "POST"): (LOGIN, 403, 403, 302, 302),
    ("panel_pause", "POST"): (LOGIN, 403, 403, 403, 302),
    # An Operator may resume only a pause for funds, and this panel has none.
    ("panel_resume", "POST"): (LOGIN, 403, 403, 403, 302),
    ("panel_catalog_seen", "POST"): (LOGIN, 403, 403, 403, 302),
    ("panel_parallel", "POST"): (LOGIN, 403, 403, 403, 302),
    # This panel has an order, so it is kept.
    ("panel_delete", "POST"): (LOGIN, 403, 403, 403, 302),
    ("panel_record", "GET"): (LOGIN, 403, 200, 200, 200),
    ("panel_words", "GET"): (LOGIN, 403, 200, 200, 200),
    ("panel_words_decide", "POST"): (LOGIN, 403, 403, 403, 302),
    ("refusal_words", "GET"): (LOGIN, 403, 200, 200, 200),
    ("refusal_decide", "POST"): (LOGIN, 403, 403, 403, 302),
    ("refusal_send_again", "POST"): (LOGIN, 403, 403, 302, 302),
    # the catalog
    ("service_list", "GET"): (LOGIN, 403, 200, 200, 200),
    ("service_export", "GET"): (LOGIN, 403, 200, 200, 200),
    ("change_list", "GET"): (LOGIN, 403, 200, 200, 200),
    ("change_export", "GET"): (LOGIN, 403, 200, 200, 200),
    ("service_detail", "GET"): (LOGIN, 403, 200, 200, 200),
    ("product_detail", "GET"): (LOGIN, 403, 200, 200, 200),
    ("product_prices", "GET"): (LOGIN, 403, 200, 200, 200),
    ("service_type", "POST"): (LOGIN, 403, 403, 403, 302),
    ("service_facts", "GET"): (LOGIN, 403, 403, 200, 200),
    ("service_facts", "POST"): (LOGIN, 403, 403, 302, 302),
    ("service_alike", "GET"): (LOGIN, 403, 403, 200, 200),
    ("service_alike", "POST"): (LOGIN, 403, 403, 302, 302),
    ("service_mark", "POST"): (LOGIN, 403, 403, 302, 302),
    ("product_list", "GET"): (LOGIN, 403, 200, 200, 200),
    ("product_export", "GET"): (LOGIN, 403, 200, 200, 200),
    ("product_title", "POST"): (LOGIN, 403, 403, 302, 302),
    ("service_charges", "POST"): (LOGIN, 403, 403, 302, 302),
    # orders
    ("order_list", "GET"): (LOGIN, 403, 200, 200, 200),
    ("order_export", "GET"): (LOGIN, 403, 200, 200, 200),
    ("order_new", "GET"): (LOGIN, 403, 403, 200, 200),
    ("order_new", "POST"): (LOGIN, 403, 403, 422, 422),
    ("order_new_services", "GET"): (LOGIN, 403, 403, 200, 200),
    ("order_new_check", "POST"): (LOGIN, 403, 403, 422, 422),
    ("order_detail", "GET"): (LOGIN, 403, 200, 200, 200),
    ("order_labels", "GET"): (LOGIN, 403, 403, 200, 200),
    ("order_labels", "POST"): (LOGIN, 403, 403, 302, 302),
    ("order_refresh", "POST"): (LOGIN, 403, 403, 302, 302),
    ("order_refill", "POST"): (LOGIN, 403, 403, 302, 302),
    ("order_cancel", "POST"): (LOGIN, 403, 403, 302, 302),
    ("order_withdraw", "POST"): (LOGIN, 403, 403, 302, 302),
    ("order_search", "POST"): (LOGIN, 403, 403, 302, 302),
    ("order_resolve", "POST"): (LOGIN, 403, 403, 302, 302),
    ("order_approval", "POST"): (LOGIN, 403, 403, 403, 302),
    ("order_actions", "POST"): (LOGIN, 403, 403, 302, 302),
    ("order_export_selected", "POST"): (LOGIN, 403, 302, 302, 302),
    ("order_action", "GET"): (LOGIN, 403, 200, 200, 200),
    # Only its author, or a Manager, lets it happen: this one is somebody else's.
    ("order_action", "POST"): (LOGIN, 403, 403, 403, 302),
    # bulk orders
    ("bulk_list", "GET"): (LOGIN, 403, 200, 200, 200),
    ("bulk_export", "GET"): (LOGIN, 403, 200, 200, 200),
    ("bulk_change_all", "POST"): (LOGIN, 403, 403, 302, 302),
    ("bulk_approval", "POST"): (LOGIN, 403, 403, 403, 302),
    ("bulk_new", "GET"): (LOGIN, 403, 403, 200, 200),
    ("bulk_new", "POST"): (LOGIN, 403, 403, 422, 422),
    ("bulk_adopt", "GET"): (LOGIN, 403, 403, 200, 200),
    ("bulk_adopt", "POST"): (LOGIN, 403, 403, 422, 422),
    ("bulk_template", "GET"): (LOGIN, 403, 403, 200, 200),
    ("bulk_detail", "GET"): (LOGIN, 403, 200, 200, 200),
    ("bulk_line", "GET"): (LOGIN, 403, 403, 200, 200),
    # A line without its cells is wrong.
    ("bulk_line", "POST"): (LOGIN, 403, 403, 422, 422),
    ("bulk_services", "GET"): (LOGIN, 403, 403, 200, 200),
    ("bulk_settle", "POST"): (LOGIN, 403, 403, 302, 302),
    ("bulk_take_back", "POST"): (LOGIN, 403, 403, 302, 302),
    ("bulk_rename", "POST"): (LOGIN, 403, 403, 302, 302),
    # The table of a draft of this kind is not kept.
    ("bulk_columns", "GET"): (LOGIN, 403, 403, 302, 302),
    ("bulk_columns", "POST"): (LOGIN, 403, 403, 302, 302),
    # This draft sends no orders elsewhere.
    ("bulk_elsewhere", "GET"): (LOGIN, 403, 403, 302, 302),
    ("bulk_elsewhere", "POST"): (LOGIN, 403, 403, 302, 302),
    ("bulk_labels", "GET"): (LOGIN, 403, 403, 200, 200),
    ("bulk_labels", "POST"): (LOGIN, 403, 403, 302, 302),
    ("bulk_create_names", "POST"): (LOGIN, 403, 403, 302, 302),
    ("bulk_leave_out_wrong", "POST"): (LOGIN, 403, 403, 302, 302),
    ("bulk_include", "POST"): (LOGIN, 403, 403, 302, 302),
    ("bulk_confirm", "GET"): (LOGIN, 403, 403, 302, 302),
    # Without the fingerprint of what was shown, nothing is ordered.
    ("bulk_confirm", "POST"): (LOGIN, 403, 403, 422, 422),
    ("bulk_discard", "POST"): (LOGIN, 403, 403, 302, 302),
    ("bulk_restore", "POST"): (LOGIN, 403, 403, 302, 302),
    ("bulk_pause", "POST"): (LOGIN, 403, 403, 302, 302),
    ("bulk_resume", "POST"): (LOGIN, 403, 403, 302, 302),
    ("bulk_withdraw", "POST"): (LOGIN, 403, 403, 302, 302),
    ("bulk_results", "GET"): (LOGIN, 403, 200, 200, 200),
    ("bulk_refused", "GET"): (LOGIN, 403, 200, 200, 200),
    # clients and campaigns
    ("client_list", "GET"): (LOGIN, 403, 200, 200, 200),
    ("client_export", "GET"): (LOGIN, 403, 200, 200, 200),
    ("client_detail", "GET"): (LOGIN, 403, 200, 200, 200),
    ("client_new", "GET"): (LOGIN, 403, 403, 200, 200),
    ("client_new", "POST"): (LOGIN, 403, 403, 422, 422),
    ("client_edit", "GET"): (LOGIN, 403, 403, 200, 200),
    ("client_edit", "POST"): (LOGIN, 403, 403, 422, 422),
    ("client_campaign_new", "GET"): (LOGIN, 403, 403, 200, 200),
    ("client_campaign_new", "POST"): (LOGIN, 403, 403, 422, 422),
    ("campaign_detail", "GET"): (LOGIN, 403, 200, 200, 200),
    ("campaign_edit", "GET"): (LOGIN, 403, 403, 200, 200),
    ("campaign_edit", "POST"): (LOGIN, 403, 403, 422, 422),
    # money
    ("money", "GET"): (LOGIN, 403, 200, 200, 200),
    ("statement", "GET"): (LOGIN, 403, 200, 200, 200),
    ("statement", "POST"): (LOGIN, 403, 403, 403, 422),
    ("statement_export", "GET"): (LOGIN, 403, 200, 200, 200),
    # This panel has no rise to book.
    ("statement_rise", "POST"): (LOGIN, 403, 403, 403, 302),
    ("refill_list", "GET"): (LOGIN, 403, 200, 200, 200),
    ("refill_export", "GET"): (LOGIN, 403, 200, 200, 200),
    # A view of the team, which others have made. Everybody may see it who may see its list.
    ("saved_view", "GET"): (LOGIN, 403, 302, 302, 302),
    ("saved_view_new", "POST"): (LOGIN, 403, 422, 422, 422),
    ("saved_view_edit", "GET"): (LOGIN, 403, 403, 200, 200),
    ("saved_view_edit", "POST"): (LOGIN, 403, 403, 422, 422),
    ("saved_view_replace", "POST"): (LOGIN, 403, 403, 302, 302),
    ("saved_view_delete", "POST"): (LOGIN, 403, 403, 302, 302),
    ("saved_view_start", "POST"): (LOGIN, 403, 302, 302, 302),
    # accounts
    ("login", "GET"): (200, 302, 302, 302, 302),
    ("login", "POST"): (200, 302, 302, 302, 302),
    # A link without a code is refused.
    ("password_link", "GET"): (200, 200, 200, 200, 200),
    ("password_link", "POST"): (422, 422, 422, 422, 422),
    # No mail server is set.
    ("password_reset", "GET"): (200, 200, 200, 200, 200),
    ("password_reset", "POST"): (200, 200, 200, 200, 200),
    # people
    ("people_list", "GET"): (LOGIN, 403, 403, 403, 200),
    ("people_export", "GET"): (LOGIN, 403, 403, 403, 200),
    ("person_invite", "GET"): (LOGIN, 403, 403, 403, 200),
    ("person_invite", "POST"): (LOGIN, 403, 403, 403, 422),
    ("person_detail", "GET"): (LOGIN, 403, 403, 403, 200),
    ("person_role", "POST"): (LOGIN, 403, 403, 403, 302),
    ("person_limits", "POST"): (LOGIN, 403, 403, 403, 302),
    ("person_link", "POST"): (LOGIN, 403, 403, 403, 200),
    ("person_sessions_end", "POST"): (LOGIN, 403, 403, 403, 302),
    ("person_remove", "POST"): (LOGIN, 403, 403, 403, 302),
    ("person_restore", "POST"): (LOGIN, 403, 403, 403, 302),
    ("mail_settle", "POST"): (LOGIN, 403, 403, 403, 302),
    ("logout", "POST"): (302, 302, 302, 302, 302),
    # the same page as login, by the name that allauth knows
    ("account_login", "GET"): (200, 302, 302, 302, 302),
    ("account_login", "POST"): (200, 302, 302, 302, 302),
    # Without a password before it, there is nothing to add a factor to.
    ("mfa_authenticate", "GET"): (302, 302, 302, 302, 302),
    ("mfa_authenticate", "POST"): (302, 302, 302, 302, 302),
    ("mfa_login_webauthn", "GET"): (302, 302, 302, 302, 302),
    ("mfa_login_webauthn", "POST"): (302, 302, 302, 302, 302),
    # These people have neither a password nor a factor, so they cannot confirm that it is them.
    ("account_reauthenticate", "GET"): (LOGIN, 403, 403, 403, 403),
    ("account_reauthenticate", "POST"): (LOGIN, 403, 403, 403, 403),
    ("mfa_reauthenticate", "GET"): (LOGIN, 403, 403, 403, 403),
    ("mfa_reauthenticate", "POST"): (LOGIN, 403, 403, 403, 403),
    ("mfa_reauthenticate_webauthn", "GET"): (LOGIN, 403, 403, 403, 403),
    ("mfa_reauthenticate_webauthn", "POST"): (LOGIN, 403, 403, 403, 403),
    # a person's own second factors: they have none, and the passkey is somebody else's
    ("mfa_index", "GET"): (LOGIN, 200, 200, 200, 200),
    ("mfa_list_webauthn", "GET"): (LOGIN, 200, 200, 200, 200),
    ("mfa_activate_totp", "GET"): (LOGIN, 200, 200, 200, 200),
    ("mfa_activate_totp", "POST"): (LOGIN, 200, 200, 200, 200),
    ("mfa_deactivate_totp", "GET"): (LOGIN, 404, 404, 404, 404),
    ("mfa_deactivate_totp", "POST"): (LOGIN, 404, 404, 404, 404),
    ("mfa_view_recovery_codes", "GET"): (LOGIN, 404, 404, 404, 404),
    ("mfa_download_recovery_codes", "GET"): (LOGIN, 404, 404, 404, 404),
    ("mfa_generate_recovery_codes", "GET"): (LOGIN, 200, 200, 200, 200),
    ("mfa_generate_recovery_codes", "POST"): (LOGIN, 200, 200, 200, 200),
    ("mfa_add_webauthn", "GET"): (LOGIN, 200, 200, 200, 200),
    ("mfa_add_webauthn", "POST"): (LOGIN, 200, 200, 200, 200),
    ("mfa_edit_webauthn", "GET"): (LOGIN, 404, 404, 404, 404),
    ("mfa_edit_webauthn", "POST"): (LOGIN, 404, 404, 404, 404),
    ("mfa_remove_webauthn", "GET"): (LOGIN, 404, 404, 404, 404),
    ("mfa_remove_webauthn", "POST"): (LOGIN, 404, 404, 404, 404),
    ("password_change", "GET"): (LOGIN, 200, 200, 200, 200),
    ("password_change", "POST"): (LOGIN, 200, 200, 200, 200),
    ("password_change_done", "GET"): (LOGIN, 200, 200, 200, 200),
}
# What changes for a person with an app, codes and a passkey, whoever it is. All other answers stay the same.
WITH_FACTOR = {
    # They confirm by a factor: by the passkey first.
    ("account_reauthenticate", "GET"): 302,
    ("account_reauthenticate", "POST"): 302,
    ("mfa_reauthenticate", "GET"): 200,
    ("mfa_reauthenticate", "POST"): 200,
    ("mfa_reauthenticate_webauthn", "GET"): 200,
    ("mfa_reauthenticate_webauthn", "POST"): 302,
    # There is an app already, and it can be removed.
    ("mfa_activate_totp", "GET"): 302,
    ("mfa_activate_totp", "POST"): 302,
    ("mfa_deactivate_totp", "GET"): 200,
    ("mfa_deactivate_totp", "POST"): 302,
    ("mfa_view_recovery_codes", "GET"): 200,
    ("mfa_download_recovery_codes", "GET"): 200,
    ("mfa_generate_recovery_codes", "POST"): 302,
}
# What a person without a factor still opens who must have one. All other addresses lead to the page that sets one up.
OPEN_WITHOUT_FACTOR = {
    "healthz", "login", "account_login", "logout", "password_link", "password_reset", "account_reauthenticate",
    *(name for name, _ in TABLE if name.startswith("mfa_")),
}  # fmt: skip
# What is posted where an empty form would not be understood.
DATA = {"sending": {"sending": "stop"}, "saved_view_new": {"list": "orders"}}


@pytest.fixture
def rows(db):
    """One of everything that an address can name, by the word that the address's name begins with."""
    order = make_placed()
    action = OrderAction.objects.create(kind=OrderAction.Kind.REFRESH, created_by=make_user("Operator"))
    batch = make_batch(row_of(order.service))
    refusal = make_refusal(order.panel)
    panel_rows = {"panel": order.panel, "statement": order.panel, "refusal": refusal, "service": order.service}
    ServiceFacts.objects.create(service=order.service)
    read_offers()
    panel_rows["product"] = Product.objects.get()
    view = make_view(make_user(), is_shared=True)
    panel_rows["mfa"] = make_passkey(make_user())
    panel_rows |= {"person": make_user("Viewer"), "mail": make_mail(make_user())}
    panel_rows |= {"client": make_client(), "campaign": make_campaign()}
    return {**panel_rows, "order_action": action, "order": order, "bulk": batch, "saved_view": view}


@cache
def patterns():
    """Return every named address but the admin's, which admin/test_base.py walks."""
    found = {}
    for pattern in get_resolver().url_patterns:
        if getattr(pattern, "namespace", None) != "admin":
            for each in getattr(pattern, "url_patterns", [pattern]):
                found[each.name] = each.pattern
    return found


def address(name, rows):
    if not patterns()[name].converters:
        return reverse(name)
    pk = next((row.pk for word, row in rows.items() if name.startswith(word)), 0)
    # What an address names beside the row: a line of the batch, a kind of file, a list.
    values = {"pk": pk, "number": 2, "suffix": "xlsx", "name": "orders"}
    return reverse(name, kwargs={part: values[part] for part in patterns()[name].converters})


@contextmanager
def alone(subtests, client, method, name):
    """Report one address by its own name, and undo what it does, so that no later address meets the change."""
    cookies = client.cookies
    client.cookies = SimpleCookie(cookies)
    with subtests.test(f"{method} {name}"), transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies


def send(client, method, name, rows):
    return getattr(client, method.lower())(address(name, rows), DATA.get(name, {}) if method == "POST" else {})


def sign_in(client, who, *, has_factor=False):
    if who == "anonymous":
        return
    user = make_user(who if who in PEOPLE[2:] else "", is_staff=who == "staff", is_superuser=who == "superuser")
    if has_factor:
        make_app(user)
        make_codes(user)
        make_passkey(user, "Own")
    client.force_login(user)


def test_every_address_is_in_the_table():
    assert {name for name, _ in TABLE} == set(patterns())


def walk(subtests, client, rows, expected):
    """Send everything of the table, and compare each answer with `expected(name, method)`."""
    for name, method in TABLE:
        with alone(subtests, client, method, name):
            response = send(client, method, name, rows)
            wanted = expected(name, method)
            if wanted == LOGIN:
                back = address(name, rows) if method == "GET" else "/"
                assert response.status_code == 302
                assert response.url == f"/login/?next={back}"
            elif wanted == FACTORS:
                assert (response.status_code, response.headers.get("Location")) == (302, reverse("mfa_index"))
            else:
                assert response.status_code == wanted


def answer_for(who):
    column = PEOPLE.index(OTHERS.get(who, who))
    return lambda name, method: TABLE[name, method][column]


@pytest.mark.parametrize("who", [*PEOPLE, *OTHERS])
def test_everybody_gets_what_the_table_says(subtests, client, rows, who, settings):
    # Of those who manage nothing, this setting asks nothing.
    settings.FACTOR_REQUIRED_FOR = "nobody" if who in MANAGES else "managers"
    sign_in(client, who)
    walk(subtests, client, rows, answer_for(who))


@pytest.mark.parametrize("who", SIGNED_IN)
def test_everybody_with_a_second_factor_gets_the_same_beside_its_own_pages(subtests, client, rows, who, settings):
    settings.FACTOR_REQUIRED_FOR = "everybody"
    sign_in(client, who, has_factor=True)
    base = answer_for(who)
    walk(subtests, client, rows, lambda name, method: WITH_FACTOR.get((name, method), base(name, method)))


@pytest.mark.parametrize(
    ("required", "who"), [("managers" if who in MANAGES else "everybody", who) for who in SIGNED_IN]
)
def test_who_must_have_a_second_factor_and_has_none_is_led_to_its_page(subtests, client, rows, required, who, settings):
    settings.FACTOR_REQUIRED_FOR = required
    sign_in(client, who)
    base = answer_for(who)

    def expected(name, method):
        # The pages that set up a factor poll the status.
        return 204 if name == "status" else base(name, method) if name in OPEN_WITHOUT_FACTOR else FACTORS

    walk(subtests, client, rows, expected)


def test_whoever_may_not_order_searches_no_services_with_their_prices(client, rows):
    user = make_user()
    user.user_permissions.add(Permission.objects.get(codename="change_batch"))
    client.force_login(user)
    for name in ("order_new_services", "bulk_services"):
        assert send(client, "GET", name, rows).status_code == 403, name


def test_what_is_for_reading_takes_no_post_and_what_acts_takes_no_get(subtests, client, rows):
    sign_in(client, "Manager")
    for name, method in itertools.product(sorted({name for name, _ in TABLE}), ("GET", "POST")):
        if (name, method) not in TABLE:
            with alone(subtests, client, method, name):
                assert send(client, method, name, rows).status_code == 405


# The login page leads a person who is signed in away before it looks at the form.
ACTS = sorted({name for name, method in TABLE if method == "POST"} - {"login", "account_login"})


def test_nothing_is_done_for_another_site(subtests, rows):
    """A form without our token is refused, whoever is signed in."""
    client = Client(enforce_csrf_checks=True)
    sign_in(client, "Manager")
    for name in ACTS:
        with alone(subtests, client, "POST", name):
            assert send(client, "POST", name, rows).status_code == 403
