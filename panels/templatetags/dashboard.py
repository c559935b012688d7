"""Registers how amounts, times, counts and states look, as the templates' tags and filters."""

from django import template

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
