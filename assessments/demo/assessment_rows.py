"""The rows of one assessment, made by following its timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from assessments.catalogue.types import Edition, code_order
from assessments.demo.dates import Calendar
from assessments.demo.parameters import Parameters, Texts
from assessments.demo.rows import Rows, reference
from assessments.demo.simulation import ChildFacts, ManagerDecision, SimulatedAssessment
from assessments.demo.timeline import MOST_SAVES, Event, Timeline
from assessments.models import (
    Assessment,
    PinnedComment,
    Reply,
    Review,
    RuleAnswer,
    Status,
    Version,
)

Decision = Review.Decision


@dataclass(frozen=True, slots=True)
class Assignment:
    """A social worker, the team and its manager, by id."""

    worker: int
    team: int
    manager: int


def add_assessment(
    rows: Rows,
    random: Random,
    *,
    parameters: Parameters,
    calendar: Calendar,
    assignment: Assignment,
    episode: int,
    timeline: Timeline,
    codes: Sequence[str],
    other_description: str,
    outcome: str,
    child: ChildFacts,
    edition: Edition,
) -> None:
    """Add an assessment with this timeline, whose final selection is these codes."""
    start_date, end_date = calendar.days[timeline.start], calendar.days[timeline.end]
    simulated = SimulatedAssessment(
        random,
        parameters,
        edition,
        child,
        start_date,
        other_description,
        assignment.worker,
        assignment.manager,
    )
    _follow(timeline, simulated, codes, outcome, parameters.texts, random)
    internal_review_date = None
    if random.random() < parameters.workflow.chances["internal_review"]:
        day = timeline.start + parameters.workflow.delays["internal_review"].draw(random)
        internal_review_date = calendar.days[day] if day <= timeline.end else None
    assessment = rows.add(
        Assessment,
        reference(random),
        episode,
        assignment.team,
        assignment.worker,
        start_date,
        internal_review_date,
        end_date if timeline.status in (Status.AUTHORISED, Status.REOPENED) else None,
        edition.id,
        _array(simulated.codes),
        simulated.description,
        simulated.outcome,
        timeline.status,
        random.choice(parameters.texts.cancelled) if timeline.status == Status.CANCELLED else "",
        simulated.version,
        timeline.events[0][1],
        timeline.saved_at,
        simulated.submitted_at,
    )
    for answer in simulated.answers:
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
    _add_versions(rows, assessment, simulated, assignment, internal_review_date, end_date)


def _add_versions(
    rows: Rows,
    assessment: int,
    simulated: SimulatedAssessment,
    assignment: Assignment,
    internal_review_date: date | None,
    end_date: date,
) -> None:
    """Add the submissions, and the manager's decisions on each."""
    for number, each in enumerate(simulated.submissions, start=1):
        authorised_at = each.authorised_at
        version = rows.add(
            Version,
            assessment,
            number,
            _array(each.codes),
            each.description,
            each.outcome,
            simulated.start_date,
            internal_review_date,
            end_date if authorised_at else None,
            simulated.edition.id,
            each.answers,
            assignment.worker,
            each.at,
            assignment.manager if each.corrected else None,
            assignment.manager if authorised_at else None,
            authorised_at,
        )
        for decision in each.decisions:
            review = rows.add(
                Review,
                assessment,
                version,
                decision.decision.value,
                decision.reason,
                decision.comment,
                assignment.manager,
                decision.at,
            )
            for code, text in decision.pinned.items():
                rows.add(PinnedComment, review, code, text)
            if decision.replied_at:
                for code, text in decision.replies.items():
                    rows.add(Reply, review, code, text, assignment.worker, decision.replied_at)


def _follow(
    timeline: Timeline,
    simulated: SimulatedAssessment,
    codes: Sequence[str],
    outcome: str,
    texts: Texts,
    random: Random,
) -> None:
    """Change the simulated assessment as the timeline says, event by event."""
    # A single code is never corrected: the submission before it could not lack a code.
    events = [each for each in timeline.events if each[0] is not Event.CORRECT or len(codes) > 1]
    changes_left = sum(event in (Event.SUBMIT, Event.CORRECT) for event, _ in events)
    if not changes_left:
        _begin(timeline, simulated, codes, outcome, random)
    before = events[0][1]
    for event, moment in events:
        simulated.version += event is not Event.REPLY
        if event is Event.SUBMIT:
            changes_left -= 1
            # The last code is added only after the manager's return or correction.
            simulated.select(_without_one(codes, random) if changes_left else codes)
            simulated.set_outcome(outcome)
            simulated.answer_all(before, moment)
            simulated.submit(moment)
        elif event is Event.RETURN:
            simulated.review(_question(simulated.codes, texts, random, moment))
        elif event is Event.REPLY:
            simulated.reply(moment)
        elif event is Event.CORRECT:
            changes_left -= 1
            simulated.correct(codes, random.choice(texts.corrected), moment)
        elif event is Event.AUTHORISE:
            comment = random.choice(texts.authorised)
            simulated.review(ManagerDecision(Decision.AUTHORISED, comment, moment))
        elif event is Event.REOPEN:
            why = random.choice(texts.reopened)
            simulated.review(ManagerDecision(Decision.REOPENED, why, moment))
        before = moment


def _begin(
    timeline: Timeline,
    simulated: SimulatedAssessment,
    codes: Sequence[str],
    outcome: str,
    random: Random,
) -> None:
    """Select nothing, a part or all of the codes of an assessment that was never submitted."""
    times = sum(event is Event.RECORD for event, _ in timeline.events)
    if not times:
        return
    number = max(1, len(codes) * times // MOST_SAVES)
    simulated.select(sorted(random.sample(codes, number), key=code_order))
    ready = number == len(codes) and timeline.status == Status.DRAFT
    if ready and random.random() < simulated.parameters.workflow.chances["ready_to_submit"]:
        simulated.set_outcome(outcome)
        simulated.answer_all(timeline.events[-2][1], timeline.events[-1][1])


def _without_one(codes: Sequence[str], random: Random) -> Sequence[str]:
    if len(codes) < 2:
        return codes
    left_out = random.randrange(len(codes))
    return tuple(code for place, code in enumerate(codes) if place != left_out)


def _question(codes: Sequence[str], texts: Texts, random: Random, at: datetime) -> ManagerDecision:
    """Return the manager's return of the submission, mostly with a comment on one of the codes."""
    with_comment = [code for code in codes if code in texts.returned_of]
    if not with_comment:
        why = random.choice(texts.returned)
        return ManagerDecision(Decision.RETURNED, why.text, at, why.reason, replies={"": why.reply})
    code = random.choice(with_comment)
    why = texts.returned_of[code]
    comment = random.choice(texts.pinned)
    pinned, replies = {code: why.text}, {code: why.reply}
    return ManagerDecision(Decision.RETURNED, comment, at, why.reason, pinned, replies)


def _array(codes: Iterable[str]) -> str:
    """Return codes as PostgreSQL reads an array: letters and digits need no quoting."""
    return "{" + ",".join(codes) + "}"
