"""A worker replies to a manager's comments, and is asked once about submitting nothing new."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from assessments import queries, services
from assessments.models import Assessment, Child, Reply, Review, Status
from assessments.services import SentReply
from tests import people as make
from tests.people import People
from tests.services.at_once import at_once
from tests.snapshot import unchanged

PINNED = {"4B": "Whose?", "13A": "What of the gang?"}
"""4B is selected; 13A is what the manager misses."""


@pytest.fixture
def returned(people: People, submitted: Assessment) -> Assessment:
    return make.return_it(submitted, people.mo, "See below", pinned=PINNED)


def asked_of(assessment: Assessment) -> Review:
    feedback = queries.review_feedback(assessment)
    assert feedback is not None
    return feedback.review


def reply(assessment: Assessment, *replies: SentReply, **values: Any) -> None:
    given = {"by": assessment.worker, "key": uuid.uuid4()} | values
    if "review" not in given:
        given["review"] = asked_of(assessment).pk
    services.reply(assessment=assessment, replies=replies, **given)


def texts(assessment: Assessment) -> list[tuple[str, str]]:
    """Each reply with the code of its comment, in the order in which they were made."""
    rows = Reply.objects.filter(review__assessment=assessment).order_by("pk")
    return list(rows.values_list("code", "text"))


# Replying


def test_each_comment_takes_a_reply(people: People, returned: Assessment):
    before = timezone.now()
    reply(
        returned,
        SentReply("", "I looked again"),
        SentReply("4B", " The mother’s\r\nmostly "),
        SentReply("13A", "None that I know of"),
    )
    assert texts(returned) == [
        ("", "I looked again"),
        ("4B", "The mother’s\nmostly"),
        ("13A", "None that I know of"),
    ]
    for row in asked_of(returned).replies.all():
        assert row.replied_by == people.ada
        assert before <= row.replied_at <= timezone.now()


def test_a_reopening_takes_a_reply_to_its_comment(people: People, authorised: Assessment):
    reopened = make.reopen(authorised, people.mo)
    reply(reopened, SentReply("", "The report is about another child"))
    assert texts(reopened) == [("", "The report is about another child")]


def test_other_words_are_another_row_and_the_latest_counts(returned: Assessment):
    make.reply(returned, {"4B": "The father’s"})
    make.reply(returned, {"4B": "The mother’s"})
    assert texts(returned) == [("4B", "The father’s"), ("4B", "The mother’s")]


def test_a_reply_leaves_the_version_so_that_no_other_page_becomes_stale(returned: Assessment):
    version = returned.version
    make.reply(returned, {"4B": "The mother’s"})
    returned.refresh_from_db()
    assert returned.version == version
    make.record(returned, "4B", "13A")


def test_boxes_that_are_left_empty_or_as_they_were_say_nothing(returned: Assessment):
    make.reply(returned, {"4B": "The mother’s"})
    seen = Reply.objects.get().pk
    with unchanged():
        reply(returned, SentReply("4B", "The mother’s\r\n", seen), SentReply("13A", " \u200b"))


def test_a_tab_that_shows_an_older_reply_does_not_bring_it_back(returned: Assessment):
    make.reply(returned, {"4B": "The father’s"})
    first = Reply.objects.get().pk
    make.reply(returned, {"4B": "The mother’s"})
    reply(returned, SentReply("4B", "The father’s", first), SentReply("", "Done"))
    assert texts(returned)[-2:] == [("4B", "The mother’s"), ("", "Done")]


def test_two_tabs_that_both_reply_leave_both(returned: Assessment):
    make.reply(returned, {"4B": "The father’s"})
    seen = Reply.objects.get().pk
    reply(returned, SentReply("4B", "The mother’s", seen))
    reply(returned, SentReply("4B", "The uncle’s", seen))
    assert [text for _, text in texts(returned)] == ["The father’s", "The mother’s", "The uncle’s"]


def test_the_same_form_sent_twice_is_one_reply(returned: Assessment):
    key = uuid.uuid4()
    for _ in range(2):
        reply(returned, SentReply("4B", "The mother’s"), key=key)
    assert texts(returned) == [("4B", "The mother’s")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 1001, "Shorten the text to 1000 characters or fewer. It has 1001"),
        (
            "a\u202eb",
            "Remove the invisible characters that turn the direction of writing, or type the text",
        ),
        ("a\x07b", "Remove the characters that cannot be shown, then paste the text again"),
    ],
)
def test_a_text_that_cannot_be_stored_is_refused_and_nothing_of_the_rest_is_stored(
    returned: Assessment, text: str, message: str
):
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        reply(returned, SentReply("4B", text), SentReply("13A", "None"))
    assert refused.value.messages == {"4B": message}


def test_a_thousand_letters_without_a_space_are_stored(returned: Assessment):
    reply(returned, SentReply("4B", "x" * 1000))
    assert texts(returned) == [("4B", "x" * 1000)]


def test_an_empty_box_is_refused_where_its_button_was_pressed(returned: Assessment):
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        reply(returned, SentReply("4B", "", pressed=True))
    assert refused.value.messages == {"4B": "Enter your reply"}


def test_a_saved_reply_that_was_emptied_is_refused(returned: Assessment):
    make.reply(returned, {"4B": "The mother’s"})
    seen = Reply.objects.get().pk
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        reply(returned, SentReply("4B", "", seen))
    message = "A saved reply stays: put it in other words, or leave it as it was"
    assert refused.value.messages == {"4B": message}


@pytest.fixture
def returned_for_all(transactional_db) -> Assessment:
    """Returned, and committed, so that several connections see it."""
    people = make.make_people()
    return make.return_it(make.submit(make.start(people.ada)), people.mo, pinned=PINNED)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_reply_at_once_leave_both(returned_for_all: Assessment):
    at_once(
        lambda: reply(returned_for_all, SentReply("4B", "The mother’s")),
        lambda: reply(returned_for_all, SentReply("4B", "The father’s")),
    )
    assert sorted(texts(returned_for_all)) == [("4B", "The father’s"), ("4B", "The mother’s")]


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_at_once_is_one_reply(returned_for_all: Assessment):
    key = uuid.uuid4()
    send = partial(reply, returned_for_all, SentReply("4B", "The mother’s"), key=key)
    assert at_once(send, send) == [None, None]
    assert texts(returned_for_all) == [("4B", "The mother’s")]


@pytest.mark.django_db(transaction=True)
def test_a_reply_and_a_submission_at_once_leave_a_reply_that_came_with_it_or_none(
    returned_for_all: Assessment,
):
    review = asked_of(returned_for_all).pk
    refused, sent = at_once(
        lambda: reply(returned_for_all, SentReply("4B", "The mother’s"), review=review),
        lambda: submit(returned_for_all, unchanged_is_meant=True),
    )
    assert sent.status == Status.SUBMITTED
    times = Reply.objects.values_list("replied_at", flat=True)
    assert len(times) == (refused is None)
    assert refused is None or isinstance(refused, services.Locked)
    assert all(each < sent.submitted_at for each in times)


# Who, when and to what


def test_nobody_but_the_worker_replies(people: People, returned: Assessment):
    for somebody in (people.ben, people.cleo, people.mo, people.nia, people.dee, people.abe):
        with unchanged(), pytest.raises(services.NotPermitted):
            reply(returned, SentReply("4B", "The mother’s"), by=somebody)


def test_who_takes_the_work_over_replies_and_the_former_worker_does_not(
    people: People, returned: Assessment
):
    make.reply(returned, {"4B": "The mother’s"})
    services.reassign(
        assessment=returned, to=people.ben, by=people.mo, version=returned.version, key=uuid.uuid4()
    )
    returned.refresh_from_db()
    with unchanged(), pytest.raises(services.NotPermitted):
        reply(returned, SentReply("4B", "The father’s"), by=people.ada)
    reply(returned, SentReply("4B", "The father’s"))
    by = Reply.objects.order_by("pk").values_list("replied_by", "text")
    assert list(by) == [(people.ada.pk, "The mother’s"), (people.ben.pk, "The father’s")]


def test_a_worker_who_is_deactivated_does_not_reply(people: People, returned: Assessment):
    people.ada.is_active = False
    people.ada.save()
    with unchanged(), pytest.raises(services.NotPermitted):
        reply(returned, SentReply("4B", "The mother’s"), by=people.ada)


def test_a_worker_who_is_not_named_for_a_restricted_record_does_not_reply(
    people: People, returned: Assessment
):
    Child.objects.filter(pk=returned.episode.child_id).update(restricted=True)
    with unchanged(), pytest.raises(services.NotPermitted):
        reply(returned, SentReply("4B", "The mother’s"))


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.AUTHORISED, Status.CANCELLED])
def test_a_locked_record_takes_no_reply(people: People, returned: Assessment, status: Status):
    review = asked_of(returned).pk
    if status == Status.CANCELLED:
        make.cancel(returned)
    else:
        sent = make.submit(returned)
        if status == Status.AUTHORISED:
            make.authorise(sent, people.mo)
    with unchanged(), pytest.raises(services.Locked):
        reply(returned, SentReply("4B", "The mother’s"), review=review)


def test_comments_that_are_not_there_are_refused_alike(people: People, returned: Assessment):
    """Of an earlier return, of another record, on another code, or of nothing at all."""
    earlier = asked_of(returned).pk
    again = make.return_it(make.submit(returned), people.mo, pinned={"4B": "Still?"})
    other = make.return_it(make.submit(make.start(people.ada, "EX2")), people.mo, pinned=PINNED)
    for review, code in (
        (earlier, "4B"),
        (asked_of(other).pk, "4B"),
        (asked_of(again).pk, "13A"),
        (asked_of(again).pk, "=1+1"),
        (0, "4B"),
        (2**62, ""),
    ):
        with unchanged(), pytest.raises(services.UnknownComment):
            reply(again, SentReply(code, "The mother’s"), review=review)


def test_a_draft_has_nothing_to_reply_to(draft: Assessment):
    with unchanged(), pytest.raises(services.UnknownComment):
        reply(draft, SentReply("", "Hello"), review=1)


# Submitting again


def submit(assessment: Assessment, **values: Any) -> Assessment:
    return services.submit(
        assessment=assessment,
        by=assessment.worker,
        version=assessment.version,
        key=uuid.uuid4(),
        **values,
    )


def test_submitting_what_was_returned_as_it_is_is_asked_about(people: People, returned: Assessment):
    with unchanged(), pytest.raises(services.NothingChanged) as asked:
        submit(returned)
    assert (asked.value.review, asked.value.comments) == (asked_of(returned), 3)
    assert submit(returned, unchanged_is_meant=True).status == Status.SUBMITTED


def test_the_comments_that_are_asked_about_are_those_that_there_are(people, submitted):
    back = make.return_it(submitted, people.mo, "", pinned={"13A": "Which gang?"})
    with unchanged(), pytest.raises(services.NothingChanged) as asked:
        submit(back)
    assert asked.value.comments == 1


def test_so_is_submitting_what_was_reopened(people: People, authorised: Assessment):
    reopened = make.reopen(authorised, people.mo)
    with unchanged(), pytest.raises(services.NothingChanged) as asked:
        submit(reopened)
    assert asked.value.comments == 1


def test_what_is_incomplete_is_said_before(people: People):
    sent = make.submit(make.start(people.ada), "20", description="Debt", outcome="early_help")
    back = make.return_it(sent, people.mo)
    Assessment.objects.filter(pk=back.pk).update(outcome="", version=back.version + 1)
    back.refresh_from_db()
    with pytest.raises(services.SubmissionRefused):
        submit(back)


def test_one_reply_is_an_answer(returned: Assessment):
    assert submit(make.reply(returned, {"13A": "None"})).status == Status.SUBMITTED


@pytest.mark.parametrize(
    "change",
    [
        {"codes": ("4B", "16A")},
        {"codes": ("4A",)},
        {"codes": ("4B", "20"), "other_description": "Debt"},
        {"outcome": "early_help"},
    ],
)
def test_a_change_is_an_answer(returned: Assessment, change: dict[str, Any]):
    changed = make.answer_all(make.saved(returned, **change))
    assert submit(changed).status == Status.SUBMITTED


def test_another_description_is_an_answer(people: People):
    back = make.return_it(
        make.submit(make.start(people.ada), "4B", "20", description="Debt"), people.mo
    )
    changed = make.record(back, "4B", "20", description="Rent arrears")
    assert submit(changed).status == Status.SUBMITTED


def test_another_reason_is_an_answer(people: People):
    back = make.return_it(make.submit(make.start(people.ada), "13A"), people.mo)
    rule = "gangs-with-criminal-exploitation"
    changed = make.answer(back, rule, "reason", "Screened by the police, with nothing found")
    assert submit(changed).status == Status.SUBMITTED


def test_a_change_that_was_undone_is_none(returned: Assessment):
    undone = make.record(make.record(returned, "4B", "16A"), "4B")
    with pytest.raises(services.NothingChanged):
        submit(undone)


def test_a_reply_to_an_earlier_return_answers_none_of_the_next(
    people: People, returned: Assessment
):
    sent = submit(make.reply(returned, {"13A": "None"}))
    again = make.return_it(sent, people.mo, "Are you sure?")
    with pytest.raises(services.NothingChanged) as asked:
        submit(again)
    assert asked.value.comments == 1


def test_a_first_submission_is_not_asked_about(draft: Assessment):
    ready = make.set_outcome(make.record(draft, "4B"))
    sent = submit(ready)
    assert submit(make.withdraw(sent)).status == Status.SUBMITTED
