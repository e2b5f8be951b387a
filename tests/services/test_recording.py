"""Recording factors: what is stored, what is refused, and that a refusal stores nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from assessments import services
from assessments.catalogue import loader
from assessments.catalogue.types import STANDS_ALONE, Edition
from assessments.models import Assessment, Status
from assessments.services import SaveOutcome, SaveResult
from tests import people as make
from tests.people import People
from tests.snapshot import unchanged

RECORDABLE = [edition for edition in loader.editions().values() if edition.recordable]
WITH_THE_WORKER = [Status.DRAFT, Status.RETURNED, Status.REOPENED]


def save(assessment: Assessment, *codes: str, **values: Any) -> SaveResult:
    return make.save(assessment, codes=codes, **values)


def record(assessment: Assessment, *codes: str, **values: Any) -> Assessment:
    return make.saved(assessment, codes=codes, **values)


@pytest.fixture
def draft(people: People) -> Assessment:
    return make.start(people.ada)


def test_codes_are_stored_in_the_guides_order(draft: Assessment):
    record(draft, "10A", "2A", "24A", "1B", "3C")
    draft.refresh_from_db()
    assert draft.codes == ["1B", "2A", "3C", "10A", "24A"]
    assert draft.version == 2


def on(day: date | str):
    return time_machine.travel(f"{day} 12:00 +0000", tick=False)


@pytest.mark.parametrize(
    ("edition", "code"),
    [
        pytest.param(edition, code, id=f"{edition.id} {code}")
        for edition in RECORDABLE
        for code in edition.codes
    ],
)
def test_each_code_alone_is_stored_as_itself(people: People, edition: Edition, code: str):
    described = "Debts to a lender" if code in edition.described_codes else ""
    with on(edition.in_force_from):
        draft = make.start(people.ada)
        record(draft, code, other_description=described)
    draft.refresh_from_db()
    assert (draft.codes, draft.other_description) == ([code], described)
    assert draft.edition == edition.id


@pytest.mark.parametrize("edition", RECORDABLE, ids=lambda edition: edition.id)
def test_all_codes_but_what_stands_alone_are_stored(people: People, edition: Edition):
    codes = [code for code in edition.codes if code not in edition.solitary_codes]
    with on(edition.in_force_from):
        draft = make.start(people.ada)
        record(draft, *reversed(codes), other_description="Debts")
    draft.refresh_from_db()
    assert draft.codes == codes


def test_an_empty_selection_is_stored_empty(draft: Assessment):
    saved = record(draft, "4B")
    record(saved)
    draft.refresh_from_db()
    assert draft.codes == []
    assert draft.version == 3


REFUSED = {
    ("8A",): "listed-codes",
    ("18A",): "listed-codes",
    ("19A",): "listed-codes",
    ("4b",): "listed-codes",
    (" 4B",): "listed-codes",
    ("4B ",): "listed-codes",
    ("4B,4A",): "listed-codes",
    ("",): "listed-codes",
    ("4B", "4B"): "listed-codes",
    ("4B", "99Z"): "listed-codes",
    ("4B\x00",): "listed-codes",
    ("\ud800",): "listed-codes",
    ("9" * 10_000,): "listed-codes",
    ("21", "4B"): "no-factors-stands-alone",
}


@pytest.mark.parametrize("codes", REFUSED)
def test_a_selection_that_breaks_a_rule_of_every_save_is_refused(
    draft: Assessment, codes: tuple[str, ...]
):
    with unchanged():
        result = save(draft, *codes)
    assert result.outcome is SaveOutcome.REFUSED
    assert [finding.rule.id for finding in result.findings] == [REFUSED[codes]]


@pytest.mark.parametrize(
    ("edition", "alone", "code"),
    [
        pytest.param(edition, alone, code, id=f"{edition.id} {alone} {code}")
        for edition in RECORDABLE
        for alone in sorted(edition.solitary_codes)
        for code in edition.codes
        if code not in edition.solitary_codes
    ],
)
def test_what_stands_alone_is_refused_beside_each_other_code(
    people: People, edition: Edition, alone: str, code: str
):
    with on(edition.in_force_from):
        draft = make.start(people.ada)
        for codes in ((alone, code), (code, alone)):
            result = save(draft, *codes, other_description="Debts")
            assert [f.rule.kind for f in result.findings] == [STANDS_ALONE]


# The description


def test_the_description_is_kept_with_the_code_that_takes_one(draft: Assessment):
    assert record(draft, "20", other_description="  Debts\r\nto a\rlender ").other_description == (
        "Debts\nto a\nlender"
    )


def test_a_description_without_its_code_is_dropped(draft: Assessment):
    saved = record(draft, "20", other_description="Debts")
    saved = record(saved, "4B", other_description="Debts")
    saved.refresh_from_db()
    assert (saved.codes, saved.other_description) == (["4B"], "")


@pytest.mark.parametrize("text", ["x" * 500, "é" * 500, "\r\n".join("x" * 250), "tab\there"])
def test_a_description_of_up_to_500_characters_is_kept(draft: Assessment, text: str):
    record(draft, "20", other_description=text)
    draft.refresh_from_db()
    assert draft.other_description == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    "text", ["x" * 501, "a\x00b", "a\x07b", "a\x1fb", "a\x7fb", "a\x85b", "a\ufffeb", "a\ud800b"]
)
def test_a_description_that_cannot_be_kept_is_refused(draft: Assessment, text: str):
    with unchanged():
        result = save(draft, "20", other_description=text, whole=True)
    assert result.outcome is SaveOutcome.REFUSED
    assert result.refused.keys() == {"other_description"}
    assert result.refused["other_description"]


def test_a_description_that_cannot_be_kept_leaves_the_one_before_and_holds_back_no_code(
    draft: Assessment,
):
    draft = record(draft, "20", other_description="Debts")
    result = save(draft, "4B", "20", other_description="x" * 501)
    assert (result.outcome, result.refused.keys()) == (SaveOutcome.SAVED, {"other_description"})
    draft.refresh_from_db()
    assert (draft.codes, draft.other_description) == (["4B", "20"], "Debts")


# Who


@pytest.mark.parametrize("who", ["ben", "cleo", "mo", "nia", "dee", "abe"])
def test_nobody_but_its_worker_records(people: People, draft: Assessment, who: str):
    with unchanged(), pytest.raises(services.NotPermitted):
        record(draft, "4B", by=getattr(people, who))


def test_a_worker_who_has_been_deactivated_records_nothing(people: People, draft: Assessment):
    people.ada.is_active = False
    people.ada.save()
    with unchanged(), pytest.raises(services.NotPermitted):
        record(draft, "4B", by=people.ada)


@pytest.mark.parametrize("role", ["team_manager", "data_officer", "administrator"])
def test_a_worker_who_has_another_role_now_records_nothing(
    people: People, draft: Assessment, role: str
):
    people.ada.role = role
    people.ada.save()
    with unchanged(), pytest.raises(services.NotPermitted):
        record(draft, "4B", by=people.ada)


def test_a_worker_who_has_left_the_team_still_records_their_own(people: People, draft: Assessment):
    people.ada.teams.clear()
    assert record(draft, "4B").codes == ["4B"]


# When


@pytest.mark.parametrize("status", WITH_THE_WORKER)
def test_an_assessment_with_the_worker_is_recorded(people: People, status: Status):
    assessment = make.in_status(status, people.ada, people.mo)
    assert record(assessment, "1A").codes == ["1A"]


@pytest.mark.parametrize("status", make.LOCKED)
def test_an_assessment_that_is_not_with_the_worker_is_locked(people: People, status: Status):
    assessment = make.in_status(status, people.ada, people.mo)
    for codes in (["1A"], assessment.codes):
        with unchanged():
            assert save(assessment, *codes).outcome is SaveOutcome.CLOSED


def test_what_is_recorded_already_writes_nothing(draft: Assessment):
    record(draft, "4A", "20", other_description="Debts")
    with unchanged():
        again = record(draft, "20", "4A", other_description=" Debts ", version=2)
    assert again.version == 2


def test_an_invisible_description_is_stored_empty(draft: Assessment):
    assert record(draft, "20", other_description="\u200b \u2060").other_description == ""


# Under which edition


def test_a_selection_is_recorded_under_the_edition_of_its_day(people: People):
    with on("2021-04-01"):
        assert record(make.start(people.ada), "24A").edition == "2021-04"


def test_nothing_is_recorded_on_a_day_whose_edition_is_not_recordable(people: People):
    with on("2021-04-01"):
        draft = make.start(people.ada)
    with on("2021-03-31"), unchanged(), pytest.raises(loader.NoEditionInForce):
        record(draft, "4B")


def test_the_day_is_that_of_england(people: People):
    """At 23:30 UTC on 31 March it is 1 April in England, by summer time."""
    with time_machine.travel("2021-03-31 23:30 +0000", tick=False):
        assert str(timezone.localdate()) == "2021-04-01"
        assert make.start(people.ada).edition == "2021-04"
