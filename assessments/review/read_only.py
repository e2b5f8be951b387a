"""What the lists and pages of records have in common: read-only, and no search in an address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR, ChangeListSearchForm
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from assessments import queries
from assessments.models import Child
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_list, record_reading, record_refusal
from cinfactors.web.admin_lists import CappedPaginator, StrictChangeList
from cinfactors.web.rate_limits import rate_limited_search

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

SEARCH_MARKER = "search"
"""Stands in the address of a list that shows what was searched for, in place of the words.

Without it the list shows everything and forgets them: who leaves a list leaves its search.
"""
SEARCH_KEPT = "kept"


class UnsearchedAddress(ChangeListSearchForm):
    """Ignores words in an address: those that are searched for are kept in the session."""

    def __init__(self, query: QueryDict) -> None:
        super().__init__({})


class PrivateSearchChangeList(StrictChangeList):
    """A list whose search never stands in an address."""

    model_admin: ReadOnlyAdmin
    search_form_class = UnsearchedAddress

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        self.query = self.model_admin.search_words(request)
        return super().get_queryset(request, exclude_parameters)

    def get_query_string(
        self, new_params: dict[str, Any] | None = None, remove: Iterable[str] | None = None
    ) -> str:
        kept = {SEARCH_MARKER: SEARCH_KEPT} if self.query else {}
        return super().get_query_string(
            kept | (new_params or {}), [*(remove or []), SEARCH_VAR, SEARCH_MARKER]
        )

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        filters = super().get_filters_params(params)
        filters.pop(SEARCH_MARKER, None)
        return filters

    def url_for_result(self, result: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[result.reference])

    def is_filtered(self) -> bool:
        return any(value for each in self.filter_specs for value in each.used_parameters.values())

    def without_filters(self) -> str:
        return f"?{SEARCH_MARKER}={SEARCH_KEPT}" if self.query else "."


class ReadOnlyAdmin(ModelAdmin):
    """Records to be read; each says in `get_queryset` which of them the person may see."""

    actions: list[str] | None = None
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    paginator = CappedPaginator
    list_per_page = 25
    list_max_show_all = 100
    search_help_text = "Child id or name"
    empty_value_display = "–"
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

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PrivateSearchChangeList]:
        return PrivateSearchChangeList

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Return the record of this reference.

        Raises Http404, recorded, alike for what is absent and for what the person may not see.
        """
        try:
            reference = UUID(object_id)
        except ValueError as unknown:
            raise Http404 from unknown
        try:
            return self.get_queryset(request).get(reference=reference)
        except self.model.DoesNotExist as absent:
            record_refusal(request, self.read_as, reference)
            raise Http404 from absent

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows of the children who are found; `search_fields` names the way to them."""
        if not search_term:
            return queryset, False
        [child] = self.search_fields
        found = queries.searched(queryset, child, search_term)
        # Looked for once: the list is counted by these keys, and read by them.
        keys = queries.keys_of_few(found)
        return (queryset.filter(pk__in=keys) if len(keys) <= queries.COUNTED_TO else found), False

    def child_of(self, row: Any) -> Child:
        """The child whom a row of the list is about.

        Every subclass defines it; the metaclass of Django's admin allows no abstract method.
        """
        raise NotImplementedError

    def get_preserved_filters(self, request: HttpRequest) -> str:
        """The filters that links carry along, less the words of a search."""
        preserved = QueryDict(super().get_preserved_filters(request))
        filters = without_search_words(QueryDict(preserved.get("_changelist_filters", "")))
        return urlencode({"_changelist_filters": filters.urlencode()}) if filters else ""

    @property
    def _search_session_key(self) -> str:
        return f"search in {self.opts.model_name}"

    def search_words(self, request: HttpRequest) -> str:
        """The words that the list at this address is narrowed to; empty without a search."""
        if request.GET.get(SEARCH_MARKER) != SEARCH_KEPT:
            return ""
        return str(request.session.get(self._search_session_key, ""))

    @rate_limited_search
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST" and SEARCH_VAR in request.POST:
            return self._keep_search(request)
        if not self.search_words(request):
            request.session.pop(self._search_session_key, None)
        context = {"title": self.heading, **(extra_context or {})}
        response = super().changelist_view(request, context)
        self._record_list(request, response)
        return response

    def _keep_search(self, request: HttpRequest) -> HttpResponse:
        """Keep the posted words in the session, and go to the list's address without them."""
        search = ChangeListSearchForm(request.POST)
        for error in search.errors.values():
            messages.error(request, ", ".join(map(str, error)))
        words = search.cleaned_data.get(SEARCH_VAR, "").strip()[:100]
        request.session[self._search_session_key] = words
        query = without_search_words(request.GET)
        query.pop("p", None)
        query.pop(SEARCH_MARKER, None)
        if words:
            query[SEARCH_MARKER] = SEARCH_KEPT
        return redirect(f"{request.path}?{query.urlencode()}" if query else request.path)

    def _record_list(self, request: HttpRequest, response: HttpResponse) -> None:
        """Record whom the list shows, and whether they were searched for."""
        changelist = (getattr(response, "context_data", None) or {}).get("cl")
        if changelist is not None:
            page = Page.SEARCH if changelist.query else Page.LIST
            shown = [*changelist.result_list, *getattr(changelist, "elsewhere", ())]
            record_list(request, [self.child_of(row).pk for row in shown], page)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # The subtitle would put the child's id into the title, and so into the browser's history.
        context = {"subtitle": "", "title": str(self.opts.verbose_name).capitalize()}
        response = super().changeform_view(
            request, object_id, form_url, context | (extra_context or {})
        )
        return self._record_reading_of(request, response, "original")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # As above: Django's own title names the child.
        context = {"title": "Change history", **(extra_context or {})}
        response = super().history_view(request, object_id, context)
        return self._record_reading_of(request, response, "object")

    def _record_reading_of(
        self, request: HttpRequest, response: HttpResponse, name: str
    ) -> HttpResponse:
        """Record the reading of the child whose row the response shows under this name."""
        row = (getattr(response, "context_data", None) or {}).get(name)
        if row is not None:
            record_reading(request, self.read_as, child=self.child_of(row).pk)
        return response


def signed_in(request: HttpRequest) -> SignedInRequest:
    """Return the request of a method of Django's admin, which lets only signed-in people in."""
    return cast(SignedInRequest, request)


def without_search_words(query: QueryDict) -> QueryDict:
    """Return a copy of an address's query without the words of a search."""
    copied = query.copy()
    copied.pop(SEARCH_VAR, None)
    return copied
