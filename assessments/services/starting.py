"""Starting an assessment: of a child, in an episode."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from assessments import queries
from assessments.evaluation import current_edition
from assessments.models import Assessment, Child, Episode
from assessments.services.refusals import FactsRefused, NotPermitted, field_errors
from assessments.services.writing import run_once
from cinfactors.accounts.models import Team, User


@dataclass(frozen=True, slots=True)
class NewChild:
    """What is entered about a child who is not recorded yet."""

    la_child_id: str
    given_name: str
    family_name: str
    sex: str
    birth_date: date | None = None
    expected_birth_date: date | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class NewEpisode:
    """What is entered about a new referral."""

    referral_date: date
    referral_source: str
    primary_need: str = ""
    family_reference: str = ""


def start_assessment(
    *,
    by: User,
    team: Team,
    start_date: date,
    key: uuid.UUID,
    child: Child | NewChild,
    episode: Episode | NewEpisode,
) -> Assessment:
    """Start an assessment of a child, known or new, in an open episode or a new referral.

    Raises NotPermitted, and FactsRefused for dates or ids that cannot be so, for an episode with
    an assessment that is not completed yet (census rule 8896), and for a restricted record that
    no manager of the team could authorise.
    """
    if not queries.may_start_assessments(by) or team not in queries.teams_of(by):
        raise NotPermitted
    today = timezone.localdate()

    def write() -> Assessment:
        if isinstance(child, NewChild):
            the_child = _add_child(child, today)
        else:
            the_child = _known_child(child, by, team)
        if isinstance(episode, NewEpisode):
            the_episode = _open_episode(the_child, episode, today)
        else:
            the_episode = Episode.objects.select_for_update().get(pk=episode.pk, child=the_child)
        _check_start(the_episode, start_date, today)
        now = timezone.now()
        return Assessment.objects.create(
            episode=the_episode,
            team=team,
            worker=by,
            start_date=start_date,
            edition=current_edition().id,
            started_at=now,
            saved_at=now,
        )

    content = (child, episode, start_date, team.pk)
    return run_once(key, by=by, act="start", content=content, write=write)


def _known_child(child: Child, by: User, team: Team) -> Child:
    """Return the child, locked, so that nobody changes meanwhile who is named for the record."""
    known = queries.children_to_assess(by).select_for_update(of=("self",)).filter(pk=child.pk)
    current = known.first()
    if current is None:
        raise NotPermitted
    if current.restricted and not queries.includes_manager_of(
        queries.people_named_for(current), team
    ):
        raise FactsRefused(
            {"team": f"No manager of {team.name} is named for this restricted record"}
        )
    return current


def _add_child(child: NewChild, today: date) -> Child:
    entered = Child(
        la_child_id=child.la_child_id,
        given_name=child.given_name,
        family_name=child.family_name,
        sex=child.sex,
        birth_date=child.birth_date,
        expected_birth_date=child.expected_birth_date,
        disabled=child.disabled,
    )
    if child.birth_date and child.birth_date > today:
        raise FactsRefused({"birth_date": "Date of birth must be today or in the past"})
    _save_new(entered)
    return entered


def _open_episode(child: Child, episode: NewEpisode, today: date) -> Episode:
    if episode.referral_date > today:
        raise FactsRefused({"referral_date": "Referral date must be today or in the past"})
    entered = Episode(
        child=child,
        referral_date=episode.referral_date,
        referral_source=episode.referral_source,
        primary_need=episode.primary_need,
        family_reference=episode.family_reference,
    )
    _save_new(entered)
    return entered


FIELD_OF_CONSTRAINT = {
    "child_ids_are_unique": "la_child_id",
    "child_id_is_letters_and_digits": "la_child_id",
    "exactly_one_of_birth_date_and_expected_birth_date": "birth_date",
    "one_open_episode_for_each_child": "referral_date",
    "family_reference_is_letters_and_digits": "family_reference",
}
"""The field of the form that shows the message of a constraint."""

MESSAGE_OF_CONSTRAINT = {
    # The same whether the child can be found or is restricted to others: it reveals neither.
    "child_ids_are_unique": (
        "There is a child with this id already. Look for the child by the id; if that finds "
        "nobody, ask your team manager"
    ),
}
"""Messages that replace the constraint's own."""


def _save_new(entered: Child | Episode) -> None:
    """Save a new row. Raises FactsRefused with the messages of its fields and constraints."""
    fields = {each.name for each in entered._meta.fields} - {"reference"}
    messages = field_errors(entered, *fields)
    for constraint in entered._meta.constraints:
        field = FIELD_OF_CONSTRAINT.get(constraint.name)
        if field is None or field in messages:
            continue
        try:
            constraint.validate(type(entered), entered)
        except ValidationError as refused:
            messages[field] = MESSAGE_OF_CONSTRAINT.get(
                constraint.name, ". ".join(refused.messages)
            )
    if messages:
        raise FactsRefused(messages)
    try:
        with transaction.atomic():
            entered.save(force_insert=True)
    except IntegrityError as refused:
        # Somebody else saved the same between the check and the write.
        name = getattr(getattr(refused.__cause__, "diag", None), "constraint_name", "")
        for constraint in entered._meta.constraints:
            if constraint.name == name and name in FIELD_OF_CONSTRAINT:
                message = MESSAGE_OF_CONSTRAINT.get(name, str(constraint.violation_error_message))
                raise FactsRefused({FIELD_OF_CONSTRAINT[name]: message}) from refused
        raise


def _check_start(episode: Episode, start_date: date, today: date) -> None:
    if not episode.is_open:
        raise FactsRefused({"episode": "This episode is closed. Add the new referral instead"})
    if start_date > today:
        raise FactsRefused({"start_date": "Start date must be today or in the past"})
    if start_date < episode.referral_date:
        raise FactsRefused(
            {
                "start_date": "Start date must be on or after the referral date, "
                f"{_day(episode.referral_date)} (census rule 1103)"
            }
        )
    if queries.not_completed_in(episode).exists():
        raise FactsRefused(
            {
                "episode": "This episode has an assessment that is not completed. "
                "Finish or cancel that one first (census rule 8896)"
            }
        )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
