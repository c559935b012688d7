"""Odd values of parameters: no page and no list of the admin fails because of one, whatever it is."""

from __future__ import annotations

import itertools
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote as quote_key

from panels.filters.batches import BatchFilter
from panels.filters.orders import OrderFilter
from panels.filters.panels import PanelFilter
from panels.filters.refills import RefillFilter
from panels.filters.services import ServiceFilter
from panels.models import IdSearch, OrderAction
from tests.factories import make_batch, make_panel, make_placed, make_refill, make_refusal, make_user, make_view, row_of

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


def test_explore(root, pks):
    import traceback
    from django.db import transaction
    from itertools import cycle

    n = 0
    out = open("/tmp/wt_tables/found.txt", "a")
    values = cycle(ODD.items())
    for page, parameters in PAGES.items():
        for name in parameters:
            for what, value in [next(values) for _ in range(5)]:
                address = f"{page.format(**pks)}?{name}={value}"
                n += 1
                try:
                    with transaction.atomic():
                        code = status(root, address)
                except Exception as e:
                    tb = traceback.extract_tb(e.__traceback__)
                    mine = [f"{f.filename.split('/')[-1]}:{f.lineno}" for f in tb if "/panels/" in f.filename]
                    print(page, name, what, type(e).__name__, str(e)[:100], str(mine[-2:]), file=out, flush=True)
                else:
                    if code >= 500:
                        print(page, name, what, code, file=out, flush=True)
    print(n, "pages", file=out, flush=True)


def test_explore_admin(root, pks):
    from django.db import transaction
    from itertools import cycle

    n = 0
    out = open("/tmp/wt_tables/found.txt", "a")
    values = cycle(ODD.items())
    for model, table in admin.site._registry.items():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        own = getattr(table, "_parameters", lambda f: [])(table.list_filter)
        for name in ("q", "o", "p", "all", "_to_field", "pk__in", *own):
            for what, value in [next(values) for _ in range(2)]:
                address = f"{base}?{name}={value}"
                n += 1
                try:
                    with transaction.atomic():
                        code = status(root, address)
                except Exception as e:
                    print(base, name, what, type(e).__name__, str(e)[:100], file=out, flush=True)
                else:
                    if code >= 500:
                        print(base, name, what, code, file=out, flush=True)
        for key in ("%00", "1" + "0" * 30, "-1", "NaN", "_5Fx", quote("😀")):
            try:
                with transaction.atomic():
                    code = status(root, f"{base}{key}/change/")
                    if code >= 500:
                        print(base, key, code, file=out, flush=True)
            except Exception as e:
                print(base, key, type(e).__name__, str(e)[:100], file=out, flush=True)
    print(n, "admin", file=out, flush=True)
