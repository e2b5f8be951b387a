"""Judge our records of a census year, and keep what is found for the page about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields
from datetime import date

from django.db import transaction
from django.utils import timezone

from assessments import queries
from assessments.census.figures import Figures, Late
from assessments.census.years import CensusYear
from assessments.models import CensusCheck, CensusFinding, CensusLateAssessment
from assessments.queries import ChildInReturn, FoundInYear, RecordedAssessment

ROWS_AT_ONCE = 1000


def check_year(
    year: CensusYear,
    report: Callable[[FoundInYear], object] = lambda found: None,
    progress: Callable[[int], object] = lambda children: None,
) -> CensusCheck:
    """Judge what is recorded of a year as at today, or as at 31 March of a year that has ended.

    What the last check kept is replaced. Two at once wait for each other. `report` is told what
    is found and not explained by a note.
    """
    on = min(timezone.localdate(), year.reference_date)
    totals: Counter[str] = Counter()
    figures = Figures()
    open_by_team: Counter[int] = Counter()
    late_by_team: Counter[int] = Counter()

    late_rows: list[CensusLateAssessment] = []

    def keep_late() -> None:
        for row in late_rows:
            row.census_check = check
        CensusLateAssessment.objects.bulk_create(late_rows)
        late_rows.clear()

    def seen(child: ChildInReturn) -> None:
        totals["children"] += 1
        progress(1)
        for episode, places in zip(child.child.episodes, child.assessments, strict=True):
            for late in figures.add(episode):
                place = places[late.place]
                late_by_team[place.team] += 1
                late_rows.append(_late_row(child, place, late))
            if len(late_rows) >= ROWS_AT_ONCE:
                keep_late()
            for assessment, place in zip(episode.assessments, places, strict=True):
                totals["assessments"] += 1
                if assessment.is_open and child.restricted:
                    totals["open_in_restricted"] += 1
                elif assessment.is_open:
                    open_by_team[place.team] += 1
                else:
                    totals["completed"] += 1

    with transaction.atomic():
        check = _locked(year, on)
        # Before the records are read: what is saved meanwhile has changed since this check.
        checked_at = timezone.now()
        explained = queries.explained_findings()
        CensusFinding.objects.filter(census_check=check).delete()
        CensusLateAssessment.objects.filter(census_check=check).delete()
        rows: list[CensusFinding] = []
        with closing(queries.findings_in_year(year, on, seen)) as findings:
            for found in findings:
                row = _row(check, found, year)
                rows.append(row)
                if len(rows) == ROWS_AT_ONCE:
                    CensusFinding.objects.bulk_create(rows)
                    rows.clear()
                if row.reference not in explained:
                    report(found)
        CensusFinding.objects.bulk_create(rows)
        keep_late()
        check.as_at, check.checked_at = on, checked_at
        check.children = totals["children"]
        check.assessments, check.completed = totals["assessments"], totals["completed"]
        check.open_by_team = {str(team): number for team, number in open_by_team.items()}
        check.continuity = queries.continuity_of(year, on)
        check.open_in_restricted = totals["open_in_restricted"]
        check.late_by_team = {str(team): number for team, number in late_by_team.items()}
        check.figures = {each.name: getattr(figures, each.name) for each in fields(figures)}
        check.save()
    return check


def _locked(year: CensusYear, on: date) -> CensusCheck:
    CensusCheck.objects.get_or_create(
        year=year.name,
        defaults={
            "as_at": on,
            "checked_at": timezone.now(),
            "children": 0,
            "assessments": 0,
            "completed": 0,
            "open_by_team": {},
        },
    )
    return CensusCheck.objects.select_for_update().get(year=year.name)


def _row(check: CensusCheck, found: FoundInYear, year: CensusYear) -> CensusFinding:
    finding, place = found.finding, found.assessment
    return CensusFinding(
        census_check=check,
        kind=queries.finding_kind(finding),
        rule=finding.rule,
        message=finding.message,
        mend=finding.mend,
        child_id=found.child.key if found.child else None,
        episode_id=found.episode,
        assessment_id=place.key if place else None,
        team_id=place.team if place else None,
        worker_id=place.worker if place else None,
        reference=queries.finding_reference(found, year),
    )


def _late_row(child: ChildInReturn, place: RecordedAssessment, late: Late) -> CensusLateAssessment:
    return CensusLateAssessment(
        child_id=child.key,
        assessment_id=place.key,
        team_id=place.team,
        worker_id=place.worker,
        days=late.days,
        allowed=late.allowed,
    )
