"""Registers the tag for icons."""

from django import template

from panels.pages.icons import lucide

register = template.Library()
register.simple_tag(lucide)
