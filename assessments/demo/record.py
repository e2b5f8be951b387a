"""The rows of one assessment, as its acts leave it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from assessments.catalogue.types import Edition, code_order
from assessments.demo.acts import MOST_RECORDED, Act, Course
from assessments.demo.dates import Calendar
from assessments.demo.facts import Facts, Texts
from assessments.demo.rows import Rows, reference
from assessments.demo.written import Circumstance, Decided, Written
from assessments.models import (
    Assessment,
    PinnedComment,
    Review,
    RuleAnswer,
    Status,
    Version,
)

Decision = Review.Decision


@dataclass(frozen=True, slots=True)
class Post:
    """A social worker, the team and its manager, by id."""

    worker: int
    team: int
    manager: int


def add_assessment(
    rows: Rows,
    random: Random,
    *,
    known: Facts,
    calendar: Calendar,
    post: Post,
    episode: int,
    course: Course,
    codes: Sequence[str],
    other: str,
    outcome: str,
    child: Circumstance,
    edition: Edition,
) -> None:
    """Add an assessment that took this course and in the end found these codes."""
    start_date, end_date = calendar.days[course.start], calendar.days[course.end]
    written = Written(random, known, edition, child, start_date, other, post.worker, post.manager)
    _follow(course, written, codes, outcome, known.texts, random)
    internal_review_date = None
    if random.random() < known.circumstances.chances["internal_review"]:
        day = course.start + known.circumstances.delays["internal_review"].draw(random)
        internal_review_date = calendar.days[day] if day <= course.end else None
    assessment = rows.add(
        Assessment,
        reference(random),
        episode,
        post.team,
        post.worker,
        start_date,
        internal_review_date,
        end_date if course.status == Status.AUTHORISED else None,
        edition.id,
        _array(written.codes),
        written.description,
        written.outcome,
        course.status,
        random.choice(known.texts.cancelled) if course.status == Status.CANCELLED else "",
        written.version,
        course.acts[0][1],
        course.acts[-1][1],
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
            answer.by,
            answer.at,
        )
    _add_versions(rows, assessment, written, post, internal_review_date, end_date)


def _add_versions(
    rows: Rows,
    assessment: int,
    written: Written,
    post: Post,
    internal_review_date: date | None,
    end_date: date,
) -> None:
    """The submissions, and the manager's decision on each."""
    for number, each in enumerate(written.submissions, start=1):
        authorised_at = each.authorised_at
        version = rows.add(
            Version,
            assessment,
            number,
            _array(each.codes),
            each.description,
            each.outcome,
            written.start_date,
            internal_review_date,
            end_date if authorised_at else None,
            written.edition.id,
            each.answers,
            post.worker,
            each.at,
            post.manager if each.corrected else None,
            post.manager if authorised_at else None,
            authorised_at,
        )
        for decided in each.decisions:
            review = rows.add(
                Review,
                assessment,
                version,
                decided.decision.value,
                decided.reason,
                decided.comment,
                post.manager,
                decided.at,
            )
            for code, text in decided.pinned.items():
                rows.add(PinnedComment, review, code, text)


def _follow(
    course: Course,
    written: Written,
    codes: Sequence[str],
    outcome: str,
    texts: Texts,
    random: Random,
) -> None:
    """Write what the course says, act by act."""
    # Of a single code, none can be left out.
    acts = [each for each in course.acts if each[0] is not Act.CORRECT or len(codes) > 1]
    selections = sum(act in (Act.SUBMIT, Act.CORRECT) for act, _ in acts)
    if not selections:
        _begin(course, written, codes, outcome, random)
    before = acts[0][1]
    for act, moment in acts:
        written.version += 1
        if act is Act.SUBMIT:
            selections -= 1
            # The manager's question, or the manager, led to the last code.
            written.select(_without_one(codes, random) if selections else codes)
            written.decide(outcome)
            written.answer_all(before, moment)
            written.submit(moment)
        elif act is Act.RETURN:
            written.review(_question(written.codes, texts, random, moment))
        elif act is Act.CORRECT:
            selections -= 1
            written.correct(codes, random.choice(texts.corrected), moment)
        elif act is Act.AUTHORISE:
            agreed = random.choice(texts.authorised)
            written.review(Decided(Decision.AUTHORISED, agreed, moment))
        elif act is Act.REOPEN:
            why = random.choice(texts.reopened)
            written.review(Decided(Decision.REOPENED, why, moment))
        before = moment


def _begin(
    course: Course, written: Written, codes: Sequence[str], outcome: str, random: Random
) -> None:
    """What stands in an assessment that was never submitted: nothing, a part, or all of it."""
    times = sum(act is Act.RECORD for act, _ in course.acts)
    if not times:
        return
    number = max(1, len(codes) * times // MOST_RECORDED)
    written.select(sorted(random.sample(codes, number), key=code_order))
    ready = number == len(codes) and course.status == Status.DRAFT
    if ready and random.random() < written.known.circumstances.chances["ready_to_submit"]:
        written.decide(outcome)
        written.answer_all(course.acts[-2][1], course.acts[-1][1])


def _without_one(codes: Sequence[str], random: Random) -> Sequence[str]:
    if len(codes) < 2:
        return codes
    left_out = random.randrange(len(codes))
    return tuple(code for place, code in enumerate(codes) if place != left_out)


def _question(codes: Sequence[str], texts: Texts, random: Random, at: datetime) -> Decided:
    """What the manager asks: mostly of one of the codes."""
    may_be_asked_of = [code for code in codes if code in texts.returned_of]
    if not may_be_asked_of:
        asked = random.choice(texts.returned)
        return Decided(Decision.RETURNED, asked.text, at, asked.reason)
    code = random.choice(may_be_asked_of)
    asked = texts.returned_of[code]
    comment = random.choice(texts.pinned)
    return Decided(Decision.RETURNED, comment, at, asked.reason, {code: asked.text})


def _array(codes: Iterable[str]) -> str:
    """Codes as PostgreSQL reads an array: letters and digits need no quoting."""
    return "{" + ",".join(codes) + "}"
