"""Where a page below a record leads back to: the record, or the manager's page to decide on it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse

REVIEW = "review"
"""Names, in an address, the query of the page to decide on that one came from."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """A page to go back to, its name in words, and the query that keeps the way to it."""

    address: str
    name: str
    query: str = ""


def way_back(request: HttpRequest, reference: UUID) -> WayBack:
    """Return the page that one came from to a page below the record."""
    query = request.GET.get(REVIEW)
    if query is None:
        return WayBack(reverse("record", args=[reference]), "the record")
    query = QueryDict(query).urlencode()  # whatever was typed, a query and no other address
    address = reverse("admin:assessments_assessment_change", args=[reference])
    return WayBack(f"{address}?{query}" if query else address, "the review", query_to_review(query))


def query_to_review(query: str) -> str:
    """Return what an address ends with for its page to lead back to the review with this query."""
    return "?" + urlencode({REVIEW: query})
