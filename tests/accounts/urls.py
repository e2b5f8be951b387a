"""The product's URLs, and a few views that do what its pages do."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template import engines
from django.urls import path
from django.views.decorators.http import require_POST

from cinfactors import urls
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.services import delete_sessions

PAGE = """{% load form_recovery %}<form method="post">{% csrf_token %}{% draft_owner %}
<textarea name="note">{{ draft.note }}</textarea></form>
{% if draft %}Not saved yet{% endif %}"""
saved = []
failing: list[Exception] = []
"""The exception that the page raises, if any."""


@recovers_form
def note(request):
    if request.method == "POST":
        saved.append(request.POST["note"])
        return HttpResponse("Saved")
    if failing:
        raise failing[0]
    template = engines["django"].from_string(PAGE)
    return HttpResponse(template.render({"draft": request.unsent_draft}, request))


@require_POST
def button(request):
    saved.append("clicked")
    return HttpResponse("Clicked")


def ended_meanwhile(request):
    """What it does is done, while another browser ends the person's sessions."""
    delete_sessions(request.user)
    request.session["page"] = "seen"
    saved.append("done")
    return HttpResponse("Done")


def forbidden(request):
    raise PermissionDenied


def broken(request):
    raise RuntimeError("Ada Example, 12345")


urlpatterns = [
    path("note/", note),
    path("other-note/", note),
    path("button/", button),
    path("forbidden/", forbidden),
    path("ended-meanwhile/", ended_meanwhile),
    path("broken/", broken),
    *urls.urlpatterns,
]
handler400 = urls.handler400
handler500 = urls.handler500
