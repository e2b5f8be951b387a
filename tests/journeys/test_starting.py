"""Going back after an assessment was started: to what was started, never to its form again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.models import Assessment


@pytest.fixture
def ada(people, at_a_browser, javascript):
    return at_a_browser(people.ada, javascript=javascript)


def looks_for(ada, la_child_id: str) -> None:
    ada.opens("/assessments/start/")
    ada.enters("Child id or name", la_child_id)
    ada.presses("Continue")


def fills_in(ada) -> None:
    today = timezone.localdate()
    ada.enters("Family name", "Sample")
    ada.enters_date("Date of birth", today - timedelta(days=3000))
    ada.chooses("Not known")
    ada.chooses("No")
    ada.enters_date("Referral date", today)
    ada.page.get_by_label("Source of the referral").select_option(index=1)
    ada.enters_date("Start date of the assessment", today)


def test_going_back_leads_to_what_was_started(ada):
    looks_for(ada, "EX5000")
    ada.sees("There is no child with the id EX5000 here yet")
    fills_in(ada)
    ada.presses("Start the assessment")
    ada.sees_heading("Select the factors identified")
    started = ada.path
    ada.page.go_back(wait_until="domcontentloaded")
    ada.is_at(started)
    assert Assessment.objects.count() == 1

    # The next child gets a form of their own, and going back from there is told apart.
    looks_for(ada, "EX5001")
    ada.sees("There is no child with the id EX5001 here yet")
    fills_in(ada)
    ada.presses("Start the assessment")
    ada.sees("EX5001")
    assert ada.path != started
    again = ada.path
    ada.page.go_back(wait_until="domcontentloaded")
    ada.is_at(again)
    assert Assessment.objects.count() == 2


def test_going_back_to_a_known_child_leads_on_too(people, ada):
    looks_for(ada, "EX5000")
    fills_in(ada)
    ada.presses("Start the assessment")
    started = Assessment.objects.get()
    looks_for(ada, "EX5000")
    ada.sees("This referral has an assessment that is not completed.")
    ada.follows("Open it")
    ada.is_at(f"/assessments/{started.reference}/")


def test_a_link_to_add_a_child_offers_an_empty_form(ada):
    looks_for(ada, "EX5000")
    ada.opens("/assessments/start/")
    ada.follows("Add the child")
    ada.sees_heading("Add a child and start an assessment")
    ada.does_not_see("EX5000")
