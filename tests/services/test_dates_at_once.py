"""Two people who change dates at the same moment: one of them is told."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from assessments import services
from assessments.models import Assessment, Episode
from cinfactors.accounts.models import Role
from tests import people as make
from tests.services.at_once import at_once
from tests.services.test_changing_referrals import change, closed

pytestmark = pytest.mark.django_db(transaction=True)


def refusals(results: list) -> list[type]:
    return [type(each) for each in results if isinstance(each, Exception)]


def test_of_two_changes_of_a_referral_one_is_stale():
    people = make.make_people()
    draft = make.start(people.ada)
    results = at_once(
        lambda: change(draft, people.ada, primary_need="N1", version=1),
        lambda: change(draft, people.mo, primary_need="N2", version=1),
    )
    assert refusals(results) == [services.StaleFacts]
    assert Episode.objects.get().version == 2


def test_an_episode_is_not_closed_before_the_end_that_is_moved_at_that_moment():
    people = make.make_people()
    other = make.make_person("Una Dale", people.north, role=Role.TEAM_MANAGER)
    today = timezone.localdate()
    before = today - timedelta(days=5)
    done = make.authorise(make.submit(make.start(people.ada)), people.mo, before)
    results = at_once(
        lambda: change(done, people.mo, reason="Services ended", **closed(before)),
        lambda: services.correct_dates(
            assessment=done,
            start_date=done.start_date,
            end_date=today,
            reason="The letter says so",
            by=other,
            version=done.version,
            key=uuid.uuid4(),
        ),
    )
    assert refusals(results) == [services.FactsRefused]
    closure = Episode.objects.get().closure_date
    assert closure is None or Assessment.objects.get().end_date <= closure
