"""What draws nothing is no name, no reason, no description and no comment, whoever asks for one."""

from __future__ import annotations

import pytest

from assessments import services
from assessments.models import Child
from cinfactors.administration.forms import PersonForm, TeamForm
from tests import people as make
from tests.people import People

NOTHING = [
    "\u200b",
    "\u2800\u3164",
    "\u115f\u1160\uffa0",
    "\ufe0f",
    "\u00ad",
    "\u0301",
    "\U000e0061",
]
pytestmark = pytest.mark.parametrize("nothing", NOTHING)


def refused(what, *args, **kwargs) -> dict[str, str]:
    with pytest.raises(services.FactsRefused) as caught:
        what(*args, **kwargs)
    return caught.value.messages


def test_a_childs_family_name_says_something(people: People, nothing: str):
    assert refused(make.start, people.ada, family_name=nothing).keys() == {"family_name"}
    assert not Child.objects.exists()


def test_a_given_name_that_draws_nothing_is_none(people: People, nothing: str):
    make.start(people.ada, given_name=nothing)
    assert Child.objects.get().given_name == ""


def test_a_description_that_draws_nothing_is_none(people: People, nothing: str):
    draft = make.record(make.start(people.ada), "20", description=f" {nothing}\n{nothing}")
    assert draft.other_description == ""


def test_reasons_and_comments_say_something(people: People, nothing: str):
    assert refused(make.cancel, make.start(people.ada), nothing).keys() == {"reason"}
    sent = make.submit(make.start(people.ada, "EX2"))
    assert refused(make.return_it, sent, people.mo, nothing).keys() == {"comment"}
    assert refused(make.correct, sent, people.mo, "4A", reason=nothing).keys() == {"reason"}
    done = make.authorise(sent, people.mo)
    assert refused(make.reopen, done, people.mo, nothing).keys() == {"comment"}


def test_an_administrator_enters_names_that_say_something(people: People, nothing: str):
    team = TeamForm({"name": nothing, "active": "on"}, instance=people.north)
    assert team.errors.keys() == {"name"}
    person = PersonForm({"name": nothing, "username": "ada"}, instance=people.ada)
    assert "name" in person.errors


def test_an_administrators_names_are_stored_in_nfc_with_single_spaces(people: People, nothing: str):
    name = f"Zoe\u0308’s\u00a0 team {nothing}x"
    form = TeamForm({"name": name, "active": "on"}, instance=people.north)
    assert form.is_valid(), form.errors
    assert form.save().name == f"Zoë’s team {nothing}x"
