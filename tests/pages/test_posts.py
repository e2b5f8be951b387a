"""Posts that no page of ours makes: each gets a clear response and stores nothing."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment, Child, Status
from tests import people as make
from tests.pages.form_data import at, key_and_version, new_child_form, valid_posts
from tests.pages.page import field_value, heading, problems, ticked
from tests.people import People
from tests.snapshot import unchanged


def save(client: Client, assessment: Assessment, *codes: str, **values):
    return client.post(
        at("factors", assessment), key_and_version(assessment, codes=codes, **values)
    )


# Codes

NOT_LISTED = {
    "an unknown code": ["99Z"],
    "a code of an earlier guide": ["8A"],
    "a code that was replaced": ["18A"],
    "another that was replaced": ["19A"],
    "a code with a space": ["4B "],
    "a code in lower case": ["4b"],
    "two codes in one": ["4A,4B"],
    "no code at all": [""],
    "a very long code": ["4B" * 5_000],
    "a formula": ["=1+1"],
    "markup": ["<script>alert(1)</script>"],
    "NUL": ["4B\x00"],
    "control characters": ["\x01\x1f\x7f\x9f"],
    "the mark of the picker": ["\x1fticked 4A\x1f"],
    "a code among good ones": ["4A", "4B", "99Z"],
    "as many codes as a post may have": [f"{number}Q" for number in range(390)],
    "braces": ["{codes}"],
}


@pytest.mark.parametrize("what", NOT_LISTED)
def test_codes_that_are_none_are_refused_in_words(ada: Client, draft: Assessment, what: str):
    with unchanged():
        response = save(ada, draft, *NOT_LISTED[what])
    assert response.status_code == 422
    assert len(problems(response)) == 1
    assert heading(response) == "Select the factors identified"


def test_the_error_of_a_replaced_code_names_what_replaced_it(ada: Client, draft: Assessment):
    assert problems(save(ada, draft, "18A")) == [
        "18A was replaced: use 18B (by another child) or 18C (by an adult)."
    ]


@pytest.mark.parametrize("codes", [["4B", "4B"], ["4A", "4B", "4A"]])
def test_doubled_codes_are_refused(ada: Client, draft: Assessment, codes: list[str]):
    with unchanged():
        response = save(ada, draft, *codes)
    assert (response.status_code, len(problems(response))) == (422, 1)


def test_no_factors_with_another_is_refused_and_every_tick_stays(ada: Client, draft: Assessment):
    with unchanged():
        response = save(ada, draft, "21", "4A", "11A")
    assert response.status_code == 422
    assert len(problems(response)) == 1
    assert set(ticked(response)) == {"21", "4A", "11A"}


def test_a_list_written_as_one_text_is_no_list_of_codes(ada: Client, draft: Assessment):
    with unchanged():
        assert save(ada, draft, '["4A", "4B"]').status_code == 422


# Key and version

BAD_KEYS = [None, "", "x", "0", "-1", "1" * 33, "9" * 10_000, "\x00", "null", "[]", "é"]
BAD_VERSIONS = [None, "", "x", "-1", "0", "1.5", "9" * 400, str(2**31), "\x00", "1e3", "0x1"]


@pytest.mark.parametrize("page", ["factors", "check", "cancel", "withdraw"])
@pytest.mark.parametrize("field", ["key", "version"])
def test_a_post_without_its_key_or_version_is_a_bad_request(
    ada: Client, draft: Assessment, page: str, field: str
):
    for value in BAD_KEYS if field == "key" else BAD_VERSIONS:
        sent = key_and_version(draft, **valid_posts(draft)[page])
        del sent[field]
        if value is not None:
            sent[field] = value
        with unchanged():
            response = ada.post(at(page, draft), sent)
        assert response.status_code == 400, value
        assert heading(response) == "What you sent could not be read"


@pytest.mark.parametrize("version", [1, 3, 99, 2**31 - 1])
def test_a_stale_version_is_a_conflict(ada: Client, draft: Assessment, version: int):
    sent = key_and_version(draft, version=version, **valid_posts(draft)["cancel"])
    with unchanged():
        response = ada.post(at("cancel", draft), sent)
    assert response.status_code == 409


def test_a_page_that_is_refused_stays_of_the_version_it_was_rendered_from(
    ada: Client, draft: Assessment
):
    refused = save(ada, draft, "4A", "20", other_description="x" * 501)
    make.record(draft, "1A")
    assert (refused.status_code, field_value(refused, "version")) == (422, str(draft.version))


def test_a_refused_reason_to_cancel_stays_of_the_version_it_was_typed_on(
    ada: Client, draft: Assessment
):
    make.record(draft, "1A")
    with unchanged():
        refused = ada.post(at("cancel", draft), key_and_version(draft, reason="x" * 501))
    assert refused.status_code == 422
    assert field_value(refused, "version") == str(draft.version)


def test_a_stale_page_of_answers_submits_nothing_even_with_the_same_outcome(
    ada: Client, people: People, draft: Assessment
):
    """What stands was never on the page: another tab recorded it meanwhile."""
    page = make.set_outcome(draft)
    make.record(page, "21")
    make.record(Assessment.objects.get(), "1A")
    with unchanged():
        response = ada.post(
            at("check", page), key_and_version(page, outcome="child_in_need_plan", next="submit")
        )
    assert response.status_code == 409
    assert Assessment.objects.get().status == Status.DRAFT


# Form submissions sent again


def test_the_same_save_again_leads_where_the_first_led(ada: Client, draft: Assessment):
    sent = key_and_version(draft, codes=["4A", "4B"], next="check")
    first = ada.post(at("factors", draft), sent)
    with unchanged():
        again = ada.post(at("factors", draft), sent)
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"] == at("check", draft)


def test_the_same_submission_again_leads_where_the_first_led(ada: Client, draft: Assessment):
    sent = key_and_version(draft, outcome="early_help", next="submit")
    first = ada.post(at("check", draft), sent)
    with unchanged():
        again = ada.post(at("check", draft), sent)
    assert (first.status_code, first["Location"]) == (302, at("submitted", draft))
    assert (again.status_code, again["Location"]) == (302, at("submitted", draft))


@pytest.mark.parametrize(
    ("then", "leads_to"),
    [
        ("/guidance/?q=x#top", "/guidance/?q=x#top"),
        *(
            (elsewhere, None)
            for elsewhere in ("", "https://example.org/", "//example.org", "/\\x.org")
        ),
    ],
)
def test_a_saved_check_page_leads_on_within_the_product_alone(
    ada: Client, draft: Assessment, then: str, leads_to: str | None
):
    response = ada.post(at("check", draft), key_and_version(draft, outcome="early_help", then=then))
    assert (response.status_code, response["Location"]) == (302, leads_to or at("check", draft))


def test_another_submission_of_a_submitted_assessment_is_locked(ada: Client, draft: Assessment):
    ada.post(at("check", draft), key_and_version(draft, outcome="early_help", next="submit"))
    for values in (
        {"outcome": "early_help", "next": "submit"},
        {"outcome": "section_47", "next": "submit"},
        {"outcome": "section_47", "next": "save"},
        {},
    ):
        with unchanged():
            response = ada.post(at("check", draft), key_and_version(draft, **values))
        assert response.status_code == 409
        assert heading(response) == "This assessment cannot be changed now"


def test_the_same_start_again_leads_to_the_same_assessment(ada: Client, people: People):
    sent = new_child_form()
    first = ada.post(reverse("start_with_new_child"), sent)
    with unchanged():
        again = ada.post(reverse("start_with_new_child"), sent)
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"] == at("factors", Assessment.objects.get())


def test_the_same_start_again_for_a_known_child_leads_to_the_same_assessment(
    ada: Client, people: People
):
    child = Child.objects.create(
        la_child_id="EX1", family_name="Sample", sex="U", birth_date="2015-02-03"
    )
    sent = new_child_form()
    address = reverse("start_for_child", args=[child.reference])
    first = ada.post(address, sent)
    with unchanged():
        again = ada.post(address, sent)
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"] == at("factors", Assessment.objects.get())


def test_a_form_that_was_refused_keeps_its_key_and_once_started_leads_on(ada: Client):
    sent = new_child_form()
    address = reverse("start_with_new_child")
    refused = ada.post(address, sent | {"sex": ""})
    assert field_value(refused, "key") == sent["key"]
    ada.post(address, sent)
    started = Assessment.objects.get()
    with unchanged():
        again = [ada.post(address, sent | {"sex": ""}), ada.post(address, sent)]
        back = ada.get(address, {"form": sent["key"]})
    led_to = [(each.status_code, each["Location"]) for each in (*again, back)]
    assert led_to == [(302, at(page, started)) for page in ("factors", "factors", "record")]
    for another in ("", "x", str(uuid.uuid4())):
        response = ada.get(address, {"form": another})
        assert response.status_code == 200
        assert field_value(response, "key") not in {sent["key"], ""}


def test_a_form_changed_after_it_was_started_is_another_start(ada: Client):
    sent = new_child_form()
    for la_child_id, name in (("EX7000", "Wren"), ("EX7001", "Otter")):
        changed = {"la_child_id": la_child_id, "given_name": name, "family_name": name}
        ada.post(reverse("start_with_new_child"), sent | changed)
    children = Child.objects.order_by("la_child_id").values_list("la_child_id", flat=True)
    assert list(children) == ["EX7000", "EX7001"]


def test_a_start_without_a_key_is_a_bad_request(ada: Client, people: People):
    for key in ("", "x", "\x00"):
        with unchanged():
            response = ada.post(reverse("start_with_new_child"), new_child_form(key=key))
        assert response.status_code == 400


# Somebody else's


@pytest.mark.parametrize("page", ["factors", "check", "cancel", "withdraw", "submitted"])
@pytest.mark.parametrize("who", ["ben", "cleo", "mo", "nia", "dee", "abe"])
def test_another_persons_assessment_is_not_there(
    people: People, browser_of, draft: Assessment, page: str, who: str
):
    client = browser_of(getattr(people, who))
    absent = reverse(page, args=[uuid.uuid4()])
    sent = key_and_version(draft, codes=["1A"], outcome="early_help", reason="Mine", next="submit")
    with unchanged():
        theirs, nothing = client.post(at(page, draft), sent), client.post(absent, sent)
    if page == "submitted":
        assert theirs.status_code == nothing.status_code == 405
        theirs, nothing = client.get(at(page, draft)), client.get(absent)
    assert theirs.status_code == nothing.status_code == 404
    assert heading(theirs) == heading(nothing) == "Page not found"
    assert len(theirs.content) == len(nothing.content)


# What a post may not set


def test_nothing_but_what_the_page_asks_is_set(ada: Client, people: People, draft: Assessment):
    more = {
        "status": "authorised",
        "team": people.south.pk,
        "team_id": people.south.pk,
        "worker": people.ben.pk,
        "worker_id": people.ben.pk,
        "end_date": "2026-01-01",
        "start_date": "2020-01-01",
        "edition": "2016-04",
        "episode": 1,
        "reference": str(uuid.uuid4()),
        "id": 1,
        "saved_at": "2020-01-01",
        "cancellation_reason": "None",
        "role": "administrator",
        "is_staff": "1",
    }
    before = vars(draft)
    assert save(ada, draft, "4A", **more, outcome="early_help").status_code == 302
    now = Assessment.objects.get()
    changed = {
        name for name, value in vars(now).items() if name != "_state" and value != before[name]
    }
    assert changed == {"codes", "version", "saved_at"}
    people.ada.refresh_from_db()
    assert (people.ada.role, people.ada.is_staff) == ("social_worker", False)
    assert (
        ada.post(
            at("check", now), key_and_version(now, outcome="early_help", **more | {"codes": ["1A"]})
        ).status_code
        == 302
    )
    last = Assessment.objects.get()
    assert (last.codes, last.status, last.worker) == (["4A"], "draft", people.ada)


def test_a_start_sets_its_worker_and_a_team_of_theirs(ada: Client, people: People):
    sent = new_child_form(team=people.south.pk, worker=people.ben.pk, status="authorised")
    assert ada.post(reverse("start_with_new_child"), sent).status_code == 302
    made = Assessment.objects.get()
    assert (made.team, made.worker, made.status) == (people.north, people.ada, "draft")


def test_a_worker_of_several_teams_starts_in_one_of_them_alone(ada: Client, people: People):
    third = make.make_team("Third")
    people.ada.teams.add(third)
    for team in (people.south.pk, "", "x", "\x00", "-1", "9" * 50):
        with unchanged():
            response = ada.post(reverse("start_with_new_child"), new_child_form(team=team))
        assert response.status_code == 422, team
        assert len(problems(response)) == 1
    assert (
        ada.post(reverse("start_with_new_child"), new_child_form(team=third.pk)).status_code == 302
    )


# Rules and outcome


@pytest.mark.parametrize("outcome", ["closed", "x" * 10_000, "\x00", "<b>", "DRAFT"])
def test_an_unknown_outcome_is_refused(ada: Client, draft: Assessment, outcome: str):
    with unchanged():
        response = ada.post(
            at("check", draft), key_and_version(draft, outcome=outcome, next="submit")
        )
    assert response.status_code == 422
    assert len(problems(response)) == 1


def test_answers_to_rules_that_do_not_apply_are_not_stored(ada: Client, draft: Assessment):
    with unchanged():
        response = ada.post(
            at("check", draft),
            key_and_version(
                draft,
                **{
                    "text-young-carer-age": "So",
                    "considered-young-carer": "yes",
                    "text-no-such-rule": "So",
                    "complied": "gangs-with-criminal-exploitation",
                    "considered-emotional-abuse-implied": "yes",
                },
            ),
        )
    assert response.status_code == 302


def test_a_reason_of_several_lines_is_stored_once_however_often_it_is_sent(
    ada: Client, people: People
):
    make.record(make.start(people.ada), "13A")
    answer = {"text-gangs-with-criminal-exploitation": "One\r\ntwo"}
    for _ in range(2):
        page = Assessment.objects.get()
        assert ada.post(at("check", page), key_and_version(page, **answer)).status_code == 302
    assert [each.text for each in Assessment.objects.get().answers.all()] == ["One\ntwo"]


def test_what_is_still_open_is_listed_as_problems(ada: Client, people: People):
    draft = make.record(make.start(people.ada), "13A", "6B")
    with unchanged():
        response = ada.post(at("check", draft), key_and_version(draft, next="submit"))
    assert response.status_code == 422
    assert problems(response) == [
        "Select what the assessment led to",
        "13A Gangs: give a reason, or add 24A",
        "6B Physical disability or illness: say “not in this case”, or add 7A",
    ]


@pytest.mark.parametrize("address", ["/assessments/start/", "/assessments/start/new/"])
@pytest.mark.parametrize("la_child_id", ["X1" * 11, "X1" * 20, "EX-1", "é1" * 15])
def test_an_id_that_no_child_can_have_gets_one_message(
    ada: Client, people: People, address: str, la_child_id: str
):
    response = ada.post(address, new_child_form(la_child_id=la_child_id))
    assert response.status_code == 422
    assert problems(response) == ["Enter up to 20 letters and digits"]
