"""Invented families: children, their episodes and assessments, worker by worker."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from math import ceil, floor
from random import Random

from assessments.catalogue import loader
from assessments.catalogue.types import Edition
from assessments.demo.assessment_rows import Assignment, add_assessment
from assessments.demo.dates import Calendar
from assessments.demo.parameters import Parameters, Pattern, load_parameters
from assessments.demo.rows import Rows, reference
from assessments.demo.selections import DrawnSelection, selection_generator
from assessments.demo.simulation import ChildFacts
from assessments.demo.timeline import Timeline, draw_referral, make_timeline
from assessments.models import Child, Episode, NamedPerson, Status

DAYS_IN_A_YEAR = 365.25
MOST_EARLIER = 2
"""Earlier episodes of one family at most."""


@dataclass(frozen=True, slots=True)
class FamilyAssessment:
    """One assessment of a family: its timeline, its pattern, and a selection for each child."""

    timeline: Timeline
    pattern: Pattern
    found: list[DrawnSelection]
    until: int | None
    """The day of the next referral, by which the episode was closed; None for the current one."""


@dataclass(frozen=True, slots=True)
class Referral:
    """What is recorded alike for the brothers and sisters who were referred together."""

    source: str
    need: str
    closure: tuple[date | None, str]
    family_reference: str
    outcome: str
    other_description: str
    """The description of the code for other factors, for those who have it."""


def status_counts(number: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Return how many of `number` assessments are in each status.

    By weight, and at least one in each status where there are enough of them.
    """
    total = sum(weights.values())
    exact = {status: number * weight / total for status, weight in weights.items()}
    counts = {status: int(share) for status, share in exact.items()}
    by_remainder = sorted(exact, key=lambda status: counts[status] - exact[status])
    for status in by_remainder[: number - sum(counts.values())]:
        counts[status] += 1
    if number >= 2 * len(counts):
        most = max(counts, key=counts.__getitem__)
        for status in counts:
            if not counts[status]:
                counts[status] += 1
                counts[most] -= 1
    return counts


class Cases:
    """Makes the rows of one worker's cases after another, all from one seed."""

    def __init__(self, *, today: date, seed: int, rows: Rows) -> None:
        self.parameters: Parameters = load_parameters()
        self.calendar = Calendar(today)
        self.random = Random(seed)  # noqa: S311  invented records, no secret
        self.rows = rows
        self.today = today
        self._families = 0
        self._has_restricted = False

    def add(self, assignment: Assignment, number: int) -> None:
        """Add this many assessments of one worker, with their children and episodes."""
        left = status_counts(number, self.parameters.workflow.statuses)
        for status in left:
            while left[status]:
                size = min(self.parameters.shares.family_sizes.draw(self.random), left[status])
                current = self._current_assessment(status, size)
                left[status] -= len(current.found)
                history = [current]
                while self._has_earlier_assessment(history, left):
                    before = self._earlier_assessment(history[-1])
                    if before is None:
                        break
                    left[Status.AUTHORISED] -= len(before.found)
                    history.append(before)
                self._add_family(assignment, history, left)

    def _current_assessment(self, status: str, size: int) -> FamilyAssessment:
        workflow, calendar, random = self.parameters.workflow, self.calendar, self.random
        placed = None
        while placed is None:
            placed = draw_referral(
                status, before=None, workflow=workflow, calendar=calendar, random=random
            )
        timeline = make_timeline(
            status, *placed, workflow=workflow, calendar=calendar, random=random
        )
        pattern, found = selection_generator(self._edition(timeline)).draw_family(random, size)
        return FamilyAssessment(timeline, pattern, found, until=None)

    def _has_earlier_assessment(
        self, history: list[FamilyAssessment], left: Mapping[str, int]
    ) -> bool:
        current = history[0]
        return (
            len(history) <= MOST_EARLIER
            and not current.pattern.unborn
            and left[Status.AUTHORISED] >= len(current.found)
            and self.random.random() < self.parameters.shares.earlier
        )

    def _earlier_assessment(self, later: FamilyAssessment) -> FamilyAssessment | None:
        """Return an authorised assessment in an earlier episode; None if no time is left for it."""
        workflow, calendar, random = self.parameters.workflow, self.calendar, self.random
        until = later.timeline.referral
        placed = draw_referral(
            Status.AUTHORISED, before=until, workflow=workflow, calendar=calendar, random=random
        )
        if placed is None:
            return None
        timeline = make_timeline(
            Status.AUTHORISED, *placed, workflow=workflow, calendar=calendar, random=random
        )
        generator = selection_generator(self._edition(timeline))
        found = [generator.draw_another(later.pattern, random) for _ in later.found]
        return FamilyAssessment(timeline, later.pattern, found, until)

    def _edition(self, timeline: Timeline) -> Edition:
        completed = timeline.status in (Status.AUTHORISED, Status.REOPENED, Status.CANCELLED)
        return loader.edition_for(self.calendar.days[timeline.end] if completed else self.today)

    def _add_family(
        self, assignment: Assignment, history: list[FamilyAssessment], left: dict[str, int]
    ) -> None:
        random, number = self.random, len(history[0].found)
        family_name = random.choice(self.parameters.family_names)
        given_names = random.sample(self.parameters.given_names, number)
        referrals = [self._referral(each) for each in history]
        restricted = self._is_restricted(number)
        for place, given_name in enumerate(given_names):
            fitting, age = self._age(history, [each.found[place].ages for each in history])
            # Earlier assessments that no age of the child fits are left for another family.
            left[Status.AUTHORISED] += len(history) - fitting
            child, child_facts = self._add_child(
                history[:fitting], place, age, given_name, family_name, restricted=restricted
            )
            if restricted:
                started_at = history[fitting - 1].timeline.events[0][1]
                for person in (assignment.worker, assignment.manager):
                    self.rows.add(NamedPerson, child, person, assignment.manager, started_at)
            for back in reversed(range(fitting)):
                self._add_episode(
                    assignment, history[back], referrals[back], place, child, child_facts
                )

    def _is_restricted(self, children: int) -> bool:
        """Return whether to restrict the family's records to its worker and manager: once only."""
        if children < 2 or self._has_restricted:
            return False
        self._has_restricted = True
        return True

    def _referral(self, assessment: FamilyAssessment) -> Referral:
        random, pattern = self.random, assessment.pattern
        outcome = pattern.outcomes.draw(random)
        family_reference = ""
        if len(assessment.found) > 1:
            self._families += 1
            family_reference = f"DEMOFAM{self._families:06d}"
        return Referral(
            source=pattern.sources.draw(random),
            need=pattern.needs.draw(random),
            closure=self._closure(assessment, outcome),
            family_reference=family_reference,
            outcome=outcome,
            other_description=random.choice(self.parameters.texts.other),
        )

    def _add_episode(
        self,
        assignment: Assignment,
        assessment: FamilyAssessment,
        referral: Referral,
        place: int,
        child: int,
        child_facts: ChildFacts,
    ) -> None:
        """Add the episode of one child of the family, and its assessment."""
        timeline = assessment.timeline
        episode = self.rows.add(
            Episode,
            reference(self.random),
            child,
            self.calendar.days[timeline.referral],
            referral.source,
            referral.need,
            *referral.closure,
            timeline.status == Status.CANCELLED,
            referral.family_reference,
        )
        add_assessment(
            self.rows,
            self.random,
            parameters=self.parameters,
            calendar=self.calendar,
            assignment=assignment,
            episode=episode,
            timeline=timeline,
            codes=assessment.found[place].codes,
            other_description=referral.other_description,
            outcome=referral.outcome,
            child=child_facts,
            edition=self._edition(timeline),
        )

    def _age(self, history: list[FamilyAssessment], ages: list[tuple[int, int]]) -> tuple[int, int]:
        """Return how many assessments, counted back from the latest, fit one age, and that age.

        The age is the one at the latest assessment.
        """
        days = self.calendar.days
        latest = days[history[0].timeline.start]
        low, high = ages[0]
        fitting = 1
        for each, (first, last) in zip(history[1:], ages[1:], strict=True):
            years = (latest - days[each.timeline.start]).days / DAYS_IN_A_YEAR
            older, younger = max(low, first + ceil(years)), min(high, last + floor(years))
            if older > younger:
                break
            low, high, fitting = older, younger, fitting + 1
        return fitting, _age_between(low, high, self.parameters.shares.age_weights, self.random)

    def _add_child(
        self,
        history: list[FamilyAssessment],
        place: int,
        age: int,
        given_name: str,
        family_name: str,
        *,
        restricted: bool,
    ) -> tuple[int, ChildFacts]:
        random, shares = self.random, self.parameters.shares
        codes = {code for each in history for code in each.found[place].codes}
        start = self.calendar.days[history[0].timeline.start]
        unborn = history[0].pattern.unborn
        born = expected = None
        if unborn:
            born, expected = self._birth(history[0].timeline)
        else:
            born = start - timedelta(days=int(age * DAYS_IN_A_YEAR) + random.randint(6, 364))
        sex = shares.sexes.draw(random)
        if born is None:
            sex = "U"
        elif not shares.girls.isdisjoint(codes):
            sex = "F"
        disabling = not shares.disabling.isdisjoint(codes)
        drawn = random.random()
        disabled: bool | None = drawn < (
            shares.disabled_with if disabling else shares.disabled_without
        )
        if born is None or drawn >= 1 - shares.disabled_not_known:
            disabled = None
        number = self.rows.made(Child) + 1
        child = self.rows.add(
            Child,
            reference(random),
            f"DEMO{number:06d}",
            given_name if born else "",
            family_name,
            born,
            expected,
            sex,
            disabled,
            restricted,
        )
        return child, ChildFacts(born=born, sex=sex, disabled=disabled, unborn=unborn)

    def _birth(self, timeline: Timeline) -> tuple[date | None, date | None]:
        """Return the birth of a child who was unborn when assessed, or the expected one.

        The child of an assessment that ended long ago is born by now, after that end; no birth that
        is still expected is past.
        """
        random, yesterday = self.random, self.calendar.days[-1]
        expected = self.calendar.days[timeline.start] + timedelta(days=random.randint(30, 190))
        if expected > self.today:
            return None, expected
        ended = timeline.status in (Status.AUTHORISED, Status.REOPENED, Status.CANCELLED)
        first = self.calendar.days[timeline.end] + timedelta(days=1)
        if ended and first <= yesterday:
            born = expected + timedelta(days=random.randint(-10, 10))
            return min(max(born, first), yesterday), None
        return None, self.today + timedelta(days=random.randint(1, 30))

    def _closure(self, assessment: FamilyAssessment, outcome: str) -> tuple[date | None, str]:
        """Return when and why the episode was closed; (None, "") while it is open."""
        workflow, random, timeline = (
            self.parameters.workflow,
            self.random,
            assessment.timeline,
        )
        if timeline.status not in (Status.AUTHORISED, Status.REOPENED):
            return None, ""
        if outcome in workflow.closed_at_once:
            reason = workflow.closed_at_once[outcome].draw(random)
            day = timeline.end + workflow.delays["closure"].draw(random)
        else:
            reason = workflow.closed_later.draw(random)
            day = timeline.end + random.randint(*workflow.closed_after)
        if assessment.until is not None:
            day = min(day, assessment.until)
        return (None, "") if day > self.calendar.last else (self.calendar.days[day], reason)


@lru_cache(maxsize=400)
def _reached(low: int, high: int, weights: tuple[int, ...]) -> list[int]:
    return list(accumulate(weights[low : high + 1]))


def _age_between(low: int, high: int, weights: tuple[int, ...], random: Random) -> int:
    reached = _reached(low, high, weights)
    return low + bisect_right(reached, random.randrange(reached[-1]))
