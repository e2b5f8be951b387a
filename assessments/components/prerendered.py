"""Templates rendered once and kept, with placeholders that each request fills in.

A page of which nearly everything is always the same is kept as HTML; a request fills in the
placeholders in it. A placeholder is the `placeholder` tag in a template, or `placeholder` as the
value of a variable that a template prints.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

MARKER = "\x1f"
"""Unit separator: no text that the product stores may have it, and no page shows it."""

Fillings = Mapping[str, Callable[[str], str]]
"""By the name of a placeholder: what makes its HTML from its argument, a code or a domain."""


def placeholder(name: str, argument: str = "") -> str:
    """Return the text that stands for a placeholder until the template has been rendered."""
    return f"{MARKER}{name} {argument}{MARKER}"


def attribute(name: str, value: str | None = None) -> str:
    """Return an attribute for a placeholder inside of a tag; nothing for an empty value."""
    if value is None:
        return f" {name}"
    return format_html(' {}="{}"', name, value) if value else ""


def _compact(html: str) -> str:
    """Return the HTML without the empty lines that tags of templates leave, each tag on a line.

    What fills a placeholder, such as a text with several lines, comes later and keeps its own.
    """
    html = re.sub(r"\n{2,}", "\n", html)
    return re.sub(
        r"<[a-z][^<>]*>", lambda tag: re.sub("[ \n]+", " ", tag[0]).replace(" >", ">"), html
    )


class Prerendered:
    """A template that is rendered with its context once, but for its placeholders."""

    def __init__(self, template: str, context: Mapping[str, Any]) -> None:
        html = _compact(get_template(template).render(dict(context)))
        # Every other part is what the pattern's group has found: the inside of a marker.
        self._html, *parts = re.split(f"{MARKER}([^{MARKER}]*) ([^{MARKER}]*){MARKER}", html)
        self._filled_and_html = tuple(zip(parts[0::3], parts[1::3], parts[2::3], strict=True))

    def fill_in(self, fillings: Fillings) -> SafeString:
        """Return the whole HTML, with each placeholder filled in."""
        html = "".join(self._filled(fillings))
        return mark_safe(html)  # noqa: S308  of templates, which escape, as must what fills it

    def _filled(self, fillings: Fillings) -> Iterator[str]:
        yield self._html
        for name, argument, html in self._filled_and_html:
            yield fillings[name](argument)
            yield html
