"""Starting an assessment: of a known child or a new one, in an episode or a new referral."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from assessments import services
from assessments.models import Assessment, Child, Episode, Status
from tests import people as make
from tests.people import People, a_child, a_referral
from tests.snapshot import unchanged


def day(before_today: int):
    return timezone.localdate() - timedelta(days=before_today)


def start(people: People, **values) -> Assessment:
    return services.start_assessment(
        **{
            "by": people.ada,
            "team": people.north,
            "start_date": day(5),
            "key": uuid.uuid4(),
            "child": a_child(),
            "episode": a_referral(),
        }
        | values
    )


def test_a_new_child_with_a_new_referral_gets_a_draft(people: People):
    made = start(people, episode=a_referral(primary_need="N1", family_reference="FAM1"))
    made.refresh_from_db()
    assert (made.status, made.version, made.codes, made.outcome) == (Status.DRAFT, 1, [], "")
    assert (made.worker, made.team, made.start_date) == (people.ada, people.north, day(5))
    assert (made.edition, made.end_date) == ("2021-04", None)
    episode, child = made.episode, made.episode.child
    assert (episode.referral_date, episode.referral_source) == (day(10), "6")
    assert (episode.primary_need, episode.family_reference) == ("N1", "FAM1")
    assert (child.la_child_id, child.name, child.sex) == ("EX1001", "Robin Sample", "F")


def test_an_unborn_child_has_an_expected_birth_date_alone(people: People):
    expected = timezone.localdate() + timedelta(days=60)
    unborn = a_child(given_name="", birth_date=None, expected_birth_date=expected, sex="U")
    child = start(people, child=unborn).episode.child
    assert (child.is_unborn, child.expected_birth_date, child.name) == (True, expected, "Sample")


def test_a_known_child_in_an_open_episode_gets_another_assessment(people: People):
    first = make.authorise(make.submit(start(people)), people.mo)
    again = start(
        people,
        child=first.episode.child,
        episode=first.episode,
        by=people.ben,
        start_date=day(0),
    )
    assert again.episode == first.episode
    assert Child.objects.count() == Episode.objects.count() == 1


def test_a_known_child_without_an_open_episode_gets_a_new_referral(people: People):
    first = start(people)
    make.cancel(first)
    Episode.objects.update(closure_date=day(2), reason_for_closure="RC8")
    again = start(people, child=first.episode.child, episode=a_referral(day(1)), start_date=day(0))
    assert again.episode != first.episode


# Who


@pytest.mark.parametrize("who", ["mo", "nia", "dee", "abe"])
def test_social_workers_alone_start_assessments(people: People, who: str):
    person = getattr(people, who)
    make.Membership.objects.get_or_create(user=person, team=people.north)
    with unchanged(), pytest.raises(services.NotPermitted):
        start(people, by=person)


def test_nobody_starts_one_in_another_team(people: People):
    with unchanged(), pytest.raises(services.NotPermitted):
        start(people, team=people.south)


def test_nobody_starts_one_in_a_team_that_is_no_longer_active(people: People):
    people.north.active = False
    people.north.save()
    with unchanged(), pytest.raises(services.NotPermitted):
        start(people)


def test_nobody_who_is_deactivated_starts_one(people: People):
    people.ada.is_active = False
    people.ada.save()
    with unchanged(), pytest.raises(services.NotPermitted):
        start(people)


# What cannot be so


def one_day_later(days: int = 1):
    return timezone.localdate() + timedelta(days=days)


WRONG_CHILD = {
    "an id with a space": ({"la_child_id": "EX 1"}, {"la_child_id"}),
    "an id with a newline": ({"la_child_id": "EX1\n"}, {"la_child_id"}),
    "a formula": ({"la_child_id": "=1+1"}, {"la_child_id"}),
    "no id": ({"la_child_id": ""}, {"la_child_id"}),
    "an id of 21 letters": ({"la_child_id": "X" * 21}, {"la_child_id"}),
    "letters of other alphabets": ({"la_child_id": "ÉX1"}, {"la_child_id"}),
    "no family name": ({"family_name": ""}, {"family_name"}),
    "a family name of 101 letters": ({"family_name": "X" * 101}, {"family_name"}),
    "a name with a control character": ({"given_name": "Ro\x07bin"}, {"given_name"}),
    "a name with NUL": ({"given_name": "Ro\x00bin"}, {"given_name"}),
    "half a character": ({"family_name": "Sam\ud800ple"}, {"family_name"}),
    "an unknown sex": ({"sex": "X"}, {"sex"}),
    "no sex": ({"sex": ""}, {"sex"}),
    "no birth date at all": ({"birth_date": None}, {"birth_date"}),
    "both birth dates": ({"expected_birth_date": day(-60)}, {"birth_date"}),
    "a birth that is yet to come": ({"birth_date": one_day_later()}, {"birth_date"}),
    "an unborn girl": (
        {"birth_date": None, "expected_birth_date": one_day_later(60)},
        {"sex"},
    ),
    "much at once": (
        {"la_child_id": "=1", "given_name": "A\x01", "sex": "", "birth_date": None},
        {"la_child_id", "given_name", "sex", "birth_date"},
    ),
}


@pytest.mark.parametrize("what", WRONG_CHILD)
def test_a_child_that_cannot_be_so_is_refused_field_by_field(people: People, what: str):
    fields, refused_fields = WRONG_CHILD[what]
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        start(people, child=a_child(**fields))
    assert refused.value.messages.keys() == refused_fields
    assert all(refused.value.messages.values())


WRONG_REFERRAL = {
    "tomorrow": ({"day": one_day_later()}, "referral_date"),
    "an unknown source": ({"referral_source": "ZZ"}, "referral_source"),
    "no source": ({"referral_source": ""}, "referral_source"),
    "an unknown need": ({"primary_need": "N99"}, "primary_need"),
    "a formula": ({"family_reference": "=1+1"}, "family_reference"),
    "a newline": ({"family_reference": "FAM1\n"}, "family_reference"),
}


@pytest.mark.parametrize("what", WRONG_REFERRAL)
def test_a_referral_that_cannot_be_so_is_refused(people: People, what: str):
    fields, field = WRONG_REFERRAL[what]
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        start(people, episode=a_referral(**fields))
    assert refused.value.messages.keys() == {field}


def test_an_assessment_starts_on_or_after_the_referral(people: People):
    referred = timezone.localdate() - timedelta(days=10)
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        start(people, start_date=referred - timedelta(days=1))
    assert refused.value.messages == {
        "start_date": "Start date must be on or after the referral date, "
        f"{referred.day} {referred:%B %Y} (census rule 1103)"
    }
    assert start(people, start_date=referred).start_date == referred


def test_an_assessment_starts_today_at_the_latest(people: People):
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        start(people, start_date=one_day_later())
    assert refused.value.messages == {"start_date": "Start date must be today or in the past"}
    assert start(people, start_date=timezone.localdate()).start_date == timezone.localdate()


@pytest.mark.parametrize("la_child_id", ["EX1001", "ex1001"])
def test_a_child_id_that_is_known_is_refused(people: People, la_child_id: str):
    start(people)
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        start(people, by=people.ben, child=a_child(la_child_id))
    assert refused.value.messages == {
        "la_child_id": "This id cannot be used here. Look for the child by the id; if that finds "
        "nobody, ask your team manager or a data officer"
    }


def test_a_second_open_episode_is_refused(people: People):
    first = start(people)
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        start(people, child=first.episode.child, episode=a_referral(day(6)))
    assert refused.value.messages == {"referral_date": "This child has an open episode already"}


@pytest.mark.parametrize(
    "closed", [{"closure_date": day(1), "reason_for_closure": "RC8"}, {"no_further_action": True}]
)
def test_nothing_is_started_in_a_closed_episode(people: People, closed: dict):
    first = start(people)
    make.cancel(first)
    Episode.objects.update(**closed)
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        start(people, child=first.episode.child, episode=first.episode)
    assert refused.value.messages == {
        "episode": "This episode is closed. Add the new referral instead"
    }


@pytest.mark.parametrize("status", Status)
def test_an_episode_has_one_assessment_that_is_not_completed(people: People, status: Status):
    first = make.in_status(status, people.cleo, people.nia)
    again = {"child": first.episode.child, "episode": first.episode, "start_date": day(0)}
    if status in {Status.AUTHORISED, Status.REOPENED, Status.CANCELLED, Status.VOIDED}:
        assert start(people, **again).episode == first.episode
        return
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        start(people, **again)
    assert refused.value.messages == {
        "episode": "This episode has an assessment that is not completed. "
        "Finish or cancel that one first (census rule 8896)"
    }


def test_an_authorised_record_under_change_is_no_obstacle(people: People):
    """What was authorised once is completed, also while its new version is with a manager."""
    first = make.in_status(Status.REOPENED, people.cleo, people.nia)
    sent = make.submit(first, "4A")
    again = {"child": sent.episode.child, "episode": sent.episode, "start_date": day(0)}
    assert start(people, **again).status == Status.DRAFT


def test_another_childs_episode_is_no_place_to_start(people: People):
    first, other = start(people), start(people, child=a_child("EX2", family_name="Marsh"))
    with unchanged(), pytest.raises(services.NotPermitted):
        start(people, child=first.episode.child, episode=other.episode)
