"""Findings as text, for people or programs: kept back until all of them are known."""

from __future__ import annotations

import json
import tempfile
from typing import IO, Protocol

from assessments.census.rules.judge import Finding

IN_MEMORY = 16 * 1024 * 1024
"""Bytes of findings kept in memory; more go to a file that has no name and is gone with the
process."""
COLUMNS = "{:>6}  {:>7}  {:>10}  {:<20}  {:<24}  {:<8}  {}\n"
HEADINGS = (
    "Child",
    "Episode",
    "Assessment",
    "Child id",
    "Rule",
    "Severity",
    "What is wrong, and how to mend it",
)


class Writable(Protocol):
    def write(self, text: str, /) -> object: ...


class Report:
    """A table, or as JSON one object to a line. Closed at the end of a `with`.

    Findings in records that are no file, where a position says nothing, have the child's id too.
    """

    def __init__(self, *, as_json: bool = False, of_file: bool = True) -> None:
        self.number = 0
        self._writes_json, self._of_file = as_json, of_file
        self._file: IO[str] = tempfile.SpooledTemporaryFile(  # noqa: SIM115  closed in `__exit__`
            IN_MEMORY, mode="w+", encoding="utf-8"
        )

    def __enter__(self) -> Report:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def add(self, finding: Finding) -> None:
        self.number += 1
        if self._writes_json:
            self._file.write(as_json(finding, of_file=self._of_file))
            return
        if self.number == 1:
            self._file.write(COLUMNS.format(*HEADINGS))
        self._file.write(as_row(finding))

    def copy_to(self, output: Writable) -> None:
        self._file.seek(0)
        for line in self._file:
            output.write(line)


def as_json(finding: Finding, *, of_file: bool = True) -> str:
    content: dict[str, object] = {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "child": finding.child,
        "episode": finding.episode,
        "assessment": finding.assessment,
        "message": finding.message,
        "mend": finding.mend,
    }
    if not of_file:
        content |= {"child_id": finding.child_id, "if_still_open": finding.if_still_open}
    return json.dumps(content) + "\n"


def as_row(finding: Finding) -> str:
    places = [finding.child, finding.episode, finding.assessment]
    return COLUMNS.format(
        *("" if place is None else place for place in places),
        plain(finding.child_id or ""),
        finding.rule,
        finding.severity.value,
        f"{finding.message} {finding.mend}",
    )


def plain(text: str) -> str:
    """Return a text from a file as a terminal may show it."""
    return "".join(each if each.isprintable() else "?" for each in text)
