"""Tables that a spreadsheet may open: every cell a text in quotes, and none of them a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

Rows = Iterable[Iterable[str]]

# The signs that OWASP names, with the full-width forms, which some programs take for the plain.
SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
BREAKS = ("\t", "\r", "\n")


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe before what could be."""
    content = text.lstrip()
    space = text[: len(text) - len(content)]
    runs = content.startswith(SIGNS) or any(each in space for each in BREAKS)
    return f"'{text}" if runs else text


@contextmanager
def table(file: BinaryIO, headings: Iterable[str]) -> Iterator[Callable[[Rows], None]]:
    """Give a function that writes rows of comma-separated texts in UTF-8. `file` stays open.

    The cells must be safe: see `safe`, for whatever other people or systems have written.
    """
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerow(headings)
        yield writer.writerows
        text.flush()
    finally:
        text.detach()
