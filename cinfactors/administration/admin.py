"""People, teams and who is in which, for administrators and nobody else. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from assessments import queries
from cinfactors.accounts.models import Membership, Team, User
from cinfactors.administration import services
from cinfactors.administration.forms import (
    DeactivateForm,
    NewPasswordForm,
    NewPersonForm,
    PersonForm,
    TeamForm,
)
from cinfactors.web.admin_lists import AnsweringList
from cinfactors.web.rate_limits import rate_limited_search

# What a person may do follows from their role, nothing is sent by e-mail, and how a person signs
# in is changed by services alone.
admin.site.unregister([Group, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken])


@method_decorator(rate_limited_search, name="changelist_view")
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


@dataclass(frozen=True)
class Act:
    """What an administrator does to a person when they have read what it means."""

    title: str
    means: str
    """One sentence or two; the person's name in place of {}."""
    button: str
    done: str
    carry_out: Callable[..., None]
    of_others_alone: bool = True


ACTS = {
    "remove-second-factor": Act(
        "Take the second factor away",
        "For {}, who has lost their device and their recovery codes. They are signed out "
        "everywhere, and set up another second factor when they next sign in, if their role "
        "needs one. Make sure that it is they who ask.",
        "Take it away",
        "The second factor of {} is taken away.",
        services.remove_second_factor,
    ),
    "unlink": Act(
        "Unlink single sign-on",
        "{} is signed out everywhere. Whoever next comes from the provider with their user name "
        "is linked to them anew.",
        "Unlink",
        "Single sign-on of {} is unlinked.",
        services.unlink_single_sign_on,
    ),
    "sign-out": Act(
        "Sign out everywhere",
        "{} is signed out on every device, and can sign in again.",
        "Sign out everywhere",
        "{} is signed out everywhere.",
        services.end_sessions,
        of_others_alone=False,
    ),
}


@admin.register(User)
@method_decorator(sensitive_post_parameters(), name="add_view")
@method_decorator(sensitive_post_parameters(), name="password_view")
class PersonAdmin(ForAdministrators):
    form = PersonForm
    ordering = ["name", "username"]
    list_display = ["name", "username", "role", "in_which_teams", "may_sign_in", "last_login"]
    list_filter = ["is_active", "role", "teams"]
    search_fields = ["name", "username"]
    search_help_text = "Name or user name"
    readonly_fields = ["may_sign_in", "last_login", "date_joined"]
    change_form_template = "administration/person.html"

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("teams")

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, form=PersonForm if obj else NewPersonForm, **kwargs)
        form.by = request.user
        return form

    def get_fieldsets(self, request, obj=None):
        names = ["name", "username", "role", "in_teams"]
        more = self.readonly_fields if obj else ["new_password"]
        return [(None, {"fields": names + more})]

    def lookup_allowed(self, lookup, value, request):
        """Never a filter on the hash of a password, which would tell it bit by bit."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    @admin.display(description="may sign in", boolean=True, ordering="is_active")
    def may_sign_in(self, person: User) -> bool:
        return person.is_active

    @admin.display(description="teams")
    def in_which_teams(self, person: User) -> str:
        return ", ".join(team.name for team in person.teams.all())

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = {
            "acts": [(f"admin:accounts_user_{each}", act) for each, act in ACTS.items()],
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, context)

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
        views = {
            "password": self.password_view,
            "deactivate": self.deactivate_view,
            "reactivate": self.reactivate_view,
        } | {address: partial(self.act_view, act=act) for address, act in ACTS.items()}
        return [
            path(
                f"<int:pk>/{address}/",
                self.admin_site.admin_view(view),
                name=f"accounts_user_{address}",
            )
            for address, view in views.items()
        ] + super().get_urls()

    def _person_or_404(self, request: HttpRequest, pk: int) -> User:
        if not self.has_change_permission(request):
            raise PermissionDenied
        person = self.get_object(request, str(pk))
        if person is None:
            raise Http404
        return person

    def password_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new password for a person who has lost theirs, typed or made."""
        person = self._person_or_404(request, pk)
        return self._password_page(
            request,
            person,
            title="New password",
            lead="Wherever they are signed in, they will be signed out.",
            carry_out=services.set_password,
            noted="Set a new password.",
        )

    def reactivate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let a person in again, with a new password."""
        person = self._person_or_404(request, pk)
        if person.is_active:
            return redirect("admin:accounts_user_change", person.pk)
        return self._password_page(
            request,
            person,
            title="Reactivate",
            lead="They can sign in again, with this password alone.",
            carry_out=services.reactivate,
            noted="Reactivated.",
        )

    def _password_page(
        self, request: HttpRequest, person: User, *, title: str, lead: str, carry_out, noted: str
    ) -> HttpResponse:
        form = NewPasswordForm(request.POST if request.method == "POST" else None, person=person)
        if request.method == "POST" and form.is_valid():
            password = form.cleaned_data["new_password"]
            carry_out(by=request.user, person=person, password=password)
            self.log_change(request, person, noted)
            if form.made:
                return self._shown_once(request, person, password)
            messages.success(request, f"{person} has the new password.")
            return redirect("admin:accounts_user_change", person.pk)
        template = "administration/new_password.html"
        return self._page(request, template, person, form=form, title=title, lead=lead)

    def deactivate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask first: what happens, and how much work waits for others then."""
        person = self._person_or_404(request, pk)
        if not person.is_active or person == request.user:
            return redirect("admin:accounts_user_change", person.pk)
        kept = queries.kept_by_one_manager(person).count() if person.is_team_manager else 0
        form = DeactivateForm(request.POST if request.method == "POST" else None, person=person)
        if request.method == "POST" and form.is_valid():
            try:
                services.deactivate(
                    by=request.user, person=person, instead=form.cleaned_data["instead"]
                )
            except services.Refused as refused:
                for field, message in refused.messages.items():
                    form.add_error(field if field in form.fields else None, message)
            else:
                self.log_change(request, person, "Deactivated.")
                messages.success(request, f"{person} is deactivated and signed out.")
                return redirect("admin:accounts_user_change", person.pk)
        work = queries.open_work_by_team(person)
        return self._page(
            request,
            "administration/deactivate.html",
            person,
            title="Deactivate",
            form=form,
            work=work,
            kept=kept,
        )

    def act_view(self, request: HttpRequest, pk: int, act: Act) -> HttpResponse:
        """Ask first, then do it."""
        person = self._person_or_404(request, pk)
        if act.of_others_alone and person == request.user:
            return redirect("admin:accounts_user_change", person.pk)
        if request.method == "POST":
            act.carry_out(by=request.user, person=person)
            self.log_change(request, person, f"{act.title}.")
            messages.success(request, act.done.format(person))
            return redirect("admin:accounts_user_change", person.pk)
        return self._page(
            request,
            "administration/act.html",
            person,
            title=act.title,
            act=act,
            means=act.means.format(person),
        )

    def _shown_once(self, request: HttpRequest, person: User, password: str) -> HttpResponse:
        return self._page(request, "administration/made_password.html", person, password=password)

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
    form = TeamForm
    fields = ["name", "active"]
    list_display = ["name", "active", "at_work", "managed_by", "open_work"]
    list_filter = ["active"]
    search_fields = ["name"]

    def get_queryset(self, request):
        at_work = User.objects.filter(is_active=True).order_by("name", "pk")
        return (
            super()
            .get_queryset(request)
            .annotate(open_assessments=queries.number_of_open_assessments())
            .prefetch_related(Prefetch("people", queryset=at_work))
        )

    @admin.display(description="people")
    def at_work(self, team: Team) -> int:
        return len(team.people.all())

    @admin.display(description="managers")
    def managed_by(self, team: Team) -> str:
        return ", ".join(person.name for person in team.people.all() if person.is_team_manager)

    @admin.display(description="open assessments")
    def open_work(self, team: Team) -> int:
        return team.open_assessments

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
