"""Two people at the census at the same moment."""

from __future__ import annotations

import uuid
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from assessments.models import CensusCheck, CensusFinding, CensusNote
from assessments.services.returns import ExplainedMeanwhile, check_year, explain_query
from tests import people as make
from tests.pages.test_census import YEAR, queried
from tests.people import People
from tests.services.at_once import at_once


@pytest.fixture
def committed_people(transactional_db) -> People:
    return make.make_people()


def test_of_two_who_explain_a_query_at_once_the_second_is_told(committed_people: People):
    queried(committed_people)
    check_year(YEAR)
    query = CensusFinding.objects.get(kind="query")
    explaining = [
        partial(explain_query, finding=query, text=text, by=committed_people.dee, key=uuid.uuid4())
        for text in ("The court closed it", "The family moved")
    ]
    [refused] = [each for each in at_once(*explaining) if each is not None]
    [note] = CensusNote.objects.all()
    assert isinstance(refused, ExplainedMeanwhile)
    assert refused.note == note


def test_a_check_that_waits_for_another_too_long_says_so(committed_people: People):
    queried(committed_people)
    check_year(YEAR)

    def check_impatiently() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        call_command("census_check", "--year=2025-26")

    with transaction.atomic():
        CensusCheck.objects.select_for_update().get(year=YEAR.name)
        [refused] = at_once(check_impatiently)
    assert isinstance(refused, CommandError)
    assert str(refused).startswith("Another check of 2025-26 is under way. Nothing was changed")
