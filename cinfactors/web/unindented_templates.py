"""Load the product's own HTML templates without the indentation of their source.

Templates are indented to be read; nobody is sent that. Only the source loses white space, once,
when it is loaded: what a template prints, such as a text with several lines in a box, has all of
its own. Line breaks stay, so that words keep apart and errors name the right line.
"""

from __future__ import annotations

from django.template import Origin
from django.template.loaders import filesystem


class Loader(filesystem.Loader):
    """Read templates from `DIRS`, those in HTML unindented."""

    def get_contents(self, origin: Origin) -> str:
        source = super().get_contents(origin)
        return unindented(source) if origin.name.endswith(".html") else source


def unindented(source: str) -> str:
    """Return the source without white space at its ends and at the ends of its lines."""
    return "\n".join(line.strip() for line in source.strip().split("\n"))
