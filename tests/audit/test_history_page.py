"""The History page: what people did to a record, in words."""

from __future__ import annotations

import re
import uuid
from html import unescape

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.evaluation import current_edition
from assessments.models import Assessment, Child, NamedPerson
from tests import people as make
from tests.people import People


def history_of(client, assessment: Assessment, **query: object) -> str:
    response = client.get(reverse("history", args=[assessment.reference]), query)
    assert response.status_code == 200
    return unescape(response.content.decode())


def events(page: str) -> list[str]:
    """The lines of the history, the latest first, without time and program."""
    found = re.findall(r'<li class="app-typed-text"><time[^>]*>[^<]*</time>(.*?)</li>', page)
    return [re.sub(r" +", " ", re.sub(r"<[^>]+>", "", each)).strip() for each in found]


def save(client, assessment: Assessment, *codes: str) -> None:
    version = Assessment.objects.get(pk=assessment.pk).version
    fields = {"codes": codes, "version": version, "key": uuid.uuid4(), "next": "later"}
    response = client.post(reverse("factors", args=[assessment.reference]), fields)
    assert response.status_code == 302


def test_added_and_removed_codes_are_shown_with_their_names(people: People, browser_of):
    assessment, ada = make.start(people.ada), browser_of(people.ada)
    save(ada, assessment, "3A", "4B")
    save(ada, assessment, "4B")
    lines = events(history_of(browser_of(people.mo), assessment))
    name = current_edition().name_of
    assert lines[:3] == [
        f"Ada Winter removed 3A {name('3A')}",
        f"Ada Winter added 3A {name('3A')}",
        f"Ada Winter added 4B {name('4B')}",
    ]


def test_every_submission_and_decision_is_shown(people: People, browser_of):
    assessment = make.return_it(make.submit(make.start(people.ada)), people.mo, "Which of them?")
    make.authorise(make.submit(assessment, "4B", "5A"), people.mo)
    page = history_of(browser_of(people.dee), assessment)
    lines = [line.partition(" (entered through")[0] for line in events(page)]
    name = current_edition().name_of
    lines = [line for line in lines if "Ada Winter" in line or "Mo Harbour" in line]
    assert lines == [
        "Mo Harbour authorised version 2",
        f"Ada Winter submitted version 2: 4B {name('4B')}; 5A {name('5A')}",
        "Mo Harbour returned version 1: Another reason. “Which of them?”",
        f"Ada Winter submitted version 1: 4B {name('4B')}",
        "Ada Winter started the assessment in the team North",
    ]


def test_restricting_a_record_and_naming_people_is_shown(people: People, browser_of):
    assessment = make.start(people.ada)
    child = assessment.episode.child
    for person in (people.ada, people.mo):
        NamedPerson.objects.create(
            child=child, person=person, named_by=people.mo, named_at=assessment.started_at
        )
    Child.objects.filter(pk=child.pk).update(restricted=True, family_name="Other")
    lines = events(history_of(browser_of(people.mo), assessment))
    assert [line.partition(" (entered")[0] for line in lines if "restricted" in line] == [
        "A program restricted the record",
        "Mo Harbour named Ada Winter as one who may see the restricted record",
        "Mo Harbour named Mo Harbour as one who may see the restricted record",
    ]
    assert "A program changed the family name" in "\n".join(lines)
    assert "Other" not in "\n".join(lines)


def test_the_difference_between_any_two_versions(people: People, browser_of):
    assessment = make.return_it(make.submit(make.start(people.ada), "3A", "4B"), people.mo)
    assessment = make.return_it(make.submit(assessment, "4B", "5A"), people.mo)
    assessment = make.submit(assessment, "20", description="A fire")
    dee = browser_of(people.dee)

    def rows(**query: int) -> dict[str, str]:
        found = re.findall(
            r"<dt[^>]*>([^<]*)</dt><dd[^>]*>(.*?)</dd>", history_of(dee, assessment, **query)
        )
        return {name: re.sub(r"<[^>]+>", "|", value).strip("|") for name, value in found}

    def listed(*codes: str) -> str:
        return "||".join(f"{code} {current_edition().name_of(code)}" for code in codes)

    first = rows(**{"from": 1, "to": 2})
    assert (first["Added"], first["Removed"], first["Kept"]) == (
        listed("5A"),
        listed("3A"),
        listed("4B"),
    )
    assert first["Outcome"] == "Child in need plan (the same)"
    last = rows()
    assert (last["Added"], last["Removed"], last["Kept"]) == (
        listed("20"),
        listed("4B", "5A"),
        "Nothing",
    )
    assert last["Description"] == "None, then A fire"
    assert rows(**{"from": 3, "to": 1})["Added"] == listed("3A", "4B")


def test_a_version_that_is_not_there_is_not_found(people: People, browser_of):
    assessment = make.return_it(make.submit(make.start(people.ada)), people.mo)
    make.submit(assessment)
    dee = browser_of(people.dee)
    address = reverse("history", args=[assessment.reference])
    for query in ({"from": 3}, {"to": "x"}, {"from": "0"}, {"from": "1'"}):
        assert dee.get(address, query).status_code == 404


def test_the_history_takes_as_many_queries_however_long_it_is(people: People, browser_of):
    short = make.start(people.ada)
    long = make.return_it(make.submit(make.start(people.ada, "EX1002")), people.mo)
    long = make.return_it(make.submit(long, "4B", "5A"), people.mo)
    mo, numbers = browser_of(people.mo), []
    history_of(mo, short)
    for assessment in (short, long):
        with CaptureQueriesContext(connection) as captured:
            history_of(mo, assessment)
        numbers.append(len(captured))
    assert numbers[0] == numbers[1]


def test_only_those_who_see_the_record_see_its_history(people: People, browser_of):
    address = reverse("history", args=[make.start(people.ada).reference])
    for person, status in (
        (people.ben, 200),
        (people.cleo, 404),
        (people.nia, 404),
        (people.abe, 404),
    ):
        assert browser_of(person).get(address).status_code == status
