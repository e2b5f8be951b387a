"""The placeholder tag of pre-rendered templates."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assessments.components.prerendered import placeholder_marker

register = template.Library()


@register.simple_tag
def placeholder(name: str, argument: str = "") -> SafeString:
    """A place that each request fills in; see `assessments.components.prerendered`."""
    return format_html("{}", placeholder_marker(name, argument))
