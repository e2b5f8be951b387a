"""Why a file is refused as a whole: nothing of it is judged then."""

from __future__ import annotations


class Refused(Exception):
    """The file is no return that can be read, or is made to do harm.

    `line` is where, from 1, or None where no line is to blame.
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason if line is None else f"line {line}: {reason}")
