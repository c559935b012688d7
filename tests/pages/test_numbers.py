"""How amounts, prices and counts look."""

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import Context, Template

from panels.pages import numbers

# An amount and its currency. How a sum, a cost, a price and a sentence show it.
TABLE = [
    ("12.5", "USD", "12.50", "12.50", "12.50", "12.50"),
    ("12", "USD", "12.00", "12.00", "12.00", "12.00"),
    ("0", "USD", "0.00", "0.00", "0.00", "0.00"),
    ("1E+3", "USD", "1,000.00", "1,000.00", "1,000.00", "1,000.00"),
    ("398.006624", "USD", "398.01", "398.01", "398.0066", "398.006624"),
    ("-1.005", "USD", "-1.01", "-1.01", "-1.005", "-1.005"),
    ("-1234567.891", "USD", "-1,234,567.89", "-1,234,567.89", "-1,234,567.891", "-1,234,567.891"),
    ("0.01", "USD", "0.01", "0.01", "0.01", "0.01"),
    ("0.0149", "USD", "0.01", "0.01", "0.0149", "0.0149"),
    ("0.009999", "USD", "0.01", "0.009999", "0.01", "0.009999"),
    ("0.00999996", "USD", "0.01", "0.01", "0.01", "0.00999996"),
    ("0.0042", "USD", "0.00", "0.0042", "0.0042", "0.0042"),
    ("0.004216", "USD", "0.00", "0.004216", "0.0042", "0.004216"),
    ("-0.004216", "USD", "0.00", "-0.004216", "-0.0042", "-0.004216"),
    ("0.00012", "USD", "0.00", "0.00012", "0.00012", "0.00012"),
    ("0.00012345", "USD", "0.00", "0.0001235", "0.0001235", "0.00012345"),
    ("0.00000001", "USD", "0.00", "0.00000001", "0.00000001", "0.00000001"),
    ("-0.000000001", "USD", "0.00", "0.00", "0.00", "0.00"),
    ("0.90000001", "EUR", "0.90", "0.90", "0.90", "0.90000001"),
    ("999999999999.999999", "USD", "1,000,000,000,000.00", "1,000,000,000,000.00", "1,000,000,000,000.00",
     "999,999,999,999.999999"),
    ("1234.5", "JPY", "1,235", "1,235", "1,234.5", "1,234.5"),
    ("1200", "JPY", "1,200", "1,200", "1,200", "1,200"),
    ("0.42135", "JPY", "0", "0.4214", "0.4214", "0.42135"),
    ("1.23456", "KWD", "1.235", "1.235", "1.2346", "1.23456"),
    ("0.0012", "KWD", "0.001", "0.001", "0.0012", "0.0012"),
    ("0.00042", "KWD", "0.000", "0.00042", "0.00042", "0.00042"),
    ("12.5", "CLF", "12.5000", "12.5000", "12.5000", "12.5000"),
    ("12.5", "USDT", "12.50", "12.50", "12.50", "12.50"),
    ("12.5", "", "12.50", "12.50", "12.50", "12.50"),
]  # fmt: skip


OF_CHARGE = '<span class="small muted clip">of 0.50 USD</span>'


def render(source: str, **context: object) -> str:
    return Template("{% load dashboard %}" + source).render(Context(context)).replace("\u00a0", " ")


@pytest.mark.parametrize(("amount", "currency", "total", "money", "price", "exact"), TABLE)
def test_each_kind_of_number_has_its_decimals(amount, currency, total, money, price, exact):
    def shown(text):
        text, whole = (f"{each} {currency}".rstrip() for each in (text, exact))
        return text if text == whole else f'<span title="{whole}">{text}</span>'

    found = {"amount": Decimal(amount), "currency": currency}
    assert render("{% total amount currency %}", **found) == shown(total)
    assert render("{% money amount currency %}", **found) == shown(money)
    assert render("{% price_amount amount currency %}", **found) == shown(price)
    assert render("{% exact amount currency %}", **found) == f"{exact} {currency}".rstrip()
    assert numbers.money_text(Decimal(amount), currency).replace("\u00a0", " ") == f"{money} {currency}".rstrip()


@pytest.mark.parametrize("tag", ["money", "total", "spend", "rate", "price_amount", "exact"])
def test_an_amount_that_is_not_known_is_a_dash(tag):
    assert render(f"{{% {tag} amount 'USD' %}}", amount=None) == "–"


@pytest.mark.parametrize("write", [numbers.money_text, numbers.exact, numbers.exact_rate])
def test_a_sentence_is_plain_text(write):
    assert write(None, "USD") == "–"
    assert write(Decimal(1), "<b>").startswith("1.00\u00a0<b>")


@pytest.mark.parametrize("write", [numbers.total, numbers.money, numbers.price, numbers.exact])
def test_an_amount_of_very_many_digits_fails_no_page(write):
    """A converted price can have them, and so can the price of an order whose charge makes no sense."""
    assert write(Decimal("1e24"), "USD").startswith("1,000,000,000,000,000,000,000,000.00")


def test_a_whole_number_is_an_amount_too():
    assert render("{% money 12 'USD' %}") == "12.00 USD"


def test_a_price_says_per_1000():
    assert render("{% rate amount 'EUR' %}", amount=Decimal("0.9")) == "0.90 EUR per 1000"
    text = render("{% rate amount 'EUR' %}", amount=Decimal("0.98765"))
    assert text == '<span title="0.98765 EUR">0.9877 EUR</span> per 1000'
    assert numbers.exact_rate(Decimal("0.98765"), "EUR") == "0.98765\u00a0EUR per\u00a01000"


def test_an_estimate_has_its_sign_before_the_amount_and_the_title():
    assert render("{% money amount 'EUR' is_expected=3 %}", amount=Decimal("1.2")) == "≈ 1.20 EUR"
    text = render("{% total amount 'EUR' is_expected=True %}", amount=Decimal("1.234"))
    assert text == '<span title="≈ 1.234 EUR">≈ 1.23 EUR</span>'


@pytest.mark.parametrize(
    ("amount", "is_expected", "text"),
    [
        (None, 0, "–"),
        (Decimal(0), 0, "–"),
        (Decimal(0), 2, "≈ 0.00 USD"),
        (Decimal("1.5"), 0, "1.50 USD"),
        (Decimal("0.001"), 0, '<span title="0.001 USD">0.00 USD</span>'),
    ],
)
def test_spend_is_a_dash_only_where_nothing_was_spent(amount, is_expected, text):
    assert render("{% spend amount 'USD' is_expected=is_expected %}", amount=amount, is_expected=is_expected) == text


@pytest.mark.parametrize("tag", ["money", "total", "price_amount", "rate"])
@pytest.mark.parametrize("amount", ["1", "1.23456"])
def test_a_currency_from_a_panel_is_escaped(tag, amount):
    assert "<b>" not in render(f"{{% {tag} amount currency %}}", amount=Decimal(amount), currency="<b>")


def test_the_currency_can_stand_in_the_head_alone():
    found = {"amount": Decimal("0.1234"), "currency": "USD"}
    text = render("{% money amount currency with_currency=False %}", **found)
    assert text == '<span title="0.1234 USD">0.12</span>'
    assert render("{% money amount 'JPY' with_currency=False %}", amount=Decimal(12)) == "12"


@pytest.mark.parametrize(
    ("amount", "currency", "html"),
    [
        ("12.5", "USD", '12.50<span class="pad pad--2"></span> USD'),
        ("0.00421", "USD", '0.00421<span class="pad pad--5"></span> USD'),
        ("1.5", "KWD", '1.500<span class="pad pad--3"></span> KWD'),
        ("1200", "JPY", '1,200<span class="pad pad--0"></span> JPY'),
        ("0.129", "USD", '<span title="0.129 USD">0.13<span class="pad pad--2"></span> USD</span>'),
    ],
)
def test_a_number_in_a_column_is_filled_up_to_the_decimals_of_the_others(amount, currency, html):
    assert render("{% money amount currency is_aligned=True %}", amount=Decimal(amount), currency=currency) == html


def test_the_style_sheet_knows_every_number_of_decimals():
    css = (Path(settings.BASE_DIR) / "static/app.css").read_text()
    for decimals in range(2, numbers.ALL_DECIMALS + 1):
        assert f".pad--{decimals} {{ --own: {decimals}; }}" in css
        assert f".table:has(.pad--{decimals}) {{ --longest: {decimals}; }}" in css


def found(amount, *, is_expected=False):
    return SimpleNamespace(amount=Decimal(amount), is_expected=is_expected)


@pytest.mark.parametrize(
    ("cost", "options", "html"),
    [
        (None, {}, "–"),
        (found("0.5"), {}, "0.50 USD"),
        (found("0"), {}, "–"),
        (found("0.5", is_expected=True), {}, '<span class="muted" title="Expected">≈ 0.50 USD</span>'),
        (found("0", is_expected=True), {}, '<span class="muted" title="Expected">≈ 0.00 USD</span>'),
        (found("0.5"), {"expected": Decimal("0.50")}, "0.50 USD"),
        (
            found("0.5"),
            {"expected": Decimal("0.9")},
            '0.50 USD <span class="small muted clip">≈ 0.90 USD expected</span>',
        ),
        (
            found("0.2"),
            {"charged": Decimal("0.5")},
            f'<span title="Charged, and partly given back">0.20 USD {OF_CHARGE}</span>',
        ),
        (
            found("0"),
            {"charged": Decimal("0.5")},
            f'<span title="Charged, and given back in full">– {OF_CHARGE}</span>',
        ),
        (
            found("0", is_expected=True),
            {"charged": Decimal("0.5")},
            f'<span title="The money given back is not confirmed">≈ 0.00 USD {OF_CHARGE}</span>',
        ),
        (found("0.5"), {"with_currency": False}, "0.50"),
        (found("0.5"), {"is_aligned": True}, '0.50<span class="pad pad--2"></span> USD'),
        (
            found("0.2"),
            {"charged": Decimal("0.5"), "with_currency": False},
            '<span title="Charged, and partly given back">0.20 <span class="small muted clip">of 0.50</span></span>',
        ),
    ],
)
def test_a_cost_says_what_is_estimated_and_what_came_back(cost, options, html):
    assert numbers.cost(cost, "USD", **options).replace("\u00a0", " ") == html


@pytest.mark.parametrize(("number", "text"), [(12345, "12,345"), ("10,000+", "10,000+"), (None, "–"), (0, "0")])
def test_count_groups_numbers_and_leaves_words(number, text):
    assert render("{% count number %}", number=number) == text


def test_a_count_that_stopped_says_so():
    assert (numbers.total_count(10_000), numbers.total_count(10_001)) == ("10,000", "10,000+")
