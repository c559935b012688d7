"""Registers how amounts, times, counts, states and the costs of orders look, as the templates' tags and filters."""

from django import template

from panels.models import Order
from panels.money.costs import cost_of
from panels.pages import formats

register = template.Library()

for tag in (
    formats.money,
    formats.rate,
    formats.count,
    formats.ago,
    formats.badge,
    formats.order_badge,
    formats.total_count,
    formats.external_link,
    formats.delivered_bar,
    formats.flag,
):
    register.simple_tag(tag)
for each in (formats.span, formats.from_now):
    register.filter(each)


@register.simple_tag
def order_cost(order: Order, *, with_expected: bool = False) -> str:
    """Write what an order costs, and on request the expected cost beside a charge that differs from it."""
    return formats.cost(cost_of(order), order.currency, expected=order.expected_cost if with_expected else None)
