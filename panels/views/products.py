"""The products of all panels, and the page of one product with its offers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from panels.catalog.price_steps import SHOWN_FOR, price_steps
from panels.catalog.products import rename
from panels.filters import ProductFilter
from panels.lists.products import PRODUCTS, RELATED, UNREAD, priced
from panels.lists.records import record_page
from panels.models import Product, ProductGrade
from panels.money.exchange import Converter
from panels.pages.downloads import back_to_list, files_of, send_list
from panels.pages.facets import facets_of
from panels.pages.filter_bar import FilterBar, render_list, without_empty
from panels.pages.htmx import render_page, wants_fragment
from panels.pages.limits import limited
from panels.pages.paging import find_page
from panels.pages.table import TablePage
from panels.views.catalog import services_context


@permission_required("panels.view_service", raise_exception=True)
@require_safe
@without_empty
def product_list(request: HttpRequest) -> HttpResponse:
    """Show the products of all panels, a row each, those with the most offers first."""
    found = ProductFilter(request.GET, request.user)
    sort = PRODUCTS.sort_of(request.GET)
    shown = ProductGrade.objects.select_related(*RELATED).defer(*UNREAD)
    page, total = find_page(found.rows, request.GET, sort=PRODUCTS.field_of(sort), shown=shown)
    bar = FilterBar(found, request, list_name="products", target="products")
    converter = Converter.read()
    rows = priced(page, converter)
    context = {
        "filter": found,
        "bar": bar,
        "facets": list(facets_of(bar, found.counts())),
        "page": page,
        "total": total,
        "table": TablePage(PRODUCTS, request, page.with_rows(rows), sort=sort, is_filtered=bar.is_active),
        "exports": list(files_of(request, "product_export", total)),
        "is_compared": all(row.price for row in rows if row.grade.offers),
        "currency": converter.currency,
    }
    return render_list(request, "panels/catalog/product_list.html", context, partial="products")


@permission_required("panels.view_service", raise_exception=True)
@require_safe
@limited("files")
def product_export(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """Send all pages of the list under the same query as a file."""
    found = ProductFilter(request.GET, request.user)
    if not found.is_valid():
        return back_to_list(request)
    rows = found.qs.select_related(*RELATED).defer(*UNREAD)
    sort = PRODUCTS.field_of(PRODUCTS.sort_of(request.GET))
    return send_list(
        request, PRODUCTS, rows, suffix=suffix, sort=sort, of_page=partial(priced, converter=Converter.read())
    )


@permission_required("panels.view_service", raise_exception=True)
@require_safe
@without_empty
def product_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a product costs with each class of refill, and its offers, the cheapest first."""
    product = get_object_or_404(Product.objects.select_related("record"), pk=pk)
    context = services_context(request, product=pk) | {"product": product}
    if not wants_fragment(request):
        context |= _about(request, product, context["filter"].converter)
    return render_list(request, "panels/catalog/product_detail.html", context, partial="services")


def _about(request: HttpRequest, product: Product, converter: Converter) -> dict[str, Any]:
    """Return what the page shows above the offers, which a fragment does not have."""
    grades = product.grades.select_related(*RELATED).defer(*UNREAD).order_by("refill")
    record = getattr(product, "record", None) if request.user.has_perm("panels.view_order") else None
    return {
        "grades": priced(_apart(grades), converter),
        "record": record_page(record, {"product": product.pk}) if record and record.is_counted else None,
    }


@permission_required("panels.view_service", raise_exception=True)
@require_safe
def product_prices(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the offers of a product cost over time. The page of the product loads it when it is scrolled to."""
    product = get_object_or_404(Product, pk=pk)
    context = {"product": product, "pictures": price_steps(product), "days": SHOWN_FOR.days}
    return render_page(request, "panels/catalog/product_prices.html", context, partial="pictures")


def _apart(grades: Iterable[ProductGrade]) -> list[ProductGrade]:
    """Leave out a grade that has the same offers as the next better one."""
    found = [grade for grade in grades if grade.offers]
    return [grade for grade, after in zip_longest(found, found[1:]) if after is None or after.offers != grade.offers]


@permission_required("panels.change_product", raise_exception=True)
@require_POST
def product_title(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a product another title, or its own one again."""
    product = get_object_or_404(Product, pk=pk)
    title = " ".join(request.POST.get("title", "").split())
    if "\0" in title or len(title) > Product.MAX_TITLE:
        messages.error(request, "The title has at most 200 characters. Nothing was changed.")
        return redirect(product)
    try:
        is_new = rename(product, title)
    except Product.DoesNotExist:
        messages.error(request, "No service belongs to this product any more. Nothing was changed.")
        return redirect("product_list")
    if is_new:
        messages.success(request, f"The title is “{product.title}” from now on, also after a sync.")
    else:
        messages.info(request, "The product has this title already. Nothing was changed.")
    return redirect(product)
