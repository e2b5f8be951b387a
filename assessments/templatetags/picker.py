"""Marks in the picker's templates where a request's own part goes."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assessments.components.prerendered import mark

register = template.Library()


@register.simple_tag
def placeholder(kind: str, code: str = "") -> SafeString:
    """A place that is filled for each request; see `assessments.components.prerendered`."""
    return format_html("{}", mark(kind, code))
