"""The History page: what people did to a record, in words."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from assessments import queries
from assessments.evaluation import current_edition
from assessments.models import Assessment, Child, NamedPerson
from tests import people as make
from tests.pages.page import read, words
from tests.people import People


def history_of(client, assessment: Assessment, **query: object) -> BeautifulSoup:
    response = client.get(reverse("history", args=[assessment.reference]), query)
    assert response.status_code == 200
    return read(response)


def events(page: BeautifulSoup) -> list[str]:
    """The lines of the history, the latest first, without their time."""
    lines = [words(event.text) for event in page.select("li:has(> time)")]
    return [line.partition(" ")[2] for line in lines]


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
    referred = date_format(assessment.episode.referral_date, "j F Y")
    page = history_of(browser_of(people.dee), assessment)
    lines = [line.partition(" (entered through")[0] for line in events(page)]
    name = current_edition().name_of
    lines = [line for line in lines if "Ada Winter" in line or "Mo Harbour" in line]
    assert lines == [
        "Mo Harbour authorised version 2",
        f"Ada Winter submitted version 2: 4B {name('4B')}; 5A {name('5A')}",
        "Mo Harbour returned version 1: Another reason. “Which of them?”",
        f"Ada Winter submitted version 1: 4B {name('4B')}",
        "Ada Winter started the assessment in North",
        f"Ada Winter recorded the referral of {referred}",
        "Ada Winter recorded the child",
    ]


def test_every_reply_to_a_comment_is_shown(people: People, browser_of):
    assessment = make.submit(make.start(people.ada))
    make.return_it(assessment, people.mo, "See below", pinned={"13A": "Which gang?"})
    assessment.refresh_from_db()
    make.reply(assessment, {"": "Looked again", "13A": "None"})
    make.reply(assessment, {"13A": "None that I know of"})
    lines = events(history_of(browser_of(people.mo), assessment))
    lines = [line.partition(" (entered")[0] for line in lines if " replied " in line]
    assert lines == [
        "Ada Winter replied to the comment on 13A: “None that I know of”",
        # Those of one moment stand as they were written.
        "Ada Winter replied to the manager’s comment: “Looked again”",
        "Ada Winter replied to the comment on 13A: “None”",
    ]


def test_an_answer_says_which_code_the_guide_asked_about(people: People, browser_of):
    assessment = make.record(make.start(people.ada), "20", description="Debts")
    assessment = make.answer(assessment, "other-alone", "considered")
    assessment = make.record(assessment, "6B", "13A")
    assessment = make.answer(assessment, "young-carer", "considered", "An aunt provides the care")
    assessment = make.answer(assessment, "gangs-with-criminal-exploitation", "complied")
    make.answer(make.record(assessment, "13A"), "gangs-with-criminal-exploitation", "reason", "No")
    lines = events(history_of(browser_of(people.mo), assessment))
    name = current_edition().name_of
    lines = [line.partition(" (entered")[0] for line in lines if " about " in line]
    assert lines == [
        f"Ada Winter gave a reason about 24A {name('24A')}: “No”",
        f"Ada Winter changed the selection as the guide asks about 24A {name('24A')}",
        f"Ada Winter considered what the guide asks about 7A {name('7A')}, and left the selection: "
        "“An aunt provides the care”",
        f"Ada Winter considered what the guide asks about 20 {name('20')}, and left the selection",
    ]


def test_the_history_names_a_team_by_its_name_alone(people: People, browser_of):
    """Since many a team's name says that it is one: "Meadow team"."""
    people.north.name = "Meadow team"
    people.north.save()
    assessment = make.start(people.ada)
    Assessment.objects.filter(pk=assessment.pk).update(
        team=people.south, version=assessment.version + 1
    )
    lines = events(history_of(browser_of(people.nia), assessment))
    lines = [line.partition(" (entered")[0] for line in lines if "the assessment" in line]
    assert lines == [
        "A program moved the assessment to South",
        "Ada Winter started the assessment in Meadow team",
    ]


def test_what_a_program_recorded_with_an_assessment_is_theirs_who_started_it(
    people: People, browser_of
):
    first = make.authorise(make.submit(make.start(people.ada)), people.mo)
    later = make.start_after(first)
    referred = date_format(first.episode.referral_date, "j F Y")
    for assessment in (first, later):
        lines = events(history_of(browser_of(people.mo), assessment))
        assert [line.partition(" (entered")[0] for line in lines[-2:]] == [
            f"Ada Winter recorded the referral of {referred}",
            "Ada Winter recorded the child",
        ]
        assert all("(entered through " in line for line in lines[-2:])


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
    assert "A program changed the family name from Sample to Other" in "\n".join(lines)


def test_the_difference_between_any_two_versions(people: People, browser_of):
    assessment = make.return_it(make.submit(make.start(people.ada), "3A", "4B"), people.mo)
    assessment = make.return_it(make.submit(assessment, "4B", "5A"), people.mo)
    assessment = make.submit(assessment, "20", description="A fire")
    dee = browser_of(people.dee)

    def rows(**query: int) -> dict[str, str]:
        page = history_of(dee, assessment, **query)
        return {name.text: words(name.find_next("dd").text) for name in page.select("dt")}

    def listed(*codes: str) -> str:
        return " ".join(f"{code} {current_edition().name_of(code)}" for code in codes)

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


def everything_told(client, assessment: Assessment) -> list[list[str]]:
    """The lines of each page of the history."""
    first = client.get(reverse("history", args=[assessment.reference]))
    pages = first.context["page"].paginator.page_range
    return [events(history_of(client, assessment, page=page)) for page in pages]


def test_a_history_of_a_thousand_changes_has_pages_of_a_hundred(people: People, browser_of):
    assessment = make.start(people.ada)
    rows = Assessment.objects.filter(pk=assessment.pk)
    for number in range(1000):
        rows.update(codes=["4A"] if number % 2 else ["4B"], version=F("version") + 1)
    mo = browser_of(people.mo)
    response = mo.get(reverse("history", args=[assessment.reference]))
    # The child, the referral and the start are written before the thousand.
    assert response.context["page"].paginator.count == 1003
    page = read(response)
    assert len(events(page)) == 200  # each adds a code and removes one
    assert "Page 1 of 11, the latest first." in words(page.text)
    assert [link["href"] for link in page.select("nav[aria-label=Pages] a[rel=next]")] == [
        "?page=2"
    ]
    last = everything_told(mo, assessment)[-1]
    assert "started the assessment" in last[0]
    assert len(response.content) < 100_000


@pytest.mark.django_db(transaction=True)
def test_pages_of_a_history_tell_the_same_as_one_page(browser_of, monkeypatch):
    """Also where the rows of one decision come to two pages."""
    people = make.make_people()
    assessment = make.return_it(
        make.submit(make.start(people.ada)), people.mo, "Which?", pinned={"4B": "Whose?"}
    )
    make.reply(assessment, {"4B": "The father's"})
    done = make.authorise(make.submit(assessment, "4B", "5A"), people.mo)
    done = make.correct_dates(done, people.mo, done.start_date + timedelta(days=1))
    make.change_details(done, people.mo, given_name="Robyn")
    dee = browser_of(people.dee)
    [whole] = everything_told(dee, assessment)
    assert any("corrected" in line for line in whole)
    for size in (1, 2, 3, 5):
        monkeypatch.setattr("assessments.pages.history.views.CHANGES_PER_PAGE", size)
        pages = everything_told(dee, assessment)
        assert len(pages) > 2
        told = Counter(line for page in pages for line in page)
        assert (told - Counter(whole), Counter(whole) - told) == (Counter(), Counter()), size


def test_the_database_finds_a_history_by_keys(people: People):
    """And does not read the history of every other record for it."""
    assessment = make.return_it(make.submit(make.start(people.ada)), people.mo)
    assert "SubPlan" not in queries.changes_of(assessment).explain()


def test_the_page_to_decide_on_shows_the_latest_of_a_long_history(
    people: People, browser_of, monkeypatch
):
    assessment = make.submit(make.return_it(make.submit(make.start(people.ada)), people.mo))
    address = reverse("admin:assessments_assessment_change", args=[assessment.reference])
    mo = browser_of(people.mo)

    def entries() -> list[str]:
        return [words(each.text) for each in read(mo.get(address)).select(".review-timeline h3")]

    everything = entries()
    assert len(everything) == 4
    monkeypatch.setattr("assessments.review.record.MOST_ENTRIES", 2)
    assert entries() == everything[:2]
    page = words(read(mo.get(address)).text)
    assert "These are the latest 2. The whole history has 2 earlier ones." in page


def test_versions_are_compared_above_the_first_page_alone(people: People, browser_of, monkeypatch):
    monkeypatch.setattr("assessments.pages.history.views.CHANGES_PER_PAGE", 3)
    assessment = make.return_it(make.submit(make.start(people.ada)), people.mo)
    make.submit(assessment, "4A")
    dee = browser_of(people.dee)
    assert history_of(dee, assessment).select("#versions")
    assert not history_of(dee, assessment, page=2).select("#versions")
    for page in ("0", "x", "999"):
        assert events(history_of(dee, assessment, page=page))


def test_only_those_who_see_the_record_see_its_history(people: People, browser_of):
    address = reverse("history", args=[make.start(people.ada).reference])
    for person, status in (
        (people.ben, 200),
        (people.cleo, 404),
        (people.nia, 404),
        (people.abe, 404),
    ):
        assert browser_of(person).get(address).status_code == status


def test_an_end_before_the_day_of_the_authorisation_has_a_line(people: People, browser_of):
    sent = make.submit(make.start(people.ada))
    assessment = make.authorise(sent, people.mo, sent.start_date)
    day = date_format(sent.start_date, "j F Y")
    line = f"changed the end date from no date to {day}"
    ended = [
        each for each in events(history_of(browser_of(people.dee), assessment)) if line in each
    ]
    assert len(ended) == 1
    amended = make.authorise(make.submit(make.reopen(assessment, people.mo), "4A"), people.mo)
    again = events(history_of(browser_of(people.dee), amended))
    assert [each for each in again if "end date" in each] == ended


def first_line(client, assessment: Assessment) -> str:
    return events(history_of(client, assessment))[0].partition(" (entered through")[0]


def words_of(day) -> str:
    return date_format(day, "j F Y")


def test_a_correction_says_what_was_there_and_what_is_now_and_why(people: People, browser_of):
    assessment = make.start(people.ada)
    mo, before = browser_of(people.mo), assessment.episode.child.birth_date
    now = before.replace(year=before.year - 1)
    make.change_details(assessment, people.ada, birth_date=now, reason="The passport says so")
    assert first_line(mo, assessment) == (
        f"Ada Winter changed the date of birth from {words_of(before)} to {words_of(now)}: "
        "“The passport says so”"
    )
    make.change_details(
        assessment,
        people.mo,
        given_name="",
        family_name="<b>Other</b>",
        la_child_id="EX2002",
        sex="M",
        disabled=True,
        reason="",
    )
    assert first_line(mo, assessment) == (
        "Mo Harbour changed the child id from EX1001 to EX2002, "
        "the given name from Robin to none, the family name from Sample to <b>Other</b>, "
        "the sex from Female to Male, “recorded as disabled” from no to yes"
    )


def test_what_is_not_known_is_said_in_words(people: People, browser_of):
    assessment = make.start(people.ada, disabled=None)
    mo = browser_of(people.mo)
    make.change_details(assessment, people.ada, disabled=True, reason="")
    changed = "Ada Winter changed “recorded as disabled” from "
    assert first_line(mo, assessment) == f"{changed}not known to yes"
    make.change_details(assessment, people.ada, disabled=None, reason="")
    assert first_line(mo, assessment) == f"{changed}yes to not known"


def test_names_stand_on_paper_only_where_names_do(people: People, browser_of):
    assessment = make.start(people.ada)
    make.change_details(assessment, people.ada, given_name="Alex")
    page = history_of(browser_of(people.mo), assessment)
    [line] = [each for each in page.select("li:has(> time)") if "Alex" in each.text]
    for name in line.select(".app-child-name"):
        assert [each.text for each in name.select("bdi")] == ["Robin", "Alex"]
        name.extract()
    assert "Alex" not in line.text


def test_a_birth_a_death_and_a_child_not_born_are_said_in_words(people: People, browser_of):
    mo, today = browser_of(people.mo), timezone.localdate()
    assessment = make.start_unborn(people.ada)
    make.record_birth(assessment, people.ada, given_name="Alex")
    assert first_line(mo, assessment) == (
        f"Ada Winter recorded the birth, {words_of(today)}, and changed the given name "
        "from none to Alex, the sex from Not known to Female: “The midwife told us”"
    )
    make.record_death(assessment, people.ada)
    assert first_line(mo, assessment) == (
        f"Ada Winter recorded that the child died on {words_of(today)}: “The hospital told us”"
    )
    other = make.start_unborn(people.ada, "EX2")
    make.record_not_born(other, people.mo)
    assert first_line(mo, other) == "Mo Harbour recorded that the child is not born"
    make.change_details(other, people.ada, not_born=False, reason="Another child")
    assert first_line(mo, other) == (
        "Ada Winter changed “not born” from yes to no: “Another child”"
    )


def test_a_correction_stands_in_the_history_of_every_assessment_of_the_child(
    people: People, browser_of
):
    first = make.authorise(make.submit(make.start(people.ada)), people.mo)
    second = make.start_after(first)
    make.change_details(second, people.ada, given_name="Alex")
    for assessment in (first, second):
        assert "changed the given name" in first_line(browser_of(people.mo), assessment)
