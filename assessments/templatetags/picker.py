"""The placeholder tag of pre-rendered templates."""

from __future__ import annotations

from django import template

from assessments.components import prerendered

register = template.Library()


@register.simple_tag
def placeholder(name: str, argument: str = "") -> str:
    """A place that each request fills in; see `assessments.components.prerendered`."""
    return prerendered.placeholder(name, argument)
