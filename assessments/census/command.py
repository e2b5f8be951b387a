"""The command line: `python -m assessments.census check FILE`."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date

from assessments.census.check import NotInTheYear, check
from assessments.census.errors import Refused
from assessments.census.report import Report, plain
from assessments.census.years import years

CLEAN, FINDINGS, REFUSED = 0, 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit status: 0 clean, 1 findings, 3 unreadable or refused."""
    parser = _parser()
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        report = stack.enter_context(Report(as_json=options.format == "json"))
        try:
            file = stack.enter_context(open(options.file, "rb"))
            last = stack.enter_context(open(options.compare, "rb")) if options.compare else None
            for finding in check(file, year=options.year, as_at=options.as_at, last_return=last):
                report.add(finding)
        except NotInTheYear as error:
            parser.error(f"argument --as-at: {error}")
        except Refused as error:
            return _refused(f"{options.file}: {error}")
        except OSError as error:
            return _refused(f"{error.filename or options.file}: {error.strerror}")
        number = report.number
        # A terminal of another character set shows what it can.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        try:
            report.copy_to(sys.stdout)
            if options.format == "table":
                many = "1 finding" if number == 1 else f"{number:,} findings"
                sys.stdout.write(f"{many}\n" if number else "Nothing was found.\n")
            sys.stdout.flush()
        except BrokenPipeError:  # whoever reads has seen enough
            sys.stderr.close()
    return FINDINGS if number else CLEAN


def _refused(reason: str) -> int:
    sys.stderr.write(f"Refused, and nothing of it judged: {plain(reason)}\n")
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
