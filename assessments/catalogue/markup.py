"""The two marks of the guide's text in TOML: **bold** and [[name of a source]].

They do not nest, are not empty, and close in the paragraph where they open.
"""

from __future__ import annotations

import re

from assessments.catalogue.types import Emphasis, Paragraph, Run

_MARK = re.compile(r"\*\*|\[\[|\]\]")
_OPENS = {"**": Emphasis.BOLD, "[[": Emphasis.SOURCE}
_CLOSES = {"**": Emphasis.BOLD, "]]": Emphasis.SOURCE}
_BRACKETS = re.compile(r"(?<!\[)\[(?!\[)|(?<!\])\](?!\])|\[{3}|\]{3}|(?<!\*)\*(?!\*)|\*{3}")


class MarkupError(ValueError):
    """The marks of a paragraph do not pair; the message quotes where."""


def paragraph(marked: str) -> Paragraph:
    """Return `marked` as runs of text.

    Raise MarkupError where its marks are unbalanced, nested or empty.
    """
    if not marked or marked != marked.strip():
        raise MarkupError(f"is empty or has space around it: {_excerpt(marked, 0)}")
    if "\n" in marked or "  " in marked:
        raise MarkupError(f"has a line break or two spaces together: {_excerpt(marked, 0)}")
    if lone := _BRACKETS.search(marked):
        raise MarkupError(f"{lone[0]} is not a mark: {_excerpt(marked, lone.start())}")
    runs: list[Run] = []
    emphasis = Emphasis.PLAIN
    start = 0
    for mark in _MARK.finditer(marked):
        text = marked[start : mark.start()]
        if emphasis is Emphasis.PLAIN:
            if mark[0] not in _OPENS:
                raise MarkupError(f"{mark[0]} closes nothing: {_excerpt(marked, mark.start())}")
            if text:
                runs.append(Run(text))
            emphasis = _OPENS[mark[0]]
        else:
            if _CLOSES.get(mark[0]) is not emphasis:
                raise MarkupError(
                    f"{mark[0]} stands within {emphasis}: {_excerpt(marked, mark.start())}"
                )
            if not text:
                raise MarkupError(f"the {emphasis} is empty: {_excerpt(marked, mark.start())}")
            runs.append(Run(text, emphasis))
            emphasis = Emphasis.PLAIN
        start = mark.end()
    if emphasis is not Emphasis.PLAIN:
        raise MarkupError(f"the {emphasis} is not closed: {_excerpt(marked, start)}")
    if marked[start:]:
        runs.append(Run(marked[start:]))
    return Paragraph(tuple(runs))


def _excerpt(marked: str, at: int) -> str:
    return repr(marked[max(0, at - 20) : at + 40])
