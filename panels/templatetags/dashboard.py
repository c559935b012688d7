"""Registers how amounts, times, counts, states and the costs of orders look, as the templates' tags and filters."""

from django import template

from panels.models import Order
from panels.models.fields import plain
from panels.money.costs import cost_of, full_cost_of
from panels.pages import links, numbers, states, times, undo

register = template.Library()

for tag in (
    numbers.money,
    numbers.exact,
    numbers.total,
    numbers.spend,
    numbers.rate,
    numbers.count,
    numbers.lasts,
    numbers.total_count,
    times.ago,
    times.moment,
    states.badge,
    states.order_badge,
    states.order_legend,
    states.panel_badge,
    states.flag,
    states.delivered_bar,
    links.external_link,
    undo.undo_of,
):
    register.simple_tag(tag)
# The tag `price` of a service is another one.
register.simple_tag(numbers.price, name="price_amount")
for each in (times.span, times.site_day, plain):
    register.filter(each)


@register.filter
def without_stop(text: str) -> str:
    """Return a text without the full stop at its end, because the sentence around it goes on."""
    return text.removesuffix(".")


@register.simple_tag
def order_cost(order: Order, *, with_full: bool = False, with_currency: bool = True, is_aligned: bool = False) -> str:
    """Write what an order costs.

    On request with the charge before money was given back, or with the expected cost if the charge differs from it. The
    other options are those of `numbers.money`.
    """
    expected = charged = None
    if with_full:
        expected = order.expected_cost
        charged = full_cost_of(order) if order.given_back else None
        if charged is not None and order.given_back and order.given_back_source == Order.GivenBack.TOLD:
            charged += order.given_back
    return numbers.cost(
        cost_of(order),
        order.currency,
        expected=expected,
        charged=charged,
        with_currency=with_currency,
        is_aligned=is_aligned,
    )
