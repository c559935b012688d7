"""What several tests of lists do: change a field of a row, and draw rows as a person sees them."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.test import RequestFactory
from django.utils import timezone

from panels.models import PersonalSettings
from panels.pages.paging import Page
from panels.pages.table import TablePage
from tests.factories import make_user

# A value of each kind of field that differs from its value in a new row.
BY_KIND = {
    models.DateTimeField: timezone.now,
    models.BooleanField: lambda: True,
    models.DecimalField: lambda: Decimal("7.5"),
    # The shortest field holds four characters.
    models.CharField: lambda: "else",
    models.TextField: lambda: "other",
    models.IntegerField: lambda: 321,
    models.JSONField: lambda: ["other"],
}


def other_value(field, by_name, makers):
    """Return another value of a field: by its name, a new row of its relation, or by its kind."""
    if field.name in by_name:
        return by_name[field.name]
    if field.is_relation:
        return makers.get(field.name, make_user)().pk
    return next(make for kind, make in BY_KIND.items() if isinstance(field, kind))()


def draw(table, rows, user, *, is_filtered=False):
    """Return the rows as a page of the list."""
    request = RequestFactory().get("/")
    request.user = user
    return TablePage(table, request, Page(list(rows), "", "", is_first=True, is_last=True), is_filtered=is_filtered)


def with_all_columns(table, group="Operator"):
    """Return a person who chose all columns of a list."""
    user = make_user(group)
    PersonalSettings.objects.create(user=user, columns={table.name: table.names(user)})
    user.refresh_from_db()
    return user


def changeable(model, kept):
    """Return the fields of a model that may change, by their names."""
    fields = model._meta.concrete_fields
    return {field.name: field for field in fields if not field.generated and field.name not in kept}
