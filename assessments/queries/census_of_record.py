"""What census rules say of one record as it stands today, for the pages that show the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils import timezone

from assessments.census.rules.judge import Finding, Judge
from assessments.census.rules.kinds import Context
from assessments.census.rules.loader import Rule, rules_of
from assessments.census.years import CensusYear, years
from assessments.models import NEVER_COUNTED, Assessment, CensusFinding, CensusNote
from assessments.queries.census_findings import (
    FoundInYear,
    finding_kind,
    finding_reference,
    notes_on,
)
from assessments.queries.returns import NOT_RECORDED, ChildInReturn, child_in_return, return_years
from assessments.queries.visibility import assessments_visible_to, episodes_visible_to
from cinfactors.accounts.models import User


@dataclass(frozen=True, slots=True)
class FindingOfRecord:
    """What a rule says, how to mend it and where, and the note that explains it."""

    kind: CensusFinding.Kind
    rule: str
    message: str
    mend: str
    mended: str
    """See `Rule.mended`."""
    note: CensusNote | None


@dataclass(frozen=True, slots=True)
class CensusOfRecord:
    """What the rules of the census year in which an assessment stands say of it."""

    year: str
    as_at: date
    errors: tuple[FindingOfRecord, ...]
    queried: tuple[FindingOfRecord, ...]
    """Without those that a note explains."""
    if_still_open: tuple[FindingOfRecord, ...]
    explained: tuple[FindingOfRecord, ...]


def load_census_rules() -> None:
    """Read the rules, which takes half a second, before the first page that needs them."""
    today = timezone.localdate()
    for name, year in return_years(today).items():
        _judge(name, min(today, year.reference_date))


def census_of_record(person: User, assessment: Assessment) -> CensusOfRecord | None:
    """Return what is found of the child, of the episode and of the assessment itself, as at today.

    Of an assessment that the person may see. What a rule says of another episode or assessment
    beside this one is left out unless they may see all that the child has in the year. None for
    what stands in no return: cancelled, voided, or of a year before the layout of ours.
    """
    today = timezone.localdate()
    year = _year_of(assessment, today)
    if year is None or assessment.status in NEVER_COUNTED:
        return None
    on = min(today, year.reference_date)
    child = child_in_return(year, on, assessment.episode.child_id)
    if child is None or assessment.episode_id not in child.episodes:
        return None
    judge, rules = _judge(year.name, on)
    place = child.episodes.index(assessment.episode_id) + 1
    found = [
        (each, rules[each.rule, each.episode is None, each.assessment is None])
        for each in judge.findings(1, child.child)
        if each.episode in (None, place) and _is_about(each, child, assessment)
    ]
    if any(rule.compares for _, rule in found) and not _sees_all(person, child):
        found = [(each, rule) for each, rule in found if not rule.compares]
    return _sorted_by_kind(year, on, child, found)


def _year_of(assessment: Assessment, today: date) -> CensusYear | None:
    """Return the year in which it stands last: that of its end, or of the end of its episode."""
    episode = assessment.episode
    ended = episode.closure_date
    if ended is None and episode.no_further_action:
        ended = episode.referral_date
    day = min(each for each in (today, assessment.end_date, ended) if each is not None)
    begun = [year for year in return_years(today).values() if year.first_day <= day]
    return begun[-1] if begun else None


def _is_about(finding: Finding, child: ChildInReturn, assessment: Assessment) -> bool:
    if finding.assessment is None or finding.episode is None:
        return True
    places = child.assessments[finding.episode - 1]
    return places[finding.assessment - 1].key == assessment.pk


def _sees_all(person: User, child: ChildInReturn) -> bool:
    assessments = [each.key for several in child.assessments for each in several]
    seen = assessments_visible_to(person).filter(pk__in=assessments).count()
    episodes = episodes_visible_to(person).filter(pk__in=child.episodes).count()
    return seen == len(assessments) and episodes == len(child.episodes)


Rules = dict[tuple[str, bool, bool], Rule]
"""By number, and whether it is above the episodes and above the assessments."""


@lru_cache(maxsize=4)
def _judge(year: str, on: date) -> tuple[Judge, Rules]:
    rules = [rule for rule in rules_of(year) if rule.about not in NOT_RECORDED]
    known = {
        (rule.number, rule.level == "child", rule.level in ("child", "episode")): rule
        for rule in rules
    }
    return Judge(rules, Context(years()[year], on)), known


def _sorted_by_kind(
    year: CensusYear, on: date, child: ChildInReturn, found: list[tuple[Finding, Rule]]
) -> CensusOfRecord:
    references = {}
    for each, _ in found:
        if finding_kind(each) is CensusFinding.Kind.QUERY:
            episode = child.episodes[each.episode - 1] if each.episode else None
            own = child.assessments[each.episode - 1] if each.episode else ()
            place = own[each.assessment - 1] if each.assessment else None
            references[each] = finding_reference(FoundInYear(each, child, episode, place), year)
    notes = notes_on(references.values()) if references else {}
    rows = [
        FindingOfRecord(
            finding_kind(each),
            each.rule,
            each.message,
            each.mend,
            rule.mended or rule.level,
            notes.get(references[each]) if each in references else None,
        )
        for each, rule in found
    ]
    of = {
        kind: tuple(row for row in rows if row.kind is kind and row.note is None)
        for kind in CensusFinding.Kind
    }
    return CensusOfRecord(
        year.name,
        on,
        of[CensusFinding.Kind.ERROR],
        of[CensusFinding.Kind.QUERY],
        of[CensusFinding.Kind.IF_STILL_OPEN],
        tuple(row for row in rows if row.note is not None),
    )
