"""What the census would say of a record stands on the record, as it is saved."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest
import time_machine
from bs4 import BeautifulSoup

from assessments import queries, services
from assessments.models import Assessment, CensusFinding, Episode
from assessments.services.returns import check_year, explain_query
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import read, words
from tests.pages.test_census import YEAR, queried, refused, started, text_of, would_be_queried
from tests.people import People

WHY = "The case was closed by the authority that they moved to"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 2, 20, 12, tzinfo=UTC)) as travelled:
        yield travelled


def record(client, assessment: Assessment) -> str:
    return text_of(client.get(f"/assessments/{assessment.reference}/"))


def rules_of(person, assessment: Assessment) -> list[str]:
    again = queries.assessment_for(person, assessment.reference)
    found = queries.census_of_record(person, again)
    return [each.rule for each in (*found.errors, *found.queried, *found.if_still_open)]


def change(assessment: Assessment, **facts: object) -> None:
    Episode.objects.filter(pk=assessment.episode_id).update(**facts)


def explain(people: People, assessment: Assessment) -> None:
    check_year(YEAR)
    finding = CensusFinding.objects.get(kind="query", assessment=assessment)
    explain_query(finding=finding, text=WHY, by=people.dee, key=uuid.uuid4())


def test_a_record_says_what_dfe_would_refuse_how_it_is_mended_and_where(people, browser_of):
    assessment = started(people, "EX1001", date(2026, 2, 2), need="")
    response = browser_of(people.ada).get(f"/assessments/{assessment.reference}/")
    section = BeautifulSoup(response.content, "html.parser").find(id="census")
    text = " ".join(section.get_text(" ").split())
    assert text.startswith("Census 2025-26 DfE would refuse The primary need is missing")
    assert "Choose the primary need" in text
    [link] = section.find_all("a")
    assert link.get_text(strip=True) == "Change the referral"
    assert link["href"] == f"/assessments/{assessment.reference}/referral/"


def test_what_is_mended_is_gone_at_once(people, browser_of):
    assessment = refused(people)
    assert rules_of(people.ada, assessment) == ["8610"]
    change(assessment, primary_need="N1")
    assert "Census 2025-26" not in record(browser_of(people.ada), assessment)


def test_a_query_is_explained_on_the_record_until_its_facts_change(people, browser_of):
    assessment = queried(people)
    assert "DfE would query" in record(browser_of(people.mo), assessment)
    explain(people, assessment)
    text = record(browser_of(people.mo), assessment)
    assert "DfE would query" not in text
    assert "Census 2025-26: 1 query explained Explained The episode’s only assessment" in text
    assert f"Dee Ledger , 20 February 2026: {WHY}" in text
    change(assessment, reason_for_closure="RC5")
    assert "DfE would query" in record(browser_of(people.mo), assessment)


def test_what_only_time_makes_wrong_is_said_quietly(people, browser_of):
    assessment = would_be_queried(people)
    text = record(browser_of(people.ada), assessment)
    assert "Census 2025-26: 1 to look at by 31 March" in text
    assert "DfE would" not in text
    page = browser_of(people.ada).get(f"/assessments/{assessment.reference}/")
    assert BeautifulSoup(page.content, "html.parser").find(id="census") is None


def test_nothing_is_said_of_what_is_right_cancelled_or_voided(people, browser_of):
    right = started(people, "EX1001", date(2026, 2, 2))
    assert "Census" not in record(browser_of(people.ada), right)
    cancelled = make.cancel(started(people, "EX1002", date(2026, 1, 5), need=""))
    assert queries.census_of_record(people.ada, cancelled) is None
    assert "Census" not in record(browser_of(people.ada), cancelled)


def test_it_is_judged_in_the_year_in_which_it_ended(people, clock):
    wrong = refused(people)
    clock.move_to(datetime(2026, 5, 20, 12, tzinfo=UTC))
    again = queries.assessment_for(people.ada, wrong.reference)
    found = queries.census_of_record(people.ada, again)
    assert (found.year, found.as_at) == ("2025-26", date(2026, 3, 31))
    again.episode.closure_date = again.end_date = None
    assert queries.census_of_record(people.ada, again).year == "2026-27"


def test_an_open_assessment_of_a_closed_episode_is_judged_in_the_year_of_the_closure(people, clock):
    left_open = would_be_queried(people)
    change(left_open, closure_date=date(2026, 2, 3), reason_for_closure="RC7")
    clock.move_to(datetime(2026, 5, 20, 12, tzinfo=UTC))
    assert "8867" in rules_of(people.ada, left_open)


def test_other_assessments_are_spoken_of_to_those_who_see_them_alone(people):
    """8863: it starts while another goes on, its last day included. That one is of another team."""
    earlier = make.submit(make.start(people.cleo, "EX1001", referred=date(2026, 1, 5)))
    earlier = make.authorise(earlier, people.nia, date(2026, 2, 2))
    later = make.confirming(
        services.start_assessment,
        by=people.ada,
        team=people.ada.teams.get(),
        start_date=date(2026, 2, 2),
        key=uuid.uuid4(),
        child=earlier.episode.child,
        episode=earlier.episode,
    )
    assert "8863" in rules_of(people.dee, later)
    assert "8863" not in rules_of(people.ada, later)
    assert "8863" not in rules_of(people.mo, later)


def test_the_page_that_confirms_a_submission_says_it(people, browser_of):
    wrong = make.submit(started(people, "EX1001", date(2026, 1, 5), need=""))
    text = text_of(browser_of(people.ada).get(f"/assessments/{wrong.reference}/submitted/"))
    assert "DfE would refuse The primary need is missing" in text
    assert "Change the referral" in text
    assert "by 31 March" not in text


def test_check_answers_says_it_beside_the_facts_and_lets_it_be_submitted(people, browser_of):
    wrong = make.record(started(people, "EX1001", date(2026, 2, 2), need=""), "4B")
    make.set_outcome(wrong, "early_help")
    ada = browser_of(people.ada)
    page = read(ada.get(at("check", wrong)))
    assert [words(each.text) for each in page.select(".app-check__census")] == [
        "DfE would refuse The primary need is missing, and the referral led to further action. "
        "Choose the primary need."
    ]
    facts = page.select_one("div:has(> .app-check__census)")
    assert words(facts.h2.text) == "The referral"
    changes = [words(each.text) for each in facts.find_all("a")]
    assert "Change the primary need" in changes
    sent = ada.post(at("check", wrong), key_and_version(wrong, next="submit", outcome="early_help"))
    assert sent["Location"] == at("submitted", wrong)

    right = make.record(started(people, "EX1002", date(2026, 2, 2)), "4B")
    assert not read(ada.get(at("check", right))).select(".app-check__census")


def test_check_answers_says_nothing_of_what_only_time_makes_wrong(people, browser_of):
    open_still = would_be_queried(people)
    assert rules_of(people.ada, open_still) == ["8670"]
    page = read(browser_of(people.ada).get(at("check", open_still)))
    assert not page.select(".app-check__census")


def test_a_manager_reads_it_before_deciding(people, browser_of):
    wrong = make.submit(started(people, "EX1001", date(2026, 1, 5), need=""))
    address = f"/admin/assessments/assessment/{wrong.reference}/change/"
    text = text_of(browser_of(people.mo).get(address))
    assert "Census 2025-26. DfE would refuse: The primary need is missing" in text
    assert "How to mend it" in text
