"""Strict reading of TOML: every key is known, present and of its type, else CatalogueError."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from assessments.catalogue.errors import CatalogueError

T = TypeVar("T")


class Table:
    """One table of a file. Used in a `with`, it refuses keys that were never read."""

    def __init__(self, content: Mapping[str, Any], file: str, place: str = "") -> None:
        self.content = content
        self.file = file
        self.place = place
        self._read: set[str] = set()

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self,
        error: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        unknown = [key for key in self.content if key not in self._read]
        if error is None and unknown:
            self.refuse(f"unknown key {', '.join(unknown)}")

    def refuse(self, problem: str) -> NoReturn:
        raise CatalogueError(self.file, self.place, problem)

    def named(self, place: str) -> Table:
        """Return the same table, with a clearer place for the messages that follow."""
        self.place = place
        return self

    def text(self, key: str, default: str | None = None) -> str:
        return self._value(key, str, "text", default)

    def filled(self, key: str) -> str:
        """Return text that is not empty."""
        return self.text(key) or self.refuse(f"{key} is empty")

    def integer(self, key: str) -> int:
        return self._value(key, int, "a whole number")

    def optional_integer(self, key: str) -> int | None:
        return self.integer(key) if key in self.content else None

    def boolean(self, key: str) -> bool:
        return self._value(key, bool, "true or false")

    def optional_boolean(self, key: str) -> bool | None:
        return self.boolean(key) if key in self.content else None

    def optional_text(self, key: str) -> str | None:
        return self.filled(key) if key in self.content else None

    def day(self, key: str) -> date:
        return self._value(key, date, "a date")

    def optional_day(self, key: str) -> date | None:
        return self.day(key) if key in self.content else None

    def items(self, key: str, default: list[Any] | None = None) -> list[Any]:
        """Return a list of anything, for the caller to check."""
        return self._value(key, list, "a list", default)

    def texts(self, key: str, default: list[Any] | None = None) -> tuple[str, ...]:
        """Return a list of text, with nothing empty and nothing twice."""
        return self.distinct(key, self.items(key, default))

    def distinct(self, key: str, values: object) -> tuple[str, ...]:
        """Return `values` as a list of text, with nothing empty and nothing twice."""
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self.refuse(f"{key} must be a list of text")
        for value, times in Counter(values).items():
            if not value:
                self.refuse(f"{key} holds an empty text")
            if times > 1:
                self.refuse(f"{key} holds {value} twice")
        return tuple(values)

    def mapping(self, key: str) -> dict[str, Any]:
        """Return a table as it stands, for the caller to check; nothing where it is left out."""
        return self._value(key, dict, "a table", {})

    def table(self, key: str) -> Table:
        return Table(self._value(key, dict, "a table"), self.file, self._within(key))

    def tables(self, key: str, *, optional: bool = False) -> Iterator[Table]:
        """Yield the tables of an array, each placed by its number until it is `named`."""
        for number, content in enumerate(self.items(key, [] if optional else None), start=1):
            if not isinstance(content, dict):
                self.refuse(f"{key} must be an array of tables")
            yield Table(content, self.file, self._within(f"{key} number {number}"))

    def _within(self, place: str) -> str:
        return f"{self.place}, {place}" if self.place else place

    def _value(self, key: str, kind: type[T], called: str, default: T | None = None) -> T:
        self._read.add(key)
        value = self.content.get(key, default)
        if value is None:
            self.refuse(f"{key} is missing")
        # Not isinstance: True is an int, and a datetime a date, which no key here means.
        if type(value) is not kind:
            self.refuse(f"{key} must be {called}")
        return value


def read(path: Path) -> Table:
    """Return the file's outermost table; raise CatalogueError if it is missing or not TOML."""
    file = f"{path.parent.name}/{path.name}"
    try:
        return Table(tomllib.loads(path.read_text(encoding="utf-8")), file)
    except FileNotFoundError:
        raise CatalogueError(file, "", "the file is missing") from None
    except UnicodeDecodeError as error:
        raise CatalogueError(file, "", f"is not UTF-8: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(file, "", f"is not TOML: {error}") from error


def unique(
    tables: Iterator[Table], build: Callable[[Table], T], key: Callable[[T], str]
) -> dict[str, T]:
    """Return what `build` makes of each table, by `key`; refuse a second with the same key."""
    found: dict[str, T] = {}
    for table in tables:
        with table:
            value = build(table)
            if key(value) in found:
                table.refuse("stands twice")
            found[key(value)] = value
    return found
