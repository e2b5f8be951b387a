"""The page on which a manager decides, and each decision: permitted, refused, in conflict."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from bs4 import Tag
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from assessments import services
from assessments.catalogue import loader
from assessments.models import (
    Assessment,
    PinnedComment,
    Reply,
    Review,
    RuleAnswer,
    Status,
    Version,
)
from cinfactors.accounts.models import Role
from cinfactors.audit.models import Reading
from tests import people as make
from tests.pages.page import field_value, read, words
from tests.people import People
from tests.snapshot import unchanged

LIST = "/admin/assessments/assessment/"
DECISIONS = ("authorise", "return", "correct", "reopen", "dates")
OF_WHAT_IS_AUTHORISED = ("reopen", "dates")
SESSIONS = "accounts_session"
"""Messages to a person wait in their session, and are no part of the record."""


@pytest.fixture
def mo(people: People, browser_of) -> Client:
    return browser_of(people.mo)


@pytest.fixture
def sent(people: People) -> Assessment:
    """Submitted by Ada: domestic abuse of the child, and gangs with a reason."""
    return make.submit(make.start(people.ada), "3A", "13A")


CONSIDERED = {"considered-child-as-victim": "yes"}
"""The manager's answer to what the guide asks of 3B alone."""


def at(assessment: Assessment, decision: str = "change", filters: str = "") -> str:
    query = f"?_changelist_filters={filters}" if filters else ""
    return f"{LIST}{assessment.reference}/{decision}/{query}"


def form_data(assessment: Assessment, **fields) -> dict:
    return {"key": str(uuid.uuid4()), "version": assessment.version} | fields


def dates_of(assessment: Assessment) -> dict[str, str]:
    """The start as it is, and the day after it as the end."""
    start = assessment.start_date
    days = {"start_date": start, "end_date": start + timedelta(days=1)}
    return {
        f"{name}_{place}": str(part)
        for name, day in days.items()
        for place, part in enumerate((day.day, day.month, day.year))
    }


def sent_by_page(decision: str, assessment: Assessment) -> dict:
    """What the page sends for a decision that can be taken."""
    return form_data(
        assessment,
        **{
            "authorise": {"confirmed": "yes"},
            "return": {"reason": "other", "comment": "Look again"},
            "correct": {"codes": ["3B"], "reason": "It was the mother", **CONSIDERED},
            "reopen": {"comment": "The report says otherwise"},
            "dates": {"reason": "The letter says so", **dates_of(assessment)},
        }[decision],
    )


def for_decision(decision: str, people: People, la_child_id: str = "EX1001") -> Assessment:
    """An assessment of Ada on which this decision can be taken."""
    done = make.submit(make.start(people.ada, la_child_id), "3A")
    return make.authorise(done, people.mo) if decision in OF_WHAT_IS_AUTHORISED else done


def problems(response) -> list[str]:
    return [words(item.text) for item in read(response).select("div#error-summary li")]


def told(response) -> str:
    found = read(response).find("div", class_="review-notice")
    return words(found.text) if found else ""


def messages(response) -> list[str]:
    return [
        words(item.text) for item in read(response).select(".govuk-notification-banner__heading")
    ]


def spoken(element: Tag) -> str:
    """Its text, with a space where an element begins or ends."""
    return words(element.get_text(" "))


def section(response, title: str) -> str:
    for element in read(response).find_all("section"):
        if any(words(each.text) == title for each in element.find_all("h2")):
            return spoken(element)
    raise AssertionError(f"there is no section {title}")


# Reading


def beside(response, code: str) -> str:
    """What stands beside a selected code."""
    return spoken(read(response).select_one(f"#code-{code}"))


def changes(response) -> str:
    """What is read first: what was asked and what changed."""
    return spoken(read(response).select_one(".review-changes"))


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


# Deciding


def test_authorising_asks_for_confirmation_and_then_sets_the_end_date(
    mo: Client, people: People, sent
):
    with unchanged():
        confirmation = mo.post(at(sent, "authorise"), form_data(sent))
    assert asks_to_confirm(confirmation) == "Authorise 3A, 13A? It ends today."
    response = mo.post(at(sent, "authorise"), sent_by_page("authorise", sent), follow=True)
    assert response.redirect_chain == [(LIST, 302)]
    assert messages(response) == ["The assessment of EX1001 is authorised."]
    sent.refresh_from_db()
    version = sent.versions.get()
    assert (sent.status, sent.end_date) == (Status.AUTHORISED, timezone.localdate())
    assert (version.authorised_by, version.end_date) == (people.mo, sent.end_date)


def asks_to_confirm(response) -> str:
    """The question that stands in place of the button; empty where it is not asked."""
    page = read(response)
    asked = page.select_one("[data-confirm]")
    assert asked.has_attr("hidden") == asked.has_attr("disabled")
    assert asked.has_attr("hidden") != page.select_one("[data-authorise]").has_attr("hidden")
    return "" if asked.has_attr("hidden") else words(asked.h3.text)


def test_the_page_asks_for_no_confirmation_by_itself(mo: Client, sent):
    assert asks_to_confirm(mo.get(at(sent))) == ""


def test_reasons_that_differ_in_the_select_and_the_radio_buttons_are_none(mo: Client, sent):
    fields = {"reason": ["wrong_person", "other"], "comment": "Look again"}
    with unchanged():
        response = mo.post(at(sent, "return"), form_data(sent, **fields))
    assert problems(response) == ["Select why you are returning it"]
    fields["reason"] = ["", "other"]
    assert mo.post(at(sent, "return"), form_data(sent, **fields)).status_code == 302
    assert Review.objects.get().reason == "other"


def test_returning_keeps_reason_comment_and_the_comments_beside_codes(mo: Client, sent):
    fields = {
        "reason": "evidence_not_clear",
        "comment": "Look again\r\nat both",
        "pinned-3A": " ",
        "pinned-13A": "Who says so?",
        "missing_code": "24A",
        "missing_text": "Is he carrying?",
    }
    response = mo.post(at(sent, "return"), form_data(sent, **fields), follow=True)
    assert messages(response) == ["The assessment of EX1001 is back with Ada Winter."]
    sent.refresh_from_db()
    review = Review.objects.get()
    assert (sent.status, review.reason, review.comment) == (
        Status.RETURNED,
        "evidence_not_clear",
        "Look again\nat both",
    )
    assert list(review.pinned.values_list("code", "text")) == [
        ("13A", "Who says so?"),
        ("24A", "Is he carrying?"),
    ]


def test_what_somebody_left_is_returned_to_another_worker_in_one_step(
    mo: Client, people: People, sent
):
    assert "id_to" not in mo.get(at(sent)).content.decode()
    people.ada.is_active = False
    people.ada.save(update_fields=["is_active"])
    page = read(mo.get(at(sent)))
    notices = [words(each.text) for each in page.select(".review-notice")]
    assert any("choose who has it next" in each for each in notices)
    offered = {option["value"]: words(option.text) for option in page.select("#id_to option")}
    assert offered[str(people.ben.pk)] == "Ben Marsh, 0 open"
    fields = {"reason": "evidence_not_clear", "comment": "Look again"}
    with unchanged():
        refused = mo.post(at(sent, "return"), form_data(sent, **fields, to=people.cleo.pk))
    assert problems(refused) == ["Select a social worker of your teams"]
    chosen, before = form_data(sent, **fields, to=people.ben.pk), sent.version
    response = mo.post(at(sent, "return"), chosen, follow=True)
    assert messages(response) == ["The assessment of EX1001 is back with Ben Marsh."]
    sent.refresh_from_db()
    assert (sent.status, sent.worker, sent.version) == (Status.RETURNED, people.ben, before + 2)


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


def test_reopening_leaves_the_authorised_version_as_it_was(mo: Client, people: People, sent):
    done = make.authorise(sent, people.mo)
    before = Version.objects.values().get()
    fields = {"comment": "The report says otherwise"}
    response = mo.post(at(done, "reopen"), form_data(done, **fields), follow=True)
    assert messages(response) == ["The assessment of EX1001 is reopened for Ada Winter."]
    done.refresh_from_db()
    assert done.status == Status.REOPENED
    assert Version.objects.values().get() == before


WHO = {
    "ada": {302, 403},  # whose work it is
    "ben": {302, 403},
    "nia": {404},
    "dee": {302, 403},
    "abe": {403},
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_nobody_else_decides(people: People, browser_of, decision: str):
    found = for_decision(decision, people)
    for name, answers in WHO.items():
        client = browser_of(getattr(people, name))
        with unchanged():
            response = client.post(at(found, decision), sent_by_page(decision, found))
        assert response.status_code in answers, name
        assert response.status_code != 302 or response["Location"].startswith("/a"), name


@pytest.mark.parametrize("decision", DECISIONS)
def test_nobody_decides_on_their_own_work(people: People, browser_of, decision: str):
    found = for_decision(decision, people)
    people.ada.role, people.ada.is_staff = Role.TEAM_MANAGER, True
    people.ada.save()
    ada = browser_of(people.ada)
    assert "This is work of your own" in ada.get(at(found)).content.decode()
    with unchanged():
        assert ada.post(at(found, decision), sent_by_page(decision, found)).status_code == 403


@pytest.mark.parametrize("decision", DECISIONS)
def test_asking_for_the_address_of_a_decision_decides_nothing(
    people: People, mo: Client, decision: str
):
    found = for_decision(decision, people)
    with unchanged():
        response = mo.get(at(found, decision), sent_by_page(decision, found))
    assert response.status_code in (200, 302)


@pytest.mark.parametrize("status", list(Status))
def test_a_decision_is_taken_in_its_own_status_alone(people: People, mo: Client, status: Status):
    found = make.in_status(status, people.ada, people.mo)
    for decision in DECISIONS:
        of_what_is_authorised = decision in OF_WHAT_IS_AUTHORISED
        if status == (Status.AUTHORISED if of_what_is_authorised else Status.SUBMITTED):
            continue
        with unchanged():
            response = mo.post(at(found, decision), sent_by_page(decision, found))
        assert response.status_code == 409, decision
        assert found.get_status_display().lower() in told(response)


@pytest.mark.parametrize("decision", DECISIONS)
def test_the_same_form_sent_twice_decides_once(people: People, mo: Client, decision: str):
    found = for_decision(decision, people)
    fields = sent_by_page(decision, found)
    first = mo.post(at(found, decision), fields)
    with unchanged(SESSIONS):
        second = mo.post(at(found, decision), fields)
    assert (first.status_code, first["Location"]) == (302, second["Location"])


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("missing", ["key", "version"])
def test_a_form_without_key_or_version_is_a_bad_request(
    people: People, mo: Client, decision: str, missing: str
):
    found = for_decision(decision, people)
    fields = sent_by_page(decision, found)
    del fields[missing]
    with unchanged():
        assert mo.post(at(found, decision), fields).status_code == 400


# Conflicts


@pytest.mark.parametrize("decision", DECISIONS)
def test_the_second_manager_sees_what_the_first_decided(people: People, browser_of, decision: str):
    found = for_decision(decision, people)
    max_ = make.make_person("Max Shore", people.north, role=Role.TEAM_MANAGER)
    page = sent_by_page(decision, found)
    if decision in OF_WHAT_IS_AUTHORISED:
        first = make.reopen(found, people.mo)
    else:
        first = make.return_it(found, people.mo)
    review = first.reviews.last()
    when = timezone.localtime(review.decided_at)
    second = browser_of(max_)
    with unchanged(SESSIONS):
        response = second.post(at(found, decision), page)
    assert response.status_code == 409
    assert told(response) == (
        f"Mo Harbour {review.get_decision_display().lower()} it on "
        f"{date_format(when, 'j F Y')} at {when:%H:%M}, after you opened the page."
    )
    for name in ("comment", "reason"):
        typed = page.get(name, "")
        if typed and typed not in Review.Reason.values:
            assert typed in read(response).text


def test_what_was_typed_can_be_copied_when_the_page_has_no_place_for_it(
    people: People, browser_of, sent
):
    max_ = browser_of(make.make_person("Max Shore", people.north, role=Role.TEAM_MANAGER))
    page = sent_by_page("return", sent) | {"pinned-13A": "Who says so?"}
    make.authorise(sent, people.mo)
    unsent = section(max_.post(at(sent, "return"), page), "What you wrote was not sent")
    assert "Comment for the worker Look again" in unsent
    assert "Comment on 13A Gangs Who says so?" in unsent
    page = form_data(sent, codes=["3B", "4B"], reason="It was the mother")
    unsent = section(max_.post(at(sent, "correct"), page), "What you wrote was not sent")
    assert "3B, 4B" in unsent
    assert "It was the mother" in unsent


def test_a_return_after_the_worker_changed_it_is_refused_and_keeps_what_was_typed(
    people: People, mo: Client, sent
):
    page = form_data(sent, reason="other", comment="Look again", **{"pinned-13A": "Who says so?"})
    back = services.withdraw_submission(
        assessment=sent, by=people.ada, version=sent.version, key=uuid.uuid4()
    )
    now = make.submit(back, "3A", "4B")
    with unchanged():
        response = mo.post(at(sent, "return"), page)
    assert response.status_code == 409
    assert told(response).startswith(f"It was changed at {timezone.localtime(now.saved_at):%H:%M}")
    assert field_value(response, "comment") == "Look again"
    assert field_value(response, "pinned-13A") == "Who says so?"
    assert field_value(response, "version") == str(now.version)
    fields = {"reason": "other", "comment": "Look again", "pinned-13A": "Who says so?"}
    assert mo.post(at(sent, "return"), form_data(now, **fields)).status_code == 302
    assert PinnedComment.objects.get().code == "13A"


# Errors


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"comment": "x"}, ["Select why you are returning it"]),
        ({"reason": "other"}, ["Enter what the worker should look at"]),
        ({"reason": "other", "comment": " \r\n "}, ["Enter what the worker should look at"]),
        (
            {"reason": "other", "comment": "x", "missing_code": "24A"},
            ["Enter why this code is missing"],
        ),
        (
            {"reason": "other", "comment": "x", "missing_text": "y"},
            ["Select the code that is missing"],
        ),
        (
            {"reason": "other", "comment": "x" * 2001},
            ["Shorten the text to 2000 characters or fewer. It has 2001"],
        ),
        (
            {"reason": "other", "comment": "x", "pinned-13A": "y" * 1001},
            ["Shorten the text to 1000 characters or fewer. It has 1001"],
        ),
        (
            {"reason": "other", "comment": "\x07"},
            ["Remove the characters that cannot be shown, then paste the text again"],
        ),
    ],
)
def test_a_return_with_errors_shows_them_and_keeps_what_was_typed(
    mo: Client, sent, fields: dict, expected: list[str]
):
    typed = {"comment": "", "pinned-13A": "Who says so?"} | fields
    with unchanged():
        response = mo.post(at(sent, "return"), form_data(sent, **typed))
    assert response.status_code == 422
    assert problems(response) == expected
    assert response.content.decode().count("<title>Error: ") == 1
    for name in ("comment", "pinned-13A"):
        assert field_value(response, name) == typed[name]
    targets = {
        link["href"].removeprefix("#")
        for link in read(response).find_all("a")
        if link.text in expected
    }
    ids = {each["id"] for each in read(response).find_all(id=True)}
    assert targets
    assert targets <= ids


@pytest.mark.parametrize(
    "hostile",
    [
        {"reason": "never"},
        {"reason": "\x00"},
        {"missing_code": "18A", "missing_text": "x"},
        {"missing_code": "3", "missing_text": "x"},
        {"comment": "\x00"},
    ],
)
def test_a_hostile_return_is_refused(mo: Client, sent, hostile: dict):
    with unchanged():
        response = mo.post(at(sent, "return"), sent_by_page("return", sent) | hostile)
    assert response.status_code == 422


def test_a_comment_is_pinned_to_no_code_that_the_page_does_not_offer(mo: Client, sent):
    extra = {"pinned-99Z": "x", "pinned-": "x", "pinned-1": "x"}
    assert mo.post(at(sent, "return"), sent_by_page("return", sent) | extra).status_code == 302
    assert PinnedComment.objects.count() == 0


@pytest.mark.parametrize(
    "fields", [{"comment": "Look again"}, {"pinned-13A": "Why?"}, {"reason": "other"}]
)
def test_authorising_does_not_throw_away_what_was_typed(mo: Client, sent, fields: dict):
    with unchanged():
        response = mo.post(at(sent, "authorise"), form_data(sent, confirmed="yes", **fields))
    assert response.status_code == 422
    assert problems(response) == [
        "You wrote a comment or chose a reason, which authorising would not send. Return the "
        "assessment, or clear what you wrote."
    ]
    for name, text in fields.items():
        if name != "reason":
            assert field_value(response, name) == text


TYPED_DAY = {"confirmed": "yes", "end_date_0": "8", "end_date_1": "5", "end_date_2": "2026"}


@pytest.mark.parametrize("button", ["authorise", "guidance"])
def test_a_day_that_was_typed_stays_beside_a_comment(mo: Client, sent, button: str):
    fields = form_data(sent, comment="Look again", guidance="hidden", **TYPED_DAY)
    response = mo.post(at(sent, button), fields)
    assert field_value(response, "comment") == "Look again"
    assert field_value(response, "end_date_0") == "8"
    assert asks_to_confirm(response) == "Authorise 3A, 13A? It ends today."
    assert not read(response).select(".review-date .errorlist")


def test_a_day_and_a_comment_are_both_recovered_after_the_next_sign_in(
    people: People, mo: Client, sent
):
    draft_owner = field_value(mo.get(at(sent)), "typed_by")
    fields = form_data(sent, comment="Look again", typed_by=draft_owner, **TYPED_DAY)
    del mo.cookies[settings.SESSION_COOKIE_NAME]
    mo.post(at(sent, "authorise"), fields)
    mo.force_login(people.mo)
    response = mo.get(at(sent, "authorise"))
    assert field_value(response, "comment") == "Look again"
    assert field_value(response, "end_date_0") == "8"


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


def test_reopening_needs_a_reason(mo: Client, people: People, sent):
    done = make.authorise(sent, people.mo)
    with unchanged():
        response = mo.post(at(done, "reopen"), form_data(done, comment=""))
    assert problems(response) == ["Enter why it is reopened"]


def test_what_a_manager_wrote_as_their_sign_in_ended_is_recovered_after_the_next(
    people: People, mo: Client, sent
):
    draft_owner = field_value(mo.get(at(sent)), "typed_by")
    fields = sent_by_page("return", sent) | {"typed_by": draft_owner, "pinned-13A": "Who says so?"}
    del mo.cookies[settings.SESSION_COOKIE_NAME]
    assert mo.post(at(sent, "return"), fields)["Location"].startswith("/account/sign-in/")
    mo.force_login(people.mo)
    response = mo.get(at(sent, "return"))
    assert told(response).startswith("You were signed out before this was sent.")
    assert field_value(response, "comment") == "Look again"
    assert field_value(response, "pinned-13A") == "Who says so?"
    sent.refresh_from_db()
    assert sent.status == Status.SUBMITTED


# The next assessment


def test_the_next_is_the_next_oldest_of_the_list_with_its_filters(people: People, mo: Client):
    first, other, third = (
        make.submit(make.start(worker, f"EX{place}"))
        for place, worker in enumerate((people.ada, people.ben, people.ada))
    )
    filters = f"worker%3D{people.ada.reference}"
    fields = sent_by_page("authorise", first) | {"then": "next"}
    answer = mo.post(at(first, "authorise", filters), fields)
    assert answer["Location"] == at(third, "change", filters)
    fields = sent_by_page("return", third) | {"then": "next"}
    response = mo.post(at(third, "return", filters), fields, follow=True)
    assert response.redirect_chain == [(f"{LIST}?worker={people.ada.reference}", 302)]
    assert "Nothing else in this list awaits your review." in messages(response)
    assert mo.post(at(other, "authorise"), sent_by_page("authorise", other))["Location"] == LIST


@pytest.mark.parametrize("filters", ["status%3Dnone", "x%3D1", "%00", "_changelist_filters"])
def test_a_decision_is_taken_whatever_filters_the_address_has(mo: Client, sent, filters: str):
    fields = sent_by_page("authorise", sent) | {"then": "next"}
    assert mo.post(at(sent, "authorise", filters), fields).status_code == 302


# The day it ended


def test_the_day_it_ended_is_given_where_it_is_confirmed(mo: Client, people: People, sent):
    page = read(mo.post(at(sent, "authorise"), form_data(sent)))
    boxes = page.select(".review-date input")
    assert [box["name"] for box in boxes] == ["end_date_0", "end_date_1", "end_date_2"]
    assert {box["inputmode"] for box in boxes} == {"numeric"}
    assert {box["autocomplete"] for box in boxes} == {"off"}
    day = sent.start_date
    fields = {"end_date_0": day.day, "end_date_1": day.month, "end_date_2": day.year}
    posted = sent_by_page("authorise", sent) | fields
    for _ in range(2):  # the second time, what came of the first
        response = mo.post(at(sent, "authorise"), posted, follow=True)
        assert messages(response) == ["The assessment of EX1001 is authorised."]
    sent.refresh_from_db()
    assert (sent.end_date, sent.versions.get().end_date) == (day, day)
    assert sent.reviews.count() == 1


@pytest.mark.parametrize(
    ("entered", "message"),
    [
        (("32", "1", "2026"), "End date must be a real date"),
        (("", "1", "2026"), "End date must include a day"),
        (("1", "1", "2099"), "End date must be today or in the past"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_what_was_typed(mo: Client, sent, entered, message):
    fields = {f"end_date_{place}": part for place, part in enumerate(entered)}
    with unchanged(SESSIONS):
        response = mo.post(at(sent, "authorise"), sent_by_page("authorise", sent) | fields)
    assert (response.status_code, problems(response)) == (422, [message])
    assert asks_to_confirm(response) == "Authorise 3A, 13A? It ends today."
    assert read(response).select_one("#error-summary a")["href"] == "#id_end_date_0"
    boxes = read(response).select(".review-date input")
    assert tuple(box.get("value", "") for box in boxes) == entered


def test_a_day_that_was_typed_is_shown_where_somebody_else_decided(
    mo: Client, people: People, sent
):
    posted = sent_by_page("authorise", sent) | {"end_date_0": "8", "end_date_1": "5"}
    posted |= {"end_date_2": "2026"}
    make.return_it(sent, people.mo)
    response = mo.post(at(sent, "authorise"), posted)
    assert response.status_code == 409
    assert "End date 8 5 2026" in section(response, "What you wrote was not sent")


def test_an_amendment_keeps_its_end_and_the_pages_say_so(mo: Client, people: People):
    with time_machine.travel("2025-05-08 10:00 +0000", tick=False):
        done = make.authorise(make.submit(make.start(people.ada)), people.mo)
    keeps = "The assessment keeps its end, 8 May 2025"
    assert keeps in section(mo.get(at(done)), "Reopen")
    again = make.reopen(done, people.mo)
    assert "Ended 8 May 2025" in spoken(read(mo.get(at(again))).select_one("dl.review-facts"))
    worker = Client()
    worker.force_login(people.ada)
    answers = spoken(read(worker.get(f"/assessments/{again.reference}/check/")))
    assert "Assessment ends 8 May 2025: an amendment keeps it" in answers
    sent = make.submit(again, "4A")
    page = mo.get(at(sent))
    assert keeps in section(page, "Decide")
    assert "ends today" not in words(read(page).text)
    counts = "Version 1, authorised on 8 May 2025, goes on counting"
    assert counts in words(read(page).text)
    confirmation = mo.post(at(sent, "authorise"), form_data(sent))
    assert asks_to_confirm(confirmation) == "Authorise 4A? It keeps its end, 8 May 2025."
    assert not read(confirmation).select(".review-date")
    mo.post(at(sent, "authorise"), sent_by_page("authorise", sent))
    sent.refresh_from_db()
    assert (sent.status, str(sent.end_date)) == (Status.AUTHORISED, "2025-05-08")


def test_an_earlier_assessment_is_dated_by_its_own_end(mo: Client, people: People):
    with time_machine.travel("2025-05-08 10:00 +0000", tick=False):
        first = make.authorise(make.submit(make.start(people.ada)), people.mo)
    make.authorise(make.submit(make.reopen(first, people.mo), "4A"), people.mo)
    sent = make.submit(make.start_after(first), "4B")
    assert "What changed since the assessment that ended on 8 May 2025" in changes(mo.get(at(sent)))
