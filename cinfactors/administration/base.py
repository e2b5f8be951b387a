"""What the administrators' pages have in common: open to them alone, and nothing is deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString

from cinfactors.accounts.models import Team, User
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.web.admin_lists import StrictChangeList
from cinfactors.web.rate_limits import rate_limited_search

if TYPE_CHECKING:  # Django's class takes no parameter at run time
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class TitledFilter(admin.BooleanFieldListFilter):
    """A filter by yes or no with the words of the list's column, where the field's are Django's."""

    words = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = self.words


class MaySignIn(TitledFilter):
    words = "may sign in"


class InUse(TitledFilter):
    words = "in use"


@method_decorator(rate_limited_search, name="changelist_view")
class AdministratorsOnly(ModelAdmin):
    """Open to administrators alone; deletes nothing."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    actions = None
    empty_value_display = "None"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[StrictChangeList]:
        return StrictChangeList

    def has_module_permission(self, request: HttpRequest) -> bool:
        person = person_of(request)
        return person.is_active and person.is_administrator

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def names_of(those: Iterable[User | Team]) -> SafeString:
    """Their names, each apart from the others, in whichever direction it is written."""
    return render_to_string("administration/names.html", {"those": those})


def with_name(words: str, person: User) -> SafeString:
    """Return the words with the person's name, set apart from them, in place of {}."""
    before, after = words.split("{}")
    context = {"before": before, "person": person, "after": after}
    return render_to_string("administration/with_name.html", context)


def person_of(request: HttpRequest) -> User:
    """Return the signed-in person. (An anonymous user is not `is_active` either.)"""
    return cast(SignedInRequest, request).user
