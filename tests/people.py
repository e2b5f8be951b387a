"""People with names and roles, and assessments in every status.

Everything is made as the product makes it, through services.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from assessments import services
from assessments.catalogue.types import Severity
from assessments.evaluation import current_edition, evaluate
from assessments.models import Assessment, Child, Outcome, Review, Status
from assessments.rules import AnswerKind
from assessments.services import SaveOutcome, SaveResult, Sent, SentAnswer, SentReply
from cinfactors.accounts.models import ROLES_IN_THE_ADMIN, Membership, Role, Team, User

Result = TypeVar("Result")
LOCKED = (Status.SUBMITTED, Status.AUTHORISED, Status.CANCELLED, Status.VOIDED)
"""The statuses in which the worker does not have an assessment."""

PASSWORD = "harbour lantern thistle"


def make_team(name: str, *, active: bool = True) -> Team:
    return Team.objects.get_or_create(name=name, defaults={"active": active})[0]


def _person(name: str, role: Role, active: bool = True) -> User:
    return User(
        username=name.split()[0].lower(),
        password=make_password(PASSWORD),
        name=name,
        role=role,
        is_active=active,
        is_staff=role in ROLES_IN_THE_ADMIN,
    )


def make_person(
    name: str, *teams: Team, role: Role = Role.SOCIAL_WORKER, active: bool = True
) -> User:
    """Make a person whose user name is their first name, in lower case."""
    person = _person(name, role, active)
    person.save(force_insert=True)
    Membership.objects.bulk_create(Membership(user=person, team=team) for team in teams)
    return person


@dataclass(frozen=True)
class People:
    """Two teams with the people who work in them and manage them, and the people of no team."""

    north: Team
    south: Team
    ada: User
    """A social worker of North."""
    ben: User
    """Another social worker of North."""
    cleo: User
    """A social worker of South."""
    mo: User
    """The manager of North."""
    nia: User
    """The manager of South."""
    dee: User
    """The data officer."""
    abe: User
    """The administrator."""

    def by_role(self) -> dict[str, User]:
        """One person of each role; the social worker is Ada."""
        return {person.role: person for person in (self.ada, self.mo, self.dee, self.abe)}


def make_people() -> People:
    north, south = make_team("North"), make_team("South")
    cast = {
        "ada": _person("Ada Winter", Role.SOCIAL_WORKER),
        "ben": _person("Ben Marsh", Role.SOCIAL_WORKER),
        "cleo": _person("Cleo Frost", Role.SOCIAL_WORKER),
        "mo": _person("Mo Harbour", Role.TEAM_MANAGER),
        "nia": _person("Nia Field", Role.TEAM_MANAGER),
        "dee": _person("Dee Ledger", Role.DATA_OFFICER),
        "abe": _person("Abe Keys", Role.ADMINISTRATOR),
    }
    # In bulk, since nearly every test begins here.
    User.objects.bulk_create(cast.values())
    Membership.objects.bulk_create(
        Membership(user=cast[name], team=team)
        for team, names in ((north, ("ada", "ben", "mo")), (south, ("cleo", "nia")))
        for name in names
    )
    return People(north=north, south=south, **cast)


def a_child(la_child_id: str = "EX1001", **fields: Any) -> services.NewChild:
    """Return a girl of nine called Robin Sample, with a birthday of this id's own.

    Those of one birthday would be likely duplicates, and asked about. `fields` replaces any of it.
    """
    days = int("".join(filter(str.isdecimal, la_child_id)) or 0) % 290
    return services.NewChild(
        **{
            "la_child_id": la_child_id,
            "given_name": "Robin",
            "family_name": "Sample",
            "sex": "F",
            "birth_date": timezone.localdate().replace(day=1) - timedelta(days=9 * 366 + 30 + days),
            "disabled": False,
        }
        | fields
    )


def a_referral(day: date | None = None, **fields: Any) -> services.NewEpisode:
    """Return a referral by the police ten days ago; `fields` replaces any of it."""
    return services.NewEpisode(
        **{
            "referral_date": day or timezone.localdate() - timedelta(days=10),
            "referral_source": "6",
        }
        | fields
    )


def start(
    by: User,
    la_child_id: str = "EX1001",
    *,
    team: Team | None = None,
    referred: date | None = None,
    started: date | None = None,
    **child: Any,
) -> Assessment:
    """Start a draft of `by` for a new child, in their first team, on the day of referral.

    What is hardly right is confirmed.
    """
    referral = a_referral(referred)
    return confirming(
        services.start_assessment,
        by=by,
        team=team or by.teams.order_by("pk").first(),
        start_date=started or referral.referral_date,
        key=uuid.uuid4(),
        child=a_child(la_child_id, **child),
        episode=referral,
    )


def confirming(service: Callable[..., Result], **values: Any) -> Result:
    """Call a service, and once more with all that it asks to be confirmed."""
    try:
        return service(**values)
    except services.NeedsConfirming as asked:
        return service(**values, confirmed=[*asked.messages.values()])


def start_after(earlier: Assessment) -> Assessment:
    """Start a draft of another assessment of the same child, in the same episode."""
    return confirming(
        services.start_assessment,
        by=earlier.worker,
        team=earlier.team,
        start_date=timezone.localdate(),
        key=uuid.uuid4(),
        child=earlier.episode.child,
        episode=earlier.episode,
    )


def record(assessment: Assessment, *codes: str, description: str = "") -> Assessment:
    """Save these codes as the worker."""
    return saved(assessment, codes=codes, other_description=description)


def save(assessment: Assessment, **values: Any) -> SaveResult:
    """Save what a page sends, as the worker; who, the version and the key may be others."""
    given = {"by": assessment.worker, "version": assessment.version, "key": uuid.uuid4()}
    given |= {name: values.pop(name) for name in {*given, "whole", "chosen"} & values.keys()}
    return services.save_record(assessment=assessment, sent=Sent(**values), **given)


def saved(assessment: Assessment, **values: Any) -> Assessment:
    """Save it and return the row, all of it being recorded."""
    result = save(assessment, **values)
    assert (result.outcome, result.refused) == (SaveOutcome.SAVED, {})
    return result.assessment


def answer(assessment: Assessment, rule: str, kind: str, text: str = "") -> Assessment:
    """Answer a rule with its button, as the worker."""
    return saved(assessment, answers=(SentAnswer(rule, kind, text, pressed=True),))


def codes_of(assessment: Assessment) -> list[str]:
    """Return the codes that are stored now."""
    assessment.refresh_from_db()
    return assessment.codes


def set_outcome(assessment: Assessment, outcome: str = Outcome.CHILD_IN_NEED_PLAN) -> Assessment:
    return saved(assessment, outcome=outcome)


ANSWERS = {
    Severity.EXPLAIN: (AnswerKind.REASON, "It is so in this case"),
    Severity.CONSIDER: (AnswerKind.CONSIDERED, ""),
}
"""An answer to a rule that asks, by its severity: the kind and the text."""


def answer_all(assessment: Assessment, reason: str = "") -> Assessment:
    """Give a reason, or say "considered", as the worker, for every rule that asks."""
    for finding in evaluate(assessment).open:
        kind, text = ANSWERS[finding.rule.severity]
        assessment = answer(assessment, finding.rule.id, kind, text and (reason or text))
    return assessment


def submit(
    assessment: Assessment,
    *codes: str,
    description: str = "",
    outcome: str = Outcome.CHILD_IN_NEED_PLAN,
) -> Assessment:
    """Record the codes (4B by default), answer what the rules ask, and submit, as the worker."""
    assessment = record(assessment, *(codes or ("4B",)), description=description)
    assessment = answer_all(set_outcome(assessment, outcome))
    return services.submit(
        assessment=assessment,
        by=assessment.worker,
        version=assessment.version,
        key=uuid.uuid4(),
        unchanged_is_meant=True,
    )


def reply(
    assessment: Assessment, texts: Mapping[str, str], *, by: User | None = None
) -> Assessment:
    """Reply to comments of the last decision, by code, as the worker; "" is its own comment."""
    asked = assessment.reviews.exclude(decision=Review.Decision.CORRECTED).latest("pk")
    services.reply(
        assessment=assessment,
        review=asked.pk,
        replies=[SentReply(code, text) for code, text in texts.items()],
        by=by or assessment.worker,
        key=uuid.uuid4(),
    )
    return assessment


def return_it(
    assessment: Assessment,
    by: User,
    comment: str = "What is the evidence?",
    *,
    reason: str = Review.Reason.OTHER,
    pinned: Mapping[str, str] | None = None,
) -> Assessment:
    """Return it to the worker as the manager, with comments beside codes if there are any."""
    return services.return_to_worker(
        assessment=assessment,
        reason=reason,
        comment=comment,
        pinned=pinned or {},
        by=by,
        version=assessment.version,
        key=uuid.uuid4(),
    )


def authorise(assessment: Assessment, by: User, end_date: date | None = None) -> Assessment:
    return services.authorise(
        assessment=assessment,
        by=by,
        version=assessment.version,
        key=uuid.uuid4(),
        end_date=end_date,
    )


def reopen(
    assessment: Assessment, by: User, comment: str = "The court report says otherwise"
) -> Assessment:
    return services.reopen(
        assessment=assessment, comment=comment, by=by, version=assessment.version, key=uuid.uuid4()
    )


def withdraw(assessment: Assessment) -> Assessment:
    return services.withdraw_submission(
        assessment=assessment, by=assessment.worker, version=assessment.version, key=uuid.uuid4()
    )


def correct(
    assessment: Assessment,
    by: User,
    *codes: str,
    reason: str = "The report names the parent",
    description: str = "",
    answers: Iterable[SentAnswer] | None = None,
) -> Assessment:
    """Change the submitted codes to these, as the manager, who answers what the guide asks."""
    if answers is None:
        evaluation = evaluate(assessment, current_edition()).with_codes(codes, description)
        answers = [
            SentAnswer(finding.rule.id, *ANSWERS[finding.rule.severity])
            for finding in evaluation.open
        ]
    return services.correct(
        assessment=assessment,
        codes=codes,
        other_description=description,
        reason=reason,
        answers=tuple(answers),
        by=by,
        version=assessment.version,
        key=uuid.uuid4(),
    )


def correct_dates(
    assessment: Assessment,
    by: User,
    start_date: date | None = None,
    end_date: date | None = None,
    *,
    reason: str = "The letter in the file says so",
) -> Assessment:
    """Correct one date of an authorised assessment, or both, and confirm what is hardly right."""
    return confirming(
        services.correct_dates,
        assessment=assessment,
        start_date=start_date or assessment.start_date,
        end_date=end_date or assessment.end_date or timezone.localdate(),
        reason=reason,
        by=by,
        version=assessment.version,
        key=uuid.uuid4(),
    )


def cancel(assessment: Assessment, reason: str = "Started for the wrong child") -> Assessment:
    return services.cancel(
        assessment=assessment,
        reason=reason,
        by=assessment.worker,
        version=assessment.version,
        key=uuid.uuid4(),
    )


def facts_of(child: Child, **fields: Any) -> services.ChildFacts:
    """Return the facts as they are recorded; `fields` replaces any of them."""
    recorded = {
        each.name: getattr(child, each.name) for each in dataclasses.fields(services.ChildFacts)
    }
    return services.ChildFacts(**recorded | fields)


def change_details(
    assessment: Assessment,
    by: User,
    *,
    reason: str = "The school’s record says so",
    version: int | None = None,
    key: uuid.UUID | None = None,
    confirmed: Iterable[str] = (),
    **fields: Any,
) -> services.FactsCorrected:
    """Change these facts of the assessment's child."""
    child = Child.objects.get(pk=assessment.episode.child_id)
    return services.change_details(
        child=child,
        facts=facts_of(child, **fields),
        reason=reason,
        by=by,
        version=version or child.version,
        key=key or uuid.uuid4(),
        confirmed=[*confirmed],
    )


def record_birth(
    assessment: Assessment,
    by: User,
    *,
    reason: str = "The midwife told us",
    version: int | None = None,
    key: uuid.UUID | None = None,
    confirmed: Iterable[str] = (),
    **fields: Any,
) -> services.FactsCorrected:
    """Record that the assessment's child was born today, a girl called Robin Sample."""
    child = Child.objects.get(pk=assessment.episode.child_id)
    birth = {
        "birth_date": timezone.localdate(),
        "given_name": "Robin",
        "family_name": "Sample",
        "sex": "F",
    }
    return services.record_birth(
        child=child,
        birth=services.Birth(**birth | fields),
        reason=reason,
        by=by,
        version=version or child.version,
        key=key or uuid.uuid4(),
        confirmed=[*confirmed],
    )


def record_death(
    assessment: Assessment,
    by: User,
    day: date | None = None,
    *,
    reason: str = "The hospital told us",
    confirmed: Iterable[str] = (),
) -> services.FactsCorrected:
    """Record that the assessment's child died on this day, or today."""
    child = Child.objects.get(pk=assessment.episode.child_id)
    return services.record_death(
        child=child,
        death_date=day or timezone.localdate(),
        reason=reason,
        by=by,
        version=child.version,
        key=uuid.uuid4(),
        confirmed=[*confirmed],
    )


def record_not_born(assessment: Assessment, by: User) -> services.FactsCorrected:
    """Record that the assessment's child is not born."""
    child = Child.objects.get(pk=assessment.episode.child_id)
    return services.record_not_born(child=child, by=by, version=child.version, key=uuid.uuid4())


def start_unborn(by: User, la_child_id: str = "EX1001", **fields: Any) -> Assessment:
    """Start a draft of `by` for an unborn child without a name, expected in two months."""
    expected = timezone.localdate() + timedelta(days=60)
    child = {
        "given_name": "",
        "sex": "U",
        "birth_date": None,
        "expected_birth_date": expected,
        "disabled": None,
    }
    return start(by, la_child_id, **child | fields)


def restrict(assessment: Assessment, by: User, *also: User) -> Assessment:
    """Restrict the child's record, as the manager `by`, to themselves, its worker and others."""
    child = assessment.episode.child
    services.restrict(child=child, people=[by, assessment.worker, *also], seen=[], by=by)
    child.refresh_from_db()
    return assessment


def void(assessment: Assessment, by: User, reason: str = "Another child’s") -> Assessment:
    return services.void(
        assessment=assessment,
        reason=reason,
        by=by,
        version=assessment.version,
        key=uuid.uuid4(),
    )


def amended(authorised: Assessment, status: Status, manager: User) -> Assessment:
    """Return an authorised record that is being amended, and was brought to `status`."""
    now = reopen(authorised, manager)
    if status == Status.REOPENED:
        return now
    now = submit(now)
    return now if status == Status.SUBMITTED else return_it(now, manager)


def in_status(status: Status, by: User, manager: User, la_child_id: str = "EX1001") -> Assessment:
    """Return an assessment of `by` in `status`, brought there by the services."""
    draft = start(by, la_child_id)
    if status == Status.DRAFT:
        return draft
    if status == Status.CANCELLED:
        return cancel(draft)
    sent = submit(draft)
    if status == Status.SUBMITTED:
        return sent
    if status == Status.RETURNED:
        return return_it(sent, manager)
    done = authorise(sent, manager)
    if status == Status.VOIDED:
        return void(done, manager)
    return done if status == Status.AUTHORISED else reopen(done, manager)
