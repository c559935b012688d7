"""Registers how amounts, times, counts, states and the costs of orders look, as the templates' tags and filters."""

from django import template

from panels.models import Order
from panels.money.costs import cost_of, full_cost_of
from panels.pages import formats

register = template.Library()

for tag in (
    formats.money,
    formats.total,
    formats.rate,
    formats.count,
    formats.ago,
    formats.moment,
    formats.badge,
    formats.order_badge,
    formats.panel_badge,
    formats.total_count,
    formats.external_link,
    formats.delivered_bar,
    formats.flag,
):
    register.simple_tag(tag)
for each in (formats.span, formats.from_now, formats.without_stop):
    register.filter(each)


@register.simple_tag
def order_cost(order: Order, *, with_full: bool = False) -> str:
    """Write what an order costs.

    On request with the charge before money was given back, or with the expected cost if the charge differs from it.
    """
    if not with_full:
        return formats.cost(cost_of(order), order.currency)
    charged = full_cost_of(order) if order.given_back else None
    if charged is not None and order.given_back and order.given_back_source == Order.GivenBack.TOLD:
        charged += order.given_back
    return formats.cost(cost_of(order), order.currency, expected=order.expected_cost, charged=charged)
