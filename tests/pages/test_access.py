"""A manager's pages: reassigning, and restricting who may see a record."""

from __future__ import annotations

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import Assessment, NamedPerson, Status
from cinfactors.accounts.models import Role
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import read, words
from tests.people import People
from tests.snapshot import unchanged


@pytest.fixture
def mo(people: People, browser_of):
    return browser_of(people.mo)


def text_of(response) -> str:
    return words(re.sub("</?bdi>", "", response.content.decode()))


def problems(response) -> list[str]:
    return [problem.message for problem in response.context["problems"]]


# Reassigning


def test_the_record_leads_a_manager_to_both_pages_and_nobody_else(people, draft, browser_of):
    for who, leads in (("mo", True), ("ada", False), ("dee", False)):
        page = text_of(browser_of(getattr(people, who)).get(at("record", draft)))
        for name in ("reassign", "restrict"):
            assert (at(name, draft) in page) == leads, who


def test_a_manager_reassigns(people: People, draft, mo):
    page = text_of(mo.get(at("reassign", draft)))
    assert "Ben Marsh, North" in page
    assert "Ada Winter, North, has it now" in page
    response = mo.post(at("reassign", draft), key_and_version(draft, to=people.ben.pk), follow=True)
    assert "Ben Marsh, North, has the assessment now." in text_of(response)
    draft.refresh_from_db()
    assert draft.worker == people.ben


def test_an_error_stands_beside_the_choice_when_nobody_is_chosen(draft, mo):
    response = mo.post(at("reassign", draft), key_and_version(draft))
    assert response.status_code == 422
    assert problems(response) == ["Select the social worker who takes it over"]
    assert 'href="#id_to_1"' in text_of(response)
    assert "<title>Error: " in text_of(response)


def test_somebody_of_another_team_is_refused(people: People, draft, mo):
    response = mo.post(at("reassign", draft), key_and_version(draft, to=people.cleo.pk))
    assert problems(response) == ["Select a social worker of your teams"]
    draft.refresh_from_db()
    assert draft.worker == people.ada


def test_a_conflict_is_shown_when_the_record_changed_meanwhile(people: People, draft, mo):
    stale = key_and_version(draft, to=people.ben.pk)
    make.record(draft, "4B", "3A")
    response = mo.post(at("reassign", draft), stale)
    assert problems(response) == [
        "The record was changed meanwhile. Read it, then reassign it again"
    ]
    again = stale | {"version": response.context["assessment"].version, "key": str(uuid.uuid4())}
    assert mo.post(at("reassign", draft), again).status_code == 302


def test_a_closed_assessment_is_not_reassigned(people: People, draft, mo):
    done = make.authorise(make.submit(draft), people.mo)
    assert mo.get(at("reassign", done))["Location"] == at("record", done)
    assert mo.post(at("reassign", done), key_and_version(done, to=people.ben.pk)).status_code == 409


def test_a_post_without_key_or_version_is_a_bad_request(people: People, draft, mo):
    assert mo.post(at("reassign", draft), {"to": people.ben.pk}).status_code == 400


# The list of what has no worker


def test_the_open_work_of_a_leaver_is_listed_with_why(people: People, draft, mo):
    assert "has its social worker" in text_of(mo.get("/reassign/"))
    people.ada.is_active = False
    people.ada.save()
    page = text_of(mo.get("/reassign/"))
    assert "Ada Winter has left" in page
    assert at("reassign", draft) in page


def test_the_list_takes_as_many_queries_however_long_it_is(people: People, mo):
    people.ada.teams.set([people.north])
    query_counts = []
    for number in range(3):
        make.start(people.ada, f"EX{number}")
        people.ada.is_active = False
        people.ada.save()
        with CaptureQueriesContext(connection) as captured:
            assert text_of(mo.get("/reassign/")).count("Ada Winter has left") == number + 1
        query_counts.append(len(captured))
        people.ada.is_active = True
        people.ada.save()
    assert query_counts[0] == query_counts[1] == query_counts[2]


def test_a_long_list_has_pages(people: People, mo):
    for number in range(26):
        make.start(people.ada, f"EX{number}")
    people.ada.is_active = False
    people.ada.save()
    assert text_of(mo.get("/reassign/")).count("Ada Winter has left") == 25
    assert text_of(mo.get("/reassign/?page=2")).count("Ada Winter has left") == 1


# Several at once


def several(*assessments, to, which: str = "selected", **other) -> dict:
    """What the list posts, with the boxes of these assessments ticked."""
    return {
        "key": str(uuid.uuid4()),
        "to": to.pk if to else "",
        "which": which,
        "selected": [str(each.reference) for each in assessments],
        **{f"version-{each.reference}": each.version for each in assessments},
    } | other


def workers_of(*assessments) -> list[str]:
    return [Assessment.objects.get(pk=each.pk).worker.username for each in assessments]


def test_each_worker_stands_with_their_caseload(people: People, draft, mo):
    make.start(people.ben, "EX2")
    make.submit(make.start(people.ben, "EX3"))
    make.cancel(make.start(people.ben, "EX4"))
    assert "Ben Marsh, North, 2 open" in text_of(mo.get(at("reassign", draft)))
    page = text_of(mo.get(f"/reassign/?worker={people.ada.reference}"))
    assert "Ben Marsh, North, 2 open</option>" in page
    assert "Ada Winter, North" not in page


def test_those_selected_of_a_workers_go_to_another(people: People, mo):
    drafts = [make.start(people.ada, f"EX{number}") for number in range(3)]
    address = f"/reassign/?worker={people.ada.reference}"
    response = mo.post(address, several(*drafts[:2], to=people.ben), follow=True)
    assert "2 assessments are with Ben Marsh now." in text_of(response)
    assert workers_of(*drafts) == ["ben", "ben", "ada"]


def test_all_of_a_leavers_work_goes_to_another_at_once(people: People, mo):
    drafts = [make.start(people.ada, f"EX{number}") for number in range(26)]
    cleos = make.start(people.cleo, "EX99")
    make.restrict(drafts[0], people.mo)
    people.ada.is_active = False
    people.ada.save()
    address = f"/reassign/?worker={people.ada.reference}"
    assert "Reassign all 26" in " ".join(text_of(mo.get(address)).split())
    with unchanged():
        asked = read(mo.post(address, several(to=people.ben, which="all"))).main
    assert words(asked.h1.text) == "Reassign 26 assessments to Ben Marsh?"
    assert [words(each.text) for each in asked.select("li")] == ["From Ada Winter: 26"]
    assert "1 is a restricted record: Ben Marsh becomes" in words(asked.text)
    assert asked.find("a", string="Go back to the list")["href"] == address
    fields = {
        each["name"]: each["value"]
        for each in asked.select("form [name]")
        if each["name"] != "csrfmiddlewaretoken"
    }
    response = mo.post(address, fields, follow=True)
    assert "26 assessments are with Ben Marsh now." in text_of(response)
    assert set(workers_of(*drafts)) == {"ben"}
    assert workers_of(cleos) == ["cleo"]


def confirmed(asked) -> str:
    return read(asked).select_one("[name=confirmed]")["value"]


def test_all_is_asked_about_again_where_it_is_another_by_then(people: People, draft, mo):
    """Also where it is as many: one may be restricted, and the worker would be named for it."""
    address = f"/reassign/?worker={people.ada.reference}"
    asked = mo.post(address, several(to=people.ben, which="all"))
    assert "restricted" not in words(read(asked).main.text)
    make.cancel(draft)
    hidden = make.start(people.ada, "EX2")
    make.restrict(hidden, people.mo)
    yes = several(to=people.ben, which="all", confirmed=confirmed(asked))
    again = mo.post(address, yes)
    assert "Reassign 1 assessment to Ben Marsh" in words(read(again).h1.text)
    assert "1 is a restricted record: Ben Marsh becomes" in words(read(again).main.text)
    assert workers_of(hidden) == ["ada"]
    to_another = several(to=people.cleo, which="all", confirmed=confirmed(again))
    mo.post(address, to_another)
    assert workers_of(hidden) == ["ada"]


def test_who_may_see_a_restricted_record_already_is_not_said_to_become_one(
    people: People, draft, mo
):
    make.restrict(draft, people.mo, people.ben)
    asked = mo.post(
        f"/reassign/?worker={people.ada.reference}", several(to=people.ben, which="all")
    )
    assert "restricted" not in words(read(asked).main.text)


def test_sent_twice_it_is_done_once(people: People, draft, mo):
    posted = several(draft, to=people.ben)
    for _ in range(2):
        assert mo.post("/reassign/", posted).status_code == 302
    draft.refresh_from_db()
    assert draft.worker == people.ben
    assert draft.version == posted[f"version-{draft.reference}"] + 1


def test_one_that_was_changed_meanwhile_is_said_and_the_others_are_done(people: People, mo):
    stale, fresh = make.start(people.ada, "EX1"), make.start(people.ada, "EX2")
    posted = several(stale, fresh, to=people.ben)
    make.record(stale, "4B")
    response = mo.post(f"/reassign/?worker={people.ada.reference}", posted)
    assert response.status_code == 422
    assert problems(response) == ["EX1: it was changed meanwhile. Read it, then reassign it again"]
    assert workers_of(stale, fresh) == ["ada", "ben"]
    assert f'value="{people.ben.pk}" selected' in text_of(response)


def test_an_empty_form_says_what_to_select_and_keeps_what_was(people: People, draft, mo):
    address = f"/reassign/?worker={people.ada.reference}"
    assert problems(mo.post(address, several(to=people.ben))) == ["Select at least one assessment"]
    response = mo.post(address, several(draft, to=None))
    assert problems(response) == ["Select the social worker who takes them over"]
    assert [row["is_selected"] for row in response.context["rows"]] == [True]


def test_what_the_manager_may_not_see_is_not_given_away(people: People, mo):
    theirs = make.start(people.cleo, "EX1")
    hidden = make.start(people.ada, "EX2")
    lou = make.make_person("Lou Also", people.north, role=Role.TEAM_MANAGER)
    make.restrict(hidden, lou)
    for address in ("/reassign/", f"/reassign/?worker={people.ada.reference}"):
        posted = several(theirs, hidden, to=people.ben)
        assert problems(mo.post(address, posted)) == ["Select at least one assessment"]
        mo.post(address, several(to=people.ben, which="all", confirmed="0"))
    assert workers_of(theirs, hidden) == ["cleo", "ada"]
    assert mo.get(f"/reassign/?worker={people.cleo.reference}").status_code == 404
    for who in (people.cleo, people.dee):
        assert mo.post("/reassign/", several(hidden, to=who)).status_code == 422


def test_a_restricted_record_names_whoever_takes_it_over(people: People, draft, mo):
    make.restrict(draft, people.mo)
    draft.refresh_from_db()
    assert mo.post("/reassign/", several(draft, to=people.ben)).status_code == 302
    assert "ben" in named()


def test_a_selection_that_cannot_be_read_is_a_bad_request(people: People, draft, mo):
    for broken in (
        several(draft, to=people.ben, selected=["x"]),
        several(draft, to=people.ben, **{f"version-{draft.reference}": "x"}),
        {"which": "selected", "to": people.ben.pk, "selected": [str(draft.reference)], "key": "x"},
    ):
        assert mo.post("/reassign/", broken).status_code == 400


# Who has left, and what is restricted, is said


def test_a_workers_leaving_is_said_where_a_manager_decides(people: People, draft, mo, browser_of):
    sent = make.submit(draft)
    places = (
        at("record", draft),
        at("reassign", draft),
        f"/admin/assessments/assessment/{draft.reference}/change/",
    )
    for place in places:
        assert "has left" not in text_of(mo.get(place))
    people.ada.is_active = False
    people.ada.save()
    for place in places:
        page = text_of(mo.get(place))
        assert "has left" in page, place
        assert at("reassign", sent) in page or place == at("reassign", sent)
    assert "has left" not in text_of(browser_of(people.ben).get(at("record", draft)))


def test_what_a_leaver_submitted_is_returned_to_another(people: People, draft, mo):
    sent = make.submit(draft)
    people.ada.is_active = False
    people.ada.save()
    review = f"/admin/assessments/assessment/{sent.reference}/change/"
    assert f"{at('reassign', sent)}?review=" in text_of(mo.get(review))
    posted = key_and_version(sent, to=people.ben.pk)
    assert mo.post(f"{at('reassign', sent)}?review=", posted)["Location"] == review
    sent.refresh_from_db()
    back = make.return_it(sent, people.mo)
    assert (back.worker, back.status) == (people.ben, Status.RETURNED)


def test_a_restricted_record_says_so_on_every_page_of_it(people: People, draft, mo, browser_of):
    make.restrict(draft, people.mo)
    ada = browser_of(people.ada)
    for page in ("record", "factors", "check", "history", "cancel", "change_child_details"):
        assert "Restricted record" in text_of(ada.get(at(page, draft))), page
    for page in ("record", "reassign", "restrict", "history", "find_other_record"):
        assert "Restricted record" in text_of(mo.get(at(page, draft))), page
    make.submit(draft)
    review = f"/admin/assessments/assessment/{draft.reference}/change/"
    assert "Restricted record" in text_of(mo.get(review))


# Restricting


def ticked(response) -> set[str]:
    form = response.context["form"]
    return {str(value) for value in form["people"].value() or []}


def named() -> set[str]:
    return set(NamedPerson.objects.values_list("person__username", flat=True))


def test_the_worker_and_the_manager_are_ticked_to_begin_with(people: People, draft, mo):
    response = mo.get(at("restrict", draft))
    assert ticked(response) == {str(people.ada.pk), str(people.mo.pk)}
    for person in ("Ada Winter, social worker, North", "Dee Ledger, data officer"):
        assert person in text_of(response)
    assert "Cleo Frost" not in text_of(response)


def test_a_manager_restricts_a_record_and_lifts_it(people: People, draft, mo, browser_of):
    names = {"people": [people.ada.pk, people.mo.pk]}
    response = mo.post(at("restrict", draft), names, follow=True)
    assert "Only the people you named may see the record now." in text_of(response)
    assert "Restricted record</strong>" in text_of(response)
    assert browser_of(people.ben).get(at("record", draft)).status_code == 404
    assert "Named now: Ada Winter, Mo Harbour." in " ".join(
        text_of(mo.get(at("restrict", draft))).split()
    )
    response = mo.post(at("lift_restriction", draft), follow=True)
    assert "The record is not restricted any more." in text_of(response)
    assert browser_of(people.ben).get(at("record", draft)).status_code == 200


def test_somebody_of_another_team_is_named_by_user_name(people: People, draft, mo):
    names = {"people": [people.ada.pk, people.mo.pk], "username": "Cleo"}
    assert mo.post(at("restrict", draft), names).status_code == 302
    assert named() == {"ada", "cleo", "mo"}


@pytest.mark.parametrize("username", ["abe", "nobody", "x" * 151, "\x00"])
def test_an_unknown_user_name_is_an_error_beside_its_box(people: People, draft, mo, username: str):
    names = {"people": [people.ada.pk, people.mo.pk], "username": username}
    response = mo.post(at("restrict", draft), names)
    assert response.status_code == 422
    assert 'href="#id_username"' in text_of(response)
    assert named() == set()


def test_an_error_says_who_has_to_be_named(people: People, draft, mo):
    response = mo.post(at("restrict", draft), {"people": [people.ben.pk]})
    assert problems(response) == [
        "Select Ada Winter, whose assessment is open. Select a manager of North"
    ]
    assert ticked(response) == {str(people.ben.pk)}
    assert named() == set()


def test_a_conflict_is_shown_when_another_manager_changed_the_names(people: People, draft, mo):
    make.restrict(draft, people.mo)
    response = mo.post(at("restrict", draft), {"people": [people.ada.pk, people.mo.pk, 1]})
    assert response.status_code == 422
    names = {"people": [people.ada.pk, people.mo.pk, people.ben.pk], "seen": [people.ada.pk]}
    response = mo.post(at("restrict", draft), names)
    assert problems(response) == ["Who is named was changed meanwhile. Check it again"]
    names["seen"] = [people.ada.pk, people.mo.pk]
    assert mo.post(at("restrict", draft), names).status_code == 302
    assert named() == {"ada", "ben", "mo"}


def test_a_manager_who_leaves_themselves_out_is_led_to_the_list(people: People, draft, mo):
    lou = make.make_person("Lou Also", people.north, role="team_manager")
    response = mo.post(at("restrict", draft), {"people": [people.ada.pk, lou.pk]})
    assert response["Location"] == "/assessments/"
    assert mo.get(at("record", draft)).status_code == 404


def test_reassigning_a_restricted_record_says_who_will_see_it(people: People, draft, mo):
    make.restrict(draft, people.mo)
    assert "becomes one of the people who may see it" in text_of(mo.get(at("reassign", draft)))
    mo.post(at("reassign", draft), key_and_version(draft, to=people.ben.pk))
    assert named() == {"ada", "ben", "mo"}
