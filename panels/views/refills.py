"""The list of refills."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from panels.filters import RefillFilter
from panels.models import Refill
from panels.models.order_states import RequestState
from panels.pages.htmx import render_page
from panels.pages.paging import count_rows, paginate


@permission_required("panels.view_refill", raise_exception=True)
@require_safe
def refill_list(request: HttpRequest) -> HttpResponse:
    """List refills, the newest first."""
    found = RefillFilter(request.GET, queryset=Refill.objects.all())
    refills = found.qs if found.is_valid() else Refill.objects.none()
    page = paginate(
        refills.select_related("order__panel", "order__service", "requested_by"), request.GET, sort="-requested_at"
    )
    is_sending = any(refill.state in (RequestState.QUEUED, RequestState.SENDING) for refill in page)
    context = {
        "filter": found,
        "page": page,
        "total": len(page) if page.is_first and page.is_last else count_rows(refills),
        "is_filtered": any(value for name, value in request.GET.items() if name in found.filters),
        "poll": 2 if is_sending else 10 if any(refill.is_open for refill in page) else 0,
    }
    return render_page(request, "panels/refills/refill_list.html", context, partial="results")
