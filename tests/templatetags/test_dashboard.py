"""The tags and filters of `{% load dashboard %}`, and the pages that show the cost of an order by them."""

from __future__ import annotations

import csv
import re
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.urls import reverse

from panels.models import Batch, BatchLine, Order, OrderAction
from panels.orders.actions import draft_action
from panels.pages import numbers
from panels.templatetags import dashboard
from tests.factories import make_order, make_placed, make_user

pytestmark = pytest.mark.django_db

TAGS = {
    "money", "exact", "total", "spend", "rate", "price_amount", "count", "total_count", "order_cost",
    "ago", "moment", "badge", "order_badge", "order_legend", "panel_badge", "flag", "delivered_bar", "external_link",
    "undo_of", "lasts",
}  # fmt: skip
FILTERS = {"span", "site_day", "plain", "without_stop"}

# How an order is, and what its cost looks like.
ORDERS = {
    "queued": ({"state": "queued"}, "≈ 0.90 USD"),
    "held": ({"state": "queued", "held_reason": "The price has risen."}, "≈ 0.90 USD"),
    "sending": ({"state": "sending"}, "≈ 0.90 USD"),
    "unknown": ({"state": "unknown"}, "≈ 0.90 USD"),
    "written off": ({"state": "written_off"}, "≈ 0.90 USD"),
    "refused": ({"state": "refused"}, "–"),
    "withdrawn": ({"state": "withdrawn"}, "–"),
    "no charge yet": ({"state": "placed", "charge": None}, "≈ 0.90 USD"),
    "charge of 0 so far": ({"state": "placed", "charge": Decimal(0)}, "≈ 0.90 USD"),
    "no price": ({"state": "placed", "charge": Decimal(0), "expected_cost": None}, "–"),
    "charge of 0": ({"state": "placed", "charge": Decimal(0), "progress": "canceled"}, "–"),
    "charge": ({"state": "placed", "charge": Decimal("0.50")}, "0.50 USD"),
    "given back": (
        {
            "state": "placed",
            "charge": Decimal("0.50"),
            "progress": "canceled",
            "given_back": Decimal("0.50"),
            "given_back_source": "computed",
        },
        "≈ 0.00 USD",
    ),
}


@pytest.fixture(params=ORDERS.values(), ids=ORDERS)
def row(request):
    """An order, and the text that says what it costs."""
    fields, text = request.param
    return make_order(attempt=1, **fields), text


def text_of(markup):
    return " ".join(re.sub(r"<[^>]+>", " ", markup).replace("\xa0", " ").split())


def cell(response, label="Cost"):
    """Return the texts of a column's cells, by its label."""
    return [
        text_of(each) for each in re.findall(rf'<td data-label="{label}"[^>]*>(.*?)</td>', response.text, re.DOTALL)
    ]


def render(source, order):
    return text_of(Template("{% load dashboard %}" + source).render(Context({"order": order})))


def test_the_tag_marks_what_is_expected(row):
    order, text = row
    assert render("{% order_cost order %}", order) == text


def test_the_expected_cost_stands_beside_a_charge_that_differs():
    order = make_placed(charge=Decimal("0.50"))
    assert render("{% order_cost order with_full=True %}", order) == "0.50 USD ≈ 0.90 USD expected"
    order.charge = order.expected_cost
    assert render("{% order_cost order with_full=True %}", order) == "0.90 USD"


@pytest.mark.parametrize(
    ("charge", "source", "text"),
    [
        ("0.90", "computed", "≈ 0.60 USD of 0.90 USD"),
        ("0.90", "person", "0.60 USD of 0.90 USD"),
        ("0.60", "told", "0.60 USD of 0.90 USD"),
    ],
)
def test_the_whole_charge_stands_beside_a_cost_without_the_money_given_back(charge, source, text):
    order = make_placed(
        charge=Decimal(charge), progress="partial", given_back=Decimal("0.30"), given_back_source=source
    )
    assert render("{% order_cost order with_full=True %}", order) == text


def test_the_overview_and_the_batch_show_the_cost(row, as_viewer):
    order, text = row
    assert cell(as_viewer.get(reverse("overview"))) == [text]
    batch = Batch.objects.create(source="file", state="confirmed")
    Order.objects.update(batch=batch)
    BatchLine.objects.create(batch=batch, number=1, token=order.token, panel=order.panel, order=order)
    assert cell(as_viewer.get(reverse("bulk_detail", args=[batch.pk]))) == [text]


def test_the_list_and_the_page_of_an_order_show_the_cost(row, as_viewer):
    order, text = row
    own = as_viewer.get(order.get_absolute_url()).text
    (shown,) = re.findall(r"<dt>Cost</dt>\s*<dd>(.*?)</dd>", own)
    is_charged = order.charge is not None and not text.startswith("≈") and order.expected_cost
    with_expected = f"{text} ≈ 0.90 USD expected" if is_charged else text
    if order.given_back:
        with_expected = f"{text} of 0.50 USD"
    assert text_of(shown) == with_expected
    listed = as_viewer.get(reverse("order_list")).text
    _, in_list = re.findall(r'<td class="num table__figure(?: table__none)?">(.*?)</td>', listed)
    # All orders of the page have one currency, so it stands in the head.
    assert text_of(in_list) == text.removesuffix(" USD")


def test_an_actions_page_shows_the_cost_of_each_order_and_their_sum(row, as_operator, operator):
    order, text = row
    action = draft_action(OrderAction.Kind.CANCEL, [order.pk], operator)
    page = as_operator.get(action.get_absolute_url())
    assert cell(page) == [text]
    sentence = "nothing was ordered" if order.state in ("refused", "withdrawn") else "charged or expected for 1 order"
    assert f"Cost {text} {sentence}" in text_of(page.text)


def test_the_admin_shows_the_cost(row, client):
    client.force_login(make_user(is_superuser=True, is_staff=True))
    page = client.get(reverse("admin:panels_order_changelist")).text
    (shown,) = re.findall(r'<td class="field-cost">(.*?)</td>', page)
    assert text_of(shown) == row[1]


def test_the_export_holds_the_cost_and_whether_it_is_expected(row, as_viewer):
    text = b"".join(as_viewer.get(reverse("order_export", args=["csv"])).streaming_content).decode()
    (found,) = csv.DictReader(text[1:].splitlines(keepends=True))
    amount = found["Cost"] and f"{Decimal(found['Cost']):.2f} USD"
    is_nothing = found["Cost"] == "0" and found["Cost is expected"] == "no"
    assert {"": "–", "no": "–" if is_nothing else amount, "yes": f"≈ {amount}"}[found["Cost is expected"]] == row[1]


def test_every_format_is_registered():
    assert set(dashboard.register.tags) == TAGS
    assert set(dashboard.register.filters) == FILTERS


def test_the_cost_in_a_column_has_its_currency_in_the_head():
    order = make_placed(charge=Decimal("0.5"))
    source = "{% load dashboard %}{% order_cost order with_currency=False is_aligned=True %}"
    html = Template(source).render(Context({"order": order}))
    assert html == '0.50<span class="pad pad--2"></span>'


@pytest.mark.parametrize(("filtered", "text"), [("amount|plain", "50"), ("words|without_stop", "Paused")])
def test_a_filter_gives_the_text_of_its_function(filtered, text):
    context = Context({"amount": Decimal("50.000000"), "words": "Paused."})
    assert Template(f"{{% load dashboard %}}{{{{ {filtered} }}}}").render(context) == text


def test_a_tag_gives_the_text_of_its_function():
    source = "{% load dashboard %}{% total_count 10001 %} {% count 1234 %}"
    assert Template(source).render(Context()) == f"{numbers.total_count(10001)} {numbers.count(1234)}"
