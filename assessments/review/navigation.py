"""From one page of the desk to another: the list with its filters, a record, the next record."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from assessments import queries
from assessments.models import Assessment


class Ways:
    """The part of the assessments' admin that knows where a person came from and goes next."""

    def onwards(self, request: HttpRequest, decided: Assessment) -> HttpResponse:
        """To the next that awaits review, where that was asked for; or back to the list."""
        if request.POST.get("then") == "next":
            following = queries.next_after(self._listed(request), decided)
            if following is not None:
                return redirect(self.address_of(request, following.reference))
            messages.info(request, "Nothing else in this list awaits your review.")
        return redirect(self.address_of_list(request))

    def _listed(self, request: HttpRequest) -> QuerySet[Assessment]:
        """What the list that the person came from shows of what awaits their review."""
        awaiting = queries.awaiting_review(request.user)
        address, request.GET = request.GET, QueryDict(kept_filters(request), mutable=True)
        request.GET.pop(SEARCH_VAR, None)
        if words := self.searched_for(request):
            request.GET[SEARCH_VAR] = words
        try:
            listed = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return awaiting
        finally:
            request.GET = address
        return listed.filter(pk__in=awaiting.order_by().values("pk"))

    def address_of(
        self, request: HttpRequest, reference: UUID | str, decision: str = "change"
    ) -> str:
        address = reverse(f"admin:assessments_assessment_{decision}", args=[reference])
        preserved = self.get_preserved_filters(request)
        return f"{address}?{preserved}" if preserved else address

    def address_of_list(self, request: HttpRequest) -> str:
        address = reverse("admin:assessments_assessment_changelist")
        filters = kept_filters(request)
        return f"{address}?{filters}" if filters else address


def kept_filters(request: HttpRequest) -> str:
    """The filters of the list that the person came from, as its address has them."""
    filters = QueryDict(request.GET.get("_changelist_filters", ""), mutable=True)
    filters.pop(SEARCH_VAR, None)
    return filters.urlencode()
