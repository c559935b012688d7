"""A panel that sends our key, markup and endless numbers puts them neither on a page nor in a file or the log."""

from __future__ import annotations

import io
import logging
import threading
import zipfile

import pytest
from django.apps import apps
from django.urls import reverse

from panels.calls.catalog import sync_catalog
from panels.models import Order, OrderAction, Panel, Service
from panels.sandbox import SandboxPanel
from panels.sandbox.hostile import HOSTILE
from tests.factories import make_batch, make_panel, make_refusal, make_user, make_view, row_of
from tests.harm import live_through, parts_of, stored
from tests.test_access import TABLE, address

KEY = "9f86d081884c7d659a2feaa0c55ad015"
# Pages show nothing but stored rows. So only the kinds of harm that also reach rows are looked for on all of them.
WALKED = ("repeats_key", "harmful_texts")


@pytest.fixture
def hostile(db, monkeypatch):
    monkeypatch.setattr("panels.protocol.client.BACKOFF", (0.0, 0.0))
    with SandboxPanel("003", key=KEY) as sandbox:
        yield sandbox


def texts_of(response):
    """Return the texts in an answer of ours, also those in a workbook."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if not body.startswith(b"PK"):
        return [body.decode()]
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return [book.read(name).decode(errors="replace") for name in book.namelist()]


def addresses_of(rows):
    """Return the address of everything that can be looked at, and the page of each row."""
    yield from (address(name, rows) for name, method in TABLE if method == "GET" and name not in ("start", "login"))
    yield f"{reverse('order_list')}?state=unknown"
    for name, model in (("order_detail", Order), ("service_detail", Service), ("panel_words", Panel)):
        yield from (reverse(name, args=[pk]) for pk in model.objects.order_by("-pk").values_list("pk", flat=True)[:12])
    for model in apps.get_app_config("panels").get_models():
        yield f"/admin/panels/{model._meta.model_name}/"
        yield from (
            f"/admin/panels/{model._meta.model_name}/{pk}/change/"
            for pk in model.objects.order_by("-pk").values_list("pk", flat=True)[:4]
        )


def walk(client, panel):
    """Look for the key and for live markup in everything that can be looked at."""
    rows = {
        "panel": panel,
        "refusal": make_refusal(panel),
        "service": Service.objects.first(),
        "order_action": OrderAction.objects.create(kind=OrderAction.Kind.REFRESH, created_by=make_user("Operator")),
        "order": Order.objects.order_by("-pk").first(),
        "bulk": make_batch(row_of(Service.objects.first())),
        "saved_view": make_view(make_user(), is_shared=True),
    }
    client.force_login(make_user("Manager", is_superuser=True, is_staff=True, password="correct horse battery"))
    seen = 0
    for each in addresses_of(rows):
        response = client.get(each)
        # A person without second factors has no pages about them.
        assert response.status_code in (200, 302, 404), each
        for text in texts_of(response):
            seen += 1
            assert parts_of(KEY, text) == [], each
            assert "<script>alert" not in text, each
            assert "<img src=x" not in text, each
    assert seen > 80


@pytest.mark.parametrize("name", HOSTILE)
def test_no_harm_gets_anywhere(client, hostile, caplog, name):
    caplog.set_level(logging.DEBUG)
    panel = make_panel(name="Hostile", api_url=hostile.api_url, key=KEY)
    sync_catalog(panel.pk, threading.Event())
    live_through(panel, hostile, name)
    assert hostile.calls["add"] >= 4
    assert parts_of(KEY, stored()) == []
    if name in WALKED:
        walk(client, panel)
    assert parts_of(KEY, caplog.text) == []
