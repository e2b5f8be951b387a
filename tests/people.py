"""People with names and roles, and assessments in every status.

Everything is made as the product makes it, through services.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from assessments import services
from assessments.models import Assessment, Outcome, Review, Status
from assessments.presenters.questions import questions_of
from assessments.rules import AnswerKind
from cinfactors.accounts.models import ROLES_IN_THE_ADMIN, Membership, Role, Team, User

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
    """Return a girl of nine called Robin Sample; `fields` replaces any of it."""
    return services.NewChild(
        **{
            "la_child_id": la_child_id,
            "given_name": "Robin",
            "family_name": "Sample",
            "sex": "F",
            "birth_date": timezone.localdate().replace(day=1) - timedelta(days=9 * 366 + 30),
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
    """Start a draft of `by` for a new child, in their first team, on the day of referral."""
    referral = a_referral(referred)
    return services.start_assessment(
        by=by,
        team=team or by.teams.order_by("pk").first(),
        start_date=started or referral.referral_date,
        key=uuid.uuid4(),
        child=a_child(la_child_id, **child),
        episode=referral,
    )


def start_after(earlier: Assessment) -> Assessment:
    """Start a draft of another assessment of the same child, in the same episode."""
    return services.start_assessment(
        by=earlier.worker,
        team=earlier.team,
        start_date=timezone.localdate(),
        key=uuid.uuid4(),
        child=earlier.episode.child,
        episode=earlier.episode,
    )


def record(assessment: Assessment, *codes: str, description: str = "") -> Assessment:
    """Save these codes as the worker."""
    return services.record_factors(
        assessment=assessment,
        codes=codes,
        other_description=description,
        by=assessment.worker,
        version=assessment.version,
        key=uuid.uuid4(),
    )


def codes_of(assessment: Assessment) -> list[str]:
    """Return the codes that are stored now."""
    assessment.refresh_from_db()
    return assessment.codes


def set_outcome(assessment: Assessment, outcome: str = Outcome.CHILD_IN_NEED_PLAN) -> Assessment:
    return services.set_outcome(
        assessment=assessment,
        outcome=outcome,
        by=assessment.worker,
        version=assessment.version,
        key=uuid.uuid4(),
    )


def answer_all(assessment: Assessment, reason: str = "It is so in this case") -> Assessment:
    """Give a reason, or say "considered", as the worker, for every rule that asks."""
    for question in questions_of(assessment):
        if not question.answered:
            assessment = services.answer_rule(
                assessment=assessment,
                rule=question.finding.rule.id,
                kind=AnswerKind.REASON if question.asks_reason else AnswerKind.CONSIDERED,
                text=reason if question.asks_reason else "",
                by=assessment.worker,
                version=assessment.version,
                key=uuid.uuid4(),
            )
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
    )


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


def authorise(assessment: Assessment, by: User) -> Assessment:
    return services.authorise(
        assessment=assessment, by=by, version=assessment.version, key=uuid.uuid4()
    )


def reopen(
    assessment: Assessment, by: User, comment: str = "The court report says otherwise"
) -> Assessment:
    return services.reopen(
        assessment=assessment, comment=comment, by=by, version=assessment.version, key=uuid.uuid4()
    )


def correct(
    assessment: Assessment,
    by: User,
    *codes: str,
    reason: str = "The report names the parent",
    description: str = "",
) -> Assessment:
    """Change the submitted codes to these, as the manager."""
    return services.correct(
        assessment=assessment,
        codes=codes,
        other_description=description,
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


def restrict(assessment: Assessment, by: User, *also: User) -> Assessment:
    """Restrict the child's record, as the manager `by`, to themselves, its worker and others."""
    child = assessment.episode.child
    services.restrict(child=child, people=[by, assessment.worker, *also], seen=[], by=by)
    child.refresh_from_db()
    return assessment


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
    return done if status == Status.AUTHORISED else reopen(done, manager)
