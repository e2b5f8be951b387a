from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.census.errors import Refused
from assessments.census.report import plain
from assessments.management.output import part_of
from assessments.management.people import person_named
from assessments.services import NotPermitted
from assessments.services.returns import Merge, Merged, Outcome, ReturnRefused, merge_return

COLUMNS = "{:>6}  {:<20}  {:<10}  {:<10}  {:<11}  {}"
RESTRICTED = "{} {} in restricted records, not listed: ask a manager who is named."


class Command(BaseCommand):
    help = (
        "Put the factors recorded here into the return that the case system made. Blanks are "
        "filled; what differs is replaced only with --replace; everything else is copied byte for "
        "byte. Lists what was filled, replaced, left and not matched, and why."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--return", required=True, type=Path, metavar="THEIRS.xml", dest="theirs"
        )
        parser.add_argument("--output", required=True, type=Path, metavar="OURS.xml")
        parser.add_argument(
            "--replace", action="store_true", help="also replace factors that differ from ours"
        )
        parser.add_argument(
            "--by",
            metavar="USERNAME",
            help="the data officer for whom it is made; needed where restricted records are in it",
        )

    def handle(
        self, *, theirs: Path, output: Path, replace: bool, by: str | None, **options: Any
    ) -> None:
        found: list[Merged] = []

        def report(merged: Merged) -> None:
            if merged.outcome is not Outcome.SAME:
                found.append(merged)

        if output.resolve() == theirs.resolve():
            raise CommandError("The return would be lost: give --output another name.")
        with ExitStack() as stack:
            try:
                file: BinaryIO = stack.enter_context(theirs.open("rb"))
            except OSError as error:
                raise CommandError(f"{theirs} cannot be read: {error.strerror}") from error
            part = stack.enter_context(part_of(output))
            try:
                done = merge_return(
                    file, by=person_named(by), file=part.file, replacing=replace, report=report
                )
            except Refused as refusal:
                reason = plain(str(refusal))
                raise CommandError(f"{theirs}: {reason}. Nothing was written.") from refusal
            except NotPermitted as refusal:
                raise CommandError(f"{by} is not a data officer who may sign in.") from refusal
            except ReturnRefused as refusal:
                raise CommandError(f"{refusal}. Nothing was written.") from refusal
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
