"""People, teams and memberships in the admin, for administrators alone. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_post_parameters
from django_tasks_db.models import DBTaskResult

from assessments import queries
from assessments.components.idempotency import IdempotencyKeyForm, key_of
from assessments.services import FactsRefused, arrange_cover, end_cover
from cinfactors.accounts.models import Membership, User
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.administration import services
from cinfactors.administration import team_admin as team_admin  # registers teams
from cinfactors.administration.base import (
    AdministratorsOnly,
    MaySignIn,
    names_of,
    person_of,
    with_name,
)
from cinfactors.administration.forms import (
    CoverForm,
    DeactivateForm,
    EndCoverForm,
    NewPasswordForm,
    NewPersonForm,
    PersonForm,
)
from cinfactors.administration.person_actions import PERSON_ACTIONS, PersonAction
from cinfactors.web.problems import problems_of

if TYPE_CHECKING:  # Django's class takes no parameter at run time
    from django.contrib.admin.options import _FieldsetSpec

    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

# Permissions follow from roles, nothing is sent by e-mail, and how a person signs in is changed by
# services alone.
admin.site.unregister(
    [Group, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, DBTaskResult]
)


class PersonRequest(SignedInRequest):
    """A request that saves a person in the admin. For annotations."""

    made_password: str
    """The random password that the response shows; empty where one was typed."""


@admin.register(User)
@method_decorator(sensitive_post_parameters(), name="add_view")
@method_decorator(sensitive_post_parameters(), name="password_view")
class PersonAdmin(AdministratorsOnly):
    form = PersonForm
    ordering = ["name", "username"]
    list_display = ["name", "username", "role", "in_which_teams", "may_sign_in", "last_signed_in"]
    list_filter = [("is_active", MaySignIn), "role", "teams"]
    search_fields = ["name", "username"]
    search_help_text = "Name or user name"
    readonly_fields = ["may_sign_in", "last_signed_in", "date_joined"]
    change_form_template = "administration/person.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("teams")

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[PersonForm]:
        chosen = PersonForm if obj else NewPersonForm
        form = super().get_form(request, obj, change, form=chosen, **kwargs)
        person_form = cast(type[PersonForm], form)  # Django has made a subclass of it
        person_form.by = person_of(request)
        return person_form

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> _FieldsetSpec:
        more = self.readonly_fields if obj else ["new_password"]
        own = ["name", "username", "role", "in_teams", "exports_restricted"]
        leave = ["leave"] if obj else []
        return [(None, {"fields": [*own, *leave, *more]})]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Never allow a filter on a password's hash, which would reveal it bit by bit."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    @admin.display(description="may sign in", ordering="is_active")
    def may_sign_in(self, person: User) -> str:
        return "Yes" if person.is_active else "No"

    @admin.display(description="last login", ordering="last_login")
    def last_signed_in(self, person: User) -> str:
        if person.last_login is None:
            return "Never"
        return date_format(timezone.localtime(person.last_login), "j F Y, H:i")

    @admin.display(description="teams")
    def in_which_teams(self, person: User) -> SafeString:
        return names_of(person.teams.all())

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        actions = [
            (f"admin:accounts_user_{address}", action) for address, action in PERSON_ACTIONS.items()
        ]
        person = cast(User | None, self.get_object(request, object_id))
        changes = person.sign_in_changes.select_related("by").order_by("-pk")[:20] if person else ()
        context = {"person_actions": actions, "changes": changes, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        password = form.cleaned_data.get("new_password", "")
        services.save_person(
            by=person_of(request),
            person=obj,
            teams=form.cleaned_data["in_teams"],
            password=password,
            leave=form.cleaned_data.get("leave", False),
        )
        to_show = password if not change and form.password_was_made else ""
        cast(PersonRequest, request).made_password = to_show

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        if password := cast(PersonRequest, request).made_password:
            return self._made_password_page(request, obj, password)
        return super().response_add(request, obj, post_url_continue)

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, Callable[..., HttpResponse]] = {
            "password": self.password_view,
            "cover": self.cover_view,
            "deactivate": self.deactivate_view,
            "reactivate": self.reactivate_view,
        }
        for address, action in PERSON_ACTIONS.items():
            views[address] = partial(self.action_view, action=action)
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
        return cast(User, person)

    def password_view(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Set a new password for a person who has lost theirs, typed or random."""
        person = self._person_or_404(request, pk)
        return self._password_page(
            request,
            person,
            title="New password",
            lead="Wherever they are signed in, they will be signed out.",
            service=services.set_password,
            log_message="Set a new password.",
        )

    def reactivate_view(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Let a deactivated person sign in again, with a new password."""
        person = self._person_or_404(request, pk)
        if person.is_active:
            return redirect("admin:accounts_user_change", person.pk)
        return self._password_page(
            request,
            person,
            title="Reactivate",
            lead="They can sign in again, with this password alone.",
            service=services.reactivate,
            log_message="Reactivated.",
        )

    def _password_page(
        self,
        request: SignedInRequest,
        person: User,
        *,
        title: str,
        lead: str,
        service: Callable[..., None],
        log_message: str,
    ) -> HttpResponse:
        form = NewPasswordForm(request.POST if request.method == "POST" else None, person=person)
        if request.method == "POST" and form.is_valid():
            password = form.cleaned_data["new_password"]
            try:
                service(by=request.user, person=person, password=password)
            except services.Refused as refused:
                for message in refused.messages.values():
                    form.add_error(None, message)
            else:
                self.log_change(request, person, log_message)
                if form.password_was_made:
                    return self._made_password_page(request, person, password)
                told = with_name("{} has the new password.", person)
                messages.success(request, told)
                return redirect("admin:accounts_user_change", person.pk)
        template = "administration/new_password.html"
        return self._page(request, template, person, form=form, title=title, lead=lead)

    def deactivate_view(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Deactivate a person, once it is confirmed, and show what work that leaves to others."""
        person = self._person_or_404(request, pk)
        if not person.is_active or person == request.user:
            return redirect("admin:accounts_user_change", person.pk)
        form = DeactivateForm(request.POST if request.method == "POST" else None, person=person)
        if request.method == "POST" and form.is_valid():
            try:
                services.deactivate(
                    by=request.user, person=person, stand_in=form.cleaned_data["stand_in"]
                )
            except services.Refused as refused:
                for field, message in refused.messages.items():
                    form.add_error(field if field in form.fields else None, message)
            else:
                self.log_change(request, person, "Deactivated.")
                told = with_name("{} is deactivated and signed out.", person)
                messages.success(request, told)
                return redirect("admin:accounts_user_change", person.pk)
        only_manager_of = (
            queries.restricted_children_managed_only_by(person).count()
            if person.is_team_manager
            else 0
        )
        return self._page(
            request,
            "administration/deactivate.html",
            person,
            title="Deactivate",
            form=form,
            work=queries.open_work_by_team(person),
            only_manager_of=only_manager_of,
            left=services.in_words_of_what_is_left(person) if person.is_team_manager else "",
        )

    def cover_view(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Arrange who covers for a manager who is away, or end it; no child is shown."""
        person = self._person_or_404(request, pk)
        if not (person.is_active and person.is_team_manager):
            return redirect("admin:accounts_user_change", person.pk)
        if request.method == "POST" and "end" in request.POST:
            return self._end_cover(request, person)
        posted = request.POST if request.method == "POST" else None
        form = CoverForm(posted, manager=person, label_suffix="")
        if request.method == "POST" and form.is_valid():
            try:
                arrange_cover(
                    manager=person, by=request.user, key=key_of(request), **form.cleaned_data
                )
            except FactsRefused as refused:
                for field, message in refused.messages.items():
                    form.add_error(field, message)
            else:
                messages.success(request, with_name("The cover for {} is arranged.", person))
                return redirect("admin:accounts_user_cover", person.pk)
        return self._page(
            request,
            "administration/cover.html",
            person,
            title="Cover while away",
            form=form,
            key_form=IdempotencyKeyForm(),
            covers=queries.covers_of(person),
            problems=problems_of(form),
        )

    def _end_cover(self, request: SignedInRequest, person: User) -> HttpResponse:
        form = EndCoverForm(request.POST)
        if not form.is_valid():
            raise Http404
        cover = get_object_or_404(queries.covers_of(person), reference=form.cleaned_data["end"])
        end_cover(cover=cover, by=request.user)
        messages.success(request, "The cover has ended.")
        return redirect("admin:accounts_user_cover", person.pk)

    def action_view(self, request: SignedInRequest, pk: int, action: PersonAction) -> HttpResponse:
        """Explain the action, and carry it out once it is confirmed."""
        person = self._person_or_404(request, pk)
        if action.on_others_only and person == request.user:
            return redirect("admin:accounts_user_change", person.pk)
        if request.method == "POST":
            action.service(by=request.user, person=person)
            self.log_change(request, person, f"{action.title}.")
            messages.success(request, with_name(action.success_message, person))
            return redirect("admin:accounts_user_change", person.pk)
        return self._page(
            request,
            "administration/action.html",
            person,
            title=action.title,
            action=action,
            explanation=with_name(action.explanation, person),
        )

    def _made_password_page(
        self, request: HttpRequest, person: User, password: str
    ) -> HttpResponse:
        return self._page(request, "administration/made_password.html", person, password=password)

    def _page(
        self, request: HttpRequest, template: str, person: User, **context: Any
    ) -> HttpResponse:
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


@admin.register(Membership)
class MembershipAdmin(AdministratorsOnly):
    """Read-only: the teams of a person are chosen on the person's page."""

    ordering = ["team__name", "user__name"]
    list_display = ["user", "role", "team"]
    list_select_related = ["user", "team"]
    list_filter = ["user__role", "team"]
    search_fields = ["user__name", "user__username", "team__name"]
    list_display_links = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description="role", ordering="user__role")
    def role(self, membership: Membership) -> str:
        return membership.user.get_role_display()
