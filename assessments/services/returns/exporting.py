"""Make the return of a census year from our records: judged before it is handed over.

It is the assessment part of a return, for the children and episodes recorded here, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from assessments import queries
from assessments.census.check import check_message
from assessments.census.message import Child, Header, Message
from assessments.census.read import read
from assessments.census.rules.judge import Finding
from assessments.census.rules.loader import Severity
from assessments.census.spreadsheets import table
from assessments.census.write import write
from assessments.census.years import CensusYear
from assessments.queries import ChildInReturn
from assessments.services.refusals import NotPermitted
from assessments.services.returns import tables
from assessments.services.returns.refusals import (
    EmptyReturn,
    ErrorsStand,
    NoAuthorityNumber,
    ReadBackDiffers,
    RestrictedRecords,
)
from cinfactors.accounts.models import User
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_made_file

NOTE = (
    " Not a complete return: the assessment part of the children in need census {year}, for the "
    "children and episodes recorded in cinfactors{as_at}. UPN, ethnicity, kinds of disability, "
    "plans and section 47 enquiries are not recorded there. "
)


class Format(StrEnum):
    XML = "xml"
    CSV_LONG = "csv-long"
    """A row to each factor of an assessment."""
    CSV_WIDE = "csv-wide"
    """A row to each assessment, a column to each code."""
    JSON_ROWS = "json-rows"
    """A row to each assessment, with its factors as a JSON list."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is asked for. The same, of the same records, gives the same bytes."""

    year: CensusYear
    on: date
    """The day as at which: 31 March of the year, or one before."""
    made_at: str
    """`DateTime` of the header, such as 2026-05-01T09:00:00."""
    serial_number: str = "001"
    format: Format = Format.XML
    allow_errors: bool = False

    @property
    def as_at(self) -> date | None:
        return self.on if self.on < self.year.reference_date else None


@dataclass(slots=True)
class Exported:
    """What stands in the file, and how much was found in it."""

    children: int = 0
    assessments: int = 0
    completed: int = 0
    restricted: list[int] = field(default_factory=list)
    """The keys of the children whose records are restricted."""
    errors: int = 0
    queries: int = 0
    if_still_open: int = 0
    """How much would be wrong only if what is open were still open on 31 March."""
    hidden: int = 0
    """How many of the findings are in restricted records. These are not reported."""


def export_return(
    wanted: Export,
    *,
    by: User | None,
    file: BinaryIO,
    report: Callable[[Finding], object] = lambda finding: None,
    progress: Callable[[int], object] = lambda children: None,
    address: str | None = None,
    request_id: str = "",
) -> Exported:
    """Write the file, read it back and judge it.

    `report` is told everything that is found, but in restricted records: that is counted alone.

    `by` is the data officer for whom it is made, None on the command line; `file` is empty, and
    can be read again. Where this raises, what is in it must not be handed over. Raises
    NotPermitted and ReturnRefused: RestrictedRecords for who may not have them, and ErrorsStand
    where DfE would refuse it and errors are not allowed. That the file holds a restricted record
    is recorded as a reading of it.
    """
    if not settings.LEA:
        raise NoAuthorityNumber
    made = Exported()
    restricted: set[int] = set()
    count = _count(made, restricted, report)
    if by is not None and not queries.may_make_census_files(by):
        raise NotPermitted
    permitted = by is not None and queries.may_export_restricted(by)
    if not permitted and queries.restricted_children_in_return(wanted.year, wanted.on):
        raise RestrictedRecords
    children_in_return = queries.children_in_return(wanted.year, wanted.on)
    # The rows are closed before the transaction ends, also where something raises.
    with transaction.atomic(), closing(children_in_return) as found:
        children = _counted(found, made, restricted, permitted=permitted, progress=progress)
        if wanted.format is Format.XML:
            written = _Sum()
            message = Message(_header(wanted), written.of(each.child for each in children))
            write(message, file, note=_note(wanted))
        else:
            _write_judged_table(wanted, children, file, count)
        if not made.children:
            raise EmptyReturn(wanted.year.name)
        if by is not None:
            record_made_file(
                by.pk, Page.EXPORT, made.restricted, address=address, request_id=request_id
            )
    if wanted.format is Format.XML:
        _judge_what_is_read_back(wanted, file, written, count)
    if made.errors and not wanted.allow_errors:
        raise ErrorsStand(made.errors, made.hidden)
    return made


def _counted(
    found: Iterable[ChildInReturn],
    made: Exported,
    restricted: set[int],
    *,
    permitted: bool,
    progress: Callable[[int], object],
) -> Iterator[ChildInReturn]:
    """Count what passes by, and put the places of restricted children, from 1, into the set."""
    for each in found:
        if each.restricted:
            if not permitted:  # restricted a moment ago
                raise RestrictedRecords
            made.restricted.append(each.key)
            restricted.add(made.children + 1)
        made.children += 1
        for episode in each.child.episodes:
            for assessment in episode.assessments:
                made.assessments += 1
                made.completed += assessment.authorisation_date is not None
        progress(1)
        yield each


class _Sum:
    """A sum over children, by which those that were read back are compared with those written."""

    def __init__(self) -> None:
        self.total = 0

    def of(self, children: Iterable[Child]) -> Iterator[Child]:
        for child in children:
            self.total = hash((self.total, child))
            yield child


def _count(
    made: Exported, restricted: Container[int], report: Callable[[Finding], object]
) -> Callable[[Iterable[Finding]], None]:
    def count(findings: Iterable[Finding]) -> None:
        for finding in findings:
            if finding.if_still_open:
                made.if_still_open += 1
            elif finding.severity is Severity.ERROR:
                made.errors += 1
            else:
                made.queries += 1
            if finding.child in restricted:
                made.hidden += 1
            else:
                report(finding)

    return count


def _judge_what_is_read_back(
    wanted: Export,
    file: BinaryIO,
    written: _Sum,
    count: Callable[[Iterable[Finding]], None],
) -> None:
    file.seek(0)
    message = read(file, keep_modules=False)
    again = _Sum()
    judged = Message(message.header, again.of(message.children))
    count(check_message(judged, wanted.year, as_at=wanted.as_at, without=queries.NOT_RECORDED))
    if (again.total, message.header) != (written.total, _header(wanted)):
        raise ReadBackDiffers
    file.seek(0)


def _write_judged_table(
    wanted: Export,
    children: Iterable[ChildInReturn],
    file: BinaryIO,
    count: Callable[[Iterable[Finding]], None],
) -> None:
    """Write a table, and judge each child as it passes by."""
    shape = tables.SHAPES[wanted.format.value](wanted.year)
    with table(file, shape.headings) as write_rows:

        def passing() -> Iterator[Child]:
            for each in children:
                write_rows(shape.rows(each))
                yield each.child

        message = Message(_header(wanted), passing())
        count(check_message(message, wanted.year, as_at=wanted.as_at, without=queries.NOT_RECORDED))
    file.seek(0)


def _header(wanted: Export) -> Header:
    return Header(
        collection="CIN",
        year=str(wanted.year.reference_date.year),
        reference_date=wanted.year.reference_date,
        source_level="L",
        authority=settings.LEA,
        software_code="cinfactors",
        serial_number=wanted.serial_number,
        made_at=wanted.made_at,
    )


def _note(wanted: Export) -> str:
    as_at = f", as at {wanted.on.isoformat()}" if wanted.as_at else ""
    return NOTE.format(year=wanted.year.name, as_at=as_at)
