"""The pages that correct a child's facts and add to them."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from bs4 import Tag
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from assessments.models import Assessment, Child, FactsCorrection
from cinfactors.audit.models import Reading
from tests import people as make
from tests.pages.form_data import at, new_child_form
from tests.pages.page import field_value, heading, problems, read, words
from tests.people import People
from tests.snapshot import unchanged

PAGES = ("change_child_details", "record_birth", "record_death", "record_not_born")


def day(days_from_today: int) -> date:
    return timezone.localdate() + timedelta(days=days_from_today)


def date_fields(name: str, of: date | None) -> dict[str, str]:
    parts = (of.day, of.month, of.year) if of else ("", "", "")
    return {f"{name}_{place}": str(part) for place, part in enumerate(parts)}


def child_of(assessment: Assessment) -> Child:
    return Child.objects.get(pk=assessment.episode.child_id)


def details(assessment: Assessment, **values) -> dict[str, str]:
    """What *Change the child's details* posts: the facts as they are, with these instead."""
    child = child_of(assessment)
    fields = {
        "key": str(uuid.uuid4()),
        "version": str(child.version),
        "la_child_id": child.la_child_id,
        "given_name": child.given_name,
        "family_name": child.family_name,
        "sex": child.sex,
        "disabled": {True: "yes", False: "no", None: "unknown"}[child.disabled],
    }
    fields |= date_fields("birth_date", child.birth_date)
    fields |= date_fields("expected_birth_date", child.expected_birth_date)
    return fields | values


def birth(assessment: Assessment, **values) -> dict[str, str]:
    """What *Record the birth* posts: born today."""
    fields = {
        "key": str(uuid.uuid4()),
        "version": str(child_of(assessment).version),
        "given_name": "Alex",
        "family_name": "Sample",
        "sex": "M",
        "disabled": "no",
    }
    return fields | date_fields("birth_date", day(0)) | values


def simple(assessment: Assessment, **values) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), "version": str(child_of(assessment).version)} | values


@pytest.fixture
def unborn(people: People) -> Assessment:
    return make.record(make.start_unborn(people.ada), "6B")


@pytest.fixture
def mo(people: People, browser_of) -> Client:
    return browser_of(people.mo)


def banner(response) -> str:
    return words(read(response).select_one(".govuk-notification-banner__content").text)


def change_links(response, **of) -> dict[str, str]:
    """The links beside the child's facts: their words, with those for screen readers."""
    return {
        words(link.text): link["href"] for link in read(response).select(".app-child-facts dd a")
    }


# The links


def test_the_record_leads_to_each_page_beside_the_fact(ada: Client, draft: Assessment):
    links = change_links(ada.get(at("record", draft)))
    page = at("change_child_details", draft)
    assert links == {
        "Change the child id": f"{page}#id_la_child_id",
        "Change the name": f"{page}#id_given_name",
        "Change the date of birth": f"{page}#id_birth_date_0",
        "Record a death": at("record_death", draft),
        "Change the sex": f"{page}#id_sex_1",
        "Change whether the child is recorded as disabled": f"{page}#id_disabled_1",
    }
    targets = {href.partition("#")[2] for href in links.values()} - {""}
    fields = read(ada.get(page))
    assert all(fields.find(id=target) for target in targets)


def test_the_record_of_an_unborn_child_leads_to_birth_and_not_born(ada: Client, unborn: Assessment):
    links = change_links(ada.get(at("record", unborn)))
    assert links["Record the birth"] == at("record_birth", unborn)
    assert links["Record as not born"] == at("record_not_born", unborn)
    assert "Record a death" not in links
    target = links["Change the expected date of birth"].partition("#")[2]
    assert read(ada.get(at("change_child_details", unborn))).find(id=target)


def test_check_answers_leads_to_each_page_and_they_lead_back(ada: Client, unborn: Assessment):
    links = change_links(ada.get(at("check", unborn)))
    assert links["Record the birth"] == f"{at('record_birth', unborn)}?from=check"
    for link in links.values():
        page = read(ada.get(link.partition("#")[0]))
        back = page.select_one(".govuk-back-link")
        assert (back["href"], words(back.text)) == (at("check", unborn), "Back to check answers")
    response = ada.post(links["Record the birth"], birth(unborn))
    assert response["Location"] == at("check", unborn)


@pytest.mark.parametrize(("who", "sees"), [("ada", True), ("mo", True), ("ben", False)])
def test_only_who_may_correct_the_facts_is_led_to_the_pages(
    people: People, draft: Assessment, browser_of, who: str, sees: bool
):
    response = browser_of(getattr(people, who)).get(at("record", draft))
    assert bool(change_links(response)) is sees


def test_a_data_officer_reads_the_facts_and_changes_none(
    people: People, draft: Assessment, browser_of
):
    dee = browser_of(people.dee)
    assert not change_links(dee.get(at("record", draft)))
    for name in PAGES:
        assert dee.get(at(name, draft)).status_code == 404


def test_a_page_that_does_not_apply_leads_back_to_the_record(
    ada: Client, people: People, draft: Assessment
):
    unborn = make.start_unborn(people.ada, "EX2")
    for name, assessment in (
        ("record_birth", draft),
        ("record_not_born", draft),
        ("record_death", unborn),
    ):
        response = ada.get(at(name, assessment))
        assert (response.status_code, response["Location"]) == (302, at("record", assessment))


def test_opening_a_page_is_reading_and_being_refused_is_recorded(
    ada: Client, people: People, draft: Assessment, browser_of
):
    ada.get(at("change_child_details", draft))
    browser_of(people.ben).get(at("change_child_details", draft))
    rows = Reading.objects.order_by("pk").values_list("person_id", "refused")
    assert list(rows)[-2:] == [(people.ada.pk, False), (people.ben.pk, True)]


# Changing the details


def test_the_form_has_what_is_recorded(ada: Client, draft: Assessment):
    response = ada.get(at("change_child_details", draft))
    assert heading(response) == "Change the child’s details"
    assert field_value(response, "la_child_id") == "EX1001"
    assert field_value(response, "birth_date_2") == str(draft.episode.child.birth_date.year)
    checked = {each["name"]: each["value"] for each in read(response).select("[checked]")}
    assert checked == {"sex": "F", "disabled": "no"}


@pytest.mark.parametrize(("sent", "recorded"), [("yes", True), ("no", False), ("unknown", None)])
def test_disabled_has_three_answers(ada: Client, draft: Assessment, sent: str, recorded):
    make.change_details(draft, draft.worker, disabled=None if recorded else True)
    ada.post(at("change_child_details", draft), details(draft, disabled=sent))
    assert child_of(draft).disabled is recorded
    said = {"yes": "Yes", "no": "No", "unknown": "Not known"}[sent]
    row = read(ada.get(at("record", draft))).find("dt", string="Recorded as disabled")
    assert row.find_next("dd").text.strip() == said
    checked = read(ada.get(at("change_child_details", draft))).select("[name=disabled][checked]")
    assert [each["value"] for each in checked] == [sent]


def test_the_form_of_an_unborn_child_says_which_of_its_names_is_needed(ada: Client):
    unborn = new_child_form(
        born="unborn", given_name="", family_name="", sex="", **date_fields("birth_date", day(60))
    )
    response = ada.post(reverse("start_with_new_child"), unborn)
    assert problems(response) == ["Enter the child’s family name"]
    names = ("given_name", "family_name")
    hints = [words(read(response).find(id=f"id_{name}_helptext").text) for name in names]
    assert hints == [
        "Leave empty for an unborn child without a given name",
        "Needed for an unborn child too, as in your case system",
    ]


def test_of_an_unborn_child_it_is_not_known_unless_it_is_said(ada: Client, unborn: Assessment):
    values = details(unborn, disabled="", given_name="Kim")
    assert ada.post(at("change_child_details", unborn), values).status_code == 302
    assert (child_of(unborn).given_name, child_of(unborn).disabled) == ("Kim", None)


def test_a_birth_asks_anew_whether_the_child_is_recorded_as_disabled(
    ada: Client, unborn: Assessment
):
    assert not read(ada.get(at("record_birth", unborn))).select("[name=disabled][checked]")
    response = ada.post(at("record_birth", unborn), birth(unborn, disabled=""))
    assert problems(response) == [
        "Select whether the child is recorded as disabled, or “Not known”"
    ]


def test_a_slip_in_a_birth_date_is_put_right(ada: Client, draft: Assessment):
    born = draft.episode.child.birth_date.replace(year=timezone.localdate().year - 3)
    values = details(draft, **date_fields("birth_date", born))
    response = ada.post(at("change_child_details", draft), values, follow=True)
    assert response.redirect_chain == [(at("record", draft), 302)]
    assert banner(response) == "The child’s details are changed."
    assert child_of(draft).birth_date == born


def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(ada: Client, draft: Assessment):
    values = details(draft, la_child_id="=1+1", given_name="Kim", birth_date_1="13", sex="")
    with unchanged("accounts_session"):
        response = ada.post(at("change_child_details", draft), values)
    assert response.status_code == 422
    assert problems(response) == [
        "Enter up to 20 letters and digits",
        "Date of birth must be a real date",
        "Select the child’s sex, or “Not known”",
    ]
    assert field_value(response, "given_name") == "Kim"
    assert field_value(response, "la_child_id") == "=1+1"


def test_an_id_of_a_restricted_child_reveals_nothing(
    ada: Client, people: People, draft: Assessment
):
    make.restrict(make.start(people.cleo, "EX2002"), people.nia)
    response = ada.post(at("change_child_details", draft), details(draft, la_child_id="EX2002"))
    assert problems(response) == [
        "This id cannot be used here. Look for the child by the id; if that finds "
        "nobody, ask your team manager or a data officer"
    ]


def test_nothing_changed_is_said(ada: Client, draft: Assessment):
    response = ada.post(at("change_child_details", draft), details(draft))
    assert problems(response) == [
        "Nothing is changed yet. Change what is wrong, or leave it as it is"
    ]


def test_the_sex_of_an_unborn_child_is_refused_beside_the_sex(ada: Client, unborn: Assessment):
    response = ada.post(at("change_child_details", unborn), details(unborn, sex="M"))
    assert problems(response) == [
        "Select “Not known”: the sex of an unborn child is not recorded (census rule 8750)"
    ]


def test_a_reason_is_asked_for_once_an_assessment_is_authorised(
    mo: Client, people: People, draft: Assessment
):
    address = at("change_child_details", draft)
    assert not read(mo.get(address)).find(attrs={"name": "reason"})
    make.authorise(make.submit(draft), people.mo)
    assert read(mo.get(address)).find(attrs={"name": "reason"})
    response = mo.post(address, details(draft, given_name="Kim"))
    assert problems(response) == ["Enter why it is corrected: an assessment was authorised with it"]
    mo.post(address, details(draft, given_name="Kim", reason="The school wrote"))
    assert FactsCorrection.objects.get().reason == "The school wrote"


# Is this right?


def test_what_is_hardly_right_is_asked_once_and_nothing_typed_is_lost(
    ada: Client, draft: Assessment
):
    address, born = at("change_child_details", draft), day(-26 * 366 - 30)
    values = details(draft, given_name="Kim", **date_fields("birth_date", born))
    with unchanged("accounts_session"):
        response = ada.post(address, values)
    assert response.status_code == 422
    page = read(response)
    assert page.title.text.startswith("Is this right?")
    link = page.select_one("#hardly a")
    assert page.find(id=link["href"][1:])["name"] == "birth_date_0"
    assert field_value(response, "given_name") == "Kim"
    # Enter presses the first button of the form, which confirms nothing.
    first, yes = page.select("button[form=facts]")
    assert first.get("name") is None
    ada.post(address, values | {yes["name"]: yes["value"].replace("\n", "\r\n")})
    assert child_of(draft).birth_date == born


def test_saving_again_without_saying_that_it_is_right_asks_again(ada: Client, draft: Assessment):
    values = details(draft, **date_fields("birth_date", day(-26 * 366 - 30)))
    for _ in range(2):
        response = ada.post(at("change_child_details", draft), values)
        assert read(response).find(id="hardly")
    assert child_of(draft).version == 1


def test_another_date_is_asked_about_anew(ada: Client, draft: Assessment):
    address = at("change_child_details", draft)
    values = details(draft, **date_fields("birth_date", day(-26 * 366 - 30)))
    yes = read(ada.post(address, values)).select("button[form=facts]")[-1]
    other = values | date_fields("birth_date", day(-40 * 366))
    response = ada.post(address, other | {"confirmed": yes["value"]})
    assert read(response).find(id="hardly")


# Birth, death, not born


def test_a_birth_is_recorded_and_what_is_asked_then_is_said(ada: Client, unborn: Assessment):
    response = ada.post(at("record_birth", unborn), birth(unborn), follow=True)
    assert banner(response).startswith(
        "The birth is recorded. The assessment now asks 1 thing more: “"
    )
    page = read(response)
    assert page.select_one(".govuk-notification-banner__link")["href"] == at("check", unborn)
    assert child_of(unborn).name == "Alex Sample"


def test_on_check_answers_what_is_asked_then_stands_below(ada: Client, unborn: Assessment):
    address = f"{at('record_birth', unborn)}?from=check"
    response = ada.post(address, birth(unborn), follow=True)
    assert banner(response).endswith("Answer it below.")
    assert len(read(response).select(".app-question")) == 1


def test_nobody_is_asked_for_the_birth_of_a_child_who_is_not_born(
    ada: Client, people: People, unborn: Assessment
):
    make.record_not_born(unborn, people.ada)
    address = at("change_child_details", unborn)
    assert not read(ada.get(address)).find(attrs={"name": "birth_date_0"})
    values = {
        name: value
        for name, value in details(unborn, not_born="yes", given_name="Alex").items()
        if not name.startswith("birth_date")
    }
    empty = date_fields("expected_birth_date", None)
    assert problems(ada.post(address, values | empty)) == ["Enter the expected date of birth"]
    ada.post(address, values)
    child = child_of(unborn)
    assert (child.given_name, child.not_born, child.birth_date) == ("Alex", True, None)


def test_the_family_name_is_there_already_and_the_day_is_asked_for(ada: Client, unborn: Assessment):
    response = ada.get(at("record_birth", unborn))
    assert field_value(response, "family_name") == "Sample"
    assert not read(response).find(attrs={"name": "la_child_id"})
    response = ada.post(
        at("record_birth", unborn), birth(unborn, **date_fields("birth_date", None))
    )
    assert problems(response) == ["Enter the date of birth"]


def test_of_a_submission_the_worker_is_told_to_withdraw_and_the_manager_to_return(
    ada: Client, mo: Client, people: People
):
    for la_child_id, client, what in (
        ("EX1", ada, "Withdraw the submission to answer it."),
        ("EX2", mo, "It cannot be authorised before that: return it, or correct the codes."),
    ):
        sent = make.submit(make.start_unborn(people.ada, la_child_id), "6B")
        response = client.post(at("record_birth", sent), birth(sent), follow=True)
        assert banner(response).endswith(what)


def test_the_manager_sees_before_authorising_what_is_open(mo: Client, people: People):
    sent = make.submit(make.start_unborn(people.ada), "6B")
    make.record_birth(sent, people.ada)
    address = reverse("admin:assessments_assessment_authorise", args=[sent.reference])
    response = mo.post(address, {"key": uuid.uuid4(), "version": sent.version, "confirmed": "yes"})
    assert response.status_code == 422
    assert "young carer" in response.content.decode()
    assert "Correct the codes" in response.content.decode()


def test_another_open_assessment_is_named_only_to_those_who_see_it(people: People, browser_of):
    first = make.authorise(make.submit(make.start(people.ada), "6B", "7A"), people.mo)
    make.services.start_assessment(
        by=people.cleo,
        team=people.south,
        start_date=day(0),
        key=uuid.uuid4(),
        child=first.episode.child,
        episode=first.episode,
    )
    reopened = make.record(make.reopen(first, people.mo), "4B")
    other = Assessment.objects.get(worker=people.cleo)
    make.record(other, "4B")
    ada = browser_of(people.ada)
    response = ada.post(
        at("change_child_details", reopened),
        details(reopened, disabled="yes", reason="The school wrote"),
        follow=True,
    )
    assert "1 thing more" in banner(response)
    assert "Another open assessment" not in banner(response)
    people.ada.teams.add(people.south)
    make.change_details(reopened, people.ada, disabled=False)
    response = ada.post(
        at("change_child_details", reopened),
        details(reopened, disabled="yes", reason="The school wrote"),
        follow=True,
    )
    assert "Another open assessment asks more, too." in banner(response)


def test_a_death_is_recorded_and_shown_with_care(ada: Client, draft: Assessment):
    values = simple(draft, **date_fields("death_date", day(-2)))
    response = ada.post(at("record_death", draft), values, follow=True)
    page = read(response)
    assert banner(response) == "The date of death is recorded."
    assert not page.select(".govuk-notification-banner--success")
    died = date_format(day(-2), "j F Y")
    assert f"years, died {died}" in words(page.select_one(".app-identity").text)
    assert f"died {died}" in words(ada.get("/assessments/").content.decode())
    links = change_links(response)
    assert "Change the date of death" in links
    assert "Record a death" not in links


def test_a_death_recorded_in_error_is_taken_back(ada: Client, people: People, draft: Assessment):
    make.record_death(draft, people.ada)
    empty = details(draft, **date_fields("death_date", None))
    ada.post(at("change_child_details", draft), empty)
    assert child_of(draft).death_date is None


def test_not_born_asks_nothing_and_is_said_gently(ada: Client, unborn: Assessment):
    page = read(ada.get(at("record_not_born", unborn)))
    shown = page.select("#facts input:not([type=hidden]), #facts textarea, #facts select")
    assert shown == []
    assert not page.select(".govuk-button--warning")
    response = ada.post(at("record_not_born", unborn), simple(unborn), follow=True)
    assert banner(response) == "It is recorded. Nothing more is asked about this child."
    assert not read(response).select(".govuk-notification-banner--success")
    assert child_of(unborn).not_born


def test_an_assessment_of_a_child_who_is_not_born_reminds_of_nothing(
    ada: Client, mo: Client, people: People
):
    late = make.record(make.start_unborn(people.ada, referred=day(-200)), "1A", "6B")
    overdue = "/admin/assessments/assessment/?overdue=yes&status=draft"
    pages = [
        (ada, at("record", late)),
        (ada, at("factors", late)),
        (ada, at("check", late)),
        (ada, "/assessments/"),
        (mo, at("record", late)),
        (mo, overdue),
    ]

    def late_tags(client: Client, address: str) -> list[Tag]:
        """The tags that say that it is late, beside what the census says of the record."""
        found = read(client.get(address)).select(".govuk-tag--red, .review-tag--late")
        return [each for each in found if "DfE would" not in each.text]

    for client, address in pages:
        assert late_tags(client, address), address
    assert read(ada.get(at("check", late))).select(".app-question")
    make.record_not_born(late, people.ada)
    for client, address in pages:
        assert not late_tags(client, address), address
    check = read(ada.get(at("check", late)))
    assert not check.select(".app-question")
    assert "Not born" in words(check.select_one(".app-identity").text)
    assert not mo.get(overdue).context["cl"].result_list


def test_not_born_that_was_recorded_in_error_is_taken_back(
    ada: Client, people: People, unborn: Assessment
):
    make.record_not_born(unborn, people.ada)
    links = change_links(ada.get(at("record", unborn)))
    address, _, target = links["Change that the child is not born"].partition("#")
    assert read(ada.get(address)).find(id=target)["name"] == "not_born"
    ada.post(address, details(unborn, not_born="no"))
    assert not child_of(unborn).not_born


def test_a_finished_assessment_stays_that_of_an_unborn_child(mo: Client, people: People):
    unborn = make.start_unborn(people.ada)
    done = make.authorise(make.submit(unborn), people.mo, end_date=day(-5))
    assert "Unborn Referred" in words(
        read(mo.get(at("record", done))).select_one(".app-identity").text
    )
    make.record_birth(done, people.mo)
    page = read(mo.get(at("record", done)))
    assert "Unborn when it ended Referred" in words(page.select_one(".app-identity").text)
    assert f"Born {date_format(day(0), 'j F Y')}" in words(page.text)


# Two at once, and twice


def test_what_others_changed_meanwhile_is_shown_beside_what_was_typed(
    ada: Client, people: People, draft: Assessment
):
    values = details(draft, given_name="Kim", disabled="yes")
    make.change_details(draft, people.mo, given_name="Alex")
    with unchanged("accounts_session"):
        response = ada.post(at("change_child_details", draft), values)
    assert response.status_code == 409
    rows = [words(row.text) for row in read(response).select("#conflict dl > div")]
    assert rows == [
        "Given name Recorded now: Alex On this page: Kim",
    ]
    assert field_value(response, "given_name") == "Kim"
    assert read(response).select_one("[name=disabled][checked]")["value"] == "yes"
    again = values | {"version": field_value(response, "version")}
    assert ada.post(at("change_child_details", draft), again).status_code == 302
    assert child_of(draft).given_name == "Kim"


def test_what_others_corrected_and_the_page_did_not_touch_stays_theirs(
    ada: Client, people: People, draft: Assessment
):
    values = details(draft, given_name="Kim")
    born = child_of(draft).birth_date - timedelta(days=400)
    make.change_details(draft, people.mo, birth_date=born)
    response = ada.post(at("change_child_details", draft), values)
    assert response.status_code == 409
    assert not read(response).select("#conflict dl")
    boxes = read(response).select("[name^=birth_date_], [name=given_name], [name=version]")
    shown = {box["name"]: box["value"] for box in boxes}
    again = values | shown
    assert ada.post(at("change_child_details", draft), again).status_code == 302
    child = child_of(draft)
    assert (child.given_name, child.birth_date) == ("Kim", born)


def test_a_birth_recorded_meanwhile_is_not_taken_back(ada: Client, people: People):
    unborn = make.start_unborn(people.ada)
    page = ada.get(at("change_child_details", unborn))
    values = details(unborn, family_name="Other")
    make.record_birth(unborn, people.mo)
    response = ada.post(at("change_child_details", unborn), values)
    assert (page.status_code, response.status_code) == (200, 409)
    boxes = read(response).select("#facts [name][value]")
    shown = {
        box["name"]: box["value"]
        for box in boxes
        if box.get("type") != "radio" or box.has_attr("checked")
    }
    assert ada.post(at("change_child_details", unborn), shown).status_code == 302
    child = child_of(unborn)
    assert (child.family_name, child.is_unborn) == ("Other", False)


def test_a_death_recorded_meanwhile_is_not_taken_back_by_a_page_without_it(
    ada: Client, people: People, draft: Assessment
):
    values = details(draft, given_name="Kim")
    make.record_death(draft, people.mo)
    response = ada.post(at("change_child_details", draft), values)
    ada.post(
        at("change_child_details", draft), values | {"version": field_value(response, "version")}
    )
    child = child_of(draft)
    assert (child.given_name, child.death_date) == ("Kim", day(0))


@pytest.mark.parametrize("page", PAGES)
def test_a_form_sent_twice_is_carried_out_once_and_answered_alike(
    ada: Client, people: People, page: str
):
    start = make.start_unborn if page in ("record_birth", "record_not_born") else make.start
    assessment = start(people.ada)
    values = {
        "change_child_details": details(assessment, given_name="Kim"),
        "record_birth": birth(assessment),
        "record_death": simple(assessment, **date_fields("death_date", day(0))),
        "record_not_born": simple(assessment),
    }[page]
    answers = [ada.post(at(page, assessment), values) for _ in range(2)]
    assert {(each.status_code, each["Location"]) for each in answers} == {
        (302, at("record", assessment))
    }
    assert FactsCorrection.objects.count() == 1


@pytest.mark.parametrize("page", PAGES)
def test_who_lost_the_assessment_meanwhile_finds_nothing(
    ada: Client, people: People, unborn: Assessment, page: str
):
    make.services.reassign(
        assessment=unborn, to=people.ben, by=people.mo, version=unborn.version, key=uuid.uuid4()
    )
    with unchanged("accounts_session"):
        for response in (
            ada.get(at(page, unborn)),
            ada.post(at(page, unborn), details(unborn) | birth(unborn)),
        ):
            assert response.status_code == 404


HOSTILE = {
    "no key": {"key": ""},
    "no version": {"version": ""},
    "a version beyond all numbers": {"version": "9" * 30},
    "a key that is none": {"key": "x"},
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("what", HOSTILE)
def test_a_post_that_no_page_sends_is_refused(
    ada: Client, unborn: Assessment, page: str, what: str
):
    with unchanged("accounts_session"):
        response = ada.post(at(page, unborn), birth(unborn) | HOSTILE[what])
    assert response.status_code == 400


@pytest.mark.parametrize(
    "values",
    [
        {"sex": "X"},
        {"disabled": "maybe"},
        {"given_name": "A\x07"},
        {"family_name": "x" * 101},
        {"birth_date_2": "99999"},
        {"birth_date_0": "-1"},
    ],
)
def test_hostile_values_are_refused_beside_their_fields(
    ada: Client, unborn: Assessment, values: dict
):
    with unchanged("accounts_session"):
        response = ada.post(at("record_birth", unborn), birth(unborn, **values))
    assert response.status_code == 422
    assert len(problems(response)) == 1


def test_a_hidden_confirmation_confirms_only_its_own_words(ada: Client, draft: Assessment):
    values = details(draft, **date_fields("birth_date", day(-26 * 366 - 30)))
    for confirmed in ("", "yes", "on\n", "x" * 5000):
        response = ada.post(at("change_child_details", draft), values | {"confirmed": confirmed})
        assert response.status_code == 422


def test_a_mark_up_in_a_name_is_shown_as_text(ada: Client, people: People, draft: Assessment):
    values = details(draft, given_name="<b>Kim</b>")
    make.change_details(draft, people.mo, family_name="<i>Other</i>")
    page = ada.post(at("change_child_details", draft), values).content.decode()
    assert "<b>Kim" not in page
    assert "<i>Other" not in page


def test_an_unsent_correction_comes_back_after_signing_in(people: People, draft: Assessment):
    client = Client()
    client.force_login(people.ada)
    address = f"{at('change_child_details', draft)}?from=check"
    page = read(client.get(address))
    owner = page.find(attrs={"name": "typed_by"})["value"]
    values = details(draft, given_name="Kim", typed_by=owner)
    client.session.flush()
    origin = {"HTTP_ORIGIN": "http://testserver"}
    assert client.post(address, values, **origin).status_code == 303
    client.force_login(people.ada)
    response = client.get(address)
    assert field_value(response, "given_name") == "Kim"
    assert "Not saved yet" in words(read(response).text)
    assert child_of(draft).given_name == "Robin"
