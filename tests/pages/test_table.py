"""Lists as tables: which columns a person sees, and how the rows are written."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from django.contrib.auth.models import Permission
from django.test import RequestFactory
from django.utils.html import format_html

from panels.models import PersonalSettings
from panels.pages.numbers import NO_VALUE
from panels.pages.paging import Page
from panels.pages.table import Column, Table, TablePage, tag_of_page
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@dataclass
class Row:
    pk: int
    name: str = "Name"
    amount: str = "1.50"
    currency: str = "USD"


TABLE: Table[Row] = Table(
    name="rows",
    row="row",
    select="panels.change_order",
    gone=lambda row: f"{row.name} is gone",
    watched=lambda row: row.name,
    rights=("panels.add_order",),
    sorts={"name": "name_sort", "amount": "amount_sort"},
    sort="-name",
    columns=(
        Column(
            name="name",
            title="Name",
            cell=lambda row: row.name,
            css="w-name",
            shown="always",
            place="title",
            sort="name",
        ),
        Column(
            name="amount",
            title="Amount",
            cell=lambda row: format_html("<b>{} {}</b>", row.amount, row.currency),
            bare=lambda row: row.amount,
            currency=lambda row: row.currency,
            css="num",
            sort="-amount",
        ),
        Column(name="far", title="Far", cell=lambda _: "far", shown="wide"),
        Column(name="rare", title="Rare", cell=lambda _: "rare", shown="extra"),
        Column(name="secret", title="Secret", cell=lambda _: "secret", needs="panels.change_panel"),
    ),
)


def draw(*rows, user=None, address="/rows/", table=TABLE, **options):
    request = RequestFactory().get(address)
    request.user = user or make_user()
    return TablePage(table, request, Page(list(rows), "", "", is_first=True, is_last=True), **options)


def names(table):
    return [head.name for head in table.heads]


def test_a_person_sees_the_default_columns_until_they_choose():
    user = make_user()
    assert names(draw(user=user)) == ["name", "amount", "far"]
    PersonalSettings.objects.create(user=user, columns={"rows": ["rare", "no such column"]})
    user.refresh_from_db()
    assert names(draw(user=user)) == ["name", "rare"]


def test_columns_for_wide_screens_stay_there_until_a_person_wants_them_everywhere():
    user = make_user()
    assert "table__wide" in draw(Row(1), user=user).body
    personal = PersonalSettings.objects.create(user=user, columns={"rows": ["far", "rare"]})
    user.refresh_from_db()
    assert (draw(user=user).wide_titles, draw(user=user).is_on_all_screens) == ("Far", False)
    assert "table__wide" in draw(Row(1), user=user).body
    personal.columns["rows"].append("all_screens")
    personal.save()
    user.refresh_from_db()
    assert "far</td>" in draw(Row(1), user=user).body
    assert "table__wide" not in draw(Row(1), user=user).body
    assert draw(user=user).is_on_all_screens


def test_a_column_that_needs_a_permission_does_not_exist_without_it():
    user = make_user("Viewer")
    assert "secret" not in TABLE.names(user)
    user = make_user()
    user.user_permissions.add(Permission.objects.get(codename="change_panel"))
    assert TABLE.names(user) == ["amount", "far", "rare", "secret"]
    assert list(draw(user=user).choices)[-1] == ("secret", "Secret", True)


def test_what_a_cell_returns_is_escaped_unless_it_is_safe():
    body = draw(Row(7, name="<script>", currency="EUR"), Row(8)).body
    assert "&lt;script&gt;" in body
    assert "<b>1.50 EUR</b>" in body
    assert '<tr id="row-7">' in body


def test_one_currency_of_a_page_stands_in_the_head_and_several_beside_their_amounts():
    def head(table):
        return next(head.title for head in table.heads if head.name == "amount")

    one, several = draw(Row(1), Row(2)), draw(Row(1), Row(2, currency="EUR"))
    assert (head(one), "USD" in one.body) == ("Amount,\xa0USD", False)
    assert (head(several), several.body.count("USD"), several.body.count("EUR")) == ("Amount", 1, 1)
    assert head(draw(Row(1, currency=""))) == "Amount"
    # A row without an amount has no currency.
    assert head(draw(Row(1), Row(2, currency=None))) == "Amount,\xa0USD"
    assert head(draw(Row(1, currency=None))) == "Amount"


@pytest.mark.parametrize(
    ("asked", "sort", "field"),
    [
        ("", "-name", "-name_sort"),
        ("pk", "-name", "-name_sort"),
        ("amount", "amount", "amount_sort"),
        ("-amount", "-amount", "-amount_sort"),
    ],
)
def test_the_address_chooses_one_of_the_sortings(asked, sort, field):
    assert TABLE.sort_of({"sort": asked}) == sort
    assert TABLE.field_of(sort) == field


def test_a_tag_differs_with_the_rows_the_place_of_the_page_the_rights_and_the_persons_choices():
    def tag(*rows, user, is_last=True, total=1):
        request = RequestFactory().get("/rows/")
        request.user = user
        return tag_of_page(TABLE, request, Page(list(rows), "", "", is_first=True, is_last=is_last), total)

    viewer, operator, other = make_user("Viewer"), make_user("Operator"), make_user("Viewer")
    PersonalSettings.objects.create(user=other, columns={"rows": ["far"]})
    wide = make_user("Viewer")
    PersonalSettings.objects.create(user=wide, density="comfortable")
    on_all = make_user("Viewer")
    PersonalSettings.objects.create(user=on_all, columns={"rows": ["far", "all_screens"]})
    tags = [tag(Row(1), user=person) for person in (viewer, operator, other, wide, on_all)]
    tags += [tag(Row(1, name="x"), user=viewer), tag(Row(1), Row(1), user=viewer)]
    tags += [tag(Row(1), user=viewer, is_last=False), tag(Row(1), user=viewer, total=2)]
    assert len(set(tags)) == len(tags)
    # What is not watched does not show in a row.
    assert tag(Row(1, amount="9"), user=viewer) == tags[0]


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("name", {"name": ("-name", "ascending"), "amount": ("-amount", "")}),
        ("-name", {"name": ("name", "descending"), "amount": ("-amount", "")}),
        ("-amount", {"name": ("name", ""), "amount": ("amount", "descending")}),
        ("amount", {"name": ("name", ""), "amount": ("-amount", "ascending")}),
    ],
)
def test_a_click_on_a_head_sorts_by_it_and_a_second_click_the_other_way(sort, found):
    heads = {head.name: (head.sort, head.sorted) for head in draw(sort=sort).heads if head.sort}
    assert heads == found


def test_only_people_who_may_act_can_select_rows():
    viewer, operator = make_user("Viewer"), make_user("Operator")
    assert "data-select-row" not in draw(Row(1), user=viewer).body
    assert 'name="row" value="1" data-select-row' in draw(Row(1), user=operator).body


def test_a_row_says_when_it_no_longer_matches_but_only_in_a_filtered_list():
    assert 'data-gone="Name is gone"' in draw(Row(1), is_filtered=True).body
    assert "data-gone" not in draw(Row(1)).body


def test_a_selection_belongs_to_the_person_and_the_filter_and_not_to_the_page_or_the_sorting():
    user = make_user()
    first = draw(address="/rows/?q=x&sort=name", user=user).filter_key
    assert first == draw(address="/rows/?after=3&q=x&total=1", user=user).filter_key == f"{user.pk}/rows?q=x"
    assert first != draw(address="/rows/?q=y", user=user).filter_key
    assert first != draw(address="/rows/?q=x").filter_key


def test_a_cell_without_a_place_is_hidden_on_a_phone():
    assert '<td class="w-name table__title">' in draw(Row(1)).body
    assert '<td class="num table__hidden">' in draw(Row(1)).body


def test_a_phone_shows_no_dash_without_the_title_of_its_column():
    column = Column(name="cost", title="Cost", cell=lambda row: row.amount, css="num", place="figure")
    table = replace(TABLE, columns=(column, replace(column, place="title")))
    body = draw(Row(1, amount=NO_VALUE), table=table).body
    assert f'<td class="num table__figure table__none">{NO_VALUE}</td>' in body
    assert f'<td class="num table__title">{NO_VALUE}</td>' in body
    assert "table__none" not in draw(Row(1), table=table).body


def test_many_columns_make_the_table_scroll_and_the_density_is_the_persons():
    user = make_user()
    assert (draw(user=user).is_wide, draw(user=user).density) == (False, "compact")
    PersonalSettings.objects.create(user=user, density="comfortable")
    user.refresh_from_db()
    assert draw(user=user).density == "comfortable"
    assert [value for value, _ in draw(user=user).densities] == ["compact", "comfortable"]
