"""What the factor page says of a selection, and what it leaves for when more is known."""

from __future__ import annotations

from assessments.models import Outcome
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import read, words

OUTCOME_OF_21 = "#finding-no-factors-no-further-action"


def test_nothing_stands_in_red_about_the_outcome_until_a_wrong_one_is_chosen(ada, people):
    draft = make.record(make.start(people.ada), "21")

    def refused_page():
        """The page shown again, because something else was typed wrongly."""
        fields = key_and_version(draft, codes=["21"], typed="99z", next="typed")
        response = ada.post(at("factors", draft), fields)
        assert response.status_code == 422
        return read(response)

    assert refused_page().select(OUTCOME_OF_21) == []
    draft = make.set_outcome(draft, Outcome.CHILD_IN_NEED_PLAN)
    assert len(refused_page().select(OUTCOME_OF_21)) == 1
    draft = make.set_outcome(draft, Outcome.NO_FURTHER_ACTION)
    assert refused_page().select(OUTCOME_OF_21) == []


def test_the_note_on_emotional_abuse_says_its_sentence_once(ada, people):
    draft = make.record(make.start(people.ada), "16A")
    note = words(read(ada.get(at("factors", draft))).select_one("#beside-16A").text)
    sentence = "Some level of emotional abuse is implied in all types of ill-treatment of a child"
    assert note.count(sentence) == 1
    assert "17A Emotional abuse is not selected." in note
