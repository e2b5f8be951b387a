"""The autosave response to each change: saved or not, and the parts of the page that move."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest
from bs4 import Tag

from assessments.models import Assessment
from cinfactors.accounts.models import Density
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import read, words
from tests.snapshot import unchanged

SAVE_OUTCOME_HEADER = "X-Save-Outcome"
ANSWERED = "details.app-finding__answered"


@pytest.fixture
def draft(people) -> Assessment:
    return make.start(people.ada)


@pytest.fixture
def send(ada, draft):
    """Post the page of a version with these codes ticked; return the parts of the response."""

    def post(*codes: str, version: int | None = None, **values) -> SimpleNamespace:
        draft.refresh_from_db()
        fields = key_and_version(draft, codes=codes, **values)
        if version is not None:
            fields["version"] = version
        response = ada.post(at("autosave", draft), fields)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        draft.refresh_from_db()
        parts = {
            each["id"]: each for each in read(response).find_all("div", id=True, recursive=False)
        }
        ticks = parts["selection-changes"]
        return SimpleNamespace(
            outcome=response[SAVE_OUTCOME_HEADER],
            parts=parts,
            text={name: words(part.text) for name, part in parts.items()},
            ticked=ticks["data-ticked"].split(),
            unticked=ticks["data-unticked"].split(),
        )

    return post


def buttons(part: Tag) -> dict[str, tuple[str, str]]:
    return {words(each.text): (each["name"], each["value"]) for each in part.find_all("button")}


def hidden(part: Tag) -> dict[str, str]:
    return {each["name"]: each["value"] for each in part.find_all("input")}


def beside(answer) -> set[str]:
    return {name for name in answer.parts if name.startswith("beside-")}


# Saved, with findings


def test_a_change_is_saved_and_the_finding_stands_beside_the_code(send, draft):
    answer = send("13A")
    assert (answer.outcome, draft.codes) == ("saved", ["13A"])
    assert beside(answer) == {"beside-13A"}
    assert answer.text["beside-13A"].startswith(
        "To explain: 13A Gangs: The guide records it along with 24A"
    )
    assert answer.text["saved"].startswith("Saved ")
    assert "Selected (1)" in answer.text["selected"]
    assert int(hidden(answer.parts["key-and-version"])["version"]) == draft.version
    assert (answer.ticked, answer.unticked) == ([], [])


def test_each_response_brings_another_idempotency_key(send):
    keys = {hidden(send(code).parts["key-and-version"])["key"] for code in ("4B", "4A", "4A")}
    assert len(keys) == 3


def test_the_same_submission_twice_is_carried_out_once(ada, draft):
    fields = key_and_version(draft, codes=["4B"])
    first, second = (ada.post(at("autosave", draft), fields) for _ in range(2))
    assert first[SAVE_OUTCOME_HEADER] == second[SAVE_OUTCOME_HEADER] == "saved"
    draft.refresh_from_db()
    assert (draft.codes, draft.version) == (["4B"], 2)


def test_an_empty_selection_is_saved_without_an_error(send, draft):
    send("4B")
    answer = send()
    assert (answer.outcome, draft.codes, beside(answer)) == ("saved", [], set())
    assert answer.text["findings"] == ""


def test_a_button_that_removes_unticks_its_box(send, draft):
    answer = send("4B", "3A", remove="4B")
    assert (draft.codes, answer.unticked, answer.ticked) == (["3A"], ["4B"], [])


# Answers to rules


def test_one_button_adds_the_code_that_a_rule_asks_for(send, draft):
    answer = send("13A", complied="gangs-with-criminal-exploitation")
    assert (draft.codes, answer.ticked) == (["13A", "24A"], ["24A"])
    assert beside(answer) == set()
    assert [each.kind for each in draft.answers.all()] == ["complied"]


def test_a_reason_folds_the_finding_and_holds_until_its_codes_change(send, draft):
    rule = "gangs-with-criminal-exploitation"
    reason = {f"text-{rule}": "No <b>sign</b> of it"}
    answer = send("13A", answer=rule, **reason)
    [folded] = answer.parts["beside-13A"].find_all("details")
    assert words(folded.summary.text).startswith("Explained: 13A Gangs")
    assert folded.textarea.text.strip() == "No <b>sign</b> of it"
    # Nothing waits any more.
    assert answer.text["findings"] == ""
    assert send("13A", "4B", **reason).parts["beside-13A"].select(ANSWERED)
    # Gone and back, it is the same question about the same codes.
    send("4B")
    assert send("13A").parts["beside-13A"].select(ANSWERED)
    assert [(each.kind, each.text) for each in draft.answers.all()] == [
        ("reason", "No <b>sign</b> of it")
    ]


def test_a_changed_selection_asks_again_only_what_it_changed(send):
    """16A and 3B both ask; after 3C is added, 3B needs another answer."""
    send("6B", answer="young-carer")
    assert send("6B", "3B", answer="child-as-victim").parts["beside-3B"].select(ANSWERED)
    answer = send("6B", "3B", "3C")
    assert answer.parts["beside-6B"].select(ANSWERED)
    assert not answer.parts["beside-3B"].select(ANSWERED)


def test_an_empty_reason_is_refused_beside_its_box_and_the_codes_are_saved(send, draft):
    answer = send("13A", answer="gangs-with-criminal-exploitation")
    assert (answer.outcome, draft.codes, draft.answers.count()) == ("saved", ["13A"], 0)
    assert "Error: 13A Gangs: give a reason, or add 24A" in answer.text["beside-13A"]


# What stands alone


def test_21_beside_others_waits_for_a_choice_and_clears_nothing(send, draft):
    answer = send("3A", "4B", "16A", "20", "21", other_description="Hoarding")
    assert (answer.outcome, draft.codes) == ("saved", ["3A", "4B", "16A", "20"])
    assert (answer.unticked, answer.ticked) == (["21"], [])
    assert buttons(answer.parts["beside-21"]) == {
        "Remove the 4 factors and record 21 No factors identified": ("instead", "21")
    }

    answer = send("3A", "4B", "16A", "20", instead="21", other_description="Hoarding")
    assert draft.codes == ["21"]
    assert sorted(answer.unticked) == ["16A", "20", "3A", "4B"]
    assert answer.ticked == ["21"]
    [(name, value)] = buttons(answer.parts["beside-21"]).values()

    answer = send("21", other_description="Hoarding", **{name: value})
    assert draft.codes == ["3A", "4B", "16A", "20"]
    assert draft.other_description == "Hoarding"
    assert (answer.unticked, len(answer.ticked)) == (["21"], 4)


def test_another_beside_21_waits_for_a_choice_too(send, draft):
    send("21")
    answer = send("21", "3A")
    assert (draft.codes, answer.unticked) == (["21"], ["3A"])
    [(text, (name, value))] = buttons(answer.parts["beside-3A"]).items()
    assert text == "Remove 21 No factors identified and record 3A Domestic Abuse, the child"
    answer = send("21", **{name: value})
    assert (draft.codes, answer.ticked, answer.unticked) == (["3A"], ["3A"], ["21"])
    [(name, value)] = buttons(answer.parts["beside-3A"]).values()
    assert (name, value) == ("undo", "21")


# Typed codes


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("3a 3B,16a", ["3A", "3B", "16A"]),
        ("3 a", ["3A"]),
        ("3a3b;20", ["3A", "3B", "20"]),
        ("  11A\t1a ", ["1A", "11A"]),
        ("4B 4b", ["4B"]),
    ],
)
def test_typed_codes_are_ticked_and_their_names_read_back(send, draft, typed, codes):
    answer = send("4B", typed=typed)
    assert draft.codes == sorted({*codes, "4B"}, key=lambda code: (int(code.strip("ABC")), code))
    assert all(f"{code} " in answer.text["typed-answer"] for code in codes)


def test_what_is_no_code_gets_a_message_and_the_others_are_ticked(send, draft):
    answer = send(typed="18a 99Z 98z 4B")
    assert (answer.outcome, draft.codes) == ("saved", ["4B"])
    message = answer.text["typed-answer"]
    assert message.startswith("Selected: 4B Mental health disorder, a parent or carer.")
    assert "18A was replaced" in message
    assert "“99Z”, “98z”" in message


def test_21_typed_beside_others_waits_where_it_was_typed(send, draft):
    answer = send("4B", typed="21")
    assert draft.codes == ["4B"]
    assert list(buttons(answer.parts["typed-answer"]).values()) == [("instead", "21")]


# What cannot be saved


def test_a_description_that_is_too_long_holds_back_nothing_else(send, draft):
    answer = send("20", "4B", other_description="x" * 501)
    assert (answer.outcome, draft.codes) == ("refused", ["4B", "20"])
    assert answer.text["saved"].startswith("Not saved: the description.")


def test_a_code_that_the_edition_lacks_is_refused(send, draft):
    answer = send("4B", "18A")
    assert (answer.outcome, draft.codes) == ("refused", [])
    assert answer.text["saved"].startswith("Not saved: 18A was replaced")


@pytest.mark.parametrize("status", make.LOCKED)
def test_an_assessment_that_is_not_with_the_worker_is_not_saved(ada, people, status):
    over = make.in_status(status, people.ada, people.mo, "EX2002")
    with unchanged():
        response = ada.post(at("autosave", over), key_and_version(over, codes=["3A"]))
    assert response[SAVE_OUTCOME_HEADER] == "closed"
    assert "cannot be changed" in response.content.decode()


def test_nobody_else_can_autosave(people, browser_of, draft):
    for person in (people.ben, people.cleo, people.mo, people.dee, people.abe):
        other = browser_of(person)
        with unchanged():
            for answer in (
                other.get(at("autosave", draft)),
                other.post(at("autosave", draft), key_and_version(draft, codes=["3A"])),
            ):
                assert answer.status_code == 404
                assert SAVE_OUTCOME_HEADER not in answer


def test_a_post_without_key_and_version_is_a_bad_request(ada, draft):
    assert ada.post(at("autosave", draft), {"codes": ["3A"]}).status_code == 400
    fields = {"codes": ["3A"], "version": 1, "key": str(uuid.uuid4()), "seen": "-1"}
    assert ada.post(at("autosave", draft), fields)[SAVE_OUTCOME_HEADER] == "saved"


def test_a_page_whose_sign_in_was_renewed_gets_a_token_that_works(people, browser_of, draft):
    ada = browser_of(people.ada, enforce_csrf_checks=True)
    page = ada.get(at("autosave", draft))
    [token] = read(page).find_all("input")
    fields = key_and_version(draft, codes=["3A"])
    assert ada.post(at("autosave", draft), fields).status_code == 403
    fields[token["name"]] = token["value"]
    assert ada.post(at("autosave", draft), fields)[SAVE_OUTCOME_HEADER] == "saved"


# Density and shortcuts are the person's


def test_the_density_is_remembered_and_the_picker_rendered_again(send, people):
    answer = send("13A", density="key_points")
    people.ada.refresh_from_db()
    assert people.ada.density == Density.KEY_POINTS
    assert answer.outcome == "saved"
    [box] = answer.parts["picker"].select("input[checked]")
    assert box["value"] == "13A"
    assert answer.text["density"] == "Show full guidance"


def test_shortcuts_are_switched_off_and_on_for_the_person(send, people):
    for value, other in (("off", "on"), ("on", "off")):
        answer = send("13A", shortcuts=value, shortcuts_list="shown")
        people.ada.refresh_from_db()
        assert people.ada.shortcuts is (value == "on")
        assert list(buttons(answer.parts["shortcuts"]).values()) == [("shortcuts", other)]


def test_the_list_of_shortcuts_is_closed_until_it_is_opened_and_remembered(send, people):
    assert people.ada.shows_shortcuts is False
    for value, other in (("shown", "hidden"), ("hidden", "shown")):
        answer = send("13A", shortcuts_list=value)
        people.ada.refresh_from_db()
        assert people.ada.shows_shortcuts is (value == "shown")
        assert bool(answer.text["shortcuts"]) is people.ada.shows_shortcuts
        [button] = buttons(answer.parts["shortcuts-button"]).values()
        assert button == ("shortcuts_list", other)


def test_the_guides_words_for_what_is_selected_are_shown_on_demand_and_remembered(send, people):
    words_of_13a = "because of involvement in/with gangs"
    for value, other in (("shown", "hidden"), ("hidden", "shown")):
        answer = send("13A", code_words=value)
        people.ada.refresh_from_db()
        assert people.ada.shows_code_words is (value == "shown")
        assert (words_of_13a in answer.text["selected"]) is people.ada.shows_code_words
        assert ("code_words", other) in buttons(answer.parts["selected"]).values()
