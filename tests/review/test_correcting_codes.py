"""Correcting the codes of a record: found, typed, judged, saved or refused."""

from __future__ import annotations

import pytest
from django.test import Client

from assessments.catalogue import loader
from assessments.models import (
    RuleAnswer,
    Status,
    Version,
)
from cinfactors.audit.models import Reading
from tests.pages.page import field_value, read, words
from tests.people import People
from tests.review.decisions import CONSIDERED, at, form_data, problems
from tests.snapshot import unchanged


def test_correcting_keeps_both_selections_and_waits_for_the_decision(
    mo: Client, people: People, sent
):
    assert mo.get(at(sent, "correct")).status_code == 200
    fields = {"codes": ["3B", "13A"], "reason": "It was the mother", **CONSIDERED}
    response = mo.post(at(sent, "correct"), form_data(sent, **fields), follow=True)
    assert response.redirect_chain == [(at(sent), 302)]
    sent.refresh_from_db()
    assert (sent.status, sent.codes) == (Status.SUBMITTED, ["3B", "13A"])
    versions = Version.objects.order_by("number").values_list("codes", "corrected_by")
    assert list(versions) == [(["3A", "13A"], None), (["3B", "13A"], people.mo.pk)]
    [answer] = RuleAnswer.objects.filter(answered_by=people.mo)
    assert (answer.rule, answer.kind, answer.text) == ("child-as-victim", "considered", "")


def test_a_factor_is_found_while_the_codes_are_corrected_and_nothing_is_saved_or_judged(
    mo: Client, sent
):
    fields = {"codes": ["3B"], "reason": "It was", "typed": "hit by his stepdad"}
    with unchanged():
        response = mo.post(at(sent, "correct"), form_data(sent, **fields, preview="typed"))
    assert response.status_code == 200
    page = read(response)
    assert page.select_one("#find-answer [data-codes]")["data-codes"].startswith("18C 18B")
    assert page.select_one("#find-answer a")["href"] == "#code-18C"
    assert boxes_ticked(response) == {"3B"}
    assert field_value(response, "reason") == "It was"
    assert field_value(response, "version") == str(sent.version)
    assert not page.select(".govuk-error-message, .govuk-error-summary")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("zebra", "Nothing found for “zebra”. Every factor is shown."),
        ("housing", "The guide has no factor for housing."),
        ("<b>knife", "factors found."),
    ],
)
def test_a_search_that_finds_no_factor_says_so_where_codes_are_corrected(
    mo: Client, sent, typed: str, said: str
):
    fields = {"codes": ["3B"], "typed": typed, "preview": "typed"}
    response = mo.post(at(sent, "correct"), form_data(sent, **fields))
    assert said in words(read(response).select_one("#find-answer").text)


def boxes_ticked(response) -> set[str]:
    return {each["value"] for each in read(response).select("input[name=codes][checked]")}


def test_codes_are_typed_offered_and_removed_where_they_are_corrected_and_nothing_is_saved(
    mo: Client, sent
):
    def after(**fields):
        with unchanged():
            response = mo.post(at(sent, "correct"), form_data(sent, reason="It was so", **fields))
        assert (response.status_code, field_value(response, "reason")) == (200, "It was so")
        page = read(response)
        listed = [words(each.text) for each in page.select("#selected .app-selected__code")]
        assert set(listed) == boxes_ticked(response)
        return page, listed

    page, listed = after(codes=["3A"], typed="4b, 16a", preview="typed")
    assert listed == ["3A", "4B", "16A"]
    assert words(page.select_one("#typed-answer").text).startswith("Selected: 4B ")
    _, listed = after(codes=["3A"], offered="18C", typed="hit by his stepdad")
    assert listed == ["3A", "18C"]
    _, listed = after(codes=["3A", "4B"], remove="3A", typed="4a")
    assert listed == ["4B"]
    page, listed = after(codes=["3A"], typed="99z", preview="typed")
    assert listed == ["3A"]
    assert "99" in page.select_one("#typed-answer .govuk-error-message").text


def test_what_the_rules_say_stands_beside_the_codes_while_they_are_corrected(mo: Client, sent):
    def after(**fields):
        with unchanged():
            return read(mo.post(at(sent, "correct"), form_data(sent, **fields)))

    page = after(codes=["3B"], preview="change")
    assert "Is the child a victim too" in words(page.select_one("#beside-3B").text)
    assert words(page.select_one("#selected .govuk-body-s").text) == "To answer: 3B"
    # Its button for what has been considered; the next change of the page keeps the answer.
    for name in ("answer", "considered-child-as-victim"):
        page = after(codes=["3B"], **{name: "child-as-victim"}, preview="change")
        assert words(page.select_one("#beside-3B summary").text).startswith("Considered: ")
        assert page.select_one("#considered input")["name"] == "considered-child-as-victim"
        assert not page.select("#selected .govuk-body-s")
    # The button that complies.
    [complies] = page.select("#beside-3B button[name=complied]")
    page = after(codes=["3B"], complied=complies["value"])
    assert {each["value"] for each in page.select("input[name=codes][checked]")} == {"3A", "3B"}
    # What cannot stand together is asked, and nothing is unticked meanwhile.
    page = after(codes=["3B", "21"], preview="change")
    assert {each["value"] for each in page.select("input[name=codes][checked]")} == {"3B", "21"}
    assert len(page.select("#typed-answer button[name=instead]")) == 2
    page = after(codes=["3B", "21"], instead="21")
    assert [each["value"] for each in page.select("input[name=codes][checked]")] == ["21"]
    assert page.select("#typed-answer button[name=undo]")
    # A reason that is missing is asked for beside its code.
    page = after(codes=["13A"], answer="gangs-with-criminal-exploitation")
    assert page.select_one("#beside-13A .govuk-error-message")


def test_a_change_of_the_selection_is_no_reading_of_the_record(mo: Client, sent):
    # Whoever sends it without having opened the page reads the record all the same.
    for _ in range(2):
        mo.post(at(sent, "correct"), form_data(sent, codes=["3B"], preview="change"))
        assert Reading.objects.filter(assessment_id=sent.pk).count() == 1


def test_who_may_not_correct_finds_nothing_there(client: Client, people: People, sent):
    client.force_login(people.ada)
    response = client.post(at(sent, "correct"), form_data(sent, codes=[], preview="change"))
    assert response.status_code in (302, 403, 404)


def test_a_correction_is_asked_what_the_guide_asks_before_it_is_saved(mo: Client, sent):
    """The reason for the correction is about something else, and is no answer."""
    fields = {"codes": ["3B", "13A"], "reason": "The report names a gang on page 3"}
    with unchanged():
        response = mo.post(at(sent, "correct"), form_data(sent, **fields))
    assert response.status_code == 422
    said = "answer what the guide asks, or change the selection"
    assert problems(response) == [f"3B Domestic Abuse: {said}"]
    page = read(response)
    asked = page.select_one("#beside-3B")
    assert "Is the child a victim too" in words(asked.text)
    assert "directly as a victim in their own right" in words(asked.blockquote.text)
    assert field_value(response, "reason") == fields["reason"]
    note = {"text-child-as-victim": "The child was at school"}
    with unchanged():
        again = mo.post(at(sent, "correct"), form_data(sent, **fields, **note))
    assert field_value(again, "text-child-as-victim") == "The child was at school"
    answered = form_data(sent, **fields, **note, **CONSIDERED)
    assert mo.post(at(sent, "correct"), answered).status_code == 302
    assert [each.text for each in RuleAnswer.objects.filter(rule="child-as-victim")] == [
        "The child was at school"
    ]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["3A", "13A"], "Change the selection, or authorise it as it is"),
        ([], "Select at least one factor."),
        (["3A", "21"], "21 No factors identified"),
        (["3A", "18A"], "18A was replaced"),
        (["3A", "3A"], "Selected more than once"),
        (["nonsense"], "Not a code of the April 2021 guide"),
        (["3A"] * 390, "Selected more than once"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_and_keeps_its_ticks_and_reason(
    mo: Client, sent, codes: list[str], expected: str
):
    with unchanged():
        response = mo.post(at(sent, "correct"), form_data(sent, codes=codes, reason="It was so"))
    assert response.status_code == 422
    assert expected in problems(response)[0]
    assert field_value(response, "reason") == "It was so"
    known = set(codes) & set(loader.edition(sent.edition).codes)
    boxes = read(response).select("input[checked]")
    assert {each["value"] for each in boxes} == known


def test_a_correction_needs_a_reason(mo: Client, sent):
    with unchanged():
        response = mo.post(
            at(sent, "correct"), form_data(sent, codes=["3B"], reason=" ", **CONSIDERED)
        )
    assert problems(response) == ["Enter why you are correcting it"]
