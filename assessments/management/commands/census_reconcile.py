from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from assessments.census.differences import Difference, Kind
from assessments.census.spreadsheets import safe, safe_id, table
from assessments.management.output import part_of
from assessments.management.people import person_named
from assessments.management.returns import (
    add_return_and_output,
    refusals_said,
    return_of_theirs,
)
from assessments.services.returns import Reconciliation, reconcile_return
from assessments.services.returns.rows import OF_DIFFERENCES, row_of_difference

HEADINGS = ("difference", *OF_DIFFERENCES)


class Command(BaseCommand):
    help = (
        "Compare the return that the case system made with what is recorded here, and write the "
        "differences as a table. Ends with 0 where there are none, with 1 where there are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_return_and_output(parser, "DIFFERENCES.csv")

    def handle(self, *, theirs: Path, output: Path, by: str | None, **options: Any) -> None:
        with return_of_theirs(theirs, output) as file, part_of(output) as part, refusals_said(by):
            with table(part.file, HEADINGS) as write_rows:
                done = reconcile_return(
                    file, by=person_named(by), report=lambda each: write_rows([_row(each)])
                )
            part.keep()
        self._say(done, output)
        if done.kinds.total():
            sys.exit(1)

    def _say(self, done: Reconciliation, output: Path) -> None:
        self.stdout.write(
            f"Compared {done.children:,} children of {done.year}: {done.assessments:,} assessments "
            f"in the return, {done.matched:,} of them matched."
        )
        for kind in Kind:
            self.stdout.write(f"{done.kinds[kind]:>8,}  {kind.value}")
        if done.restricted:
            self.stdout.write(
                f"{done.restricted:,} of these are in restricted records, and not in the file: "
                "ask a manager who is named."
            )
        self.stdout.write(f"Wrote {output}.")


def _row(each: Difference) -> list[str]:
    child_id, *cells = row_of_difference(each)
    return [each.kind.value, safe_id(child_id), *map(safe, cells)]
