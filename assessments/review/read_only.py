"""What the lists and pages of records have in common: read-only, exact, nothing in an address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from assessments.models import Child
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_reading, record_refusal
from cinfactors.web.admin_lists import AnsweringList, ShortCount

SEARCHED = "search"
"""Stands in the address of a list that shows what was searched for, in place of the words.

Without it the list shows everything and forgets them: who leaves a list leaves its search.
"""
KEPT = "kept"


class PrivateSearch(AnsweringList):
    """A list whose search never stands in an address."""

    def get_query_string(self, new_params=None, remove=None) -> str:
        kept = {SEARCHED: KEPT} if self.query else {}
        return super().get_query_string(
            kept | (new_params or {}), [*(remove or []), SEARCH_VAR, SEARCHED]
        )

    def get_filters_params(self, params=None) -> dict[str, Any]:
        filters = super().get_filters_params(params)
        filters.pop(SEARCHED, None)
        return filters

    def url_for_result(self, result: Model) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[result.reference])

    def is_filtered(self) -> bool:
        return any(value for each in self.filter_specs for value in each.used_parameters.values())

    def without_filters(self) -> str:
        return f"?{SEARCHED}={KEPT}" if self.query else "."


class ReadOnly(admin.ModelAdmin):
    """Records to be read; each says in `get_queryset` which of them the person may see."""

    actions = None
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    paginator = ShortCount
    list_per_page = 50
    list_max_show_all = 100
    heading = ""
    """The title of the list; it never names a child."""

    read_as = Page.ADMIN
    """What the history of readings calls a page of one record."""

    class Media:
        css = {"all": ["review.css"]}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_team_manager

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[PrivateSearch]:
        return PrivateSearch

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None):
        """The record of this reference; what is absent and what is not theirs look the same."""
        try:
            reference = UUID(object_id)
        except ValueError as unknown:
            raise Http404 from unknown
        try:
            return self.get_queryset(request).get(reference=reference)
        except self.model.DoesNotExist as absent:
            record_refusal(request, self.read_as, reference)
            raise Http404 from absent

    def child_of(self, row: Any) -> Child:
        """The child whom a row of the list is about.

        Each list says; the metaclass of Django's admin leaves no room for an abstract method.
        """
        raise NotImplementedError

    def get_preserved_filters(self, request: HttpRequest) -> str:
        """The filters that links carry along, less the words of a search."""
        address, request.GET = request.GET, _shown_address(request.GET)
        try:
            return super().get_preserved_filters(request)
        finally:
            request.GET = address

    @property
    def _search_kept_as(self) -> str:
        """The session's key for what is searched for in this list."""
        return f"search in {self.opts.model_name}"

    def searched_for(self, request: HttpRequest) -> str:
        """The words that the list of this address is narrowed to."""
        if request.GET.get(SEARCHED) != KEPT:
            return ""
        return request.session.get(self._search_kept_as, "")

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        kept = self._search_kept_as
        if request.method == "POST" and SEARCH_VAR in request.POST:
            words = request.POST[SEARCH_VAR].strip()[:100]
            request.session[kept] = words
            shown = _shown_address(request.GET)
            shown.pop("p", None)
            shown.pop(SEARCHED, None)
            if words:
                shown[SEARCHED] = KEPT
            return redirect(f"{request.path}?{shown.urlencode()}" if shown else request.path)
        request.GET = request.GET.copy()
        request.GET[SEARCH_VAR] = self.searched_for(request)
        if not request.GET[SEARCH_VAR]:
            request.session.pop(kept, None)
        context = {"title": self.heading, **(extra_context or {})}
        response = super().changelist_view(request, context)
        self._note_found(request, response)
        return response

    def _note_found(self, request: HttpRequest, response: HttpResponse) -> None:
        """Searching for one child by id and finding them is reading, too."""
        shown = (getattr(response, "context_data", None) or {}).get("cl")
        if shown is None or not shown.query:
            return
        found = {self.child_of(row).pk for row in shown.result_list}
        if len(found) == 1:
            record_reading(request, Page.SEARCH, child=found.pop())

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        # The subtitle would put the child's id into the title, and so into the browser's history.
        context = {"subtitle": "", "title": self.opts.verbose_name.capitalize()}
        response = super().changeform_view(
            request, object_id, form_url, context | (extra_context or {})
        )
        return self._noted(request, response, "original")

    def history_view(self, request, object_id, extra_context=None):
        # As above: Django's own title names the child.
        context = {"title": "Change history", **(extra_context or {})}
        response = super().history_view(request, object_id, context)
        return self._noted(request, response, "object")

    def _noted(self, request: HttpRequest, response: HttpResponse, name: str) -> HttpResponse:
        """The response; that it shows the child of the row of this name is recorded."""
        shown = (getattr(response, "context_data", None) or {}).get(name)
        if shown is not None:
            record_reading(request, self.read_as, child=self.child_of(shown).pk)
        return response


def _shown_address(query: QueryDict) -> QueryDict:
    """What of an address a person may see: the words of a search are put there by us alone."""
    shown = query.copy()
    shown.pop(SEARCH_VAR, None)
    return shown
