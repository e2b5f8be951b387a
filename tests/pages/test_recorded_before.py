"""What was recorded before stands beside the codes, unticked: the child's own, and the family's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from assessments import queries
from assessments.evaluation import current_edition
from assessments.models import Assessment, Episode
from assessments.presenters.code_notes import codes_shared_by_siblings
from tests import people as make
from tests.pages.form_data import at
from tests.pages.page import read, ticked, words

LONG_AGO = timedelta(days=200)


def today() -> date:
    return timezone.localdate()


def on_this_day() -> str:
    return date_format(today(), "j F Y")


def authorised(people, worker, la_child_id: str, *codes: str, family: str = "") -> Assessment:
    draft = make.start(worker, la_child_id, referred=today() - LONG_AGO)
    Episode.objects.filter(pk=draft.episode_id).update(family_reference=family)
    manager = people.mo if worker.teams.get() == people.north else people.nia
    return make.authorise(make.submit(draft, *codes), manager)


def another_of_the_same_child(earlier: Assessment, family: str = "") -> Assessment:
    Episode.objects.filter(pk=earlier.episode_id).update(
        closure_date=today() - timedelta(days=20), reason_for_closure="RC8"
    )
    episode = Episode.objects.create(
        child=earlier.episode.child,
        referral_date=today() - timedelta(days=10),
        referral_source="6",
        family_reference=family,
    )
    return make.services.start_assessment(
        by=earlier.worker,
        team=earlier.team,
        start_date=episode.referral_date,
        key=make.uuid.uuid4(),
        child=earlier.episode.child,
        episode=episode,
    )


@pytest.fixture
def notes_of(browser_of):
    def notes(assessment: Assessment) -> dict[str, str]:
        response = browser_of(assessment.worker).get(at("factors", assessment))
        assert ticked(response) == assessment.codes
        return {each["id"]: words(each.text) for each in read(response).select("div.app-note")}

    return notes


def test_what_was_authorised_of_the_child_before_is_marked(people, notes_of):
    earlier = authorised(people, people.ada, "EX1", "3A", "13A", "24A")
    now = another_of_the_same_child(earlier)
    assert notes_of(now) == {
        f"before-{code}": f"Recorded on {on_this_day()}" for code in ("3A", "13A", "24A")
    }


def test_notes_from_brothers_and_sisters_are_about_parents_and_home_alone(people, notes_of):
    authorised(people, people.ben, "EX1", "1A", "1B", "3C", "6B", "8B", "16A", "18C", family="F1")
    authorised(people, people.ada, "EX2", "1B", family="F1")
    authorised(people, people.ada, "EX3", "2B", family="F2")
    authorised(people, people.ada, "EX4", "4B")
    now = make.start(people.ada, "EX5")
    assert notes_of(now) == {}
    Episode.objects.filter(pk=now.episode_id).update(family_reference="F1")
    source, on = "Recorded for a brother or sister: ", on_this_day()
    assert notes_of(now) == {
        "family-1B": f"{source}EX1 on {on}, EX2 on {on}",
        "family-3C": f"{source}EX1 on {on}",
        "family-6B": f"{source}EX1 on {on}",
    }


def test_there_are_no_notes_from_a_child_whom_the_person_may_not_see(people, notes_of):
    authorised(people, people.cleo, "EX1", "1B", family="F1")
    hidden = authorised(people, people.ben, "EX2", "2B", family="F1")
    now = make.start(people.ada, "EX3")
    Episode.objects.filter(pk=now.episode_id).update(family_reference="F1")
    assert set(notes_of(now)) == {"family-2B"}
    child = hidden.episode.child
    child.restricted = True
    child.save()
    assert notes_of(now) == {}
    for person in (people.mo, people.dee, people.abe):
        assert queries.earlier_selections(person, now) == []


def test_there_are_no_notes_from_what_was_not_authorised(people, notes_of):
    sibling = make.submit(make.start(people.ada, "EX1"), "1B")
    Episode.objects.filter(pk=sibling.episode_id).update(family_reference="F1")
    now = make.start(people.ada, "EX2")
    Episode.objects.filter(pk=now.episode_id).update(family_reference="F1")
    assert notes_of(now) == {}


def test_a_reopened_assessment_has_no_notes_from_itself(people, notes_of):
    done = authorised(people, people.ada, "EX1", "1B", family="F1")
    assert notes_of(make.reopen(done, people.mo)) == {}


def test_a_family_shares_codes_that_are_about_parents_or_the_home():
    """Every one has a counterpart about the child, and none is about the child."""
    edition = current_edition()
    shared = codes_shared_by_siblings(edition)
    assert len(shared) == 12
    for code in shared:
        about = {each.domain for each in edition.factor_of(code).codes}
        assert about == {domain.id for domain in edition.domains}
        assert "child" not in edition.codes[code].about.lower()
