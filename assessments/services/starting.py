"""Starting an assessment: of a child, in an episode."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from assessments import queries
from assessments.evaluation import current_edition
from assessments.models import Assessment, Child, Episode
from assessments.services.changing_starts import improbable_start
from assessments.services.duplicates import note_likely_duplicates
from assessments.services.facts import ask_whether_right, refused_facts, save_facts
from assessments.services.facts_of_episodes import (
    improbable_overlap,
    improbable_referral,
    overlap_refused,
    referral_refused,
    start_refused,
)
from assessments.services.refusals import FactsRefused, NotPermitted
from assessments.services.writing import rely_on_people_and_teams, run_once
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
    disabled: bool | None = None


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
    confirmed: Collection[str] = (),
    family_of: Episode | None = None,
) -> Assessment:
    """Start an assessment of a child, known or new, in an open episode or a new referral.

    `family_of` is an episode of a brother or sister: of it and the child's open one, whichever
    has no family reference gets that of the other.

    Raises NotPermitted, FactsRefused for dates or ids that cannot be so, for an episode with an
    assessment that is not completed yet (census rule 8896), and for a restricted record that no
    manager of the team could authorise; and NeedsConfirming for what is hardly right, unless
    its messages are among the `confirmed`: a likely duplicate whom the person may see, say. Every
    likely duplicate of a new child is noted for the managers.
    """
    today = timezone.localdate()

    def write() -> Assessment:
        rely_on_people_and_teams(by)
        if not queries.may_start_assessments(by) or team not in queries.teams_of(by):
            raise NotPermitted
        if isinstance(child, NewChild):
            the_child = _add_child(child, today)
            alike = queries.likely_duplicates_of(the_child)
        else:
            the_child, alike = _known_child(child, by, team), []
        if isinstance(episode, NewEpisode):
            the_episode = _open_episode(the_child, episode, today)
        else:
            # With the sibling's, in one order for everybody: two may start for each other's child.
            pair = [each.pk for each in (episode, family_of) if each is not None]
            rows = Episode.objects.select_for_update().filter(pk__in=pair).order_by("pk")
            the_episode = {each.pk: each for each in rows}[episode.pk]
            if the_episode.child_id != the_child.pk:
                raise NotPermitted
            the_episode.child = the_child
        sibling = _locked_sibling(the_episode, family_of)
        _check_start(the_episode, start_date, today)
        now = timezone.now()
        started = Assessment(
            episode=the_episode,
            team=team,
            worker=by,
            start_date=start_date,
            edition=current_edition().id,
            started_at=now,
            saved_at=now,
        )
        hardly = improbable_start(started, start_date)
        if isinstance(episode, NewEpisode):
            hardly |= improbable_referral(the_episode.referral_date, today)
        if seen := queries.visible_among(by, alike):
            hardly["la_child_id"] = _the_same_child(seen)
        hardly |= improbable_overlap(start_date, None, queries.others_in_episode(started))
        ask_whether_right(hardly, confirmed)
        started.save(force_insert=True)
        if isinstance(child, NewChild):
            note_likely_duplicates(the_child, alike)
        if sibling is not None:
            _share_family_reference(the_episode, sibling, by)
        return started

    content = (child, episode, start_date, team.pk, family_of and family_of.pk)
    return run_once(key, by=by, act="start", content=content, write=write)


def _the_same_child(alike: Sequence[Child]) -> str:
    """Return the question whether a child who is added is one whom the person may see."""
    names = ", ".join(f"{child.la_child_id} {child.name}".strip() for child in alike)
    have = "has" if len(alike) == 1 else "have"
    return f"{names} {have} the same date of birth and a like name: this is another child"


def _locked_sibling(episode: Episode, family_of: Episode | None) -> Episode | None:
    """Return the episode of the brother or sister, locked; None for the child's own."""
    if family_of is None:
        return None
    locked = Episode.objects.select_for_update(of=("self",)).select_related("child")
    return locked.filter(pk=family_of.pk).exclude(child=episode.child).first()


def _share_family_reference(episode: Episode, sibling: Episode, by: User) -> None:
    """Give the episode that has no family reference that of the other, where the person may.

    Not where either record is restricted: others would read it on the other. What was authorised
    is corrected with a reason alone.
    """
    if sibling.child.restricted or episode.child.restricted:
        return
    if not episode.family_reference and sibling.family_reference:
        episode.family_reference = sibling.family_reference
        save_facts(episode)
    elif (
        episode.family_reference
        and not sibling.family_reference
        and queries.may_correct_facts(by, sibling.child)
        and not queries.was_authorised(sibling.child)
    ):
        sibling.family_reference = episode.family_reference
        save_facts(sibling)


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
    if messages := refused_facts(entered):
        raise FactsRefused(messages)
    save_facts(entered)
    return entered


def _open_episode(child: Child, episode: NewEpisode, today: date) -> Episode:
    if message := referral_refused(episode.referral_date, child, today):
        raise FactsRefused({"referral_date": message})
    entered = Episode(
        child=child,
        referral_date=episode.referral_date,
        referral_source=episode.referral_source,
        primary_need=episode.primary_need,
        family_reference=episode.family_reference,
    )
    if messages := refused_facts(entered):
        raise FactsRefused(messages)
    others = child.episodes.order_by("referral_date")
    if message := overlap_refused(episode.referral_date, None, others):
        raise FactsRefused({"referral_date": message})
    save_facts(entered)
    return entered


def _check_start(episode: Episode, start_date: date, today: date) -> None:
    if not episode.is_open:
        raise FactsRefused({"episode": "This episode is closed. Add the new referral instead"})
    if message := start_refused(start_date, episode, today):
        raise FactsRefused({"start_date": message})
    if queries.not_completed_in(episode).exists():
        raise FactsRefused(
            {
                "episode": "This episode has an assessment that is not completed. "
                "Finish or cancel that one first (census rule 8896)"
            }
        )
