from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.census.report import plain
from assessments.management.output import part_of
from assessments.management.people import person_named
from assessments.management.returns import (
    add_return_and_output,
    refusals_said,
    return_of_theirs,
)
from assessments.services.returns import Merge, Merged, Outcome, merge_return

COLUMNS = "{:>6}  {:<20}  {:<10}  {:<10}  {:<11}  {}"
RESTRICTED = "{} {} in restricted records, not listed: ask a manager who is named."


class Command(BaseCommand):
    help = (
        "Put the factors recorded here into the return that the case system made. Blanks are "
        "filled; what differs is replaced only with --replace; everything else is copied byte for "
        "byte. Lists what was filled, replaced, left and not matched, and why."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_return_and_output(parser, "OURS.xml")
        parser.add_argument(
            "--replace", action="store_true", help="also replace factors that differ from ours"
        )

    def handle(
        self, *, theirs: Path, output: Path, replace: bool, by: str | None, **options: Any
    ) -> None:
        found: list[Merged] = []

        def report(merged: Merged) -> None:
            if merged.outcome is not Outcome.SAME:
                found.append(merged)

        with return_of_theirs(theirs, output) as file, part_of(output) as part, refusals_said(by):
            if not file.seekable():
                raise CommandError(f"{theirs} cannot be read twice: save it as a file first.")
            done = merge_return(
                file, by=person_named(by), file=part.file, replacing=replace, report=report
            )
            part.keep()
        self._list(found)
        self._say(done, output)

    def _list(self, found: list[Merged]) -> None:
        listed = [each for each in found if not each.restricted]
        if listed:
            self.stdout.write(
                COLUMNS.format("Child", "Child id", "Referral", "Start", "Outcome", "Why")
            )
        for each in listed:
            self.stdout.write(
                COLUMNS.format(
                    each.position or "",
                    plain(each.child_id),
                    str(each.referral_date or ""),
                    str(each.start_date or ""),
                    each.outcome.value,
                    plain(each.why),
                )
            )
        if hidden := len(found) - len(listed):
            self.stdout.write(RESTRICTED.format(hidden, "is" if hidden == 1 else "are"))

    def _say(self, done: Merge, output: Path) -> None:
        counts = ", ".join(f"{done.outcomes[each]:,} {each.value}" for each in Outcome)
        self.stdout.write(f"Wrote {output}, {done.children:,} children of {done.year}: {counts}.")
