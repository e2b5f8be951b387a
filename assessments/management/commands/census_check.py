from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from assessments import queries
from assessments.census.report import Report
from assessments.queries import FoundInYear
from assessments.services.returns import check_year


class Command(BaseCommand):
    help = (
        "Judge what is recorded here of a census year by the rules of a return, as at today, and "
        "keep what is found for the page about it. Ends with 0 when nothing was found that is "
        "not explained, with 1 when something was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        years = queries.return_years(timezone.localdate())
        parser.add_argument("--year", required=True, choices=[*years], help="the census year")
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *, year: str, format: str, **options: Any) -> None:
        hidden = 0
        with Report(as_json=format == "json", of_file=False) as report:

            def add(found: FoundInYear) -> None:
                nonlocal hidden
                if found.child is not None and found.child.restricted:
                    hidden += 1
                else:
                    report.add(found.finding)

            try:
                check = check_year(queries.return_years(timezone.localdate())[year], add)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                raise CommandError(
                    f"Another check of {year} is under way. Nothing was changed: look at what it "
                    "finds, or run this one when it has ended."
                ) from error
            report.copy_to(self.stdout)
            number = report.number
        if format == "table":
            self.stdout.write(
                f"Checked {check.children:,} children and {check.assessments:,} assessments of "
                f"{year}, as at {check.as_at}: {number:,} findings."
            )
            if explained := check.findings.filter(queries.is_explained()).count():
                self.stdout.write(f"{explained:,} more are explained by a note.")
        if hidden:
            self.stderr.write(f"{hidden:,} more in restricted records: ask a manager who is named.")
        if number or hidden:
            sys.exit(1)
