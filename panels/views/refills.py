"""The list of refills."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from panels.filters import RefillFilter
from panels.models import Refill
from panels.models.order_states import RequestState
from panels.pages.filter_bar import FilterBar, render_list, without_empty
from panels.pages.htmx import wants_fragment
from panels.pages.paging import count_rows, paginate


@permission_required("panels.view_refill", raise_exception=True)
@require_safe
@without_empty
def refill_list(request: HttpRequest) -> HttpResponse:
    """List refills, the newest first."""
    found = RefillFilter(request.GET, request.user)
    refills = found.qs if found.is_valid() else Refill.objects.none()
    page = paginate(
        refills.select_related("order__panel", "order__service", "requested_by"), request.GET, sort="-requested_at"
    )
    is_sending = any(refill.state in (RequestState.QUEUED, RequestState.SENDING) for refill in page)
    context = {
        "filter": found,
        "bar": FilterBar(found, request, list_name="refills", target="refills"),
        "is_fragment": wants_fragment(request),
        "page": page,
        "total": len(page) if page.is_first and page.is_last else count_rows(refills),
        "is_filtered": any(value for name, value in request.GET.items() if name in found.filters),
        "poll": 2 if is_sending else 10 if any(refill.is_open for refill in page) else 0,
    }
    return render_list(request, "panels/refills/refill_list.html", context, partial="results")
