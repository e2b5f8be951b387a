"""The worker replies to a manager's comments on the factor page and on Check answers."""

from __future__ import annotations

import uuid

import pytest
from bs4 import Tag
from django.test import Client

from assessments.models import Assessment, Reply, Status
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import field_value, problems, read, words
from tests.people import People
from tests.snapshot import unchanged

PINNED = {"4B": "Whose?", "13A": "What of the <b>gang</b>?"}
"""4B is selected; 13A is what the manager misses."""
LOST = "Your replies are not saved. They are to comments from before this decision:"

PAGES = pytest.mark.parametrize("page", ["factors", "check"])


@pytest.fixture
def returned(people: People) -> Assessment:
    return make.return_it(
        make.submit(make.start(people.ada)), people.mo, "See below", pinned=PINNED
    )


def comments(response) -> dict[str, Tag]:
    """The comments of the page by what their ids end with."""
    found = read(response).select("#managers-words .app-comment")
    return {each["id"].removeprefix("asked-"): each for each in found}


def said(response) -> dict[str, str]:
    """Each reply that the page shows, with who gave it."""
    replies = {key: each.find(class_="app-reply") for key, each in comments(response).items()}
    return {key: words(reply.text) for key, reply in replies.items() if reply}


def fields_of(response, form: str) -> dict[str, str]:
    """What the boxes of replies send with the page's form, as they are."""
    page = read(response)
    [place] = page.select(f"form#{form}")
    boxes = page.select(f'textarea[name^="reply-"][form="{form}"]')
    hidden = page.select(f'input[type=hidden][form="{form}"]')
    own = {name: place.find(attrs={"name": name})["value"] for name in ("key", "version")}
    texts = {box["name"]: box.text.removeprefix("\n") for box in boxes}
    return own | {each["name"]: each["value"] for each in hidden} | texts


def sent_from(ada: Client, page: str, assessment: Assessment, **values) -> dict:
    """What the page sends, with other values: the boxes by their codes, and the ticks."""
    form = {"factors": "factors", "check": "check-answers"}[page]
    fields = fields_of(ada.get(at(page, assessment)), form)
    replies = values.pop("replies", {})
    fields |= {f"reply-{code}": text for code, text in replies.items()}
    if page == "factors":
        fields["codes"] = assessment.codes
    return fields | values


def texts() -> list[tuple[str, str]]:
    return list(Reply.objects.order_by("pk").values_list("code", "text"))


# What the pages show


@PAGES
def test_every_comment_has_a_box_below_it(ada: Client, returned: Assessment, page: str):
    response = ada.get(at(page, returned))
    found = comments(response)
    assert list(found) == ["general", "4B", "13A"]
    assert "See below" in found["general"].text
    assert "Whose?" in found["4B"].text
    assert "What of the <b>gang</b>?" in found["13A"].text
    for key, comment in found.items():
        [box] = comment.find_all("textarea")
        assert (box["name"], box.text.strip()) == (f"reply-{key}", "")
        [button] = comment.find_all("button")
        assert (button["name"], button["value"], button["form"]) == ("reply", key, box["form"])
        assert read(response).find("form", id=box["form"])
        assert not comment.find("details").has_attr("open")
    assert said(response) == {}


@PAGES
def test_a_comment_beside_a_code_leads_to_its_box(ada: Client, returned: Assessment, page: str):
    response = ada.get(at(page, returned))
    [link] = read(response).select('a[href="#asked-4B"]')
    assert words(link.text) == "Reply to the comment on 4B"
    assert read(response).find(id="asked-4B")


@PAGES
def test_a_draft_has_no_boxes(ada: Client, draft: Assessment, page: str):
    assert "replies-to" not in ada.get(at(page, draft)).content.decode()


@PAGES
def test_a_reopening_has_a_box(ada: Client, people: People, page: str):
    done = make.authorise(make.submit(make.start(people.ada)), people.mo)
    reopened = make.reopen(done, people.mo)
    assert list(comments(ada.get(at(page, reopened)))) == ["general"]


@pytest.mark.parametrize("who", ["ada", "ben", "mo", "dee"])
def test_the_record_shows_the_replies_and_has_no_boxes(
    people: People, browser_of, returned: Assessment, who: str
):
    make.reply(returned, {"13A": "None that\nI know of"})
    response = browser_of(getattr(people, who)).get(at("record", returned))
    assert list(said(response)) == ["13A"]
    assert said(response)["13A"].startswith("Ada Winter replied, ")
    assert said(response)["13A"].endswith(": None that I know of")
    assert not read(response).select("#managers-words textarea, #managers-words button")


def test_the_record_keeps_the_replies_with_each_decision(
    ada: Client, people: People, returned: Assessment
):
    make.reply(returned, {"": "Looked again", "4B": "The mother’s"})
    make.authorise(make.submit(returned), people.mo)
    [decisions] = read(ada.get(at("record", returned))).select("ol.app-decisions")
    [first] = [each for each in decisions.find_all("li") if "Returned" in each.text]
    text = words(first.text)
    for question, answer in (("See below", "Looked again"), ("Whose?", "The mother’s")):
        assert text.index(question) < text.index(answer)


# Saving


@PAGES
def test_a_reply_is_saved_with_the_rest_of_the_page(ada: Client, returned: Assessment, page: str):
    fields = sent_from(ada, page, returned, replies={"13A": "None\r\nat all"}, reply="13A")
    if page == "factors":
        fields["codes"] = ["4B", "16A"]
    else:
        fields["outcome"] = "early_help"
    response = ada.post(at(page, returned), fields, follow=True)
    assert texts() == [("13A", "None\nat all")]
    assert said(response)["13A"].endswith(": None at all")
    assert field_value(response, "reply-13A") == "None\nat all"
    returned.refresh_from_db()
    changed = (["4B", "16A"], "child_in_need_plan") if page == "factors" else (["4B"], "early_help")
    assert (returned.codes, returned.outcome) == changed


@PAGES
@pytest.mark.parametrize("button", ["check", "later", "save"])
def test_what_is_typed_below_a_comment_is_saved_by_every_button(
    ada: Client, returned: Assessment, page: str, button: str
):
    fields = sent_from(ada, page, returned, replies={"4B": "Hers", "general": "Done"}, next=button)
    assert ada.post(at(page, returned), fields).status_code == 302
    assert sorted(texts()) == [("", "Done"), ("4B", "Hers")]


@PAGES
def test_the_boxes_as_they_are_say_nothing_new(ada: Client, returned: Assessment, page: str):
    make.reply(returned, {"4B": "Hers"})
    assert ada.post(at(page, returned), sent_from(ada, page, returned)).status_code == 302
    assert texts() == [("4B", "Hers")]


@PAGES
def test_a_form_sent_twice_is_one_reply_and_one_save(ada: Client, returned: Assessment, page: str):
    fields = sent_from(ada, page, returned, replies={"4B": "Hers"})
    if page == "factors":
        fields["codes"] = ["4B", "16A"]
    else:
        fields["outcome"] = "early_help"
    for _ in range(2):
        assert ada.post(at(page, returned), fields).status_code == 302
    assert texts() == [("4B", "Hers")]
    before = returned.version
    returned.refresh_from_db()
    assert returned.version == before + 1


@PAGES
def test_a_reply_that_cannot_be_stored_is_still_in_its_box(
    ada: Client, returned: Assessment, page: str
):
    fields = sent_from(ada, page, returned, replies={"13A": "x" * 1001, "4B": "Hers"})
    response = ada.post(at(page, returned), fields)
    message = "Shorten the text to 1000 characters or fewer. It has 1001"
    assert (response.status_code, problems(response)) == (422, [message])
    assert read(response).select_one("#error-summary a")["href"] == "#reply-13A"
    comment = comments(response)["13A"]
    assert message in comment.text
    assert comment.find("details").has_attr("open")
    assert field_value(response, "reply-13A") == "x" * 1001
    assert field_value(response, "reply-4B") == "Hers"
    assert texts() == []
    again = fields_of(response, "factors" if page == "factors" else "check-answers")
    more = {"reply-13A": "Shorter", "codes": returned.codes}
    assert ada.post(at(page, returned), again | more).status_code == 302
    assert sorted(texts()) == [("13A", "Shorter"), ("4B", "Hers")]


def test_a_selection_that_is_refused_loses_no_reply(ada: Client, returned: Assessment):
    fields = sent_from(ada, "factors", returned, replies={"4B": "Hers"}, codes=["4B", "21"])
    response = ada.post(at("factors", returned), fields)
    assert response.status_code == 422
    assert said(response)["4B"].endswith(": Hers")


@pytest.mark.parametrize(("elsewhere", "status"), [("3A", 200), ("21", 409)])
def test_what_another_page_selects_loses_no_reply(
    ada: Client, returned: Assessment, elsewhere: str, status: int
):
    """Where the two are merged, and where they clash."""
    fields = sent_from(ada, "factors", returned, replies={"4B": "Hers"}, codes=["4B", "16A"])
    make.record(returned, *(["21"] if elsewhere == "21" else ["4B", elsewhere]))
    response = ada.post(at("factors", returned), fields)
    assert response.status_code == status
    assert said(response)["4B"].endswith(": Hers")


@PAGES
def test_a_reply_in_another_tab_makes_no_conflict_and_both_stay(
    ada: Client, returned: Assessment, page: str
):
    first = sent_from(ada, page, returned, replies={"4B": "Hers"})
    second = sent_from(ada, page, returned, replies={"4B": "His"})
    for fields in (first, second):
        assert ada.post(at(page, returned), fields).status_code == 302
    assert texts() == [("4B", "Hers"), ("4B", "His")]
    assert said(ada.get(at(page, returned)))["4B"].endswith(": His")


@PAGES
def test_a_tab_that_shows_an_older_reply_leaves_the_newer_one(
    ada: Client, returned: Assessment, page: str
):
    make.reply(returned, {"4B": "Hers"})
    fields = sent_from(ada, page, returned, replies={"13A": "None"})
    make.reply(returned, {"4B": "His"})
    assert ada.post(at(page, returned), fields).status_code == 302
    assert said(ada.get(at(page, returned)))["4B"].endswith(": His")


@PAGES
def test_replies_to_an_earlier_return_are_shown_as_not_saved(
    ada: Client, people: People, returned: Assessment, page: str
):
    make.reply(returned, {"": "This is saved"})
    fields = sent_from(ada, page, returned, replies={"13A": "None", "4B": "Hers"})
    again = make.return_it(make.submit(returned), people.mo, "Again", pinned={"4B": "Whose now?"})
    response = ada.post(at(page, again), fields)
    assert response.status_code == 422
    [lost] = read(response).select("#replies-not-saved")
    assert words(lost.text) == f"{LOST} Hers None"
    assert texts() == [("", "This is saved")]


@PAGES
@pytest.mark.parametrize(
    "forged",
    [
        {"replies-to": "9999999999999999999999"},
        {"replies-to": "nothing"},
        {"replies-to": ""},
        {"replies-to": "0"},
        {"reply-99Z": "x"},
        {"reply-=1+1": "x"},
    ],
)
def test_replies_to_comments_that_are_not_there_are_refused(
    ada: Client, returned: Assessment, page: str, forged: dict[str, str]
):
    fields = sent_from(ada, page, returned, replies={"4B": "Hers"}) | forged
    with unchanged():
        response = ada.post(at(page, returned), fields)
    assert response.status_code == 422
    assert "Hers" in read(response).select_one("#replies-not-saved").text


@PAGES
def test_so_is_a_reply_to_the_comment_of_another_record(
    ada: Client, people: People, returned: Assessment, page: str
):
    other = make.return_it(make.submit(make.start(people.ben, "EX2")), people.mo, pinned=PINNED)
    fields = sent_from(ada, page, returned, replies={"4B": "Hers"})
    fields["replies-to"] = other.reviews.get().pk
    with unchanged():
        assert ada.post(at(page, returned), fields).status_code == 422


@PAGES
def test_nobody_else_can_reply(people: People, browser_of, ada, returned: Assessment, page: str):
    fields = sent_from(ada, page, returned, replies={"4B": "Hers"}) | {"key": str(uuid.uuid4())}
    for somebody in (people.ben, people.cleo, people.mo, people.nia, people.dee, people.abe):
        browser = browser_of(somebody)
        with unchanged():
            assert browser.post(at(page, returned), fields).status_code == 404


@PAGES
def test_a_locked_record_takes_no_reply(ada: Client, returned: Assessment, page: str):
    fields = sent_from(ada, page, returned, replies={"4B": "Hers"})
    make.submit(returned)
    with unchanged():
        assert ada.post(at(page, returned), fields).status_code == 409


# Autosave


def autosave(ada: Client, assessment: Assessment, **values) -> tuple[str, dict[str, Tag]]:
    fields = sent_from(ada, "factors", assessment, **values)
    response = ada.post(at("autosave", assessment), fields)
    parts = {each["id"]: each for each in read(response).find_all("div", id=True, recursive=False)}
    return response["X-Save-Outcome"], parts


def test_the_button_of_a_reply_saves_it_and_brings_its_comment(ada: Client, returned: Assessment):
    typed = {"4B": "Hers", "13A": "Half of a rep"}
    outcome, parts = autosave(ada, returned, replies=typed, reply="4B", codes=["4B", "16A"])
    assert (outcome, texts()) == ("saved", [("4B", "Hers")])
    assert {name for name in parts if name.startswith("asked-")} == {"asked-4B"}
    assert words(parts["asked-4B"].find(class_="app-reply").text).endswith(": Hers")
    returned.refresh_from_db()
    assert returned.codes == ["4B", "16A"]


def test_another_change_leaves_what_is_typed_below_the_comments(ada: Client, returned: Assessment):
    outcome, parts = autosave(ada, returned, replies={"4B": "Half of a"}, codes=["4B", "16A"])
    assert (outcome, texts()) == ("saved", [])
    assert not [name for name in parts if name.startswith("asked-")]


def test_the_change_after_a_reply_is_no_conflict(ada: Client, returned: Assessment):
    fields = sent_from(ada, "factors", returned, replies={"4B": "Hers"})
    for more in ({"reply": "4B"}, {"codes": ["4B", "16A"], "key": str(uuid.uuid4())}):
        response = ada.post(at("autosave", returned), fields | more)
        assert response["X-Save-Outcome"] == "saved"


def test_a_reply_to_an_earlier_return_brings_no_comment(
    ada: Client, people: People, returned: Assessment
):
    fields = sent_from(ada, "factors", returned, replies={"4B": "Hers"}, reply="4B")
    make.return_it(make.submit(returned), people.mo, pinned={"4B": "Still?"})
    response = ada.post(at("autosave", returned), fields)
    assert response["X-Save-Outcome"] == "refused"
    assert "Not saved: your reply. The manager has decided again" in words(read(response).text)
    assert not read(response).select("[id^=asked-]")
    assert texts() == []


def test_an_empty_reply_is_answered_in_its_place(ada: Client, returned: Assessment):
    outcome, parts = autosave(ada, returned, reply="4B")
    assert outcome == "saved"
    assert "Enter your reply" in parts["asked-4B"].text
    assert parts["asked-4B"].find("details").has_attr("open")


# Submitting again


QUESTION = "returned this with 3 comments. You have changed nothing and replied to none of them."


def test_submitting_it_as_it_is_is_asked_about_once(ada: Client, returned: Assessment):
    fields = sent_from(ada, "check", returned, next="submit", outcome=returned.outcome)
    with unchanged():
        asked = ada.post(at("check", returned), fields)
    assert asked.status_code == 200
    page = read(asked)
    assert words(page.find("h1").text) == "Submit it as it is?"
    assert f"Mo Harbour {QUESTION}" in words(page.find("main").text)
    [back] = [link for link in page.find_all("a") if words(link.text) == "Go back"]
    assert back["href"] == at("check", returned)
    [form] = [each for each in page.find_all("form") if each.find("button", value="submit")]
    again = {each["name"]: each["value"] for each in form.find_all(["input", "button"])}
    assert words(form.find("button").text) == "Submit anyway"
    for _ in range(2):
        response = ada.post(form["action"], again)
        assert response["Location"] == at("submitted", returned)
    returned.refresh_from_db()
    assert returned.status == Status.SUBMITTED
    assert returned.versions.count() == 2


def test_the_question_about_a_single_comment(ada: Client, people: People):
    done = make.authorise(make.submit(make.start(people.ada)), people.mo)
    reopened = make.reopen(done, people.mo)
    fields = sent_from(ada, "check", reopened, next="submit")
    text = words(read(ada.post(at("check", reopened), fields)).find("main").text)
    expected = "reopened this with a comment. You have changed nothing and not replied to it."
    assert f"Mo Harbour {expected}" in text


def test_with_a_reply_it_is_submitted_at_once(ada: Client, returned: Assessment):
    fields = sent_from(ada, "check", returned, replies={"4B": "Hers"}, next="submit")
    assert ada.post(at("check", returned), fields)["Location"] == at("submitted", returned)
    assert texts() == [("4B", "Hers")]


def test_with_another_outcome_too(ada: Client, returned: Assessment):
    fields = sent_from(ada, "check", returned, outcome="early_help", next="submit")
    assert ada.post(at("check", returned), fields)["Location"] == at("submitted", returned)


def test_a_first_submission_is_not_asked_about(ada: Client, draft: Assessment):
    fields = key_and_version(draft, outcome="early_help", next="submit")
    assert ada.post(at("check", draft), fields)["Location"] == at("submitted", draft)
