"""What was recorded before stands beside the codes, unticked: the child's own, and the family's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from assessments import queries
from assessments.evaluation import current_edition
from assessments.models import Assessment, Episode
from assessments.presenters.code_notes import codes_shared_by_siblings
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import read, ticked, words

LONG_AGO = timedelta(days=200)


def today() -> date:
    return timezone.localdate()


def on_this_day() -> str:
    return date_format(today(), "j F Y")


def authorised(people, worker, la_child_id: str, *codes: str, family: str = "") -> Assessment:
    draft = make.start(worker, la_child_id, referred=today() - LONG_AGO)
    Episode.objects.filter(pk=draft.episode_id).update(family_reference=family)
    manager = people.mo if worker.teams.get() == people.north else people.nia
    return make.authorise(make.submit(draft, *codes), manager)


def another_of_the_same_child(earlier: Assessment, family: str = "") -> Assessment:
    Episode.objects.filter(pk=earlier.episode_id).update(
        closure_date=today(), reason_for_closure="RC8"
    )
    episode = Episode.objects.create(
        child=earlier.episode.child,
        referral_date=today(),
        referral_source="6",
        family_reference=family,
    )
    return make.services.start_assessment(
        by=earlier.worker,
        team=earlier.team,
        start_date=episode.referral_date,
        key=make.uuid.uuid4(),
        child=earlier.episode.child,
        episode=episode,
    )


@pytest.fixture
def notes_of(browser_of):
    def notes(assessment: Assessment) -> dict[str, str]:
        response = browser_of(assessment.worker).get(at("factors", assessment))
        assert ticked(response) == assessment.codes
        return {each["id"]: words(each.text) for each in read(response).select("div.app-note")}

    return notes


def test_what_was_authorised_of_the_child_before_is_marked(people, notes_of):
    earlier = authorised(people, people.ada, "EX1", "3A", "13A", "24A")
    now = another_of_the_same_child(earlier)
    assert notes_of(now) == {
        f"before-{code}": f"Recorded on {on_this_day()}" for code in ("3A", "13A", "24A")
    }


def test_notes_from_brothers_and_sisters_are_about_parents_and_home_alone(people, notes_of):
    authorised(people, people.ben, "EX1", "1A", "1B", "3C", "6B", "8B", "16A", "18C", family="F1")
    authorised(people, people.ada, "EX2", "1B", family="F1")
    authorised(people, people.ada, "EX3", "2B", family="F2")
    authorised(people, people.ada, "EX4", "4B")
    now = make.start(people.ada, "EX5")
    assert notes_of(now) == {}
    Episode.objects.filter(pk=now.episode_id).update(family_reference="F1")
    source, on = "Recorded for a brother or sister: ", on_this_day()
    assert notes_of(now) == {
        "family-1B": f"{source}EX1 on {on}, EX2 on {on}",
        "family-3C": f"{source}EX1 on {on} Is that person somebody other than this child?",
        "family-6B": f"{source}EX1 on {on}",
    }


def test_there_are_no_notes_from_a_child_whom_the_person_may_not_see(people, notes_of):
    authorised(people, people.cleo, "EX1", "1B", family="F1")
    hidden = authorised(people, people.ben, "EX2", "2B", family="F1")
    now = make.start(people.ada, "EX3")
    Episode.objects.filter(pk=now.episode_id).update(family_reference="F1")
    assert set(notes_of(now)) == {"family-2B"}
    child = hidden.episode.child
    child.restricted = True
    child.save()
    assert notes_of(now) == {}
    for person in (people.mo, people.dee, people.abe):
        assert queries.earlier_selections(person, now) == []


def of_the_family(assessment: Assessment, family: str = "F1") -> Assessment:
    Episode.objects.filter(pk=assessment.episode_id).update(family_reference=family)
    return assessment


def test_what_is_submitted_for_a_sister_is_marked_until_it_is_authorised(people, notes_of):
    sister = of_the_family(make.record(make.start(people.ada, "EX1"), "1B"))
    now = of_the_family(make.start(people.ada, "EX2"))
    assert notes_of(now) == {}, "a draft is nobody else's yet"
    submitted = make.submit(sister, "1B")
    on = f"Recorded for a brother or sister: EX1 on {on_this_day()}"
    assert notes_of(now) == {"family-1B": f"{on} (submitted, not yet agreed)"}
    returned = make.return_it(submitted, people.mo)
    assert notes_of(now) == {}, "a manager has asked about it"
    make.authorise(make.submit(returned, "2B"), people.mo)
    assert notes_of(now) == {"family-2B": on}


def test_an_amendment_of_a_sisters_record_counts_while_it_is_submitted(people, notes_of):
    sister = authorised(people, people.ada, "EX1", "1B", family="F1")
    now = of_the_family(make.start(people.ada, "EX2"))
    reopened = make.reopen(sister, people.mo)
    on = f"Recorded for a brother or sister: EX1 on {on_this_day()}"
    assert notes_of(now) == {"family-1B": on}
    make.submit(reopened, "2B")
    assert notes_of(now) == {"family-2B": f"{on} (submitted, not yet agreed)"}


def test_a_childs_own_submission_is_no_note(people, notes_of):
    first = of_the_family(make.start(people.ada, "EX1", referred=today() - LONG_AGO))
    now = another_of_the_same_child(make.authorise(make.submit(first, "16A"), people.mo), "F1")
    make.submit(make.reopen(first_again(first), people.mo), "1B")
    assert notes_of(now) == {"before-16A": f"Recorded on {on_this_day()}"}


def first_again(assessment: Assessment) -> Assessment:
    return Assessment.objects.get(pk=assessment.pk)


def test_a_reopened_assessment_has_no_notes_from_itself(people, notes_of):
    done = authorised(people, people.ada, "EX1", "1B", family="F1")
    assert notes_of(make.reopen(done, people.mo)) == {}


def test_a_family_shares_codes_that_are_about_parents_or_the_home():
    """Every one has a counterpart about the child, and none is about the child."""
    edition = current_edition()
    shared = codes_shared_by_siblings(edition)
    assert len(shared) == 12
    for code in shared:
        about = {each.domain for each in edition.factor_of(code).codes}
        assert about == {domain.id for domain in edition.domains}
        assert "child" not in edition.codes[code].about.lower()


@pytest.fixture
def now_and_page(people, browser_of):
    authorised(people, people.ada, "EX1", "1B", "2C", family="F1")
    now = of_the_family(make.record(make.start(people.ada, "EX2"), "16A"))
    return now, browser_of(people.ada)


def offers(response) -> dict[str, str]:
    """Return what stands at each offer that is not taken, by its code."""
    found = {}
    for row in read(response).select("[data-offers]"):
        offer, selected = row.select_one(".app-family__offer"), row.find(string="Selected").parent
        assert offer.has_attr("hidden") is not selected.has_attr("hidden")
        if not offer.has_attr("hidden"):
            found[row["data-offers"]] = words(offer.text)
    return found


def test_each_factor_of_the_family_is_offered_by_itself(now_and_page):
    now, browser = now_and_page
    assert offers(browser.get(at("factors", now))) == {
        "1B": "Select 1B",
        "2C": "Is that person somebody other than this child? Yes, somebody else: select 2C",
    }
    posted = key_and_version(now, codes=["16A"], offered="2C")
    assert browser.post(at("factors", now), posted).status_code == 302
    now.refresh_from_db()
    assert now.codes == ["2C", "16A"]
    assert offers(browser.get(at("factors", now))) == {"1B": "Select 1B"}


def test_an_offer_beside_no_factors_waits_for_a_choice(now_and_page):
    now, browser = now_and_page
    make.record(now, "21")
    now.refresh_from_db()
    posted = key_and_version(now, codes=["21"], offered="1B")
    response = browser.post(at("factors", now), posted)
    assert response.status_code == 422
    now.refresh_from_db()
    assert now.codes == ["21"]


@pytest.mark.parametrize("offered", ["99Z", "1B 1B", "<script>", " "])
def test_a_hostile_offer_is_refused_or_changes_nothing_else(now_and_page, offered):
    now, browser = now_and_page
    browser.post(at("factors", now), key_and_version(now, codes=["16A"], offered=offered))
    now.refresh_from_db()
    assert now.codes in (["16A"], ["1B", "16A"])


def test_without_a_family_nothing_is_offered(people, browser_of):
    response = browser_of(people.ada).get(at("factors", make.start(people.ada, "EX1")))
    assert read(response).select_one("#family").text.strip() == ""
