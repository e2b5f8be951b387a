"""Submitting, withdrawing and cancelling."""

from __future__ import annotations

import uuid

import pytest
import time_machine

from assessments import services
from assessments.catalogue import loader
from assessments.models import Assessment, Outcome, Review, Status, Version
from tests import people as make
from tests.people import People
from tests.snapshot import unchanged


def call(service, assessment: Assessment, **values) -> Assessment:
    return service(
        **{
            "assessment": assessment,
            "by": assessment.worker,
            "version": assessment.version,
            "key": uuid.uuid4(),
        }
        | values
    )


def submit(assessment: Assessment, **values) -> Assessment:
    """As the worker, who means it where nothing was changed; the question has tests of its own."""
    return call(services.submit, assessment, **{"unchanged_is_meant": True} | values)


def withdraw(assessment: Assessment, **values) -> Assessment:
    return call(services.withdraw_submission, assessment, **values)


def cancel(assessment: Assessment, reason: str = "Wrong child", **values) -> Assessment:
    return call(services.cancel, assessment, reason=reason, **values)


@pytest.fixture
def draft(people: People) -> Assessment:
    return make.start(people.ada)


@pytest.fixture
def ready(draft: Assessment) -> Assessment:
    return make.set_outcome(make.record(draft, "4B"))


# What stands between an assessment and its submission

IN_THE_WAY = {
    # codes, description, outcome: the rules that stand in the way
    ((), "", "early_help"): ["some-factor"],
    (("21",), "", "early_help"): ["no-factors-early-help"],
    **{
        (("21",), "", outcome.value): ["no-factors-no-further-action"]
        for outcome in Outcome
        if outcome not in (Outcome.NO_FURTHER_ACTION, Outcome.EARLY_HELP)
    },
    (("21",), "", ""): ["no-factors-no-further-action"],
    (("4B", "20"), "", "early_help"): ["other-described"],
    (("13A",), "", "early_help"): ["gangs-with-criminal-exploitation"],
    (("6B",), "", "early_help"): ["young-carer"],
    (("20",), "", "early_help"): ["other-described", "other-alone"],
    (("6B", "13A", "20"), "", ""): [
        "other-described",
        "gangs-with-criminal-exploitation",
        "young-carer",
    ],
    (("4B",), "", ""): [],
    (("16A",), "", ""): [],  # a note stands in nobody's way
}


@pytest.mark.parametrize("given", IN_THE_WAY)
def test_a_submission_is_refused_with_exactly_what_is_missing_or_wrong(
    draft: Assessment, given: tuple
):
    codes, description, outcome = given
    saved = make.record(draft, *codes, description=description)
    if outcome:
        saved = make.set_outcome(saved, outcome)
    with unchanged(), pytest.raises(services.SubmissionRefused) as refused:
        submit(saved)
    assert [finding.rule.id for finding in refused.value.findings] == IN_THE_WAY[given]
    assert refused.value.outcome_missing is (outcome == "")


def test_no_factors_identified_is_submitted_with_no_further_action(draft: Assessment):
    saved = make.set_outcome(make.record(draft, "21"), Outcome.NO_FURTHER_ACTION)
    assert submit(saved).status == Status.SUBMITTED


def test_no_factors_identified_is_submitted_with_early_help_for_a_reason(draft: Assessment):
    """The census has taken it with RC9, closed and referred to early help, since 2022-23."""
    saved = make.set_outcome(make.record(draft, "21"), Outcome.EARLY_HELP)
    reason = "The children's centre offers the family a group"
    sent = submit(make.answer(saved, "no-factors-early-help", "reason", reason))
    version = sent.versions.get()
    assert (version.codes, version.outcome) == (["21"], Outcome.EARLY_HELP)
    assert [(each["rule"], each["text"]) for each in version.answers] == [
        ("no-factors-early-help", reason)
    ]


def test_every_outcome_that_a_rule_names_is_one(db):
    rules = [rule for edition in loader.editions().values() for rule in edition.rules]
    assert {outcome for rule in rules for outcome in rule.outcomes} <= set(Outcome.values)


def test_a_complied_answer_does_not_answer_a_rule_that_applies_again(draft: Assessment):
    saved = make.set_outcome(make.record(draft, "13A"))
    saved = make.answer(saved, "gangs-with-criminal-exploitation", "complied")
    saved = make.record(saved, "13A")
    with pytest.raises(services.SubmissionRefused) as refused:
        submit(saved)
    assert [f.rule.id for f in refused.value.findings] == ["gangs-with-criminal-exploitation"]


# The snapshot


def test_a_submission_keeps_a_snapshot_of_everything(people: People):
    gangs = "gangs-with-criminal-exploitation"
    with time_machine.travel("2026-03-04 09:30 +0000", tick=False):
        draft = make.start(people.ada)
        saved = make.record(draft, "20", "6B", "13A", description="Debts to a lender")
        saved = make.set_outcome(saved)
        for text in ("At first", "On second thoughts"):
            saved = make.answer(saved, gangs, "reason", text)
        saved = make.answer(saved, "young-carer", "considered")
        sent = submit(saved)
    version = Version.objects.get(assessment=sent)
    kept = {
        field.name: getattr(version, field.attname)
        for field in Version._meta.concrete_fields
        if field.name not in {"id", "answers"}
    }
    assert kept == {
        "assessment": sent.pk,
        "number": 1,
        "codes": ["6B", "13A", "20"],
        "other_description": "Debts to a lender",
        "outcome": "child_in_need_plan",
        "start_date": draft.start_date,
        "internal_review_date": None,
        "end_date": None,
        "edition": "2021-04",
        "submitted_by": people.ada.pk,
        "submitted_at": sent.submitted_at,
        "corrected_by": None,
        "authorised_by": None,
        "authorised_at": None,
    }
    assert sent.submitted_at.isoformat() == "2026-03-04T09:30:00+00:00"
    last = sent.answers.filter(rule=gangs).last()
    assert [
        {name: each[name] for name in ("rule", "kind", "codes", "text", "by")}
        for each in version.answers
    ] == [
        {
            "rule": gangs,
            "kind": "reason",
            "codes": ["13A"],
            "text": "On second thoughts",
            "by": people.ada.pk,
        },
        {
            "rule": "young-carer",
            "kind": "considered",
            "codes": ["6B"],
            "text": "",
            "by": people.ada.pk,
        },
    ]
    assert version.answers[0]["at"] == last.answered_at.isoformat()


def test_an_answer_to_a_rule_that_no_longer_applies_is_not_in_the_snapshot(draft: Assessment):
    saved = make.set_outcome(make.record(draft, "6B"))
    saved = make.answer(saved, "young-carer", "considered")
    sent = submit(make.record(saved, "6B", "7A"))
    assert sent.versions.get().answers == []


def test_each_submission_is_a_version_of_its_own(people: People, ready: Assessment):
    sent = submit(ready)
    again = make.submit(make.return_it(sent, people.mo), "4A", "4B")
    thrice = make.submit(make.reopen(make.authorise(again, people.mo), people.mo), "4C")
    assert [(each.number, each.codes) for each in thrice.versions.order_by("number")] == [
        (1, ["4B"]),
        (2, ["4A", "4B"]),
        (3, ["4C"]),
    ]


def test_a_later_change_leaves_the_snapshot_as_it_was(people: People, ready: Assessment):
    back = withdraw(submit(ready))
    make.record(back, "1A")
    assert back.versions.get().codes == ["4B"]


# Who and when, of all three

ACTS = {
    "submit": (submit, {Status.DRAFT, Status.RETURNED, Status.REOPENED}),
    "withdraw": (withdraw, {Status.SUBMITTED}),
    "cancel": (cancel, {Status.DRAFT, Status.RETURNED}),
}


@pytest.mark.parametrize("who", ["ben", "cleo", "mo", "nia", "dee", "abe"])
@pytest.mark.parametrize("act", ACTS)
def test_nobody_but_its_worker_submits_withdraws_or_cancels(
    people: People, ready: Assessment, act: str, who: str
):
    assessment = submit(ready) if act == "withdraw" else ready
    with unchanged(), pytest.raises(services.NotPermitted):
        ACTS[act][0](assessment, by=getattr(people, who))


@pytest.mark.parametrize("act", ACTS)
def test_nobody_who_is_deactivated_submits_withdraws_or_cancels(
    people: People, ready: Assessment, act: str
):
    assessment = submit(ready) if act == "withdraw" else ready
    people.ada.is_active = False
    people.ada.save()
    with unchanged(), pytest.raises(services.NotPermitted):
        ACTS[act][0](assessment, by=people.ada)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("act", ACTS)
def test_each_is_done_in_its_statuses_and_in_no_other(people: People, act: str, status: Status):
    service, statuses = ACTS[act]
    assessment = make.in_status(status, people.ada, people.mo)
    if status == Status.DRAFT and act == "submit":
        assessment = make.set_outcome(make.record(assessment, "4B"))
    if status in statuses:
        assert service(assessment).version == assessment.version + 1
    else:
        with unchanged(), pytest.raises(services.Locked):
            service(assessment)


@pytest.mark.parametrize("act", ACTS)
def test_a_stale_page_does_none_of_them(ready: Assessment, act: str):
    assessment = submit(ready) if act == "withdraw" else ready
    with unchanged(), pytest.raises(services.EditConflict) as conflict:
        ACTS[act][0](assessment, version=assessment.version - 1)
    assert conflict.value.theirs.version == assessment.version


# Withdrawing


@pytest.mark.parametrize("before", [Status.DRAFT, Status.RETURNED, Status.REOPENED])
def test_a_withdrawn_submission_has_its_earlier_status_again(people: People, before: Status):
    assessment = make.in_status(before, people.ada, people.mo)
    back = withdraw(make.submit(assessment))
    back.refresh_from_db()
    assert (back.status, back.submitted_at, back.codes) == (before, None, ["4B"])
    assert (
        Review.objects.filter(assessment=back).count()
        == ({Status.DRAFT: 0, Status.RETURNED: 1, Status.REOPENED: 2}[before])
    )


# Cancelling


def test_a_cancelled_assessment_keeps_its_reason_and_what_was_recorded(ready: Assessment):
    gone = cancel(ready, "  Wrong child:\r\nher sister ")
    gone.refresh_from_db()
    assert (gone.status, gone.codes) == (Status.CANCELLED, ["4B"])
    assert gone.cancellation_reason == "Wrong child:\nher sister"


@pytest.mark.parametrize("reason", ["", " ", "\r\n"])
def test_nothing_is_cancelled_without_a_reason(draft: Assessment, reason: str):
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        cancel(draft, reason)
    assert refused.value.messages == {"reason": "Enter why this assessment was started in error"}


@pytest.mark.parametrize("reason", ["x" * 501, "a\x00b", "a\x1bb", "a\ud800b"])
def test_a_reason_that_cannot_be_kept_is_refused(draft: Assessment, reason: str):
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        cancel(draft, reason)
    assert refused.value.messages.keys() == {"reason"}


def test_what_was_authorised_once_is_never_cancelled(people: People, ready: Assessment):
    again = make.reopen(make.authorise(submit(ready), people.mo), people.mo)
    back = make.return_it(make.submit(again), people.mo)
    for assessment in (again, back):
        assessment.refresh_from_db()
        with unchanged(), pytest.raises(services.Locked):
            cancel(assessment)


def test_after_a_cancelled_one_another_can_be_started_in_the_episode(
    people: People, draft: Assessment
):
    cancel(draft)
    again = services.start_assessment(
        by=people.ben,
        team=people.north,
        start_date=draft.start_date,
        key=uuid.uuid4(),
        child=draft.episode.child,
        episode=draft.episode,
    )
    assert again.episode == draft.episode
