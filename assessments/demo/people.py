"""The people of the invented records: those who can sign in, and their colleagues."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path
from random import Random

from django.contrib.auth.hashers import make_password

from assessments.demo.assessment_rows import Assignment
from assessments.demo.parameters import load_parameters
from assessments.demo.rows import reference
from cinfactors.accounts.models import ROLES_IN_THE_ADMIN, Membership, Role, Team, User
from cinfactors.accounts.sign_in.passwords import random_password


@dataclass(frozen=True, slots=True)
class SignIn:
    """What one of the demo's people signs in with."""

    username: str
    password: str
    role: str
    name: str
    team: str


def add_people(
    number: int, *, since: datetime, random: Random
) -> tuple[list[Assignment], list[SignIn]]:
    """Add enough teams and people for this many assessments.

    Return the workers' assignments, those of people who can sign in first, and the sign-ins.
    """
    parameters = load_parameters()
    colleagues = parameters.colleagues
    workers = max(colleagues.fewest_workers, -(-number // colleagues.assessments_for_each))
    teams = _add_teams(max(len(parameters.teams), -(-workers // colleagues.workers_in_a_team)))

    sign_ins = [
        SignIn(account.username, random_password(), account.role, account.name, account.team)
        for account in parameters.accounts
    ]
    by_name = {team.name: team for team in teams}
    people = [
        (_person(each.username, each.name, each.role, each.password, since, random), each.team)
        for each in sign_ins
    ]
    with_manager = {team for person, team in people if person.role == Role.TEAM_MANAGER}
    people += [
        (_colleague(Role.TEAM_MANAGER, place, since, random), team.name)
        for place, team in enumerate(
            (team for team in teams if team.name not in with_manager), start=1
        )
    ]
    missing = workers - sum(person.role == Role.SOCIAL_WORKER for person, _ in people)
    people += [
        (_colleague(Role.SOCIAL_WORKER, place, since, random), team.name)
        for place, team in enumerate(islice(cycle(teams), max(0, missing)), start=1)
    ]
    User.objects.bulk_create([person for person, _ in people], batch_size=1000)
    Membership.objects.bulk_create(
        [Membership(user=person, team=by_name[team]) for person, team in people if team],
        batch_size=5000,
    )
    managers = {team: person.pk for person, team in people if person.role == Role.TEAM_MANAGER}
    return [
        Assignment(person.pk, by_name[team].pk, managers[team])
        for person, team in people
        if person.role == Role.SOCIAL_WORKER
    ], sign_ins


def _add_teams(number: int) -> list[Team]:
    parameters = load_parameters()
    names = [
        *parameters.teams,
        *(
            parameters.colleagues.team.format(number=place)
            for place in range(len(parameters.teams) + 1, number + 1)
        ),
    ]
    return Team.objects.bulk_create([Team(name=name) for name in names])


def _colleague(role: Role, place: int, since: datetime, random: Random) -> User:
    parameters = load_parameters()
    name = f"{random.choice(parameters.given_names)} {random.choice(parameters.family_names)}"
    username = parameters.colleagues.username.format(role=role.value.split("_")[-1], number=place)
    return _person(username, name, role, None, since, random)


def _person(
    username: str, name: str, role: str, password: str | None, since: datetime, random: Random
) -> User:
    return User(
        reference=reference(random),
        username=username,
        name=name,
        role=role,
        password=make_password(password),
        is_staff=role in ROLES_IN_THE_ADMIN,
        date_joined=since,
    )


def require_writable(path: Path) -> None:
    """Raise OSError unless a file can be made beside `path`; remove what a killed run left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _unfinished(path).unlink(missing_ok=True)
    tempfile.TemporaryFile(dir=path.parent).close()  # without a name, so that none is ever left


def write_sign_ins(path: Path, sign_ins: Sequence[SignIn]) -> None:
    """Write them for their owner alone, whole or not at all. Raise OSError."""
    unfinished = _unfinished(path)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump([asdict(each) for each in sign_ins], file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _unfinished(path: Path) -> Path:
    return path.with_name(f"{path.name}.unfinished")
