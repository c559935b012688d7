"""Odd values of parameters make no page and no list of the admin fail."""

from __future__ import annotations

import itertools
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.db import transaction

from panels.filters.batches import BatchFilter
from panels.filters.orders import OrderFilter
from panels.filters.panels import PanelFilter
from panels.filters.people import PeopleFilter
from panels.filters.refills import RefillFilter
from panels.filters.services import ServiceFilter
from panels.models import OrderAction
from tests.factories import make_batch, make_placed, make_refill, make_refusal, make_user, make_view, row_of

# A time without a zone is one of the values.
pytestmark = pytest.mark.filterwarnings("ignore:DateTimeField .* received a naive datetime")

# Percent-encoded, because a lone surrogate is no text.
ODD = {
    "nothing": "",
    "NUL": "%00",
    "huge": "1" + "0" * 30,
    "64 bits": "9223372036854775808",
    "negative": "-1",
    "NaN": "NaN",
    "infinite": "1e999",
    "emoji": quote("😀"),
    "surrogate": "%ED%A0%80",
    "Arabic digits": quote("١٢"),
    "long": "7" * 100_000,
    "words": "a%20" * 5_000,
    "first day": "0001-01-01",
    "last day": "9999-12-31T23:59:59.999999-12:00",
    "year": "99999999",
    "dots": "1." * 200,
    "cursor": "5~%00",
    "late cursor": "99999999999999999999~9999-12-31T23:59:59%2B00:00",
    "odd cursor": "5~NaN",
}
EVERY = ("sort", "after", "before", "last", "view", "row", "show", "now", "no__such__lookup", "panel__api_key")
# The pages with parameters, by their names, and their parameters.
PAGES = {
    "/": ("all",),
    "/orders/": (*OrderFilter.base_filters, *EVERY),
    "/orders/export.csv": (*OrderFilter.base_filters, "sort"),
    "/orders/new/": ("service", "q", "link", "again", "quantity", "panel"),
    "/orders/new/services/": ("q", "link", "service", "panel", "chosen"),
    "/orders/actions/{action}/": ("outcome", *EVERY),
    "/catalog/": (*ServiceFilter.base_filters, *EVERY),
    "/catalog/export.csv": (*ServiceFilter.base_filters, "sort"),
    "/panels/": (*PanelFilter.base_filters, *EVERY),
    "/panels/export.csv": (*PanelFilter.base_filters, "sort"),
    "/panels/{panel}/": ("page", *EVERY),
    "/panels/words/{refusal}/": EVERY,
    "/bulk/": (*BatchFilter.base_filters, *EVERY),
    "/bulk/export.csv": (*BatchFilter.base_filters, "sort"),
    "/bulk/{bulk}/": EVERY,
    "/bulk/{bulk}/lines/2/": ("row", "show"),
    "/bulk/{bulk}/services/": ("service", "panel"),
    "/bulk/{bulk}/columns/": ("titles",),
    "/refills/": (*RefillFilter.base_filters, *EVERY),
    "/refills/export.csv": (*RefillFilter.base_filters, "sort"),
    "/people/": (*PeopleFilter.base_filters, *EVERY),
    "/people/export.csv": (*PeopleFilter.base_filters, "sort"),
    "/login/": ("next",),
    "/admin/login/": ("next",),
}


@pytest.fixture
def root(client, db):
    """A client of a superuser, with one row of everything that an address names."""
    client.force_login(make_user("Manager", username="root", is_superuser=True, is_staff=True))
    return client


@pytest.fixture
def pks(db):
    """The keys of one row of everything that an address names."""
    order = make_placed()
    make_refill(order)
    make_view(make_user(), is_shared=True)
    action = OrderAction.objects.create(kind=OrderAction.Kind.REFRESH, created_by=make_user("Operator"))
    rows = {"order": order, "panel": order.panel, "service": order.service, "action": action}
    rows |= {"bulk": make_batch(row_of(order.service)), "refusal": make_refusal(order.panel)}
    return {name: row.pk for name, row in rows.items()}


def status(client, address):
    response = client.get(address)
    if response.streaming:
        b"".join(response.streaming_content)
    return response.status_code


@pytest.fixture
def answers(root):
    """A function that returns the addresses that fail. Each of them has a savepoint, because PostgreSQL wants one."""

    def find(addresses):
        failed = []
        for address in addresses:
            try:
                with transaction.atomic():
                    code = status(root, address)
            except Exception as error:
                code = repr(error)
            if not isinstance(code, int) or code >= 500:
                failed.append((address[:200], code))
        return failed

    return find


def with_values(address, names, values):
    """Return the address with an odd value for each parameter. The values go round over all addresses."""
    return [f"{address}?{name}={next(values)}" for name in names]


def test_no_parameter_of_a_page_fails(answers, pks):
    values = itertools.cycle(ODD.values())
    found = [with_values(page.format(**pks), names, values) for page, names in PAGES.items()]
    assert answers(itertools.chain(*found)) == []


def test_no_parameter_of_a_list_of_the_admin_fails(answers, pks):
    values = itertools.cycle(ODD.values())
    addresses = []
    for model, table in admin.site._registry.items():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        own = () if table.list_filter == () else [*table._parameters(table.list_filter)]
        addresses += with_values(base, ("q", "o", "p", "all", "_to_field", "pk__in", *own), values)
        addresses += [f"{base}{key}/change/" for key in ("%00", "1" + "0" * 30, "NaN", quote("😀"))]
    assert answers(addresses) == []


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_every_value_can_stand_in_each_kind_of_parameter(answers, pks, value):
    names = ("q", "panel", "created_from", "batch", "who", "after", "attention")
    ours = [f"/orders/?{name}={value}" for name in names]
    dates = [f"/admin/panels/batch/?created_at__{part}={value}" for part in ("year", "month")]
    theirs = [f"/admin/panels/order/?{name}={value}" for name in ("q", "p", "o", "panel__id__exact", "created_at__gte")]
    assert answers([*ours, *dates, "/admin/panels/batch/?created_at__year=9999", *theirs]) == []


def test_a_list_is_one_value_where_one_is_expected(answers, pks):
    doubled = [
        f"{page}?{name}=1&{name}=x" for page in ("/orders/", "/admin/panels/order/") for name in ("q", "panel", "p")
    ]
    assert answers(doubled) == []


@pytest.mark.parametrize("key", ["0", "1" + "0" * 30, "9223372036854775808"])
def test_a_key_that_no_row_has_is_not_found(root, db, key):
    pages = (
        "panels/{}/",
        "catalog/{}/",
        "orders/{}/",
        "orders/actions/{}/",
        "bulk/{}/",
        "bulk/{}/lines/{}/",
        "views/{}/",
        "people/{}/",
    )
    for page in pages:
        assert status(root, f"/{page.format(key, key)}") == 404, page


@pytest.mark.parametrize("key", ["x", "1" + "0" * 30, "\0", ""])
def test_an_action_of_the_admin_takes_no_impossible_key(root, db, key):
    answer = root.post("/admin/panels/order/", {"action": "refresh", "_selected_action": [key]})
    assert answer.status_code == 400
