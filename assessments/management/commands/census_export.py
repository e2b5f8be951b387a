from __future__ import annotations

import re
from argparse import ArgumentTypeError
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from assessments import queries
from assessments.census.report import Report
from assessments.management.output import part_of
from assessments.management.people import person_named
from assessments.management.returns import FOR_WHOM, refusals_said
from assessments.services.returns import (
    ErrorsStand,
    Export,
    Exported,
    Format,
    export_return,
)
from cinfactors.accounts.models import User

MADE = """\
Wrote {output}: {children:,} children and {assessments:,} assessments of {year}, {completed:,} of \
them completed. {restricted:,} of the children have a restricted record.
This is no complete return: UPN, ethnicity, kinds of disability, plans and section 47 enquiries \
are not recorded here. Use census_merge to put the factors into the case system's return.
{errors:,} errors and {queries:,} queries stand in it, and {if_still_open:,} if what is \
open is still open on 31 March.
"""
HIDDEN = "{:,} {} in restricted records, not listed: ask a manager who is named."


class Command(BaseCommand):
    help = (
        "Write the assessment part of a children in need census return, from what is recorded "
        "here. Refused while errors stand that DfE would refuse. Ends with 0 when the file was "
        "written, with 1 when it was refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        years = queries.return_years(timezone.localdate())
        parser.add_argument("--year", required=True, choices=[*years], help="the census year")
        parser.add_argument("--output", required=True, type=Path, metavar="FILE")
        parser.add_argument("--format", choices=[each.value for each in Format], default="xml")
        parser.add_argument(
            "--allow-errors", action="store_true", help="write it all the same, and list the errors"
        )
        parser.add_argument("--by", metavar="USERNAME", help=FOR_WHOM)
        parser.add_argument(
            "--date-time",
            type=_date_time,
            metavar="YYYY-MM-DDTHH:MM:SS",
            help="DateTime of the header; now, if it is not given",
        )
        parser.add_argument("--serial-number", type=_serial_number, default="001", metavar="001")

    def handle(
        self,
        *,
        year: str,
        output: Path,
        format: str,
        allow_errors: bool,
        by: str | None,
        date_time: str | None,
        serial_number: str,
        **options: Any,
    ) -> None:
        today = timezone.localdate()
        census_year = queries.return_years(today)[year]
        wanted = Export(
            year=census_year,
            on=min(today, census_year.reference_date),
            made_at=date_time
            or timezone.localtime().replace(tzinfo=None).isoformat("T", "seconds"),
            serial_number=serial_number,
            format=Format(format),
            allow_errors=allow_errors,
        )
        self.stderr.write(f"Reading what is recorded of {year}…")
        with Report() as found, part_of(output) as part, refusals_said(by):
            try:
                made = _made(wanted, person_named(by), part.file, found)
            except ErrorsStand as refusal:
                self._list(found, refusal.hidden)
                raise CommandError(
                    f"{refusal}: nothing was written. Mend them, or write it all the same with "
                    "--allow-errors."
                ) from refusal
            part.keep()
            self._list(found, made.hidden)
        self.stdout.write(
            MADE.format(
                output=output,
                year=year,
                children=made.children,
                assessments=made.assessments,
                completed=made.completed,
                restricted=len(made.restricted),
                errors=made.errors,
                queries=made.queries,
                if_still_open=made.if_still_open,
            )
        )

    def _list(self, found: Report, hidden: int) -> None:
        found.copy_to(self.stdout)
        if hidden:
            self.stdout.write(HIDDEN.format(hidden, "finding" if hidden == 1 else "findings"))


def _made(wanted: Export, by: User | None, file: BinaryIO, found: Report) -> Exported:
    number = queries.number_of_children_in_return(wanted.year, wanted.on)
    with tqdm(total=number, unit=" children", disable=None) as bar:
        return export_return(wanted, by=by, file=file, report=found.add, progress=bar.update)


def _date_time(text: str) -> str:
    try:
        is_right = datetime.fromisoformat(text).isoformat("T", "seconds") == text
    except ValueError:
        is_right = False
    if not is_right or len(text) != len("2026-05-01T09:00:00"):
        raise ArgumentTypeError(f"{text!r} is not written as 2026-05-01T09:00:00")
    return text


def _serial_number(text: str) -> str:
    if not re.fullmatch(r"[0-9]{3,9}", text):
        raise ArgumentTypeError(f"{text!r} is not three digits or more")
    return text
