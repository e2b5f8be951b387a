"""What the pages' forms post."""

from __future__ import annotations

import uuid

from django.urls import reverse

from assessments.models import Assessment
from tests import people as make

FORM = "application/x-www-form-urlencoded"


def at(name: str, assessment: Assessment) -> str:
    """Return the URL of an assessment's page."""
    return reverse(name, args=[assessment.reference])


def key_and_version(assessment: Assessment, **values) -> dict:
    """Return the hidden fields of a form on the assessment, with the values of the others."""
    return {"key": str(uuid.uuid4()), "version": assessment.version} | values


def valid_posts(draft: Assessment) -> dict[str, dict]:
    """Return what a form of each page may post, by the page's name, less its hidden fields."""
    return {
        "factors": {"codes": ["4A"]},
        "check": {"outcome": "early_help", "next": "submit"},
        "cancel": {"reason": "Wrong child"},
        "withdraw": {},
    }


def new_child_form(**values) -> dict:
    referral = make.a_referral().referral_date
    return (
        {
            "key": str(uuid.uuid4()),
            "la_child_id": "EX7000",
            "given_name": "Robin",
            "family_name": "Sample",
            "born": "born",
            "birth_date_0": "3",
            "birth_date_1": "2",
            "birth_date_2": "2015",
            "sex": "F",
            "disabled": "no",
            "referral_source": "6",
        }
        | referral_fields(referral)
        | values
    )


def referral_fields(day) -> dict:
    return {
        f"{name}_{place}": str(part)
        for name in ("referral_date", "start_date")
        for place, part in enumerate((day.day, day.month, day.year))
    }
