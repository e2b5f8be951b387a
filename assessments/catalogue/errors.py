"""The errors of reading an edition or looking one up."""

from __future__ import annotations

from datetime import date


class CatalogueError(Exception):
    """A file of the catalogue cannot be read; the message says which, where and why."""

    def __init__(self, file: str, place: str, problem: str) -> None:
        self.file = file
        self.place = place
        self.problem = problem
        super().__init__(f"{file}: {place}: {problem}" if place else f"{file}: {problem}")


class NoEditionInForce(LookupError):
    """No edition was in force on a day, so that its codes are not known."""

    def __init__(self, day: date) -> None:
        self.day = day
        super().__init__(f"no edition of the guide held here was in force on {day:%d %B %Y}")
