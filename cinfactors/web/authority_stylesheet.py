"""The stylesheet with the authority's colour."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
@cache_control(max_age=3600, public=True)
def authority_stylesheet(request: HttpRequest) -> HttpResponse:
    """Return the authority's colour, in a stylesheet because pages have no inline styles."""
    return HttpResponse(
        f":root {{ --authority-colour: {settings.AUTHORITY_COLOUR}; }}\n",
        content_type="text/css; charset=utf-8",
    )
