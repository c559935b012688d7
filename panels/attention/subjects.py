"""Declares the sorts of rows that can need a person, and how each is shown."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.text import Truncator

from panels.attention.buttons import show_person, show_row
from panels.attention.parts import Listing, Subject
from panels.models import Batch, JobRun, Mail, Order, Panel, RefusalWords, Service
from panels.orders import approval
from panels.pages.states import badge, order_badge


def _show_newest(word: Any) -> str:
    return reverse("order_detail", args=[word.newest])


ORDERS = Subject(
    name="orders",
    model=Order,
    title=lambda order: f"Order {order.pk} · {Truncator(order.service_name).chars(80)}",
    address=show_row,
    place=lambda order: order.panel.name,
    state=order_badge,
    related=("panel", "service__panel"),
    order=("created_at", "pk"),
    listing=Listing("orders", "attention=on"),
)
# Only managers can approve.
ASKED_ORDERS = Subject(
    name="orders to approve",
    model=Order,
    title=ORDERS.title,
    address=show_row,
    place=ORDERS.place,
    state=order_badge,
    related=("panel", "service", "placed_by"),
    order=ORDERS.order,
    listing=Listing("orders to approve", "state=asked"),
    permission=approval.MAY_APPROVE,
)
PANELS = Subject(
    name="panels",
    model=Panel,
    title=str,
    address=show_row,
    state=lambda panel: badge("running", label="Being checked") if panel.is_asked else "",
)
WORDS = Subject(
    name="unknown statuses",
    model=Order,
    title=lambda word: f"“{Truncator(word.remote_status).chars(60)}” at {word.panel__name}",
    address=_show_newest,
    one_per=("remote_status", "panel__name", "panel"),
    most=5,
)
REFUSALS = Subject(
    name="refusals",
    model=RefusalWords,
    title=lambda words: f"“{Truncator(words.text).chars(60)}” at {words.panel}",
    address=show_row,
    related=("panel",),
    order=("asked_at", "pk"),
)

SERVICES = Subject(
    name="services",
    model=Service,
    title=lambda service: Truncator(str(service)).chars(80),
    address=show_row,
    place=lambda service: service.panel.name,
    related=("panel",),
    order=("waits_since", "overcharged_at", "pk"),
)
BATCHES = Subject(
    name="batches",
    model=Batch,
    title=lambda batch: Truncator(str(batch)).chars(80),
    address=show_row,
    order=("confirmed_at", "pk"),
)
ASKED_BATCHES = Subject(
    name="batches to approve",
    model=Batch,
    title=BATCHES.title,
    address=show_row,
    related=("confirmed_by",),
    order=BATCHES.order,
    permission=approval.MAY_APPROVE,
)
# The jobs that can need a person: the title, and the name of the page.
_JOBS = {JobRun.BACKUP: ("Backups of the database", "operations"), JobRun.RATES: ("Exchange rates", "rates")}
JOBS = Subject(
    name="jobs",
    model=JobRun,
    title=lambda job: _JOBS[job.name][0],
    address=lambda job: reverse(_JOBS[job.name][1]),
    permission="panels.view_jobrun",
)
MAILS = Subject(
    name="mails",
    model=Mail,
    title=str,
    address=show_person,
    related=("person",),
    order=("given_up_at", "pk"),
    permission="auth.change_user",
)
SUBJECTS = (PANELS, REFUSALS, ORDERS, ASKED_ORDERS, ASKED_BATCHES, SERVICES, BATCHES, WORDS, JOBS, MAILS)
