"""Files of census tasks: written and read in parts, each encrypted, in the database alone."""

from __future__ import annotations

import io
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from math import ceil
from typing import Any

from cryptography.fernet import InvalidToken
from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from assessments.models import CensusTask, CensusTaskPart
from assessments.services.returns.refusals import NoLongerReadable
from cinfactors.accounts.encryption import cipher
from cinfactors.accounts.models import User

logger = logging.getLogger("cinfactors.tasks")

UPLOAD, FILE = "upload", "file"
PART = 1024 * 1024
"""Bytes of a part, before it is encrypted; the last one of a file may have fewer."""
ROWS_TO_A_PART = 50
"""As many as a page shows."""


class PartMissing(Exception):
    """A file was deleted while it was read: what was read of it must not pass for the whole."""


def stored_name(task: CensusTask, name: str) -> str:
    """Return what a file is kept as: what is made, apart for each attempt.

    One that was given up for dead may still write, and nothing of it may get into what another
    makes.
    """
    return name if name == UPLOAD else f"{name}{_made_by(task)}"


def _made_by(task: CensusTask) -> str:
    return f" {task.attempts}"


def _sealed(task: CensusTask, name: str, number: int, content: bytes) -> bytes:
    # A key of its own, so that no part can stand in another's place.
    return cipher(f"census file {name} {number}", str(task.reference)).encrypt(content)


def _opened(task: CensusTask, part: CensusTaskPart) -> bytes:
    key = cipher(f"census file {part.name} {part.number}", str(task.reference))
    try:
        return key.decrypt(bytes(part.content))
    except InvalidToken as error:
        logger.warning("A part of census task %s cannot be decrypted", task.reference)
        raise NoLongerReadable from error


def keep_part(task: CensusTask, name: str, number: int, content: bytes) -> None:
    stored = stored_name(task, name)
    CensusTaskPart.objects.create(
        task=task, name=stored, number=number, content=_sealed(task, stored, number, content)
    )


def part_of(task: CensusTask, name: str, number: int) -> bytes | None:
    """Return a part; None where there is none. Raises NoLongerReadable."""
    part = _parts(task, name).filter(number=number).first()
    return None if part is None else _opened(task, part)


def is_readable(task: CensusTask) -> bool:
    """Return whether what the task made can be read; it is encrypted with one key, or nothing."""
    made = CensusTaskPart.objects.filter(task=task).order_by(Length("content"), "pk")
    try:
        for part in made[:1]:
            _opened(task, part)
    except NoLongerReadable:
        return False
    return True


def parts_of(task: CensusTask, name: str) -> Iterator[bytes]:
    """Yield the parts of a file in their order, each read when it is asked for.

    Raises PartMissing where one was deleted meanwhile.
    """
    for number in range(_parts(task, name).count()):
        content = part_of(task, name, number)
        if content is None:
            raise PartMissing
        yield content


def _parts(task: CensusTask, name: str) -> QuerySet[CensusTaskPart]:
    return CensusTaskPart.objects.filter(task=task, name=stored_name(task, name))


def kept_for(person: User) -> int:
    """Return how many parts of files are kept for a person: about as many megabytes."""
    files = Q(name=UPLOAD) | Q(name__startswith=f"{FILE} ")
    return CensusTaskPart.objects.filter(files, task__asked_by=person).count()


def delete_parts(task: CensusTask, *, but: str | None = None) -> None:
    parts = CensusTaskPart.objects.filter(task=task)
    (parts.exclude(name=but) if but else parts).delete()


def delete_made(task: CensusTask) -> None:
    """Delete what this attempt made."""
    CensusTaskPart.objects.filter(task=task, name__endswith=_made_by(task)).delete()


def keep_made(task: CensusTask) -> None:
    """Delete everything but what this attempt made."""
    CensusTaskPart.objects.filter(task=task).exclude(name__endswith=_made_by(task)).delete()


class PartsFile(io.RawIOBase):
    """A file of a task: written from its start, then read from it as often as is asked.

    `told` is called with the bytes read so far.
    """

    def __init__(
        self, task: CensusTask, name: str, told: Callable[[int], object] = lambda read: None
    ) -> None:
        super().__init__()
        self._task, self._name, self._told = task, name, told
        self._buffer = bytearray()
        self._number = self._position = 0
        self._is_written = False

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, content: Any, /) -> int:
        self._is_written = True
        self._buffer += content
        while len(self._buffer) >= PART:
            self._keep(PART)
        return len(content)

    def _keep(self, size: int) -> None:
        keep_part(self._task, self._name, self._number, bytes(self._buffer[:size]))
        del self._buffer[:size]
        self._number += 1

    def finish(self) -> None:
        """Keep what was written and fills no whole part."""
        if self._is_written and self._buffer:
            self._keep(len(self._buffer))
        self._is_written = False

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("only its start can be sought")
        self.finish()
        self._buffer.clear()
        self._number = self._position = 0
        return 0

    def tell(self) -> int:
        return self._position

    def read(self, size: int = -1, /) -> bytes:
        """Return so many bytes, fewer at the end of a part, none at the end of the file."""
        if not self._buffer:
            content = part_of(self._task, self._name, self._number)
            if content is None:
                return b""
            self._buffer += content
            self._number += 1
        size = len(self._buffer) if size < 0 else size
        content = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._position += len(content)
        self._told(self._position)
        return content


class Rows:
    """What a task found, in groups: of a kind, or of a rule within it; each row a list of texts."""

    def __init__(self, task: CensusTask) -> None:
        self._task = task
        self._pending: dict[str, list[list[Any]]] = {}
        self._kept: dict[str, int] = {}
        self.numbers: Counter[str] = Counter()
        """How many rows each group has."""

    def add(self, kind: str, row: list[Any], rule: str = "") -> None:
        group = f"{kind} {rule}".rstrip()
        self.numbers[group] += 1
        rows = self._pending.setdefault(group, [])
        rows.append(row)
        if len(rows) == ROWS_TO_A_PART:
            self._keep(group)

    def _keep(self, group: str) -> None:
        number = self._kept.get(group, 0)
        keep_part(self._task, group, number, json.dumps(self._pending.pop(group)).encode())
        self._kept[group] = number + 1

    def finish(self) -> None:
        for group in [*self._pending]:
            self._keep(group)


def rows_of(
    task: CensusTask, groups: Mapping[str, int], start: int = 0, stop: int | None = None
) -> Iterator[list[Any]]:
    """Yield the rows of these groups, one group after the other; of all, those from `start` on.

    `groups` says how many rows each has. No part is read in which none of the rows is. Raises
    PartMissing where one was deleted meanwhile.
    """
    first = 0
    for group, number in groups.items():
        for part in range(ceil(number / ROWS_TO_A_PART)):
            begins = first + part * ROWS_TO_A_PART
            if begins + ROWS_TO_A_PART <= start:
                continue
            if stop is not None and begins >= stop:
                return
            content = part_of(task, group, part)
            if content is None:
                raise PartMissing
            for place, row in enumerate(json.loads(content), start=begins):
                if place >= start and (stop is None or place < stop):
                    yield row
        first += number
