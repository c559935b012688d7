"""The page of the reporting currency and the exchange rates."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from panels.catalog.offers import compare_anew
from panels.forms.rates import RateFileForm, RateForm, ReportingCurrencyForm
from panels.models import JobRun
from panels.money.exchange import FRESH_FOR, Converter
from panels.money.rates import (
    is_fetch_wanted,
    set_reporting_currency,
    store_file,
    store_typed,
    used_currencies,
    used_rates,
)
from panels.templatetags.exchange import rate_words

MAY_CHANGE = "panels.change_preferences"


@permission_required(MAY_CHANGE, raise_exception=True)
@require_safe
def rates(request: HttpRequest) -> HttpResponse:
    """Show the reporting currency, and the newest rate of each currency in use."""
    return _show(request)


@permission_required(MAY_CHANGE, raise_exception=True)
@require_POST
def rates_currency(request: HttpRequest) -> HttpResponse:
    """Set the reporting currency."""
    form = ReportingCurrencyForm(request.POST)
    if not form.is_valid():
        return _show(request, currency_form=form)
    currency = form.cleaned_data["reporting_currency"]
    if not set_reporting_currency(currency):
        messages.info(request, "Nothing was changed.")
        return redirect("rates")
    compare_anew()
    if currency and (lacking := Converter.read().lacking(used_currencies())):
        rates = f"the rate{'s' if len(lacking) > 1 else ''} of {' and '.join(lacking)}"
        messages.warning(
            request, f"Prices are compared in {currency} from now on, but not all of them without {rates}."
        )
    elif currency:
        messages.success(request, f"Prices are compared in {currency} from now on.")
    else:
        messages.success(request, "Prices in different currencies are not compared any more.")
    return redirect("rates")


@permission_required(MAY_CHANGE, raise_exception=True)
@require_POST
def rates_type(request: HttpRequest) -> HttpResponse:
    """Store a typed rate."""
    form = RateForm(request.POST)
    if not form.is_valid():
        return _show(request, rate_form=form)
    line = form.line
    counts = store_typed(line, request.user)
    compare_anew()
    messages.success(request, f"Stored: 1 EUR = {line.per_euro:f} {line.currency}.")
    if counts.day > line.day:
        messages.warning(request, f"A newer rate counts: {rate_words(counts)}.")
    return redirect("rates")


@permission_required(MAY_CHANGE, raise_exception=True)
@require_POST
def rates_file(request: HttpRequest) -> HttpResponse:
    """Store the rates of an uploaded file, all or none."""
    form = RateFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, file_form=form)
    store_file(form.lines, form.cleaned_data["file"].name, request.user)
    compare_anew()
    number = len(form.lines)
    messages.success(request, "1 rate was stored." if number == 1 else f"{number:,} rates were stored.")
    return redirect("rates")


def _show(request: HttpRequest, **refused: Any) -> HttpResponse:
    """Show the page, with the form that was refused in its place."""
    converter = Converter.read_all()
    context = {
        "currency": converter.currency,
        "rows": used_rates(converter),
        "known": converter.known,
        "fresh_days": FRESH_FOR.days,
        "has_bank": bool(settings.EXCHANGE_RATES_URL),
        "is_fetched": is_fetch_wanted(),
        "job": JobRun.objects.filter(name=JobRun.RATES).first(),
        "currency_form": ReportingCurrencyForm(initial={"reporting_currency": converter.currency}),
        "rate_form": RateForm(),
        "file_form": RateFileForm(),
    }
    return render(request, "panels/rates.html", context | refused, status=422 if refused else 200)
