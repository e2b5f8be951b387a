"""A record that was joined to another of the same child stays joined, whoever writes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.models import Assessment, Child, Episode
from tests import people as make
from tests.database.raw import a_child_row, an_episode_row, change, insert, refused, run
from tests.people import People
from tests.services.test_joining import authorised, child, close, joined


@pytest.fixture
def records(people: People) -> tuple[Child, Child]:
    """The record that is kept, and the one that was joined to it."""
    start = make.start(people.ada, "EX1", referred=timezone.localdate() - timedelta(days=90))
    close(authorised(start, people.mo))
    make.start(people.ben, "EX2", referred=timezone.localdate())
    joined(child("EX1"), child("EX2"), people.mo)
    run("SET CONSTRAINTS ALL IMMEDIATE")
    return child("EX1"), child("EX2")


def test_it_is_not_parted_again(records: tuple[Child, Child]):
    with refused("a_joined_record_stays_joined"):
        change(records[1], joined_to_id=None)


def test_it_is_joined_to_no_record_that_is_joined_itself(
    people: People, records: tuple[Child, Child]
):
    other = make.cancel(make.start(people.ada, "EX3")).episode
    third = other.child
    with refused("a_joined_record_stays_joined"):
        change(records[0], joined_to_id=third.pk)
    with refused("a_joined_record_stays_joined"):
        change(third, joined_to_id=records[1].pk)
    with refused("a_record_is_joined_to_another"):
        change(third, joined_to_id=third.pk)
    with refused("a_joined_record_stays_joined"):
        change(third, joined_to_id=records[0].pk)  # It has an episode still.


def test_it_is_moved_to_no_other_child(people: People, records: tuple[Child, Child]):
    another = make.start(people.ada, "EX8").episode.child
    with refused("a_joined_record_stays_joined"):
        change(records[1], joined_to_id=another.pk)
        run("SET CONSTRAINTS ALL IMMEDIATE")


def test_none_begins_as_joined_to_a_record_that_is_joined(records: tuple[Child, Child]):
    with refused("a_joined_record_stays_joined"):
        insert(Child, **a_child_row(la_child_id="EX7", joined_to=records[1].pk))
        run("SET CONSTRAINTS ALL IMMEDIATE")


def test_it_gets_no_episode(records: tuple[Child, Child]):
    kept, other = records
    with refused("a_joined_record_gets_no_episode"):
        insert(Episode, **an_episode_row(other))
    with refused("an_episode_stays_the_childs"):
        change(kept.episodes.first(), child_id=other.pk)


def test_an_episode_moves_only_where_its_record_was_joined(people: People, draft: Assessment):
    other = make.start(people.ada, "EX9").episode.child
    with refused("an_episode_stays_the_childs"):
        change(draft.episode, child_id=other.pk)
