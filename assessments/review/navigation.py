"""From one page of the review area to another: the list and its filters, a record, the next."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from assessments import queries
from assessments.models import Assessment
from assessments.review.filters import InStatus
from assessments.review.read_only import SEARCH_MARKER, ReadOnlyAdmin, without_search_words
from cinfactors.accounts.requests import SignedInRequest

CAME_FROM, ORIGINS = "from", ("child", "episode", "record")
"""What an address says where one came from another page than a list."""


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a record stands in the queue that the person came from, and which is next."""

    position: int
    """0 where it is not known: the queue is too long to be counted."""
    number: int
    following: Assessment | None
    address: str
    """Of the next one."""
    then: str
    """Where a decision leads: to the next one, unless one came from another list."""


class ReviewNavigation(ReadOnlyAdmin):
    """The part of the assessments' admin that knows where a person came from and goes next."""

    def name_of_list(self, query: QueryDict) -> str:
        """Return the title of the list with these filters."""
        return "Awaiting review" if _is_queue(query) else self.heading

    def redirect_after_decision(
        self, request: SignedInRequest, decided: Assessment
    ) -> HttpResponse:
        """Go to the next that awaits review, if the form says so; else back to the list."""
        if request.POST.get("then") == "next":
            following = queries.next_after(self._awaiting_in_list(request), decided)
            if following is not None:
                return redirect(self.address_of(request, following.reference))
            messages.info(request, "Nothing else in this list awaits your review.")
        return redirect(self.origin_of(request, decided)[0])

    def place_in_queue(self, request: SignedInRequest, assessment: Assessment) -> QueuePlace:
        """Return the record's place among those that await review in the list one came from."""
        awaiting = self._awaiting_in_list(request)
        position, number = queries.place_in_queue(awaiting, assessment) or (0, 0)
        waiting = queries.with_child_team_and_worker(awaiting)
        following = queries.next_after(waiting, assessment)
        address = self.address_of(request, following.reference) if following else ""
        came_from_queue = CAME_FROM not in request.GET and _is_queue(
            QueryDict(kept_filters(request))
        )
        then = "next" if following and came_from_queue else "list"
        return QueuePlace(position, number, following, address, then)

    def _awaiting_in_list(self, request: SignedInRequest) -> QuerySet[Assessment]:
        """What awaits the person's review in the list that they came from."""
        awaiting = queries.awaiting_review(request.user)
        try:
            changelist = self.get_changelist_instance(_request_of_list(request))
        except IncorrectLookupParameters:
            return awaiting
        listed: QuerySet[Assessment] = changelist.queryset
        return listed.filter(pk__in=awaiting.order_by().values("pk"))

    def origin_of(self, request: HttpRequest, assessment: Assessment) -> tuple[str, str]:
        """Return the address and the name of the page that one came from: a list, or a record."""
        match request.GET.get(CAME_FROM):
            case "child":
                child = assessment.episode.child
                address = reverse("admin:assessments_child_change", args=[child.reference])
                return address, f"Child {child}"
            case "episode":
                episode = assessment.episode
                address = reverse("admin:assessments_episode_change", args=[episode.reference])
                return address, "Episode of need"
            case "record":
                return reverse("record", args=[assessment.reference]), "The record"
        filters = QueryDict(kept_filters(request))
        return self.address_of_list(request), self.name_of_list(filters)

    def address_of(
        self, request: HttpRequest, reference: UUID | str, decision: str = "change"
    ) -> str:
        address = reverse(f"admin:assessments_assessment_{decision}", args=[reference])
        kept = [self.get_preserved_filters(request)]
        if (came_from := request.GET.get(CAME_FROM)) in ORIGINS:
            kept.append(urlencode({CAME_FROM: came_from}))
        query = "&".join(filter(None, kept))
        return f"{address}?{query}" if query else address

    def address_of_list(self, request: HttpRequest) -> str:
        address = reverse("admin:assessments_assessment_changelist")
        filters = kept_filters(request)
        return f"{address}?{filters}" if filters else address


def kept_filters(request: HttpRequest) -> str:
    """The filters of the list that the person came from, as its address has them."""
    filters = QueryDict(request.GET.get("_changelist_filters", ""))
    return without_search_words(filters).urlencode()


def _is_queue(query: QueryDict) -> bool:
    """Whether a list with these filters is of what awaits review, and nothing searched for."""
    return not query.get(InStatus.parameter_name) and SEARCH_MARKER not in query


def _request_of_list(request: HttpRequest) -> HttpRequest:
    """Return a copy of the request with the query of the list that the person came from."""
    copied = copy.copy(request)
    copied.resolver_match = request.resolver_match  # which a copy of a request may leave out
    copied.GET = QueryDict(kept_filters(request))
    return copied
