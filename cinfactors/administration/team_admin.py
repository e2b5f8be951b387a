"""Teams in the admin: who works in them, and how one is merged into another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from assessments import queries
from cinfactors.accounts.models import Team, User
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.administration import services
from cinfactors.administration.base import AdministratorsOnly, InUse, names_of, person_of
from cinfactors.administration.forms import MergeForm, NameManagerForm, TeamForm

if TYPE_CHECKING:

    class TeamOfList(Team):
        """A team as `TeamAdmin.get_queryset` selects it."""

        open_assessments: int


@admin.register(Team)
class TeamAdmin(AdministratorsOnly):
    form = TeamForm
    fields = ["name", "active"]
    list_display = ["name", "in_use", "at_work", "managed_by", "open_work"]
    list_filter = [("active", InUse)]
    search_fields = ["name"]
    search_help_text = "Team"
    change_form_template = "administration/team.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        at_work = User.objects.filter(is_active=True).order_by("name", "pk")
        teams: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(open_assessments=queries.number_of_open_assessments())
            .prefetch_related(Prefetch("people", queryset=at_work))
        )
        return teams

    @admin.display(description="in use", ordering="active")
    def in_use(self, team: Team) -> str:
        return "Yes" if team.active else "No"

    @admin.display(description="people")
    def at_work(self, team: Team) -> int:
        return len(team.people.all())

    @admin.display(description="managers")
    def managed_by(self, team: Team) -> SafeString:
        return names_of(person for person in team.people.all() if person.is_team_manager)

    @admin.display(description="open assessments")
    def open_work(self, team: TeamOfList) -> int:
        return team.open_assessments

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        team = Team.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        records = queries.records_of([team])[0] if team else None
        context = {"records": records, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        services.save_team(by=person_of(request), team=obj)

    def get_urls(self) -> list[URLPattern]:
        views = {"merge": self.merge_view, "name-manager": self.name_manager_view}
        return [
            path(
                f"<int:pk>/{address}/",
                self.admin_site.admin_view(view),
                name=f"accounts_team_{address}",
            )
            for address, view in views.items()
        ] + super().get_urls()

    def _team_or_404(self, request: HttpRequest, pk: int) -> Team:
        if not self.has_change_permission(request):
            raise PermissionDenied
        team = Team.objects.filter(pk=pk).first()
        if team is None:
            raise Http404
        return team

    def merge_view(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Count what the team holds, and once it is confirmed move all of it to another."""
        team = self._team_or_404(request, pk)
        [records] = queries.records_of([team])
        if not team.active and not records.total:
            return redirect("admin:accounts_team_change", team.pk)
        initial = {"seen": records.total}
        form = MergeForm(_posted(request), team=team, initial=initial)
        if request.method == "POST" and form.is_valid():
            into: Team = form.cleaned_data["into"]
            try:
                number = services.merge_team(
                    by=request.user,
                    team=team,
                    into=into,
                    with_people=form.cleaned_data["with_people"],
                    seen=form.cleaned_data["seen"],
                )
            except services.Refused as refused:
                # What is shown now is what the next submission is about.
                form.data = {**request.POST.dict(), "seen": str(records.total)}
                _add_messages(form, refused)
            else:
                self.log_change(request, team, f"Closed, and moved to {into.name}.")
                words = "1 assessment" if number == 1 else f"{number} assessments"
                messages.success(request, f"{team.name} is closed. {words} moved to {into.name}.")
                return redirect("admin:accounts_team_change", into.pk)
        title = "Close and move to another team"
        return self._page(request, team, "merge", title=title, form=form, records=records)

    def name_manager_view(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Name a manager of the team for its restricted records that no manager sees."""
        team = self._team_or_404(request, pk)
        [records] = queries.records_of([team])
        if not records.restricted_unseen:
            return redirect("admin:accounts_team_change", team.pk)
        form = NameManagerForm(_posted(request), team=team)
        if request.method == "POST" and form.is_valid():
            manager: User = form.cleaned_data["manager"]
            try:
                number = services.name_manager(by=request.user, team=team, manager=manager)
            except services.Refused as refused:
                _add_messages(form, refused)
            else:
                self.log_change(request, team, "Named a manager for its restricted records.")
                words = "1 restricted record" if number == 1 else f"{number} restricted records"
                messages.success(request, f"{manager.name} is named for {words}.")
                return redirect("admin:accounts_team_change", team.pk)
        title = "Name a manager for restricted records"
        return self._page(request, team, "name_manager", title=title, form=form, records=records)

    def _page(
        self, request: HttpRequest, team: Team, template: str, **context: Any
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            f"administration/{template}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "team": team,
                "change_url": reverse("admin:accounts_team_change", args=[team.pk]),
                **context,
            },
        )


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _add_messages(form: BaseForm, refused: services.Refused) -> None:
    for field, message in refused.messages.items():
        form.add_error(field if field in form.fields else None, message)
