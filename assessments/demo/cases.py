"""Families: children, their episodes, and what was assessed in each, worker by worker."""

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
from assessments.demo import acts
from assessments.demo.acts import Course
from assessments.demo.dates import Calendar
from assessments.demo.facts import Facts, Pattern, facts
from assessments.demo.record import Post, add_assessment
from assessments.demo.rows import Rows, reference
from assessments.demo.selections import Found, selections
from assessments.demo.written import Circumstance
from assessments.models import Child, Episode, NamedPerson, Status

DAYS_IN_A_YEAR = 365.25
MOST_EARLIER = 2
"""Episodes before the present one."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """One assessment of a family: when, how and what was found for each child."""

    course: Course
    pattern: Pattern
    found: list[Found]
    until: int | None
    """The day of the next referral, by which the episode was closed; None for the present one."""


@dataclass(frozen=True, slots=True)
class Referral:
    """What is recorded alike for the brothers and sisters who were referred together."""

    source: str
    need: str
    closure: tuple[date | None, str]
    family_reference: str
    outcome: str
    other: str
    """What the code for other factors stood for, where it was found."""


def status_counts(number: int, weights: Mapping[str, int]) -> dict[str, int]:
    """How many of `number` assessments stand in each status: as weighted, and at least one each
    where there are enough to go round."""
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
        self.known: Facts = facts()
        self.calendar = Calendar(today)
        self.random = Random(seed)  # noqa: S311  invented records, no secret
        self.rows = rows
        self.today = today
        self._families = 0
        self._has_restricted = False

    def add(self, post: Post, number: int) -> None:
        """Add this many assessments of one worker, with their children and episodes."""
        left = status_counts(number, self.known.circumstances.statuses)
        for status in left:
            while left[status]:
                size = min(self.known.shares.family_sizes.draw(self.random), left[status])
                present = self._present(status, size)
                left[status] -= len(present.found)
                history = [present]
                while self._is_known_already(history, left):
                    before = self._earlier(history[-1])
                    if before is None:
                        break
                    left[Status.AUTHORISED] -= len(before.found)
                    history.append(before)
                self._add_family(post, history, left)

    def _present(self, status: str, size: int) -> Assessed:
        circumstances, calendar, random = self.known.circumstances, self.calendar, self.random
        placed = None
        while placed is None:
            placed = acts.referral_for(
                status, before=None, known=circumstances, calendar=calendar, random=random
            )
        course = acts.course(status, *placed, known=circumstances, calendar=calendar, random=random)
        pattern, found = selections(self._edition(course)).family(random, size)
        return Assessed(course, pattern, found, until=None)

    def _is_known_already(self, history: list[Assessed], left: Mapping[str, int]) -> bool:
        present = history[0]
        return (
            len(history) <= MOST_EARLIER
            and not present.pattern.unborn
            and left[Status.AUTHORISED] >= len(present.found)
            and self.random.random() < self.known.shares.earlier
        )

    def _earlier(self, later: Assessed) -> Assessed | None:
        """An authorised assessment in an episode before; None where there is no room for one."""
        circumstances, calendar, random = self.known.circumstances, self.calendar, self.random
        until = later.course.referral
        placed = acts.referral_for(
            Status.AUTHORISED, before=until, known=circumstances, calendar=calendar, random=random
        )
        if placed is None:
            return None
        course = acts.course(
            Status.AUTHORISED, *placed, known=circumstances, calendar=calendar, random=random
        )
        draw = selections(self._edition(course))
        found = [draw.again(later.pattern, random) for _ in later.found]
        return Assessed(course, later.pattern, found, until)

    def _edition(self, course: Course) -> Edition:
        completed = course.status in (Status.AUTHORISED, Status.REOPENED, Status.CANCELLED)
        return loader.edition_for(self.calendar.days[course.end] if completed else self.today)

    def _add_family(self, post: Post, history: list[Assessed], left: dict[str, int]) -> None:
        random, number = self.random, len(history[0].found)
        family_name = random.choice(self.known.family_names)
        given_names = random.sample(self.known.given_names, number)
        referrals = [self._referral(each) for each in history]
        restricted = self._is_restricted(number)
        for place, given_name in enumerate(given_names):
            fitting, age = self._age(history, [each.found[place].ages for each in history])
            # What no age of the child fits is left for another family.
            left[Status.AUTHORISED] += len(history) - fitting
            child, circumstance = self._add_child(
                history[:fitting], place, age, given_name, family_name, restricted=restricted
            )
            if restricted:
                started_at = history[fitting - 1].course.acts[0][1]
                for person in (post.worker, post.manager):
                    self.rows.add(NamedPerson, child, person, post.manager, started_at)
            for back in reversed(range(fitting)):
                self._add_episode(post, history[back], referrals[back], place, child, circumstance)

    def _is_restricted(self, children: int) -> bool:
        """Whether only its worker and manager may see the family: one of them all."""
        if children < 2 or self._has_restricted:
            return False
        self._has_restricted = True
        return True

    def _referral(self, assessed: Assessed) -> Referral:
        random, pattern = self.random, assessed.pattern
        outcome = pattern.outcomes.draw(random)
        family_reference = ""
        if len(assessed.found) > 1:
            self._families += 1
            family_reference = f"DEMOFAM{self._families:06d}"
        return Referral(
            source=pattern.sources.draw(random),
            need=pattern.needs.draw(random),
            closure=self._closure(assessed, outcome),
            family_reference=family_reference,
            outcome=outcome,
            other=random.choice(self.known.texts.other),
        )

    def _add_episode(
        self,
        post: Post,
        assessed: Assessed,
        referral: Referral,
        place: int,
        child: int,
        circumstance: Circumstance,
    ) -> None:
        """The episode of one child of the family, and its assessment."""
        course = assessed.course
        episode = self.rows.add(
            Episode,
            reference(self.random),
            child,
            self.calendar.days[course.referral],
            referral.source,
            referral.need,
            *referral.closure,
            course.status == Status.CANCELLED,
            referral.family_reference,
        )
        add_assessment(
            self.rows,
            self.random,
            known=self.known,
            calendar=self.calendar,
            post=post,
            episode=episode,
            course=course,
            codes=assessed.found[place].codes,
            other=referral.other,
            outcome=referral.outcome,
            child=circumstance,
            edition=self._edition(course),
        )

    def _age(self, history: list[Assessed], ages: list[tuple[int, int]]) -> tuple[int, int]:
        """How many assessments, from the latest back, fit one age, and that age at the latest."""
        days = self.calendar.days
        latest = days[history[0].course.start]
        low, high = ages[0]
        fitting = 1
        for each, (first, last) in zip(history[1:], ages[1:], strict=True):
            years = (latest - days[each.course.start]).days / DAYS_IN_A_YEAR
            older, younger = max(low, first + ceil(years)), min(high, last + floor(years))
            if older > younger:
                break
            low, high, fitting = older, younger, fitting + 1
        return fitting, _age_between(low, high, self.known.shares.age_weights, self.random)

    def _add_child(
        self,
        history: list[Assessed],
        place: int,
        age: int,
        given_name: str,
        family_name: str,
        *,
        restricted: bool,
    ) -> tuple[int, Circumstance]:
        random, shares = self.random, self.known.shares
        codes = {code for each in history for code in each.found[place].codes}
        start = self.calendar.days[history[0].course.start]
        unborn = history[0].pattern.unborn
        born = expected = None
        if unborn:
            expected = start + timedelta(days=random.randint(30, 190))
        else:
            born = start - timedelta(days=int(age * DAYS_IN_A_YEAR) + random.randint(6, 364))
        sex = shares.sexes.draw(random)
        if unborn:
            sex = "U"
        elif not shares.girls.isdisjoint(codes):
            sex = "F"
        disabling = not shares.disabling.isdisjoint(codes)
        disabled = random.random() < (
            shares.disabled_with if disabling else shares.disabled_without
        )
        number = self.rows.made(Child) + 1
        child = self.rows.add(
            Child,
            reference(random),
            f"DEMO{number:06d}",
            "" if unborn else given_name,
            family_name,
            born,
            expected,
            sex,
            disabled,
            restricted,
        )
        return child, Circumstance(born=born, sex=sex, disabled=disabled)

    def _closure(self, assessed: Assessed, outcome: str) -> tuple[date | None, str]:
        """When and why the episode was closed; (None, "") while it is open."""
        known, random, course = self.known.circumstances, self.random, assessed.course
        if course.status not in (Status.AUTHORISED, Status.REOPENED):
            return None, ""
        if outcome in known.closed_at_once:
            reason = known.closed_at_once[outcome].draw(random)
            day = course.end + known.delays["closure"].draw(random)
        else:
            reason = known.closed_later.draw(random)
            day = course.end + random.randint(*known.closed_after)
        if assessed.until is not None:
            day = min(day, assessed.until)
        return (None, "") if day > self.calendar.last else (self.calendar.days[day], reason)


@lru_cache(maxsize=400)
def _reached(low: int, high: int, weights: tuple[int, ...]) -> list[int]:
    return list(accumulate(weights[low : high + 1]))


def _age_between(low: int, high: int, weights: tuple[int, ...], random: Random) -> int:
    reached = _reached(low, high, weights)
    return low + bisect_right(reached, random.randrange(reached[-1]))
