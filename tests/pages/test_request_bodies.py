"""Request bodies, methods and addresses that no page of ours makes."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment
from assessments.pages.urls import urlpatterns
from tests import people as make
from tests.pages.form_data import FORM, at, key_and_version, new_child_form, valid_posts
from tests.pages.page import heading, problems, ticked
from tests.people import People
from tests.snapshot import unchanged

ADDRESSES = ["factors", "check", "cancel", "withdraw"]


@pytest.mark.parametrize("page", ADDRESSES)
def test_a_post_without_its_token_is_refused(
    people: People, browser_of, draft: Assessment, page: str
):
    client = browser_of(people.ada, enforce_csrf_checks=True)
    with unchanged():
        response = client.post(at(page, draft), key_and_version(draft, **valid_posts(draft)[page]))
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
            json.dumps(key_and_version(draft, **valid_posts(draft)[page])),
            content_type=content_type,
        )
    assert response.status_code == 400


@pytest.mark.parametrize("name", ["start", "start_with_new_child"])
def test_an_empty_post_says_what_to_enter(ada: Client, name: str):
    with unchanged():
        response = ada.generic("POST", reverse(name), "{}", content_type="application/json")
    assert response.status_code == 422
    assert any(each.startswith("Enter the child’s id") for each in problems(response))


@pytest.mark.parametrize("page", ADDRESSES)
def test_a_body_of_5_mb_is_a_bad_request(ada: Client, draft: Assessment, page: str):
    body = urlencode(key_and_version(draft, codes="4A", other_description="x" * 5_000_000))
    with unchanged():
        response = ada.generic("POST", at(page, draft), body, content_type=FORM)
    assert response.status_code == 400
    assert heading(response) == "What you sent could not be read"


@pytest.mark.parametrize("page", ADDRESSES)
def test_a_thousand_fields_are_a_bad_request(ada: Client, draft: Assessment, page: str):
    body = urlencode([*key_and_version(draft).items(), *(("codes", "4A") for _ in range(1000))])
    with unchanged():
        response = ada.generic("POST", at(page, draft), body, content_type=FORM)
    assert response.status_code == 400


def test_of_a_key_sent_twice_the_last_one_counts(ada: Client, draft: Assessment):
    body = urlencode(
        [*key_and_version(draft, version=99).items(), ("version", draft.version), ("codes", "4A")]
    )
    response = ada.generic("POST", at("factors", draft), body, content_type=FORM)
    assert response.status_code == 302


UNCLEAN = ["a%00b", "a%01b", "a%1Fb", "a%7Fb", "a%C2%85b", "a%EF%BF%BEb"]


@pytest.mark.parametrize("unclean", UNCLEAN)
def test_a_description_with_control_characters_is_refused(
    ada: Client, draft: Assessment, unclean: str
):
    body = urlencode(key_and_version(draft, codes="20")) + f"&other_description={unclean}"
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
            sent = {
                k: v for k, v in {**new_child_form(), **key_and_version(seen)}.items() if k != name
            }
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
        "assessments": {"GET", "HEAD", "POST"},
        "download_assessments": {"POST"},
        "start": {"GET", "HEAD", "POST"},
        "start_with_new_child": {"GET", "HEAD", "POST"},
        "start_for_child": {"GET", "HEAD", "POST"},
        "record": {"GET", "HEAD"},
        "factors": {"GET", "HEAD", "POST"},
        "check": {"GET", "HEAD", "POST"},
        "submitted": {"GET", "HEAD"},
        "withdraw": {"GET", "HEAD", "POST"},
        "correction_read": {"POST"},
        "history": {"GET", "HEAD"},
        "cancel": {"GET", "HEAD", "POST"},
        "change_child_details": {"GET", "HEAD", "POST"},
        "record_birth": {"GET", "HEAD", "POST"},
        "record_death": {"GET", "HEAD", "POST"},
        "record_not_born": {"GET", "HEAD", "POST"},
        "change_referral": {"GET", "HEAD", "POST"},
        "change_start_date": {"GET", "HEAD", "POST"},
        "reassign": {"GET", "HEAD", "POST"},
        "restrict": {"GET", "HEAD", "POST"},
        "lift_restriction": {"POST"},
        "find_other_record": {"GET", "HEAD", "POST"},
        "join": {"GET", "HEAD", "POST"},
        "void": {"GET", "HEAD", "POST"},
        "without_a_worker": {"GET", "HEAD", "POST"},
        "likely_duplicates": {"GET", "HEAD"},
        "not_the_same_child": {"POST"},
        "cover": {"GET", "HEAD", "POST"},
        "end_cover": {"POST"},
        "census": {"GET", "HEAD", "POST"},
        "census_export": {"POST"},
        "census_figures": {"GET", "HEAD", "POST"},
        "census_late": {"GET", "HEAD"},
        "census_notes": {"GET", "HEAD"},
        "explain_query": {"GET", "HEAD", "POST"},
        "census_return": {"GET", "HEAD", "POST"},
        "census_task": {"GET", "HEAD"},
        "stop_census_task": {"POST"},
        "census_task_file": {"POST"},
        "census_task_table": {"POST"},
        "reading_log": {"GET", "HEAD", "POST"},
        "reading_hour": {"GET", "HEAD"},
        "ask_who_read": {"GET", "HEAD", "POST"},
        "who_read": {"GET", "HEAD"},
        "autosave": {"GET", "HEAD", "POST"},
        "find_factors": {"POST"},
        "guidance": {"GET", "HEAD"},
        "guidance_for_code": {"GET", "HEAD"},
    }
    assert {pattern.name for pattern in urlpatterns} == takes.keys()
    takes |= {"authority_stylesheet": {"GET", "HEAD"}}
    of = {"authority_stylesheet": reverse("authority_stylesheet")} | {
        pattern.name: reverse(
            pattern.name, args=[draft.reference for _ in pattern.pattern.converters]
        )
        for pattern in urlpatterns
        if "code" not in pattern.pattern.converters
    }
    for name, methods in takes.items():
        if name == "guidance_for_code":
            address = "/guidance/4B/"
        elif name == "start_for_child":
            address = reverse(name, args=[draft.episode.child.reference])
        else:
            address = of[name]
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS"):
            with unchanged("assessments_idempotencykey", "accounts_session"):
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
def test_a_malformed_address_is_not_found(ada: Client, reference: str):
    for page in ("", "factors/", "check/", "cancel/"):
        assert ada.get(f"/assessments/{reference}/{page}").status_code == 404
