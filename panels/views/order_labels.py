"""The form for the labels of one order, which can be corrected in every state."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from panels.forms.labels import LabelsForm
from panels.models import Order
from panels.orders.labels import change_labels


@permission_required("panels.change_order", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def order_labels(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the labels of an order, and change them."""
    order = get_object_or_404(Order.objects.select_related("client", "campaign"), pk=pk)
    form = LabelsForm(request.user, request.POST if request.method == "POST" else None, labeled=order)
    if not form.is_valid():
        purpose = "They are for your team. The panel does not get them."
        context = {"labeled": order, "title": f"Labels of order {pk}", "purpose": purpose, "labels": form}
        return render(request, "panels/labels.html", context, status=422 if form.is_bound else 200)
    if change_labels(pk, form.save(), request.user):
        messages.success(request, "The labels were changed.")
    else:
        messages.info(request, "No label was changed, because none was different.")
    return redirect(order)
