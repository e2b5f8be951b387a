"""What a census task found, as its page and its table show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from assessments.census.differences import Kind
from assessments.census.matching import Unmatched
from assessments.models import CensusFinding, CensusTask
from assessments.services.returns import Format, Outcome
from assessments.services.returns.rows import OF_DIFFERENCES, OF_FINDINGS, OF_MERGED

FINDINGS: Mapping[str, str] = {each.value: each.label for each in CensusFinding.Kind}
DIFFERENCES: Mapping[str, str] = {each.name.lower(): each.value for each in Kind}
OUTCOMES: Mapping[str, str] = {
    Outcome.FILLED.name.lower(): "Filled",
    Outcome.REPLACED.name.lower(): "Replaced",
    Outcome.LEFT.name.lower(): "Left as it was",
    Outcome.NOT_MATCHED.name.lower(): "Not matched",
}
KINDS: Mapping[str, Mapping[str, str]] = {
    CensusTask.Kind.CHECK: {},
    CensusTask.Kind.EXPORT: FINDINGS,
    CensusTask.Kind.JUDGE: FINDINGS,
    CensusTask.Kind.RECONCILE: DIFFERENCES,
    CensusTask.Kind.MERGE: OUTCOMES,
}
TABLES: Mapping[str, tuple[str, ...]] = {
    CensusTask.Kind.EXPORT: OF_FINDINGS,
    CensusTask.Kind.JUDGE: OF_FINDINGS,
    CensusTask.Kind.RECONCILE: OF_DIFFERENCES,
    CensusTask.Kind.MERGE: OF_MERGED,
}
DAYS = (
    *("referral_date", "start_date", "start_there", "start_here"),
    *("authorised_there", "authorised_here"),
)


class Found(NamedTuple):
    """A kind of what was found, and how often."""

    kind: str
    name: str
    number: int


class Side(NamedTuple):
    """An assessment as the return has it, or as it is recorded here; all empty where it is not."""

    name: str
    start: date | None
    authorised: date | None
    factors: str


class Shown(NamedTuple):
    """A row of what was found; which cells it has depends on the task."""

    child_id: str
    cells: dict[str, str]
    days: dict[str, date]
    """Those of the cells that are dates."""

    @property
    def is_of_the_file_alone(self) -> bool:
        """Whether it says nothing of our records, but that those of the year have no such child."""
        return self.cells.get("why", "").startswith(Unmatched.NO_CHILD)

    @property
    def starts(self) -> list[date]:
        """Return the days on which the assessment that it is about may have started."""
        names = ("start_here", "start_there", "start_date")
        return [self.days[name] for name in names if name in self.days]

    @property
    def sides(self) -> list[Side]:
        """Return both sides of a difference."""
        return [
            Side(
                name,
                self.days.get(f"start_{where}"),
                self.days.get(f"authorised_{where}"),
                self.cells[f"factors_{where}"],
            )
            for name, where in (("In the return", "there"), ("Recorded here", "here"))
        ]


def kinds_found(task: CensusTask) -> list[Found]:
    """Return what is listed, each kind, also those of which nothing was found.

    What is in restricted records is counted apart, in `hidden`.
    """
    return [
        Found(kind, name, sum(groups_of(task, kind).values()))
        for kind, name in KINDS[task.kind].items()
    ]


def groups_of(task: CensusTask, kind: str) -> dict[str, int]:
    """Return how many rows the groups of a kind have, the smallest first.

    One rule may find something in every child, and would hide what the others find.
    """
    listed: Mapping[str, int] = task.counts.get("listed", {})
    own = [(number, group) for group, number in listed.items() if group.split(" ")[0] == kind]
    return {group: number for number, group in sorted(own)}


def table_of(task: CensusTask) -> list[str]:
    """Return the headings of the table with everything that was found."""
    return ["kind", *TABLES[task.kind]]


def shown(task: CensusTask, row: list[str]) -> Shown:
    cells = dict(zip(TABLES[task.kind], row, strict=True))
    days = {name: date.fromisoformat(cells[name]) for name in DAYS if cells.get(name)}
    return Shown(cells.pop("child_id"), cells, days)


def name_of_file(task: CensusTask) -> str:
    """Return what the file that it made is saved as."""
    if task.kind == CensusTask.Kind.MERGE:
        return f"census-{task.year}-with-our-factors.xml"
    return name_of_export(task.year, task.options["format"])


def name_of_export(year: str, format: str) -> str:
    """Return what a file of a year is saved as; `format` is one of `Format`."""
    name = f"census-{year}-{format}".removesuffix("-xml")
    return f"{name}.{'xml' if format == Format.XML else 'csv'}"
