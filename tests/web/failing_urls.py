"""The product's URLs, and views that fail while they handle a child's record."""

import logging

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.urls import path

from assessments.models import Child
from cinfactors import urls


def _child() -> Child:
    return Child.objects.get()


def raises(request):
    raise RuntimeError(f"{_child()} {_child().name} {dict(request.POST)}")


def raises_in_a_chain(request):
    try:
        raises(request)
    except RuntimeError as error:
        raise ValueError(f"no {_child().name}") from error


def refuses_a_row(request):
    """Its message and its DETAIL quote the row."""
    child = _child()
    child.pk = child.reference = None
    child.save(force_insert=True)


def refuses_a_value(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::date", [_child().name])


def renders_a_broken_page(request):
    template = engines["django"].from_string("{{ child.name }}{% widthratio child.name 0 x %}")
    return HttpResponse(template.render({"child": _child(), "x": _child().name.nothing}))


def is_forbidden(request):
    raise PermissionDenied(_child().name)


def is_suspicious(request):
    raise SuspiciousOperation(_child().name)


def warns(request):
    """As another library might."""
    log = logging.getLogger("another.library")
    log.warning("odd row: %s, %s", _child(), _child().name)
    log.error("failed with %r", {"name": _child().name}, exc_info=ValueError(_child().name))
    log.info("read %s", _child())
    return HttpResponse("ok")


FAILING = [
    raises,
    raises_in_a_chain,
    refuses_a_row,
    refuses_a_value,
    renders_a_broken_page,
    is_forbidden,
    is_suspicious,
    warns,
]
urlpatterns = [
    *(path(f"failing/{view.__name__}/", view) for view in FAILING),
    *urls.urlpatterns,
]
handler400 = urls.handler400
handler500 = urls.handler500
