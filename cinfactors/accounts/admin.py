"""People, teams and who is in which, for administrators and nobody else. Nothing is deleted."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from cinfactors.accounts import services
from cinfactors.accounts.admin_forms import NewPasswordForm, NewPersonForm, PersonForm
from cinfactors.accounts.models import Membership, Team, User
from cinfactors.admin_lists import AnsweringList

# What a person may do follows from their role, nothing is sent by e-mail, and how a person signs
# in is changed by services alone.
admin.site.unregister([Group, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken])


class ForAdministrators(admin.ModelAdmin):
    """Open to administrators; deletes nothing."""

    show_full_result_count = False
    list_per_page = 50
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[AnsweringList]:
        return AnsweringList

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_administrator

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(User)
@method_decorator(sensitive_post_parameters(), name="add_view")
@method_decorator(sensitive_post_parameters(), name="password_view")
class PersonAdmin(ForAdministrators):
    form = PersonForm
    ordering = ["name", "username"]
    list_display = ["name", "username", "role", "in_which_teams", "is_active", "last_login"]
    list_filter = ["is_active", "role", "teams"]
    search_fields = ["name", "username"]
    search_help_text = "Name or user name"
    readonly_fields = ["last_login", "date_joined"]
    change_form_template = "admin/accounts/person.html"

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("teams")

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, form=PersonForm if obj else NewPersonForm, **kwargs)
        form.by = request.user
        return form

    def get_fieldsets(self, request, obj=None):
        names = ["name", "username", "role", "in_teams"]
        more = ["is_active", *self.readonly_fields] if obj else ["new_password"]
        return [(None, {"fields": names + more})]

    def lookup_allowed(self, lookup, value, request):
        """Never a filter on the hash of a password, which would tell it bit by bit."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    @admin.display(description="teams")
    def in_which_teams(self, person: User) -> str:
        return ", ".join(team.name for team in person.teams.all())

    def save_model(self, request, obj, form, change):
        password = form.cleaned_data.get("new_password", "")
        services.save_person(
            by=request.user, person=obj, teams=form.cleaned_data["in_teams"], password=password
        )
        request.made_password = password if not change and form.made else ""

    def response_add(self, request, obj, post_url_continue=None):
        if request.made_password:
            return self._shown_once(request, obj, request.made_password)
        return super().response_add(request, obj, post_url_continue)

    def get_urls(self):
        view = self.admin_site.admin_view(self.password_view)
        return [
            path("<int:pk>/password/", view, name="accounts_user_password"),
            *super().get_urls(),
        ]

    def password_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new password for a person who has lost theirs, typed or made."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        person = self.get_object(request, str(pk))
        if person is None:
            raise Http404
        form = NewPasswordForm(request.POST or None, person=person)
        if request.method == "POST" and form.is_valid():
            password = form.cleaned_data["new_password"]
            services.set_password(by=request.user, person=person, password=password)
            self.log_change(request, person, "Set a new password.")
            if form.made:
                return self._shown_once(request, person, password)
            messages.success(request, f"{person} has the new password.")
            return redirect("admin:accounts_user_change", person.pk)
        return self._page(request, "admin/accounts/new_password.html", person, form=form)

    def _shown_once(self, request: HttpRequest, person: User, password: str) -> HttpResponse:
        return self._page(request, "admin/accounts/made_password.html", person, password=password)

    def _page(self, request: HttpRequest, template: str, person: User, **context) -> HttpResponse:
        response = TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "title": "New password",
                "opts": self.opts,
                "person": person,
                "change_url": reverse("admin:accounts_user_change", args=[person.pk]),
                **context,
            },
        )
        add_never_cache_headers(response)
        return response


@admin.register(Team)
class TeamAdmin(ForAdministrators):
    fields = ["name", "active"]
    list_display = ["name", "active"]
    list_filter = ["active"]
    search_fields = ["name"]

    def save_model(self, request, obj, form, change):
        services.save_team(by=request.user, team=obj)


@admin.register(Membership)
class MembershipAdmin(ForAdministrators):
    """To be read: teams are chosen on the person's page."""

    ordering = ["team__name", "user__name"]
    list_display = ["user", "role", "team"]
    list_select_related = ["user", "team"]
    list_filter = ["user__role", "team"]
    search_fields = ["user__name", "user__username", "team__name"]
    list_display_links = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    @admin.display(description="role", ordering="user__role")
    def role(self, membership: Membership) -> str:
        return membership.user.get_role_display()
