"""Templates rendered once, with places left open for what each request says.

A page of which nearly everything is always the same is kept as stretches of finished text; a
request fills in the places between them. A place is the `slot` tag in a template, or `mark`
where a template prints a variable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

MARK = "\x1f"
"""Unit separator: no text that the product holds may have it, and no page shows it."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A place between two stretches of finished text: what goes there, and for which code."""

    kind: str
    code: str = ""


Segments = tuple[str | Placeholder, ...]


def mark(kind: str, code: str = "") -> str:
    return f"{MARK}{kind} {code}{MARK}"


def prerender(template: str, context: Mapping[str, Any]) -> Segments:
    """The template's text, cut at its places; blank lines and indents are left out."""
    text = get_template(template).render(dict(context))
    pieces: list[str | Placeholder] = []
    for place, piece in enumerate(re.split(f"{MARK}([^{MARK}]*){MARK}", text)):
        if place % 2:
            pieces.append(Placeholder(*piece.split(" ")))
        else:
            pieces.append(re.sub(r"\n\s*", "\n", piece))
    return tuple(pieces)


def fill_in(pieces: Segments, fill: Mapping[str, Callable[[str], str]]) -> SafeString:
    """The whole text; `fill` makes the HTML of each kind of place from its code."""
    # Safe: the stretches come from templates, which escape, and so must what `fill` makes.
    return mark_safe("".join(_filled(pieces, fill)))  # noqa: S308


def _filled(pieces: Segments, fill: Mapping[str, Callable[[str], str]]) -> Iterator[str]:
    for piece in pieces:
        yield piece if isinstance(piece, str) else fill[piece.kind](piece.code)
