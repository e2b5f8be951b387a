"""Tables that a spreadsheet may open: every cell a text in quotes, and none of them a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

Rows = Iterable[Iterable[str]]

# The signs that OWASP names, with the full-width forms, which some programs take for the plain.
SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
BREAKS = ("\t", "\r", "\n")
BYTE_ORDER_MARK = "\ufeff"
"""At the start of a file, so that Excel reads it as UTF-8."""

CHANGED = re.compile(
    r"0\d+|\d{16,}|\d+[eE]\d+"
    r"|(\d{1,4})?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(\d{1,4})?",
    re.IGNORECASE,
)
"""An id that a spreadsheet changes: zeros at the start, digits that are too many, a power of ten,
a date."""


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe before what could be."""
    content = text.lstrip()
    space = text[: len(text) - len(content)]
    runs = content.startswith(SIGNS) or any(each in space for each in BREAKS)
    return f"'{text}" if runs else text


def safe_id(text: str) -> str:
    """Return an id that no spreadsheet takes for a number, a date or a formula."""
    return f"'{text}" if CHANGED.fullmatch(text) else safe(text)


def written(rows: Rows) -> str:
    """Return the rows as a part of a file of comma-separated texts. The cells must be safe."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


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
