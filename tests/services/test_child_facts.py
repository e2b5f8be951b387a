"""Correcting a child's facts, recording the birth and the death, and that a child is not born."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from assessments import queries, services
from assessments.evaluation import evaluate
from assessments.models import Assessment, Child, Episode, FactsCorrection, Status
from tests import people as make
from tests.people import People
from tests.services.at_once import at_once
from tests.snapshot import unchanged


def day(days_from_today: int) -> date:
    return timezone.localdate() + timedelta(days=days_from_today)


def years_ago(years: int, days: int = 0) -> date:
    return timezone.localdate().replace(day=1) - timedelta(days=years * 366 + 30 + days)


def child_of(assessment: Assessment) -> Child:
    return Child.objects.get(pk=assessment.episode.child_id)


def rules(findings) -> set[str]:
    return {finding.rule.id for finding in findings}


@pytest.fixture
def unborn(people: People) -> Assessment:
    """Ada's draft of an unborn child."""
    return make.start_unborn(people.ada)


def refusal(change, *args, **values) -> dict[str, str]:
    """What is refused by field; nothing is stored of it."""
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        change(*args, **values)
    return refused.value.messages


def question(change, *args, **values) -> dict[str, str]:
    """What is asked by field; nothing is stored until it is answered."""
    with unchanged(), pytest.raises(services.NeedsConfirming) as asked:
        change(*args, **values)
    return asked.value.messages


# Changing the details


def test_every_fact_of_a_child_can_be_corrected(people: People, draft: Assessment):
    facts = {
        "la_child_id": "EX2002",
        "given_name": "Alex",
        "family_name": "Other",
        "birth_date": years_ago(8),
        "sex": "M",
        "disabled": True,
    }
    make.change_details(draft, people.ada, **facts)
    child = child_of(draft)
    assert {name: getattr(child, name) for name in facts} == facts
    assert (child.version, child.reference) == (2, draft.episode.child.reference)


def test_a_correction_is_a_row_with_who_and_why(people: People, draft: Assessment):
    make.change_details(draft, people.mo, given_name="Alex", reason=" The  school wrote ")
    row = FactsCorrection.objects.get()
    assert (row.act, row.reason, row.corrected_by) == ("details", "The  school wrote", people.mo)
    assert (row.child, row.episode, row.assessment) == (draft.episode.child, None, None)


def test_nothing_is_recorded_where_nothing_is_changed(people: People, draft: Assessment):
    assert refusal(make.change_details, draft, people.ada) == {
        "unchanged": "Nothing is changed yet. Change what is wrong, or leave it as it is"
    }


@pytest.mark.parametrize("la_child_id", ["EX2002", "ex2002"])
def test_an_id_of_another_child_is_refused_and_reveals_nothing(
    people: People, draft: Assessment, la_child_id: str
):
    make.restrict(make.start(people.cleo, "EX2002"), people.nia)
    assert refusal(make.change_details, draft, people.ada, la_child_id=la_child_id) == {
        "la_child_id": "This id cannot be used here. Look for the child by the id; if that finds "
        "nobody, ask your team manager or a data officer"
    }


def test_the_same_id_in_other_letters_is_the_childs_own(people: People, draft: Assessment):
    make.change_details(draft, people.ada, la_child_id="ex1001")
    assert child_of(draft).la_child_id == "ex1001"


WRONG = {
    "a formula": ({"la_child_id": "=1+1"}, "la_child_id"),
    "no family name": ({"family_name": ""}, "family_name"),
    "a name with a control character": ({"given_name": "Ro\x07bin"}, "given_name"),
    "half a character": ({"family_name": "Sam\ud800ple"}, "family_name"),
    "an unknown sex": ({"sex": "X"}, "sex"),
    "no birth date at all": ({"birth_date": None}, "birth_date"),
    "both birth dates": ({"expected_birth_date": day(60)}, "birth_date"),
    "a birth that is yet to come": ({"birth_date": day(1)}, "birth_date"),
    "an unborn girl": ({"birth_date": None, "expected_birth_date": day(-20)}, "sex"),
    "a death that is yet to come": ({"death_date": day(1)}, "death_date"),
    "a death before the birth": ({"death_date": years_ago(12)}, "death_date"),
    "a child who was born and is not": ({"not_born": True}, "not_born"),
    "a birth long after the referral": ({"birth_date": day(0)}, "birth_date"),
}


@pytest.mark.parametrize("what", WRONG)
def test_facts_that_cannot_be_are_refused_by_field(people: People, draft: Assessment, what: str):
    fields, field = WRONG[what]
    Episode.objects.update(referral_date=day(-290))
    assert refusal(make.change_details, draft, people.ada, **fields).keys() == {field}


def test_a_wrong_birth_goes_back_to_unborn(people: People, unborn: Assessment):
    make.record_birth(unborn, people.ada)
    facts = {"birth_date": None, "expected_birth_date": day(50), "sex": "U", "given_name": ""}
    make.change_details(unborn, people.ada, **facts)
    assert child_of(unborn).is_unborn


def test_a_death_and_not_born_that_were_recorded_in_error_are_taken_back(
    people: People, draft: Assessment
):
    make.record_death(draft, people.ada)
    make.change_details(draft, people.ada, death_date=None)
    assert child_of(draft).death_date is None
    unborn = make.start_unborn(people.ada, "EX2")
    make.record_not_born(unborn, people.ada)
    make.change_details(unborn, people.ada, not_born=False)
    assert not child_of(unborn).not_born


# The referral, forty weeks before at most


def test_a_birth_is_expected_at_most_forty_weeks_after_the_referral(people: People):
    first = day(-210)
    unborn = make.start_unborn(people.ada, referred=first)
    too_late = first + timedelta(days=281)
    refused = refusal(make.change_details, unborn, people.ada, expected_birth_date=too_late)
    assert refused == {
        "expected_birth_date": "Expected date of birth must be no more than 40 weeks after the "
        f"referral, {first.day} {first:%B %Y} (census rule 8606)"
    }
    make.change_details(unborn, people.ada, expected_birth_date=first + timedelta(days=280))


def test_a_child_is_born_at_most_forty_weeks_after_the_referral(people: People):
    first = day(-281)
    unborn = make.start_unborn(people.ada, referred=first, expected_birth_date=day(-1))
    assert refusal(make.record_birth, unborn, people.ada, birth_date=day(0)) == {
        "birth_date": "Date of birth must be no more than 40 weeks after the referral, "
        f"{first.day} {first:%B %Y} (census rule 8606)"
    }
    make.record_birth(unborn, people.ada, birth_date=day(-1))


# Is this right?


def test_a_birth_date_of_somebody_over_25_is_asked_about_once(people: People, draft: Assessment):
    born = years_ago(26)
    asked = question(make.change_details, draft, people.ada, birth_date=born)
    assert asked == {"birth_date": f"A child born on {born.day} {born:%B %Y} would be 26 years old"}
    make.change_details(draft, people.ada, birth_date=born, confirmed=asked.values())
    assert child_of(draft).birth_date == born
    make.change_details(draft, people.ada, given_name="Alex")


def test_an_age_of_18_at_the_start_of_an_open_assessment_is_asked_about(
    people: People, draft: Assessment
):
    start, born = draft.start_date, years_ago(18, 30)
    assert question(make.change_details, draft, people.ada, birth_date=born) == {
        "birth_date": f"A child born on {born.day} {born:%B %Y} was 18 years old when the "
        f"assessment started, on {start.day} {start:%B %Y}"
    }


def test_an_age_of_18_is_not_asked_about_where_nothing_is_open(people: People, draft: Assessment):
    make.authorise(make.submit(draft), people.mo)
    make.change_details(draft, people.mo, birth_date=years_ago(18, 30))


def test_an_age_of_17_is_not_asked_about(people: People, draft: Assessment):
    make.change_details(draft, people.ada, birth_date=years_ago(17))


def test_an_expected_birth_that_has_passed_is_asked_about(people: People, unborn: Assessment):
    passed = day(-1)
    assert question(make.change_details, unborn, people.ada, expected_birth_date=passed) == {
        "expected_birth_date": "The expected date of birth, "
        f"{passed.day} {passed:%B %Y}, has passed"
    }


def test_a_changed_date_is_asked_about_again_whatever_was_confirmed(
    people: People, unborn: Assessment
):
    asked = question(make.change_details, unborn, people.ada, expected_birth_date=day(-1))
    again = question(
        make.change_details,
        unborn,
        people.ada,
        expected_birth_date=day(-2),
        confirmed=asked.values(),
    )
    assert again != asked


@pytest.mark.parametrize(("expected", "than"), [(127, "18 weeks before"), (-29, "4 weeks after")])
def test_a_birth_long_before_or_after_it_was_expected_is_asked_about(
    people: People, expected: int, than: str
):
    unborn = make.start_unborn(people.ada, expected_birth_date=day(expected))
    [message] = question(make.record_birth, unborn, people.ada).values()
    assert f"is more than {than} the birth was expected" in message
    make.record_birth(unborn, people.ada, confirmed=[message])


@pytest.mark.parametrize("expected", [126, -28])
def test_a_birth_about_when_it_was_expected_is_not_asked_about(people: People, expected: int):
    unborn = make.start_unborn(people.ada, expected_birth_date=day(expected))
    make.record_birth(unborn, people.ada)


def test_a_referral_after_the_death_is_asked_about(people: People, draft: Assessment):
    referred = draft.episode.referral_date
    died = referred - timedelta(days=1)
    asked = question(make.record_death, draft, people.ada, died)
    assert asked == {
        "death_date": f"{died.day} {died:%B %Y} is before the referral, "
        f"{referred.day} {referred:%B %Y}"
    }
    make.record_death(draft, people.ada, died, confirmed=asked.values())
    assert child_of(draft).death_date == died


# The birth


def test_a_birth_is_recorded_with_the_name_and_the_id_stays(people: People, unborn: Assessment):
    make.record_birth(
        unborn, people.ada, birth_date=day(-1), given_name="Alex", family_name="Elder", sex="M"
    )
    child = child_of(unborn)
    assert (child.la_child_id, child.name, child.sex) == ("EX1001", "Alex Elder", "M")
    assert (child.birth_date, child.expected_birth_date) == (day(-1), None)
    assert FactsCorrection.objects.get().act == "birth"


def test_a_child_may_have_no_given_name_yet_at_the_birth(people: People, unborn: Assessment):
    make.record_birth(unborn, people.ada, given_name="")
    assert child_of(unborn).name == "Sample"


def test_a_birth_is_today_or_in_the_past(people: People, unborn: Assessment):
    assert refusal(make.record_birth, unborn, people.ada, birth_date=day(1)) == {
        "birth_date": "Date of birth must be today or in the past"
    }


def test_a_child_is_born_once(people: People, draft: Assessment):
    assert refusal(make.record_birth, draft, people.ada) == {
        "birth_date": "The birth of this child is recorded already"
    }


def test_a_child_recorded_as_not_born_has_no_birth(people: People, unborn: Assessment):
    make.record_not_born(unborn, people.ada)
    assert refusal(make.record_birth, unborn, people.ada).keys() == {"birth_date"}


# The death, and not born


def test_a_death_is_recorded_once_and_of_a_born_child(people: People, draft: Assessment):
    make.record_death(draft, people.ada, day(-1))
    assert child_of(draft).death_date == day(-1)
    assert refusal(make.record_death, draft, people.ada).keys() == {"death_date"}
    unborn = make.start_unborn(people.ada, "EX2")
    assert refusal(make.record_death, unborn, people.ada).keys() == {"death_date"}


@pytest.mark.parametrize("died", [1, -20 * 366])
def test_a_death_is_in_the_past_and_not_before_the_birth(
    people: People, draft: Assessment, died: int
):
    assert refusal(make.record_death, draft, people.ada, day(died)).keys() == {"death_date"}


def test_an_age_is_not_counted_beyond_the_death(people: People, draft: Assessment):
    child = child_of(draft)
    child.death_date = child.birth_date + timedelta(days=3 * 366)
    assert child.age_on(timezone.localdate()) == 3


def test_a_child_who_was_born_is_not_recorded_as_not_born(people: People, draft: Assessment):
    assert refusal(make.record_not_born, draft, people.ada).keys() == {"not_born"}


def test_no_reason_is_asked_where_a_child_is_not_born(people: People, unborn: Assessment):
    make.authorise(make.submit(unborn), people.mo)
    make.record_not_born(unborn, people.mo)
    assert child_of(unborn).not_born


# Why


CORRECTIONS = {
    "details": (make.change_details, {"given_name": "Alex"}),
    "birth": (make.record_birth, {}),
    "death": (make.record_death, {}),
}


@pytest.mark.parametrize("act", CORRECTIONS)
def test_a_correction_says_why_once_an_assessment_is_authorised(people: People, act: str):
    change, fields = CORRECTIONS[act]
    start = make.start_unborn if act == "birth" else make.start
    draft = start(people.ada)
    make.authorise(make.submit(draft), people.mo)
    for empty in ("", "  ", "\u200b"):
        assert refusal(change, draft, people.mo, reason=empty, **fields).keys() == {"reason"}
    change(draft, people.mo, reason="The hospital wrote", **fields)
    assert FactsCorrection.objects.get().reason == "The hospital wrote"


@pytest.mark.parametrize("act", CORRECTIONS)
def test_no_reason_is_needed_before_an_assessment_is_authorised(people: People, act: str):
    change, fields = CORRECTIONS[act]
    start = make.start_unborn if act == "birth" else make.start
    change(make.submit(start(people.ada)), people.ada, reason="", **fields)
    assert FactsCorrection.objects.get().reason == ""


@pytest.mark.parametrize("reason", ["x" * 501, "\u202eabc", "a\x07"])
def test_a_reason_that_cannot_be_stored_is_refused(people: People, draft: Assessment, reason: str):
    refused = refusal(make.change_details, draft, people.ada, given_name="Alex", reason=reason)
    assert refused.keys() == {"reason"}


def test_everything_that_is_wrong_is_said_at_once(people: People, draft: Assessment):
    make.authorise(make.submit(draft), people.mo)
    values = {"reason": "", "birth_date": day(1), "family_name": ""}
    refused = refusal(make.change_details, draft, people.mo, **values)
    assert refused.keys() == {"reason", "birth_date", "family_name"}


def test_what_is_missing_is_said_before_anything_is_asked(people: People, draft: Assessment):
    make.authorise(make.submit(draft), people.mo)
    refused = refusal(make.change_details, draft, people.mo, birth_date=years_ago(27), reason="")
    assert refused.keys() == {"reason"}


# Who

WHO = ["ada", "ben", "cleo", "mo", "nia", "dee", "abe"]


def who_may(people: People, assessment: Assessment) -> set[str]:
    """Who may correct the child's facts: by the query, and by each service."""
    child = child_of(assessment)
    names = {who for who in WHO if queries.may_correct_facts(getattr(people, who), child)}
    for who in set(WHO) - names:
        with unchanged(), pytest.raises(services.NotPermitted):
            make.change_details(assessment, getattr(people, who), given_name="Alex")
        with unchanged(), pytest.raises(services.NotPermitted):
            make.record_death(assessment, getattr(people, who))
        with unchanged(), pytest.raises(services.NotPermitted):
            make.record_birth(assessment, getattr(people, who))
        with unchanged(), pytest.raises(services.NotPermitted):
            make.record_not_born(assessment, getattr(people, who))
    return names


@pytest.mark.parametrize(
    ("status", "names"),
    [
        (Status.DRAFT, {"ada", "mo"}),
        (Status.SUBMITTED, {"ada", "mo"}),
        (Status.RETURNED, {"ada", "mo"}),
        (Status.REOPENED, {"ada", "mo"}),
        (Status.AUTHORISED, {"mo"}),
        (Status.CANCELLED, set()),
    ],
)
def test_the_worker_and_the_manager_of_an_open_assessment_correct_facts(
    people: People, status: Status, names: set[str]
):
    assert who_may(people, make.in_status(status, people.ada, people.mo)) == names


def test_everybody_who_works_on_an_open_assessment_of_the_child_may(people: People):
    done = make.authorise(make.submit(make.start(people.ada)), people.mo)
    services.start_assessment(
        by=people.cleo,
        team=people.south,
        start_date=timezone.localdate(),
        key=uuid.uuid4(),
        child=done.episode.child,
        episode=done.episode,
    )
    assert who_may(people, done) == {"cleo", "nia"}
    make.reopen(done, people.mo)
    assert who_may(people, done) == {"ada", "mo", "cleo", "nia"}


def test_where_nothing_is_open_the_manager_of_the_latest_assessment_may(people: People):
    first = make.authorise(make.submit(make.start(people.ada)), people.mo)
    second = services.start_assessment(
        by=people.cleo,
        team=people.south,
        start_date=timezone.localdate(),
        key=uuid.uuid4(),
        child=first.episode.child,
        episode=first.episode,
    )
    make.authorise(make.submit(second), people.nia)
    assert who_may(people, first) == {"nia"}


def test_nobody_who_is_not_named_corrects_a_restricted_record(people: People, draft: Assessment):
    other = make.make_person("Max Also", people.north, role="team_manager")
    make.restrict(draft, people.mo)
    assert who_may(people, draft) == {"ada", "mo"}
    assert not queries.may_correct_facts(other, draft.episode.child)


def test_who_lost_the_assessment_meanwhile_corrects_nothing(people: People, draft: Assessment):
    services.reassign(
        assessment=draft, to=people.ben, by=people.mo, version=draft.version, key=uuid.uuid4()
    )
    assert who_may(people, draft) == {"ben", "mo"}


@pytest.mark.parametrize("who", ["ada", "mo"])
def test_nobody_who_is_deactivated_corrects_facts(people: People, draft: Assessment, who: str):
    person = getattr(people, who)
    person.is_active = False
    person.save()
    assert who not in who_may(people, draft)


# Two at once, and twice


def test_a_page_that_shows_earlier_facts_is_refused_with_the_facts_as_they_are(
    people: People, draft: Assessment
):
    make.change_details(draft, people.mo, given_name="Alex")
    with unchanged(), pytest.raises(services.StaleFacts) as stale:
        make.change_details(draft, people.ada, given_name="Kim", version=1)
    assert (stale.value.theirs.given_name, stale.value.theirs.version) == ("Alex", 2)


def test_a_form_sent_twice_is_carried_out_once(people: People, draft: Assessment):
    again = {"given_name": "Kim", "version": 1, "key": uuid.uuid4()}
    make.change_details(draft, people.ada, **again)
    with unchanged():
        repeated = make.change_details(draft, people.ada, **again)
    assert (repeated.child.given_name, repeated.child.version) == ("Kim", 2)


def test_a_form_sent_twice_undoes_nothing_that_came_between(people: People, draft: Assessment):
    again = {"given_name": "Kim", "family_name": "Sample", "version": 1, "key": uuid.uuid4()}
    make.change_details(draft, people.ada, **again)
    make.change_details(draft, people.mo, given_name="Alex")
    with unchanged(), pytest.raises(services.StaleFacts):
        make.change_details(draft, people.ada, **again | {"family_name": "Other"})
    with unchanged():
        make.change_details(draft, people.ada, **again)
    assert child_of(draft).given_name == "Alex"


@pytest.fixture
def committed_people(transactional_db) -> People:
    return make.make_people()


@pytest.mark.django_db(transaction=True)
def test_two_who_correct_a_child_at_once_overwrite_nothing(committed_people: People):
    people = committed_people
    draft = make.start(people.ada)
    results = at_once(
        lambda: make.change_details(draft, people.ada, given_name="Kim", version=1),
        lambda: make.change_details(draft, people.mo, family_name="Other", version=1),
    )
    refused = [each for each in results if isinstance(each, services.StaleFacts)]
    done = [each for each in results if isinstance(each, services.FactsCorrected)]
    assert (len(refused), len(done), child_of(draft).version) == (1, 1, 2)


@pytest.mark.django_db(transaction=True)
def test_two_children_who_get_the_same_id_at_once_do_not_share_it(committed_people: People):
    people = committed_people
    drafts = [make.start(people.ada, "EX1"), make.start(people.cleo, "EX2")]
    results = at_once(
        *(
            lambda draft=draft: make.change_details(draft, draft.worker, la_child_id="EX7")
            for draft in drafts
        )
    )
    [error] = [each for each in results if not isinstance(each, services.FactsCorrected)]
    assert isinstance(error, services.FactsRefused)
    assert set(error.messages) == {"la_child_id"}
    assert FactsCorrection.objects.count() == 1


# What the rules say afterwards


def test_a_birth_judges_the_open_assessment_anew(people: People):
    draft = make.record(make.start_unborn(people.ada), "6B", "1A")
    assert rules(evaluate(draft).open) == {"unborn-child"}
    done = make.record_birth(draft, people.ada)
    assert rules(done.asked_of(draft)) == {"young-carer"}
    assert [rules(each.open) for each in done.asking] == [{"young-carer"}]


def test_a_repeated_form_says_no_more_that_something_is_asked_newly(people: People):
    draft = make.record(make.start_unborn(people.ada), "6B")
    again = {"version": 1, "key": uuid.uuid4()}
    assert make.record_birth(draft, people.ada, **again).asked_of(draft)
    repeated = make.record_birth(draft, people.ada, **again)
    assert repeated.asked_of(draft) == ()
    assert repeated.asking


def test_what_was_asked_before_is_not_new(people: People):
    draft = make.record(make.start(people.ada), "3B")
    done = make.change_details(draft, people.ada, disabled=True)
    assert rules(done.asked_of(draft)) == {"disabled-child"}
    assert rules(done.asking[0].open) == {"child-as-victim", "disabled-child"}


def test_not_known_is_no_yes_for_any_rule(people: People):
    """What the guide asks of a disabled child is not asked, and no age limit is raised."""
    young = make.record(make.start(people.ada, disabled=None, birth_date=years_ago(16)), "8B")
    assert child_of(young).disabled is None
    assert rules(evaluate(young).open) == {"private-fostering-age"}
    make.change_details(young, people.ada, disabled=True)
    young = Assessment.objects.get(pk=young.pk)
    assert rules(evaluate(young).open) == {"disabled-child"}
    make.change_details(young, people.ada, disabled=None)
    young = Assessment.objects.get(pk=young.pk)
    assert rules(evaluate(young).open) == {"private-fostering-age"}


def test_a_birth_leaves_what_was_finished_before_it_as_it_was(people: People):
    done = make.authorise(
        make.submit(make.start_unborn(people.ada), "1A"), people.mo, end_date=day(-5)
    )
    before = evaluate(done)
    result = make.record_birth(done, people.mo, birth_date=day(0))
    after = evaluate(Assessment.objects.get(pk=done.pk))
    assert (after.selection, after.findings) == (before.selection, before.findings)
    assert after.selection.unborn
    assert result.evaluations == ()


def test_a_reopened_assessment_is_still_of_an_unborn_child_if_it_ended_before(people: People):
    done = make.authorise(
        make.submit(make.start_unborn(people.ada), "1A"), people.mo, end_date=day(-5)
    )
    make.record_birth(done, people.mo, birth_date=day(0))
    opened = make.reopen(Assessment.objects.get(pk=done.pk), people.mo)
    assert evaluate(opened).selection.unborn


def test_a_cancelled_assessment_ended_on_the_day_it_was_cancelled(people: People):
    with time_machine.travel(timezone.now() - timedelta(days=1), tick=False):
        before = make.cancel(make.start_unborn(people.ada))
    today = make.cancel(make.start_unborn(people.ada, "EX1002"))
    Child.objects.update(birth_date=day(0), expected_birth_date=None)
    cancelled = Assessment.objects.select_related("episode__child")
    assert evaluate(cancelled.get(pk=before.pk)).selection.unborn
    assert not evaluate(cancelled.get(pk=today.pk)).selection.unborn


def test_a_child_born_between_start_and_end_is_neither_unborn_nor_of_an_age(people: People):
    draft = make.start_unborn(people.ada)
    make.record_birth(draft, people.ada)
    selection = evaluate(Assessment.objects.get(pk=draft.pk)).selection
    assert (selection.unborn, selection.age) == (False, None)


def test_a_submission_is_not_authorised_while_a_correction_leaves_it_open(people: People):
    sent = make.submit(make.start_unborn(people.ada), "6B")
    make.record_birth(sent, people.ada)
    with unchanged(), pytest.raises(services.SubmissionRefused) as refused:
        make.authorise(sent, people.mo)
    assert rules(refused.value.findings) == {"young-carer"}
    make.authorise(make.correct(sent, people.mo, "6B", "7A"), people.mo)


# A child who is not born


def test_nothing_is_asked_any_more_of_a_child_who_is_not_born(people: People):
    draft = make.record(make.start_unborn(people.ada), "1A", "1B", "3B", "10A")
    assert rules(evaluate(draft).open) == {
        "unborn-child",
        "unborn-neglect",
        "child-as-victim",
    }
    make.record_not_born(draft, people.ada)
    draft = make.set_outcome(Assessment.objects.get(pk=draft.pk), "no_further_action")
    assert evaluate(draft).findings == ()
    sent = services.submit(assessment=draft, by=people.ada, version=draft.version, key=uuid.uuid4())
    assert make.authorise(sent, people.mo).status == Status.AUTHORISED


def test_errors_stand_also_where_a_child_is_not_born(people: People):
    draft = make.record(make.start_unborn(people.ada), "21")
    make.record_not_born(draft, people.ada)
    draft = make.set_outcome(Assessment.objects.get(pk=draft.pk), "section_47")
    assert rules(evaluate(draft).findings) == {"no-factors-no-further-action"}


def test_what_was_answered_stays_for_the_manager_to_read(people: People):
    draft = make.record(make.start_unborn(people.ada), "1A", "3B")
    draft = make.answer(draft, "unborn-child", "reason", "The twin was born")
    make.record_not_born(draft, people.ada)
    evaluation = evaluate(Assessment.objects.get(pk=draft.pk))
    assert rules(evaluation.findings) == rules(evaluation.asking) == {"unborn-child"}
    assert evaluation.answer_to(evaluation.asking[0]).text == "The twin was born"


def test_a_finished_assessment_of_a_child_who_is_not_born_says_what_it_said(people: People):
    done = make.authorise(make.submit(make.start_unborn(people.ada), "1A", "4B"), people.mo)
    before = evaluate(done).findings
    make.record_not_born(done, people.mo)
    assert evaluate(Assessment.objects.get(pk=done.pk)).findings == before


def test_the_expected_birth_of_a_child_who_is_not_born_may_have_passed(people: People):
    unborn = make.start_unborn(people.ada)
    make.record_not_born(unborn, people.ada)
    make.change_details(unborn, people.ada, expected_birth_date=day(-3))


def test_an_assessment_of_a_child_who_is_not_born_is_never_overdue(people: People):
    late = make.start_unborn(people.ada, referred=day(-200))
    today = timezone.localdate()
    assert queries.overdue(Assessment.objects.all(), today, True).get() == late
    make.record_not_born(late, people.ada)
    assert not queries.overdue(Assessment.objects.all(), today, True).exists()
    assert queries.overdue(Assessment.objects.all(), today, False).get() == late
