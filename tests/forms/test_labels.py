"""The form of the labels: which names it accepts, and when it creates them."""

from __future__ import annotations

import pytest

from panels.forms.labels import LabelsForm
from panels.models import Client
from tests.factories import make_campaign, make_client, make_order

pytestmark = pytest.mark.django_db


def test_an_empty_form_is_valid_and_labels_nothing(operator):
    form = LabelsForm(operator, {})
    assert form.is_valid()
    assert not form.is_used
    assert not any(form.save().of_batch.values())


def test_existing_names_are_taken_in_any_spelling(operator):
    spring = make_campaign("Spring", make_client("Nova"))
    form = LabelsForm(operator, {"client": " NOVA ", "campaign": "spring", "reference": " PO-1 ", "note": "a\r\nb"})
    assert form.is_valid()
    labels = form.save()
    assert (labels.client, labels.campaign, labels.reference, labels.note) == (spring.client, spring, "PO-1", "a\nb")


def test_missing_names_are_created_by_a_tick_for_exactly_these_names(operator):
    data = {"client": "Nova", "campaign": "Spring"}
    form = LabelsForm(operator, data)
    assert form.errors.keys() == {"client"}
    assert form.new_names == "client “Nova” and campaign “Spring”"
    assert not LabelsForm(operator, data | {"create": "Nova"}).is_valid()
    agreed = LabelsForm(operator, data | {"create": form.to_create.replace("\n", "\r\n")})
    assert agreed.is_valid()
    assert not Client.objects.exists()
    assert str(agreed.save().campaign) == "Nova · Spring"
    assert Client.objects.get().created_by == operator


def test_a_tick_does_not_excuse_other_mistakes(operator):
    form = LabelsForm(operator, {"client": "Nova", "create": "Nova", "reference": "x" * 300})
    assert form.errors.keys() == {"reference"}
    assert form.remarks == ["Reference has 300 characters, the limit is 200."]


def test_a_person_without_the_permission_cannot_create_a_name(viewer):
    form = LabelsForm(viewer, {"client": "Nova", "create": "Nova"})
    assert form.errors.keys() == {"client"}
    assert not form.may_create
    assert form.remarks == ["There is no client “Nova”. Create it, or correct the name."]


def test_the_form_of_an_order_begins_with_its_labels(operator):
    spring = make_campaign("Spring", make_client("Nova"))
    order = make_order(client=spring.client, campaign=spring, reference="PO-1", note="Soon")
    form = LabelsForm(operator, labeled=order)
    assert [field.value() for field in form.label_fields] == ["Nova", "Spring", "PO-1", "Soon"]
    assert form.is_used
