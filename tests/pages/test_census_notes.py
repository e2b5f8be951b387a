"""A query that stands for a good reason is explained once, until its facts change."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from assessments.census.rules.judge import Finding
from assessments.census.rules.loader import Severity
from assessments.census.years import years
from assessments.models import (
    Assessment,
    CensusCheck,
    CensusFinding,
    CensusNote,
    Child,
    Episode,
)
from assessments.queries import FoundInYear, finding_reference
from assessments.services import NotPermitted
from assessments.services.returns import check_year, explain_query
from cinfactors.audit.models import Reading
from tests import people as make
from tests.database.raw import refused as refused_by
from tests.database.raw import run as run_sql
from tests.pages.test_census import (
    PAGE,
    YEAR,
    clock,
    dee,
    page,
    queried,
    refused,
    run,
    started,
    text_of,
)
from tests.people import People

__all__ = ["clock", "dee"]
WHY = "The family moved, and the case was closed by the authority that they moved to"


def query_of(assessment: Assessment) -> CensusFinding:
    return CensusFinding.objects.get(kind="query", assessment=assessment)


def address_of(finding: CensusFinding) -> str:
    return f"/census/explain/{finding.reference}/"


def explained(client: Client, assessment: Assessment, text: str = WHY, key=None):
    check_year(YEAR)
    query = query_of(assessment)
    shown = CensusNote.objects.filter(finding=query.reference).last()
    content = {"key": str(key or uuid.uuid4()), "text": text, "seen": shown.pk if shown else ""}
    return client.post(address_of(query), content, follow=True)


def test_a_query_that_is_explained_is_not_asked_again(people, dee):
    assessment = queried(people)
    check_year(YEAR)
    assert "DfE would query 1 finding Explained" not in page(dee)
    assert "Close the case with RC8 or RC9" in text_of(dee.get(address_of(query_of(assessment))))
    text = text_of(explained(dee, assessment))
    assert "The query is explained, until its facts change" in text
    assert "Nothing found" in text
    assert "Explained: 1 query" in text
    check_year(YEAR)
    assert "Nothing found" in page(dee)
    listed = page(dee, f"{PAGE}&kind=explained")
    assert f"Dee Ledger , 20 Feb 2026: “{WHY}”" in listed
    assert "Change the note" in listed


def test_the_command_ends_with_0_when_everything_is_explained(people, dee):
    assessment = queried(people)
    assert "8873" in run()[0]
    explained(dee, assessment)
    out, _ = run(status=0)
    assert "0 findings" in out
    assert "1 more are explained by a note." in out
    assert "8873" not in out
    Episode.objects.filter(pk=assessment.episode_id).update(reason_for_closure="RC5")
    assert "8873" in run()[0]


def test_nothing_asks_about_an_explained_query_of_a_restricted_record(people, dee):
    assessment = queried(people)
    explained(dee, assessment)
    make.restrict(assessment, people.mo)
    assert "restricted" not in run(status=0)[1]


def test_a_note_lapses_when_the_facts_change(people, dee):
    assessment = queried(people)
    explained(dee, assessment)
    episode = Episode.objects.filter(pk=assessment.episode_id)
    episode.update(reason_for_closure="RC5")
    check_year(YEAR)
    text = page(dee)
    assert "DfE would query 1 finding" in text
    assert "Nothing found" not in text
    # Back as it was, the note holds again.
    episode.update(reason_for_closure="RC7")
    check_year(YEAR)
    assert "Nothing found" in page(dee)


def test_a_later_note_counts_and_the_earlier_one_stays(people, dee):
    assessment = queried(people)
    explained(dee, assessment)
    key = uuid.uuid4()
    for _ in range(2):
        explained(dee, assessment, "Another reason", key)
    assert [each.text for each in CensusNote.objects.all()] == [WHY, "Another reason"]
    assert "Another reason" in page(dee, f"{PAGE}&kind=explained")
    note = CensusNote.objects.last()
    with refused_by("this_row_does_not_change"):
        run_sql("UPDATE assessments_censusnote SET text = 'x' WHERE id = %s", note.pk)
    with refused_by("this_row_does_not_change"):
        run_sql("DELETE FROM assessments_censusnote WHERE id = %s", note.pk)


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "x" * 1001, "a\u202eb"])
def test_a_text_that_cannot_be_kept_is_said_beside_the_box(people, dee, text):
    response = explained(dee, queried(people), text)
    assert response.status_code == 422
    assert "There is a problem" in text_of(response)
    assert not CensusNote.objects.exists()


def test_the_notes_come_out_as_text(people, dee):
    assessment = queried(people)
    explained(dee, assessment)
    response = dee.get("/census/notes/?year=2025-26")
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="census-2025-26-notes.txt"'
    )
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().split("\n") == [
        "Children in need census 2025-26, notes on queries, as at 20 February 2026",
        "",
        "8873, child EX1002, referred on 5 January 2026",
        query_of(assessment).message,
        WHY,
        "Written by Dee Ledger on 20 February 2026",
        "",
    ]
    assert dee.get("/census/notes/?year=2024-25").status_code == 404


def test_only_queries_of_records_that_one_may_see_are_explained(people, dee, browser_of):
    assert dee.get(f"/census/explain/{uuid.uuid4()}/").status_code == 404
    wrong, hidden = refused(people), queried(people, "EX1005")
    make.restrict(hidden, people.mo)
    check_year(YEAR)
    for finding in (CensusFinding.objects.get(assessment=wrong), query_of(hidden)):
        assert dee.get(address_of(finding)).status_code == 404
        content = {"key": str(uuid.uuid4()), "text": WHY}
        assert dee.post(address_of(finding), content).status_code == 404
        with pytest.raises(NotPermitted):
            explain_query(finding=finding, text=WHY, by=people.dee, key=uuid.uuid4())
    seen = query_of(queried_and_checked(people))
    for person in (people.ada, people.mo, people.abe):
        assert browser_of(person).get(address_of(seen)).status_code == 404
        assert browser_of(person).get("/census/notes/?year=2025-26").status_code == 404
        with pytest.raises(NotPermitted):
            explain_query(finding=seen, text=WHY, by=person, key=uuid.uuid4())
    assert not CensusNote.objects.exists()


def queried_and_checked(people: People) -> Assessment:
    assessment = queried(people, "EX1006")
    check_year(YEAR)
    return assessment


def test_a_note_on_what_was_restricted_since_is_in_no_list_and_no_text(people, dee):
    assessment = queried(people)
    explained(dee, assessment)
    make.restrict(assessment, people.mo)
    assert "EX1002" not in page(dee, f"{PAGE}&kind=explained")
    assert b"EX1002" not in dee.get("/census/notes/?year=2025-26").content


def test_who_explains_a_query_that_somebody_else_explained_meanwhile_is_told(people, dee):
    assessment = queried(people)
    check_year(YEAR)
    query = query_of(assessment)
    assert 'name="seen" value=""' in dee.get(address_of(query)).content.decode()
    explain_query(finding=query, text="The court closed it", by=people.dee, key=uuid.uuid4())
    content = {"key": str(uuid.uuid4()), "text": WHY, "seen": ""}
    response = dee.post(address_of(query), content)
    assert response.status_code == 422
    text = text_of(response)
    assert "Somebody else explained this query meanwhile" in text
    assert "The court closed it" in text
    assert WHY in text
    latest = CensusNote.objects.get()
    assert f'name="seen" value="{latest.pk}"' in response.content.decode()
    dee.post(address_of(query), {**content, "seen": latest.pk, "key": str(uuid.uuid4())})
    assert CensusNote.objects.latest("pk").text == WHY


def test_a_note_on_a_query_that_is_gone_is_shown_and_said_not_to_be_kept(people, dee, browser_of):
    assessment = queried(people)
    check_year(YEAR)
    address = address_of(query_of(assessment))
    Episode.objects.filter(pk=assessment.episode_id).update(reason_for_closure="RC8")
    check_year(YEAR)
    content = {"key": str(uuid.uuid4()), "text": WHY}
    response = dee.post(f"{address}?year=2025-26", content)
    assert response.status_code == 404
    text = text_of(response)
    assert "Your note was not kept" in text
    assert WHY in text
    assert 'href="/census/?year=2025-26"' in response.content.decode()
    assert "Your note" not in text_of(dee.get(address))
    assert WHY not in text_of(browser_of(people.ada).post(address, content))
    assert not CensusNote.objects.exists()


def test_why_an_assessment_is_open_in_one_year_explains_nothing_of_the_next(people, dee, clock):
    assessment = started(people, "EX1003", date(2025, 9, 1))
    check_year(YEAR)
    content = {"key": str(uuid.uuid4()), "text": "Waits for the court", "seen": ""}
    dee.post(address_of(query_of(assessment)), content)
    check_year(YEAR)
    assert "Nothing found" in page(dee)
    clock.move_to(datetime(2026, 6, 20, 12, tzinfo=UTC))
    check_year(years()["2026-27"])
    found = CensusFinding.objects.get(census_check__year="2026-27", rule="8670")
    assert (found.kind, found.assessment) == ("query", assessment)
    assert found.message.endswith("before 31 March 2027.")
    dee.force_login(people.dee)  # the sign-in of February has ended
    assert "DfE would query 1 finding" in page(dee, "/census/?year=2026-27")


def test_a_query_of_two_years_leads_back_to_the_one_it_was_opened_from(people, dee, clock):
    assessment = queried(people)
    check_year(YEAR)
    first = CensusFinding.objects.get(kind="query")
    later = CensusCheck.objects.create(
        year="2026-27",
        as_at=date(2026, 2, 20),
        checked_at=datetime(2026, 2, 20, tzinfo=UTC),
        children=1,
        assessments=1,
        completed=1,
        open_by_team={},
    )
    CensusFinding.objects.create(
        census_check=later,
        kind="query",
        rule=first.rule,
        message=first.message,
        mend=first.mend,
        child=first.child,
        assessment=assessment,
        reference=first.reference,
    )
    address = f"{address_of(first)}?year=2025-26"
    assert address in dee.get(PAGE).content.decode()
    response = dee.post(address, {"key": str(uuid.uuid4()), "text": WHY})
    assert response["Location"] == PAGE


# The year as a whole


def with_unknown_sex(people: People, la_child_id: str) -> Assessment:
    """Of so few children, more than 2% without a known sex (2886)."""
    draft = started(people, la_child_id, date(2026, 1, 5))
    authorised = make.authorise(make.submit(draft), people.mo, date(2026, 2, 2))
    Child.objects.filter(pk=authorised.episode.child_id).update(sex="U")
    return authorised


def test_a_query_about_the_whole_year_is_explained_until_what_it_says_changes(people, dee):
    with_unknown_sex(people, "EX1001")
    check_year(YEAR)
    finding = CensusFinding.objects.get(rule="2886")
    assert address_of(finding) in dee.get(PAGE).content.decode()
    shown = text_of(dee.get(address_of(finding)))
    assert "The whole year 2025-26" in shown
    assert "The sex of 100% of the children who are born is not known" in shown
    before = Reading.objects.count()
    content = {"key": str(uuid.uuid4()), "text": WHY}
    assert "Nothing found" in text_of(dee.post(address_of(finding), content, follow=True))
    note = CensusNote.objects.get()
    assert (note.child, note.episode, note.year, note.rule) == (None, None, "2025-26", "2886")
    assert Reading.objects.count() == before
    check_year(YEAR)
    assert "The whole year" in page(dee, f"{PAGE}&kind=explained")
    assert "0 findings" in run(status=0)[0]
    assert dee.get("/census/notes/?year=2025-26").content.decode().split("\n")[2:5] == [
        "2886, the whole year",
        "The sex of 100% of the children who are born is not known, more than 2%.",
        WHY,
    ]
    draft = started(people, "EX1002", date(2026, 1, 5))
    make.authorise(make.submit(draft), people.mo, date(2026, 2, 2))
    check_year(YEAR)
    assert "The sex of 50%" in page(dee)
    assert "Nothing found" not in page(dee)


def of_the_year(message: str, year: str = "2025-26", rule: str = "share-other") -> uuid.UUID:
    found = Finding(rule, Severity.QUERY, None, None, None, message, "Look")
    return finding_reference(FoundInYear(found, None, None, None), years()[year])


def test_a_share_is_another_fact_once_its_whole_per_cent_is(db):
    first = of_the_year("40.1% of the assessments have code 20, more than 39%.")
    assert of_the_year("40.8% of the assessments have code 20, more than 39%.") == first
    assert of_the_year("40% of the assessments have code 20, more than 39%.") == first
    others = {
        of_the_year("41% of the assessments have code 20, more than 39%."),
        of_the_year("40.1% of the assessments have code 20, more than 39%.", year="2026-27"),
        of_the_year("40.1% of the assessments have code 20, more than 39%.", rule="2886"),
    }
    assert len(others | {first}) == 4


def test_a_note_is_about_a_child_or_a_year(people):
    values = {"finding": uuid.uuid4(), "rule": "2886", "text": WHY, "written_by": people.dee}
    child = make.start(people.ada).episode.child
    for wrong in ({"child": child, "year": "2025-26"}, {"child": None, "year": ""}):
        with refused_by("a_census_note_is_about_a_child_or_a_year"):
            CensusNote.objects.create(**values, **wrong, written_at=datetime.now(UTC))
