"""Starts the embedded database again when it has ended, while `make run` serves."""

from __future__ import annotations

import re
import shutil
import time

from cinfactors.dev.embedded_postgres import Server
from cinfactors.dev.install import InstallError
from cinfactors.dev.postmaster import EmbeddedPostgresError

PAUSES = (0, 1, 2, 4, 8, 15, 30)
"""Seconds before each attempt in a row; a full disk has any number of the last."""
CALM_SECONDS = 60
"""How long it must have run for an end to be the first of a row again."""
LEAST_SPACE = 32 * 1024 * 1024
"""Bytes: two segments of what it writes first, without which it does not start."""
DISK_FULL = re.compile("No space left on device|Disk quota exceeded")


class Watch:
    def __init__(self, server: Server) -> None:
        self._server = server
        self._attempts = 0
        self._next_at = 0.0
        self._said_full = False
        self._reason = ""

    def look(self) -> None:
        """Start the server if it has ended and its pause is over.

        Raise InstallError where it has not stayed up in all attempts, or its files are gone. A
        full disk is no reason to give up: once there is space, the next attempt succeeds.
        """
        now = time.monotonic()
        if not self._server.has_ended():
            if self._attempts and now > self._next_at + CALM_SECONDS:
                self._attempts = 0
            return
        if now < self._next_at:
            return
        if not self._attempts:
            _say("The database has stopped, and pages cannot be shown. It is started again.")
        elif self._attempts >= len(PAUSES) and not self._disk_is_full():
            raise InstallError(
                f"The database does not stay up, after {self._attempts} attempts: {self._reason}"
            )
        try:
            self._attempt()
        except EmbeddedPostgresError as error:
            self._reason = str(error)
            if self._disk_is_full():
                self._say_that_the_disk_is_full()
        self._next_at = time.monotonic() + PAUSES[min(self._attempts, len(PAUSES) - 1)]

    def _attempt(self) -> None:
        self._attempts += 1
        self._server.start_again()
        self._reason = f"{self._server.folder / 'data' / 'server.log'} says why it ends."
        self._said_full = False
        _say("The database runs again.")

    def _say_that_the_disk_is_full(self) -> None:
        if not self._said_full:
            _say(
                f"The disk of {self._server.folder} is full, and the database cannot run. Free "
                "some space: it starts again by itself, and nothing that was saved is lost."
            )
        self._said_full = True

    def _disk_is_full(self) -> bool:
        free = shutil.disk_usage(self._server.folder).free
        return free < LEAST_SPACE or bool(DISK_FULL.search(self._reason))


def _say(sentence: str) -> None:
    print(sentence, flush=True)
