"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from cinfactors.web.request_bodies import require_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinfactors.settings")


def warm_up() -> None:
    """Render shared templates at start-up, and load the URLconf: once, before processes fork.

    The first request of each process would wait for them otherwise.
    """
    from assessments.pages.factors import parts

    _ = get_resolver().url_patterns
    parts.warm_cache()


application = require_utf8(get_wsgi_application())
warm_up()
