"""The page for a new order: search the service, fill in its fields, see the price, and place the order once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, replace_url

from panels import bell
from panels.catalog.elsewhere import elsewhere_of
from panels.filters.service_choice import find_matching, find_recent, orderable
from panels.forms.labels import LabelsForm
from panels.forms.orders import OrderForm, price_text
from panels.models import Controls, Order, Panel, Service, ServiceMark
from panels.money.costs import promised_costs
from panels.money.exchange import Converted, Converter
from panels.orders import approval, repeats
from panels.orders.placing import TokenUsedError, active_orders, build_order, place_order, target_word
from panels.pages.htmx import render_page, wants_fragment
from panels.pages.undo import say_with_undo

TEMPLATE = "panels/orders/order_new.html"
MAX_RESULTS = 20
MAX_ACTIVE = 3


class NotOrderableError(Exception):
    """The order is not possible. The text gives the reason and the next step."""


class RepeatedError(Exception):
    """The order that the form repeats was ordered again since the form was shown."""

    def __init__(self, repeat: int) -> None:
        super().__init__(repeat)
        self.repeat = repeat


@permission_required("panels.add_order", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def order_new(request: HttpRequest) -> HttpResponse:
    """Show the search, or the form of a service, and place the order."""
    if request.method == "POST":
        return _place(request)
    try:
        form = _blank_form(request.GET)
    except NotOrderableError as error:
        return _choose(request, problem=str(error))
    if form is None:
        return _choose(request)
    return _fill_in(request, form, LabelsForm(request.user, labeled=_repeated(request.GET)))


@permission_required("panels.add_order", raise_exception=True)
@require_safe
def order_new_services(request: HttpRequest) -> HttpResponse:
    """List the services that match the typed words."""
    response = _choose(request, partial="services")
    return replace_url(response, f"{reverse('order_new')}?{request.GET.urlencode()}")


@permission_required("panels.add_order", raise_exception=True)
@require_POST
def order_new_check(request: HttpRequest) -> HttpResponse:
    """Check and price the form without placing anything."""
    try:
        form = OrderForm(_find_service(request.POST.get("service", "")), request.POST)
    except NotOrderableError as error:
        return _choose(request, problem=str(error), partial="problem")
    return _fill_in(request, form, LabelsForm(request.user, request.POST), partial="answer")


def _blank_form(query: QueryDict) -> OrderForm | None:
    """Return the prefilled form for the address, or None if the address names no service."""
    service_pk, order_pk = query.get("service", ""), query.get("again", "")
    if not service_pk and ("q" in query or not order_pk):
        return None
    repeated = _find_order(order_pk) if order_pk else None
    service = repeated.service if repeated and repeated.service and not service_pk else _find_service(service_pk)
    if obstacle := _obstacle(service):
        raise NotOrderableError(obstacle)
    initial = {}
    if repeated:
        newest = repeats.newest_repeat(repeated.pk)
        initial = repeated.values | {"again": str(repeated.pk), "repeat": str(newest or "")}
    if link := query.get("link"):
        initial["link"] = link
    return OrderForm(service, initial=initial)


def _repeated(query: QueryDict) -> Order | None:
    """Return the order to repeat, with the labels that its repetition has: the client and the campaign."""
    order = Order.objects.select_related("client", "campaign").filter(pk=_read_pk(query.get("again", ""))).first()
    if order:
        order.reference = order.note = ""
    return order


def _find_service(text: str) -> Service:
    services = Service.objects.select_related("panel", "mark", "record").defer("record__tally", "record__numbers")
    service = services.filter(pk=_read_pk(text)).first()
    if service is None:
        raise NotOrderableError("This service does not exist. Nothing was placed. Choose a service from the list.")
    return service


def _find_order(text: str) -> Order:
    relations = ("service__panel", "service__mark", "service__record")
    unread = ("service__record__tally", "service__record__numbers")
    order = Order.objects.select_related(*relations).defer(*unread).filter(pk=_read_pk(text)).first()
    if order is None:
        raise NotOrderableError("The order to repeat does not exist. Nothing was placed. Choose a service.")
    return order


def _read_pk(text: str) -> int:
    """Return the pk, or 0, which no row has."""
    return int(text) if text.isdecimal() and len(text) <= 18 else 0


def _obstacle(service: Service) -> str:
    """Return the reason why this service cannot be ordered, or ""."""
    if not service.panel.is_active:
        return f"{service.panel} is inactive, so “{service.name}” cannot be ordered. Choose a service of another panel."
    if not service.is_listed:
        return f"{service.panel} no longer lists “{service.name}”, so it cannot be ordered. Choose another service."
    if why := ServiceMark.why_blocked(service):
        return f"“{service.name}” cannot be ordered. {why}"
    return ""


def _choose(request: HttpRequest, *, problem: str = "", partial: str = "order") -> HttpResponse:
    typed = request.GET.get("q", "").replace("\0", "").strip()
    found = find_matching(typed, request.user, MAX_RESULTS + 1) if typed else find_recent(request.user)
    context = {
        "problem": problem,
        **_choices(typed, found),
        "is_catalog_empty": not found and not orderable().exists(),
        "link": request.GET.get("link") or request.POST.get("link", ""),
    }
    return render_page(request, TEMPLATE, context, partial=partial, status=422 if request.method == "POST" else 200)


def _choices(typed: str, found: list[Service]) -> dict[str, Any]:
    converter, shown = Converter.read(), found[:MAX_RESULTS]
    elsewhere = elsewhere_of(service.pk for service in shown)
    return {
        "typed": typed,
        "rows": [
            (service, *price_text(service).split(" ", 1), _convert(service, converter), elsewhere.get(service.pk))
            for service in shown
        ],
        "has_more": len(found) > MAX_RESULTS,
        "max_results": MAX_RESULTS,
    }


def _convert(service: Service, converter: Converter) -> Converted | None:
    """Return the price in the reporting currency, None if it is in this currency or cannot be converted."""
    currency = service.panel.currency
    return converter.convert(service.rate_per_1000, currency) if converter.is_needed([currency]) else None


def find_choices(typed: str, user: Any, panel: Panel | None) -> dict[str, Any]:
    """Return the context of the list of services that match the typed words, at one panel or at all panels."""
    return _choices(typed, find_matching(typed, user, MAX_RESULTS + 1, panel))


def _fill_in(  # noqa: PLR0913
    request: HttpRequest,
    form: OrderForm,
    labels: LabelsForm,
    *,
    first: Order | None = None,
    repeat: int | None = None,
    is_unpriced: bool = False,
    partial: str = "order",
    status: int = 200,
) -> HttpResponse:
    """Show the form. is_unpriced: nothing but a look at the price is missing for the order."""
    is_refused = status == 422
    if partial == "order" and is_refused and labels.errors and not form.errors:
        labels.mark_first_field()
    elif partial == "order":
        form.mark_first_field()
    context = {
        "form": form,
        "labels": labels,
        "service": form.chosen,
        "price": form.terms["shown_price"],
        "checked": form.checked,
        "obstacle": _obstacle(form.chosen),
        "first": first,
        "repeat": repeat,
        "is_unpriced": is_unpriced,
        "is_refused": is_refused,
        **_warnings(form, request.user),
    }
    return render_page(request, TEMPLATE, context, partial=partial, status=status)


def _warnings(form: OrderForm, user: Any) -> dict[str, Any]:
    """Return the warnings to show before placing. They do not prevent the order. `approval`: why it waits for it."""
    panel, cost = form.chosen.panel, form.checked.cost
    values = form.checked.values
    active = list(active_orders(form.chosen, values).select_related("panel").order_by("-pk")[: MAX_ACTIVE + 1])
    promised = promised_costs([panel]).get((panel.pk, panel.currency), Decimal())
    available = None if panel.balance is None else panel.balance - promised
    short_by = Decimal() if available is None or cost is None or panel.gives_credit else cost - available
    wanted = approval.add_up([(panel.currency, cost, 1)])
    return {
        "approval": approval.find_reasons(user, wanted) if form.price else [],
        "active": active[:MAX_ACTIVE],
        "has_equivalent": any(order.service_id != form.chosen.pk for order in active[:MAX_ACTIVE]),
        "target": target_word(values.get("link", "")),
        "has_more_active": len(active) > MAX_ACTIVE,
        "promised": promised,
        "available": available,
        "short_by": short_by,
        "is_short": short_by > 0,
        "is_stopped": Controls.is_sending_stopped(),
    }


def _place(request: HttpRequest) -> HttpResponse:
    try:
        form = OrderForm(_find_service(request.POST.get("service", "")), request.POST)
    except NotOrderableError as error:
        return _choose(request, problem=str(error))
    labels = LabelsForm(request.user, request.POST)
    token = form.posted_token
    first = Order.objects.filter(token=token).first() if token else None
    is_clean = all((form.is_valid(), labels.is_valid(), not form.changes, not _obstacle(form.chosen)))
    is_fit = is_clean and form.is_price_seen
    repeat = None
    if token and (is_fit or first):
        # A used token never places again. It leads to its order, even if the service has changed since.
        try:
            with transaction.atomic():
                again = _check_repeat(request.POST, token)
                wanted = labels.save().of_order if is_fit else None
                order = build_order(form.chosen, form.checked, placed_by=request.user, token=token, labels=wanted)
                order.again_of = again
                order.send_after += timedelta(seconds=_seconds_to_take_back(request))
                order, is_new = place_order(order)
        except TokenUsedError:
            first = Order.objects.get(token=token)
        except RepeatedError as error:
            repeat = error.repeat
        except IntegrityError:
            problem = "This service was deleted with its panel meanwhile. Nothing was placed. Choose another service."
            return _choose(request, problem=problem)
        else:
            return _placed(request, order, is_new=is_new)
    form.renew(token=first is not None or token is None, repeat=repeat)
    is_unpriced = is_clean and not is_fit
    return _fill_in(request, form, labels, first=first, repeat=repeat, is_unpriced=is_unpriced, status=422)


def _check_repeat(data: QueryDict, token: UUID) -> Order | None:
    """Return the order to repeat, locked. Raises RepeatedError if somebody ordered it again meanwhile."""
    order = _repeated(data)
    if order:
        repeats.lock([order.pk])
        newest = repeats.newest_repeat(order.pk)
        is_seen = newest is None or str(newest) == data.get("repeat", "")
        # A form that was sent twice leads to its own order.
        if newest and not is_seen and not Order.objects.filter(token=token).exists():
            raise RepeatedError(newest)
    return order


def _placed(request: HttpRequest, order: Order, *, is_new: bool) -> HttpResponse:
    if is_new:
        _ring(request, order)
    else:
        messages.info(request, f"This form was already placed as order {order.pk}. Nothing was placed twice.")
    if wants_fragment(request):
        return HttpResponseClientRedirect(order.get_absolute_url())
    return redirect(order)


def _seconds_to_take_back(request: HttpRequest) -> int:
    """Return for how long an order waits. The order of a person who may not take it back does not wait."""
    return settings.TAKE_BACK_SECONDS if request.user.has_perm("panels.change_order") else 0


def _ring(request: HttpRequest, order: Order) -> None:
    """Have the order sent when its time has come, and say that it can be taken back until then."""
    if order.state == Order.State.ASKED:
        text = f"Order {order.pk} waits for approval. Nothing is sent before a manager approves it."
        messages.success(request, text)
        return
    seconds, text = _seconds_to_take_back(request), f"Order {order.pk} is queued for {order.panel}."
    bell.ring("submit", order.panel_id, delay=seconds)
    if seconds:
        say_with_undo(request, text, "order_withdraw", order.pk, until=order.send_after)
    else:
        messages.success(request, text)
