"""Posts that no page of ours makes: each gets a clear answer and stores nothing."""

from __future__ import annotations

import json
import uuid
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment, Child, Status
from assessments.record import current_edition
from assessments.urls import urlpatterns
from tests import people as make
from tests.pages.page import field_value, heading, problems, ticked
from tests.people import People
from tests.snapshot import unchanged

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def draft(people: People) -> Assessment:
    return make.record(make.start(people.ada), "4B")


def at(name: str, assessment: Assessment) -> str:
    return reverse(name, args=[assessment.reference])


def press(assessment: Assessment, **values) -> dict:
    return {"key": str(uuid.uuid4()), "version": assessment.version} | values


def save(client: Client, assessment: Assessment, *codes: str, **values):
    return client.post(at("factors", assessment), press(assessment, codes=codes, **values))


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
    "200 codes": [f"{number}Q" for number in range(200)],
    "braces": ["{codes}"],
}


@pytest.mark.parametrize("what", NOT_LISTED)
def test_codes_that_are_none_are_refused_in_words(ada: Client, draft: Assessment, what: str):
    with unchanged():
        response = save(ada, draft, *NOT_LISTED[what])
    assert response.status_code == 422
    assert len(problems(response)) == 1
    assert heading(response) == "Select the factors identified"


def test_a_replaced_code_is_told_what_replaced_it(ada: Client, draft: Assessment):
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


@pytest.mark.parametrize("number", [201, 390])
def test_more_codes_than_any_guide_has_are_refused(ada: Client, draft: Assessment, number: int):
    with unchanged():
        response = save(ada, draft, *[f"{n}A" for n in range(number)])
    assert response.status_code == 422
    assert problems(response) == ["Select at most 200 factors"]


def test_a_list_written_as_one_text_is_no_list_of_codes(ada: Client, draft: Assessment):
    with unchanged():
        assert save(ada, draft, '["4A", "4B"]').status_code == 422


# Key and version

BAD_KEYS = [None, "", "x", "0", "-1", "1" * 33, "9" * 10_000, "\x00", "null", "[]", "é"]
BAD_VERSIONS = [None, "", "x", "-1", "0", "1.5", "9" * 400, str(2**31), "\x00", "1e3", "0x1"]


def pages_with_a_press(draft: Assessment) -> dict[str, dict]:
    return {
        "factors": {"codes": ["4A"]},
        "check": {"outcome": "early_help", "next": "submit"},
        "cancel": {"reason": "Wrong child"},
        "withdraw": {},
    }


@pytest.mark.parametrize("page", ["factors", "check", "cancel", "withdraw"])
@pytest.mark.parametrize("field", ["key", "version"])
def test_a_press_without_its_key_or_version_is_a_bad_request(
    ada: Client, draft: Assessment, page: str, field: str
):
    for value in BAD_KEYS if field == "key" else BAD_VERSIONS:
        sent = press(draft, **pages_with_a_press(draft)[page])
        del sent[field]
        if value is not None:
            sent[field] = value
        with unchanged():
            response = ada.post(at(page, draft), sent)
        assert response.status_code == 400, value
        assert heading(response) == "What you sent could not be read"


@pytest.mark.parametrize("version", [1, 3, 99, 2**31 - 1])
@pytest.mark.parametrize("page", ["factors", "check", "cancel"])
def test_a_stale_version_is_a_conflict(ada: Client, draft: Assessment, page: str, version: int):
    sent = press(draft, version=version, **pages_with_a_press(draft)[page])
    with unchanged():
        response = ada.post(at(page, draft), sent)
    assert response.status_code == 409


def test_a_conflict_keeps_what_was_sent_and_shows_what_is_saved(ada: Client, draft: Assessment):
    make.record(draft, "1A", "20", description="Theirs")
    with unchanged():
        response = save(ada, draft, "4A", "20", other_description="Mine")
    assert response.status_code == 409
    assert set(ticked(response)) == {"4A", "20"}
    assert field_value(response, "other_description") == "Mine"
    assert field_value(response, "version") == "3"
    assert "What differs" in response.content.decode()


def test_a_stale_page_of_answers_submits_nothing_even_with_the_same_outcome(
    ada: Client, people: People, draft: Assessment
):
    """What stands was never on the page: another tab recorded it meanwhile."""
    page = make.set_outcome(draft)
    make.record(page, "21")
    make.record(Assessment.objects.get(), "1A")
    with unchanged():
        response = ada.post(
            at("check", page), press(page, outcome="child_in_need_plan", next="submit")
        )
    assert response.status_code == 409
    assert Assessment.objects.get().status == Status.DRAFT


# Presses again


def test_the_same_save_again_leads_where_the_first_led(ada: Client, draft: Assessment):
    sent = press(draft, codes=["4A", "4B"], next="check")
    first = ada.post(at("factors", draft), sent)
    with unchanged():
        again = ada.post(at("factors", draft), sent)
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"] == at("check", draft)


def test_the_same_submission_again_leads_where_the_first_led(ada: Client, draft: Assessment):
    sent = press(draft, outcome="early_help", next="submit")
    first = ada.post(at("check", draft), sent)
    with unchanged():
        again = ada.post(at("check", draft), sent)
    assert (first.status_code, first["Location"]) == (302, at("submitted", draft))
    assert (again.status_code, again["Location"]) == (302, at("submitted", draft))


def test_another_submission_of_what_is_submitted_is_told_so(ada: Client, draft: Assessment):
    ada.post(at("check", draft), press(draft, outcome="early_help", next="submit"))
    for values in (
        {"outcome": "early_help", "next": "submit"},
        {"outcome": "section_47", "next": "submit"},
        {"outcome": "section_47", "next": "save"},
        {},
    ):
        with unchanged():
            response = ada.post(at("check", draft), press(draft, **values))
        assert response.status_code == 409
        assert heading(response) == "This assessment cannot be changed now"


def new_child_form(**values) -> dict:
    referral = make.a_referral().referral_date
    return (
        {
            "key": str(uuid.uuid4()),
            "la_child_id": "EX7000",
            "given_name": "Robin",
            "family_name": "Sample",
            "birth_date_0": "3",
            "birth_date_1": "2",
            "birth_date_2": "2015",
            "sex": "F",
            "disabled": "no",
            "referral_source": "6",
        }
        | referral_fields(referral)
        | values
    )


def referral_fields(day) -> dict:
    return {
        f"{name}_{place}": str(part)
        for name in ("referral_date", "start_date")
        for place, part in enumerate((day.day, day.month, day.year))
    }


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
    sent = press(draft, codes=["1A"], outcome="early_help", reason="Mine", next="submit")
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
            at("check", now), press(now, outcome="early_help", **more | {"codes": ["1A"]})
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
        response = ada.post(at("check", draft), press(draft, outcome=outcome, next="submit"))
    assert response.status_code == 422
    assert len(problems(response)) == 1


def test_answers_to_rules_that_do_not_speak_are_not_stored(ada: Client, draft: Assessment):
    with unchanged():
        response = ada.post(
            at("check", draft),
            press(
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


def test_what_is_still_open_is_said_and_linked(ada: Client, people: People):
    draft, edition = make.record(make.start(people.ada), "13A", "6B"), current_edition()
    with unchanged():
        response = ada.post(at("check", draft), press(draft, next="submit"))
    assert response.status_code == 422
    assert problems(response) == [
        f"24A {edition.name_of('24A')}: give a reason, or add it",
        f"7A {edition.name_of('7A')}: say that you considered it, or add it",
        "Select what the assessment led to",
    ]


# The post itself

ADDRESSES = ["factors", "check", "cancel", "withdraw"]


@pytest.mark.parametrize("page", ADDRESSES)
def test_a_post_without_its_token_is_refused(
    people: People, browser_of, draft: Assessment, page: str
):
    client = browser_of(people.ada, enforce_csrf_checks=True)
    with unchanged():
        response = client.post(at(page, draft), press(draft, **pages_with_a_press(draft)[page]))
    assert response.status_code == 403
    assert heading(response) == "Nothing was saved"


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/xml", "", "multipart/form-data"]
)
@pytest.mark.parametrize("page", ADDRESSES)
def test_a_body_of_another_kind_is_a_bad_request(
    ada: Client, draft: Assessment, page: str, content_type: str
):
    with unchanged():
        response = ada.generic(
            "POST",
            at(page, draft),
            json.dumps(press(draft, **pages_with_a_press(draft)[page])),
            content_type=content_type,
        )
    assert response.status_code == 400


@pytest.mark.parametrize("name", ["start", "start_with_new_child"])
def test_an_empty_post_says_what_to_enter(ada: Client, name: str):
    with unchanged():
        response = ada.generic("POST", reverse(name), "{}", content_type="application/json")
    assert response.status_code == 422
    assert "Enter the child’s id" in problems(response)


@pytest.mark.parametrize("page", ADDRESSES)
def test_a_body_of_5_mb_is_a_bad_request(ada: Client, draft: Assessment, page: str):
    body = urlencode(press(draft, codes="4A", other_description="x" * 5_000_000))
    with unchanged():
        response = ada.generic("POST", at(page, draft), body, content_type=FORM)
    assert response.status_code == 400
    assert heading(response) == "What you sent could not be read"


@pytest.mark.parametrize("page", ADDRESSES)
def test_a_thousand_fields_are_a_bad_request(ada: Client, draft: Assessment, page: str):
    body = urlencode([*press(draft).items(), *(("codes", "4A") for _ in range(1000))])
    with unchanged():
        response = ada.generic("POST", at(page, draft), body, content_type=FORM)
    assert response.status_code == 400


def test_of_a_key_sent_twice_the_last_one_counts(ada: Client, draft: Assessment):
    body = urlencode(
        [*press(draft, version=99).items(), ("version", draft.version), ("codes", "4A")]
    )
    response = ada.generic("POST", at("factors", draft), body, content_type=FORM)
    assert response.status_code == 302


UNCLEAN = ["a%00b", "a%01b", "a%1Fb", "a%7Fb", "a%C2%85b", "a%EF%BF%BEb"]


@pytest.mark.parametrize("unclean", UNCLEAN)
def test_a_description_with_control_characters_is_refused(
    ada: Client, draft: Assessment, unclean: str
):
    body = urlencode(press(draft, codes="20")) + f"&other_description={unclean}"
    with unchanged():
        response = ada.generic("POST", at("factors", draft), body, content_type=FORM)
    assert response.status_code == 422
    assert problems(response)[0] == (
        "Remove the characters that cannot be shown, then paste the text again"
    )
    assert ticked(response) == ["20"]


@pytest.mark.parametrize("unclean", UNCLEAN)
def test_control_characters_in_any_field_of_a_new_child_are_refused(ada: Client, unclean: str):
    for name in new_child_form():
        if name == "key":
            continue
        fields = {k: v for k, v in new_child_form().items() if k != name}
        with unchanged():
            response = ada.generic(
                "POST",
                reverse("start_with_new_child"),
                urlencode(fields) + f"&{name}={unclean}",
                content_type=FORM,
            )
        assert response.status_code == 422, name
        assert problems(response), name


@pytest.mark.parametrize("unclean", [*UNCLEAN, "%ED%A0%80", "%FF%FE", "%F4%90%80%80"])
def test_broken_text_anywhere_is_never_an_error_of_the_server(
    ada: Client, people: People, unclean: str
):
    draft = make.record(make.start(people.ada), "13A", "6B")
    rules = "text-gangs-with-criminal-exploitation considered-young-carer text-young-carer complied"
    forms = {
        at("factors", draft): "codes other_description remove density next key version",
        at("check", draft): f"outcome next key version {rules}",
        at("cancel", draft): "reason key version",
        at("withdraw", draft): "key version",
        reverse("start"): "la_child_id",
        reverse("assessments"): "words",
        reverse("start_with_new_child"): " ".join(new_child_form()),
    }
    for address, names in forms.items():
        for name in names.split():
            seen = Assessment.objects.get(pk=draft.pk)
            if not seen.is_with_the_worker:
                break
            sent = {k: v for k, v in {**new_child_form(), **press(seen)}.items() if k != name}
            if address == at("cancel", draft) and name != "reason":
                sent["version"] = 99
            body = f"{urlencode(sent)}&{quote(name)}={unclean}"
            response = ada.generic("POST", address, body, content_type=FORM)
            assert response.status_code < 500, (address, name)
    for address in ("/guidance/", "/assessments/"):
        for name in ("q", "page", "tab", "whose"):
            response = ada.get(f"{address}?{name}={unclean}")
            assert response.status_code in (200, 404), (address, name)
    for address in (f"/guidance/{unclean}/", f"/assessments/{unclean}/", f"/{unclean}/"):
        assert ada.get(address).status_code == 404


# Methods and addresses


def test_methods_that_a_page_does_not_have_are_refused(ada: Client, draft: Assessment):
    takes = {
        "home": {"GET", "HEAD"},
        "authority_stylesheet": {"GET", "HEAD"},
        "assessments": {"GET", "HEAD", "POST"},
        "start": {"GET", "HEAD", "POST"},
        "start_with_new_child": {"GET", "HEAD", "POST"},
        "start_for_child": {"GET", "HEAD", "POST"},
        "record": {"GET", "HEAD"},
        "factors": {"GET", "HEAD", "POST"},
        "check": {"GET", "HEAD", "POST"},
        "submitted": {"GET", "HEAD"},
        "withdraw": {"POST"},
        "cancel": {"GET", "HEAD", "POST"},
        "guidance": {"GET", "HEAD"},
        "guidance_for_code": {"GET", "HEAD"},
    }
    assert {pattern.name for pattern in urlpatterns} == takes.keys()
    for name, methods in takes.items():
        if name == "guidance_for_code":
            address = "/guidance/4B/"
        elif name == "start_for_child":
            address = reverse(name, args=[draft.episode.child.reference])
        elif name in {"record", "factors", "check", "submitted", "withdraw", "cancel"}:
            address = at(name, draft)
        else:
            address = reverse(name)
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS"):
            with unchanged("assessments_idempotencykey"):
                response = ada.generic(method, address)
            refused = response.status_code == 405
            assert refused == (method not in methods), (name, method)


@pytest.mark.parametrize("page", ["abc", "0", "-1", "99999", "9" * 100, "", "1.5", "last"])
def test_a_page_that_is_not_there_shows_one_that_is(ada: Client, draft: Assessment, page: str):
    response = ada.get("/assessments/", {"page": page})
    assert response.status_code == 200
    assert "EX1001" in response.content.decode()


@pytest.mark.parametrize("tab", ["x", "", "TO-DO", "to-do ", "../"])
def test_a_tab_that_is_not_there_is_not_found(ada: Client, tab: str):
    assert ada.get("/assessments/", {"tab": tab}).status_code == 404


@pytest.mark.parametrize(
    "reference", ["0", "x", "4B", "11111111-1111-4111-8111-1111111111110", "%00"]
)
def test_an_address_that_is_none_is_not_found(ada: Client, reference: str):
    for page in ("", "factors/", "check/", "cancel/"):
        assert ada.get(f"/assessments/{reference}/{page}").status_code == 404
