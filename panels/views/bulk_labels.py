"""The name of a batch, the labels of the lines of a draft without own labels, and names that do not exist yet."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from panels.bell import ring
from panels.bulk.adoption import to_adopt
from panels.bulk.drafts import NotADraftError
from panels.bulk.labels import NotCreatedError, create_missing_names, set_labels
from panels.bulk.naming import rename
from panels.clients.naming import MAY_CREATE
from panels.forms.batches import NameForm
from panels.forms.labels import LabelsForm
from panels.models import Batch
from panels.views.bulk_lines import get_batch


@permission_required("panels.change_batch", raise_exception=True)
@require_POST
def bulk_rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a batch another name."""
    batch, form = get_batch(pk), NameForm(request.POST)
    if form.is_valid():
        rename(batch, form.cleaned_data["name"])
        messages.success(request, f"Batch {batch.pk} was renamed.")
    else:
        messages.error(request, f"{' '.join(map(str, form.errors['name']))} The name was not changed.")
    return redirect(batch)


@permission_required("panels.change_batch", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_labels(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the labels of the lines of a draft that have no own labels, and change them."""
    batch = get_batch(pk)
    if not batch.is_draft:
        messages.error(request, f"{batch} is no longer a draft. Change the labels of its orders on their pages.")
        return redirect(batch)
    form = LabelsForm(request.user, request.POST if request.method == "POST" else None, labeled=batch)
    if not form.is_valid():
        purpose = "For the lines that have no own labels. The panels do not get them."
        context = {"labeled": batch, "title": f"Labels of {batch}", "purpose": purpose, "labels": form}
        return render(request, "panels/labels.html", context, status=422 if form.is_bound else 200)
    try:
        set_labels(batch, form.save())
    except NotADraftError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The labels were changed. All lines were checked again.")
    return redirect(batch)


@permission_required(("panels.change_batch", *MAY_CREATE), raise_exception=True)
@require_POST
def bulk_create_names(request: HttpRequest, pk: int) -> HttpResponse:
    """Create all clients and campaigns that the lines of a batch need, and check the lines again."""
    batch = get_batch(pk)
    try:
        created = create_missing_names(batch, request.user, request.POST.get("fingerprint", ""))
    except (NotADraftError, NotCreatedError) as error:
        messages.error(request, str(error))
        return redirect(batch)
    if batch.is_adoption:
        ring_for_adoption(batch)
    done = f"{created.words} {'was' if len(created) == 1 else 'were'} created. " if created else ""
    messages.success(request, f"{done}The lines were checked again.")
    return redirect(batch)


def ring_for_adoption(batch: Batch) -> None:
    """Ring for the panels that the lines of an import wait for."""
    for panel_pk in to_adopt().filter(batch=batch).order_by("panel").values_list("panel", flat=True).distinct():
        ring("adopt", panel_pk)
