"""What census rules say of our records in a year, and what was kept of the last check."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from assessments.census.check import TOGETHER, check_message
from assessments.census.message import Child as ChildOfReturn
from assessments.census.message import Header, Message
from assessments.census.rules.judge import Finding
from assessments.census.rules.loader import Severity
from assessments.census.years import CensusYear
from assessments.models import (
    CensusCheck,
    CensusFinding,
    CensusLateAssessment,
    CensusNote,
    Child,
    NamedPerson,
)
from assessments.queries.returns import (
    NOT_RECORDED,
    ChildInReturn,
    RecordedAssessment,
    children_in_return,
)
from assessments.queries.visibility import may_make_census_files
from cinfactors.accounts.models import User


class FoundInYear(NamedTuple):
    """A finding, and where it can be mended; of the year as a whole, nothing but the finding."""

    finding: Finding
    child: ChildInReturn | None
    episode: int | None
    """Its key."""
    assessment: RecordedAssessment | None
    """The one that it is about; else the latest of its episode, or of the child."""


def findings_in_year(
    year: CensusYear, on: date, seen: Callable[[ChildInReturn], object]
) -> Generator[FoundInYear, None, None]:
    """Yield what the rules say of our records, as at a day; `seen` is told of each child.

    The rules are those of any return, but for what is not recorded here. As `children_in_return`,
    in a transaction of the caller's, who closes the generator before it ends.
    """
    recent: dict[int, ChildInReturn] = {}

    def passing() -> Generator[ChildOfReturn, None, None]:
        with closing(children_in_return(year, on)) as children:
            for position, each in enumerate(children, start=1):
                recent[position] = each
                # A finding is told at most so many children later.
                recent.pop(position - 2 * TOGETHER, None)
                seen(each)
                yield each.child

    header = Header(
        year=str(year.reference_date.year), reference_date=year.reference_date, collection="CIN"
    )
    with closing(passing()) as children:
        message = Message(header, children)
        for finding in check_message(message, year, as_at=on, without=NOT_RECORDED):
            yield _found(finding, recent)


def _found(finding: Finding, recent: dict[int, ChildInReturn]) -> FoundInYear:
    if finding.child is None:
        return FoundInYear(finding, None, None, None)
    child = recent[finding.child]
    if finding.episode is None:
        latest = [each for several in child.assessments for each in several]
        return FoundInYear(finding, child, None, latest[-1] if latest else None)
    own = child.assessments[finding.episode - 1]
    episode = child.episodes[finding.episode - 1]
    if finding.assessment is not None:
        return FoundInYear(finding, child, episode, own[finding.assessment - 1])
    return FoundInYear(finding, child, episode, own[-1] if own else None)


def finding_kind(finding: Finding) -> CensusFinding.Kind:
    if finding.if_still_open:
        return CensusFinding.Kind.IF_STILL_OPEN
    if finding.severity is Severity.ERROR:
        return CensusFinding.Kind.ERROR
    return CensusFinding.Kind.QUERY


def finding_reference(found: FoundInYear, year: CensusYear) -> UUID:
    """Return what is the same as long as rule, record and facts are: a digest of them.

    The facts are those of the child and of the episode with its assessments, or of all episodes
    where the finding is about the child. Of a finding about the year as a whole, they are what it
    says, shares in whole per cents: every record changes the next digit.
    """
    rule, child = found.finding.rule, found.child
    if child is None:
        return _digest((rule, year.name, _DECIMALS_OF_SHARES.sub("%", found.finding.message)))
    facts = child.child
    if found.finding.episode is not None:
        facts = facts._replace(episodes=(facts.episodes[found.finding.episode - 1],))
    place = found.assessment.key if found.finding.assessment and found.assessment else None
    return _digest((rule, child.key, found.episode, place, found.finding.message, facts))


_DECIMALS_OF_SHARES = re.compile(r"\.[0-9]+%")


def _digest(content: tuple[object, ...]) -> UUID:
    return UUID(bytes=sha256(repr(content).encode()).digest()[:16])


# Of the last check


def census_check_of(person: User, year: str) -> CensusCheck | None:
    """Return the last check of a year; None where there is none, or not for this person."""
    if not may_make_census_files(person):
        return None
    return CensusCheck.objects.filter(year=year).first()


def _hidden_from(person: User) -> Q:
    """Return the condition on findings that they are of a record restricted to others.

    Of a child that was joined to another since the check, the other's restriction counts.
    """
    named = NamedPerson.objects.filter(child=OuterRef("pk"), person=person)
    hidden = Child.objects.filter(~Exists(named), restricted=True, joined_to=None).values("pk")
    joined = Child.objects.filter(joined_to__in=hidden).values("pk")
    return Q(child__in=hidden.union(joined))


def census_findings(person: User, check: CensusCheck) -> QuerySet[CensusFinding]:
    """Return what was found, without what is in records that are restricted to others."""
    if not may_make_census_files(person):
        return CensusFinding.objects.none()
    found = CensusFinding.objects.filter(census_check=check).exclude(_hidden_from(person))
    return found.order_by("kind", "pk")


def is_explained() -> Exists:
    """Return the condition on findings that a note says why they stand."""
    return Exists(CensusNote.objects.filter(finding=OuterRef("reference")))


def explained_findings() -> set[UUID]:
    """Return the references of the findings on which there is a note."""
    return {*CensusNote.objects.values_list("finding", flat=True)}


def census_finding(person: User, reference: UUID, year: str = "") -> CensusFinding | None:
    """Return what the last check found, if the person may see it; else None.

    Where it stands in two years, that of the year, or else of the later one.
    """
    checks = [*CensusCheck.objects.filter(findings__reference=reference).order_by("-year")]
    if not checks:
        return None
    check = next((each for each in checks if each.year == year), checks[0])
    found = census_findings(person, check).filter(reference=reference)
    return found.select_related("child", "assessment", "census_check").first()


def notes_on(references: Collection[UUID]) -> dict[UUID, CensusNote]:
    """Return the latest note on each of these findings, by their references."""
    notes = CensusNote.objects.filter(finding__in=references).select_related("written_by")
    return {note.finding: note for note in notes.order_by("pk")}


def hidden_census_findings(person: User, check: CensusCheck) -> int:
    """Return how many findings without a note are in records that are restricted to others."""
    found = CensusFinding.objects.filter(_hidden_from(person), census_check=check)
    return found.exclude(is_explained()).count()


def late_assessments(person: User, check: CensusCheck, team: int) -> QuerySet[CensusLateAssessment]:
    """Return what took too long in a team, the longest first, as `census_findings`."""
    if not may_make_census_files(person):
        return CensusLateAssessment.objects.none()
    found = CensusLateAssessment.objects.filter(census_check=check, team=team)
    return found.exclude(_hidden_from(person)).order_by("-days", "pk")


@dataclass(frozen=True, slots=True)
class LateCounts:
    """How many assessments took too long."""

    by_team: dict[int, int]
    """By the keys of the teams that have one, without what is restricted to others."""
    hidden: int
    """In records that are restricted to others, of every team: which has one is not told."""

    @property
    def total(self) -> int:
        return sum(self.by_team.values()) + self.hidden


def late_counts(person: User, check: CensusCheck) -> LateCounts:
    """Return how many took too long, as the check counted them and the person may see them."""
    found = CensusLateAssessment.objects.filter(_hidden_from(person), census_check=check)
    hidden = dict(found.values_list("team").annotate(Count("pk")))
    counted = {int(team): number for team, number in check.late_by_team.items()}
    shown = {team: number - hidden.get(team, 0) for team, number in counted.items()}
    return LateCounts(
        by_team={team: number for team, number in shown.items() if number},
        hidden=sum(hidden.values()),
    )


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How many findings of each kind somebody, or a team, has to look at."""

    key: int | None
    name: str
    numbers: dict[str, int]


def finding_counts(findings: QuerySet[CensusFinding], by: str) -> list[FindingCount]:
    """Return the counts by kind for each `team` or `worker`, by name."""
    rows = (
        findings.order_by()
        .values_list(f"{by}_id", f"{by}__name", "kind")
        .annotate(number=Count("pk"))
        .order_by(f"{by}__name", f"{by}_id")
    )
    counts: dict[int | None, FindingCount] = {}
    for key, name, kind, number in rows:
        counts.setdefault(key, FindingCount(key, name or "", {})).numbers[kind] = number
    return list(counts.values())
