"""The form of an order: its fields, the terms that it shows, and its token; and the form of a decision."""

import uuid

import pytest

from panels.forms.orders import OrderForm, ResolveForm, price_text, terms
from tests.factories import make_panel, make_service

pytestmark = pytest.mark.django_db
GOOD = {"link": "https://example.com/p/1", "quantity": "1,000"}


def sent(service, **fields):
    """Return the form as a browser sends it back after it was shown."""
    shown = OrderForm(service).initial
    return OrderForm(service, {**shown, **GOOD, **fields})


@pytest.mark.parametrize(
    ("fields", "per_line", "price"),
    [
        ({"type": "default"}, False, "0.90 USD per 1000"),
        ({"type": "package"}, False, "0.90 USD per order"),
        ({"type": "package"}, True, "0.90 USD per order"),
        ({"type": "custom_comments_package"}, False, "0.90 USD per order"),
        ({"type": "custom_comments_package"}, True, "0.90 USD per 1000"),
    ],
)
def test_a_price_is_per_order_only_for_packages_that_are_not_billed_per_line(fields, per_line, price):
    service = make_service(make_panel(bills_package_per_line=per_line), **fields)
    assert price_text(service).replace("\xa0", " ") == price


def test_a_form_that_was_just_shown_is_valid_and_has_no_outdated_terms():
    form = sent(make_service())
    assert form.is_valid()
    assert form.changes == ()
    assert form.checked.values["quantity"] == "1000"


def test_terms_that_differ_from_the_shown_terms_are_named_with_both_values():
    service = make_service()
    form = sent(service, shown_price="0.80 USD per 1000", shown_max="")
    assert [(each.label, each.old) for each in form.changes] == [
        ("Price", "0.80 USD per 1000"),
        ("Maximum", "–"),
    ]
    assert form.changes[0].new.replace("\xa0", " ") == "0.90 USD per 1000"
    form.renew(token=False)
    assert {name: form.data[name] for name in form.terms} == terms(service)


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_a_form_without_its_token_is_invalid_and_gets_a_new_token(token):
    form = sent(make_service(), token=token)
    assert (form.posted_token, form.is_valid()) == (None, False)
    form.renew(token=True)
    assert uuid.UUID(form.data["token"])


def test_only_a_form_with_a_used_token_gets_a_new_token():
    form = sent(make_service())
    before = form.posted_token
    form.renew(token=False)
    assert form.posted_token == before
    form.renew(token=True)
    assert form.posted_token not in (None, before)


def test_missing_fields_are_named_and_other_mistakes_are_remarks():
    form = sent(make_service(), link="", quantity="5")
    assert form.missing == ["Link"]
    assert len(form.remarks) == 1
    assert "100" in form.remarks[0]


def test_drip_feed_is_offered_unless_the_panel_has_none_and_the_fields_are_empty():
    assert "runs" in OrderForm(make_service(dripfeed=None)).fields
    without = make_service(dripfeed=False)
    assert "runs" not in OrderForm(without).fields
    assert "runs" in OrderForm(without, initial={"runs": "3"}).fields


def test_lines_are_counted_for_each_list():
    service = make_service(type="custom_comments")
    assert OrderForm(service, initial={"comments": "One\n\nTwo"}).line_counts == {"comments": "2 lines."}
    assert OrderForm(service, initial={"comments": "One"}).line_counts == {"comments": "1 line."}
    assert OrderForm(service).line_counts == {"comments": ""}


def test_the_focus_is_on_the_first_mistake_or_the_first_empty_field():
    service = make_service()
    wrong, blank = sent(service, quantity="5"), OrderForm(service, initial={"link": "https://example.com"})
    for form in (wrong, blank):
        form.mark_first_field()
        focused = [name for name, field in form.fields.items() if field.widget.attrs.get("autofocus")]
        assert focused == ["quantity"]


def test_a_decision_has_a_known_name_and_the_terms_that_were_seen():
    form = ResolveForm({"decision": "release", "shown": "0.95 USD"})
    assert form.is_valid()
    assert form.cleaned_data["shown"] == "0.95 USD"
    assert not ResolveForm({"decision": "forget"}).is_valid()
