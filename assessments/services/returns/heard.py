"""While a task is being done: its progress, and that it is being done at all, told each second."""

from __future__ import annotations

import threading
from types import TracebackType

from django.db import DatabaseError, close_old_connections, connection
from django.db.models.functions import Now

from assessments.models import CensusTask

EVERY = 1.0
"""Seconds between two words of it."""


class NotWanted(Exception):
    """The task was stopped, or was given to another worker: what it does counts no more."""


class Heard:
    """Says from a thread of its own, with its own connection, how far a task has come.

    The task's own transaction may be open for minutes, and shows nothing to others before its
    end.
    """

    def __init__(self, asked: CensusTask) -> None:
        self._mine = CensusTask.objects.filter(
            pk=asked.pk, status=CensusTask.Status.RUNNING, attempts=asked.attempts
        )
        self._done = threading.Event()
        self._is_wanted = True
        self._progress = 0
        self._thread = threading.Thread(target=self._say, daemon=True)

    def __enter__(self) -> Heard:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def at(self, progress: int) -> None:
        """Note how far it has come. Raises NotWanted."""
        self._progress = progress
        if not self._is_wanted:
            raise NotWanted

    def one_more(self, number: int = 1) -> None:
        self.at(self._progress + number)

    def _say(self) -> None:
        while not self._done.wait(EVERY):
            try:
                close_old_connections()
                self._is_wanted = bool(self._mine.update(progress=self._progress, heard_at=Now()))
            except DatabaseError:  # a restart of the database: the next word may reach it
                continue
        connection.close()
