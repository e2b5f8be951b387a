"""Starting for another child of a family: the referral of a brother or sister is copied.

The address of each step carries the reference of that assessment.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from assessments import queries
from assessments.components.records import record_reading_of
from assessments.models import Assessment, Episode
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_refusal

FAMILY = "family"
"""The name of the assessment's reference in the address."""


def sibling_assessment(request: SignedInRequest) -> Assessment | None:
    """Return the assessment of the brother or sister, if the address has one that they may see.

    That they read it is recorded, and that they tried to. None where no family follows from it.
    """
    try:
        reference = UUID(request.GET.get(FAMILY, ""))
    except ValueError:
        return None
    try:
        sibling = queries.assessment_for(request.user, reference)
    except Assessment.DoesNotExist:
        record_refusal(request, Page.START, reference=reference)
        return None
    record_reading_of(request, sibling, Page.START)
    return sibling if queries.may_start_for_family(request.user, sibling) else None


def address_with_family(address: str, request: SignedInRequest, **others: str) -> str:
    """Return the address of the next step, with the sibling's assessment if there is one."""
    sibling = request.GET.get(FAMILY, "")
    query = urlencode(others | ({FAMILY: sibling} if sibling else {}))
    return f"{address}?{query}" if query else address


def copied_referral(episode: Episode) -> dict[str, Any]:
    """Return the referral of an episode as the initial values of another child's.

    An episode without a family reference gets the child's id as one, see the service. Neither is
    copied from a restricted record: others would read it on the brother's or sister's.
    """
    child = episode.child
    family_reference = episode.family_reference or child.la_child_id
    return {
        "referral_date": episode.referral_date,
        "referral_source": episode.referral_source,
        "primary_need": episode.primary_need,
        "family_reference": "" if child.restricted else family_reference,
    }
