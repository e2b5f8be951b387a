"""Templates rendered once and cached as segments, with placeholders that each request fills in.

A page of which nearly everything is always the same is kept as segments of cached HTML; a request
fills in the placeholders between them. A placeholder is the `placeholder` tag in a template, or
`placeholder_marker` as the value of a variable that a template prints.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

MARKER = "\x1f"
"""Unit separator: no text that the product stores may have it, and no page shows it."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A place between two segments of cached HTML: its name, and for which code or domain."""

    name: str
    argument: str = ""


Segments = tuple[str | Placeholder, ...]
"""Cached HTML, with the placeholders in it."""

Renderers = Mapping[str, Callable[[str], str]]
"""By the name of a placeholder: what makes its HTML from its argument."""


def placeholder_marker(name: str, argument: str = "") -> str:
    """Return the text that stands for a placeholder until the template has been rendered."""
    return f"{MARKER}{name} {argument}{MARKER}"


def prerender(template: str, context: Mapping[str, Any]) -> Segments:
    """Render the template and split it at its placeholders, without blank lines and indents."""
    html = get_template(template).render(dict(context))
    segments: list[str | Placeholder] = []
    # Every other part is what the pattern's group has found: the inside of a marker.
    for position, part in enumerate(re.split(f"{MARKER}([^{MARKER}]*){MARKER}", html)):
        if position % 2:
            segments.append(Placeholder(*part.split(" ")))
        else:
            segments.append(re.sub(r"\n\s*", "\n", part))
    return tuple(segments)


def fill_in(segments: Segments, renderers: Renderers) -> SafeString:
    """Return the whole HTML, with the placeholders filled in by their renderers."""
    # Safe: segments come from templates, which escape, and so must what the renderers make.
    return mark_safe("".join(_filled_in(segments, renderers)))  # noqa: S308


def _filled_in(segments: Segments, renderers: Renderers) -> Iterator[str]:
    for segment in segments:
        if isinstance(segment, str):
            yield segment
        else:
            yield renderers[segment.name](segment.argument)
