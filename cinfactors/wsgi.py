"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from cinfactors.web.request_bodies import utf8_alone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinfactors.settings")


def make_ready() -> None:
    """Make what the first request would wait for, once for all processes that are forked."""
    from assessments.pages.factors import parts

    _ = get_resolver().url_patterns
    parts.warm_cache()


application = utf8_alone(get_wsgi_application())
make_ready()
