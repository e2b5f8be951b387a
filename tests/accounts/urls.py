"""The product's addresses, and a few views that do what its pages do."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template import engines
from django.urls import path
from django.views.decorators.http import require_POST

from cinfactors import urls
from cinfactors.accounts.form_recovery import recovers_form

PAGE = """{% load form_recovery %}<form method="post">{% csrf_token %}{% draft_owner %}
<textarea name="note">{{ held.note }}</textarea></form>
{% if held %}Not saved yet{% endif %}"""
saved = []
failing: list[Exception] = []
"""What the page fails with, if with anything."""


@recovers_form
def note(request):
    if request.method == "POST":
        saved.append(request.POST["note"])
        return HttpResponse("Saved")
    if failing:
        raise failing[0]
    template = engines["django"].from_string(PAGE)
    return HttpResponse(template.render({"held": request.unsent_draft}, request))


@require_POST
def press(request):
    saved.append("pressed")
    return HttpResponse("Pressed")


def forbidden(request):
    raise PermissionDenied


def broken(request):
    raise RuntimeError("Ada Example, 12345")


urlpatterns = [
    path("note/", note),
    path("other-note/", note),
    path("press/", press),
    path("forbidden/", forbidden),
    path("broken/", broken),
    *urls.urlpatterns,
]
handler400 = urls.handler400
handler500 = urls.handler500
