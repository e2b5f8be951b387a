"""Files that commands write: whole, or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from django.core.management.base import CommandError


class Part:
    """A file beside the one to be written, which only its owner may read."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self.file = cast(
            BinaryIO,
            tempfile.NamedTemporaryFile(  # noqa: SIM115  closed by `part_of`
                dir=output.parent, prefix=f".{output.name}.", suffix=".part", delete=False
            ),
        )

    def keep(self) -> None:
        """Put it in the place of the file to be written, which it replaces."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        Path(self.file.name).replace(self._output)


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
