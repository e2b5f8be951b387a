"""Facts of a child beside submissions and decisions on its assessments."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import services
from assessments.models import Assessment, Child
from tests import people as make


def test_submitting_and_authorising_lock_the_facts_that_they_judge(people):
    draft = make.start(people.ada)
    with CaptureQueriesContext(connection) as queries:
        make.authorise(make.submit(draft, "1B"), people.mo)
    locks = [
        each["sql"]
        for each in queries
        if "FOR NO KEY UPDATE" in each["sql"] and 'FROM "assessments_child"' in each["sql"]
    ]
    assert len(locks) == 2


def test_a_fact_that_cannot_be_stands_in_the_way_of_no_other(people):
    draft = make.start(people.ada)
    Child.objects.update(birth_date=timezone.localdate() + timedelta(days=3))
    draft = Assessment.objects.get()
    make.change_details(draft, people.ada, given_name="Kim")
    draft = Assessment.objects.get()
    with pytest.raises(services.FactsRefused):
        make.change_details(draft, people.ada, birth_date=timezone.localdate() + timedelta(days=2))


def test_starting_for_a_child_who_died_is_asked_about(people):
    draft = make.start(people.ada)
    make.record_death(draft, people.ada)
    make.cancel(draft)
    Child.objects.update(death_date=draft.start_date - timedelta(days=1))
    child = Child.objects.get()
    with pytest.raises(services.NeedsConfirming) as asked:
        services.start_assessment(
            by=people.ada,
            team=people.north,
            start_date=draft.start_date,
            key=uuid.uuid4(),
            child=child,
            episode=draft.episode,
        )
    assert "died before the start" in asked.value.messages["death"]
