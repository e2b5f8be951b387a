"""Files of a large census year beside COPY of the same rows, and the pages about that year.

Each file is made in a process of its own, whose memory is measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from time import perf_counter
from typing import BinaryIO

import django
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from benchmarks.census import peak_memory

FORMATS = ("xml", "csv-long")
MADE_AT = "2026-05-01T09:00:00"
RUNS = 40


@dataclass(frozen=True, slots=True)
class Exports:
    """Seconds on the clock, but for the pages."""

    year: str
    assessments: int
    copied: float
    """The rows of which a file is made, as the database hands them over."""
    written: dict[str, float]
    """Each format, not judged."""
    whole: dict[str, float]
    """Each format, judged; XML is read back for it."""
    memory: float
    """The most that a process had, in megabytes."""
    pages: dict[str, float]
    """The pages about the year, in milliseconds."""


def measure() -> Exports:
    """Measure the last year that has ended, in the default database."""
    from assessments import queries

    name = [*queries.return_years(timezone.localdate())][-2]
    # Findings are kept before anything is measured.
    pages = _pages(name)
    copied, memory, _ = _in_a_process(name, "copy", "rows")
    written, whole = {}, {}
    for each in FORMATS:
        written[each], its, _ = _in_a_process(name, "written", each)
        whole[each], of_all, assessments = _in_a_process(name, "whole", each)
        memory = max(memory, its, of_all)
    return Exports(name, int(assessments), copied, written, whole, memory, pages)


def _pages(name: str) -> dict[str, float]:
    from assessments import queries
    from assessments.models import CensusCheck
    from assessments.services.returns import check_year
    from benchmarks.measure import medians
    from benchmarks.people import one_of
    from benchmarks.visitor import Visitor
    from cinfactors.accounts.models import Role

    if not CensusCheck.objects.filter(year=name).exists():
        check_year(queries.return_years(timezone.localdate())[name])
    officer = one_of(Role.DATA_OFFICER)
    if officer is None:
        raise LookupError("no data officer is in the database")
    visitor = Visitor(officer)
    addresses = {"census": reverse("census"), "figures": reverse("census_figures")}
    ready = {what: visitor.get(f"{at}?year={name}") for what, at in addresses.items()}
    subjects = {what: (lambda send=send: send) for what, send in ready.items()}
    return medians(subjects, clock=perf_counter, runs=RUNS, warm_up=3)


def _in_a_process(year: str, how: str, what: str) -> tuple[float, float, float]:
    """Return the seconds, the peak memory in megabytes, and the number of assessments."""
    from benchmarks.browser import environment

    done = subprocess.run(  # noqa: S603  this module, in a process of its own
        [sys.executable, "-m", "benchmarks.exports", year, how, what],
        env=os.environ | environment() | {"LEA": "330"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seconds, memory, assessments = done.stdout.split()
    return float(seconds), float(memory), float(assessments)


def main() -> None:
    """Print the seconds, the peak memory in megabytes, and the number of assessments."""
    year, how, what = sys.argv[1:]
    django.setup()
    with tempfile.TemporaryFile() as file:
        started = perf_counter()
        made = {"copy": _copy, "written": _write, "whole": _export}[how](year, what, file)
        print(perf_counter() - started, peak_memory(), made)


def _copy(name: str, what: str, file: BinaryIO) -> int:
    from assessments import queries
    from assessments.queries.returns import ROWS_OF_A_YEAR, parameters_of_year

    year = queries.return_years(timezone.localdate())[name]
    values = parameters_of_year(year, year.reference_date)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({ROWS_OF_A_YEAR}) TO STDOUT", values) as rows,
    ):
        for each in rows:
            file.write(each)
    return 0


def _write(name: str, what: str, file: BinaryIO) -> int:
    from assessments import queries
    from assessments.census.message import Header, Message
    from assessments.census.spreadsheets import table
    from assessments.census.write import write
    from assessments.services.returns.tables import SHAPES

    year = queries.return_years(timezone.localdate())[name]
    found = queries.children_in_return(year, year.reference_date)
    with transaction.atomic(), closing(found):
        if what == "xml":
            write(Message(Header(), (each.child for each in found)), file)
        else:
            shape = SHAPES[what](year)
            with table(file, shape.headings) as write_rows:
                for each in found:
                    write_rows(shape.rows(each))
    return 0


def _export(name: str, what: str, file: BinaryIO) -> int:
    from assessments import queries
    from assessments.services.returns import Export, Format, export_return
    from benchmarks.people import one_of
    from cinfactors.accounts.models import Role

    year = queries.return_years(timezone.localdate())[name]
    officer = one_of(Role.DATA_OFFICER)
    if officer is None:
        raise LookupError("no data officer is in the database")
    officer.exports_restricted = True
    officer.save(update_fields=["exports_restricted"])
    wanted = Export(year, year.reference_date, MADE_AT, format=Format(what), allow_errors=True)
    return export_return(wanted, by=officer, file=file).assessments


if __name__ == "__main__":
    main()
