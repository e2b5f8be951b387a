"""Files that commands write: whole, or not there."""

from __future__ import annotations

import fcntl
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import BinaryIO, cast

from django.core.management.base import CommandError


class Part:
    """A file beside the one to be written, which only its owner may read."""

    def __init__(self, output: Path) -> None:
        self._output = output
        _remove_what_was_left(output)
        self.file = cast(
            BinaryIO,
            tempfile.NamedTemporaryFile(  # noqa: SIM115  closed by `part_of`
                dir=output.parent, prefix=f".{output.name}.", suffix=".part", delete=False
            ),
        )
        # As long as this process lives: what nobody holds was left by one that was killed.
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def keep(self) -> None:
        """Put it in the place of the file to be written, which it replaces."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        Path(self.file.name).replace(self._output)


def _remove_what_was_left(output: Path) -> None:
    """Remove what a run that was killed left of the same file, which holds children’s records."""
    for left in output.parent.glob(f".{escape(output.name)}.*.part"):
        try:
            with left.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()
        except OSError:
            continue  # another run writes it now, or it is somebody else's
        sys.stderr.write(f"Removed {left}, which a run that was stopped had left.\n")


@contextmanager
def part_of(output: Path) -> Iterator[Part]:
    """Give a file to write, deleted at the end unless it was kept. Raise CommandError."""
    if output.is_dir():
        raise CommandError(f"{output} is a folder: give --output the name of a file.")
    try:
        part = Part(output)
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror}") from error
    try:
        yield part
    finally:
        part.file.close()
        with suppress(FileNotFoundError):
            Path(part.file.name).unlink()
