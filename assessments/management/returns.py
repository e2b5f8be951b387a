"""What the commands about census returns have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.core.management.base import CommandError, CommandParser

from assessments.census.errors import Refused
from assessments.census.report import plain
from assessments.services import NotPermitted
from assessments.services.returns import ReturnRefused

FOR_WHOM = "the data officer for whom it is made; needed where restricted records are in it"


def add_return_and_output(parser: CommandParser, output: str) -> None:
    parser.add_argument("--return", required=True, type=Path, metavar="THEIRS.xml", dest="theirs")
    parser.add_argument("--output", required=True, type=Path, metavar=output)
    parser.add_argument("--by", metavar="USERNAME", help=FOR_WHOM)


@contextmanager
def refusals_said(by: str | None) -> Iterator[None]:
    """Turn the refusals of services into words for who runs a command."""
    try:
        yield
    except NotPermitted as refusal:
        raise CommandError(f"{by} is not a data officer who may sign in.") from refusal
    except ReturnRefused as refusal:
        raise CommandError(f"{refusal}. Nothing was written.") from refusal


@contextmanager
def return_of_theirs(theirs: Path, output: Path) -> Iterator[BinaryIO]:
    """Give the return that the case system made, to be read. Raise CommandError."""
    if output.resolve() == theirs.resolve():
        raise CommandError("The return would be lost: give --output another name.")
    try:
        file = theirs.open("rb")
    except OSError as error:
        raise CommandError(f"{theirs} cannot be read: {error.strerror}") from error
    with file:
        try:
            yield file
        except Refused as refusal:
            reason = plain(str(refusal))
            raise CommandError(f"{theirs}: {reason}. Nothing was written.") from refusal
