"""Two pages of one assessment: what is merged is said and can be undone, what clashes is asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from assessments.models import Assessment, Status
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import field_value, problems, read, ticked, words
from tests.people import People
from tests.snapshot import unchanged

EXPLAIN = "gangs-with-criminal-exploitation"
PAGES = ["factors", "autosave"]


@pytest.fixture
def draft(people: People) -> Assessment:
    return make.record(make.start(people.ada), "3A", "20", description="Debts")


def fields_of(response: HttpResponse) -> dict[str, Any]:
    """The fields outside of the picker, as the browser would send them again."""
    fields = {}
    for field in read(response).select(
        "#others input, #clashes input, #key-and-version input,"
        " form[data-was-saved] input:is([type=hidden], [type=radio])"
    ):
        if field.get("type") != "radio" or field.has_attr("checked"):
            fields[field["name"]] = field["value"]
    return fields


def message(response: HttpResponse) -> list[str]:
    """The lines about what came from another page."""
    return [words(each.text) for each in read(response).select("#others-changes li")]


def questions(response: HttpResponse) -> dict[str, list[str]]:
    """What has to be chosen: each question with its two values, of which none is preset."""
    page = read(response)
    assert page.select("#conflict input[checked]") == []
    return {
        words(each.legend.text): [words(has.text) for has in each.select(".app-clashes__value")]
        for each in page.select("#conflict fieldset")
    }


def is_saved(response: HttpResponse) -> bool:
    return response.headers.get("X-Save-Outcome", "saved") == "saved" and (
        response.status_code in {200, 302}
    )


def is_asked(response: HttpResponse) -> bool:
    return response.status_code == 409 or response.headers.get("X-Save-Outcome") == "conflict"


@pytest.mark.parametrize("page", PAGES)
def test_what_both_changed_is_saved_and_what_came_from_the_other_is_named(
    ada: Client, draft: Assessment, page: str
):
    sent = key_and_version(draft, codes=["3A", "20", "16A"], other_description="Debts")
    make.record(draft, "20", "4B", description="Hoarding")
    response = ada.post(at(page, draft), sent | {"next": "check"})
    assert is_saved(response)
    assert make.codes_of(draft) == ["4B", "16A", "20"]
    assert draft.other_description == "Hoarding"
    assert message(response) == [
        "Added: 4B Mental health disorder, a parent or carer",
        "Removed: 3A Domestic Abuse, the child",
        "Description: Hoarding",
    ]
    assert fields_of(response)["version"] == str(draft.version)


@pytest.mark.parametrize("page", PAGES)
def test_undo_puts_back_what_the_page_had_and_keeps_what_was_done_since(
    ada: Client, draft: Assessment, page: str
):
    sent = key_and_version(draft, codes=["3A", "20", "16A"], other_description="Debts")
    make.record(draft, "20", "4B", description="Hoarding")
    merged = fields_of(ada.post(at(page, draft), sent))
    since = {"codes": ["4B", "16A", "20", "9A"], "other_description": "Hoarding"}
    response = ada.post(at(page, draft), merged | since | {"undo_merge": "yes"})
    assert is_saved(response)
    assert make.codes_of(draft) == ["3A", "9A", "16A", "20"]
    assert draft.other_description == "Debts"


@pytest.mark.parametrize("page", PAGES)
def test_undo_keeps_a_description_that_was_typed_over_since(
    ada: Client, draft: Assessment, page: str
):
    sent = key_and_version(draft, codes=["3A", "20"], other_description="Debts")
    make.record(draft, "3A", "20", "4B", description="Hoarding")
    merged = fields_of(ada.post(at(page, draft), sent))
    since = {"codes": ["3A", "4B", "20"], "other_description": "Arson"}
    ada.post(at(page, draft), merged | since | {"undo_merge": "yes"})
    assert make.codes_of(draft) == ["3A", "20"]
    assert draft.other_description == "Arson"


def test_the_message_stays_with_what_still_stands_until_it_is_hidden(
    ada: Client, draft: Assessment
):
    sent = key_and_version(draft, codes=["3A", "20"], other_description="Debts")
    make.record(draft, "3A", "20", "4B", "9A", description="Hoarding")
    merged = fields_of(ada.post(at("autosave", draft), sent))
    went_on = {"codes": ["3A", "20", "9A"], "other_description": "Other words"}
    response = ada.post(at("autosave", draft), merged | went_on)
    assert [line.split()[:2] for line in message(response)] == [["Added:", "9A"]]
    hidden = ada.post(at("autosave", draft), fields_of(response) | went_on | {"hide_merge": "yes"})
    assert message(hidden) == []
    assert "others_since" not in fields_of(hidden)


def test_the_names_of_others_who_saved_are_said(ada: Client, people: People, draft: Assessment):
    sent = key_and_version(draft, codes=["3A", "20"], other_description="Debts")
    make.return_it(make.submit(draft, "3A", "4B"), people.mo)
    response = ada.post(at("autosave", draft), sent)
    [title] = read(response).select("#others-title")
    assert words(title.text) == "Also saved from another page, by Mo Harbour"


def test_the_browser_is_told_of_what_it_takes_over(ada: Client, draft: Assessment):
    sent = key_and_version(draft, codes=["3A", "20", "16A"], other_description="Debts")
    make.record(draft, "20", "4B", description="Hoarding")
    [changes] = read(ada.post(at("autosave", draft), sent)).select("#selection-changes")
    assert changes["data-taken-over"].split() == ["3A", "4B"]
    assert (changes["data-ticked"], changes["data-unticked"]) == ("4B", "3A")
    assert changes["data-description"] == "Hoarding"
    assert changes.has_attr("data-merged")


def test_an_ordinary_save_speaks_of_nobody_else(ada: Client, draft: Assessment):
    sent = key_and_version(draft, codes=["3A", "20", "16A"], other_description="Debts")
    response = ada.post(at("autosave", draft), sent)
    [changes] = read(response).select("#selection-changes")
    assert message(response) == []
    assert changes["data-taken-over"] == ""
    assert not {"data-merged", "data-description"} & changes.attrs.keys()


@pytest.mark.parametrize("before", ["", "First"])
def test_an_answer_that_another_page_gave_is_shown_as_it_is_saved(
    ada: Client, people: People, before: str
):
    gangs = make.record(make.start(people.ada, "EX2"), "13A")
    if before:
        gangs = make.answer(gangs, EXPLAIN, "reason", before)
    sent = key_and_version(gangs, codes=["13A", "4B"], **{f"text-{EXPLAIN}": before})
    make.answer(gangs, EXPLAIN, "reason", "Theirs")
    response = ada.post(at("autosave", gangs), sent)
    assert message(response) == ["Answered: the question beside 13A"]
    [box] = read(response).select(f"#text-{EXPLAIN}")
    assert box.text.strip() == "Theirs"
    assert read(response).select(f"#answered-{EXPLAIN}")
    # What is half typed there stays.
    half = sent | {f"text-{EXPLAIN}": "Half", "key": KEY}
    [box] = read(ada.post(at("autosave", gangs), half)).select(f"#text-{EXPLAIN}")
    assert box.text.strip() == "Half"


def test_a_page_that_waits_for_its_own_change_takes_it_over_without_a_word(
    ada: Client, people: People, draft: Assessment
):
    sent = key_and_version(draft, codes=["3A", "20"], other_description="Debts", catch_up="yes")
    make.record(draft, "3A", "20", "4B", description="Debts")
    response = ada.post(at("autosave", draft), sent)
    [changes] = read(response).select("#selection-changes")
    assert (changes["data-ticked"], message(response)) == ("4B", [])
    assert not changes.has_attr("data-merged")
    # Of what somebody else did it speaks all the same.
    draft.refresh_from_db()
    sent |= {"version": draft.version, "codes": ["3A", "4B", "20"]}
    make.return_it(make.submit(draft, "3A"), people.mo)
    assert message(ada.post(at("autosave", draft), sent)) != []


# Asked


@pytest.mark.parametrize("page", PAGES)
def test_two_descriptions_are_shown_in_full_and_none_is_preset(
    ada: Client, draft: Assessment, page: str
):
    sent = key_and_version(draft, codes=["3A", "20", "16A"], other_description="Arson\n<b>twice")
    make.record(draft, "20", "4B", description="Hoarding")
    with unchanged():
        response = ada.post(at(page, draft), sent)
    assert is_asked(response)
    assert questions(response) == {
        "Which description do you want to record?": ["Arson <b>twice", "Hoarding"]
    }
    # It stays of its version, and what was entered stays in its place.
    assert fields_of(response)["version"] == str(sent["version"])
    if page == "factors":
        assert set(ticked(response)) == {"3A", "20", "16A"}
        assert field_value(response, "other_description") == "Arson\n<b>twice"


@pytest.mark.parametrize("page", PAGES)
def test_a_save_without_a_choice_is_refused_beside_the_choice(
    ada: Client, draft: Assessment, page: str
):
    sent = key_and_version(draft, codes=["3A", "20"], other_description="Arson")
    make.record(draft, "3A", "20", description="Hoarding")
    asked = fields_of(ada.post(at(page, draft), sent))
    again = {"codes": ["3A", "20"], "other_description": "Arson"}
    with unchanged():
        response = ada.post(at(page, draft), asked | again | {"choose": "yes"})
    assert is_asked(response)
    [error] = read(response).select("#conflict .govuk-error-message")
    assert words(error.text) == "Error: Choose which description to record"
    if page == "factors":
        assert problems(response) == ["Choose which description to record"]
        [link] = read(response).select("#error-summary li a")
        [first] = read(response).select(link["href"])
        assert (first["type"], first["value"]) == ("radio", "mine")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("side", "text"), [("mine", "Arson"), ("theirs", "Hoarding")])
def test_what_is_chosen_is_saved_with_all_else_of_both(
    ada: Client, draft: Assessment, page: str, side: str, text: str
):
    sent = key_and_version(draft, codes=["3A", "20", "16A"], other_description="Arson")
    make.record(draft, "3A", "20", "4B", description="Hoarding")
    asked = fields_of(ada.post(at(page, draft), sent))
    assert asked["seen"] == str(draft.version + 1)
    again = {"codes": ["3A", "20", "16A"], "other_description": "Arson"}
    response = ada.post(at(page, draft), asked | again | {"choose-description": side})
    assert is_saved(response)
    assert make.codes_of(draft) == ["3A", "4B", "16A", "20"]
    assert draft.other_description == text
    # What they chose themselves is no news.
    assert message(response) == ["Added: 4B Mental health disorder, a parent or carer"]
    if page == "autosave":
        [changes] = read(response).select("#selection-changes")
        assert changes.get("data-description") == (text if side == "theirs" else None)


@pytest.mark.parametrize("page", PAGES)
def test_no_factors_identified_against_others_shows_both_selections(
    ada: Client, draft: Assessment, page: str
):
    sent = key_and_version(draft, codes=["21"])
    make.record(draft, "3A", "20", "4B", description="Debts")
    with unchanged():
        response = ada.post(at(page, draft), sent)
    assert questions(response) == {
        "Which factors do you want to record?": [
            "21 No factors identified",
            "3A Domestic Abuse, the child 4B Mental health disorder, a parent or carer 20 Other "
            "Debts",
        ]
    }


def test_a_description_whose_code_the_other_removed_shows_what_each_has(
    ada: Client, draft: Assessment
):
    sent = key_and_version(draft, codes=["3A"])
    make.record(draft, "3A", "20", description="Hoarding")
    assert questions(ada.post(at("factors", draft), sent)) == {
        "Which description do you want to record?": ["None: 20 Other is not selected", "Hoarding"]
    }


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "hostile",
    [
        {"seen": "x"},
        {"seen": "0"},
        {"seen": str(2**31)},
        {"choose-description": "both"},
        {"choose-description": "\x00"},
        {"choose-": "mine"},
        {"others_since": "9", "others_added": "99Z 4B \x00", "own_outcome": "x"},
        {"others_since": "1", "others_description": "\x00", "undo_merge": "yes"},
        {"others_since": "-1", "undo_merge": "yes"},
        {"undo_merge": "yes"},
    ],
)
def test_a_hostile_post_does_no_more_than_an_ordinary_one(
    ada: Client, draft: Assessment, page: str, hostile: dict
):
    sent = key_and_version(draft, codes=["3A", "20"], other_description="Arson")
    make.record(draft, "3A", "20", description="Hoarding")
    response = ada.post(at(page, draft), {"seen": str(draft.version + 1)} | sent | hostile)
    assert response.status_code in {200, 302, 409, 422}
    draft.refresh_from_db()
    assert draft.other_description in {"Hoarding", ""}
    assert "99Z" not in draft.codes


def test_nobody_undoes_on_anothers_assessment(browser_of, people: People, draft: Assessment):
    sent = key_and_version(draft, codes=["3A"], others_since="1", undo_merge="yes")
    for person in (people.ben, people.cleo, people.mo, people.dee, people.abe):
        other = browser_of(person)
        with unchanged():
            assert other.post(at("factors", draft), sent).status_code == 404


def test_a_draft_that_was_kept_while_signed_out_is_merged_from_its_own_version(
    ada: Client, draft: Assessment
):
    """As the page shows it when its sign-in has been renewed, and its writer saves it."""
    sent = key_and_version(draft, codes=["3A", "20", "16A"], other_description="Debts")
    make.record(draft, "20", "4B", description="Debts")
    ada.post(at("factors", draft), sent)
    assert make.codes_of(draft) == ["4B", "16A", "20"]


# Check answers


@pytest.fixture
def gangs(people: People) -> Assessment:
    return make.record(make.start(people.ada, "EX2"), "13A")


def test_check_answers_takes_over_the_factors_and_submits_nothing_unseen(
    ada: Client, gangs: Assessment
):
    sent = key_and_version(gangs, outcome="early_help", next="submit")
    sent |= {f"text-{EXPLAIN}": "No sign of it"}
    make.record(gangs, "13A", "4B")
    response = ada.post(at("check", gangs), sent)
    assert response.status_code == 409
    assert message(response) == ["Added: 4B Mental health disorder, a parent or carer"]
    assert "Not submitted yet" in response.content.decode()
    gangs.refresh_from_db()
    assert (gangs.status, gangs.outcome, gangs.codes) == (
        Status.DRAFT,
        "early_help",
        ["4B", "13A"],
    )
    assert [each.text for each in gangs.answers.all()] == ["No sign of it"]
    again = fields_of(response) | {f"text-{EXPLAIN}": "No sign of it", "next": "submit"}
    assert ada.post(at("check", gangs), again | {"outcome": "early_help"}).status_code == 302
    gangs.refresh_from_db()
    assert gangs.status == Status.SUBMITTED


def test_check_answers_undoes_what_it_took_over(ada: Client, gangs: Assessment):
    gangs = make.set_outcome(gangs, "early_help")
    sent = key_and_version(gangs, outcome="early_help")
    make.saved(gangs, codes=("4B",), outcome="no_further_action")
    response = ada.post(at("check", gangs), sent)
    assert message(response) == [
        "Added: 4B Mental health disorder, a parent or carer",
        "Removed: 13A Gangs",
        "Outcome: No further action",
    ]
    undo = fields_of(response) | {"outcome": "no_further_action", "undo_merge": "yes"}
    assert ada.post(at("check", gangs), undo).status_code == 302
    gangs.refresh_from_db()
    assert (gangs.codes, gangs.outcome) == (["13A"], "early_help")


@pytest.mark.parametrize("side", ["mine", "theirs"])
def test_check_answers_asks_which_outcome_and_which_answer(
    ada: Client, gangs: Assessment, side: str
):
    sent = key_and_version(gangs, outcome="early_help", **{f"text-{EXPLAIN}": "Mine"})
    make.answer(make.set_outcome(gangs, "no_further_action"), EXPLAIN, "reason", "Theirs")
    with unchanged():
        response = ada.post(at("check", gangs), sent)
    assert response.status_code == 409
    assert questions(response) == {
        "Which outcome do you want to record?": ["Early help", "No further action"],
        "Which answer about 13A do you want to record?": ["Mine", "Theirs"],
    }
    with unchanged():
        again = ada.post(at("check", gangs), fields_of(response) | sent | {"key": KEY})
    assert problems(again) == [
        "Choose which outcome to record",
        "Choose which answer about 13A to record",
    ]
    chosen = {"choose-outcome": side, f"choose-{EXPLAIN}": side}
    saved = ada.post(at("check", gangs), fields_of(again) | sent | {"key": KEY} | chosen)
    assert saved.status_code == 302
    gangs.refresh_from_db()
    assert gangs.outcome == {"mine": "early_help", "theirs": "no_further_action"}[side]
    last = gangs.answers.order_by("pk").last()
    assert last.text == {"mine": "Mine", "theirs": "Theirs"}[side]


KEY = "22222222-2222-4222-8222-222222222222"


def test_an_answer_that_another_page_gave_is_not_taken_for_emptied(ada: Client, gangs: Assessment):
    sent = key_and_version(gangs, **{f"text-{EXPLAIN}": ""}, outcome="early_help")
    make.answer(gangs, EXPLAIN, "reason", "Theirs")
    response = ada.post(at("check", gangs), sent)
    assert (response.status_code, problems(response)) == (200, [])
    assert message(response) == ["Answered: the question beside 13A"]
    assert field_value(response, f"text-{EXPLAIN}").strip() == "Theirs"
