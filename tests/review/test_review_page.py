"""The page of a record that a manager reads, before and after the decision."""

from __future__ import annotations

import re
import uuid

import pytest
from bs4 import Tag
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from assessments import services
from assessments.catalogue import loader
from assessments.models import (
    Reply,
    Status,
)
from cinfactors.audit.models import Reading
from tests import people as make
from tests.pages.page import field_value, read, words
from tests.people import People
from tests.review.decisions import at, changes, form_data, problems, spoken
from tests.snapshot import unchanged


def beside(response, code: str) -> str:
    """What stands beside a selected code."""
    return spoken(read(response).select_one(f"#code-{code}"))


def runs_of(blocks):
    """The parts of the guide's text, each printed in one way."""
    for block in blocks:
        for paragraph in getattr(block, "items", [block]):
            yield from paragraph.runs


def test_the_page_shows_the_whole_guidance_of_each_factor_and_where_it_stands(mo: Client, sent):
    page = mo.get(at(sent))
    edition = loader.edition(sent.edition)
    for code in sent.codes:
        factor = edition.factor_of(code)
        for run in runs_of(factor.blocks):
            assert words(run.text) in beside(page, code)
        assert f"page {factor.page}" in beside(page, code).lower()
    source = f"Guidance: {edition.source.title}, {edition.source.publisher}, {edition.title}"
    assert source in words(read(page).text)


def test_the_text_of_a_factor_is_shown_once_though_two_of_its_codes_are_selected(
    mo: Client, people: People
):
    sent = make.submit(make.start(people.ada), "3A", "3B")
    page = mo.get(at(sent))
    edition = loader.edition(sent.edition)
    assert words(read(page).text).count(words(edition.factor_of("3A").definition)) == 1
    assert beside(page, "3B").endswith(f"3B: {edition.codes['3B'].words}. Guidance: with 3A above")


def test_a_domain_without_a_code_takes_one_line(mo: Client, sent):
    bands = [words(each.text) for each in read(mo.get(at(sent))).select(".review-band")]
    assert bands == [
        "The child 1 selected",
        "Parents or caregivers None selected",
        "Family and environment 1 selected",
        "Other or no factors identified None selected",
    ]


@pytest.mark.parametrize("quietly", [{}, {"quietly": "yes"}])
def test_guidance_is_hidden_for_all_codes_at_once_and_stays_so(
    mo: Client, people: People, sent, quietly: dict
):
    def opened(response) -> set[bool]:
        return {each.has_attr("open") for each in read(response).select(".review-guidance")}

    assert opened(mo.get(at(sent))) == {True}
    typed = {"comment": "Look again", "reason": "other", "guidance": "hidden"}
    response = mo.post(at(sent, "guidance"), form_data(sent, **typed, **quietly))
    if quietly:
        assert response.status_code == 204
    else:
        assert opened(response) == {False}
        assert field_value(response, "comment") == "Look again"
        assert not problems(response)
    assert opened(mo.get(at(sent))) == {False}
    mo.post(at(sent, "guidance"), form_data(sent, guidance="shown", quietly="yes"))
    assert opened(mo.get(at(sent))) == {True}


def test_an_unreadable_choice_about_guidance_changes_nothing(mo: Client, sent):
    with unchanged():
        response = mo.post(at(sent, "guidance"), form_data(sent, guidance="sideways"))
    assert response.status_code == 400
    assert mo.get(at(sent, "guidance"))["Location"] == at(sent)


def test_each_answer_stands_beside_its_code_with_the_rules_own_words(mo: Client, people: People):
    sent = make.submit(make.start(people.ada), "3B", "13A")
    page = mo.get(at(sent))
    edition = loader.edition(sent.edition)
    for code, rule in (("13A", "gangs-with-criminal-exploitation"), ("3B", "child-as-victim")):
        for quotation in edition.rules_by_id[rule].quotations:
            assert words(quotation.words) in beside(page, code)
        assert rule not in words(read(page).text)
    assert "Reason given It is so in this case Ada Winter , " in beside(page, "13A")
    assert "Considered: not in this case Ada Winter , " in beside(page, "3B")


def test_what_changed_since_the_last_submission_is_shown_by_code_and_name(
    mo: Client, people: People, sent
):
    back = make.return_it(sent, people.mo, "Look again", reason="wrong_person")
    again = make.submit(back, "3A", "4B", outcome="early_help")
    assert changes(mo.get(at(again))) == (
        f"What changed since you returned it on {today()} Why Recorded for the wrong person "
        "You asked Look again No reply Added 4B Mental health disorder, a parent or carer "
        "Removed 13A Gangs Also Outcome: Child in need plan, now Early help"
    )


def test_a_correction_of_the_answer_to_a_return_hides_nothing_of_the_answer(
    mo: Client, people: People, sent
):
    again = make.submit(make.return_it(sent, people.mo, "Look again"), "3A", "4B")
    corrected = make.correct(again, people.mo, "3A", "4C")
    page = mo.get(at(corrected))
    assert "Added 4C Mental health disorder" in changes(page)
    assert "Removed 13A Gangs" in changes(page)
    assert "4B" not in changes(page)


def test_a_submission_with_the_same_codes_says_so(mo: Client, people: People, sent):
    again = make.submit(make.return_it(sent, people.mo), "3A", "13A")
    assert changes(mo.get(at(again))).endswith("Codes The same as before")


def test_what_changed_since_the_childs_previous_assessment_is_shown(mo: Client, people: People):
    earlier = make.authorise(make.submit(make.start(people.ada), "3A", "4B"), people.mo)
    draft = services.start_assessment(
        by=people.ada,
        team=people.north,
        start_date=timezone.localdate(),
        key=uuid.uuid4(),
        child=earlier.episode.child,
        episode=earlier.episode,
    )
    page = mo.get(at(make.submit(draft, "3A", "16A")))
    assert changes(page) == (
        "What changed since the assessment that ended on "
        f"{date_format(earlier.end_date, 'j F Y')} Added 16A Neglect"
        " Removed 4B Mental health disorder, a parent or carer"
    )
    facts = spoken(read(page).select_one(".review-facts"))
    assert f"Previous assessment {date_format(earlier.end_date, 'F Y')}: 3A, 4B" in facts


def test_the_timeline_shows_who_did_what_the_latest_first(mo: Client, people: People, sent):
    pinned = {"13A": "Who says so?", "24A": "And this?"}
    back = make.return_it(sent, people.mo, "Look again", reason="wrong_person", pinned=pinned)
    make.submit(back, "3A")
    history = spoken(read(mo.get(at(sent))).select_one("#history"))
    parts = [
        "Submitted again by Ada Winter",
        "Removed 13A Gangs",
        "Returned by Mo Harbour",
        "Recorded for the wrong person",
        "Look again",
        "13A Gangs: Who says so?",
        "24A Child criminal exploitation: And this?",
        "Submitted by Ada Winter",
        "3A Domestic Abuse, the child; 13A Gangs",
        "Started",
    ]
    rest = history
    for part in parts:
        assert part in rest
        rest = rest.partition(part)[2]


def test_the_comments_of_the_last_return_are_shown_beside_their_codes(
    mo: Client, people: People, sent
):
    back = make.return_it(sent, people.mo, pinned={"13A": "Who says so?"})
    again = make.submit(back, "3A", "13A", "4B")
    assert "13A Gangs You asked: Who says so? No reply" in beside(mo.get(at(again)), "13A")


def test_the_replies_are_read_under_the_questions(mo: Client, people: People, sent):
    pinned = {"13A": "Who says so?", "24A": "And <b>this</b>?", "3A": "Did she see it?"}
    back = make.return_it(sent, people.mo, "Look again", pinned=pinned)
    make.reply(back, {"13A": "His brother", "24A": "No sign", "": "Looked"})
    make.reply(back, {"13A": "His <b>older</b> brother"})
    response = mo.get(at(make.submit(back, "3A", "13A")))
    page = read(response)
    assert [words(each.text) for each in page.select(".review-asked")] == [
        f"You asked Look again {by_ada('Looked')}",
        "You asked 24A Child criminal exploitation (not selected): And <b>this</b>? "
        f"{by_ada('No sign')}",
    ]
    assert "Answered 13A: marked below" in changes(response)
    assert "You asked: Did she see it? No reply" in beside(response, "3A")
    [reply] = page.select("#code-13A .review-reply")
    assert words(reply.text).startswith("Ada Winter replied: His <b>older</b> brother New reply")
    history = words(page.find("ol", class_="review-timeline").text)
    for question, answer in (
        ("Look again", "Looked"),
        ("Who says so?", "His <b>older</b> brother"),
        ("And <b>this</b>?", "No sign"),
    ):
        assert f"{question} {by_ada(answer)}" in history
    assert "His brother" not in history


def test_the_reply_to_a_reopening_is_read_under_its_reason(mo: Client, people: People, sent):
    reopened = make.reopen(make.authorise(sent, people.mo), people.mo)
    make.reply(reopened, {"": "The report is of her sister"})
    page = read(mo.get(at(make.submit(reopened, "3A"))))
    assert words(page.h2.text) == f"What changed since you reopened it on {today()}"
    [asked] = page.select(".review-asked")
    assert words(asked.text) == (
        f"You asked The court report says otherwise {by_ada('The report is of her sister')}"
    )


def today() -> str:
    return date_format(timezone.localdate(), "j F Y")


def by_ada(reply: str) -> str:
    """The reply as the page shows it, with its time."""
    made = timezone.localtime(Reply.objects.latest("pk").replied_at)
    return f"Ada Winter replied: {reply} {date_format(made, 'j F Y, H:i')}"


@pytest.mark.parametrize("status", list(Status))
def test_the_page_reads_in_every_status_and_names_no_reference(
    mo: Client, people: People, status: Status
):
    found = make.in_status(status, people.ada, people.mo)
    response = mo.get(at(found))
    assert response.status_code == 200
    assert str(found.reference) not in read(response).text
    title = re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)[1]
    assert "EX1001" not in title
    offers = {button["formaction"] for button in buttons(response)}
    assert bool(offers) == (status == Status.SUBMITTED)
    assert ("Why do you reopen it?" in read(response).text) == (status == Status.AUTHORISED)


def buttons(response) -> list[Tag]:
    return list(read(response).select("button[formaction]"))


def test_the_page_takes_as_many_queries_however_long_the_history(mo: Client, people: People, sent):
    def queries_taken() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert mo.get(at(sent)).status_code == 200
        return len(captured)

    again = make.submit(make.return_it(sent, people.mo, pinned={"13A": "Why?"}), "3B", "13A")
    before = queries_taken()
    make.submit(make.return_it(again, people.mo, pinned={"3B": "Why?", "13A": "Still?"}), "13A")
    assert queries_taken() == before


def test_reading_the_page_is_recorded_and_so_is_being_refused_it(people: People, browser_of, sent):
    browser_of(people.mo).get(at(sent))
    assert browser_of(people.nia).get(at(sent)).status_code == 404
    entries = Reading.objects.filter(assessment_id=sent.pk).order_by("at")
    assert [(each.person_id, each.page, each.refused) for each in entries] == [
        (people.mo.pk, "review", False),
        (people.nia.pk, "review", True),
    ]
