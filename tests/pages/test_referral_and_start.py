"""The pages that change a referral and the start of an assessment, and “Is this right?” there."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from assessments.models import Assessment, Child, Episode, FactsCorrection, Status
from tests import people as make
from tests.pages.form_data import at, new_child_form
from tests.pages.page import field_value, heading, problems, read, words
from tests.people import People
from tests.snapshot import unchanged


def day(before_today: int) -> date:
    return timezone.localdate() - timedelta(days=before_today)


def in_words(when: date) -> str:
    return f"{when.day} {when:%B %Y}"


def date_fields(name: str, of: date | None) -> dict[str, str]:
    parts = (of.day, of.month, of.year) if of else ("", "", "")
    return {f"{name}_{place}": str(part) for place, part in enumerate(parts)}


def referral(assessment: Assessment, **values) -> dict[str, str]:
    """What *Change the referral* posts: the referral as it is, with these instead."""
    episode = Episode.objects.get(pk=assessment.episode_id)
    dates = {
        name: values.pop(name, getattr(episode, name)) for name in ("referral_date", "closure_date")
    }
    names = ("referral_source", "primary_need", "family_reference", "reason_for_closure")
    fields = {"key": str(uuid.uuid4()), "version": str(episode.version)}
    fields |= {name: getattr(episode, name) for name in names}
    for name, of in dates.items():
        fields |= date_fields(name, of)
    return fields | values


def start(assessment: Assessment, when: date, **values) -> dict[str, str]:
    fixed = {"key": str(uuid.uuid4()), "version": str(assessment.version)}
    return fixed | date_fields("start_date", when) | values


def confirmation(response) -> str:
    """What the button posts that says that it is right."""
    [button] = read(response).select("#hardly button[name=confirmed]")
    return button["value"]


def asked(response) -> list[str]:
    return [words(each.text) for each in read(response).select("#hardly li")]


@pytest.fixture
def mo(people: People, browser_of) -> Client:
    return browser_of(people.mo)


# Where they are reached from


@pytest.mark.parametrize("page", ["record", "check"])
def test_each_fact_leads_to_where_it_is_changed(ada: Client, draft: Assessment, page: str):
    make.record(draft, "4B")
    links = {
        words(link.text): link["href"]
        for link in read(ada.get(at(page, draft))).select(
            ".app-referral-facts dd a, .app-assessment-facts dd a"
        )
    }
    back = "?from=check" if page == "check" else ""
    change = at("change_referral", draft) + back
    assert links == {
        "Change the referral date": f"{change}#id_referral_date_0",
        "Change the source of the referral": f"{change}#id_referral_source",
        "Change the primary need": f"{change}#id_primary_need",
        "Change the family reference": f"{change}#id_family_reference",
        "Change the closure": f"{change}#id_closure_date_0",
        "Change the start date": at("change_start_date", draft) + back,
    }
    form = read(ada.get(change))
    assert all(form.find(id=href.partition("#")[2]) for href in links.values() if "#" in href)


def test_who_may_not_change_them_is_shown_no_way_there(
    people: People, browser_of, draft: Assessment
):
    Episode.objects.update(family_reference="FAM1")
    for person in (people.ben, people.dee):
        page = read(browser_of(person).get(at("record", draft)))
        assert "FAM1" in page.select_one(".app-referral-facts").text
        assert page.select(".app-referral-facts a, .app-assessment-facts a") == []


def test_a_manager_is_led_from_an_authorised_record_to_its_dates(
    ada: Client, mo: Client, people: People, draft: Assessment
):
    done = make.authorise(make.submit(draft), people.mo)
    address = f"/admin/assessments/assessment/{done.reference}/dates/"
    assert address in mo.get(at("record", done)).content.decode()
    assert "/dates/" not in ada.get(at("record", done)).content.decode()


# The referral


def test_the_referral_is_changed_and_leads_back(ada: Client, draft: Assessment):
    fields = referral(draft, family_reference="FAM1", primary_need="N1")
    response = ada.post(at("change_referral", draft), fields, follow=True)
    assert response.redirect_chain == [(at("record", draft), 302)]
    page = words(read(response).text)
    assert "The referral is changed." in page
    assert "Family reference FAM1" in page
    assert "Primary need Abuse or neglect" in page
    response = ada.post(
        at("change_referral", draft) + "?from=check", referral(draft, primary_need="")
    )
    assert response["Location"] == at("check", draft)


def test_an_episode_is_closed_and_opened_again(mo: Client, people: People, draft: Assessment):
    done = make.authorise(make.submit(draft), people.mo)
    closed = {"closure_date": day(0), "reason_for_closure": "RC7", "reason": "Services ended"}
    mo.post(at("change_referral", done), referral(done, **closed))
    said = f"{in_words(day(0))}, Services ceased for any other reason"
    assert said in words(read(mo.get(at("record", done))).text)
    again = {"closure_date": None, "reason_for_closure": "", "reason": "Closed in error"}
    mo.post(at("change_referral", done), referral(done, **again))
    assert "Closed Not yet" in words(read(mo.get(at("record", done))).text)
    history = words(read(mo.get(at("history", done))).text)
    assert (
        f"Mo Harbour changed the closure date from none to {in_words(day(0))}, the reason for "
        "closure from none to Services ceased for any other reason: “Services ended”" in history
    )


def test_the_history_says_what_the_referral_was(ada: Client, draft: Assessment):
    before, now = draft.episode.referral_date, draft.episode.referral_date - timedelta(days=1)
    ada.post(at("change_referral", draft), referral(draft, referral_date=now))
    history = words(read(ada.get(at("history", draft))).text)
    said = f"changed the referral date from {in_words(before)} to {in_words(now)}"
    assert f"Ada Winter {said}" in history


def test_what_cannot_be_is_said_beside_its_field_and_nothing_typed_is_lost(
    ada: Client, draft: Assessment
):
    fields = referral(draft, referral_date=day(-1), family_reference="FAM1", closure_date=day(0))
    with unchanged():
        response = ada.post(at("change_referral", draft), fields)
    assert response.status_code == 422
    assert problems(response) == [
        "Referral date must be today or in the past",
        "Closure date must be on or after the referral date, "
        f"{in_words(day(-1))} (census rule 8630)",
        "Select the reason for closure, or clear the date (census rule 8805)",
    ]
    assert field_value(response, "family_reference") == "FAM1"
    assert read(response).title.text.startswith("Error: Change the referral")


def test_nothing_changed_says_so(ada: Client, draft: Assessment):
    response = ada.post(at("change_referral", draft), referral(draft))
    assert problems(response) == ["Change something, or go back to the record"]


def test_an_improbable_referral_is_asked_about_once_and_nothing_typed_is_lost(
    ada: Client, draft: Assessment
):
    long_ago = day(800)
    fields = referral(draft, referral_date=long_ago, family_reference="FAM1")
    with unchanged():
        response = ada.post(at("change_referral", draft), fields)
    assert response.status_code == 422
    assert asked(response)[0] == f"The referral, {in_words(long_ago)}, was more than a year ago"
    assert field_value(response, "family_reference") == "FAM1"
    assert read(response).title.text.startswith("Is this right? Change the referral")
    confirmed = confirmation(response)
    earlier = fields | date_fields("referral_date", day(801)) | {"confirmed": confirmed}
    with unchanged():
        assert ada.post(at("change_referral", draft), earlier).status_code == 422
    response = ada.post(at("change_referral", draft), fields | {"confirmed": confirmed})
    assert response.status_code == 302
    assert Episode.objects.get().referral_date == long_ago


def test_two_at_once_see_what_the_other_recorded(ada: Client, mo: Client, draft: Assessment):
    seen = referral(draft, primary_need="N1", family_reference="FAM1")
    mo.post(at("change_referral", draft), referral(draft, primary_need="N2"))
    with unchanged():
        response = ada.post(at("change_referral", draft), seen)
    assert response.status_code == 409
    banner = words(read(response).select_one("#conflict").text)
    assert (
        "Primary need (if known) Recorded now: Child’s disability or illness "
        "On this page: Abuse or neglect" in banner
    )
    assert field_value(response, "family_reference") == "FAM1"
    again = seen | {"version": field_value(response, "version"), "key": str(uuid.uuid4())}
    assert ada.post(at("change_referral", draft), again).status_code == 302
    assert Episode.objects.get().primary_need == "N1"


def test_what_was_typed_as_the_sign_in_ended_is_recovered(
    ada: Client, people: People, draft: Assessment
):
    owner = field_value(ada.get(at("change_referral", draft)), "typed_by")
    del ada.cookies[settings.SESSION_COOKIE_NAME]
    fields = referral(draft, family_reference="FAM9", typed_by=owner)
    ada.post(at("change_referral", draft), fields)
    ada.force_login(people.ada)
    response = ada.get(at("change_referral", draft))
    assert field_value(response, "family_reference") == "FAM9"
    assert "not saved" in words(read(response).text).lower()


def test_the_form_sent_twice_changes_it_once(ada: Client, draft: Assessment):
    fields = referral(draft, family_reference="FAM1")
    for _ in range(2):
        assert ada.post(at("change_referral", draft), fields).status_code == 302
    assert FactsCorrection.objects.count() == 1


# The start


def test_the_start_is_changed_and_what_is_asked_then_is_said(ada: Client, people: People):
    today = timezone.localdate()
    born = today.replace(year=today.year - 16, day=1) - timedelta(days=5)
    birthday = born.replace(year=born.year + 16)
    referred = birthday - timedelta(days=3)
    draft = make.record(make.start(people.ada, referred=referred, birth_date=born), "8B")
    response = ada.post(at("change_start_date", draft), start(draft, birthday), follow=True)
    page = words(read(response).text)
    assert "The start date is changed." in page
    assert "The assessment now asks 1 thing more" in page
    assert "this child was past that age when the assessment started" in page
    assert f"Started {in_words(birthday)}" in page
    history = words(read(ada.get(at("history", draft))).text)
    assert (
        f"Ada Winter changed the start date from {in_words(referred)} to {in_words(birthday)}"
        in history
    )


def test_a_start_that_cannot_be_is_refused_beside_its_boxes(ada: Client, draft: Assessment):
    with unchanged():
        response = ada.post(at("change_start_date", draft), start(draft, day(11)))
    assert problems(response) == [
        f"Start date must be on or after the referral date, {in_words(day(10))} (census rule 1103)"
    ]
    assert field_value(response, "start_date_0") == str(day(11).day)


def test_two_at_once_see_the_start_that_the_other_recorded(
    ada: Client, mo: Client, draft: Assessment
):
    mo.post(at("change_start_date", draft), start(draft, day(8)))
    with unchanged():
        response = ada.post(at("change_start_date", draft), start(draft, day(9)))
    assert response.status_code == 409
    banner = words(read(response).select_one("#conflict").text)
    assert f"Recorded now: {in_words(day(8))} On this page: {in_words(day(9))}" in banner


WHY = {
    Status.SUBMITTED: {
        "ada": ("Withdraw the submission first", "Withdraw the submission"),
        "mo": ("Return it first", "Return it"),
    },
    Status.AUTHORISED: {"mo": ("as a decision with a reason", "Correct the dates")},
    Status.REOPENED: {
        "ada": ("stays while it is amended", ""),
        "mo": ("stays while it is amended", ""),
    },
}


@pytest.mark.parametrize(
    ("status", "who"), [(status, who) for status, people in WHY.items() for who in people]
)
def test_a_start_that_stays_says_why_and_what_can_be_done(
    people: People, browser_of, status: Status, who: str
):
    row = make.in_status(status, people.ada, people.mo)
    client = browser_of(getattr(people, who))
    said, way = WHY[status][who]
    for response, code in (
        (client.get(at("change_start_date", row)), 200),
        (client.post(at("change_start_date", row), start(row, day(9), reason="x")), 409),
    ):
        assert response.status_code == code
        assert heading(response) == "The start date cannot be changed now"
        page = read(response)
        assert said in words(page.find("main").text)
        links = [words(link.text) for link in page.find("main").select("a")]
        assert links == ([way] if way else [])
    assert "Nothing of what you sent was saved." in words(page.text)


def test_a_record_that_was_submitted_meanwhile_is_not_redated(ada: Client, draft: Assessment):
    fields = start(draft, day(9))
    make.submit(draft)
    with unchanged():
        response = ada.post(at("change_start_date", draft), fields)
    assert response.status_code == 409
    assert heading(response) == "The start date cannot be changed now"


# Starting an assessment


def test_starting_asks_about_what_is_hardly_right_once(ada: Client):
    fields = new_child_form(**date_fields("birth_date", day(20 * 366)))
    with unchanged():
        response = ada.post("/assessments/start/new/", fields)
    assert response.status_code == 422
    [question] = asked(response)
    assert question.startswith(f"A child born on {in_words(day(20 * 366))} was ")
    assert field_value(response, "la_child_id") == "EX7000"
    assert read(response).title.text.startswith("Is this right? Add a child")
    confirmed = confirmation(response)
    older = fields | date_fields("birth_date", day(21 * 366)) | {"confirmed": confirmed}
    with unchanged():
        assert ada.post("/assessments/start/new/", older).status_code == 422
    response = ada.post("/assessments/start/new/", fields | {"confirmed": confirmed})
    assert response.status_code == 302
    assert Child.objects.get().la_child_id == "EX7000"


def test_starting_for_a_known_child_asks_about_a_late_start(
    ada: Client, people: People, draft: Assessment
):
    make.cancel(draft)
    Episode.objects.update(referral_date=day(60))
    address = f"/assessments/start/{draft.episode.child.reference}/"
    fields = {"key": str(uuid.uuid4())} | date_fields("start_date", day(0))
    with unchanged():
        response = ada.post(address, fields)
    assert response.status_code == 422
    assert [line for line in asked(response) if "working days after the referral" in line]
    confirmed = {"confirmed": confirmation(response)}
    assert ada.post(address, fields | confirmed).status_code == 302
    assert Assessment.objects.count() == 2


def test_enter_in_a_box_confirms_nothing(ada: Client):
    fields = new_child_form(**date_fields("birth_date", day(20 * 366)))
    page = read(ada.post("/assessments/start/new/", fields))
    form = page.select_one("form#start")
    buttons = [
        button
        for button in page.select("button[type=submit]")
        if button.get("form") == "start" or form in button.parents
    ]
    assert buttons[0].get("name") is None


NEW_CHILD = "/assessments/start/new/"


@pytest.mark.parametrize("sex", ["F", "U", ""])
def test_of_an_unborn_child_no_sex_is_recorded_and_disabled_is_not_known(ada: Client, sex: str):
    """Census rule 8750, whatever was selected before the child was said to be unborn."""
    values = {"born": "unborn", "sex": sex, "disabled": "", "given_name": ""}
    fields = new_child_form(**values, **date_fields("birth_date", day(-60)))
    assert ada.post(NEW_CHILD, fields).status_code == 302
    child = Child.objects.get()
    assert (child.birth_date, child.expected_birth_date) == (None, day(-60))
    assert (child.sex, child.disabled) == ("U", None)


@pytest.mark.parametrize(("answer", "recorded"), [("yes", True), ("no", False), ("unknown", None)])
@pytest.mark.parametrize("born", ["born", "unborn"])
def test_whether_a_new_child_is_recorded_as_disabled(ada: Client, born: str, answer: str, recorded):
    date = date_fields("birth_date", day(-60 if born == "unborn" else 2000))
    ada.post(NEW_CHILD, new_child_form(**date, born=born, disabled=answer))
    assert Child.objects.get().disabled is recorded


def test_a_born_child_needs_each_answer(ada: Client):
    fields = new_child_form(born="born", sex="", disabled="", **date_fields("birth_date", None))
    with unchanged():
        response = ada.post(NEW_CHILD, fields)
    assert problems(response) == [
        "Enter the date of birth",
        "Select the child’s sex, or “Not known”",
        "Select whether the child is recorded as disabled, or “Not known”",
    ]
    assert field_value(response, "la_child_id") == "EX7000"


def test_an_unborn_child_needs_the_expected_date_alone(ada: Client):
    values = {"born": "unborn", "sex": "", "disabled": ""}
    fields = new_child_form(**values, **date_fields("birth_date", None))
    with unchanged():
        response = ada.post(NEW_CHILD, fields)
    assert problems(response) == ["Enter the expected date of birth"]
    fields |= {"birth_date_0": "31", "birth_date_1": "2", "birth_date_2": "2027"}
    assert problems(ada.post(NEW_CHILD, fields)) == ["Expected date of birth must be a real date"]


def test_an_expected_date_that_has_passed_is_asked_about_beside_its_box(ada: Client):
    date = date_fields("birth_date", day(5))
    response = ada.post(NEW_CHILD, new_child_form(**date, born="unborn", sex="", disabled=""))
    assert asked(response) == [f"The expected date of birth, {in_words(day(5))}, has passed"]
    assert read(response).select_one("#hardly a")["href"] == "#id_birth_date_0"


def test_a_date_of_birth_to_come_is_refused_and_said_with_born_or_not_missing(ada: Client):
    date = date_fields("birth_date", day(-5))
    response = ada.post(NEW_CHILD, new_child_form(**date))
    assert problems(response) == ["Date of birth must be today or in the past"]
    response = ada.post(NEW_CHILD, new_child_form(**date, born=""))
    assert problems(response) == ["Select whether the child is born"]
    response = ada.post(NEW_CHILD, new_child_form(**date_fields("birth_date", None), born=""))
    assert problems(response) == [
        "Select whether the child is born",
        "Enter the date of birth, or the expected date",
    ]
    response = ada.post(NEW_CHILD, new_child_form(**date, born="maybe"))
    assert len(problems(response)) == 1
