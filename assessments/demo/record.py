"""One assessment as its acts leave it: the record, its versions, answers and decisions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any, Protocol

from assessments import rules
from assessments.catalogue.types import Edition, Severity, code_order
from assessments.demo.acts import Act, Course
from assessments.demo.dates import Calendar
from assessments.demo.facts import Texts
from assessments.demo.rows import Rows, reference
from assessments.models import Assessment, Review, RuleAnswer, Status, Version
from assessments.record import described_codes

BETWEEN_ANSWERS = timedelta(seconds=40)


class Responsible(Protocol):
    """Who works on the assessment and who decides on it, by id."""

    @property
    def worker(self) -> int: ...
    @property
    def team(self) -> int: ...
    @property
    def manager(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What the rules ask of a child."""

    born: date | None
    sex: str
    disabled: bool

    def age_on(self, day: date) -> int | None:
        if self.born is None or self.born > day:
            return None
        born = self.born
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def add_assessment(
    rows: Rows,
    random: Random,
    *,
    texts: Texts,
    chances: Mapping[str, float],
    calendar: Calendar,
    post: Responsible,
    episode: int,
    course: Course,
    codes: Sequence[str],
    outcome: str,
    child: Circumstance,
    edition: Edition,
) -> None:
    """Add the rows of an assessment that took this course and found these codes."""
    written = _Written(
        random, texts, chances, edition, child, calendar.days[course.start], post.worker
    )
    numbers = [place for place, (act, _) in enumerate(course.acts) if act is Act.SUBMIT]
    versions: list[list[Any]] = []
    reviews: list[tuple[int, str, str, datetime]] = []
    for place, (act, moment) in enumerate(course.acts):
        written.version += 1
        if act is Act.SUBMIT:
            first_of_two = place == numbers[0] and len(numbers) > 1
            written.select(_without_one(codes, random) if first_of_two else codes)
            written.decide(outcome)
            written.answer_all(course.acts[place - 1][1], moment)
            written.submitted_at = moment
            versions.append([written.snapshot(), moment, None])
        elif act is Act.RETURN:
            comment = _question(written.codes, texts, random)
            reviews.append((len(versions), Review.Decision.RETURNED.value, comment, moment))
            written.submitted_at = None
        elif act is Act.AUTHORISE:
            versions[-1][2] = moment
            comment = random.choice(texts.authorised)
            reviews.append((len(versions), Review.Decision.AUTHORISED.value, comment, moment))
        elif act is Act.REOPEN:
            comment = random.choice(texts.reopened)
            reviews.append((len(versions), Review.Decision.REOPENED.value, comment, moment))
            written.submitted_at = None
    _record_a_beginning(course, codes, outcome, written, random)

    started_at, saved_at = course.acts[0][1], course.acts[-1][1]
    end_date = calendar.days[course.end]
    internal_review = course.start + random.randint(8, 15)
    reviewed_on = (
        calendar.days[internal_review]
        if internal_review <= course.end and random.random() < chances["internal_review"]
        else None
    )
    assessment = rows.add(
        Assessment,
        reference(random),
        episode,
        post.team,
        post.worker,
        written.start_date,
        reviewed_on,
        end_date if course.status == Status.AUTHORISED else None,
        edition.id,
        _array(written.codes),
        written.description,
        written.outcome,
        str(course.status),
        random.choice(texts.cancelled) if course.status == Status.CANCELLED else "",
        written.version,
        started_at,
        saved_at,
        written.submitted_at,
    )
    for answer in written.answers:
        rows.add(
            RuleAnswer,
            assessment,
            answer.rule,
            answer.kind,
            _array(answer.codes),
            answer.text,
            post.worker,
            answer.at,
        )
    version_ids = []
    for number, (snapshot, submitted_at, authorised_at) in enumerate(versions, start=1):
        version_ids.append(
            rows.add(
                Version,
                assessment,
                number,
                *snapshot[:3],
                written.start_date,
                reviewed_on,
                end_date if authorised_at else None,
                edition.id,
                snapshot[3],
                post.worker,
                submitted_at,
                post.manager if authorised_at else None,
                authorised_at,
            )
        )
    for number, decision, comment, moment in reviews:
        rows.add(
            Review,
            assessment,
            version_ids[number - 1],
            decision,
            comment,
            post.manager,
            moment,
        )


@dataclass(frozen=True, slots=True)
class _Answer:
    rule: str
    kind: str
    codes: tuple[str, ...]
    text: str
    at: datetime


class _Written:
    """What stands in the record so far."""

    def __init__(
        self,
        random: Random,
        texts: Texts,
        chances: Mapping[str, float],
        edition: Edition,
        child: Circumstance,
        start_date: date,
        worker: int,
    ) -> None:
        self.random, self.texts, self.chances = random, texts, chances
        self.edition, self.child, self.start_date = edition, child, start_date
        self.worker = worker
        self.codes: Sequence[str] = ()
        self.description = ""
        self.outcome = ""
        self.version = 0
        self.submitted_at: datetime | None = None
        self.answers: list[_Answer] = []
        self._asked: tuple[tuple[str, ...], str] | None = None
        self._found: tuple[rules.Finding, ...] = ()

    def select(self, codes: Sequence[str]) -> None:
        self.codes = codes
        if described_codes(self.edition).isdisjoint(codes):
            self.description = ""
        elif not self.description:
            self.description = self.random.choice(self.texts.other)

    def decide(self, outcome: str) -> None:
        if self.outcome != outcome:
            self.outcome = outcome
            self.version += 1

    def answer_all(self, since: datetime, until: datetime) -> None:
        """Answer, shortly before a time, what the rules ask and was not answered before."""
        given = {(answer.rule, answer.codes) for answer in self.answers}
        asked = [
            finding
            for finding in self._findings(self.codes)
            if finding.rule.severity in (Severity.EXPLAIN, Severity.CONSIDER)
            and (finding.rule.id, finding.codes) not in given
        ]
        replies = [*self._complied(), *map(self._reply, asked)]
        pause = min(BETWEEN_ANSWERS, (until - since) / (len(replies) + 1))
        for place, (rule, kind, codes, text) in enumerate(replies):
            at = until - pause * (len(replies) - place)
            self.answers.append(_Answer(rule, kind, codes, text, at))
        self.version += len(replies)

    def snapshot(self) -> tuple[str, str, str, str]:
        """Codes, description, outcome and the answers that hold, as a version keeps them."""
        at_stake = {finding.rule.id: finding.codes for finding in self._findings(self.codes)}
        holding = {
            answer.rule: answer
            for answer in self.answers
            if at_stake.get(answer.rule) == answer.codes
        }
        return (
            _array(self.codes),
            self.description,
            self.outcome,
            json.dumps([self._as_json(answer) for answer in holding.values()]) if holding else "[]",
        )

    def _as_json(self, answer: _Answer) -> dict[str, Any]:
        return {
            "rule": answer.rule,
            "kind": answer.kind,
            "codes": answer.codes,
            "text": answer.text,
            "by": self.worker,
            "at": answer.at.isoformat(),
        }

    def _findings(self, codes: Sequence[str]) -> tuple[rules.Finding, ...]:
        """What the rules say of the codes; asked again of the same, what they said before."""
        asked = (tuple(codes), self.outcome)
        if asked != self._asked:
            self._asked, self._found = asked, self._evaluate(codes)
        return self._found

    def _evaluate(self, codes: Sequence[str]) -> tuple[rules.Finding, ...]:
        child = self.child
        return rules.findings(
            self.edition,
            rules.Selection(
                sent=tuple(codes),
                other_description=self.description,
                outcome=self.outcome,
                age=child.age_on(self.start_date),
                unborn=child.born is None,
                sex=child.sex,
                disabled=child.disabled,
            ),
        )

    def _reply(self, finding: rules.Finding) -> tuple[str, str, tuple[str, ...], str]:
        rule, random = finding.rule, self.random
        texts = self.texts.answers_of.get(rule.id, self.texts.answers)
        if rule.severity is Severity.EXPLAIN:
            return rule.id, RuleAnswer.Kind.REASON.value, finding.codes, random.choice(texts)
        with_note = random.random() < self.chances["note_when_considered"]
        text = random.choice(texts) if with_note else ""
        return rule.id, RuleAnswer.Kind.CONSIDERED.value, finding.codes, text

    def _complied(self) -> Iterable[tuple[str, str, tuple[str, ...], str]]:
        """Codes that stand there because a rule asked for them."""
        if self.answers:
            return
        for added in _added_by_rules(self.edition):
            if added in self.codes and self.random.random() < self.chances["complied"]:
                before = tuple(code for code in self.codes if code != added)
                for finding in self._evaluate(before):
                    if finding.rule.adds == added:
                        yield finding.rule.id, RuleAnswer.Kind.COMPLIED.value, finding.codes, ""


def _record_a_beginning(
    course: Course, codes: Sequence[str], outcome: str, written: _Written, random: Random
) -> None:
    """What stands in an assessment that was never submitted: nothing, a part, or all of it."""
    if course.status not in (Status.DRAFT, Status.CANCELLED):
        return
    times = sum(act is Act.RECORD for act, _ in course.acts)
    if not times:
        return
    number = max(1, len(codes) * times // 4)
    written.select(sorted(random.sample(codes, number), key=code_order))
    if number == len(codes) and course.status == Status.DRAFT and random.random() < 0.5:
        written.decide(outcome)
        written.answer_all(course.acts[-2][1], course.acts[-1][1])


def _without_one(codes: Sequence[str], random: Random) -> Sequence[str]:
    """What was selected at first, before the manager asked."""
    if len(codes) < 2:
        return codes
    left_out = random.randrange(len(codes))
    return tuple(code for place, code in enumerate(codes) if place != left_out)


def _question(codes: Sequence[str], texts: Texts, random: Random) -> str:
    asked = [code for code in codes if code in texts.returned_of]
    if asked and random.random() < 0.7:
        return texts.returned_of[random.choice(asked)]
    return random.choice(texts.returned)


@lru_cache(maxsize=8)
def _added_by_rules(edition: Edition) -> tuple[str, ...]:
    """Each code that a rule asks to add, once."""
    added = {rule.adds for rule in edition.rules if rule.adds}
    return tuple(sorted(added, key=code_order))


def _array(codes: Iterable[str]) -> str:
    """Codes as PostgreSQL reads an array: letters and digits need no quoting."""
    return "{" + ",".join(codes) + "}"
