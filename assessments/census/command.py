"""The command line: `python -m assessments.census check FILE`."""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date
from typing import IO, BinaryIO

from assessments.census.check import NotInTheYear, check
from assessments.census.errors import Refused
from assessments.census.rules.judge import Finding
from assessments.census.years import years

CLEAN, FINDINGS, REFUSED = 0, 1, 3
IN_MEMORY = 16 * 1024 * 1024
"""Bytes of findings kept in memory until the file is known to be whole; more go to a file that
has no name and is gone with the process."""
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit status: 0 clean, 1 findings, 3 unreadable or refused."""
    parser = _parser()
    options = parser.parse_args(arguments)
    write = _as_json if options.format == "json" else _as_table
    with ExitStack() as stack:
        found = stack.enter_context(
            tempfile.SpooledTemporaryFile(IN_MEMORY, mode="w+", encoding="utf-8")
        )
        try:
            file = stack.enter_context(open(options.file, "rb"))
            last = stack.enter_context(open(options.compare, "rb")) if options.compare else None
            number = _written(file, last, options, write, found)
        except NotInTheYear as error:
            parser.error(f"argument --as-at: {error}")
        except Refused as error:
            return _refused(f"{options.file}: {error}")
        except OSError as error:
            return _refused(f"{error.filename or options.file}: {error.strerror}")
        found.seek(0)
        # A terminal of another character set shows what it can.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        try:
            shutil.copyfileobj(found, sys.stdout)
            if options.format == "table":
                many = "1 finding" if number == 1 else f"{number:,} findings"
                sys.stdout.write(f"{many}\n" if number else "Nothing was found.\n")
            sys.stdout.flush()
        except BrokenPipeError:  # whoever reads has seen enough
            sys.stderr.close()
    return FINDINGS if number else CLEAN


def _written(
    file: BinaryIO,
    last: BinaryIO | None,
    options: argparse.Namespace,
    write: Callable[[IO[str], Finding], None],
    found: IO[str],
) -> int:
    findings = check(file, year=options.year, as_at=options.as_at, last_return=last)
    number = 0
    for number, finding in enumerate(findings, start=1):
        if number == 1 and options.format == "table":
            found.write(COLUMNS.format(*HEADINGS))
        write(found, finding)
    return number


def _as_json(found: IO[str], finding: Finding) -> None:
    content = {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "child": finding.child,
        "episode": finding.episode,
        "assessment": finding.assessment,
        "message": finding.message,
        "mend": finding.mend,
    }
    found.write(json.dumps(content) + "\n")


def _as_table(found: IO[str], finding: Finding) -> None:
    places = [finding.child, finding.episode, finding.assessment]
    words = f"{finding.message} {finding.mend}"
    found.write(
        COLUMNS.format(
            *("" if place is None else place for place in places),
            _plain(finding.child_id or ""),
            finding.rule,
            finding.severity.value,
            words,
        )
    )


def _plain(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text)


def _refused(reason: str) -> int:
    sys.stderr.write(f"Refused, and nothing of it judged: {_plain(reason)}\n")
    return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m assessments.census",
        description="Read a children in need census return and judge it, offline.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("check", help="say everything that the census rules find in a file")
    one.add_argument("file", metavar="FILE", help="the return, an XML file")
    one.add_argument("--format", choices=["table", "json"], default="table")
    one.add_argument(
        "--year", choices=list(years()), help="judge by this census year, not by the file’s own"
    )
    one.add_argument(
        "--as-at",
        type=_day,
        metavar="YYYY-MM-DD",
        help="judge as at a day before 31 March, and tell apart what only time makes wrong",
    )
    one.add_argument(
        "--compare", metavar="LAST.xml", help="the last return, to compare numbers with"
    )
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date written as YYYY-MM-DD") from None
