"""A person with limits in the demo, and an order of that person that waits for approval."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal

from django.contrib.auth.models import User
from django.db.models import F, Q

from panels.models import Order, Panel, Service
from panels.orders.placing import build_order, place_order
from panels.people.order_limits import Amounts, write_limits
from panels.protocol.order_types import check

LARGEST, PER_DAY = Decimal(20), Decimal(150)
# What the order costs at least.
COST = Decimal(24)
LINK = "https://www.instagram.com/atelier.nord/"


def ask_for_approval(person: User, panel: Panel) -> Order | None:
    """Limit a person in the currency of a panel, and place an order above the limit there, if one is possible."""
    write_limits(person, {panel.currency: Amounts(LARGEST, PER_DAY)})
    # As the next page reads the person.
    limited = User.objects.get(pk=person.pk)
    fits = Q(rate_per_1000__gt=0, max_quantity__gte=COST * 1000 / F("rate_per_1000") + 1)
    # For what the link is.
    listed = Service.objects.filter(
        fits, panel=panel, type="default", is_listed=True, search_text__contains="instagram"
    )
    services = listed.select_related("panel")
    service = services.order_by("-rate_per_1000", "pk").first()
    if service is None:
        return None
    quantity = (COST * 1000 / service.rate_per_1000).quantize(Decimal(1), ROUND_UP)
    values = {"link": LINK, "quantity": str(max(quantity, service.min_quantity or 0))}
    return place_order(build_order(service, check(service.offer(), values), placed_by=limited))[0]
