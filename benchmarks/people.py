"""The person who makes the requests, with the same rows in every database, made by the services."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from random import Random

from django.utils import timezone

from assessments import rules, services
from assessments.evaluation import current_edition, selection_of
from assessments.models import Assessment, ReferralSource
from assessments.services import NewChild, NewEpisode
from cinfactors.accounts.models import Membership, Role, Team, User

USERNAME = "bench.worker"
OWN = 40
CODES = 4


def worker(own: int = OWN) -> User:
    """Return a social worker of the first team with this many assessments, made if need be."""
    found = User.objects.filter(username=USERNAME).first()
    if found:
        return found
    team = Team.objects.order_by("pk").first() or Team.objects.create(name="Bench team")
    person = User.objects.create(username=USERNAME, name="Bench Worker", role=Role.SOCIAL_WORKER)
    Membership.objects.create(user=person, team=team)
    today = timezone.localdate()
    for place in range(own):
        assessment = _start(person, team, today - timedelta(days=10 + place), place)
        record(assessment, ordinary_selection(assessment, place))
    return person


def _start(person: User, team: Team, day: date, place: int) -> Assessment:
    return services.start_assessment(
        by=person,
        team=team,
        start_date=day,
        key=uuid.uuid4(),
        child=NewChild(
            la_child_id=f"BENCH{place}",
            given_name=f"Given{place}",
            family_name=f"Family{place}",
            sex="F",
            birth_date=day - timedelta(days=365 * (1 + place % 16)),
        ),
        episode=NewEpisode(referral_date=day, referral_source=ReferralSource.POLICE),
    )


def record(assessment: Assessment, codes: list[str]) -> None:
    services.save_record(
        assessment=assessment,
        sent=services.Sent(codes=tuple(codes)),
        by=assessment.worker,
        version=assessment.version,
        key=uuid.uuid4(),
    )


def ordinary_selection(assessment: Assessment, seed: int) -> list[str]:
    """Return some codes that can be recorded together, on which the rules have findings."""
    edition = current_edition()
    random = Random(seed)  # noqa: S311  invented selections, no secret
    codes = list(edition.codes)
    while True:
        selection = random.sample(codes, CODES)
        findings = rules.evaluate(
            edition, rules.replace_codes(selection_of(assessment), selection, "")
        )
        if findings and not any(finding.is_error for finding in findings):
            return selection


def one_of(role: Role) -> User | None:
    """Return the first person of the invented records with this role, if there is one."""
    return User.objects.filter(role=role, is_active=True).order_by("pk").first()
