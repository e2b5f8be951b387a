"""A page whose record others have changed may not overwrite, repeat itself, or undo too much."""

from __future__ import annotations

import pytest
from django.test import Client

from assessments.models import Assessment
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import read, words
from tests.snapshot import unchanged

GANGS = "gangs-with-criminal-exploitation"
FOSTERING = "private-fostering-one-kind"


def reasons(draft: Assessment) -> list[tuple[list[str], str]]:
    return [(each.codes, each.text) for each in draft.answers.all()]


@pytest.mark.parametrize("page", ["factors", "autosave"])
def test_an_answer_from_another_tab_is_not_overwritten_unseen(ada: Client, draft, page):
    make.record(draft, "13A")
    draft.refresh_from_db()
    first, second = (
        key_and_version(draft, codes=["13A"], answer=GANGS, **{f"text-{GANGS}": text})
        for text in ("One tab", "Another tab")
    )
    ada.post(at(page, draft), first)
    with unchanged():
        answer = ada.post(at(page, draft), second)
    assert answer.status_code == 409 or answer["X-Save-Outcome"] == "conflict"
    assert reasons(draft) == [(["13A"], "One tab")]


@pytest.mark.parametrize("page", ["factors", "autosave"])
def test_a_submission_sent_again_after_others_changed_the_record_shows_it_and_writes_nothing(
    ada: Client, draft, page
):
    sent = key_and_version(draft, codes=["3A"], next="later")
    ada.post(at(page, draft), sent)
    draft.refresh_from_db()
    make.record(draft, "4B")
    with unchanged("accounts_user", "accounts_session"):
        answer = ada.post(at(page, draft), sent)
    assert answer.status_code == 200
    [message] = read(answer).select("#others-changes")
    assert [words(each.text) for each in message.find_all("li")] == [
        "Added: 4B Mental health disorder, a parent or carer",
        "Removed: 3A Domestic Abuse, the child",
    ]


def test_a_submission_that_complied_may_be_sent_again(ada: Client, draft):
    sent = key_and_version(draft, codes=["13A"], complied=GANGS)
    for _ in range(2):
        assert ada.post(at("autosave", draft), sent)["X-Save-Outcome"] == "saved"
    draft.refresh_from_db()
    assert draft.codes == ["13A", "24A"]


def test_a_reason_given_to_fewer_codes_answers_nothing_about_more(ada: Client, draft):
    make.record(draft, "8B", "8C")
    draft.refresh_from_db()
    reason = {f"text-{FOSTERING}": "B and C alone"}
    ada.post(
        at("factors", draft), key_and_version(draft, codes=["8B", "8C"], next="check", **reason)
    )
    draft.refresh_from_db()
    ada.post(
        at("factors", draft),
        key_and_version(draft, codes=["8B", "8C", "8D"], next="check", **reason),
    )
    assert reasons(draft) == [(["8B", "8C"], "B and C alone")]
    draft.refresh_from_db()
    answered_again = key_and_version(draft, codes=["8B", "8C", "8D"], answer=FOSTERING, **reason)
    ada.post(at("factors", draft), answered_again)
    assert reasons(draft)[-1] == (["8B", "8C", "8D"], "B and C alone")


@pytest.mark.parametrize("page", ["factors", "autosave"])
def test_undo_keeps_what_was_ticked_since(ada: Client, draft, page):
    make.record(draft, "21")
    draft.refresh_from_db()
    ada.post(at(page, draft), key_and_version(draft, codes=["21", "7A"], undo="3A 20"))
    draft.refresh_from_db()
    assert draft.codes == ["3A", "7A", "20"]


@pytest.mark.parametrize("page", ["factors", "autosave"])
@pytest.mark.parametrize("value", ["", "ZZ", "\x00", "21A 3"])
@pytest.mark.parametrize("button", ["instead", "undo"])
def test_a_choice_of_nothing_is_no_choice(ada: Client, draft, page, value, button):
    make.record(draft, "21")
    draft.refresh_from_db()
    answer = ada.post(at(page, draft), key_and_version(draft, codes=["21"], **{button: value}))
    assert answer.status_code in {200, 302}
    draft.refresh_from_db()
    assert draft.codes == ["21"]


def test_a_reason_of_invisible_characters_is_refused(ada: Client, draft):
    make.record(draft, "13A")
    draft.refresh_from_db()
    unseen = {f"text-{GANGS}": "\u200b\u2060"}
    answer = ada.post(
        at("autosave", draft), key_and_version(draft, codes=["13A"], answer=GANGS, **unseen)
    )
    assert "give a reason, or add 24A" in answer.content.decode()
    assert reasons(draft) == []


def test_a_return_says_beside_which_codes_the_comments_are(ada: Client, people):
    sent = make.submit(make.start(people.ada), "16A")
    returned = make.return_it(sent, people.mo, pinned={"16A": "What is the evidence?"})
    page = read(ada.get(at("factors", returned)))
    [link] = page.find_all("a", href="#code-16A")[:1]
    assert "16A Neglect" in link.text


BUTTONS = [
    {},
    {"next": "check"},
    {"complied": GANGS},
    {"complied": "young-carer"},
    {"answer": GANGS},
    {"answer": "young-carer"},
    {"remove": "6B"},
    {"instead": "21"},
    {"undo": "4B"},
    {"typed": "3a 99"},
    {"density": "full"},
]


@pytest.mark.parametrize("page", ["factors", "autosave"])
@pytest.mark.parametrize("button", BUTTONS)
def test_a_form_sent_again_has_the_same_answer_until_others_change_the_record(
    ada: Client, people, page, button
):
    typed = {f"text-{rule}": "Why" for rule in (GANGS, "young-carer")}
    for number, (recorded, codes) in enumerate(
        [((), ["13A", "6B", "20"]), (("21",), ["21", "6B"]), (("13A", "6B"), ["13A", "6B"])]
    ):
        draft = make.record(make.start(people.ada, f"EX{number + 100}"), *recorded)
        sent = key_and_version(draft, codes=codes, other_description="Debts", **typed, **button)
        first = ada.post(at(page, draft), sent)
        with unchanged("accounts_user", "django_session"):
            again = ada.post(at(page, draft), sent)
        assert again.status_code == first.status_code
        assert again.headers.get("X-Save-Outcome") == first.headers.get("X-Save-Outcome")
        draft.refresh_from_db()
        was_recorded = draft.version > int(sent["version"])
        make.record(draft, "16A")
        ada.post(at(page, draft), sent)
        draft.refresh_from_db()
        # What was carried out is not again; what was not is merged with what others did.
        assert "16A" in draft.codes
        assert draft.codes == ["16A"] or not was_recorded


def test_what_was_not_considered_is_not_said_to_be_beside_a_conflict(ada: Client, people):
    """Adding the code that a rule asks for is not saying that it was considered."""
    draft = make.record(make.start(people.ada, "EX9"), "6B")
    sent = key_and_version(draft, complied="young-carer", outcome="early_help")
    make.set_outcome(draft, "no_further_action")
    answer = ada.post(at("check", draft), sent)
    assert answer.status_code == 409
    assert not read(answer).select("input[name=considered-young-carer]")


def test_what_was_said_to_be_considered_outlives_a_conflict(ada: Client, people):
    draft = make.record(make.start(people.ada, "EX9"), "6B")
    note = {"answer": "young-carer", "text-young-carer": "Her aunt does it"}
    sent = key_and_version(draft, outcome="early_help", **note)
    make.set_outcome(draft, "no_further_action")
    answer = ada.post(at("check", draft), sent)
    assert answer.status_code == 409
    [kept] = read(answer).select("input[name=considered-young-carer]")
    assert kept["value"] == "yes"
    [text] = read(answer).select("textarea[name=text-young-carer]")
    assert text.get_text().strip() == "Her aunt does it"
    assert not draft.answers.exists()


def test_a_stale_page_does_not_submit_over_a_managers_return(ada: Client, people):
    sent = make.submit(make.start(people.ada, "EX9"), "4B")
    stale = key_and_version(sent, next="submit", version=sent.version - 1)
    make.return_it(sent, people.mo)
    assert ada.post(at("check", sent), stale).status_code == 409
    sent.refresh_from_db()
    assert sent.status == "returned"
