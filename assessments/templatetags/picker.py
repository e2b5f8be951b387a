"""Marks in the picker's templates where a request's own part goes."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

MARK = "\x1f"
"""Unit separator: no text of the guide may hold it, and no page shows it."""


@register.simple_tag
def slot(kind: str, code: str = "") -> SafeString:
    """A place that is filled for each request; see `assessments.layout`."""
    return format_html("{0}{1} {2}{0}", MARK, kind, code)
